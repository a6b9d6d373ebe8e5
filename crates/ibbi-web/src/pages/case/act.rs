//! The events of a form: all of them are recorded, or none.

use ibbi_app::form::When;
use ibbi_app::{AppError, Offered, case_log::CaseLog};
use ibbi_core::{At, Event};

/// An event of a form, with its own time if it has one.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) event: Event,
    pub(super) at: Option<At>,
}

/// The events of a form: all of them are recorded, or none.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub(super) steps: Vec<Step>,
}

impl Act {
    /// Returns each event with its time; no time means now. Events without a time of their own happened when the form says.
    pub(super) fn placed(self, log: &CaseLog, when: When, now: At) -> Result<Vec<(Event, Option<At>)>, AppError> {
        let offered = |at: At, event: &Event| Offered { at, event: event.clone(), replaces: None };
        let timeless: Vec<Event> =
            self.steps.iter().filter(|step| step.at.is_none()).map(|step| step.event.clone()).collect();
        let at = match timeless.as_slice() {
            [] => None,
            [first, ..] => when
                .instant(&timeless, log.recorded.records(), log.zone, now)
                .map_err(|refusal| AppError::refused(refusal.clone(), log, &[], &offered(refusal.at, first)))?,
        };
        let placed: Vec<_> = self.steps.into_iter().map(|step| (step.event, step.at.or(at))).collect();
        // Several events are recorded only if the case accepts them all.
        if placed.len() > 1 {
            let mut history = log.recorded.records().clone();
            let mut before = Vec::new();
            for (event, at) in &placed {
                let (seq, at) = (history.entries().last().map_or(1, |last| last.seq + 1), at.unwrap_or(now));
                let one = offered(at, event);
                history
                    .record(seq, at, event.clone())
                    .map_err(|refusal| AppError::refused(refusal, log, &before, &one))?;
                before.push(one);
            }
        }
        Ok(placed)
    }
}
