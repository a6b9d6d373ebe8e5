//! The result of a simulation: endings, completion dates, the tornado, and the assumptions.

use super::{Settings, Simulator};
use crate::assumptions::AssumptionRow;
use crate::calendar::HORIZON;
use crate::counts::{RunCounts, TornadoBar};
use crate::model::Ending;
use crate::resume::ResumedCase;
use ibbi_common::quantile::Interval;
use ibbi_core::Date;
use serde::Serialize;

/// The number of runs with one ending.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeShare {
    /// The ending.
    pub ending: Ending,
    /// The number of runs.
    pub runs: u64,
    /// The share of all runs, with its 95% Wilson interval.
    pub share: Interval,
}

/// A percentile of the completion dates, by nearest rank among completed runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Percentile {
    /// The percentile: 10, 50, 80, or 90.
    pub percent: u8,
    /// The date; `None` if no run was completed.
    pub date: Option<Date>,
}

/// A point of the S-curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurvePoint {
    /// The day.
    pub date: Date,
    /// How many runs were completed by the end of this day.
    pub completed: u64,
    /// Their share of all runs.
    pub share: f64,
}

/// The result of a simulation. Every chance in it depends on the assumptions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Forecast {
    /// The assumptions, and which of them are defaults.
    pub assumptions: Vec<AssumptionRow>,
    /// The case from which the runs resume; `None` for a new case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued: Option<ResumedCase>,
    /// The day the contract expires.
    pub contract_expires: Option<Date>,
    /// The S-curve: every day on which a run was completed, with the runs completed by then.
    pub curve: Vec<CurvePoint>,
    /// The scenario's digest.
    pub digest: String,
    /// The share of all runs that are completed on or before the contract date; `None` if there is no such date.
    pub in_time: Option<Interval>,
    /// The endings, in the order of [`Ending::ALL`].
    pub outcomes: Vec<OutcomeShare>,
    /// P10, P50, P80 and P90 of the completion date.
    pub percentiles: Vec<Percentile>,
    /// The number of runs.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
    /// The tornado, the largest swing in days first.
    pub tornado: Vec<TornadoBar>,
}

impl Forecast {
    pub(super) fn new(simulator: &Simulator, settings: Settings, tally: &RunCounts) -> Self {
        let Settings { runs, seed, .. } = settings;
        let calendar = &simulator.calendar;
        let share =
            |count| ibbi_common::quantile::wilson(count, runs).expect("there is a run, and no more counted than runs");
        let mut completed = 0;
        let curve = (0..HORIZON).filter(|day| tally.completed[*day] > 0).filter_map(|day| {
            completed += tally.completed[day];
            Some(CurvePoint { date: calendar.date(day)?, completed, share: share(completed).estimate })
        });
        let percentile = |percent| {
            let day =
                ibbi_common::quantile::nearest_rank_of_counts((0..).zip(tally.completed.iter().copied()), percent);
            Percentile { percent, date: day.and_then(|day| calendar.date(day)) }
        };
        let outcome = |ending: Ending| {
            let runs = tally.endings[ending as usize];
            OutcomeShare { ending, runs, share: share(runs) }
        };
        Self {
            assumptions: simulator.scenario.assumptions.rows(),
            continued: simulator.real.clone(),
            contract_expires: simulator.scenario.contract_expires,
            curve: curve.collect(),
            digest: simulator.digest.clone(),
            in_time: simulator.late.map(|_| share(tally.in_time)),
            outcomes: Ending::ALL.into_iter().map(outcome).collect(),
            percentiles: [10, 50, 80, 90].into_iter().map(percentile).collect(),
            runs,
            seed,
            tornado: tally.tornado(simulator.late.is_some()),
        }
    }
}
