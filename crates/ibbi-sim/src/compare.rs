//! Comparing two scenarios under the same random numbers: which is more likely to be in time, and by how much.

use crate::driver::Driver;
use crate::model::{Ending, RunResult};
use crate::simulate::{ProgressCounter, Settings, SimulationError, Simulator, spread};
use ibbi_common::format::number;
use ibbi_common::quantile::{Interval, Paired, paired_difference, wilson};
use ibbi_core::Event;
use serde::Serialize;

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparisonSide {
    /// The caller's label, such as a file name or a format.
    pub label: String,
    /// The scenario's digest.
    pub digest: String,
    /// The share of all runs that go ahead.
    pub goes_ahead: Interval,
    /// Of the runs that go ahead on both sides, the share completed on or before the contract date. Without such a date, the
    /// share completed. `None` if no run goes ahead on both sides.
    pub in_time: Option<Interval>,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The first scenario.
    pub first: ComparisonSide,
    /// The second scenario.
    pub second: ComparisonSide,
    /// Of the runs that go ahead on both sides, the numbers in which both, one, or neither are completed in time.
    pub in_time: Paired,
    /// The difference of the chances to be in time, first minus second, with its 95% interval. `None` if no run goes ahead on
    /// both sides.
    pub difference: Option<Interval>,
    /// How many days later the first is completed, on average over the runs that both complete, with its 95% interval.
    /// `None` if there are fewer than two such runs.
    pub days_later: Option<Interval>,
    /// The number of runs of each scenario.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
}

#[derive(Default)]
struct ComparisonCounts {
    ahead: [u64; 2],
    in_time: Paired,
    pairs: u64,
    days: i64,
    squares: u64,
}

impl ComparisonCounts {
    const fn add(&mut self, ended: [RunResult; 2], in_time: [bool; 2], starts_later: i64) {
        let ahead = [ended[0].goes_ahead(), ended[1].goes_ahead()];
        self.ahead[0] += ahead[0] as u64;
        self.ahead[1] += ahead[1] as u64;
        if !ahead[0] || !ahead[1] {
            return;
        }
        match in_time {
            [true, true] => self.in_time.both += 1,
            [true, false] => self.in_time.only_first += 1,
            [false, true] => self.in_time.only_second += 1,
            [false, false] => self.in_time.neither += 1,
        }
        let done = [ended[0].ending as u8 == Ending::Completed as u8, ended[1].ending as u8 == Ending::Completed as u8];
        if done[0] && done[1] {
            let later = starts_later + ended[0].day as i64 - ended[1].day as i64;
            self.pairs += 1;
            self.days += later;
            self.squares += (later * later).unsigned_abs();
        }
    }

    fn join(mut self, other: &Self) -> Self {
        (0..2).for_each(|side| self.ahead[side] += other.ahead[side]);
        self.in_time.both += other.in_time.both;
        self.in_time.only_first += other.in_time.only_first;
        self.in_time.only_second += other.in_time.only_second;
        self.in_time.neither += other.in_time.neither;
        self.pairs += other.pairs;
        self.days += other.days;
        self.squares += other.squares;
        self
    }
}

impl Comparison {
    /// Compares two scenarios, each with a label for the sentence.
    ///
    /// In each run, both get the same random numbers. A difference is due to the scenarios only.
    ///
    /// ```
    /// use ibbi_core::Format;
    /// use ibbi_sim::{Comparison, EXAMPLE, Scenario, Settings, Simulator};
    /// let halves = Scenario::parse(EXAMPLE).unwrap();
    /// let full = halves.clone().with_format(Format::FullDay);
    /// let (full, halves) = (Simulator::new(&full), Simulator::new(&halves));
    /// let settings = Settings { runs: 400, seed: 1, threads: 1 };
    /// let found = Comparison::new(("one full day", &full), ("two half-days", &halves), settings).unwrap();
    /// println!("{}", found.sentence());
    /// ```
    ///
    /// # Errors
    /// [`SimulationError`] if the settings are not valid, or if the core refuses an event of the model.
    pub fn new(
        first: (&str, &Simulator),
        second: (&str, &Simulator),
        settings: Settings,
    ) -> Result<Self, SimulationError> {
        Self::new_with(first, second, settings, &|_| {})
    }

