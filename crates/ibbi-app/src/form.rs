//! Forms: what a person fills in to record an event, as fields that a page or another program can show.

mod plain;

use crate::shape::{self, Shape};
use ibbi_core::{
    ActivityKind, Body, Capacity, County, Decision, EventKind, Format, Office, Party, Seat, Service, Topic, Workshop,
};
use serde::Serialize;

pub use plain::{FormError, FormProblem, WHEN, WHO, event, instant, kind, of_text, of_zone, recorder};

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormField {
    /// The key of the event that it fills in.
    pub name: &'static str,
    /// What it is called.
    pub label: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What it takes.
    pub takes: Takes,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Takes {
    /// A line of text.
    Line {
        /// The most characters.
        most: usize,
    },
    /// A text of several lines.
    Text {
        /// The most characters.
        most: usize,
    },
    /// One of a closed set.
    One {
        /// Its codes.
        codes: &'static [&'static str],
    },
    /// Some of a closed set.
    Several {
        /// Its codes.
        codes: &'static [&'static str],
    },
    /// A day, as `2026-10-20`.
    Day,
    /// A day and two times of it, as `2026-10-20 08:00-16:00`.
    Slot,
    /// A person, as `id:Name`.
    Person,
    /// One member of the teams, by id.
    Member,
    /// Several members of the teams, by their ids.
    Members,
    /// One concern, by id.
    Concern,
    /// Several names.
    Names,
    /// Observers, each as `capacity:Name`.
    Observers {
        /// The capacities.
        codes: &'static [&'static str],
    },
    /// A whole number.
    Number {
        /// The greatest.
        most: u64,
    },
    /// Yes or no.
    Flag,
    /// A SHA-256 in hexadecimal digits.
    Digest,
    /// The id of a case.
    Case,
    /// The name of a time zone.
    Zone,
    /// The program's parameters, as a JSON object.
    Program,
}

/// The fields of a kind of event, what is required first.
///
/// ```
/// use ibbi_app::form;
/// let fields = form::fields(ibbi_core::EventKind::LeaderAgreed);
/// assert_eq!(fields.iter().map(|field| field.name).collect::<Vec<_>>(), ["name", "seat", "office"]);
/// ```
pub fn fields(kind: EventKind) -> Vec<FormField> {
    let mut fields: Vec<_> = shape::fields(kind)
        .map(|field| FormField {
            name: field.name,
            label: label(kind, field.name),
            required: field.required,
            takes: takes(field.shape),
        })
        .collect();
    fields.sort_by_key(|field| !field.required);
    fields
}

const fn takes(shape: Shape) -> Takes {
    match shape {
        Shape::Name => Takes::Line { most: ibbi_core::Name::MAX_CHARS },
        Shape::Reason => Takes::Line { most: ibbi_core::Reason::MAX_CHARS },
        Shape::Note => Takes::Text { most: ibbi_core::NoteText::MAX_CHARS },
        Shape::Code(codes) => Takes::One { codes },
        Shape::Date => Takes::Day,
        Shape::Slot => Takes::Slot,
        Shape::Member => Takes::Member,
        Shape::Concern => Takes::Concern,
        Shape::Person => Takes::Person,
        Shape::Members => Takes::Members,
        Shape::Names => Takes::Names,
        Shape::Topics => Takes::Several { codes: Topic::CODES },
        Shape::Observers => Takes::Observers { codes: Capacity::CODES },
        Shape::Number(most) => Takes::Number { most },
        Shape::Flag => Takes::Flag,
        Shape::Digest => Takes::Digest,
        Shape::Uuid => Takes::Case,
        Shape::Zone => Takes::Zone,
        Shape::Object => Takes::Program,
    }
}

/// What a key is called where people read it.
fn label(kind: EventKind, name: &str) -> String {
    let label = match (name, kind) {
        ("at", _) => "When it happened",
        ("body", _) => "Whose letter",
        ("by", EventKind::ApplicationAccepted) => "Who accepts it",
        ("by", _) => "Who",
        ("concern", EventKind::ConcernRaised) => "A short id for the concern, such as grading",
        ("concern", _) => "Which concern",
        ("contract_expires", _) => "The contract expires",
        ("county", _) => "County",
        ("dated", _) => "Date of the letter",
        ("district", _) => "District",
        ("document", _) => "SHA-256 of the document",
        ("evergreen", _) => "Evergreen clause",
        ("follows", _) => "Id of the case it follows",
        ("kind", _) => "What was run",
        ("left_early", _) => "Who left early",
        ("member", EventKind::MemberNamed) => "Who joins the team",
        ("member", _) => "Which member",
        ("name", _) => "Name",
        ("neutral", _) => "Who leads it",
        ("observers", _) => "Observers",
        ("present", _) => "Who is present",
        ("representative", _) => "Representative of the program",
        ("seq", _) => "Number of the event to void",
        ("slot", _) => "Day and time",
        ("spokesperson", _) => "Spokesperson",
        ("text", EventKind::ConcernRaised) => "The concern in words",
        ("time_zone", _) => "Time zone",
        ("to", _) => "Service",
        ("topics", _) => "Topics covered",
        (other, _) => return sentence(&other.replace('_', " ")),
    };
    label.to_owned()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a code is called where people read it; the code itself where no closed set has it.
///
/// ```
/// assert_eq!(ibbi_app::form::said("full_day"), "one full day");
/// ```
pub fn said(code: &str) -> &str {
    macro_rules! find {
        ($($set:ident)+) => { $( if let Some(found) = $set::from_code(code) { return found.label(); } )+ };
    }
    find!(Seat Office Party Body Service Workshop Topic ActivityKind Decision Format Capacity County);
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;

    #[test]
    fn every_field_of_every_event_has_a_label_and_every_code_a_name() {
        for kind in EventKind::ALL {
            for field in fields(*kind) {
                assert!(field.label.starts_with(char::is_uppercase), "{kind} {}: {}", field.name, field.label);
                if let Takes::One { codes } | Takes::Several { codes } | Takes::Observers { codes } = field.takes {
                    for code in codes {
                        assert!(!said(code).is_empty() && !said(code).contains('_'), "{code}: {}", said(code));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_left_empty_is_not_given() {
        let pairs = [("name", "R. Amari"), ("seat", "superintendent"), ("office", "")];
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert!(event(EventKind::LeaderAgreed, &pairs, Zone::default()).is_ok());
        assert!(event(EventKind::LeaderAgreed, &pairs[1..], Zone::default()).is_err());
    }
}
