//! The report on goals: met or missed, in all, by period, by facilitator, and by case.

use super::judge::GoalResult;
use super::measure::GoalMeasurement;
use super::{GoalSet, TimeGoal};
use ibbi_common::fiscal::{FiscalPeriod, FiscalYears, PeriodKind};
use ibbi_common::quantile::nearest_rank;
use ibbi_core::{At, Name};
use serde::Serialize;
use std::collections::BTreeMap;

/// The cases of a goal, by result.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalTally {
    /// Cases in which it happened in time.
    pub met: u64,
    /// Cases in which it happened late.
    pub late: u64,
    /// Cases in which it had not happened when the days were over.
    pub overdue: u64,
    /// Open cases in which it can still happen in time.
    pub not_due: u64,
    /// Cases that ended first. They don't count.
    pub ended_first: u64,
    /// The share of the cases that count and met the goal, from 0 to 1; `None` if none counts yet.
    pub share: Option<f64>,
    /// Whether the share is at least that of the goal; `None` if no case counts yet.
    pub reached: Option<bool>,
    /// The median of the days of the cases in which it happened, by nearest rank.
    pub median_days: Option<u32>,
}

/// A period of a goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodTally {
    /// The period that has the last day on which the goal is met.
    pub period: FiscalPeriod,
    /// The cases.
    #[serde(flatten)]
    pub tally: GoalTally,
}

/// A facilitator's cases for a goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FacilitatorTally {
    /// The neutral; `None` for cases that have none yet.
    pub facilitator: Option<Name>,
    /// The cases.
    #[serde(flatten)]
    pub tally: GoalTally,
}

/// A goal with its results.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalReport {
    /// The goal.
    pub goal: TimeGoal,
    /// The goal in words.
    pub statement: String,
    /// All its cases.
    pub tally: GoalTally,
    /// Its cases by period, the earliest first.
    pub periods: Vec<PeriodTally>,
    /// Its cases by facilitator, by name. Cases without one are last.
    pub facilitators: Vec<FacilitatorTally>,
    /// Its cases, in the order of the ledger.
    pub cases: Vec<GoalMeasurement>,
}

/// The goals of an office, and whether they were met.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalsReport {
    /// The instant as of which open cases were measured.
    pub as_of: At,
    /// The instant at which the records were known on which the report is based; left out if it has all that were recorded since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logged: Option<At>,
    /// When fiscal years start.
    pub fiscal_years: FiscalYears,
    /// The length of a period.
    pub period: PeriodKind,
    /// The number of cases that were measured.
    pub cases: u64,
    /// The number of cases that were left out, because the rules don't allow one of their events.
    pub left_out: u64,
    /// The goals, in the order of their file.
    pub goals: Vec<GoalReport>,
}

impl GoalsReport {
    pub(super) fn new(
        goals: &GoalSet,
        measured: Vec<Vec<GoalMeasurement>>,
        as_of: At,
        [cases, left_out]: [u64; 2],
    ) -> Self {
        let reports = goals.goals.iter().zip(measured).map(|(goal, cases)| GoalReport::new(goal, cases));
        Self {
            as_of,
            logged: None,
            fiscal_years: goals.fiscal_years,
            period: goals.period,
            cases,
            left_out,
            goals: reports.collect(),
        }
    }

    /// Returns how many goals were reached, how many were missed, and how many have no case that counts yet.
    pub fn counts(&self) -> [usize; 3] {
        let count = |reached| self.goals.iter().filter(|goal| goal.tally.reached == reached).count();
        [count(Some(true)), count(Some(false)), count(None)]
    }
}

impl GoalReport {
    fn new(goal: &TimeGoal, cases: Vec<GoalMeasurement>) -> Self {
        let mut periods: BTreeMap<FiscalPeriod, Vec<&GoalMeasurement>> = BTreeMap::new();
        // `None` sorts first, and cases without a facilitator are to be last.
        let mut facilitators: BTreeMap<(bool, Option<&Name>), Vec<&GoalMeasurement>> = BTreeMap::new();
        for case in &cases {
            periods.entry(case.period).or_default().push(case);
            let name = case.facilitator.as_ref();
            facilitators.entry((name.is_none(), name)).or_default().push(case);
        }
        let periods = periods.into_iter().map(|(period, cases)| PeriodTally { period, tally: tally(goal, &cases) });
        let facilitators = facilitators
            .into_iter()
            .map(|((_, name), cases)| FacilitatorTally { facilitator: name.cloned(), tally: tally(goal, &cases) });
        Self {
            statement: goal.statement(),
            tally: tally(goal, &cases.iter().collect::<Vec<_>>()),
            periods: periods.collect(),
            facilitators: facilitators.collect(),
            goal: goal.clone(),
            cases,
        }
    }
}

fn tally(goal: &TimeGoal, cases: &[&GoalMeasurement]) -> GoalTally {
    let count = |result| cases.iter().filter(|case| case.result == result).count() as u64;
    let [met, late, overdue, not_due, ended_first] = GoalResult::ALL.map(count);
    let counted = met + late + overdue;
    let mut days: Vec<u32> = cases.iter().filter(|case| case.ended.is_some()).map(|case| case.days).collect();
    days.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^53")]
    let share = (counted > 0).then(|| met as f64 / counted as f64);
    GoalTally {
        met,
        late,
        overdue,
        not_due,
        ended_first,
        share,
        // In whole numbers, so that exactly 80% is 80%.
        reached: (counted > 0).then(|| met * 100 >= counted * u64::from(goal.share)),
        median_days: nearest_rank(&days, 50).copied(),
    }
}
