//! The chance that an open case meets a goal: the share of the runs that continue it and do.

use super::GoalSet;
use super::judge::{DayJudge, GoalResult};
use super::measure::measure;
use super::track::{CaseTrack, Watch};
use crate::assumptions::AssumptionRow;
use crate::simulate::{SimulationError, Simulator};
use ibbi_common::quantile::{Interval, wilson};
use ibbi_core::{Date, Name};
use serde::Serialize;
use uuid::Uuid;

/// The chance that a case meets a goal. It follows from the assumptions of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalChance {
    /// The number of runs.
    pub runs: u64,
    /// The runs in which the goal counts the case: those in which it did not end first.
    pub counted: u64,
    /// The runs that meet the goal.
    pub met: u64,
    /// Their share of the runs that count, with its 95% Wilson interval; `None` if no run counts.
    pub chance: Option<Interval>,
}

/// The open cases that can still meet a goal, and the assumptions behind their chances.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalRisks {
    /// The assumptions of the simulations, and which of them are defaults.
    pub assumptions: Vec<AssumptionRow>,
    /// The number of runs of each case.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
    /// The cases: the smallest chance first, and those without one last.
    pub cases: Vec<GoalRisk>,
}

/// An open case and a goal that it can still meet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalRisk {
    /// The name of the goal.
    pub goal: String,
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// Its facilitator, if it has one.
    pub facilitator: Option<Name>,
    /// The last day on which the goal is met.
    pub due: Date,
    /// The calendar days that are left until then.
    pub days_left: i64,
    /// The chance; `None` if the case can't be simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<GoalChance>,
    /// Why the case can't be simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Simulates a case that a simulator resumes, and returns the chance of each goal with one of the indexes `wanted`.
///
/// # Errors
/// [`SimulationError`] if the core refuses an event of a run.
pub fn goal_chances(
    goals: &GoalSet,
    simulator: &Simulator,
    wanted: &[usize],
    runs: u64,
    seed: u64,
) -> Result<Vec<GoalChance>, SimulationError> {
    let watch = Watch::new(goals);
    let judge = DayJudge::new(&goals.goals, simulator.last_instant());
    let mut begun = CaseTrack::new(&watch);
    simulator.past().iter().for_each(|(at, event, to)| begun.read(*at, event, *to));
    let mut counts = vec![(0, 0); wanted.len()];
    for run in 0..runs {
        let mut track = begun.clone();
        simulator.run(seed, run, |at, event, to| track.read(at, event, to))?;
        for (index, (counted, met)) in wanted.iter().zip(&mut counts) {
            let result = measure(goals, &watch, &judge, &track, *index, Uuid::nil()).map(|measured| measured.result);
            *counted += u64::from(matches!(result, Some(GoalResult::Met | GoalResult::Late | GoalResult::Overdue)));
            *met += u64::from(result == Some(GoalResult::Met));
        }
    }
    let chance = |(counted, met)| GoalChance { runs, counted, met, chance: wilson(met, counted) };
    Ok(counts.into_iter().map(chance).collect())
}
