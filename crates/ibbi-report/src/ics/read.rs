//! Reading calendars back: what was published before.

use super::{IcsEntry, IcsStatus, MAX_ENTRIES, MAX_SEQUENCE, ODDS, PublishedEntries};
use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarParameterValue, ICalendarProperty, ICalendarStatus, ICalendarValue, Uri,
};
use chrono::{NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use ibbi_core::{At, LocalTime, Slot};
use std::collections::HashSet;

/// Why a calendar can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IcsReadError {
    /// It is not a calendar.
    #[error("this is not a calendar (iCalendar, RFC 5545)")]
    NotACalendar,
    /// Its end is missing.
    #[error("the end of this calendar is missing: its last line is not END:VCALENDAR")]
    CutOff,
    /// It has too many entries.
    #[error("a calendar with {0} entries is too large; the limit is {MAX_ENTRIES}")]
    TooMany(usize),
    /// An entry has no ID.
    #[error("entry {0} has no UID")]
    NoUid(usize),
    /// Two entries have the same ID.
    #[error("the calendar has two entries with the UID {0}")]
    Twice(String),
    /// A property is missing or can't be read.
    #[error("in the entry {uid}, {property} is missing or can't be read")]
    Property {
        /// The entry.
        uid: String,
        /// The property.
        property: &'static str,
    },
}

impl PublishedEntries {
    /// Reads the entries of a calendar that ibbi wrote.
    ///
    /// ```
    /// use ibbi_core::Slot;
    /// use ibbi_report::ics::{IcsCalendar, IcsEntry, PublishedEntries};
    /// let slot = Slot::new("2026-10-20T08:00:00-04:00".parse()?, "2026-10-20T16:00:00-04:00".parse()?)?;
    /// let entries = [IcsEntry::new("1@example.org", slot, "Training, day one")];
    /// let stamp = "2026-09-01T12:00:00.000Z".parse()?;
    /// let text = IcsCalendar { name: "IBBI", zone: "America/New_York", stamp, entries: &entries }.to_ics()?;
    /// assert_eq!(PublishedEntries::from_ics(&text)?.entries(), entries);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`IcsReadError`] if it is not a calendar, or if an entry lacks what ibbi writes.
    pub fn from_ics(text: &str) -> Result<Self, IcsReadError> {
        let calendar = parse(text)?;
        // The parser takes what there is, and the entries after a cut would be forgotten.
        if !text.trim_end().to_ascii_uppercase().ends_with("END:VCALENDAR") {
            return Err(IcsReadError::CutOff);
        }
        let events: Vec<_> = events(&calendar).collect();
        if events.len() > MAX_ENTRIES {
            return Err(IcsReadError::TooMany(events.len()));
        }
        let (mut entries, mut seen) = (Vec::new(), HashSet::new());
        for (index, event) in events.into_iter().enumerate() {
            let entry = entry(event, index + 1)?;
            if !seen.insert(entry.uid.clone()) {
                return Err(IcsReadError::Twice(entry.uid));
            }
            entries.push(entry);
        }
        Ok(Self { entries })
    }
}

/// Parses a calendar.
pub(super) fn parse(text: &str) -> Result<ICalendar, IcsReadError> {
    let text = text.trim_start_matches('\u{feff}');
    let calendar = ICalendar::parse(text).map_err(|_| IcsReadError::NotACalendar)?;
    let is_calendar = calendar.components.first().map(|first| &first.component_type);
    if is_calendar == Some(&ICalendarComponentType::VCalendar) { Ok(calendar) } else { Err(IcsReadError::NotACalendar) }
}

/// Returns the entries of a calendar.
pub(super) fn events(calendar: &ICalendar) -> impl Iterator<Item = &ICalendarComponent> {
    calendar.components.iter().filter(|component| component.component_type == ICalendarComponentType::VEvent)
}

/// Returns the value of a property as a text, if it has one.
pub(super) fn text<'a>(component: &'a ICalendarComponent, property: &ICalendarProperty) -> Option<&'a str> {
    text_of(component.property(property)?)
}

/// Returns the value of an entry as a text, if it has one.
pub(super) fn text_of(entry: &ICalendarEntry) -> Option<&str> {
    match entry.values.first()? {
        ICalendarValue::Text(text) | ICalendarValue::Uri(Uri::Location(text)) => Some(text),
        _ => None,
    }
}

/// Returns the sequence of an entry: 0 if it has none (RFC 5545, 3.8.7.4).
pub(super) fn sequence(component: &ICalendarComponent) -> Option<u32> {
    match component.property(&ICalendarProperty::Sequence).map(|entry| entry.values.first()) {
        None => Some(0),
        Some(Some(ICalendarValue::Integer(number))) => {
            u32::try_from(*number).ok().filter(|number| *number <= MAX_SEQUENCE)
        }
        Some(_) => None,
    }
}

