//! Local clocks: whether a slot has its district's offset, and which day or month an instant falls in.

use chrono::{Datelike, Offset, TimeZone};
use chrono_tz::Tz;
use ibbi_core::{At, Date, Event, LocalTime, Slot, TimeZoneName};

/// The zone of this name, if there is one.
pub(crate) fn zone_of(name: &TimeZoneName) -> Option<Tz> {
    name.as_str().parse().ok()
}

/// The slot that an event books.
pub(crate) const fn slot_of(event: &Event) -> Option<Slot> {
    match event {
        Event::MeetingScheduled(event) => Some(event.slot),
        Event::SessionScheduled(event) => Some(event.slot),
        _ => None,
    }
}

/// The first end of a slot whose offset is not the zone's, with the zone's offset then, in minutes east of UTC.
pub(crate) fn wrong_offset(slot: Slot, zone: Tz) -> Option<(LocalTime, i16)> {
    [slot.starts(), slot.ends()].into_iter().find_map(|time| {
        let offset = offset_at(time.at(), zone);
        (i32::from(time.offset_minutes()) != offset).then(|| (time, i16::try_from(offset).unwrap_or(0)))
    })
}

fn offset_at(at: At, zone: Tz) -> i32 {
    zone.offset_from_utc_datetime(&at.to_chrono().naive_utc()).fix().local_minus_utc() / 60
}

/// The day that the clocks of a zone show; without a zone, of UTC.
pub(crate) fn day_in(at: At, zone: Option<Tz>) -> Date {
    at.date_at_offset(zone.map_or(0, |zone| offset_at(at, zone)))
}

/// The month that the clocks of a zone show, as the year and the month of the year.
pub(crate) fn month_in(at: At, zone: Option<Tz>) -> (i32, u32) {
    let day = day_in(at, zone).to_chrono();
    (day.year(), day.month())
}
