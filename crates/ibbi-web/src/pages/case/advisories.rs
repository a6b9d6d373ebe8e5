//! Advisories as sentences: what was found, with names, and what else to know or to do. Nothing is there twice.

use super::choices::Choices;
use crate::pages::form_errors::sentence;
use ibbi_app::describe::in_words;
use ibbi_core::{Advisory, Warning};

/// Returns an advisory as sentences, with names in place of IDs.
pub(crate) fn advisory_text(advisory: &Advisory, choices: &Choices) -> String {
    let found = choices.without_ids(&in_words(&advisory.found), is_about_ids(advisory.warning));
    match advisory.warning {
        Warning::Substitute => format!("A substitute took the place of a team member: {found}."),
        Warning::Untrained => {
            let people = found.strip_prefix("attended no training session: ").unwrap_or(&found);
            format!("In a facilitation session without any training session: {people}.")
        }
        other => {
            let more = more(other);
            format!("{}.{}{more}", sentence(&found), if more.is_empty() { "" } else { " " })
        }
    }
}

/// Returns advisories as sentences, each of them once.
pub(crate) fn advisory_texts<'a>(advisories: impl IntoIterator<Item = &'a Advisory>, choices: &Choices) -> Vec<String> {
    let mut texts = Vec::new();
    for text in advisories.into_iter().map(|advisory| advisory_text(advisory, choices)) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Returns whether what was found has IDs that stand alone.
const fn is_about_ids(warning: Warning) -> bool {
    matches!(warning, Warning::Substitute | Warning::ReleasedAround)
}

/// Returns what an advisory means, if what was found doesn't say it.
const fn more(warning: Warning) -> &'static str {
    match warning {
        Warning::Weekend => "That is a weekend.",
        Warning::Holiday => "That is a legal holiday.",
        Warning::NoBoardMembers | Warning::LenientProgram => warning.label(),
        Warning::AfterContract => "An evergreen clause makes that date a soft deadline.",
        Warning::SeatVacant => "Record the successor before you book or hold a session.",
        Warning::SuccessorPending => "The seat's agreement remains.",
        Warning::LookAlike => "Check whether it is the same person.",
        Warning::DeclineOfAnother => "The seat still counts as agreed. Check the spelling of the name.",
        Warning::DoubleBooked => "Only names are compared.",
        Warning::SameDay => "The later part can't be opened on that day.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_advisory_says_the_same_twice() {
        let text = |warning: Warning, found: &str| {
            advisory_text(&Advisory { warning, found: found.to_owned() }, &Choices::default())
        };
        for (warning, found, expected) in [
            (
                Warning::LoggedLate,
                "the event was logged 26 days after it happened",
                "The event was logged 26 days after it happened.",
            ),
            (Warning::MissedTraining, "attended no training session: Bo Kim", "Attended no training session: Bo Kim."),
            (
                Warning::Untrained,
                "attended no training session: Bo Kim",
                "In a facilitation session without any training session: Bo Kim.",
            ),
            (
                Warning::SeatVacant,
                "vacant: the seat of the superintendent",
                "Vacant: the seat of the superintendent. Record the successor before you book or hold a session.",
            ),
        ] {
            assert_eq!(text(warning, found), expected);
        }
        for warning in Warning::ALL {
            let text = text(*warning, "found");
            assert!(text.ends_with('.') && !text.contains("..") && !text.contains("  "), "{text}");
        }
    }
}
