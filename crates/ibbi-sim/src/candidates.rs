//! Dates to hold for even odds, and for the safest calendar that there is. Beside the best case, they are three calendars to choose from.

use crate::hold::{HeldDates, HoldFinder};
use crate::simulate::{Settings, SimulationError, Simulator};
use serde::Serialize;

/// Two sets of dates to hold, to choose from beside the earliest plan. That is the best case, and needs everything to go right.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CandidateCalendars {
    /// Dates that are enough in at least half of the runs that go ahead.
    pub even_odds: HeldDates,
    /// Dates that are enough in at least [`CandidateCalendars::SAFE`] percent of them. If there are none, those for the greatest
    /// share in steps of five, down to 55.
    pub safe: HeldDates,
}

impl CandidateCalendars {
    /// The confidence of the safe calendar, in percent.
    pub const SAFE: u8 = 80;
}

impl Simulator {
    /// Returns the dates to hold for even odds, and for four in five or the most that there are dates for.
    ///
    /// ```
    /// use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
    /// let simulator = Simulator::new(&Scenario::parse(EXAMPLE)?);
    /// let calendars = simulator.candidate_calendars(Settings { runs: 2_000, ..Settings::default() })?;
    /// assert!(calendars.even_odds.last <= calendars.safe.last);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SimulationError::Settings`] if the settings are not valid.
    pub fn candidate_calendars(&self, settings: Settings) -> Result<CandidateCalendars, SimulationError> {
        settings.check()?;
        let finder = HoldFinder::new(self, settings);
        let even_odds = finder.find(50);
        let wanted = finder.find(CandidateCalendars::SAFE);
        // Without dates for even odds, there are none for more.
        let lower = (55..CandidateCalendars::SAFE).rev().filter(|percent| percent % 5 == 0);
        let safe = match (wanted.chance, even_odds.chance) {
            (None, Some(_)) => lower.map(|percent| finder.find(percent)).find(|held| held.chance.is_some()),
            _ => None,
        };
        Ok(CandidateCalendars { even_odds, safe: safe.unwrap_or(wanted) })
    }
}
