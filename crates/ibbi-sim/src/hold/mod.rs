//! Dates to hold: for each session that is ahead, a date and a backup, with the chance that they are enough.
//!
//! A run that is ready for a session uses its first held date that is left and isn't postponed. `docs/simulation.md` specifies
//! this in "Dates to hold".

mod runs;
mod search;
mod start;

use crate::calendar::{Day, RunSlot};
use crate::scenario::SessionGroup;
use crate::session_kind::SessionKind;
use crate::simulate::{Settings, SimulationError, Simulator};
use ibbi_common::quantile::{Interval, wilson};
use ibbi_core::{Date, Slot};
use runs::{Clock, Extracted, Part};
use search::{Choices, Dates, Search};
use serde::Serialize;

/// A session with its two held dates.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldSession {
    /// The kind of session.
    #[serde(flatten)]
    pub what: SessionKind,
    /// The date to hold.
    pub slot: Slot,
    /// The share of the runs that go ahead in which the session is complete by that date.
    pub chance: f64,
    /// The second date to hold.
    pub backup: Slot,
    /// The share of the runs that go ahead in which the session is complete by one of the two dates.
    pub backup_chance: f64,
    /// Whether the first date is already booked or agreed.
    pub booked: bool,
}

/// Dates to hold for the sessions that are ahead.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldDates {
    /// The wanted chance, in percent.
    pub confidence: u8,
    /// The chance that a run that goes ahead holds all sessions on these dates, with its 95% Wilson interval. Its lower end is at
    /// least the confidence. It is measured on other runs than those that chose the dates. `None` if there are no such dates.
    pub chance: Option<Interval>,
    /// If there are no such dates, the share of the runs that the best dates found are enough for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
    /// The last held date.
    pub last: Option<Date>,
    /// The sessions in order, each with its dates.
    pub sessions: Vec<HeldSession>,
    /// The number of runs that go ahead on which the chance was measured.
    pub runs_ahead: u64,
    /// The number of runs.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
}

impl HeldDates {
    /// The least confidence, in percent.
    pub const LEAST: u8 = 50;
    /// The greatest confidence, in percent.
    pub const MOST: u8 = 99;
}

impl Simulator {
    /// Returns the dates to hold at a confidence from 50 to 99 percent. A number outside acts as the nearer end.
    ///
    /// ```
    /// use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
    /// let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
    /// let held = simulator.held_dates(80, Settings { runs: 2_000, ..Settings::default() }).unwrap();
    /// assert!(held.chance.unwrap().low >= 0.8);
    /// assert!(held.sessions.iter().all(|session| session.slot < session.backup));
    /// ```
    ///
    /// # Errors
    /// [`SimulationError::Settings`] if the settings are not valid.
    pub fn held_dates(&self, confidence: u8, settings: Settings) -> Result<HeldDates, SimulationError> {
        settings.check()?;
        Ok(HoldFinder::new(self, settings).find(confidence))
    }
}

/// The runs of a simulator, with the days on which its sessions can be held.
pub(crate) struct HoldFinder<'a> {
    simulator: &'a Simulator,
    settings: Settings,
    runs: Extracted,
    choices: Vec<Choices>,
}

impl<'a> HoldFinder<'a> {
    pub(crate) fn new(simulator: &'a Simulator, settings: Settings) -> Self {
        let runs = Extracted::new(simulator, settings.seed, settings.runs);
        let choices = runs.parts.iter().map(|part| simulator.choices(part)).collect();
        Self { simulator, settings, runs, choices }
    }

