//! Measuring cases: for each goal, the days that each case took, in one pass over its events.

use super::judge::{DayJudge, GoalResult};
use super::report::GoalsReport;
use super::track::{CaseTrack, Watch};
use super::{DayCount, GoalSet, TimeGoal};
use ibbi_common::fiscal::FiscalPeriod;
use ibbi_core::{At, Date, Event, Name, Stage};
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
    /// The period that has the last day on which the goal is met.
    pub period: FiscalPeriod,
}

/// Measures cases one by one.
///
/// ```
/// use ibbi_sim::{EXAMPLE, GoalMeter, GoalSet, SAMPLE_GOALS, Scenario, Simulator};
/// let goals = GoalSet::parse(SAMPLE_GOALS)?;
/// let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
/// let mut meter = GoalMeter::new(&goals, simulator.last_instant());
/// for run in 0..20 {
///     let mut events = Vec::new();
///     simulator.run(1, run, |at, event, to| events.push((at, event.clone(), to))).unwrap();
///     meter.add(uuid::Uuid::from_u128(run.into()), events.iter().map(|(at, event, to)| (*at, event, *to)));
/// }
/// let report = meter.finish();
/// assert_eq!(report.cases, 20);
/// assert!(report.goals[0].tally.met > 0);
/// # Ok::<(), ibbi_sim::GoalsError>(())
/// ```
pub struct GoalMeter<'g> {
    goals: &'g GoalSet,
    watch: Watch,
    judge: DayJudge,
    /// The measurements of each goal.
    measured: Vec<Vec<GoalMeasurement>>,
    cases: u64,
    left_out: u64,
}

impl<'g> GoalMeter<'g> {
    /// Creates a meter that measures open cases as of an instant.
    pub fn new(goals: &'g GoalSet, as_of: At) -> Self {
        Self {
            goals,
            watch: Watch::new(goals),
            judge: DayJudge::new(&goals.goals, as_of),
            measured: vec![Vec::new(); goals.goals.len()],
            cases: 0,
            left_out: 0,
        }
    }

    /// Adds a case: its events in the order in which they happened, each with the stage that it led to. No event may be later
    /// than the instant of the meter.
    pub fn add<'a>(&mut self, case: Uuid, events: impl IntoIterator<Item = (At, &'a Event, Stage)>) {
        let mut track = CaseTrack::new(&self.watch);
        events.into_iter().for_each(|(at, event, to)| track.read(at, event, to));
        if track.district.is_none() {
            return;
        }
        self.cases += 1;
        for (index, measured) in self.measured.iter_mut().enumerate() {
            measured.extend(measure(self.goals, &self.watch, &self.judge, &track, index, case));
        }
    }

    /// Counts a case that can't be measured, because the rules don't allow one of its events.
    pub const fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// Returns the report on all cases.
    pub fn finish(self) -> GoalsReport {
        GoalsReport::new(self.goals, self.measured, self.judge.today(), [self.cases, self.left_out])
    }
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
        period: goals.fiscal_years.period(goals.period, judged.due),
    })
}
