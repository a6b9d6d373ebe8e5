//! Instants, dates, and local times. Callers pass them in: this crate has no clock and no time zone table.

use alloc::string::{String, ToString};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike, Utc};
use core::fmt;
use core::str::FromStr;

/// The reason why a text or a value is not a time, with the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The text is not an instant in the expected form.
    #[error("`{0}` is not an instant such as 2026-10-02T20:00:00.000Z (UTC with milliseconds, years 1970 to 9999)")]
    Instant(String),
    /// The text is not a date in the expected form, or the calendar does not have that day.
    #[error("`{0}` is not a date such as 2026-10-02 (year-month-day, and a day that exists)")]
    Date(String),
    /// The text is not a local time in the expected form.
    #[error("`{0}` is not a local time such as 2026-10-20T08:00:00-04:00 (whole minutes, with its UTC offset)")]
    Local(String),
    /// The slot does not end after it starts.
    #[error("the slot ends at {ends}, which is not after its start at {starts}; enter a later end")]
    Reversed {
        /// The start.
        starts: LocalTime,
        /// The end.
        ends: LocalTime,
    },
    /// The slot is longer than a day.
    #[error("the slot is {minutes} minutes long; enter at most {max} minutes", max = MAX_SLOT_MINUTES)]
    TooLong {
        /// The length in minutes.
        minutes: i64,
    },
}

const MINUTES_PER_DAY: i64 = 24 * 60;

/// The longest slot, in minutes: one day.
pub(crate) const MAX_SLOT_MINUTES: i64 = MINUTES_PER_DAY;

/// Returns the beginning of a wrong text, to repeat in a message.
fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

/// An instant in UTC, in milliseconds: when an event happened or was recorded.
///
/// Its only text form has 24 characters, such as `2026-10-02T20:00:00.000Z`.
///
/// ```
/// use ibbi_core::At;
/// let at: At = "2026-10-02T20:00:00.000Z".parse().unwrap();
/// assert_eq!(at.to_string(), "2026-10-02T20:00:00.000Z");
/// assert!("2026-10-02T20:00:00Z".parse::<At>().is_err());
/// assert!("2026-02-30T20:00:00.000Z".parse::<At>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(i64);

impl At {
    /// The earliest instant: 1970-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(0);
    /// The latest instant: 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Returns the instant `millis` milliseconds after 1970-01-01T00:00:00Z, or `None` if it is not from [`At::MIN`] to
    /// [`At::MAX`].
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis >= Self::MIN.0 && millis <= Self::MAX.0 { Some(Self(millis)) } else { None }
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the whole minutes from `earlier` to this instant, or 0 if `earlier` is later.
    pub fn minutes_since(self, earlier: Self) -> i64 {
        ((self.0 - earlier.0) / 60_000).max(0)
    }

    /// Returns the instant as a chrono type.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Returns the date in UTC.
    pub fn utc_date(self) -> Date {
        Date(self.to_chrono().date_naive())
    }

    /// Returns the number of days from 1970-01-01 to its UTC date.
    pub(crate) const fn day_number(self) -> i64 {
        self.0.div_euclid(24 * 3_600_000)
    }

    /// Returns the local date at an offset in minutes east of UTC.
    pub fn date_at_offset(self, offset_minutes: i32) -> Date {
        let shifted = self.0.saturating_add(i64::from(offset_minutes) * 60_000);
        Date(DateTime::from_timestamp_millis(shifted).unwrap_or(DateTime::UNIX_EPOCH).date_naive())
    }
}

impl TryFrom<DateTime<Utc>> for At {
    type Error = TimeError;
    /// Truncates to the millisecond.
    fn try_from(instant: DateTime<Utc>) -> Result<Self, TimeError> {
        Self::from_millis(instant.timestamp_millis())
            .ok_or_else(|| TimeError::Instant(alloc::format!("{}", instant.timestamp_millis())))
    }
}

impl At {
    /// Returns the instant for people, to the minute, in UTC.
    ///
    /// ```
    /// let at: ibbi_core::At = "2026-10-20T20:00:00.000Z".parse().unwrap();
    /// assert_eq!(at.readable(), "Tue, Oct 20, 2026, 8:00 PM UTC");
    /// ```
    pub fn readable(self) -> String {
        self.to_chrono().format("%a, %b %-d, %Y, %-I:%M %p UTC").to_string()
    }

    /// Returns the start of its minute.
    pub(crate) const fn whole_minute(self) -> Self {
        Self(self.0 - self.0 % 60_000)
    }

