//! Counts over runs. They are whole numbers, so the order in which runs are counted has no effect.

use crate::calendar::{Day, HORIZON, NEVER};
use crate::model::{DelayCause, Ending, ForecastStep, RunResult};
use ibbi_common::quantile::nearest_rank_of_counts;
use serde::Serialize;

/// The number of days of a run: those within the horizon, and one for later.
const DAYS: usize = HORIZON + 1;

/// What the days of the completed runs with one completion day were spent on, as sums.
type Spent = [u64; DelayCause::ALL.len()];

/// A cause of delay: how many days runs spend on it that finish early, and how many runs that finish late.
///
/// Early runs finish on or before the P10 of the completed runs, and late runs on or after the P90. Each day of a run is
/// counted under one cause. So the differences of all causes add up to the difference between late and early runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Driver {
    /// The cause.
    pub cause: DelayCause,
    /// The mean number of days in all completed runs.
    pub days: f64,
    /// The mean number of days in early runs.
    pub early: f64,
    /// The mean number of days in late runs.
    pub late: f64,
    /// The difference: late minus early.
    pub difference: f64,
}

/// The counts that a forecast needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunCounts {
    /// Completed runs, by day.
    pub(crate) completed: Vec<u64>,
    /// Runs by ending, in the order of [`Ending::ALL`].
    pub(crate) endings: [u64; Ending::ALL.len()],
    /// The number of runs that go ahead.
    pub(crate) ahead: u64,
    /// Runs that don't go ahead, by the reason, in the order of [`Ending::ALL`].
    pub(crate) stopped: [u64; Ending::ALL.len()],
    /// Runs that go ahead, by the day of each milestone. The last day is for those that don't reach it.
    milestones: Vec<[u64; ForecastStep::COUNT]>,
    spent: Vec<Spent>,
}

impl RunCounts {
    pub(crate) fn new() -> Self {
        Self {
            completed: vec![0; HORIZON],
            endings: [0; 5],
            ahead: 0,
            stopped: [0; 5],
            milestones: vec![[0; ForecastStep::COUNT]; DAYS],
            spent: vec![[0; DelayCause::ALL.len()]; HORIZON],
        }
    }

    pub(crate) fn add(&mut self, ended: RunResult) {
        let RunResult { ending, day, stopped, progress } = ended;
        self.endings[ending as usize] += 1;
        if let Some(stopped) = stopped {
            self.stopped[stopped as usize] += 1;
            return;
        }
        self.ahead += 1;
        for (step, day) in progress.reached.into_iter().enumerate() {
            self.milestones[usize::from(day.min(NEVER))][step] += 1;
        }
        if ending == Ending::Completed {
            let day = usize::from(day);
            self.completed[day] += 1;
            self.spent[day].iter_mut().zip(progress.spent).for_each(|(sum, days)| *sum += u64::from(days));
        }
    }

    pub(crate) fn join(mut self, other: Self) -> Self {
        fn add<'a>(mine: impl Iterator<Item = &'a mut u64>, theirs: impl Iterator<Item = u64>) {
            mine.zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
        add(self.completed.iter_mut(), other.completed.into_iter());
        add(self.endings.iter_mut(), other.endings.into_iter());
        self.ahead += other.ahead;
        add(self.stopped.iter_mut(), other.stopped.into_iter());
        add(self.milestones.as_flattened_mut().iter_mut(), other.milestones.into_iter().flatten());
        add(self.spent.as_flattened_mut().iter_mut(), other.spent.into_iter().flatten());
        self
    }

    /// Returns a percentile of the completion day of the runs that go ahead; `None` if that is later than any day.
    pub(crate) fn finish(&self, percent: u8) -> Option<Day> {
        let unfinished = self.ahead - self.endings[Ending::Completed as usize];
        let days = (0..NEVER).zip(self.completed.iter().copied());
        nearest_rank_of_counts(days.chain([(NEVER, unfinished)]), percent).filter(|day| *day < NEVER)
    }

    /// Returns a percentile of the day of a milestone in the runs that go ahead; `None` if that is later than any day.
    pub(crate) fn milestone(&self, step: ForecastStep, percent: u8) -> Option<Day> {
        let days = (0..=NEVER).zip(self.milestones.iter().map(|steps| steps[step.index()]));
        nearest_rank_of_counts(days, percent).filter(|day| *day < NEVER)
    }

    /// Returns how many runs are completed before this day.
    pub(crate) fn completed_before(&self, day: Day) -> u64 {
        self.completed.iter().take(day.into()).sum()
    }

    /// Returns the causes of delay on which days were spent, the largest difference first. Ties are in the order of the
    /// model.
    pub(crate) fn drivers(&self) -> Vec<Driver> {
        let percentile = |percent| nearest_rank_of_counts((0..).zip(self.completed.iter().copied()), percent);
        let (Some(low), Some(high)) = (percentile(10), percentile(90)) else { return Vec::new() };
        let all = self.mean_spent(0, HORIZON - 1);
        let (early, late) = (self.mean_spent(0, low), self.mean_spent(high, HORIZON - 1));
        let driver = |cause: DelayCause| {
            let [days, early, late] = [all, early, late].map(|means| means[cause as usize]);
            Driver { cause, days, early, late, difference: late - early }
        };
        let mut drivers: Vec<_> = DelayCause::ALL.into_iter().map(driver).filter(|driver| driver.days > 0.0).collect();
        drivers.sort_by(|one, other| other.difference.abs().total_cmp(&one.difference.abs()));
        drivers
    }

    /// Returns the mean days on each cause of the runs that were completed from one day to another.
    #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn mean_spent(&self, from: usize, to: usize) -> [f64; DelayCause::ALL.len()] {
        let mut sums = [0; DelayCause::ALL.len()];
        let mut runs = 0;
        for (spent, completed) in self.spent.iter().zip(&self.completed).take(to + 1).skip(from) {
            runs += completed;
            sums.iter_mut().zip(spent).for_each(|(sum, days)| *sum += days);
        }
        sums.map(|sum| sum as f64 / runs.max(1) as f64)
    }
}
