//! The spread of durations: five numbers of those that are over, the fence for outliers, and those that go on.

use ibbi_common::quantile::nearest_rank;
use serde::Serialize;

/// The least number of finished durations for which outliers are named.
pub const FIVE: usize = 5;

/// The spread of durations in calendar days. Durations that go on are counted separately, because their length is not known yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DurationSpread {
    /// How many are over.
    pub finished: u64,
    /// The numbers of those that are over, if there are any.
    pub days: Option<FiveNumbers>,
    /// The upper fence: the third quartile and 1.5 times the distance between the quartiles. `None` for fewer than five.
    ///
    /// Source: J. W. Tukey, *Exploratory Data Analysis* (1977), section 2D.
    pub fence: Option<f64>,
    /// How many that are over are longer than the fence.
    pub outliers: u64,
    /// Those that go on.
    pub open: DaysSoFar,
}

/// The least, the quartiles, and the most of some numbers of days, with the ninth decile; all by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FiveNumbers {
    /// The least.
    pub least: u32,
    /// The first quartile: a quarter are not more.
    pub q1: u32,
    /// The median.
    pub median: u32,
    /// The third quartile: three quarters are not more.
    pub q3: u32,
    /// Nine in ten are not more.
    pub p90: u32,
    /// The most.
    pub most: u32,
}

/// Durations that go on, in calendar days so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DaysSoFar {
    /// How many there are.
    pub count: u64,
    /// The median so far.
    pub median: Option<u32>,
    /// The most so far.
    pub most: Option<u32>,
    /// How many are already longer than the fence.
    pub outliers: u64,
}

impl DurationSpread {
    /// Measures durations in days, each with whether it is over.
    pub(super) fn new(durations: impl Iterator<Item = (u32, bool)>) -> Self {
        let (mut over, mut open) = (Vec::new(), Vec::new());
        durations.for_each(|(days, finished)| if finished { over.push(days) } else { open.push(days) });
        over.sort_unstable();
        open.sort_unstable();
        let days = FiveNumbers::new(&over);
        let fence = days.filter(|_| over.len() >= FIVE).map(FiveNumbers::fence);
        let beyond = |days: &[u32]| {
            let is_beyond = |days: &&u32| fence.is_some_and(|fence| f64::from(**days) > fence);
            days.iter().filter(is_beyond).count() as u64
        };
        Self {
            finished: over.len() as u64,
            days,
            fence,
            outliers: beyond(&over),
            open: DaysSoFar {
                count: open.len() as u64,
                median: nearest_rank(&open, 50).copied(),
                most: open.last().copied(),
                outliers: beyond(&open),
            },
        }
    }

    /// Returns how many there are, over or not.
    pub const fn count(&self) -> u64 {
        self.finished + self.open.count
    }
}

impl FiveNumbers {
    fn new(sorted: &[u32]) -> Option<Self> {
        let rank = |percent| nearest_rank(sorted, percent).copied();
        Some(Self {
            least: *sorted.first()?,
            q1: rank(25)?,
            median: rank(50)?,
            q3: rank(75)?,
            p90: rank(90)?,
            most: *sorted.last()?,
        })
    }

    /// Returns Tukey's upper fence. Halves are exact.
    fn fence(self) -> f64 {
        f64::from(self.q3) + 1.5 * f64::from(self.q3 - self.q1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(over: &[u32], open: &[u32]) -> DurationSpread {
        let over = over.iter().map(|days| (*days, true));
        DurationSpread::new(over.chain(open.iter().map(|days| (*days, false))))
    }

    #[test]
    fn fence_is_one_and_a_half_times_the_quartiles_distance_above_the_third() {
        let found = spread(&[40, 1, 2, 3, 4], &[]);
        assert_eq!(found.days, Some(FiveNumbers { least: 1, q1: 2, median: 3, q3: 4, p90: 40, most: 40 }));
        assert_eq!((found.fence, found.outliers), (Some(7.0), 1));
        // A duration on the fence is not beyond it.
        assert_eq!(spread(&[7, 1, 2, 3, 4], &[]).outliers, 0);
        assert_eq!(spread(&[1, 2, 2, 3, 3], &[]).fence, Some(4.5));
        // If half of them are equally long, everything longer is unusual.
        assert_eq!((spread(&[3; 8], &[4]).fence, spread(&[3; 8], &[4]).open.outliers), (Some(3.0), 1));
    }

    #[test]
    fn fewer_than_five_have_no_fence() {
        let few = spread(&[1, 1, 1, 900], &[5000]);
        assert_eq!((few.fence, few.outliers, few.open.outliers), (None, 0, 0));
        assert_eq!(spread(&[], &[]), DurationSpread::default());
    }

    #[test]
    fn open_durations_are_counted_separately() {
        let found = spread(&[1, 2, 3, 4, 5], &[100, 1]);
        assert_eq!((found.finished, found.count()), (5, 7));
        assert_eq!(found.days.map(|days| days.most), Some(5));
        assert_eq!(found.open, DaysSoFar { count: 2, median: Some(1), most: Some(100), outliers: 1 });
    }
}
