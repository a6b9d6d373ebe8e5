//! Three calendars to choose from: the best case, and dates to hold for even odds and for four in five.

use crate::hold::{HeldDates, HoldFinder};
use crate::plan::Plan;
use crate::simulate::{Settings, SimulationError, Simulator};
use serde::Serialize;

/// Three calendars to choose from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CandidateCalendars {
    /// The earliest plan. It needs everything to go right.
    pub best_case: Plan,
    /// Dates that are enough in at least half of the runs that go ahead.
    pub even_odds: HeldDates,
    /// Dates that are enough in at least four of five.
    pub safe: HeldDates,
}

impl Simulator {
    /// Returns the best case, and the dates to hold for even odds and for four in five.
    ///
    /// # Errors
    /// [`SimulationError::Settings`] if the settings are not valid.
    pub fn candidate_calendars(&self, plan: Plan, settings: Settings) -> Result<CandidateCalendars, SimulationError> {
        settings.check()?;
        let finder = HoldFinder::new(self, settings);
        Ok(CandidateCalendars { best_case: plan, even_odds: finder.find(50), safe: finder.find(80) })
    }
}
