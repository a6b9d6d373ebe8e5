//! Time zones: the one place where local times are read and shown.
//!
//! The core has no table of time zones. A [`Zone`] is one of the IANA database (by the crate `chrono-tz`). It reads what
//! a person writes into instants and slots with their offsets. It checks that a slot has the offset of its zone on that
//! day, and it shows instants as the zone's clocks do.

use crate::format::{DATE_TIME, TIME};
use crate::spelling::{did_you_mean, echo, nearest};
use crate::typed::{self, Year};
use chrono::{DateTime, Duration, MappedLocalTime, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};
use ibbi_core::{At, Date, LocalTime, Slot, TimeZoneName};

pub use crate::zone_names::{MASSACHUSETTS, meant_by};

/// A time zone of the IANA database. The default is that of Massachusetts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

/// Why a zone, a time, or a slot is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// There is no such zone.
    #[error("there is no time zone `{found}`{}", did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The name that was given.
        found: String,
        /// The zone with the nearest name.
        nearest: Option<String>,
    },
    /// The text is not an instant in a known form.
    #[error("`{0}` is not a time; write 2026-10-20 16:00 (local time of the case), 2026-10-20T20:00:00Z, or now")]
    Instant(String),
    /// The text is a date without a time.
    #[error("`{0}` is a date without a time; add the time, as in {0} 16:00")]
    TimeMissing(String),
    /// The text is not a slot in a known form.
    #[error("`{0}` is not a slot; write the date and both times, as in 2026-10-20 08:00-16:00")]
    Slot(String),
    /// The clocks skip this time when they go forward.
    #[error("{0} does not exist in {1}: the clocks go forward past it")]
    Skipped(String, String),
    /// The clocks show this time twice when they go back.
    #[error("{0} occurs twice in {1} because the clocks go back; write it with its offset: {2} or {3}")]
    Twice(String, String, String, String),
    /// The time is outside the years 1970 to 9999.
    #[error("`{0}` is outside the years 1970 to 9999")]
    OutOfRange(String),
    /// The start, end, or length of a slot is not valid.
    #[error(transparent)]
    Time(#[from] ibbi_core::TimeError),
    /// A slot has an offset that its zone does not have at that time.
    #[error("{time} has the offset of another zone; in {zone} that time is {expected}")]
    Offset {
        /// The time.
        time: LocalTime,
        /// The zone.
        zone: String,
        /// The same instant with the zone's offset.
        expected: String,
    },
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Returns the zone of this name.
    ///
    /// # Errors
    /// [`ZoneError::Unknown`], with the nearest name.
    pub fn new(name: &TimeZoneName) -> Result<Self, ZoneError> {
        Self::find(name)
            .ok_or_else(|| ZoneError::Unknown { found: name.to_string(), nearest: Self::nearest(name.as_str()) })
    }

    /// Returns the zone of this name, if there is one.
    pub fn find(name: &TimeZoneName) -> Option<Self> {
        name.as_str().parse().ok().map(Self)
    }

    /// Returns the zone of this name, or UTC if it is missing or unknown.
    pub fn or_utc(name: Option<&TimeZoneName>) -> Self {
        name.and_then(Self::find).unwrap_or(Self::UTC)
    }

    /// Returns the name nearest to a misspelled one, if one is near enough.
    pub fn nearest(name: &str) -> Option<String> {
        nearest(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()))
    }

    /// Returns the zone's name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Returns the zone for chrono.
    pub const fn to_chrono(self) -> Tz {
        self.0
    }

    /// Returns an instant as people read it: `Tue, Oct 20, 2026, 4:00 PM`.
    ///
    /// The zone is added where the text would be ambiguous without it: in UTC, and in the hour that occurs twice when
    /// the clocks go back.
    pub fn show(self, at: At) -> String {
        self.format(at, DATE_TIME, self.needs_name(at))
    }

    /// Returns an instant with the zone's abbreviation: `Tue, Oct 20, 2026, 4:00 PM EDT`.
    pub fn show_with_zone(self, at: At) -> String {
        self.format(at, DATE_TIME, true)
    }

    /// Returns the time of day of an instant: `4:00 PM`. The zone is added as in [`Zone::show`].
    pub fn show_time(self, at: At) -> String {
        self.format(at, TIME, self.needs_name(at))
    }

    fn format(self, at: At, form: &str, named: bool) -> String {
        let local = at.to_chrono().with_timezone(&self.0);
        let text = local.format(form).to_string();
        if !named {
            return text;
        }
        match local.offset().abbreviation() {
            Some(name) => format!("{text} {name}"),
            None => format!("{text} UTC{}", local.format("%:z")),
        }
    }

    fn needs_name(self, at: At) -> bool {
        self == Self::UTC || !self.is_unique(at.to_chrono().with_timezone(&self.0).naive_local())
    }

    /// Returns whether the zone's clocks show a time exactly once.
    fn is_unique(self, local: NaiveDateTime) -> bool {
        matches!(self.0.from_local_datetime(&local), MappedLocalTime::Single(_))
    }

    /// Returns an instant as `--at` reads it in this zone: `2026-10-20 16:00`.
    ///
    /// The offset is added if that time occurs twice.
    pub fn write(self, at: At) -> String {
        let local = at.to_chrono().with_timezone(&self.0);
        if at.millis() % 1000 != 0 {
            return at.to_string();
        }
        let seconds = at.millis() % 60_000 != 0;
        let plain = local.format(if seconds { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" }).to_string();
        if self.is_unique(local.naive_local()) { plain } else { local.format("%Y-%m-%dT%H:%M:%S%:z").to_string() }
    }

    /// Reads an instant: a local time (`2026-10-20 16:00` or `10/20/2026 4:00 PM`), a time with an offset or `Z`, or `now`.
    ///
    /// # Errors
    /// [`ZoneError`], with the form to write.
    pub fn read(self, text: &str, now: At) -> Result<At, ZoneError> {
        if text == "now" {
            return Ok(now);
        }
        let joined = text.replacen(' ', "T", 1);
        let exact = DateTime::parse_from_rfc3339(&joined);
        // Seconds can be left out.
        if let Ok(instant) = exact.or_else(|_| DateTime::parse_from_str(&joined, "%Y-%m-%dT%H:%M%#z")) {
            return At::try_from(instant.to_utc()).map_err(|_| ZoneError::OutOfRange(text.to_owned()));
        }
        if let Some(day) = typed::date(text, Year::Typed) {
            return Err(ZoneError::TimeMissing(day.to_string()));
        }
        let (day, time) = typed::date_and_time(text, Year::Typed).ok_or_else(|| ZoneError::Instant(echo(text)))?;
        self.instant(day, time)
    }

    /// Returns the instant at which a day's clocks show a time.
    ///
    /// # Errors
    /// [`ZoneError`], if they skip that time or show it twice.
    pub fn instant(self, day: Date, time: NaiveTime) -> Result<At, ZoneError> {
        let local = day.to_chrono().and_time(time);
        At::try_from(self.resolve(local)?.to_utc()).map_err(|_| ZoneError::OutOfRange(local.to_string()))
    }

    fn resolve(self, local: NaiveDateTime) -> Result<DateTime<Tz>, ZoneError> {
        let shown = || local.format("%Y-%m-%d %H:%M").to_string();
        let exact = |time: DateTime<Tz>| time.format("%Y-%m-%dT%H:%M:%S%:z").to_string();
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(time) => Ok(time),
            MappedLocalTime::None => Err(ZoneError::Skipped(shown(), self.name().to_owned())),
            MappedLocalTime::Ambiguous(first, second) => {
                Err(ZoneError::Twice(shown(), self.name().to_owned(), exact(first), exact(second)))
            }
        }
    }

    /// Returns the local time of an instant, without its seconds.
    pub fn local(self, at: At) -> Option<LocalTime> {
        let minute = At::from_millis(at.millis() / 60_000 * 60_000)?;
        LocalTime::new(minute, i16::try_from(self.offset_minutes(at)).ok()?)
    }

    /// Returns the local time at which a day's clocks show `time`.
    ///
    /// If they show it twice, the result is the first time. If they skip it, the result has the offset of the day before.
    pub fn local_at(self, day: Date, time: NaiveTime) -> Option<LocalTime> {
        let wall = day.to_chrono().and_time(time);
        let offset = match self.0.offset_from_local_datetime(&wall) {
            MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => offset.fix(),
            MappedLocalTime::None => self.0.offset_from_utc_datetime(&(wall - Duration::days(1))).fix(),
        };
        // Since 1970, almost all offsets are whole minutes.
        let minutes = offset.local_minus_utc() / 60;
        let at = At::from_millis(wall.and_utc().timestamp_millis() - i64::from(minutes) * 60_000)?;
        LocalTime::new(at, i16::try_from(minutes).ok()?)
    }

    /// Returns whether the zone's clocks skip a time of a day, as they do when they go forward.
    pub fn skips(self, day: Date, time: NaiveTime) -> bool {
        self.0.offset_from_local_datetime(&day.to_chrono().and_time(time)).latest().is_none()
    }

    /// Returns the date that the zone's clocks show at an instant.
    pub fn date(self, at: At) -> Date {
        let local = at.date_at_offset(self.offset_minutes(at)).to_chrono();
        // Only at the first and last instants is the local date outside the years of a date.
        Date::try_from(local).unwrap_or_else(|_| at.utc_date())
    }

    /// Returns the first instant of a day on the zone's clocks, and the first instant after it.
    pub fn day(self, day: Date) -> Option<(At, At)> {
        let begins = |day: chrono::NaiveDate| Some(self.local_at(Date::try_from(day).ok()?, NaiveTime::MIN)?.at());
        Some((begins(day.to_chrono())?, begins(day.to_chrono().succ_opt()?)?))
    }

    /// Returns the zone's offset at an instant, in minutes east of UTC.
    pub fn offset_minutes(self, at: At) -> i32 {
        self.0.offset_from_utc_datetime(&at.to_chrono().naive_utc()).fix().local_minus_utc() / 60
    }

    /// Reads a slot: `2026-10-20 08:00-16:00`, or two local times with their offsets and a slash between them.
    ///
    /// # Errors
    /// [`ZoneError`], with the form to write.
    pub fn read_slot(self, text: &str) -> Result<Slot, ZoneError> {
        let wrong = || ZoneError::Slot(echo(text));
        let (starts, ends) =
            if let Some((starts, ends)) = text.split_once('/').filter(|(starts, _)| starts.contains('T')) {
                (starts.parse()?, ends.parse()?)
            } else {
                let ends = text.rsplit_once(" to ").or_else(|| text.rsplit_once(['-', '–']));
                let (starts, ends) = ends.ok_or_else(wrong)?;
                let (day, starts) = typed::date_and_time(starts, Year::Typed).ok_or_else(wrong)?;
                let (day, starts) = (day.to_chrono(), day.to_chrono().and_time(starts));
                let ends = match ends.trim() {
                    "24:00" => (day + Duration::days(1)).and_time(NaiveTime::MIN),
                    ends => day.and_time(typed::time(ends).ok_or_else(wrong)?),
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

    /// Checks that a slot has this zone's offsets.
    ///
    /// # Errors
    /// [`ZoneError::Offset`], with the time and its right offset.
    pub fn check(self, slot: Slot) -> Result<(), ZoneError> {
        let wrong = self.wrong_offset(slot);
        match wrong.and_then(|(time, offset)| LocalTime::new(time.at(), offset).map(|expected| (time, expected))) {
            None => Ok(()),
            Some((time, expected)) => {
                Err(ZoneError::Offset { time, zone: self.name().to_owned(), expected: expected.to_string() })
            }
        }
    }

    /// Returns the first end of a slot with another offset than the zone's, and the zone's offset in minutes.
    pub fn wrong_offset(self, slot: Slot) -> Option<(LocalTime, i16)> {
        [slot.starts(), slot.ends()].into_iter().find_map(|time| {
            let offset = self.offset_minutes(time.at());
            (i32::from(time.offset_minutes()) != offset).then(|| (time, i16::try_from(offset).unwrap_or(0)))
        })
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(chrono_tz::America::New_York)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn local_times_are_read_in_their_zone() {
        let (zone, now) = (Zone::default(), at("2026-11-01T00:00:00.000Z"));
        for (text, expected) in [
            ("2026-10-20 16:00", "2026-10-20T20:00:00.000Z"),
            ("2026-12-20T16:00", "2026-12-20T21:00:00.000Z"),
            ("2026-12-20 16:00:30", "2026-12-20T21:00:30.000Z"),
            ("2026-10-20T20:00:00Z", "2026-10-20T20:00:00.000Z"),
            ("2026-10-20 20:00:00.250+02:00", "2026-10-20T18:00:00.250Z"),
            ("2026-10-20 16:00-04:00", "2026-10-20T20:00:00.000Z"),
            ("2026-10-20T20:00Z", "2026-10-20T20:00:00.000Z"),
            ("10/20/2026 4pm", "2026-10-20T20:00:00.000Z"),
            ("Tue, Oct 20, 2026, 4:00 PM", "2026-10-20T20:00:00.000Z"),
            ("now", "2026-11-01T00:00:00.000Z"),
        ] {
            let read = zone.read(text, now).unwrap();
            assert_eq!(read, at(expected), "{text}");
            assert_eq!(zone.read(&zone.write(read), now), Ok(read), "{text}");
        }
        let second = at("2026-11-01T06:30:00.000Z");
        assert_eq!(zone.read(&zone.write(second), now), Ok(second));
    }

    #[test]
    fn skipped_and_repeated_times_are_refused() {
        let (zone, now) = (Zone::default(), at("2026-11-01T00:00:00.000Z"));
        for (text, expected) in [
            ("2026-03-08 02:30", "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward past it"),
            (
                "2026-11-01 01:30",
                "2026-11-01 01:30 occurs twice in America/New_York because the clocks go back; write it with its offset: \
                 2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00",
            ),
            ("2026-10-20", "`2026-10-20` is a date without a time; add the time, as in 2026-10-20 16:00"),
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
            "10/20/2026 4",
            "1969-01-01 10:00",
        ] {
            assert!(zone.read(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn slots_get_the_offset_of_their_day() {
        let zone = Zone::default();
        let read = |text: &str| zone.read_slot(text).map(|slot| format!("{}/{}", slot.starts(), slot.ends()));
        for (text, expected) in [
            ("2026-10-20 08:00-16:00", "2026-10-20T08:00:00-04:00/2026-10-20T16:00:00-04:00"),
            ("2026-12-20 08:00 to 16:00", "2026-12-20T08:00:00-05:00/2026-12-20T16:00:00-05:00"),
            ("12/20/2026 8am to 4pm", "2026-12-20T08:00:00-05:00/2026-12-20T16:00:00-05:00"),
            ("Dec 20, 2026, 8:00 AM \u{2013} 4:00 PM", "2026-12-20T08:00:00-05:00/2026-12-20T16:00:00-05:00"),
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
    fn unknown_zone_suggests_the_nearest() {
        let name = TimeZoneName::new("America/New_Yrok").unwrap();
        let error = Zone::new(&name).unwrap_err().to_string();
        assert_eq!(error, "there is no time zone `America/New_Yrok` (did you mean America/New_York?)");
    }

    #[test]
    fn instants_are_shown_as_people_read_them() {
        let named = |name: &str| Zone::or_utc(Some(&TimeZoneName::new(name).unwrap()));
        for (zone, text, expected, with_zone) in [
            ("America/New_York", "2026-10-20T20:00:00.000Z", "Tue, Oct 20, 2026, 4:00 PM", "EDT"),
            ("America/New_York", "2026-12-20T20:00:59.999Z", "Sun, Dec 20, 2026, 3:00 PM", "EST"),
            ("America/New_York", "2025-09-02T04:00:00.000Z", "Tue, Sep 2, 2025, 12:00 AM", "EDT"),
            ("America/New_York", "2025-09-02T16:00:00.000Z", "Tue, Sep 2, 2025, 12:00 PM", "EDT"),
            // The hour before the clocks go forward, and the hour after.
            ("America/New_York", "2026-03-08T06:59:00.000Z", "Sun, Mar 8, 2026, 1:59 AM", "EST"),
            ("America/New_York", "2026-03-08T07:00:00.000Z", "Sun, Mar 8, 2026, 3:00 AM", "EDT"),
            ("Pacific/Kiritimati", "2026-01-01T00:00:00.000Z", "Thu, Jan 1, 2026, 2:00 PM", "UTC+14:00"),
        ] {
            assert_eq!(named(zone).show(at(text)), expected);
            assert_eq!(named(zone).show_with_zone(at(text)), format!("{expected} {with_zone}"));
        }
    }

    #[test]
    fn zone_is_shown_where_a_time_is_ambiguous() {
        let zone = Zone::default();
        for (text, expected) in [
            ("2026-11-01T05:30:00.000Z", "1:30 AM EDT"),
            ("2026-11-01T06:30:00.000Z", "1:30 AM EST"),
            ("2026-11-01T07:00:00.000Z", "2:00 AM"),
        ] {
            assert_eq!(zone.show_time(at(text)), expected);
            assert_eq!(zone.show(at(text)), format!("Sun, Nov 1, 2026, {expected}"));
        }
        let unknown = TimeZoneName::new("Nowhere/Else").unwrap();
        for name in [None, Some(&unknown)] {
            let shown = Zone::or_utc(name).show(at("2026-11-02T03:30:00.000Z"));
            assert_eq!(shown, "Mon, Nov 2, 2026, 3:30 AM UTC");
        }
    }

    #[test]
    fn dates_are_those_of_the_zone() {
        let instant = at("2026-11-02T03:30:00.000Z");
        assert_eq!(Zone::default().date(instant).to_string(), "2026-11-01");
        assert_eq!(Zone::UTC.date(instant).to_string(), "2026-11-02");
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
        let skipped = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        let day = Date::new(2026, 3, 8).unwrap();
        let zone = Zone::default();
        assert!(zone.skips(day, skipped) && !zone.skips(day, noon));
        assert_eq!(zone.local_at(day, noon).unwrap().to_string(), "2026-03-08T12:00:00-04:00");
        assert_eq!(zone.local_at(day, skipped).unwrap().to_string(), "2026-03-08T02:30:00-05:00");
    }

    #[test]
    fn every_instant_can_be_shown() {
        for zone in ["America/New_York", "Pacific/Kiritimati"] {
            let zone = Zone::new(&TimeZoneName::new(zone).unwrap()).unwrap();
            for at in [At::MIN, At::MAX] {
                assert!(!zone.show(at).is_empty());
                let _ = zone.date(at);
            }
        }
    }
}
