//! Instants, dates and slots, all passed in: this crate has no clock and no time-zone table.

use alloc::string::String;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike, Utc};
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

fn echo(text: &str) -> String {
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

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = self.to_chrono();
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put(&mut text, 0, 4, utc.year().unsigned_abs());
        put(&mut text, 5, 2, utc.month());
        put(&mut text, 8, 2, utc.day());
        put(&mut text, 11, 2, utc.hour());
        put(&mut text, 14, 2, utc.minute());
        put(&mut text, 17, 2, utc.second());
        put(&mut text, 20, 3, utc.timestamp_subsec_millis());
        f.pad(core::str::from_utf8(&text).unwrap_or_default())
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
}

impl TryFrom<NaiveDate> for Date {
    type Error = TimeError;
    fn try_from(date: NaiveDate) -> Result<Self, TimeError> {
        Self::new(date.year(), date.month(), date.day()).ok_or_else(|| TimeError::Date(alloc::format!("{date}")))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00";
        put(&mut text, 0, 4, self.0.year().unsigned_abs());
        put(&mut text, 5, 2, self.0.month());
        put(&mut text, 8, 2, self.0.day());
        f.pad(core::str::from_utf8(&text).unwrap_or_default())
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

/// A wall-clock time to the minute with its UTC offset, so that its local day needs no time-zone table.
///
/// Its text is always the 25 characters of `2026-10-20T08:00:00-04:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// Minutes since 1970-01-01T00:00Z: the instant comes first, so that times order by instant.
    utc_minutes: i64,
    offset_minutes: i16,
}

impl LocalTime {
    /// The largest offset from UTC, in minutes either way (14 hours, the largest in use).
    pub const MAX_OFFSET_MINUTES: i16 = 14 * 60;

    /// The local time of an instant under an offset in minutes east of UTC; seconds must be zero.
    pub fn new(at: At, offset_minutes: i16) -> Option<Self> {
        let whole = at.millis() % 60_000 == 0;
        let known = offset_minutes.unsigned_abs() <= Self::MAX_OFFSET_MINUTES.unsigned_abs();
        let time = Self { utc_minutes: at.millis() / 60_000, offset_minutes };
        (whole && known && (1970..=9999).contains(&time.to_chrono().year())).then_some(time)
    }

    /// The instant.
    pub fn at(self) -> At {
        At::from_millis(self.utc_minutes * 60_000).unwrap_or(At::MIN)
    }

    /// Minutes east of UTC (negative in Massachusetts).
    pub const fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    /// The day on the wall.
    pub fn date(self) -> Date {
        self.at().date_at_offset(i32::from(self.offset_minutes))
    }

    /// The same time for chrono.
    pub fn to_chrono(self) -> DateTime<FixedOffset> {
        const ZERO: FixedOffset = FixedOffset::east_opt(0).expect("the offset zero exists");
        let offset = FixedOffset::east_opt(i32::from(self.offset_minutes) * 60).unwrap_or(ZERO);
        self.at().to_chrono().with_timezone(&offset)
    }

