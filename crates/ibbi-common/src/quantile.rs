//! Quantiles and confidence intervals, each with its source.
//!
//! Every function takes counts or sorted values, so a result doesn't depend on the order in which cases were counted.
//! Shares are fractions from 0 to 1. Every interval is at the 95% level.

/// The standard normal quantile that leaves 2.5% on each side.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// An estimate with its 95% interval, in the unit of the estimate.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Returns whether zero is in the interval. If it is, the sign of a difference is not known.
    pub const fn contains_zero(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }
}

/// Returns the rank, from 1, of a percentile among `count` sorted values: `ceil(percent/100 × count)`.
///
/// This is the nearest-rank method. It always gives a value that occurred, which suits dates: there is no day between
/// two consecutive days. It is definition 1 in Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996).
/// Returns `None` if there are no values, or for more than 100 percent.
///
/// ```
/// assert_eq!(ibbi_common::quantile::rank(10, 50), Some(5));
/// assert_eq!(ibbi_common::quantile::rank(11, 50), Some(6));
/// assert_eq!(ibbi_common::quantile::rank(3, 0), Some(1));
/// assert_eq!(ibbi_common::quantile::rank(0, 50), None);
/// ```
pub fn rank(count: u64, percent: u8) -> Option<u64> {
    if count == 0 || percent > 100 {
        return None;
    }
    let rank = (u128::from(count) * u128::from(percent)).div_ceil(100).max(1);
    u64::try_from(rank).ok()
}

/// Returns a percentile of values in ascending order, by nearest rank (see [`rank`]).
///
/// ```
/// assert_eq!(ibbi_common::quantile::nearest_rank(&[15, 20, 35, 40, 50], 40), Some(&20));
/// ```
pub fn nearest_rank<T>(sorted: &[T], percent: u8) -> Option<&T> {
    let rank = rank(u64::try_from(sorted.len()).ok()?, percent)?;
    sorted.get(usize::try_from(rank - 1).ok()?)
}

/// Returns a percentile of values in ascending order, each with its number of occurrences, by nearest rank (see
/// [`rank`]).
///
/// ```
/// let counts = [(3, 2), (7, 1), (9, 1)];
/// assert_eq!(ibbi_common::quantile::nearest_rank_of_counts(counts, 50), Some(3));
/// assert_eq!(ibbi_common::quantile::nearest_rank_of_counts(counts, 75), Some(7));
/// ```
pub fn nearest_rank_of_counts<T, I>(counts: I, percent: u8) -> Option<T>
where
    I: IntoIterator<Item = (T, u64)>,
    I::IntoIter: Clone,
{
    let counts = counts.into_iter();
    let mut left = rank(counts.clone().map(|(_, count)| count).sum(), percent)?;
    for (value, count) in counts {
        if count >= left {
            return Some(value);
        }
        left -= count;
    }
    None
}

/// Returns a share and its Wilson score interval.
///
/// The interval stays within 0 to 1, and is sound for shares near 0 and 1, where the textbook interval is not. Returns
/// `None` if there are no trials, or more successes than trials. Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927).
///
/// ```
/// let share = ibbi_common::quantile::wilson(50, 100).unwrap();
/// assert_eq!(share.estimate, 0.5);
/// assert!((share.low - 0.403_832).abs() < 1e-6 && (share.high - 0.596_168).abs() < 1e-6);
/// ```
pub fn wilson(successes: u64, trials: u64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    let (n, share) = (real(trials), real(successes) / real(trials));
    let z2 = Z_95 * Z_95;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends, the formula gives exactly 0 or 1. Rounding must not take it outside.
    let low = if successes == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if successes == trials { 1.0 } else { (centre + half).min(1.0) };
    Some(Interval { estimate: share, low, high })
}

/// Counts of how two yes-or-no results agree over the same trials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Paired {
    /// Trials in which both are yes.
    pub both: u64,
    /// Trials in which only the first is yes.
    pub only_first: u64,
    /// Trials in which only the second is yes.
    pub only_second: u64,
    /// Trials in which neither is yes.
    pub neither: u64,
}

impl Paired {
    /// Returns the number of trials.
    pub const fn total(self) -> u64 {
        self.both + self.only_first + self.only_second + self.neither
    }
}