    /// Compares two scenarios, and reports now and then how many runs are done. Any thread can call `progress`.
    ///
    /// # Errors
    /// The same as [`Comparison::new`].
    pub fn new_with(
        first: (&str, &Simulator),
        second: (&str, &Simulator),
        settings: Settings,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Self, SimulationError> {
        let done = ProgressCounter::new(progress);
        let start = |simulator: &Simulator| simulator.scenario.start.to_chrono();
        let starts_later = (start(first.1) - start(second.1)).num_days();
        let parts = spread(settings, |runs| {
            let mut counts = ComparisonCounts::default();
            let mut one = Driver::new(&first.1.script, |_, _: &Event, _| {});
            let mut other = Driver::new(&second.1.script, |_, _: &Event, _| {});
            for run in runs {
                let left = first.1.drive(&mut one, settings.seed, run)?;
                let right = second.1.drive(&mut other, settings.seed, run)?;
                counts.add([left, right], [first.1.in_time(left), second.1.in_time(right)], starts_later);
                done.one_more(run);
            }
            Ok(counts)
        })?;
        let counts = parts.iter().fold(ComparisonCounts::default(), ComparisonCounts::join);
        let Paired { both, only_first, only_second, .. } = counts.in_time;
        let together = counts.in_time.total();
        let side = |(label, simulator): (&str, &Simulator), ahead, in_time| ComparisonSide {
            label: label.to_owned(),
            digest: simulator.digest().to_owned(),
            goes_ahead: wilson(ahead, settings.runs).expect("there is a run"),
            in_time: wilson(in_time, together),
        };
        Ok(Self {
            first: side(first, counts.ahead[0], both + only_first),
            second: side(second, counts.ahead[1], both + only_second),
            in_time: counts.in_time,
            difference: paired_difference(counts.in_time),
            days_later: ibbi_common::quantile::mean(counts.pairs, counts.days, counts.squares),
            runs: settings.runs,
            seed: settings.seed,
        })
    }

    /// Returns the result as a sentence.
    pub fn sentence(&self) -> String {
        let percent = |share: f64| format!("{:.1}%", share * 100.0);
        let (first, second) = (&self.first, &self.second);
        let shares = |one: &ComparisonSide, other: &ComparisonSide| {
            let [one, other] = [one, other].map(|side| percent(side.in_time.map_or(0.0, |share| share.estimate)));
            format!("{one} of the runs that go ahead, compared with {other}")
        };
        let Some(difference) = self.difference else {
            return format!("No run goes ahead with both {} and {}.", first.label, second.label);
        };
        if self.in_time.only_first == 0 && self.in_time.only_second == 0 {
            let share = percent(first.in_time.map_or(0.0, |share| share.estimate));
            let (first, second) = (&first.label, &second.label);
            return format!("{first} and {second} are in time in the same runs: {share} of those that go ahead.");
        }
        let Interval { estimate, low, high } = difference;
        if difference.contains_zero() {
            return format!(
                "{} and {} do not differ measurably in {} runs: {}, a difference of {:+.1} points (95% interval \
                 {:+.1} to {:+.1}).",
                first.label,
                second.label,
                number(self.in_time.total()),
                shares(first, second),
                points(estimate),
                points(low),
                points(high),
            );
        }
        let ahead = estimate > 0.0;
        let (better, worse) = if ahead { (first, second) } else { (second, first) };
        let (low, high) = if ahead { (low, high) } else { (-high, -low) };
        format!(
            "{} is more likely to be in time than {}: {}, {:.1} points more (95% interval {:.1} to {:.1}), under \
             these assumptions.",
            better.label,
            worse.label,
            shares(better, worse),
            points(estimate.abs()),
            points(low),
            points(high),
        )
    }
}

/// Converts to percentage points with one decimal. A result that rounds to zero has no sign.
fn points(difference: f64) -> f64 {
    // Adding zero makes a negative zero positive.
    (difference * 1000.0).round() / 10.0 + 0.0
}
