//! Assumptions: three-point durations and chances. No figures are published, so each has a default that is an estimate
//! too.

use crate::three_point::ThreePoint;
/// The names of the months in a scenario, January first.
pub use ibbi_common::typed::MONTHS;
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Map, Value, json};

/// The model of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// The first model, for scenarios of format 1.
    First,
    /// The second model, for scenarios of format 2: pace, notices, months, and any number of parts.
    Second,
}

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
    BookingDelay = "booking_delay_days", 18, days(0.0, 7.0, 28.0), "days until a meeting or sessions are booked";
    Ratification = "ratification_days", 19, days(0.0, 0.0, 0.0), "days until both parties ratify, after the last session";
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

/// The random stream of a run's pace.
pub const PACE_STREAM: u64 = 17;

impl Duration {
    /// Returns the durations of a model, in the order in which a case meets them.
    pub const fn of(model: Model) -> &'static [Self] {
        match model {
            Model::First => &[
                Self::LeaderResponse,
                Self::MeetingLead,
                Self::WrittenConfirmation,
                Self::ApplicationReview,
                Self::SessionNotice,
                Self::Caucus,
                Self::Concern,
                Self::Rebooking,
            ],
            Model::Second => &[
                Self::LeaderResponse,
                Self::WrittenConfirmation,
                Self::ApplicationReview,
                Self::Caucus,
                Self::Concern,
                Self::Rebooking,
                Self::BookingDelay,
                Self::Ratification,
            ],
        }
    }
}

/// The days of notice in the second model. They are constants: neither the pace nor waiting changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// `meeting_notice_days`: for the introductory meeting.
    Meeting,
    /// `session_notice_days`: for the training and the facilitation.
    Session,
}

impl Notice {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Meeting, Self::Session];

    /// Returns its name in a scenario.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Meeting => "meeting_notice_days",
            Self::Session => "session_notice_days",
        }
    }

    /// Returns a short description.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Meeting => "days' notice for the introductory meeting",
            Self::Session => "days' notice for the training and the facilitation",
        }
    }

    /// Returns its default, which is an estimate too.
    pub const fn default_value(self) -> u16 {
        match self {
            Self::Meeting => 7,
            Self::Session => 14,
        }
    }
}

const fn days(least: f64, likely: f64, most: f64) -> ThreePoint {
    ThreePoint { least, likely, most }
}

impl Chance {
    /// Returns whether a run can end because of it. If so, it changes which runs are completed, not when.
    pub const fn is_gate(self) -> bool {
        matches!(self, Self::LeaderDeclines | Self::LaborAdopts | Self::ManagementAdopts | Self::Withdraws)
    }
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
    chances: [Assumed<f64>; Chance::ALL.len()],
    durations: [Assumed<ThreePoint>; Duration::ALL.len()],
    /// The chance of a postponement in each month, January first; `None` for that of all months.
    months: Assumed<[Option<f64>; 12]>,
    notices: [Assumed<u16>; 2],
    pace_spread: Assumed<f64>,
    ranges: [Option<[f64; 2]>; Chance::ALL.len()],
}

/// The default chances of a postponement by month: more in the months with snow.
const SNOW: [Option<f64>; 12] =
    [Some(0.25), Some(0.25), Some(0.2), None, None, None, None, None, None, None, None, Some(0.2)];
/// The name of the chances by month in a scenario.
pub(crate) const BY_MONTH: &str = "session_postponed_in";
/// The name of the spread of the pace in a scenario.
pub(crate) const PACE_SPREAD: &str = "pace_spread";

impl Assumptions {
    /// The largest spread of the pace.
    pub const MAX_PACE_SPREAD: f64 = 4.0;

    /// Returns the defaults of a model.
    pub fn of(model: Model) -> Self {
        let second = model == Model::Second;
        Self {
            chances: std::array::from_fn(|index| default(Chance::ALL[index].default_value())),
            durations: std::array::from_fn(|index| default(Duration::ALL[index].default_value())),
            months: default(if second { SNOW } else { [None; 12] }),
            notices: Notice::ALL.map(|notice| default(notice.default_value())),
            pace_spread: default(if second { 0.25 } else { 0.0 }),
            ranges: [None; Chance::ALL.len()],
        }
    }

    /// Returns a duration.
    pub const fn duration(&self, which: Duration) -> Assumed<ThreePoint> {
        self.durations[which as usize]
    }

    /// Returns a chance.
    pub const fn chance(&self, which: Chance) -> Assumed<f64> {
        self.chances[which as usize]
    }

    /// Returns the range of a chance, if it is one: the low and the high end.
    pub const fn range(&self, which: Chance) -> Option<[f64; 2]> {
        self.ranges[which as usize]
    }

    /// Returns the chance that a session in a month (1 to 12) is postponed.
    pub fn postponed_in(&self, month: u8) -> f64 {
        let month = self.months.value.get(usize::from(month) - 1).copied().flatten();
        month.unwrap_or(self.chance(Chance::SessionPostponed).value)
    }

    /// Returns the days of a notice in the second model.
    pub const fn notice(&self, which: Notice) -> Assumed<u16> {
        self.notices[which as usize]
    }

    /// Returns how far a whole case can be slower or faster than its durations.
    pub const fn pace_spread(&self) -> Assumed<f64> {
        self.pace_spread
    }

    /// Returns whether the ratification is asked for.
    pub const fn has_ratification(&self) -> bool {
        !self.duration(Duration::Ratification).default
    }

    /// Sets a duration, as the user's own.
    pub const fn set_duration(&mut self, which: Duration, value: ThreePoint) {
        self.durations[which as usize] = own(value);
    }

