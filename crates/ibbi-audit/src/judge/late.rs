//! What the replay shows of an event that happened before others of its case.

use super::context::{JudgeContext, relies_on_program};
use crate::case_times::CaseTimes;
use ibbi_core::{Advisory, At, EventKind, FoundWeakness, ReplayStep};

/// What the audit takes from the one replay of a case with a late event: its times, and what the case before the event says
/// about it.
pub(super) struct LateReplay<'a> {
    pub(super) times: CaseTimes,
    pub(super) advisories: Vec<Advisory>,
    pub(super) weaknesses: Vec<FoundWeakness>,
    /// Whether the case was closed by an event that happened after this one.
    pub(super) closes_later: bool,
    /// Whether the case is closed after the event itself, once the replay has reached it.
    closed: Option<bool>,
    is_next: bool,
    at: At,
    logged: At,
    /// The settings, if an event of this kind can have advisories to report.
    advises: Option<&'a JudgeContext<'a>>,
    weighs: bool,
}

impl<'a> LateReplay<'a> {
    pub(super) fn new(kind: EventKind, at: At, logged: At, context: &'a JudgeContext<'a>) -> Self {
        Self {
            times: CaseTimes::new(),
            advisories: Vec::new(),
            weaknesses: Vec::new(),
            closes_later: false,
            closed: None,
            is_next: false,
            at,
            logged,
            advises: context.asks_for_advisories(kind).then_some(context),
            weighs: relies_on_program(kind),
        }
    }

    pub(super) fn take(&mut self, step: ReplayStep<'_>) {
        match step {
            ReplayStep::Before { case, event } => {
                self.is_next = true;
                if let Some(context) = self.advises {
                    self.advisories = context.advisories_of(case, event, self.at, self.logged);
                }
                if self.weighs {
                    self.weaknesses = case.weaknesses(event, self.at);
                }
            }
            ReplayStep::After { kind, at, case } => {
                self.times.step(kind, at, case);
                if core::mem::take(&mut self.is_next) {
                    self.closed = Some(case.outcome().is_some());
                } else if self.closed == Some(false) && case.outcome().is_some() {
                    self.closes_later = true;
                }
            }
        }
    }
}
