//! Times: ranges of dates, days of the week, patterns, and hours.

use super::SessionGroup;
use ibbi_core::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The minutes of a slot of the calendar. All hours are multiples of it.
pub(crate) const SLOT: u16 = 15;
const DAY: u16 = 24 * 60;

/// A set of moments: those at which everything that it names is true.
///
/// ```
/// use ibbi_sim::{Hours, TimeRule, Weekday};
/// let evenings = TimeRule { hours: Some(Hours::EVENING), ..TimeRule::weekday(Weekday::Tuesday) };
/// assert!(evenings.covers("2026-10-20".parse().unwrap()));
/// assert!(!evenings.covers("2026-10-21".parse().unwrap()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRule {
    /// The first day; `None` if it has no start.
    pub from: Option<Date>,
    /// The last day; `None` if it has no end.
    pub to: Option<Date>,
    /// The days of the week; all of them if it is empty.
    pub weekdays: Weekdays,
    /// Every so many weeks, counted from the week of `from`. 1 is every week.
    pub every: u8,
    /// Only this occurrence of the weekday in each month.
    pub week: Option<WeekOfMonth>,
    /// The hours; `None` for the whole day.
    pub hours: Option<Hours>,
    /// The kind of session for which it counts; `None` for all.
    pub session: Option<SessionGroup>,
}

impl TimeRule {
    /// All times.
    pub const ALWAYS: Self =
        Self { from: None, to: None, weekdays: Weekdays::NONE, every: 1, week: None, hours: None, session: None };
    /// The largest number of weeks of a pattern.
    pub const MAX_EVERY: u8 = 52;

    /// A whole day.
    pub const fn on(day: Date) -> Self {
        Self::between(day, day)
    }

    /// The days from one to another.
    pub const fn between(from: Date, to: Date) -> Self {
        Self { from: Some(from), to: Some(to), ..Self::ALWAYS }
    }

    /// A day of every week.
    pub const fn weekday(day: Weekday) -> Self {
        Self { weekdays: Weekdays::of(day), ..Self::ALWAYS }
    }

    /// Returns the rule for some hours only.
    #[must_use]
    pub const fn at(self, hours: Hours) -> Self {
        Self { hours: Some(hours), ..self }
    }

    /// Returns whether any part of a day is in it.
    pub fn covers(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
            && (self.weekdays.is_empty() || self.weekdays.has(Weekday::from_date(day)))
            && (self.every <= 1 || self.from.is_some_and(|from| weeks_between(from, day) % i64::from(self.every) == 0))
            && self.week.is_none_or(|week| week.has(day))
    }

    /// Returns whether it counts for a kind of session.
    pub fn is_for(&self, session: SessionGroup) -> bool {
        self.session.is_none_or(|only| only == session)
    }

    /// Returns whether it names days: a date, a range, or a day of the week.
    pub const fn names_days(&self) -> bool {
        self.from.is_some() || self.to.is_some() || !self.weekdays.is_empty()
    }
}

/// Returns the number of weeks from the week of one day to that of another. Weeks begin on Monday.
fn weeks_between(from: Date, to: Date) -> i64 {
    let monday = |day: Date| day.to_chrono() - chrono::Duration::days(Weekday::from_date(day) as i64);
    (monday(to) - monday(from)).num_days() / 7
}

/// Hours of a day, in local time: from a minute up to, but not including, another. Both are multiples of 15 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    from: u16,
    to: u16,
}

/// The reason why hours are not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hours are two times of the same day, the earlier one first, in steps of 15 minutes, such as 16:00-20:00")]
pub struct HoursError;

impl Hours {
    /// 8:00 AM to noon.
    pub const MORNING: Self = Self { from: 8 * 60, to: 12 * 60 };
    /// Noon to 4:00 PM.
    pub const AFTERNOON: Self = Self { from: 12 * 60, to: 16 * 60 };
    /// 4:00 PM to 8:00 PM.
    pub const EVENING: Self = Self { from: 16 * 60, to: 20 * 60 };
    /// 8:00 AM to 4:00 PM.
    pub const WORKING: Self = Self { from: 8 * 60, to: 16 * 60 };
    /// Midnight to noon.
    pub(crate) const UNTIL_NOON: Self = Self { from: 0, to: 12 * 60 };
    /// 4:00 PM to midnight.
    pub(crate) const FROM_FOUR: Self = Self { from: 16 * 60, to: DAY };
    /// The halves that have a name, with it.
    pub const NAMED: [(&'static str, Self); 3] =
        [("morning", Self::MORNING), ("afternoon", Self::AFTERNOON), ("evening", Self::EVENING)];

    /// Returns the hours from a minute of the day to another.
    ///
    /// # Errors
    /// [`HoursError`] if they are not in order, not multiples of 15, or past midnight.
    pub const fn new(from: u16, to: u16) -> Result<Self, HoursError> {
        if from < to && to <= DAY && from.is_multiple_of(SLOT) && to.is_multiple_of(SLOT) {
            Ok(Self { from, to })
        } else {
            Err(HoursError)
        }
    }

    /// Returns the first minute, counted from midnight.
    pub const fn from(self) -> u16 {
        self.from
    }

    /// Returns the minute after the last one, counted from midnight.
    pub const fn to(self) -> u16 {
        self.to
    }

    /// Returns the name of a half-day.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(_, hours)| *hours == self).map(|(name, _)| *name)
    }
}

/// Reads a time of day in minutes: `16:00`, `9`, or `24:00`.
pub(crate) fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u16>().ok())?;
    let (hour, minute) = (number(hour)?, number(minute)?);
    let minutes = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && minutes <= DAY && !text.starts_with(':') && !text.ends_with(':')).then_some(minutes)
}

