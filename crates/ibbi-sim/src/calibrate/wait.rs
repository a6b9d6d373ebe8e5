//! A duration, fitted: one factor that multiplies its least, likely, and most days.
//!
//! A wait is known by the days within which it ended, or after which it had not ended. The posterior of the factor is
//! computed on a grid of its logarithm, which is refined where the mass is.

use super::counts::{Span, WaitCounts};
use crate::assumptions::Duration;
use crate::three_point::ThreePoint;
use serde::Serialize;

/// The standard deviation of the logarithm of the factor under the prior. The default counts for about ten waits.
pub const PRIOR_DEVIATION: f64 = 0.15;
/// Fewer waits than this that ended count for less than the default.
const FEW: u64 = 10;
/// The share of waits that have nothing to do with the estimate, such as one that was forgotten over a summer. Such a wait is
/// equally likely to last any number of days up to the horizon.
const UNUSUAL: f64 = 0.005;
/// The grid has the factors from 1/8 to 8.
const WIDEST: f64 = 2.08;
/// The number of intervals of a grid.
const STEPS: u16 = 400;
/// The number of grids, each within the one before.
const GRIDS: u8 = 3;
/// A point has no mass if its posterior density is e^16 times smaller than the largest.
const NEGLIGIBLE: f64 = 16.0;

/// A duration with its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FittedDuration {
    /// Its name in a scenario.
    pub name: &'static str,
    /// Its description.
    pub about: &'static str,
    /// The number of cases with a wait.
    pub cases: u64,
    /// The number of waits, including the censored ones.
    pub waits: u64,
    /// The number of waits whose end wasn't seen.
    pub censored: u64,
    /// The default, in days.
    pub default: ThreePoint,
    /// The default times the factor, rounded to tenths of a day.
    pub fitted: ThreePoint,
    /// The factor: e to the posterior mean of its logarithm. Without a wait, it is 1.
    pub factor: f64,
    /// The lower end of the factor's central 90% interval.
    pub factor_low: f64,
    /// The upper end.
    pub factor_high: f64,
    /// Whether fewer than ten waits ended, so that they count for less than the default does.
    pub few: bool,
    /// The duration.
    #[serde(skip)]
    pub which: Duration,
}

impl FittedDuration {
    pub(super) fn new(which: Duration, counts: &WaitCounts) -> Self {
        let default = which.default_value();
        let posterior = Posterior::new(default, counts);
        let factor = posterior.mean.exp();
        let tenths = |days: f64| ((days * factor * 10.0).round() / 10.0).min(ThreePoint::MAX);
        let ThreePoint { least, likely, most } = default;
        Self {
            name: which.code(),
            about: which.about(),
            cases: counts.cases,
            waits: counts.waits(),
            censored: counts.censored(),
            default,
            fitted: ThreePoint { least: tenths(least), likely: tenths(likely), most: tenths(most) },
            factor,
            factor_low: posterior.quantile(0.05).exp(),
            factor_high: posterior.quantile(0.95).exp(),
            few: counts.waits() - counts.censored() < FEW,
            which,
        }
    }
}

/// The posterior of the logarithm of a factor.
struct Posterior {
    /// The points of the grid, with the mass up to each.
    cumulative: Vec<(f64, f64)>,
    mean: f64,
}

impl Posterior {
    fn new(default: ThreePoint, counts: &WaitCounts) -> Self {
        let spans: Vec<_> = counts.spans().collect();
        let density = |z: f64| {
            let factor = z.exp();
            let ThreePoint { least, likely, most } = default;
            let scaled = ThreePoint { least: least * factor, likely: likely * factor, most: most * factor };
            let likelihood: f64 =
                spans.iter().map(|(span, count)| f64::from(*count) * span_chance(scaled, *span).ln()).sum();
            likelihood - (z / PRIOR_DEVIATION).powi(2) / 2.0
        };
        let (mut low, mut high) = (-WIDEST, WIDEST);
        let mut grid = Vec::new();
        for _ in 0..GRIDS {
            let step = (high - low) / f64::from(STEPS);
            grid = (0..=STEPS).map(|index| low + f64::from(index) * step).map(|z| (z, density(z))).collect();
            let largest = grid.iter().map(|(_, density)| *density).fold(f64::MIN, f64::max);
            let mut with_mass = grid.iter().filter(|(_, density)| *density > largest - NEGLIGIBLE).map(|(z, _)| *z);
            let first = with_mass.next().unwrap_or(low);
            let last = with_mass.next_back().unwrap_or(first);
            (low, high) = (first - step, last + step);
        }
        Self::from_grid(&grid)
    }

