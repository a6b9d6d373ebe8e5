//! Measuring one case: the days that it took for a goal.

use super::judge::{DayJudge, GoalResult};
use super::track::{CaseTrack, Watch};
use super::{DayCount, GoalSet, TimeGoal};
use ibbi_common::fiscal::FiscalPeriod;
use ibbi_core::{At, Date, Name};
use serde::Serialize;
use uuid::Uuid;

/// The days that a case took for a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalMeasurement {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// The neutral of its latest session, or of its next one if no session has opened.
    pub facilitator: Option<Name>,
    /// The day on which the days started, in the district's time.
    pub started: Date,
    /// The last day on which the goal is met.
    pub due: Date,
    /// The day on which it happened.
    pub ended: Option<Date>,
    /// The days that it took, or that have passed so far, as the goal counts them.
    pub days: u32,
    /// The days beyond the goal; 0 if there are none.
    pub late_by: u32,
    /// Whether the goal was met.
    pub result: GoalResult,
    /// Whether the case is open.
    #[serde(skip)]
    pub is_open: bool,
    /// The period that has the last day on which the goal is met.
    pub period: FiscalPeriod,
}

/// Measures a case for the goal with an index. Returns nothing if the goal is not about the case, or its days have not started.
pub(super) fn measure(
    goals: &GoalSet,
    watch: &Watch,
    judge: &DayJudge,
    track: &CaseTrack<'_>,
    index: usize,
    case: Uuid,
) -> Option<GoalMeasurement> {
    let goal: &TimeGoal = goals.goals.get(index)?;
    if !goal.covers(track.district.as_ref(), track.format.as_ref()) {
        return None;
    }
    let (start, end) = track.span(*watch.goals.get(index)?)?;
    let date = |at: At| track.zone.date(at);
    let (started, ended) = (date(start), end.map(date));
    let judged = judge.judge(goal, track.county, [started, date(judge.today())], ended, track.closed.map(date));
    debug_assert!(goal.days == DayCount::Business || ended.is_none_or(|ended| ended >= started));
    Some(GoalMeasurement {
        case,
        district: track.district.clone(),
        facilitator: track.facilitator().cloned(),
        started,
        due: judged.due,
        ended,
        days: judged.taken,
        late_by: if judged.result == GoalResult::EndedFirst {
            0
        } else {
            judged.taken.saturating_sub(goal.within.into())
        },
        result: judged.result,
        is_open: track.closed.is_none(),
        period: goals.fiscal_years.period(goals.period, judged.due),
    })
}
