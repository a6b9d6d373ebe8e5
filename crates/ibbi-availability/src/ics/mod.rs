//! Calendars: reads .ics files (RFC 5545) of Google, Outlook, Exchange, Apple, and others as times when a person can't come.
//!
//! | part | does |
//! |---|---|
//! | `lines` | decodes the bytes, and joins folded lines |
//! | `parts` | events, and periods that are free or busy |
//! | `scan` | finds the components, and skips titles and other texts |
//! | `stamp` | reads the times of a line, by the crate `calcard` |
//! | `rule` | reads rules, by the crate `rrule` |
//! | `recurrence` | finds the times of a rule in a range |
//! | `zones`, `windows_zones` | find the zone that is meant |
//! | `expand` | applies exceptions and changes of series, and marks the days |
//! | `days` | quarter hours of the window's days |
//!
//! The work and the memory for a file have limits: bytes, components, dates, people, zones, and steps ([`read`]).

mod budget;
mod days;
mod expand;
mod lines;
mod parts;
mod recurrence;
mod report;
mod rule;
mod scan;
mod stamp;
mod windows_zones;
mod zones;

use crate::{ImportError, ImportFormat, ImportWindow, ImportedFile, ImportedPerson, MAX_BYTES};
use days::Days;
use expand::Expansion;
use ibbi_core::Date;
use parts::Scan;
use std::ops::Range;
use zones::Zones;

/// The longest window, in days: ten years.
pub const MAX_DAYS: usize = 3_660;

/// Returns the times that a calendar takes on the days of a window.
///
/// Times are in the window's zone, merged, and rounded outward to quarter hours. Events take time ([`crate::Mark::Cannot`]), and
/// tentative ones take it if need be ([`crate::Mark::IfNeedBe`]). Events that are free, canceled, or declined are counted in
/// [`ImportedFile::left_out`]. The person is called as the calendar is; titles and other texts are never kept.
///
/// # Errors
/// [`ImportError::Unknown`] if the file isn't a calendar. [`ImportError::TooLarge`] if it has more than [`MAX_BYTES`] or the window
/// more than [`MAX_DAYS`], or if the calendar has too many events, dates, people, or zones, or repeats too often.
///
/// ```
/// use ibbi_availability::{ImportWindow, Mark, ics};
///
/// let calendar = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Anne Wu\r\n\
///     BEGIN:VEVENT\r\nDTSTART;TZID=Eastern Standard Time:20261006T153000\r\nDTEND;TZID=Eastern Standard Time:20261006T164000\r\n\
///     RRULE:FREQ=WEEKLY;COUNT=2\r\nSUMMARY:Not kept\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let window = ImportWindow {
///     from: "2026-10-12".parse()?,
///     to: "2026-10-16".parse()?,
///     zone: chrono_tz::America::New_York,
/// };
/// let file = ics::read(calendar.as_bytes(), &window)?;
/// let person = &file.people[0];
/// assert_eq!(person.name, "Anne Wu");
/// assert_eq!(person.times[0].day.to_string(), "2026-10-13");
/// assert_eq!(person.times[0].hours.map(|hours| hours.to_string()).as_deref(), Some("15:30-16:45"));
/// assert_eq!(person.times[0].mark, Mark::Cannot);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(bytes: &[u8], window: &ImportWindow) -> Result<ImportedFile, ImportError> {
    if bytes.len() > MAX_BYTES {
        let megabytes = MAX_BYTES >> 20;
        let message =
            format!("The calendar has more than {megabytes} MB. Export only the months that matter, and import that.");
        return Err(ImportError::TooLarge(message));
    }
    let days = Days::new(window);
    if days.count() > MAX_DAYS {
        let message =
            format!("The import covers {} days, and {MAX_DAYS} is the limit. Choose fewer days.", days.count());
        return Err(ImportError::TooLarge(message));
    }
    let Scan { people, events, periods, zone_names, definitions, spans, mut report } =
        scan::scan(&lines::decode(bytes))?;
    let covered = if events.is_empty() { covered_days(&spans, window) } else { None };
    let zones = Zones::new(zone_names, definitions, window.zone, days.end());
    let taken = Expansion::new(&days, zones, people.len(), &mut report).run(&events, &periods).map_err(|_| {
        let message = "The calendar repeats its events too often to be read. Export only the months that matter.";
        ImportError::TooLarge(message.to_owned())
    })?;
    let person =
        |(name, taken): (String, &days::Taken)| ImportedPerson { name, times: taken.times(&days), phrases: Vec::new() };
    let people = people.into_iter().zip(&taken).map(person).collect();
    let (not_understood, left_out) = report.finish();
    Ok(ImportedFile { format: ImportFormat::Calendar, days: covered, people, not_understood, left_out })
}

/// Returns the days from the first to the last list of free and busy times, if there are any.
fn covered_days(spans: &[(stamp::Stamp, stamp::Stamp)], window: &ImportWindow) -> Option<Range<Date>> {
    let day = |stamp: &stamp::Stamp| {
        let written = stamp.written();
        let seconds = match stamp {
            stamp::Stamp::Utc(time) => days::offset_at(window.zone, time.and_utc().timestamp()),
            _ => 0,
        };
        (written + chrono::TimeDelta::seconds(seconds), matches!(stamp, stamp::Stamp::Day(_)))
    };
    let from = spans.iter().map(|(from, _)| day(from).0.date()).min()?;
    let last = spans.iter().map(|(_, to)| day(to).0 - chrono::TimeDelta::seconds(1)).max()?.date();
    let end = last.succ_opt()?;
    Some(Date::try_from(from).ok()?..Date::try_from(end).ok()?)
}
