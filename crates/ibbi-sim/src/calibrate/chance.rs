//! A chance, fitted: a beta prior around the default, and the trials that were counted.

use super::beta;
use super::counts::Trials;
use crate::assumptions::Chance;
use serde::Serialize;

/// How many trials the default of a chance counts for.
pub const PRIOR_TRIALS: f64 = 10.0;

/// A chance with its evidence: the prior is a beta distribution around the default, so the posterior is one too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FittedChance {
    /// Its name in a scenario.
    pub name: &'static str,
    /// Its description.
    pub about: &'static str,
    /// The number of cases with a trial.
    pub cases: u64,
    /// The number of trials.
    pub trials: u64,
    /// In how many trials it came true.
    pub happened: u64,
    /// The default.
    pub default: f64,
    /// The posterior mean, rounded to thousandths. Without a trial, it is the default.
    pub fitted: f64,
    /// The lower end of the central 90% interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Whether there are fewer than ten trials, so that they count for less than the default does.
    pub few: bool,
    /// The chance.
    #[serde(skip)]
    pub which: Chance,
}

impl FittedChance {
    pub(super) fn new(which: Chance, trials: Trials) -> Self {
        let Trials { happened, total, cases } = trials;
        let default = which.default_value();
        let (a, b) = Self::posterior(which, trials);
        Self {
            name: which.code(),
            about: which.about(),
            cases,
            trials: total,
            happened,
            default,
            fitted: (a / (a + b) * 1_000.0).round() / 1_000.0,
            low: beta::quantile(a, b, 0.05),
            high: beta::quantile(a, b, 0.95),
            few: real(total) < PRIOR_TRIALS,
            which,
        }
    }

    /// Returns the parameters of the posterior beta distribution.
    fn posterior(which: Chance, trials: Trials) -> (f64, f64) {
        let default = which.default_value();
        let failed = trials.total - trials.happened;
        (default * PRIOR_TRIALS + real(trials.happened), (1.0 - default) * PRIOR_TRIALS + real(failed))
    }

    /// Returns the value of the prior at a share `p` (0 to 1).
    ///
    /// ```
    /// use ibbi_sim::{Chance, FittedChance};
    /// let half = FittedChance::prior_quantile(Chance::LaborAdopts, 0.5);
    /// assert!((0.8..0.83).contains(&half));
    /// ```
    pub fn prior_quantile(which: Chance, p: f64) -> f64 {
        let (a, b) = Self::posterior(which, Trials::default());
        beta::quantile(a, b, p)
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of trials stay far below 2^53")]
const fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_trials_the_default_remains() {
        for which in Chance::ALL {
            let fitted = FittedChance::new(*which, Trials::default());
            assert!((fitted.fitted - which.default_value()).abs() < 1e-12 && fitted.few, "{fitted:?}");
            assert!(fitted.low < fitted.default && fitted.default < fitted.high, "{fitted:?}");
        }
    }

    #[test]
    fn the_default_counts_for_ten_trials() {
        let trials = |happened, total| Trials { happened, total, cases: total };
        // Ten trials without an adoption move the chance halfway to zero.
        let fitted = FittedChance::new(Chance::LaborAdopts, trials(0, 10));
        assert!((fitted.fitted - 0.4).abs() < 1e-12 && !fitted.few);
        assert!(FittedChance::new(Chance::LaborAdopts, trials(0, 9)).few);
        let many = FittedChance::new(Chance::LaborAdopts, trials(3_000, 10_000));
        assert!((many.fitted - 0.3).abs() < 0.001 && many.high - many.low < 0.016, "{many:?}");
    }
}