fn entry(event: &ICalendarComponent, number: usize) -> Result<IcsEntry, IcsReadError> {
    let uid = text(event, &ICalendarProperty::Uid).ok_or(IcsReadError::NoUid(number))?.to_owned();
    let missing = |property| IcsReadError::Property { uid: uid.clone(), property };
    let time =
        |property: ICalendarProperty, name| event.property(&property).and_then(local_time).ok_or_else(|| missing(name));
    let (starts, ends) = (time(ICalendarProperty::Dtstart, "DTSTART")?, time(ICalendarProperty::Dtend, "DTEND")?);
    let slot = Slot::new(starts, ends).map_err(|_| missing("DTEND"))?;
    let status = match event.property(&ICalendarProperty::Status).and_then(|entry| entry.values.first()) {
        Some(ICalendarValue::Status(ICalendarStatus::Tentative)) => IcsStatus::Tentative,
        Some(ICalendarValue::Status(ICalendarStatus::Confirmed)) => IcsStatus::Confirmed,
        Some(ICalendarValue::Status(ICalendarStatus::Cancelled)) => IcsStatus::Cancelled,
        _ => return Err(missing("STATUS")),
    };
    let modified = match event.property(&ICalendarProperty::LastModified) {
        // Earlier versions of ibbi did not write it.
        None => At::MIN,
        Some(entry) => instant(entry).ok_or_else(|| missing("LAST-MODIFIED"))?.0,
    };
    let odds = event.entries.iter().find(|entry| entry.name.as_str().eq_ignore_ascii_case(ODDS)).and_then(odds);
    let own = |property| text(event, &property).map(ToOwned::to_owned);
    Ok(IcsEntry {
        sequence: sequence(event).ok_or_else(|| missing("SEQUENCE"))?,
        modified,
        slot,
        summary: own(ICalendarProperty::Summary).unwrap_or_default(),
        description: own(ICalendarProperty::Description).unwrap_or_default(),
        location: own(ICalendarProperty::Location),
        status,
        odds,
        uid,
    })
}

fn odds(entry: &ICalendarEntry) -> Option<u16> {
    let share = match entry.values.first()? {
        ICalendarValue::Float(share) => *share,
        ICalendarValue::Text(text) => text.parse().ok()?,
        _ => return None,
    };
    // A share from 0 to 1 in ten-thousandths fits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is checked to be from 0 to 1")]
    (0.0..=1.0).contains(&share).then(|| (share * 10_000.0).round() as u16)
}

/// Returns a time with the offset of its zone. A time of a slot is a whole minute.
fn local_time(entry: &ICalendarEntry) -> Option<LocalTime> {
    let (instant, offset) = instant(entry)?;
    LocalTime::new(instant, offset)
}

/// Returns an instant, and the offset of its zone in minutes. A local time that a clock shows twice is the first one.
pub(super) fn instant(entry: &ICalendarEntry) -> Option<(At, i16)> {
    let Some(ICalendarValue::PartialDateTime(time)) = entry.values.first() else { return None };
    let wall = wall(time)?;
    let is_utc = time.tz_hour == Some(0) && time.tz_minute.is_none_or(|minute| minute == 0);
    let (instant, offset) = if is_utc {
        (Utc.from_utc_datetime(&wall), 0)
    } else {
        let zone: Tz = zone_of(entry)?.parse().ok()?;
        let time = zone.from_local_datetime(&wall).earliest()?;
        (time.to_utc(), super::offset_of(zone, time.to_utc()) / 60)
    };
    Some((At::from_millis(instant.timestamp_millis())?, i16::try_from(offset).ok()?))
}

fn wall(time: &PartialDateTime) -> Option<NaiveDateTime> {
    let PartialDateTime { year, month, day, hour, minute, second, .. } = *time;
    let date = NaiveDate::from_ymd_opt(year?.into(), month?.into(), day?.into())?;
    date.and_hms_opt(hour?.into(), minute?.into(), second.unwrap_or(0).into())
}

fn zone_of(entry: &ICalendarEntry) -> Option<&str> {
    parameter(entry, &ICalendarParameterName::Tzid)
}

/// Returns the value of a parameter as a text, if it has one.
pub(super) fn parameter<'a>(entry: &'a ICalendarEntry, name: &ICalendarParameterName) -> Option<&'a str> {
    let found = entry.params.iter().find(|parameter| parameter.name == *name)?;
    match &found.value {
        ICalendarParameterValue::Text(text) | ICalendarParameterValue::Uri(Uri::Location(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::IcsCalendar;

    #[test]
    fn calendar_that_was_cut_off_is_refused() {
        let [starts, ends] =
            ["2026-10-20T08:00:00-04:00", "2026-10-20T16:00:00-04:00"].map(|time| time.parse().unwrap());
        let slot = Slot::new(starts, ends).unwrap();
        let entries = ["1", "2"].map(|uid| IcsEntry::new(uid, slot, "Training day"));
        let calendar = IcsCalendar { name: "IBBI", zone: "America/New_York", stamp: At::MIN, entries: &entries };
        let text = calendar.to_ics().unwrap();
        for (place, _) in text.match_indices("\r\n").filter(|(place, _)| place + 2 < text.len()) {
            assert!(PublishedEntries::from_ics(&text[..place]).is_err(), "{}", &text[..place]);
        }
        assert_eq!(PublishedEntries::from_ics(text.trim_end()).unwrap().entries(), &entries);
    }

    /// The times of slots are whole minutes. The time of a change is not.
    #[test]
    fn time_of_the_last_change_has_seconds() {
        let slot =
            Slot::new("2026-10-20T08:00:00-04:00".parse().unwrap(), "2026-10-20T16:00:00-04:00".parse().unwrap());
        let modified: At = "2026-09-01T12:00:26.000Z".parse().unwrap();
        let entry = IcsEntry { modified, ..IcsEntry::new("1@example.org", slot.unwrap(), "Training day") };
        let entries = [entry];
        let calendar = IcsCalendar { name: "IBBI", zone: "America/New_York", stamp: modified, entries: &entries };
        let text = calendar.to_ics().unwrap();
        assert_eq!(PublishedEntries::from_ics(&text).unwrap().entries(), &entries);
    }
}