impl FromStr for Hours {
    type Err = HoursError;

    /// Reads `16:00-20:00`.
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let (from, to) = text.split_once(['-', '\u{2013}']).ok_or(HoursError)?;
        let minute = |text: &str| minute_of_day(text.trim()).ok_or(HoursError);
        Self::new(minute(from)?, minute(to)?)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{}:{:02}-{}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// The occurrence of a day of the week in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words are known")]
pub enum WeekOfMonth {
    First,
    Second,
    Third,
    Fourth,
    Last,
}

impl WeekOfMonth {
    /// Their names, in order.
    pub const CODES: [&'static str; 5] = ["first", "second", "third", "fourth", "last"];
    /// All of them.
    pub const ALL: [Self; 5] = [Self::First, Self::Second, Self::Third, Self::Fourth, Self::Last];

    /// Returns its name.
    pub const fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }

    /// Returns the occurrence with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::CODES.iter().position(|name| *name == code).map(|index| Self::ALL[index])
    }

    /// Returns whether a date is this occurrence of its day of the week.
    fn has(self, day: Date) -> bool {
        use chrono::Datelike;
        match self {
            Self::Last => (day.to_chrono() + chrono::Duration::days(7)).month() != day.to_chrono().month(),
            nth => day.to_chrono().day0() / 7 == nth as u32,
        }
    }
}

/// A set of days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weekdays(u8);

impl Weekdays {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Returns the set of one day.
    pub const fn of(day: Weekday) -> Self {
        Self(1 << day as u8)
    }

    /// Returns the set with one more day.
    #[must_use]
    pub const fn with(self, day: Weekday) -> Self {
        Self(self.0 | Self::of(day).0)
    }

    /// Returns whether a day is in the set.
    pub const fn has(self, day: Weekday) -> bool {
        self.0 & Self::of(day).0 != 0
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the days, Monday first.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::ALL.into_iter().filter(move |day| self.has(*day))
    }

    /// Returns the day, if there is exactly one.
    pub fn single(self) -> Option<Weekday> {
        let mut days = self.iter();
        days.next().filter(|_| days.next().is_none())
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<T: IntoIterator<Item = Weekday>>(days: T) -> Self {
        days.into_iter().fold(Self::NONE, Self::with)
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the days are known")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];
    /// Their names, in the same order.
    pub const CODES: [&'static str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// Returns the day of the week of a date.
    pub fn from_date(day: Date) -> Self {
        use chrono::Datelike;
        Self::ALL[day.to_chrono().weekday().num_days_from_monday() as usize]
    }

    /// Returns its name.
    pub const fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }

    /// Returns the day with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::CODES.iter().position(|name| *name == code).map(|index| Self::ALL[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn patterns_cover_their_days() {
        let thursday = TimeRule::weekday(Weekday::Thursday);
        let every_other = TimeRule { every: 2, from: Some(day("2026-09-08")), ..thursday };
        let covered = |rule: &TimeRule, from: &str| {
            let days = day(from).to_chrono().iter_days().take(35).filter_map(|day| Date::try_from(day).ok());
            days.filter(|day| rule.covers(*day))
                .map(|day| day.to_string()[5..].to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(covered(&every_other, "2026-09-01"), "09-10 09-24");
        assert_eq!(covered(&every_other, "2026-12-20"), "12-31 01-14");
        for (week, expected) in [(WeekOfMonth::First, "09-03 10-01"), (WeekOfMonth::Last, "09-24")] {
            assert_eq!(covered(&TimeRule { week: Some(week), ..thursday }, "2026-09-01"), expected);
        }
        let weekdays = [Weekday::Monday, Weekday::Sunday].into_iter().collect();
        assert_eq!(
            covered(&TimeRule { weekdays, ..TimeRule::between(day("2026-09-06"), day("2026-09-14")) }, "2026-09-01"),
            "09-06 09-07 09-13 09-14"
        );
    }

    #[test]
    fn hours_read_back() {
        for (text, shown) in [("16:00-20:00", "16:00-20:00"), ("9-12", "9:00-12:00"), ("0:00 - 24:00", "0:00-24:00")] {
            assert_eq!(text.parse::<Hours>().unwrap().to_string(), shown);
        }
        for text in [
            "16:00",
            "20:00-16:00",
            "8:10-9:00",
            "8:00-24:15",
            "-9",
            "9:-12",
            "8:00-8:00",
            "+9-12",
            "8:75-10",
            ":15-10",
        ] {
            assert_eq!(text.parse::<Hours>(), Err(HoursError), "{text}");
        }
        assert_eq!(Hours::EVENING.name(), Some("evening"));
    }
}
