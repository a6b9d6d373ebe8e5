//! Assumptions: three-point durations and chances. No figures are published, so each has a default that is an estimate
//! too.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

macro_rules! assumptions {
    ($(#[$meta:meta])* $name:ident as $value:ty: $($variant:ident = $code:literal, $stream:literal, $default:expr, $about:literal;)+) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( #[doc = concat!("`", $code, "`: ", $about, ".")] $variant, )+
        }

        impl $name {
            /// All of them, in the order in which a case meets them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their names in a scenario, in the same order.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// Returns its name in a scenario.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// Returns a short description.
            pub const fn about(self) -> &'static str {
                match self { $( Self::$variant => $about, )+ }
            }

            /// Returns its default, which is an estimate too.
            pub const fn default_value(self) -> $value {
                match self { $( Self::$variant => $default, )+ }
            }

            /// Returns the number of its random stream. It is part of the model and never changes.
            pub const fn stream(self) -> u64 {
                match self { $( Self::$variant => $stream, )+ }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
    };
}

assumptions! {
    /// A duration: the least, likely, and most days.
    Duration as ThreePoint:
    LeaderResponse = "leader_response_days", 1, days(2.0, 7.0, 21.0), "days until a key leader answers";
    MeetingLead = "meeting_lead_days", 2, days(7.0, 14.0, 30.0), "days' notice for the introductory meeting";
    WrittenConfirmation = "written_confirmation_days", 3, days(3.0, 10.0, 30.0), "days until a body's letter comes";
    ApplicationReview = "application_review_days", 4, days(3.0, 7.0, 21.0), "days until the application is accepted";
    SessionNotice = "session_notice_days", 5, days(14.0, 21.0, 45.0), "days' notice for the training and the facilitation";
    Caucus = "caucus_days", 6, days(1.0, 7.0, 21.0), "days until a party decides";
    Concern = "concern_days", 7, days(3.0, 7.0, 21.0), "days until a concern is answered";
    Rebooking = "rebooking_days", 8, days(7.0, 14.0, 28.0), "days until a postponed or cut-short session can resume";
}

assumptions! {
    /// A chance, from 0 to 1.
    Chance as f64:
    LeaderDeclines = "leader_declines", 9, 0.05, "chance that a key leader declines, each";
    ConcernRaised = "concern_raised", 10, 0.30, "chance that a party raises a concern, each";
    LaborAdopts = "labor_adopts", 11, 0.80, "chance that labor adopts the method";
    ManagementAdopts = "management_adopts", 12, 0.80, "chance that management adopts the method";
    SessionPostponed = "session_postponed", 13, 0.15, "chance that a booked session is postponed, each time";
    SessionCutShort = "session_cut_short", 14, 0.05, "chance that a session is cut short, each time";
    Withdraws = "withdraws", 15, 0.02, "chance that the district withdraws, at each of four stages";
}

/// The random stream of the minute at which a session is cut short. It is not one of the user's assumptions.
pub const CUT_AFTER_STREAM: u64 = 16;

const fn days(least: f64, likely: f64, most: f64) -> ThreePoint {
    ThreePoint { least, likely, most }
}

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
}

impl ThreePoint {
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

impl Chance {
    /// Returns whether a run can end because of it. If so, it changes which runs are completed, not when.
    pub const fn is_gate(self) -> bool {
        matches!(self, Self::LeaderDeclines | Self::LaborAdopts | Self::ManagementAdopts | Self::Withdraws)
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

/// A value, and whether it is the default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assumed<T> {
    /// Whether it is the default.
    pub default: bool,
    /// The value.
    pub value: T,
}

/// All assumptions of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumptions {
    pub(crate) chances: [Assumed<f64>; 7],
    pub(crate) durations: [Assumed<ThreePoint>; 8],
}

impl Assumptions {
    /// Returns a duration.
    pub const fn duration(&self, which: Duration) -> Assumed<ThreePoint> {
        self.durations[which as usize]
    }

    /// Returns a chance.
    pub const fn chance(&self, which: Chance) -> Assumed<f64> {
        self.chances[which as usize]
    }

    /// Sets a duration, as the user's own.
    pub const fn set_duration(&mut self, which: Duration, value: ThreePoint) {
        self.durations[which as usize] = Assumed { default: false, value };
    }

    /// Sets a chance, as the user's own. A value outside 0 to 1 acts as the nearer end.
    pub const fn set_chance(&mut self, which: Chance, value: f64) {
        self.chances[which as usize] = Assumed { default: false, value };
    }
}

/// An assumption as the simulation used it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssumptionRow {
    /// Its name in a scenario.
    pub name: &'static str,
    /// Its description.
    pub about: &'static str,
    /// Its value, and whether it is the default.
    #[serde(flatten)]
    pub assumed: Assumed<AssumedValue>,
}

/// A duration or a chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum AssumedValue {
    /// Days: least, likely, most.
    #[cfg_attr(feature = "schema", schemars(with = "[f64; 3]"))]
    Days(ThreePoint),
    /// A chance from 0 to 1.
    Chance(f64),
}

impl Assumptions {
    /// Returns every assumption with its description.
    pub fn rows(&self) -> Vec<AssumptionRow> {
        let days = |which: &Duration| {
            let Assumed { default, value } = self.duration(*which);
            let value: ThreePoint = value;
            let assumed = Assumed { default, value: AssumedValue::Days(value) };
            AssumptionRow { name: which.code(), about: which.about(), assumed }
        };
        let chance = |which: &Chance| {
            let Assumed { default, value } = self.chance(*which);
            let assumed = Assumed { default, value: AssumedValue::Chance(value) };
            AssumptionRow { name: which.code(), about: which.about(), assumed }
        };
        Duration::ALL.iter().map(days).chain(Chance::ALL.iter().map(chance)).collect()
    }
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            chances: std::array::from_fn(|index| Assumed { default: true, value: Chance::ALL[index].default_value() }),
            durations: std::array::from_fn(|index| Assumed {
                default: true,
                value: Duration::ALL[index].default_value(),
            }),
        }
    }
}

impl Serialize for Assumptions {
    /// Serializes a map from each assumption's name to `{"default", "value"}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Duration::ALL.len() + Chance::ALL.len()))?;
        for which in Duration::ALL {
            map.serialize_entry(which.code(), &self.duration(*which))?;
        }
        for which in Chance::ALL {
            map.serialize_entry(which.code(), &self.chance(*which))?;
        }
        map.end()
    }
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

    #[test]
    fn stream_numbers_are_unique() {
        let mut streams: Vec<u64> = Duration::ALL.iter().map(|which| which.stream()).collect();
        streams.extend(Chance::ALL.iter().map(|which| which.stream()));
        streams.push(CUT_AFTER_STREAM);
        assert_eq!(streams, (1..=16).collect::<Vec<_>>());
    }
}
