//! Local times and slots: a stretch of time on one day, by the offset that it carries.

use crate::time::{At, Date, TimeError, echo, number, put, read_date};
use chrono::{DateTime, Datelike, FixedOffset, NaiveTime, Timelike};
use core::fmt;
use core::str::FromStr;

const MINUTES_A_DAY: i64 = 24 * 60;

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
        (whole && known && Self::WALL_MINUTES.contains(&time.wall_minutes())).then_some(time)
    }

    /// Minutes since 1970 on the wall, for the years 1970 to 9999.
    const WALL_MINUTES: core::ops::RangeInclusive<i64> = 0..=At::MAX.millis() / 60_000;

    const fn wall_minutes(self) -> i64 {
        self.utc_minutes + self.offset_minutes as i64
    }

    /// The day on the wall as a number: comparing numbers needs no calendar.
    const fn day_number(self) -> i64 {
        self.wall_minutes().div_euclid(MINUTES_A_DAY)
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

impl LocalTime {
    /// Its text, in ASCII.
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
    pub const MAX_MINUTES: i64 = MINUTES_A_DAY;

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
        last_minute.day_number() == self.starts.day_number()
    }

    /// The local day of an instant, by the offset of this slot's start.
    pub fn day_of(self, at: At) -> Date {
        at.date_at_offset(i32::from(self.starts.offset_minutes))
    }

    /// Whether an instant is on the local day on which it begins, by the offset of its start.
    pub(crate) const fn is_on(self, at: At) -> bool {
        let minute = LocalTime { utc_minutes: at.millis().div_euclid(60_000), ..self.starts };
        minute.day_number() == self.starts.day_number()
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

#[cfg(feature = "serde")]
crate::time::as_text! {
    LocalTime "a local time such as 2026-10-20T08:00:00-04:00";
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

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

    #[test]
    fn an_offset_that_is_not_in_use_makes_no_local_time() {
        for (offset, used) in [(i16::MIN, false), (-841, false), (-840, true), (840, true), (841, false)] {
            assert_eq!(LocalTime::new(At::from_millis(1_800_000_000_000).unwrap(), offset).is_some(), used, "{offset}");
        }
    }
}
