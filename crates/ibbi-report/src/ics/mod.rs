//! Calendars (RFC 5545) that other programs can import.
//!
//! An [`IcsCalendar`] has [`IcsEntry`]s. An entry keeps its [`IcsEntry::uid`] when it moves, so a calendar program moves
//! it too and does not show it twice. [`IcsEntry::sequence`] shows which of two versions is newer. Times are in the local
//! time of the zone, which is included as a `VTIMEZONE`.
//!
//! `METHOD:PUBLISH` means that no reply is expected. RFC 5546 requires an `ORGANIZER` with it, but none is written: no
//! address is known, and with one, many programs would treat an entry as an invitation.
//!
//! ```
//! use ibbi_core::Slot;
//! use ibbi_report::ics::{IcsCalendar, IcsEntry, IcsStatus};
//! let slot = Slot::new("2026-10-20T08:00:00-04:00".parse()?, "2026-10-20T16:00:00-04:00".parse()?)?;
//! let entry = IcsEntry {
//!     uid: "1@example.org".into(), sequence: 0, slot, summary: "Training day".into(), description: "Eight hours".into(),
//!     location: None, status: IcsStatus::Tentative,
//! };
//! let calendar = IcsCalendar { name: "IBBI", zone: "America/New_York", stamp: "2026-09-01T12:00:00.000Z".parse()?, entries: &[entry] };
//! let text = calendar.to_ics()?;
//! assert!(text.contains("\r\nDTSTART;TZID=America/New_York:20261020T080000\r\n"));
//! assert!(text.contains("\r\nBEGIN:VTIMEZONE\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod line;
mod plan;
mod zone;

pub use plan::{hold_entries, plan_entries, stable_uid};

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use ibbi_core::{At, LocalTime, Slot};
use line::Lines;

/// The largest number of entries in a calendar.
pub const MAX_ENTRIES: usize = 10_000;

/// The status of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IcsStatus {
    /// It is planned, but not agreed yet.
    Tentative,
    /// It is booked.
    Confirmed,
    /// It was booked, but won't take place.
    Cancelled,
}

impl IcsStatus {
    const fn code(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// An entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsEntry {
    /// Its id, which stays the same when the entry moves; see [`stable_uid`].
    pub uid: String,
    /// 0 at first, and larger each time it is published again.
    pub sequence: u32,
    /// The time.
    pub slot: Slot,
    /// The line that a calendar shows.
    pub summary: String,
    /// More text, on any number of lines.
    pub description: String,
    /// The location, if it is known.
    pub location: Option<String>,
    /// The status.
    pub status: IcsStatus,
}

/// A calendar to publish.
#[derive(Debug, Clone, Copy)]
pub struct IcsCalendar<'a> {
    /// Its name.
    pub name: &'a str,
    /// The IANA name of the zone in which times are written.
    pub zone: &'a str,
    /// The time at which it was made. The standard requires it.
    pub stamp: At,
    /// The entries.
    pub entries: &'a [IcsEntry],
}

/// Why a calendar can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// There is no such zone.
    #[error("there is no time zone `{0}`; use an IANA name such as America/New_York")]
    Zone(String),
    /// There are too many entries.
    #[error("a calendar with {0} entries is too large; the limit is {MAX_ENTRIES}")]
    TooMany(usize),
}

impl IcsCalendar<'_> {
    /// Returns the calendar as text, with lines ended by CR LF.
    ///
    /// # Errors
    /// [`CalendarError`] if there is no such zone, or if there are too many entries.
    pub fn to_ics(&self) -> Result<String, CalendarError> {
        self.write(None)
    }

    /// Returns the calendar as text for programs that subscribe to it, with how often they are to ask again, in minutes. Without
    /// entries, it has only its time zone, because the standard requires a component.
    ///
    /// # Errors
    /// [`CalendarError`] as for [`IcsCalendar::to_ics`].
    pub fn to_subscribed_ics(&self, minutes: u32) -> Result<String, CalendarError> {
        self.write(Some(minutes))
    }

    fn write(&self, refresh: Option<u32>) -> Result<String, CalendarError> {
        let zone: Tz = self.zone.parse().map_err(|_| CalendarError::Zone(self.zone.chars().take(40).collect()))?;
        if self.entries.len() > MAX_ENTRIES {
            return Err(CalendarError::TooMany(self.entries.len()));
        }
        let mut lines = Lines::new();
        lines.raw("BEGIN", "VCALENDAR");
        lines.raw("VERSION", "2.0");
        lines.raw("PRODID", concat!("-//ibbi//ibbi-report ", env!("CARGO_PKG_VERSION"), "//EN"));
        lines.raw("CALSCALE", "GREGORIAN");
        lines.raw("METHOD", "PUBLISH");
        lines.text("X-WR-CALNAME", self.name);
        lines.raw("X-WR-TIMEZONE", zone.name());
        if let Some(minutes) = refresh {
            // RFC 7986, and the older name that Outlook reads.
            lines.raw("REFRESH-INTERVAL;VALUE=DURATION", &format!("PT{minutes}M"));
            lines.raw("X-PUBLISHED-TTL", &format!("PT{minutes}M"));
        }
        let instants = self.entries.iter().flat_map(|entry| [entry.slot.starts(), entry.slot.ends()]);
        let stamp = self.stamp.to_chrono();
        let span = instants.clone().min().zip(instants.max());
        let span = span.map(|(first, last)| (first.to_chrono().to_utc(), last.to_chrono().to_utc()));
        if let Some((first, last)) = span.or(refresh.map(|_| (stamp, stamp))) {
            zone::write(zone, first, last, &mut lines);
        }
        for entry in self.entries {
            write_entry(entry, zone, stamp, &mut lines);
        }
        lines.raw("END", "VCALENDAR");
        Ok(lines.finish())
    }
}

fn write_entry(entry: &IcsEntry, zone: Tz, stamp: DateTime<Utc>, lines: &mut Lines) {
    lines.raw("BEGIN", "VEVENT");
    lines.text("UID", &entry.uid);
    lines.raw("SEQUENCE", &entry.sequence.to_string());
    lines.raw("DTSTAMP", &utc(stamp));
    time("DTSTART", entry.slot.starts(), zone, lines);
    time("DTEND", entry.slot.ends(), zone, lines);
    lines.text("SUMMARY", &entry.summary);
    if !entry.description.is_empty() {
        lines.text("DESCRIPTION", &entry.description);
    }
    if let Some(location) = &entry.location {
        lines.text("LOCATION", location);
    }
    lines.raw("STATUS", entry.status.code());
    lines.raw("END", "VEVENT");
}

/// Writes a time in the zone. If the zone's clocks show it for the second time, it is written in UTC, since it has no
/// other notation.
fn time(property: &str, time: LocalTime, zone: Tz, lines: &mut Lines) {
    let instant = time.to_chrono().to_utc();
    let wall = zone.from_utc_datetime(&instant.naive_utc()).naive_local();
    let first = zone.from_local_datetime(&wall).earliest().map(|found| found.to_utc());
    // DTSTART can't have the offsets with seconds of the far past, but neither can a slot.
    if first == Some(instant) {
        let name = format!("{property};TZID={}", zone.name());
        lines.raw(&name, &wall.format("%Y%m%dT%H%M%S").to_string());
    } else {
        lines.raw(property, &utc(instant));
    }
}

fn utc(instant: DateTime<Utc>) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Returns the zone's offset from UTC, in seconds.
fn offset_of(zone: Tz, instant: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
}