    /// Returns the text form, in ASCII.
    pub(crate) fn text(self) -> [u8; 24] {
        let utc = self.to_chrono();
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put(&mut text, 0, 4, utc.year().unsigned_abs());
        put(&mut text, 5, 2, utc.month());
        put(&mut text, 8, 2, utc.day());
        put(&mut text, 11, 2, utc.hour());
        put(&mut text, 14, 2, utc.minute());
        put(&mut text, 17, 2, utc.second());
        put(&mut text, 20, 3, utc.timestamp_subsec_millis());
        text
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for At {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Instant(excerpt(text));
        let bytes: &[u8; 24] = text.as_bytes().try_into().map_err(|_| wrong())?;
        let read = || {
            let punctuated = bytes[10] == b'T' && bytes[13] == b':' && bytes[16] == b':' && bytes[19] == b'.';
            if !punctuated || bytes[23] != b'Z' {
                return None;
            }
            let date = read_date(&bytes[..10])?;
            let (hour, minute) = (number(&bytes[11..13])?, number(&bytes[14..16])?);
            let (second, millis) = (number(&bytes[17..19])?, number(&bytes[20..23])?);
            let time = NaiveTime::from_hms_milli_opt(hour, minute, second, millis)?;
            Self::from_millis(date.and_time(time).and_utc().timestamp_millis())
        };
        read().ok_or_else(wrong)
    }
}

/// A calendar day in the years 1970 to 9999. Its text form is `2026-10-02`.
///
/// ```
/// use ibbi_core::Date;
/// assert!("2028-02-29".parse::<Date>().is_ok());
/// assert!("2027-02-29".parse::<Date>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// Returns a day by year, month (1 to 12), and day of the month. Returns `None` if the day does not exist or the year
    /// is not from 1970 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1970..=9999).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// Returns the day as a chrono type.
    pub const fn to_chrono(self) -> NaiveDate {
        self.0
    }

    /// Returns the number of days from 1970-01-01.
    pub(crate) fn day_number(self) -> i64 {
        self.0.to_epoch_days().into()
    }
}

impl TryFrom<NaiveDate> for Date {
    type Error = TimeError;
    fn try_from(date: NaiveDate) -> Result<Self, TimeError> {
        Self::new(date.year(), date.month(), date.day()).ok_or_else(|| TimeError::Date(alloc::format!("{date}")))
    }
}

impl Date {
    /// Returns the day for people.
    ///
    /// ```
    /// let date: ibbi_core::Date = "2026-10-20".parse().unwrap();
    /// assert_eq!(date.readable(), "Tue, Oct 20, 2026");
    /// ```
    pub fn readable(self) -> String {
        self.0.format("%a, %b %-d, %Y").to_string()
    }

    /// Returns the text form, in ASCII.
    pub(crate) fn text(self) -> [u8; 10] {
        let mut text = *b"0000-00-00";
        put(&mut text, 0, 4, self.0.year().unsigned_abs());
        put(&mut text, 5, 2, self.0.month());
        put(&mut text, 8, 2, self.0.day());
        text
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        read_date(text.as_bytes())
            .and_then(|date| Self::try_from(date).ok())
            .ok_or_else(|| TimeError::Date(excerpt(text)))
    }
}

/// A local time to the minute, with its UTC offset. Because of the offset, its local day needs no time zone table.
///
/// Its only text form has 25 characters, such as `2026-10-20T08:00:00-04:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// Minutes since 1970-01-01T00:00Z. This is the first field, so that local times order by instant.
    pub(crate) utc_minutes: i64,
    pub(crate) offset_minutes: i16,
}

impl LocalTime {
    /// The largest offset from UTC in minutes, east or west. It is 14 hours, the largest in use.
    pub const MAX_OFFSET_MINUTES: i16 = 14 * 60;

    /// Returns the local time of an instant at an offset in minutes east of UTC.
    ///
    /// Returns `None` if the instant is not a whole minute, the offset is larger than [`LocalTime::MAX_OFFSET_MINUTES`],
    /// or the local year is not from 1970 to 9999.
    pub fn new(at: At, offset_minutes: i16) -> Option<Self> {
        let whole = at.millis() % 60_000 == 0;
        let known = offset_minutes.unsigned_abs() <= Self::MAX_OFFSET_MINUTES.unsigned_abs();
        let time = Self { utc_minutes: at.millis() / 60_000, offset_minutes };
        (whole && known && Self::WALL_MINUTES.contains(&time.wall_minutes())).then_some(time)
    }

    /// The local minutes since 1970 that are allowed: the years 1970 to 9999.
    const WALL_MINUTES: core::ops::RangeInclusive<i64> = 0..=At::MAX.millis() / 60_000;

    const fn wall_minutes(self) -> i64 {
        self.utc_minutes + self.offset_minutes as i64
    }

    /// Returns the local day as a number of days since 1970, which compares without a calendar.
    pub(crate) const fn day_number(self) -> i64 {
        self.wall_minutes().div_euclid(MINUTES_PER_DAY)
    }

    /// Returns the instant.
    pub fn at(self) -> At {
        At::from_millis(self.utc_minutes * 60_000).unwrap_or(At::MIN)
    }

    /// Returns the offset in minutes east of UTC (negative in Massachusetts).
    pub const fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    /// Returns the local day.
    pub fn date(self) -> Date {
        self.at().date_at_offset(i32::from(self.offset_minutes))
    }

    /// Returns the local time as a chrono type.
    pub fn to_chrono(self) -> DateTime<FixedOffset> {
        const ZERO: FixedOffset = FixedOffset::east_opt(0).expect("the offset zero exists");
        let offset = FixedOffset::east_opt(i32::from(self.offset_minutes) * 60).unwrap_or(ZERO);
        self.at().to_chrono().with_timezone(&offset)
    }

