//! The steps of a case: its events in effect, each with the stages before and after it.

use super::{History, HistoryEntry};
use crate::stage::Stage;
use crate::time::At;
use alloc::vec::Vec;

/// An event in effect, with the stages before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryStep<'a> {
    /// The event's record.
    pub entry: &'a HistoryEntry,
    /// The stage before it.
    pub from: Stage,
    /// The stage after it. For a record that was added late or corrected, [`HistoryEntry::to`] can be a later stage.
    pub to: Stage,
}

impl History {
    /// Returns the events in effect that happened by an instant, in the order in which they happened, each with the stages
    /// before and after it.
    ///
    /// ```
    /// use ibbi_core::{events::*, *};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let at: At = "2026-09-01T13:00:00.000Z".parse()?;
    /// let mut history = History::new();
    /// history.offer(1, at, CaseOpened {
    ///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
    ///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
    /// })?;
    /// let steps = history.steps(At::MAX);
    /// assert_eq!((steps[0].from, steps[0].to), (Stage::Unopened, Stage::Inquiry));
    /// assert!(history.steps(At::MIN).is_empty());
    /// # Ok(()) }
    /// ```
    pub fn steps(&self, until: At) -> Vec<HistoryStep<'_>> {
        let mut case = self.start();
        let mut steps = Vec::with_capacity(self.entries.len());
        for entry in self.in_effect().into_iter().take_while(|entry| entry.at <= until) {
            let from = case.stage();
            // Every prefix of a valid case is valid.
            case = case.advance(&entry.event, entry.at);
            steps.push(HistoryStep { entry, from, to: case.stage() });
        }
        steps
    }
}
