//! The survey: whether each kind of event can be recorded now, and if not, why.

use crate::case::Case;
use crate::edition::Edition;
use crate::event::EventKind;
use crate::history::History;
use crate::refusal::{Check, Unmet};
use crate::rule::Rule;
use crate::time::At;
use alloc::vec::Vec;

/// The answer of the survey for a kind of event, before a particular event is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "answer", rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Answer {
    /// Every well-formed event of the kind would be accepted.
    Ready,
    /// It depends on the event. A refusal could name only these rules.
    Depends {
        /// The rules that the event itself must meet.
        rules: Vec<Rule>,
    },
    /// Every event of the kind would be refused, at least for these reasons.
    Blocked {
        /// The unmet rules, with what was found.
        unmet: Vec<Unmet>,
    },
}

/// A kind of event, with the answer of the survey.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Prospect {
    /// The kind of event.
    pub event: EventKind,
    /// The answer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub answer: Answer,
}

fn prospect(case: &Case, event: EventKind, at: At) -> Prospect {
    let mut check = Check::new();
    // An opening names its edition. Every other event is checked against the edition of its case.
    check.set_edition(Edition::LATEST);
    let rules = case.examine_state(event, at, &mut check);
    if rules.is_none() {
        case.check_misplaced(event, at, &mut check);
    }
    let rules = rules.map(|rules| rules.iter().copied().filter(|rule| check.has(*rule)).collect::<Vec<_>>());
    let answer = match rules {
        Some(rules) if check.passed() && rules.is_empty() => Answer::Ready,
        Some(rules) if check.passed() => Answer::Depends { rules },
        _ => Answer::Blocked { unmet: check.into_unmet() },
    };
    Prospect { event, answer }
}

/// Returns the answer for every kind of event, as if it were offered at this instant.
///
/// ```
/// use ibbi_core::{survey, Answer, At, Case, EventKind};
/// let at: At = "2026-09-01T13:00:00.000Z".parse().unwrap();
/// let answers = survey(&Case::default(), at);
/// assert_eq!(answers.len(), EventKind::ALL.len());
/// assert!(matches!(answers[0].answer, Answer::Depends { .. })); // case_opened
/// assert!(matches!(answers[1].answer, Answer::Blocked { .. })); // leader_agreed
/// ```
pub fn survey(case: &Case, at: At) -> Vec<Prospect> {
    EventKind::ALL.iter().map(|kind| prospect(case, *kind, at)).collect()
}

impl History {
    /// Returns the answer for every kind of event, including corrections, as if it were offered at this instant.
    pub fn survey(&self, at: At) -> Vec<Prospect> {
        let mut answers = survey(self.case(), at);
        for prospect in answers.iter_mut().filter(|prospect| !prospect.event.happens()) {
            let mut check = Check::new();
            let rules = if prospect.event == EventKind::EventVoided {
                self.check_room(&mut check);
                self.check_any_voidable(&mut check);
                Rule::VOID
            } else {
                self.check_migratable(&mut check);
                Rule::MIGRATION
            };
            prospect.answer = match check.into_unmet() {
                unmet if unmet.is_empty() => Answer::Depends { rules: rules.to_vec() },
                unmet => Answer::Blocked { unmet },
            };
        }
        answers
    }
}