    pub(crate) fn find(&self, confidence: u8) -> HeldDates {
        let confidence = confidence.clamp(HeldDates::LEAST, HeldDates::MOST);
        let inputs = self.simulator.own_inputs();
        let clock = Clock { parts: &self.runs.parts, days: inputs.days, months: &self.simulator.course.months };
        let [_, certifying] = &self.runs.halves;
        let ahead = certifying.count() as u64;
        let (chance, dates, most) = match self.certified(&clock, confidence) {
            Ok((chance, dates)) => (Some(chance), dates, None),
            Err(nearest) => {
                let succeeded = nearest.map_or(0, |dates| certifying.succeed(&clock, &dates));
                (None, Vec::new(), Some(share_of(succeeded as u64, ahead)))
            }
        };
        let complete = if dates.is_empty() { Vec::new() } else { certifying.complete(&clock, &dates) };
        let session = |((part, dates), complete): ((&Part, &[Day; 2]), &[u64; 2])| {
            self.session(part, *dates, complete.map(|count| share_of(count, ahead)))
        };
        let last = dates.iter().flatten().max();
        HeldDates {
            confidence,
            chance,
            most,
            last: last.and_then(|day| self.simulator.calendar.date((*day).into())),
            sessions: self.runs.parts.iter().zip(&dates).zip(&complete).map(session).collect(),
            runs_ahead: ahead,
            runs: self.settings.runs,
            seed: self.settings.seed,
        }
    }

    /// Returns dates that the second half certifies; otherwise the dates that come nearest, if there are any.
    fn certified(&self, clock: &Clock<'_>, confidence: u8) -> Result<(Interval, Dates), Option<Dates>> {
        let [choosing, certifying] = &self.runs.halves;
        let total = choosing.count();
        if self.choices.is_empty() || total == 0 {
            return Err(None);
        }
        let search = Search { clock, choices: &self.choices, runs: choosing };
        let wanted = f64::from(confidence) / 100.0;
        let mut needed = (total * usize::from(confidence)).div_ceil(100);
        let mut nearest = None;
        while needed <= total {
            let dates = search.best(needed).map_err(|near| nearest.take().or(near))?;
            let succeeded = certifying.succeed(clock, &dates);
            let chance = wilson(succeeded as u64, certifying.count() as u64).ok_or(None)?;
            if chance.low >= wanted {
                return Ok((chance, dates));
            }
            nearest = Some(dates);
            needed = next_needed(needed, total, wanted - chance.low);
        }
        Err(nearest)
    }

    fn session(&self, part: &Part, [date, backup]: [Day; 2], [chance, backup_chance]: [f64; 2]) -> HeldSession {
        let simulator = self.simulator;
        let slot = |day: Day| {
            let start = simulator.own_inputs().days.session(part.group, part.minutes, day, |_| false);
            let start = start.map_or(0, |(_, start)| start);
            simulator.slot(RunSlot { day, start, minutes: part.minutes, real: None })
        };
        HeldSession {
            what: simulator
                .session_kind(part.group == SessionGroup::Facilitation, crate::model::part_number(part.index)),
            slot: part
                .booked
                .filter(|booked| booked.day == date)
                .map_or_else(|| slot(date), |booked| simulator.slot(booked)),
            chance,
            backup: slot(backup),
            backup_chance,
            booked: part.booked.is_some(),
        }
    }
}

impl Simulator {
    /// Returns the days on which a session can be held: the days that a booking from that day on would take.
    fn choices(&self, part: &Part) -> Choices {
        let days = self.own_inputs().days;
        let fits =
            |day: &Day| days.session(part.group, part.minutes, *day, |_| false).is_some_and(|(first, _)| first == *day);
        let first = Day::from(self.is_real());
        let all: Vec<Day> = (first..crate::calendar::NEVER).filter(fits).collect();
        Choices([part.booked.map_or_else(|| all.clone(), |booked| vec![booked.day]), all])
    }
}

/// Returns how many runs must succeed in the next search: more by the share that was missing, and by at least one in 400.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are small"
)]
fn next_needed(needed: usize, total: usize, missing: f64) -> usize {
    needed + ((missing * total as f64).ceil() as usize).max(total.div_ceil(400))
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn share_of(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