    /// Sets a chance, as the user's own. A value outside 0 to 1 acts as the nearer end. The default chances of a postponement
    /// by month no longer count if that chance is set.
    pub const fn set_chance(&mut self, which: Chance, value: f64) {
        self.chances[which as usize] = own(value);
        self.ranges[which as usize] = None;
        if matches!(which, Chance::SessionPostponed) && self.months.default {
            self.months.value = [None; 12];
        }
    }

    /// Sets a chance with its range: the low end, the likely value, and the high end.
    pub const fn set_range(&mut self, which: Chance, [low, likely, high]: [f64; 3]) {
        self.set_chance(which, likely);
        self.ranges[which as usize] = Some([low, high]);
    }

    /// Sets the chances of a postponement by month, January first.
    pub const fn set_months(&mut self, months: [Option<f64>; 12]) {
        self.months = own(months);
    }

    /// Sets the days of a notice.
    pub const fn set_notice(&mut self, which: Notice, days: u16) {
        self.notices[which as usize] = own(days);
    }

    /// Sets how far a whole case can be slower or faster than its durations, from 0 to 4.
    pub const fn set_pace_spread(&mut self, spread: f64) {
        self.pace_spread = own(spread);
    }

    /// Returns the assumptions at an end of all ranges: the one with which fewer cases go ahead or more sessions are lost, or the
    /// other one. `None` if no chance is a range.
    pub(crate) fn corner(&self, pessimistic: bool) -> Option<Self> {
        self.ranges.iter().any(Option::is_some).then(|| {
            let mut corner = self.clone();
            for which in Chance::ALL {
                if let Some([low, high]) = self.range(*which) {
                    let adopts = matches!(which, Chance::LaborAdopts | Chance::ManagementAdopts);
                    corner.chances[*which as usize].value = if adopts == pessimistic { low } else { high };
                }
            }
            corner.ranges = [None; Chance::ALL.len()];
            corner
        })
    }
}

const fn default<T: Copy>(value: T) -> Assumed<T> {
    Assumed { default: true, value }
}

const fn own<T: Copy>(value: T) -> Assumed<T> {
    Assumed { default: false, value }
}

impl Default for Assumptions {
    /// Returns the defaults of the first model.
    fn default() -> Self {
        Self::of(Model::First)
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

/// The value of an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AssumedValue {
    /// Days: least, likely, most.
    Days(ThreePoint),
    /// A chance from 0 to 1.
    Chance(f64),
    /// A chance with its range: low, likely, high.
    Range([f64; 3]),
    /// Chances by month, January first. Other months have the chance of all months.
    #[serde(serialize_with = "by_month")]
    Months([Option<f64>; 12]),
    /// A constant number of days.
    Constant(u16),
    /// A spread, from 0 on.
    Spread(f64),
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for AssumedValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AssumedValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of days, a chance, or a spread; three of them: least, likely, most; or chances by month.",
            "anyOf": [
                { "type": "number" },
                { "type": "array", "items": { "type": "number" }, "minItems": 3, "maxItems": 3 },
                { "type": "object", "additionalProperties": { "type": "number" } },
            ],
        })
    }
}

fn by_month<S: Serializer>(months: &[Option<f64>; 12], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(MONTHS.iter().zip(months).filter_map(|(month, chance)| Some((month, (*chance)?))))
}

impl Assumptions {
    /// Returns every assumption of a model with its description.
    pub fn rows(&self, model: Model) -> Vec<AssumptionRow> {
        let row = |name, about, default, value| AssumptionRow { name, about, assumed: Assumed { default, value } };
        let mut rows = Vec::new();
        for which in Duration::of(model) {
            let Assumed { default, value } = self.duration(*which);
            if *which != Duration::Ratification || self.has_ratification() {
                rows.push(row(which.code(), which.about(), default, AssumedValue::Days(value)));
            }
        }
        if model == Model::Second {
            let Assumed { default, value } = self.pace_spread;
            rows.push(row(
                PACE_SPREAD,
                "how far the whole case can be slower or faster",
                default,
                AssumedValue::Spread(value),
            ));
            for which in Notice::ALL {
                let Assumed { default, value } = self.notice(which);
                rows.push(row(which.code(), which.about(), default, AssumedValue::Constant(value)));
            }
        }
        for which in Chance::ALL {
            let Assumed { default, value } = self.chance(*which);
            let value = self
                .range(*which)
                .map_or(AssumedValue::Chance(value), |[low, high]| AssumedValue::Range([low, value, high]));
            rows.push(row(which.code(), which.about(), default, value));
        }
        if !self.months.default || self.months.value.iter().any(Option::is_some) {
            let months = self.months.value;
            let about = "chance that a booked session is postponed, by its month";
            rows.push(row(BY_MONTH, about, self.months.default, AssumedValue::Months(months)));
        }
        rows
    }

    /// Returns the values by name, as in the canonical form of a scenario. Whether one is the default depends on how a file is
    /// written, not on what it means.
    pub(crate) fn canonical(&self, model: Model) -> Map<String, Value> {
        self.rows(model).into_iter().map(|row| (row.name.to_owned(), json!(row.assumed.value))).collect()
    }

    /// Returns the values by name, each with whether it is the default.
    pub(crate) fn values(&self, model: Model) -> Map<String, Value> {
        self.rows(model).into_iter().map(|row| (row.name.to_owned(), json!(row.assumed))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_numbers_are_unique() {
        let mut streams: Vec<u64> = Duration::ALL.iter().map(|which| which.stream()).collect();
        streams.extend(Chance::ALL.iter().map(|which| which.stream()));
        streams.extend([CUT_AFTER_STREAM, PACE_STREAM]);
        streams.sort_unstable();
        assert_eq!(streams, (1..=19).collect::<Vec<_>>());
    }
}