    /// Returns the minutes since local midnight.
    pub fn minute_of_day(self) -> u32 {
        let time = self.to_chrono().time();
        time.hour() * 60 + time.minute()
    }
}

impl LocalTime {
    /// Returns the local time for people, without the offset.
    ///
    /// ```
    /// let time: ibbi_core::LocalTime = "2026-10-20T16:00:00-04:00".parse().unwrap();
    /// assert_eq!(time.readable(), "Tue, Oct 20, 2026, 4:00 PM");
    /// ```
    pub fn readable(self) -> String {
        self.to_chrono().format("%a, %b %-d, %Y, %-I:%M %p").to_string()
    }

    /// Returns the text form, in ASCII.
    pub(crate) fn text(self) -> [u8; 25] {
        let local = self.to_chrono();
        let mut text = *b"0000-00-00T00:00:00+00:00";
        put(&mut text, 0, 4, local.year().unsigned_abs());
        put(&mut text, 5, 2, local.month());
        put(&mut text, 8, 2, local.day());
        put(&mut text, 11, 2, local.hour());
        put(&mut text, 14, 2, local.minute());
        if self.offset_minutes < 0 {
            text[19] = b'-';
        }
        let offset = u32::from(self.offset_minutes.unsigned_abs());
        put(&mut text, 20, 2, offset / 60);
        put(&mut text, 23, 2, offset % 60);
        text
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl fmt::Debug for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for LocalTime {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Local(excerpt(text));
        let bytes: &[u8; 25] = text.as_bytes().try_into().map_err(|_| wrong())?;
        let read = || {
            let punctuated = bytes[10] == b'T' && bytes[13] == b':' && &bytes[16..19] == b":00" && bytes[22] == b':';
            if !punctuated {
                return None;
            }
            let date = read_date(&bytes[..10])?;
            let time = NaiveTime::from_hms_opt(number(&bytes[11..13])?, number(&bytes[14..16])?, 0)?;
            let (hours, minutes) = (number(&bytes[20..22])?, number(&bytes[23..25])?);
            let size = i16::try_from(hours * 60 + minutes).ok()?;
            let offset = match bytes[19] {
                b'+' => size,
                b'-' if size > 0 => -size,
                _ => return None,
            };
            if minutes > 59 {
                return None;
            }
            let utc = date.and_time(time).and_utc().timestamp_millis() - i64::from(offset) * 60_000;
            Self::new(At::from_millis(utc)?, offset)
        };
        read().ok_or_else(wrong)
    }
}

fn read_date(bytes: &[u8]) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = bytes.try_into().ok()?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = i32::try_from(number(&bytes[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&bytes[5..7])?, number(&bytes[8..])?)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &b| b.is_ascii_digit().then(|| value * 10 + u32::from(b - b'0')))
}

fn put(text: &mut [u8], from: usize, width: usize, mut value: u32) {
    for byte in text[from..from + width].iter_mut().rev() {
        *byte = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

/// Implements serde for a type by its text form.
#[cfg(feature = "serde")]
macro_rules! as_text {
    ($($name:ident $expecting:literal;)+) => { $(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(core::str::from_utf8(&self.text()).unwrap_or_default())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::sets::from_text(deserializer, $expecting)
            }
        }
    )+ };
}
#[cfg(feature = "serde")]
as_text! {
    At "an instant such as 2026-10-02T20:00:00.000Z";
    Date "a date such as 2026-10-02";
    LocalTime "a local time such as 2026-10-20T08:00:00-04:00";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_round_trip_and_reject_other_forms() {
        for text in ["1970-01-01T00:00:00.000Z", "2026-10-02T20:04:11.512Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(text.parse::<At>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "2026-10-02",
            "2026-10-02T20:04:11Z",
            "2026-10-02t20:04:11.512Z",
            "2026-10-02T20:04:11.512z",
            "2026-10-02T24:00:00.000Z",
            "2026-02-29T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "2026-10-02T20:04:60.000Z",
            "2026-10-02T20:04:11.512é",
            "+026-10-02T20:04:11.512Z",
        ] {
            assert!(wrong.parse::<At>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn local_times_round_trip_and_reject_other_forms() {
        for text in ["2026-10-20T08:00:00-04:00", "2026-01-20T23:59:00+00:00", "2026-01-20T00:00:00+14:00"] {
            assert_eq!(text.parse::<LocalTime>().unwrap().to_string(), text);
        }
        for wrong in [
            "2026-10-20T08:00:00Z",
            "2026-10-20T08:00:30-04:00",
            "2026-10-20T08:00:00-00:00",
            "2026-10-20T08:00:00-15:00",
            "2026-10-20T08:00:00-04:60",
            "2026-10-20 08:00:00-04:00",
        ] {
            assert!(wrong.parse::<LocalTime>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn offset_beyond_14_hours_is_rejected() {
        for (offset, used) in [(i16::MIN, false), (-841, false), (-840, true), (840, true), (841, false)] {
            assert_eq!(LocalTime::new(At::from_millis(1_800_000_000_000).unwrap(), offset).is_some(), used, "{offset}");
        }
    }
}