    /// Minutes since midnight on the wall.
    pub fn minute_of_day(self) -> u32 {
        let time = self.to_chrono().time();
        time.hour() * 60 + time.minute()
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        f.pad(core::str::from_utf8(&text).unwrap_or_default())
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
        let wrong = || TimeError::Local(echo(text));
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

/// A booked stretch of time inside which a meeting or a session is to take place.
///
/// ```
/// use ibbi_core::Slot;
/// let slot = Slot::new(
///     "2026-10-20T08:00:00-04:00".parse().unwrap(),
///     "2026-10-20T16:00:00-04:00".parse().unwrap(),
/// ).unwrap();
/// assert_eq!(slot.minutes(), 480);
/// assert!(slot.is_one_local_day());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "RawSlot"))]
pub struct Slot {
    ends: LocalTime,
    starts: LocalTime,
}

impl Slot {
    /// The longest slot, in minutes.
    pub const MAX_MINUTES: i64 = 24 * 60;

    /// A slot from `starts` to `ends`.
    ///
    /// # Errors
    /// [`TimeError::Reversed`] or [`TimeError::TooLong`].
    pub fn new(starts: LocalTime, ends: LocalTime) -> Result<Self, TimeError> {
        let minutes = ends.utc_minutes - starts.utc_minutes;
        if minutes <= 0 {
            return Err(TimeError::Reversed { starts, ends });
        }
        if minutes > Self::MAX_MINUTES {
            return Err(TimeError::TooLong { minutes });
        }
        Ok(Self { ends, starts })
    }

    /// When it begins.
    pub const fn starts(self) -> LocalTime {
        self.starts
    }

    /// When it ends.
    pub const fn ends(self) -> LocalTime {
        self.ends
    }

    /// Its length in minutes of elapsed time (over a daylight-saving change the wall shows another figure).
    pub fn minutes(self) -> u32 {
        u32::try_from(self.ends.utc_minutes - self.starts.utc_minutes).unwrap_or(0)
    }

    /// The local day on which it begins.
    pub fn local_day(self) -> Date {
        self.starts.date()
    }

    /// Whether it begins and ends on the same local day; an end at midnight belongs to the day before.
    pub fn is_one_local_day(self) -> bool {
        let last_minute = LocalTime { utc_minutes: self.ends.utc_minutes - 1, ..self.ends };
        last_minute.date() == self.starts.date()
    }

    /// The local day of an instant, by the offset of this slot's start.
    pub fn day_of(self, at: At) -> Date {
        at.date_at_offset(i32::from(self.starts.offset_minutes))
    }

    /// Whether the two share any minute.
    pub const fn overlaps(self, other: Self) -> bool {
        self.starts.utc_minutes < other.ends.utc_minutes && other.starts.utc_minutes < self.ends.utc_minutes
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (starts, ends) = (self.starts.to_chrono(), self.ends.to_chrono());
        write!(f, "{}, {} to ", starts.format("%a %Y-%m-%d"), starts.format("%H:%M"))?;
        if !self.is_one_local_day() {
            write!(f, "{}, ", ends.format("%a %Y-%m-%d"))?;
        }
        write!(f, "{}", ends.format("%H:%M"))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSlot {
    ends: LocalTime,
    starts: LocalTime,
}

#[cfg(feature = "serde")]
impl TryFrom<RawSlot> for Slot {
    type Error = TimeError;
    fn try_from(raw: RawSlot) -> Result<Self, TimeError> {
        Self::new(raw.starts, raw.ends)
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

#[cfg(feature = "serde")]
mod as_text {
    use super::{At, Date, LocalTime};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    macro_rules! as_text {
        ($($name:ident $expecting:literal;)+) => { $(
            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }
            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    crate::sets::from_text(deserializer, $expecting)
                }
            }
        )+ };
    }
    as_text! {
        At "an instant such as 2026-10-02T20:00:00.000Z";
        Date "a date such as 2026-10-02";
        LocalTime "a local time such as 2026-10-20T08:00:00-04:00";
    }
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

    #[test]
    fn local_times_read_back_what_they_print_and_refuse_every_other_form() {
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
    fn an_offset_that_is_not_in_use_makes_no_local_time() {
        for (offset, used) in [(i16::MIN, false), (-841, false), (-840, true), (840, true), (841, false)] {
            assert_eq!(LocalTime::new(At(1_800_000_000_000), offset).is_some(), used, "{offset}");
        }
    }

    #[test]
    fn a_slot_over_the_end_of_daylight_saving_counts_elapsed_minutes() {
        let slot =
            Slot::new("2026-11-01T00:30:00-04:00".parse().unwrap(), "2026-11-01T07:30:00-05:00".parse().unwrap())
                .unwrap();
        assert_eq!(slot.minutes(), 480);
        assert!(slot.is_one_local_day());
    }

    #[test]
    fn a_slot_to_midnight_is_one_day_and_a_minute_more_is_two() {
        let slot = |ends: &str| Slot::new("2026-10-20T20:00:00-04:00".parse().unwrap(), ends.parse().unwrap());
        assert!(slot("2026-10-21T00:00:00-04:00").unwrap().is_one_local_day());
        assert!(!slot("2026-10-21T00:01:00-04:00").unwrap().is_one_local_day());
        assert!(slot("2026-10-20T20:00:00-04:00").is_err());
        assert!(slot("2026-10-21T20:01:00-04:00").is_err());
    }
}