/// Returns the difference of two shares over the same trials (first minus second) and its interval.
///
/// The estimate is the plain difference. The interval adds half a trial to each of the four cells first. Returns `None`
/// if there are no trials. Source: A. Agresti
/// and Y. Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in Medicine 24
/// (2005).
///
/// ```
/// use ibbi_common::quantile::{Paired, paired_difference};
/// let counts = Paired { both: 40, only_first: 30, only_second: 10, neither: 20 };
/// let difference = paired_difference(counts).unwrap();
/// assert!((difference.estimate - 0.2).abs() < 1e-12);
/// assert!(!difference.contains_zero());
/// ```
pub fn paired_difference(counts: Paired) -> Option<Interval> {
    let total = counts.both + counts.only_first + counts.only_second + counts.neither;
    if total == 0 {
        return None;
    }
    let estimate = (real(counts.only_first) - real(counts.only_second)) / real(total);
    let (n, first, second) = (real(total) + 2.0, real(counts.only_first) + 0.5, real(counts.only_second) + 0.5);
    let centre = (first - second) / n;
    let half = Z_95 / n * ((first + second) - (first - second) * (first - second) / n).max(0.0).sqrt();
    let (low, high) = ((centre - half).max(-1.0), (centre + half).min(1.0));
    Some(Interval { estimate, low, high })
}

/// Returns a mean and its interval by the normal approximation, from the count, the sum, and the sum of squares.
///
/// This is sound for the hundreds of values that a simulation gives; for a handful, the interval is too narrow. Returns
/// `None` for fewer than two values.
///
/// ```
/// let mean = ibbi_common::quantile::mean(4, 10, 30).unwrap();
/// assert_eq!(mean.estimate, 2.5);
/// ```
#[allow(clippy::cast_precision_loss, reason = "sums of days and of their squares stay far below 2^53")]
pub fn mean(count: u64, sum: i64, sum_of_squares: u64) -> Option<Interval> {
    if count < 2 {
        return None;
    }
    let (n, sum) = (real(count), sum as f64);
    let estimate = sum / n;
    let variance = ((real(sum_of_squares) - sum * estimate) / (n - 1.0)).max(0.0);
    let half = Z_95 * (variance / n).sqrt();
    Some(Interval { estimate, low: estimate - half, high: estimate + half })
}

#[allow(clippy::cast_precision_loss, reason = "counts of trials stay far below 2^53")]
const fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank_matches_its_definition() {
        for count in 1_u64..=60 {
            let values: Vec<u64> = (1..=count).collect();
            for percent in 0..=100_u8 {
                // The smallest value that at least this share of the values doesn't exceed.
                let enough = |value: &&u64| **value * 100 >= count * u64::from(percent);
                let expected = values.iter().find(enough);
                assert_eq!(nearest_rank(&values, percent), expected, "P{percent} of {count}");
                let counted = nearest_rank_of_counts(values.iter().map(|value| (value, 1)), percent);
                assert_eq!(counted, expected, "P{percent} of {count}, counted");
            }
        }
        assert_eq!(nearest_rank(&[1], 101), None);
        assert_eq!(nearest_rank_of_counts([(1, 0_u64)], 50), None);
    }

    #[test]
    fn wilson_ends_solve_the_score_equation() {
        for (successes, trials) in [(0, 10), (1, 10), (5, 10), (81, 263), (10, 10), (9_999, 10_000)] {
            let interval = wilson(successes, trials).unwrap();
            assert!(interval.low <= interval.estimate && interval.estimate <= interval.high);
            for end in [interval.low, interval.high] {
                // At an end, the distance to the share is z standard errors of the end itself.
                let distance = (real(successes) / real(trials) - end).abs();
                let standard_error = (end * (1.0 - end) / real(trials)).sqrt();
                assert!((distance - Z_95 * standard_error).abs() < 1e-9, "{successes}/{trials} at {end}");
            }
        }
        assert!(wilson(0, 0).is_none() && wilson(2, 1).is_none());
        // With no success, the upper end is z² / (n + z²).
        let expected = Z_95 * Z_95 / (10.0 + Z_95 * Z_95);
        assert!((wilson(0, 10).unwrap().high - expected).abs() < 1e-12);
    }

    #[test]
    fn swapping_a_pair_negates_its_difference() {
        let counts = Paired { both: 7, only_first: 12, only_second: 3, neither: 30 };
        let swapped = Paired { only_first: 3, only_second: 12, ..counts };
        let (one, other) = (paired_difference(counts).unwrap(), paired_difference(swapped).unwrap());
        assert!((one.low + other.high).abs() < 1e-12 && (one.high + other.low).abs() < 1e-12);
        assert!(paired_difference(Paired::default()).is_none());
        let same = paired_difference(Paired { both: 10, neither: 10, ..Paired::default() }).unwrap();
        assert!(same.estimate == 0.0 && same.contains_zero() && same.high > 0.0);
    }

    #[test]
    fn mean_of_equal_values_has_no_width() {
        let mean = mean(5, -15, 45).unwrap();
        assert_eq!((mean.estimate, mean.low, mean.high), (-3.0, -3.0, -3.0));
        assert!(super::mean(1, 1, 1).is_none());
    }
}
