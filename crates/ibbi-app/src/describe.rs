//! Events and findings as sentences.

use crate::zone::Zone;
use ibbi_common::format::weekday_date;
use ibbi_core::{At, EventKind, Found, Rule, Source, Warning};
use serde::Serialize;

pub use ibbi_report::{describe, describe_with_names};

/// What was found where a rule was not met, its instants shown in the zone of the case.
///
/// ```
/// use ibbi_app::{describe::found, zone::Zone};
/// let (last, offered) = ("2025-09-01T13:00:00.000Z".parse()?, "2025-08-30T14:00:00.000Z".parse()?);
/// let text = found(&ibbi_core::Found::Earlier { last, offered }, Zone::default());
/// assert_eq!(text, "the last event happened on Mon, Sep 1, 2025, 9:00 AM, and this one happened on Sat, Aug 30, 2025, 10:00 AM");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn found(found: &Found, zone: Zone) -> String {
    match found {
        Found::Earlier { last, offered } => {
            let (last, offered) = apart(*last, *offered, zone);
            format!("the last event happened on {last}, and this one happened on {offered}")
        }
        Found::SlotPast { starts, at } => {
            let (starts, at) = apart(starts.at(), *at, zone);
            format!("the slot starts on {starts}, and it was booked on {at}")
        }
        Found::LaterInvalid { at, .. } => found.to_string().replacen(&at.readable(), &zone.show(*at).to_string(), 1),
        // The day is that of coordinated universal time, which says nothing to a person.
        Found::DatedLater { dated, .. } => {
            format!("the document is dated {}, and the event happened before that day", weekday_date(*dated))
        }
        other => other.to_string(),
    }
}

/// A rule's remedy, or what was found, for people who type nothing: the names of events and values as a page shows them.
///
/// ```
/// use ibbi_app::describe::in_words;
/// let remedy = ibbi_core::Rule::IbbiChosen.remedy();
/// assert_eq!(remedy, "Record the choice of the IBBI (service_chosen with service=ibbi).");
/// let expected = "Record the choice of the IBBI (\u{201c}service chosen\u{201d} with service: Interest-Based Bargaining Institute).";
/// assert_eq!(in_words(remedy), expected);
/// ```
pub fn in_words(text: &str) -> String {
    let is_mark = |letter: char| matches!(letter, '.' | ',' | ';' | ':' | '(' | ')' | '`');
    // A name can contain an equals sign. Only keys of events are put in words.
    let field = |key: &str| EventKind::ALL.iter().find_map(|kind| kind.field(key));
    let words = text.split(' ').map(|word| {
        let bare = word.trim_matches(is_mark);
        let said = match (EventKind::from_code(bare), bare.split_once('=')) {
            (Some(kind), _) => format!("\u{201c}{}\u{201d}", kind.label()),
            (None, Some((key, value))) => match field(key) {
                Some(field) => format!("{}: {}", key.replace('_', " "), field.value_label(value)),
                None => return word.to_owned(),
            },
            _ => return word.to_owned(),
        };
        word.replacen(bare, &said, 1)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Two instants in the zone; in full where they would look the same.
fn apart(one: At, other: At, zone: Zone) -> (String, String) {
    let shown = (zone.show(one), zone.show(other));
    if shown.0 == shown.1 && one != other { (one.to_string(), other.to_string()) } else { shown }
}

/// Every rule and every advisory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rules {
    /// The advisories.
    pub advisories: Vec<AdvisoryRow>,
    /// The rules.
    pub rules: Vec<RuleRow>,
}

/// A rule with its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleRow {
    /// The remedy.
    pub remedy: &'static str,
    /// The rule.
    pub rule: Rule,
    /// The source of the rule.
    pub source: Source,
    /// The requirement.
    pub statement: &'static str,
}

/// An advisory with its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdvisoryRow {
    /// The advisory.
    pub advisory: Warning,
    /// The source of the advisory.
    pub source: Source,
    /// The statement.
    pub statement: &'static str,
}

/// Returns every rule and every advisory.
pub fn rules() -> Rules {
    let rule = |rule: &Rule| RuleRow {
        remedy: rule.remedy(),
        rule: *rule,
        source: rule.source(),
        statement: rule.statement(),
    };
    let advisory =
        |warning: &Warning| AdvisoryRow { advisory: *warning, source: warning.source(), statement: warning.label() };
    Rules { advisories: Warning::ALL.iter().map(advisory).collect(), rules: Rule::ALL.iter().map(rule).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_remedy_in_words_holds_what_only_a_command_line_has() {
        for rule in Rule::ALL {
            let said = in_words(rule.remedy());
            assert!(!said.contains(['_', '=']), "{}: {said}", rule.code());
            assert!(!in_words(rule.statement()).contains(['_', '=']), "{}: {}", rule.code(), rule.statement());
        }
    }

    #[test]
    fn what_was_found_is_said_in_words_and_what_somebody_wrote_stays() {
        for (found, said) in [
            (
                "the case is in Inquiry; format_chosen belongs to Teams",
                "the case is in Inquiry; \u{201c}facilitation format chosen\u{201d} belongs to Teams",
            ),
            ("`leader_agreed`: 1 + 1=2 of A_B", "`\u{201c}leader agreed\u{201d}`: 1 + 1=2 of A_B"),
        ] {
            assert_eq!(in_words(found), said);
        }
    }
}
