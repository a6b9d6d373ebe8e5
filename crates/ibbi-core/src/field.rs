//! The fields of events: what kind of value each one holds, whether it is required, and how people read it.
//!
//! The table of events in [`crate::event`] is the only list of fields. Forms, `key=value` input, and schemas read it
//! through [`EventKind::fields`](crate::EventKind::fields).

/// The largest number that a field can hold: the largest integer that every JSON reader keeps exactly.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The members of a closed set: their codes, and a label for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct CodeSet {
    /// The codes, as a ledger has them.
    pub codes: &'static [&'static str],
    /// The labels for people, in the same order.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub labels: &'static [&'static str],
}

impl CodeSet {
    /// Returns each code with its label.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.codes.iter().copied().zip(self.labels.iter().copied())
    }

    /// Returns the label of a code, or `None` if the set does not have the code.
    pub fn label(&self, code: &str) -> Option<&'static str> {
        self.iter().find(|(known, _)| *known == code).map(|(_, label)| label)
    }
}

/// The kind of value that a field holds.
///
/// With the feature `serde` it is written as forms have it: `{"kind": "one", "codes": […]}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "kind"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FieldKind {
    /// A name: one line of text.
    #[cfg_attr(feature = "serde", serde(rename = "line"))]
    #[cfg_attr(feature = "schema", schemars(description = "One line of text: a name or a reason."))]
    Name {
        /// The limit, in characters.
        #[cfg_attr(feature = "serde", serde(rename = "most"))]
        max_chars: usize,
    },
    /// A reason: one line of text. It is written as a name is, so a schema has one variant for both.
    #[cfg_attr(feature = "serde", serde(rename = "line"))]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Reason {
        /// The limit, in characters.
        #[cfg_attr(feature = "serde", serde(rename = "most"))]
        max_chars: usize,
    },
    /// A text of several lines.
    #[cfg_attr(feature = "serde", serde(rename = "text"))]
    NoteText {
        /// The limit, in characters.
        #[cfg_attr(feature = "serde", serde(rename = "most"))]
        max_chars: usize,
    },
    /// One member of a closed set.
    #[cfg_attr(feature = "serde", serde(rename = "one"))]
    Code(CodeSet),
    /// Several topics of the introductory meeting.
    #[cfg_attr(feature = "serde", serde(rename = "several"))]
    Topics(CodeSet),
    /// A date.
    #[cfg_attr(feature = "serde", serde(rename = "day"))]
    Date,
    /// A slot: a day with a beginning and an end.
    #[cfg_attr(feature = "serde", serde(rename = "slot"))]
    Slot,
    /// A person: an ID and a name.
    #[cfg_attr(feature = "serde", serde(rename = "person"))]
    Person,
    /// One member of the teams, by ID.
    #[cfg_attr(feature = "serde", serde(rename = "member"))]
    MemberId,
    /// Several members of the teams, by ID.
    #[cfg_attr(feature = "serde", serde(rename = "members"))]
    MemberIds,
    /// One concern, by ID.
    #[cfg_attr(feature = "serde", serde(rename = "concern"))]
    ConcernId,
    /// Several names.
    #[cfg_attr(feature = "serde", serde(rename = "names"))]
    Names,
    /// Several observers, each with one of these capacities.
    #[cfg_attr(feature = "serde", serde(rename = "observers"))]
    Observers(CodeSet),
    /// Several people, each with an ID and a name.
    #[cfg_attr(feature = "serde", serde(rename = "people"))]
    People,
    /// Several substitutes, each for one member.
    #[cfg_attr(feature = "serde", serde(rename = "substitutes"))]
    Substitutes,
    /// Several advisers, each of a party and in one of these roles.
    #[cfg_attr(feature = "serde", serde(rename = "advisers"))]
    Advisers(CodeSet),
    /// A whole number from 0.
    #[cfg_attr(feature = "serde", serde(rename = "number"))]
    Number {
        /// The largest value.
        #[cfg_attr(feature = "serde", serde(rename = "most"))]
        max: u64,
    },
    /// Yes or no.
    #[cfg_attr(feature = "serde", serde(rename = "flag"))]
    Flag,
    /// A format of the facilitation, by ID: one of those that the case's program has. These are the published ones.
    #[cfg_attr(feature = "serde", serde(rename = "format"))]
    Format(CodeSet),
    /// An activity of the training, by ID: one that the case's program requires, or another. These are the published ones.
    #[cfg_attr(feature = "serde", serde(rename = "activity"))]
    Activity(CodeSet),
    /// The SHA-256 of a document.
    #[cfg_attr(feature = "serde", serde(rename = "digest"))]
    Digest,
    /// The ID of a case.
    #[cfg_attr(feature = "serde", serde(rename = "case"))]
    CaseId,
    /// The name of a time zone.
    #[cfg_attr(feature = "serde", serde(rename = "zone"))]
    TimeZone,
    /// The program's parameters.
    #[cfg_attr(feature = "serde", serde(rename = "program"))]
    Program,
}

