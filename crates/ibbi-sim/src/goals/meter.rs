//! Measuring cases: for each goal, the days that each case took, in one pass over its events.

use super::GoalSet;
use super::judge::DayJudge;
use super::measure::{GoalMeasurement, measure};
use super::report::GoalsReport;
use super::track::{CaseTrack, Watch};
use ibbi_core::{At, Event, Stage};
use uuid::Uuid;

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
