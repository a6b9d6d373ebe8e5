//! Calendars (RFC 5545) that other programs can import.
//!
//! An [`IcsCalendar`] has [`IcsEntry`]s. An entry has the same [`IcsEntry::uid`] from the plan to the booking and to the
//! cancellation ([`EntryId`]), so a calendar program moves it and does not show it twice. [`IcsEntry::sequence`] shows which of two
//! versions is newer. [`publish`] compares a calendar with what was published before: sequences only increase, and an entry that
//! disappeared is canceled. Times are in the local time of the zone, which is included as a `VTIMEZONE`.
//!
//! `METHOD:PUBLISH` means that no reply is expected. RFC 5546 requires an `ORGANIZER` with it, but none is written: no
//! address is known, and with one, many programs would treat an entry as an invitation.
//!
//! ```
//! use ibbi_core::Slot;
//! use ibbi_report::ics::{IcsCalendar, IcsEntry, IcsStatus};
//! let slot = Slot::new("2026-10-20T08:00:00-04:00".parse()?, "2026-10-20T16:00:00-04:00".parse()?)?;
//! let entry = IcsEntry { description: "Eight hours".into(), ..IcsEntry::new("1@example.org", slot, "Training day") };
//! assert_eq!(entry.status, IcsStatus::Tentative);
//! let calendar = IcsCalendar { name: "IBBI", zone: "America/New_York", stamp: "2026-09-01T12:00:00.000Z".parse()?, entries: &[entry] };
//! let text = calendar.to_ics()?;
//! assert!(text.contains("\r\nDTSTART;TZID=America/New_York:20261020T080000\r\n"));
//! assert!(text.contains("\r\nBEGIN:VTIMEZONE\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod identity;
mod invite;
mod line;
mod plan;
mod publish;
mod read;
mod reply;
mod zone;

pub use address::{AddressError, CalendarAddress};
pub use identity::{EntryId, NotAnEntryId, SessionPart, SessionRef};
pub use invite::{Attendee, Invitation, InvitationError};
pub use plan::{PlannedEntries, session_people};
pub use publish::{MAX_SEQUENCE, Publication, PublishedEntries, publish, sequence_at};
pub use read::IcsReadError;
pub use reply::{Answer, Reply, ReplyError};

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use ibbi_core::{At, LocalTime, Slot};
use line::Lines;

/// The largest number of entries in a calendar.
pub const MAX_ENTRIES: usize = 10_000;

/// The property with the chance of a planned session, from 0 to 1.
const ODDS: &str = "X-IBBI-ODDS";

/// The status of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IcsStatus {
    /// It is planned, but not agreed yet.
    Tentative,
    /// It is booked.
    Confirmed,
    /// It was planned or booked, but won't take place.
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
    /// Its ID, which stays the same when the entry moves, is booked, or is canceled; see [`EntryId`].
    pub uid: String,
    /// Larger each time the entry gets another time, place, or status; at most [`MAX_SEQUENCE`].
    pub sequence: u32,
    /// When the entry was last changed.
    pub modified: At,
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
    /// The chance that a planned session is complete by this date, in ten-thousandths, if it is known.
    pub odds: Option<u16>,
}

impl IcsEntry {
    /// Returns a tentative entry with sequence 0.
    pub fn new(uid: impl Into<String>, slot: Slot, summary: impl Into<String>) -> Self {
        let (description, status) = (String::new(), IcsStatus::Tentative);
        let (uid, summary) = (uid.into(), summary.into());
        Self { uid, sequence: 0, modified: At::MIN, slot, summary, description, location: None, status, odds: None }
    }
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
        let zone = zone_named(self.zone)?;
        if self.entries.len() > MAX_ENTRIES {
            return Err(CalendarError::TooMany(self.entries.len()));
        }
        let mut lines = Lines::new();
        begin("PUBLISH", &mut lines);
        lines.text("X-WR-CALNAME", self.name);
        lines.raw("X-WR-TIMEZONE", zone.name());
        if let Some(minutes) = refresh {
            // RFC 7986, and the older name that Outlook reads.
            lines.raw("REFRESH-INTERVAL;VALUE=DURATION", &format!("PT{minutes}M"));
            lines.raw("X-PUBLISHED-TTL", &format!("PT{minutes}M"));
        }
        let instants = self.entries.iter().flat_map(|entry| [entry.slot.starts(), entry.slot.ends()]);
        let stamp = self.stamp.to_chrono();
        write_zone(instants, refresh.map(|_| stamp), zone, &mut lines);
        for entry in self.entries {
            write_entry(entry, zone, stamp, &mut lines, |_| ());
        }
        lines.raw("END", "VCALENDAR");
        Ok(lines.finish())
    }
}

fn zone_named(name: &str) -> Result<Tz, CalendarError> {
    name.parse().map_err(|_| CalendarError::Zone(name.chars().take(40).collect()))
}

/// Writes the properties with which a calendar begins.
fn begin(method: &str, lines: &mut Lines) {
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("VERSION", "2.0");
    lines.raw("PRODID", concat!("-//ibbi//ibbi-report ", env!("CARGO_PKG_VERSION"), "//EN"));
    lines.raw("CALSCALE", "GREGORIAN");
    lines.raw("METHOD", method);
}

/// Writes the zone for times, or for an instant if there are no times.
fn write_zone(
    times: impl Iterator<Item = LocalTime> + Clone,
    without: Option<DateTime<Utc>>,
    zone: Tz,
    lines: &mut Lines,
) {
    let span = times.clone().min().zip(times.max());
    let span = span.map(|(first, last)| (first.to_chrono().to_utc(), last.to_chrono().to_utc()));
    if let Some((first, last)) = span.or(without.map(|instant| (instant, instant))) {
        zone::write(zone, first, last, lines);
    }
}

/// Writes an entry. `more` writes the properties that only some have.
fn write_entry(entry: &IcsEntry, zone: Tz, stamp: DateTime<Utc>, lines: &mut Lines, more: impl FnOnce(&mut Lines)) {
    lines.raw("BEGIN", "VEVENT");
    lines.text("UID", &entry.uid);
    lines.raw("SEQUENCE", &entry.sequence.to_string());
    lines.raw("DTSTAMP", &utc(stamp));
    lines.raw("LAST-MODIFIED", &utc(entry.modified.to_chrono()));
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
    if let Some(odds) = entry.odds {
        lines.raw(ODDS, &format!("{}.{:04}", odds / 10_000, odds % 10_000));
    }
    more(lines);
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