/// When a field must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Always.
    Required,
    /// On a ledger line. Input can omit it: the application then fills in its default.
    RequiredOnLine,
    /// Never. A value equal to the type's default is not written.
    Optional,
}

/// When a field must be given, by the mark after its type.
macro_rules! requirement {
    () => {
        $crate::Requirement::Required
    };
    (= default) => {
        $crate::Requirement::Optional
    };
    (=> filled_in) => {
        $crate::Requirement::RequiredOnLine
    };
}
pub(crate) use requirement;

/// A field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    /// The key, as a ledger has it.
    pub name: &'static str,
    /// The kind of value.
    pub kind: FieldKind,
    /// When it must be given.
    pub requirement: Requirement,
    /// The label in a form.
    pub label: &'static str,
    /// A sentence that explains the field.
    pub help: &'static str,
}

impl FieldInfo {
    /// Returns whether input must have the field.
    pub const fn is_required(&self) -> bool {
        matches!(self.requirement, Requirement::Required)
    }

    /// Returns the label of a code that the field can have, or the value itself if it is not a code.
    pub fn value_label<'a>(&self, value: &'a str) -> &'a str {
        self.kind.code_set().or_else(|| self.kind.published()).and_then(|set| set.label(value)).unwrap_or(value)
    }

    /// Returns whether a ledger line must have the field.
    pub const fn is_required_on_line(&self) -> bool {
        !matches!(self.requirement, Requirement::Optional)
    }
}

impl FieldKind {
    /// Returns the closed set that the values are chosen from, if there is one.
    pub const fn code_set(&self) -> Option<&CodeSet> {
        match self {
            Self::Code(set) | Self::Topics(set) | Self::Observers(set) | Self::Advisers(set) => Some(set),
            _ => None,
        }
    }

    /// Returns the published values, if the values are IDs that a program can add to.
    pub const fn published(&self) -> Option<&CodeSet> {
        match self {
            Self::Format(set) | Self::Activity(set) => Some(set),
            _ => None,
        }
    }
}

/// A type that a field of an event can have.
pub(crate) trait FieldType {
    /// The kind of value.
    const KIND: FieldKind;

    /// Returns whether a field that can be omitted is omitted for this value.
    #[cfg_attr(not(feature = "serde"), expect(dead_code))]
    fn is_omitted(&self) -> bool {
        false
    }

    /// Calls a function with each name in the value.
    fn each_name<'a>(&'a self, _: &mut impl FnMut(&'a str)) {}
}

impl<T: FieldType> FieldType for Option<T> {
    const KIND: FieldKind = T::KIND;
    fn is_omitted(&self) -> bool {
        self.is_none()
    }
    fn each_name<'a>(&'a self, each: &mut impl FnMut(&'a str)) {
        if let Some(value) = self {
            value.each_name(each);
        }
    }
}

impl FieldType for bool {
    const KIND: FieldKind = FieldKind::Flag;
    fn is_omitted(&self) -> bool {
        !*self
    }
}

impl FieldType for u8 {
    const KIND: FieldKind = FieldKind::Number { max: Self::MAX as u64 };
}

impl FieldType for u64 {
    const KIND: FieldKind = FieldKind::Number { max: MAX_NUMBER };
}

impl FieldType for uuid::Uuid {
    const KIND: FieldKind = FieldKind::CaseId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    #[test]
    fn every_field_has_a_label_and_a_help_sentence() {
        for kind in EventKind::ALL {
            for field in kind.fields() {
                let FieldInfo { name, label, help, .. } = field;
                assert!(label.starts_with(char::is_uppercase) && !label.ends_with('.'), "{kind} {name}: {label}");
                assert!(help.starts_with(char::is_uppercase) && help.ends_with('.'), "{kind} {name}: {help}");
            }
        }
    }

    #[test]
    fn fields_are_in_alphabetical_order_and_found_by_name() {
        for kind in EventKind::ALL {
            assert!(kind.fields().is_sorted_by_key(|field| field.name), "{kind}");
            for field in kind.fields() {
                assert_eq!(kind.field(field.name), Some(field));
            }
            assert_eq!(kind.field("no_such_field"), None);
        }
    }

    #[test]
    fn every_code_has_a_label_for_people() {
        let sets = EventKind::ALL.iter().flat_map(|kind| kind.fields()).filter_map(|field| field.kind.code_set());
        for set in sets {
            assert_eq!(set.codes.len(), set.labels.len());
            assert!(set.labels.iter().all(|label| !label.is_empty() && !label.contains('_')), "{set:?}");
            assert!(set.codes.iter().all(|code| set.label(code).is_some()) && set.label("no_such_code").is_none());
        }
    }
}
