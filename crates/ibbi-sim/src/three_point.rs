//! Three-point durations: triangular distributions of days.

use serde::Serialize;
use serde::ser::Serializer;

/// A triangular distribution of days: the least, the likeliest, and the most.
///
/// It is written and serialized as `[least, likely, most]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThreePoint {
    /// The least, in days; not negative.
    pub least: f64,
    /// The likeliest, in days; at least `least`.
    pub likely: f64,
    /// The most, in days; at least `likely`.
    pub most: f64,
}

impl ThreePoint {
    /// The longest duration, in days: the horizon of the model.
    pub const MAX: f64 = 730.0;

    /// The value below which a share `u` (0 to 1) of the distribution lies, in days.
    ///
    /// ```
    /// use ibbi_sim::ThreePoint;
    /// let days = ThreePoint { least: 0.0, likely: 10.0, most: 20.0 };
    /// assert_eq!((days.quantile(0.0), days.quantile(0.5), days.quantile(1.0)), (0.0, 10.0, 20.0));
    /// ```
    pub fn quantile(self, u: f64) -> f64 {
        let (rise, fall, width) = (self.likely - self.least, self.most - self.likely, self.most - self.least);
        if width <= 0.0 {
            self.likely
        } else if u * width < rise {
            self.least + (u * width * rise).sqrt()
        } else {
            self.most - ((1.0 - u) * width * fall).sqrt()
        }
    }

    /// The share (0 to 1) of the distribution that lies below a number of days: the inverse of
    /// [`ThreePoint::quantile`].
    ///
    /// ```
    /// use ibbi_sim::ThreePoint;
    /// let days = ThreePoint { least: 0.0, likely: 10.0, most: 20.0 };
    /// assert_eq!((days.share_below(0.0), days.share_below(10.0), days.share_below(30.0)), (0.0, 0.5, 1.0));
    /// ```
    pub fn share_below(self, days: f64) -> f64 {
        let (rise, fall, width) = (self.likely - self.least, self.most - self.likely, self.most - self.least);
        if days <= self.least {
            0.0
        } else if days >= self.most {
            1.0
        } else if days < self.likely {
            (days - self.least).powi(2) / (width * rise)
        } else {
            1.0 - (self.most - days).powi(2) / (width * fall)
        }
    }
}

impl Serialize for ThreePoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.least, self.likely, self.most].serialize(serializer)
    }
}

/// Rounds days half up to whole days: 2.5 becomes 3. Days must not be negative; days past the horizon are cut to it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=730 before")]
pub fn whole_days(days: f64) -> u16 {
    (days + 0.5).floor().clamp(0.0, ThreePoint::MAX) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_inverts_the_distribution() {
        for (least, likely, most) in [(0.0, 3.0, 10.0), (2.0, 2.0, 9.0), (1.0, 8.0, 8.0), (0.0, 0.5, 700.0)] {
            let days = ThreePoint { least, likely, most };
            for step in 0..=100 {
                let u = f64::from(step) / 100.0;
                let x = days.quantile(u);
                let below = if x < likely {
                    (x - least).powi(2) / ((most - least) * (likely - least))
                } else {
                    1.0 - (most - x).powi(2) / ((most - least) * (most - likely)).max(f64::MIN_POSITIVE)
                };
                assert!((below - u).abs() < 1e-9 || x == most, "{days:?} at {u}: {x}");
                assert!((days.share_below(x) - u).abs() < 1e-9, "{days:?} at {u}: {x}");
            }
        }
        assert_eq!(ThreePoint { least: 4.0, likely: 4.0, most: 4.0 }.quantile(0.7), 4.0);
    }

    #[test]
    fn days_are_rounded_half_up() {
        for (days, whole) in [(0.0, 0), (0.49, 0), (0.5, 1), (2.5, 3), (3.49, 3), (730.0, 730)] {
            assert_eq!(whole_days(days), whole, "{days}");
        }
    }
}
