//! Instants and dates, all passed in: this crate has no clock and no time-zone table.

use crate::slot::{LocalTime, Slot};
use alloc::string::String;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use core::fmt;
use core::str::FromStr;

/// Why a time was not accepted, with what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Not an instant in the one accepted form.
    #[error("`{0}` is not an instant such as 2026-10-02T20:00:00.000Z (UTC with milliseconds, years 1970 to 9999)")]
    Instant(String),
    /// Not a date in the one accepted form, or a day that the calendar does not have.
    #[error("`{0}` is not a date such as 2026-10-02 (year-month-day, a day that exists)")]
    Date(String),
    /// Not a local time in the one accepted form.
    #[error("`{0}` is not a local time such as 2026-10-20T08:00:00-04:00 (whole minutes, with its UTC offset)")]
    Local(String),
    /// A slot that ends before it starts, or at once.
    #[error("the slot ends at {ends}, which is not after its start {starts}")]
    Reversed {
        /// The start.
        starts: LocalTime,
        /// The end.
        ends: LocalTime,
    },
    /// A slot of more than a day.
    #[error("the slot is {minutes} minutes long; at most {} are allowed", Slot::MAX_MINUTES)]
    TooLong {
        /// Its length in minutes.
        minutes: i64,
    },
}

pub(crate) fn echo(text: &str) -> String {
    text.chars().take(40).collect()
}

/// An instant in UTC, to the millisecond: when a fact happened or was written down.
///
/// Its text is always the 24 characters of `2026-10-02T20:00:00.000Z`; nothing else is read.
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

    /// The instant this many milliseconds after 1970-01-01T00:00:00Z, if it is between [`At::MIN`] and [`At::MAX`].
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis >= Self::MIN.0 && millis <= Self::MAX.0 { Some(Self(millis)) } else { None }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole minutes from `earlier` to this instant; 0 if it is not earlier.
    pub fn minutes_since(self, earlier: Self) -> i64 {
        ((self.0 - earlier.0) / 60_000).max(0)
    }

    /// The same instant for chrono.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// The date in UTC.
    pub fn utc_date(self) -> Date {
        Date(self.to_chrono().date_naive())
    }

    /// The number of its day in UTC, from 1970-01-01.
    pub(crate) const fn day_number(self) -> i64 {
        self.0.div_euclid(24 * 3_600_000)
    }

    /// The date that a clock with this offset (in minutes east of UTC) shows.
    pub fn date_at_offset(self, offset_minutes: i32) -> Date {
        let shifted = self.0.saturating_add(i64::from(offset_minutes) * 60_000);
        Date(DateTime::from_timestamp_millis(shifted).unwrap_or(DateTime::UNIX_EPOCH).date_naive())
    }
}

impl TryFrom<DateTime<Utc>> for At {
    type Error = TimeError;
    /// Cuts to the millisecond.
    fn try_from(instant: DateTime<Utc>) -> Result<Self, TimeError> {
        Self::from_millis(instant.timestamp_millis())
            .ok_or_else(|| TimeError::Instant(alloc::format!("{}", instant.timestamp_millis())))
    }
}

impl At {
    /// Its text, in ASCII.
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
        let wrong = || TimeError::Instant(echo(text));
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

/// A calendar day without a time: years 1970 to 9999.
///
/// ```
/// use ibbi_core::Date;
/// assert!("2028-02-29".parse::<Date>().is_ok());
/// assert!("2027-02-29".parse::<Date>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The day of this year, month (1 to 12) and day of the month, if it exists and the year is 1970 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1970..=9999).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// The same day for chrono.
    pub const fn to_chrono(self) -> NaiveDate {
        self.0
    }

    /// Its number, from 1970-01-01.
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
    /// Its text, in ASCII.
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
        read_date(text.as_bytes()).and_then(|date| Self::try_from(date).ok()).ok_or_else(|| TimeError::Date(echo(text)))
    }
}

pub(crate) fn read_date(bytes: &[u8]) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = bytes.try_into().ok()?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = i32::try_from(number(&bytes[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&bytes[5..7])?, number(&bytes[8..])?)
}

pub(crate) fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &b| b.is_ascii_digit().then(|| value * 10 + u32::from(b - b'0')))
}

pub(crate) fn put(text: &mut [u8], from: usize, width: usize, mut value: u32) {
    for byte in text[from..from + width].iter_mut().rev() {
        *byte = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

/// Writes and reads a type by its one text form.
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
pub(crate) use as_text;

#[cfg(feature = "serde")]
as_text! {
    At "an instant such as 2026-10-02T20:00:00.000Z";
    Date "a date such as 2026-10-02";
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn instants_read_back_what_they_print_and_refuse_every_other_form() {
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
}
