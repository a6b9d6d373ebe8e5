//! Slots: the booked time of a meeting or a session.

use crate::time::{At, Date, LocalTime, MAX_SLOT_MINUTES, TimeError};
use core::fmt;

/// The booked time of a meeting or a session, from a start to an end.
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(!try_from))]
pub struct Slot {
    ends: LocalTime,
    starts: LocalTime,
}

impl Slot {
    /// The longest slot, in minutes.
    pub const MAX_MINUTES: i64 = MAX_SLOT_MINUTES;

    /// Returns the slot from `starts` to `ends`.
    ///
    /// # Errors
    /// [`TimeError::Reversed`] if `ends` is not after `starts`. [`TimeError::TooLong`] if the slot is longer than
    /// [`Slot::MAX_MINUTES`].
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

    /// Returns the start.
    pub const fn starts(self) -> LocalTime {
        self.starts
    }

    /// Returns the end.
    pub const fn ends(self) -> LocalTime {
        self.ends
    }

    /// Returns the length in elapsed minutes. Across a change to or from daylight saving time, wall clocks show a different
    /// length.
    pub fn minutes(self) -> u32 {
        u32::try_from(self.ends.utc_minutes - self.starts.utc_minutes).unwrap_or(0)
    }

    /// Returns the local day of the start.
    pub fn local_day(self) -> Date {
        self.starts.date()
    }

    /// Returns whether the slot starts and ends on the same local day. An end at midnight belongs to the day before.
    pub fn is_one_local_day(self) -> bool {
        let last_minute = LocalTime { utc_minutes: self.ends.utc_minutes - 1, ..self.ends };
        last_minute.day_number() == self.starts.day_number()
    }

    /// Returns the local day of an instant, using the offset of the slot's start.
    pub fn day_of(self, at: At) -> Date {
        at.date_at_offset(i32::from(self.starts.offset_minutes()))
    }

    /// Returns whether an instant is on the local day of the slot's start, using the offset of the start.
    pub(crate) const fn is_on(self, at: At) -> bool {
        let minute = LocalTime { utc_minutes: at.millis().div_euclid(60_000), ..self.starts };
        minute.day_number() == self.starts.day_number()
    }

    /// Returns whether two slots share any time.
    pub const fn overlaps(self, other: Self) -> bool {
        self.starts.utc_minutes < other.ends.utc_minutes && other.starts.utc_minutes < self.ends.utc_minutes
    }
}

impl fmt::Display for Slot {
    /// Writes the slot for people, such as `Tue, Oct 20, 2026, 8:00 AM to 4:00 PM`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to ", self.starts.readable())?;
        if self.is_one_local_day() {
            write!(f, "{}", self.ends.to_chrono().format("%-I:%M %p"))
        } else {
            write!(f, "{}", self.ends.readable())
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slot_across_a_clock_change_counts_elapsed_minutes() {
        let slot =
            Slot::new("2026-11-01T00:30:00-04:00".parse().unwrap(), "2026-11-01T07:30:00-05:00".parse().unwrap())
                .unwrap();
        assert_eq!(slot.minutes(), 480);
        assert!(slot.is_one_local_day());
    }

    #[test]
    fn slot_until_midnight_is_one_day() {
        let slot = |ends: &str| Slot::new("2026-10-20T20:00:00-04:00".parse().unwrap(), ends.parse().unwrap());
        assert!(slot("2026-10-21T00:00:00-04:00").unwrap().is_one_local_day());
        assert!(!slot("2026-10-21T00:01:00-04:00").unwrap().is_one_local_day());
        assert!(slot("2026-10-20T20:00:00-04:00").is_err());
        assert!(slot("2026-10-21T20:01:00-04:00").is_err());
    }
}
