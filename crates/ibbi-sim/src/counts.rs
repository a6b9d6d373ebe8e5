//! Counts over runs. They are whole numbers, so the order in which runs are counted has no effect.

use crate::assumptions::{Chance, Duration};
use crate::calendar::HORIZON;
use crate::model::{Ending, RunResult};
use crate::sampler::{INPUTS, RandomSampler};
use serde::Serialize;

/// The runs in which an input had one value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct InputCounts {
    runs: u64,
    completed: u64,
    /// The sum of the completion days of the completed runs.
    days: u64,
    in_time: u64,
}

impl InputCounts {
    const fn join(&mut self, other: &Self) {
        self.runs += other.runs;
        self.completed += other.completed;
        self.days += other.days;
        self.in_time += other.in_time;
    }
}

/// A bar of the tornado: how the result differs between runs in which an input was low and runs in which it was high.
///
/// The input of a duration is the sum of days that a run drew for it. The input of a chance is how often it came true.
/// Low is at or below its P10. High is at or above its P90, or above its P10 if the two are equal. Both are by nearest
/// rank among the completed runs that drew it. For a chance that can end a run
/// ([`Chance::is_gate`](crate::Chance::is_gate)), all runs that drew it count, and there is no swing in days: it
/// changes which runs are completed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TornadoBar {
    /// The assumption's name in a scenario.
    pub input: &'static str,
    /// The input's P10.
    pub low: u16,
    /// The input's P90.
    pub high: u16,
    /// Mean completion day (counted from the start) of the completed runs with a low input.
    pub days_low: Option<f64>,
    /// The same with a high input.
    pub days_high: Option<f64>,
    /// The swing in days: high minus low.
    pub days_swing: Option<f64>,
    /// Share completed in time among those runs with a low input; `None` without a contract date.
    pub in_time_low: Option<f64>,
    /// The same with a high input.
    pub in_time_high: Option<f64>,
    /// The swing of that share: high minus low.
    pub in_time_swing: Option<f64>,
}

/// The counts that a forecast needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunCounts {
    /// Completed runs, by day.
    pub(crate) completed: Vec<u64>,
    /// Runs by ending, in the order of [`Ending::ALL`].
    pub(crate) endings: [u64; Ending::ALL.len()],
    /// Runs completed in time.
    pub(crate) in_time: u64,
    /// Counts by input and value. A value above the last counts as the last.
    inputs: Vec<Vec<InputCounts>>,
}

/// The largest sum of days that is kept apart. Three letters of 730 days each are below it.
const MAX_VALUE: usize = 3 * HORIZON;

impl RunCounts {
    pub(crate) fn new() -> Self {
        Self { completed: vec![0; HORIZON], endings: [0; 5], in_time: 0, inputs: vec![Vec::new(); INPUTS] }
    }

    pub(crate) fn add(&mut self, ended: RunResult, in_time: bool, sampler: &RandomSampler<'_>) {
        self.endings[ended.ending as usize] += 1;
        self.in_time += u64::from(in_time);
        let done = ended.ending == Ending::Completed;
        if done {
            self.completed[usize::from(ended.day)] += 1;
        }
        let days = if done { u64::from(ended.day) } else { 0 };
        let cell = InputCounts { runs: 1, completed: done.into(), days, in_time: in_time.into() };
        for (index, (values, total)) in self.inputs.iter_mut().zip(sampler.totals).enumerate() {
            // A run that ended early drew less. Counting it would make long processes look quick.
            if sampler.drawn & (1 << index) != 0 && (done || is_gate(index)) {
                at(values, usize::from(total).min(MAX_VALUE)).join(&cell);
            }
        }
    }

    pub(crate) fn join(mut self, other: Self) -> Self {
        self.completed.iter_mut().zip(other.completed).for_each(|(mine, theirs)| *mine += theirs);
        self.endings.iter_mut().zip(other.endings).for_each(|(mine, theirs)| *mine += theirs);
        self.in_time += other.in_time;
        for (mine, theirs) in self.inputs.iter_mut().zip(other.inputs) {
            theirs.iter().enumerate().for_each(|(value, cell)| at(mine, value).join(cell));
        }
        self
    }

    /// Returns the bars of the inputs that were drawn, the largest swing in days first. Ties are in the order of the
    /// model. Without a contract date, a bar has no share in time.
    pub(crate) fn tornado(&self, dated: bool) -> Vec<TornadoBar> {
        let names = Duration::CODES.iter().chain(Chance::CODES);
        let mut bars: Vec<TornadoBar> =
            names.zip(&self.inputs).filter_map(|(name, values)| bar(name, values, dated)).collect();
        let size = |bar: &TornadoBar| bar.days_swing.map_or(-1.0, f64::abs);
        bars.sort_by(|one, other| size(other).total_cmp(&size(one)));
        bars
    }
}

/// Returns whether the input with this index is a chance that can end a run.
fn is_gate(input: usize) -> bool {
    input
        .checked_sub(Duration::ALL.len())
        .and_then(|index| Chance::ALL.get(index))
        .is_some_and(|chance| chance.is_gate())
}

fn at(values: &mut Vec<InputCounts>, value: usize) -> &mut InputCounts {
    if values.len() <= value {
        values.resize(value + 1, InputCounts::default());
    }
    &mut values[value]
}

fn bar(input: &'static str, values: &[InputCounts], dated: bool) -> Option<TornadoBar> {
    let percentile = |percent| {
        ibbi_common::quantile::nearest_rank_of_counts((0_u16..).zip(values.iter().map(|cell| cell.runs)), percent)
    };
    let (low, high) = (percentile(10)?, percentile(90)?);
    let sum = |within_horizon: &dyn Fn(u16) -> bool| {
        let mut sum = InputCounts::default();
        (0_u16..).zip(values).filter(|(value, _)| within_horizon(*value)).for_each(|(_, cell)| sum.join(cell));
        sum
    };
    let lower = sum(&|value| value <= low);
    let upper = sum(&|value| value >= high && (high > low || value > low));
    let (days_low, days_high) = (ratio(lower.days, lower.completed), ratio(upper.days, upper.completed));
    let share = |cell: &InputCounts| if dated { ratio(cell.in_time, cell.runs) } else { None };
    let (in_time_low, in_time_high) = (share(&lower), share(&upper));
    let swing = |low: Option<f64>, high: Option<f64>| Some(high? - low?);
    Some(TornadoBar {
        input,
        low,
        high,
        days_low,
        days_high,
        days_swing: swing(days_low, days_high),
        in_time_low,
        in_time_high,
        in_time_swing: swing(in_time_low, in_time_high),
    })
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
