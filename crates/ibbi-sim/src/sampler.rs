//! Sampling: durations and chances at their likely values, or from random streams with a key per decision.

use crate::assumptions::{Assumptions, CUT_AFTER_STREAM, Chance, Duration, Model, PACE_STREAM};
use crate::initial_state::Waited;
use crate::three_point::{ThreePoint, whole_days};

/// The values that a run asks for. The occurrence tells draws of the same assumption apart.
pub(crate) trait Sampler {
    /// Returns a duration in whole days. If it has already lasted some days, returns the rest, given that it is not
    /// over.
    fn days(&mut self, which: Duration, occurrence: u64, since: Waited) -> u16;
    /// Returns whether something happens.
    fn happens(&mut self, which: Chance, occurrence: u64) -> bool;
    /// Returns whether a session in a month (1 to 12) is postponed.
    fn postponed(&mut self, month: u8, occurrence: u64) -> bool;
    /// Returns one of 0 to `choices` - 1, all equally likely: where a session is cut short.
    fn choice(&mut self, choices: u16, occurrence: u64) -> u16;
}

/// Every duration at its likely value. Both parties adopt, and no other chance comes true.
pub(crate) struct LikelyValues<'a>(pub(crate) &'a Assumptions);

impl Sampler for LikelyValues<'_> {
    fn days(&mut self, which: Duration, _: u64, since: Waited) -> u16 {
        whole_days(self.0.duration(which).value.likely).saturating_sub(since.0.unwrap_or(0))
    }

    fn happens(&mut self, which: Chance, _: u64) -> bool {
        matches!(which, Chance::LaborAdopts | Chance::ManagementAdopts)
    }

    fn postponed(&mut self, _: u8, _: u64) -> bool {
        false
    }

    fn choice(&mut self, _: u16, _: u64) -> u16 {
        0
    }
}

/// The step of SplitMix64: adds the golden ratio and mixes.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Returns the random number of a key, from 0 up to but not including 1.
///
/// It is a pure function, so the order of runs or draws has no effect. With `mix` as the step of SplitMix64, the key is
/// `mix(mix(mix(mix(seed) ^ run) ^ stream) ^ occurrence)`. The number is its upper 53 bits divided by 2^53. `stream` is
/// the number of the assumption ([`Duration::stream`], [`Chance::stream`]).
///
/// ```
/// assert_eq!(ibbi_sim::uniform(1, 0, 1, 0), ibbi_sim::uniform(1, 0, 1, 0));
/// assert_ne!(ibbi_sim::uniform(1, 0, 1, 0), ibbi_sim::uniform(1, 0, 1, 1));
/// ```
pub fn uniform(seed: u64, run: u64, stream: u64, occurrence: u64) -> f64 {
    in_run(mix(mix(seed) ^ run), stream, occurrence)
}

#[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
fn in_run(run_key: u64, stream: u64, occurrence: u64) -> f64 {
    let bits = mix(mix(run_key ^ stream) ^ occurrence);
    (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// The random draws of one run.
pub(crate) struct RandomSampler<'a> {
    assumptions: &'a Assumptions,
    key: u64,
    model: Model,
    /// The factor of all durations: 1 in the first model.
    pace: f64,
}

impl<'a> RandomSampler<'a> {
    pub(crate) fn new(assumptions: &'a Assumptions, model: Model, seed: u64, run: u64) -> Self {
        let key = mix(mix(seed) ^ run);
        let spread = assumptions.pace_spread().value;
        let pace = match model {
            Model::First => 1.0,
            Model::Second => {
                let pace = ThreePoint { least: 1.0 / (1.0 + spread), likely: 1.0, most: 1.0 + spread };
                pace.quantile(in_run(key, PACE_STREAM, 0))
            }
        };
        Self { assumptions, key, model, pace }
    }

    /// Returns a duration in whole days, given that it has lasted some days and is not over.
    fn whole(&self, which: Duration, occurrence: u64, since: Waited) -> u16 {
        let days = self.assumptions.duration(which).value;
        let u = in_run(self.key, which.stream(), occurrence);
        let Some(waited) = since.0 else { return whole_days(days.quantile(u) * self.pace) };
        // The distribution of what exceeds the days waited: the rest of the probability, spread evenly.
        let below = days.share_below(f64::from(waited) / self.pace);
        if below >= 1.0 && self.model == Model::Second {
            let mean = (days.least + days.likely + days.most) / 3.0;
            let later = mean * self.pace * (1.0 / (1.0 - u).sqrt() - 1.0);
            return whole_days(f64::from(waited) + later).max(waited);
        }
        whole_days(days.quantile(below + u * (1.0 - below)) * self.pace).max(waited)
    }
}

impl Sampler for RandomSampler<'_> {
    fn days(&mut self, which: Duration, occurrence: u64, since: Waited) -> u16 {
        self.whole(which, occurrence, since) - since.0.unwrap_or(0)
    }

    fn happens(&mut self, which: Chance, occurrence: u64) -> bool {
        in_run(self.key, which.stream(), occurrence) < self.assumptions.chance(which).value
    }

    fn postponed(&mut self, month: u8, occurrence: u64) -> bool {
        in_run(self.key, Chance::SessionPostponed.stream(), occurrence) < self.assumptions.postponed_in(month)
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below `choices`, which is a u16")]
    fn choice(&mut self, choices: u16, occurrence: u64) -> u16 {
        (in_run(self.key, CUT_AFTER_STREAM, occurrence) * f64::from(choices)) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generator_is_splitmix64() {
        // The first outputs of SplitMix64 from state 0, from its authors' code.
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mix(0x9E37_79B9_7F4A_7C15), 0x6E78_9E6A_A1B9_65F4);
    }

    #[test]
    fn neighboring_keys_are_independent() {
        let n = 20_000_u64;
        for (name, number) in [
            ("runs", &(|i| uniform(7, i, 3, 0)) as &dyn Fn(u64) -> f64),
            ("occurrences", &|i| uniform(7, 3, 13, i)),
            ("seeds", &|i| uniform(i, 0, 1, 0)),
            ("streams", &|i| uniform(7, i / 16, i % 16, 0)),
        ] {
            let mut cells = [0_u32; 256];
            for i in 0..n {
                let (one, next) = (number(i), number(i + 1));
                assert!((0.0..1.0).contains(&one));
                cells[(one * 16.0) as usize * 16 + (next * 16.0) as usize] += 1;
            }
            let expected = n as f64 / 256.0;
            let chi: f64 = cells.iter().map(|cell| (f64::from(*cell) - expected).powi(2) / expected).sum();
            // 255 degrees of freedom: mean 255, standard deviation 22.6. The bounds are five standard deviations away.
            assert!((142.0..368.0).contains(&chi), "{name}: {chi}");
        }
    }
}