    /// Computes the mean and the cumulative mass of a density that is linear between the points of a grid.
    fn from_grid(grid: &[(f64, f64)]) -> Self {
        let largest = grid.iter().map(|(_, density)| *density).fold(f64::MIN, f64::max);
        let (mut mass, mut moment) = (0.0, 0.0);
        let mut cumulative = vec![(grid[0].0, 0.0)];
        for pair in grid.windows(2) {
            let [(one, density), (other, next)] = [pair[0], pair[1]];
            let (middle, part) =
                (one.midpoint(other), (other - one) * ((density - largest).exp() + (next - largest).exp()) / 2.0);
            mass += part;
            moment += part * middle;
            cumulative.push((other, mass));
        }
        cumulative.iter_mut().for_each(|(_, up_to)| *up_to /= mass);
        Self { cumulative, mean: moment / mass }
    }

    /// Returns the value below which a share `p` of the mass lies.
    fn quantile(&self, p: f64) -> f64 {
        let next = self.cumulative.partition_point(|(_, mass)| *mass < p).clamp(1, self.cumulative.len() - 1);
        let ((one, below), (other, above)) = (self.cumulative[next - 1], self.cumulative[next]);
        one + (other - one) * (p - below) / (above - below).max(f64::MIN_POSITIVE)
    }
}

/// Returns the chance that a duration, rounded half up to whole days, is within a span.
fn span_chance(days: ThreePoint, span: Span) -> f64 {
    let below = |whole: i16| days.share_below(f64::from(whole) + 0.5);
    let upper = span.up_to.map_or(1.0, below);
    let last = span.up_to.map_or(ThreePoint::MAX, f64::from);
    let unusual = (last - f64::from(span.over)).max(1.0) / (ThreePoint::MAX + 1.0);
    (1.0 - UNUSUAL) * (upper - below(span.over)).max(0.0) + UNUSUAL * unusual
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(spans: &[(i16, Option<i16>)]) -> FittedDuration {
        let mut counts = WaitCounts::default();
        counts.cases = 1;
        spans.iter().for_each(|(over, up_to)| counts.add(Span { over: *over, up_to: *up_to }));
        FittedDuration::new(Duration::WrittenConfirmation, &counts)
    }

    #[test]
    fn chances_of_all_spans_add_up_to_one() {
        let days = ThreePoint { least: 2.0, likely: 7.0, most: 21.0 };
        let one = |day: i16| span_chance(days, Span { over: day - 1, up_to: Some(day) });
        let sum: f64 = (0..=730).map(one).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        let later = span_chance(days, Span { over: 10, up_to: None });
        assert!((later - (11..=730).map(one).sum::<f64>()).abs() < 1e-12);
        // The span from Friday to Monday has the days of the weekend.
        let monday = span_chance(days, Span { over: 4, up_to: Some(7) });
        assert!((monday - (one(5) + one(6) + one(7))).abs() < 1e-12);
    }

    #[test]
    fn without_waits_the_default_remains() {
        let fitted = fitted(&[]);
        assert!((fitted.factor - 1.0).abs() < 1e-9 && fitted.few);
        assert_eq!(fitted.fitted, fitted.default);
        let z90 = 1.644_853_626_951_472_7;
        assert!((fitted.factor_low - (-z90 * PRIOR_DEVIATION).exp()).abs() < 1e-3, "{fitted:?}");
        assert!((fitted.factor_high - (z90 * PRIOR_DEVIATION).exp()).abs() < 1e-3, "{fitted:?}");
    }

    #[test]
    fn few_waits_stay_near_the_default_and_many_do_not() {
        // Letters take 3, 10, or 30 days by default. All of these take about twice as long.
        let slow: Vec<_> = (0..20).map(|index| (15 + 2 * index, Some(16 + 2 * index))).collect();
        let few = fitted(&slow[4..6]);
        assert!(few.few && (1.0..1.3).contains(&few.factor), "{few:?}");
        let many = fitted(&slow.repeat(20));
        assert!(!many.few && (1.9..2.4).contains(&many.factor), "{many:?}");
        assert!(many.factor_low < many.factor && many.factor < many.factor_high, "{many:?}");
    }

    #[test]
    fn a_wait_without_an_end_makes_the_duration_longer() {
        let waiting = fitted(&[(20, None); 12]);
        assert!(waiting.factor > 1.2 && waiting.censored == 12, "{waiting:?}");
        // A wait that began today says nothing.
        assert!((fitted(&[(-1, None); 12]).factor - 1.0).abs() < 1e-9);
    }

    #[test]
    fn one_forgotten_wait_has_little_effect() {
        let usual: Vec<_> = [8, 10, 11, 13, 16, 21].map(|day| (day - 1, Some(day))).to_vec();
        let with_forgotten = [usual.clone(), vec![(299, Some(300))]].concat();
        let (before, after) = (fitted(&usual).factor, fitted(&with_forgotten).factor);
        assert!((after / before - 1.0).abs() < 0.05, "{before} {after}");
    }
}
