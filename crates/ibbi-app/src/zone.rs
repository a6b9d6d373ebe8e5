//! Time zones: the one place where local times are read and shown.
//!
//! The core has no time-zone table. Here the IANA database (by the crate `chrono-tz`) turns what a person writes into
//! instants and slots with their offsets, and checks that a slot's offset is the one its zone has on that day.

use crate::nearest;
use crate::shape::echo;
use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use ibbi_core::{At, Date, LocalTime, Slot, TimeZoneName};

/// The zone of Massachusetts, used where a case does not say otherwise.
pub const MASSACHUSETTS: &str = "America/New_York";

/// A time zone that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

/// Why a local time was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// No such zone.
    #[error("there is no time zone `{found}`{}", nearest::hint(.nearest.as_deref()))]
    Unknown {
        /// What was asked for.
        found: String,
        /// The nearest zone that exists.
        nearest: Option<String>,
    },
    /// Not an instant in one of the forms that are read.
    #[error("`{0}` is not a time; write 2026-10-20 16:00 (local time of the case), 2026-10-20T20:00:00Z, or now")]
    Instant(String),
    /// A date without a time.
    #[error("`{0}` is a day without a time; add one, such as {0} 16:00")]
    TimeMissing(String),
    /// Not a slot in one of the forms that are read.
    #[error("`{0}` is not a slot; write the day and both times, such as 2026-10-20 08:00-16:00")]
    Slot(String),
    /// A wall-clock time that is skipped when the clocks go forward.
    #[error("{0} does not exist in {1}: the clocks go forward over it")]
    Skipped(String, String),
    /// A wall-clock time that comes twice when the clocks go back.
    #[error("{0} comes twice in {1}, since the clocks go back; write it with its offset: {2} or {3}")]
    Twice(String, String, String, String),
    /// Outside the years that are allowed.
    #[error("`{0}` is outside the years 1970 to 9999")]
    OutOfRange(String),
    /// The start, end or length of a slot does not fit.
    #[error(transparent)]
    Time(#[from] ibbi_core::TimeError),
    /// A slot whose offset is not its zone's.
    #[error("{time} has the offset of another zone; in {zone} it is {expected} then")]
    Offset {
        /// The time.
        time: LocalTime,
        /// The zone.
        zone: String,
        /// What the zone's clocks show at that instant.
        expected: String,
    },
}

impl Zone {
    /// The zone of this name.
    ///
    /// # Errors
    /// [`ZoneError::Unknown`], with the nearest name.
    pub fn new(name: &TimeZoneName) -> Result<Self, ZoneError> {
        name.as_str().parse().map(Self).map_err(|_| ZoneError::Unknown {
            found: name.to_string(),
            nearest: nearest::of(name.as_str(), chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())),
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// An instant as its clocks show it: `Tue 2026-10-20 16:00 EDT`.
    pub fn show(self, at: At) -> String {
        at.to_chrono().with_timezone(&self.0).format("%a %Y-%m-%d %H:%M %Z").to_string()
    }

    /// An instant as `--at` reads it back in this zone: `2026-10-20 16:00`, or with its offset where that comes twice.
    pub fn write(self, at: At) -> String {
        let local = at.to_chrono().with_timezone(&self.0);
        if at.millis() % 1000 != 0 {
            return at.to_string();
        }
        let seconds = at.millis() % 60_000 != 0;
        let plain = local.format(if seconds { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" }).to_string();
        match self.0.from_local_datetime(&local.naive_local()) {
            LocalResult::Single(_) => plain,
            _ => local.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        }
    }

    /// Reads an instant: local time (`2026-10-20 16:00`), with an offset or `Z`, or `now`.
    ///
    /// # Errors
    /// [`ZoneError`] says what is wrong and what would be right.
    pub fn read(self, text: &str, now: At) -> Result<At, ZoneError> {
        if text == "now" {
            return Ok(now);
        }
        let joined = text.replacen(' ', "T", 1);
        let exact = DateTime::parse_from_rfc3339(&joined);
        // Seconds are rarely known.
        if let Ok(instant) = exact.or_else(|_| DateTime::parse_from_str(&joined, "%Y-%m-%dT%H:%M%#z")) {
            return At::try_from(instant.to_utc()).map_err(|_| ZoneError::OutOfRange(text.to_owned()));
        }
        if text.parse::<NaiveDate>().is_ok() {
            return Err(ZoneError::TimeMissing(text.to_owned()));
        }
        let local = read_local(text).ok_or_else(|| ZoneError::Instant(echo(text)))?;
        At::try_from(self.resolve(local)?.to_utc()).map_err(|_| ZoneError::OutOfRange(text.to_owned()))
    }

    fn resolve(self, local: NaiveDateTime) -> Result<DateTime<Tz>, ZoneError> {
        let shown = || local.format("%Y-%m-%d %H:%M").to_string();
        let exact = |time: DateTime<Tz>| time.format("%Y-%m-%dT%H:%M:%S%:z").to_string();
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(time) => Ok(time),
            LocalResult::None => Err(ZoneError::Skipped(shown(), self.name().to_owned())),
            LocalResult::Ambiguous(first, second) => {
                Err(ZoneError::Twice(shown(), self.name().to_owned(), exact(first), exact(second)))
            }
        }
    }

    /// The local time of an instant, cut to the minute.
    pub fn local(self, at: At) -> Option<LocalTime> {
        let offset = at.to_chrono().with_timezone(&self.0).offset().fix().local_minus_utc() / 60;
        LocalTime::new(At::from_millis(at.millis() / 60_000 * 60_000)?, i16::try_from(offset).ok()?)
    }

    /// Reads a slot: `2026-10-20 08:00-16:00`, or two instants with their offsets and a slash between them.
    ///
    /// # Errors
    /// [`ZoneError`] says what is wrong and what would be right.
    pub fn read_slot(self, text: &str) -> Result<Slot, ZoneError> {
        let wrong = || ZoneError::Slot(echo(text));
        let (starts, ends) = if let Some((starts, ends)) = text.split_once('/') {
            (starts.parse()?, ends.parse()?)
        } else {
            let (day, times) = text.split_once([' ', 'T']).ok_or_else(wrong)?;
            let (starts, ends) = times
                .split_once('-')
                .or_else(|| times.split_once(" to "))
                .or_else(|| times.split_once('–'))
                .ok_or_else(wrong)?;
            let day = day.parse::<Date>().map_err(|_| wrong())?.to_chrono();
            let starts = day.and_time(read_time(starts.trim()).ok_or_else(wrong)?);
            let ends = match ends.trim() {
                "24:00" => (day + Duration::days(1)).and_time(NaiveTime::MIN),
                ends => day.and_time(read_time(ends).ok_or_else(wrong)?),
            };
            let local = |time| {
                let resolved = self.resolve(time)?;
                let at = At::try_from(resolved.to_utc()).map_err(|_| wrong())?;
                self.local(at).ok_or_else(wrong)
            };
            (local(starts)?, local(ends)?)
        };
        let slot = Slot::new(starts, ends)?;
        self.check(slot)?;
        Ok(slot)
    }

    /// Checks that a slot's offsets are those of this zone.
    ///
    /// # Errors
    /// [`ZoneError::Offset`] names the time and what it should be.
    pub fn check(self, slot: Slot) -> Result<(), ZoneError> {
        for time in [slot.starts(), slot.ends()] {
            if let Some(expected) = self.local(time.at()).filter(|expected| *expected != time) {
                let (zone, expected) = (self.name().to_owned(), expected.to_string());
                return Err(ZoneError::Offset { time, zone, expected });
            }
        }
        Ok(())
    }
}

impl Default for Zone {
    /// The zone of Massachusetts.
    fn default() -> Self {
        Self(chrono_tz::America::New_York)
    }
}

fn read_local(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once([' ', 'T'])?;
    Some(day.parse::<NaiveDate>().ok()?.and_time(read_time(time)?))
}

fn read_time(text: &str) -> Option<NaiveTime> {
    let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok());
    // A sixtieth second is read as a leap second, and there is none in a ledger.
    read.filter(|time| time.nanosecond() < 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn local_times_are_read_in_the_zone_and_shown_in_it() {
        let (zone, now) = (Zone::default(), at("2026-11-01T00:00:00.000Z"));
        for (text, expected) in [
            ("2026-10-20 16:00", "2026-10-20T20:00:00.000Z"),
            ("2026-12-20T16:00", "2026-12-20T21:00:00.000Z"),
            ("2026-12-20 16:00:30", "2026-12-20T21:00:30.000Z"),
            ("2026-10-20T20:00:00Z", "2026-10-20T20:00:00.000Z"),
            ("2026-10-20 20:00:00.250+02:00", "2026-10-20T18:00:00.250Z"),
            ("2026-10-20 16:00-04:00", "2026-10-20T20:00:00.000Z"),
            ("2026-10-20T20:00Z", "2026-10-20T20:00:00.000Z"),
            ("now", "2026-11-01T00:00:00.000Z"),
        ] {
            let read = zone.read(text, now).unwrap();
            assert_eq!(read, at(expected), "{text}");
            assert_eq!(zone.read(&zone.write(read), now), Ok(read), "{text} is written so that it reads back");
        }
        assert_eq!(zone.show(at("2026-10-20T20:00:00.000Z")), "Tue 2026-10-20 16:00 EDT");
        let second = at("2026-11-01T06:30:00.000Z");
        assert_eq!(zone.read(&zone.write(second), now), Ok(second));
    }

    #[test]
    fn times_that_do_not_exist_or_come_twice_are_refused_with_a_way_out() {
        let (zone, now) = (Zone::default(), at("2026-11-01T00:00:00.000Z"));
        for (text, expected) in [
            ("2026-03-08 02:30", "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it"),
            (
                "2026-11-01 01:30",
                "2026-11-01 01:30 comes twice in America/New_York, since the clocks go back; write it with its offset: \
                 2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00",
            ),
            ("2026-10-20", "`2026-10-20` is a day without a time; add one, such as 2026-10-20 16:00"),
        ] {
            assert_eq!(zone.read(text, now).unwrap_err().to_string(), expected);
        }
        for wrong in [
            "",
            "yesterday",
            "2026-10-20 16:00-4",
            "2026-10-20 16:00 EDT",
            "2026-02-30 10:00",
            "2026-10-20 25:00",
            "10/20/2026 4pm",
            "1969-01-01 10:00",
        ] {
            assert!(zone.read(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn slots_are_read_with_the_offset_of_their_day() {
        let zone = Zone::default();
        let read = |text: &str| zone.read_slot(text).map(|slot| format!("{}/{}", slot.starts(), slot.ends()));
        for (text, expected) in [
            ("2026-10-20 08:00-16:00", "2026-10-20T08:00:00-04:00/2026-10-20T16:00:00-04:00"),
            ("2026-12-20 08:00 to 16:00", "2026-12-20T08:00:00-05:00/2026-12-20T16:00:00-05:00"),
            ("2026-11-01 00:30-07:30", "2026-11-01T00:30:00-04:00/2026-11-01T07:30:00-05:00"),
            ("2026-10-20 18:00-24:00", "2026-10-20T18:00:00-04:00/2026-10-21T00:00:00-04:00"),
            (
                "2026-10-20T08:00:00-04:00/2026-10-20T16:00:00-04:00",
                "2026-10-20T08:00:00-04:00/2026-10-20T16:00:00-04:00",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
        for wrong in [
            "",
            "2026-10-20",
            "2026-10-20 08:00",
            "2026-10-20 16:00-08:00",
            "2026-02-30 08:00-16:00",
            "2026-10-20T08:00:00-05:00/2026-10-20T16:00:00-05:00",
            "+262142-12-31 08:00-24:00",
            "9999-12-31 08:00-24:00",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_zone_gets_the_nearest_name() {
        let name = TimeZoneName::new("America/New_Yrok").unwrap();
        let error = Zone::new(&name).unwrap_err().to_string();
        assert_eq!(error, "there is no time zone `America/New_Yrok` (did you mean America/New_York?)");
    }
}
