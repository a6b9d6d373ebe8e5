//! A time zone as a `VTIMEZONE`, made from the actual changes of its clocks around the entries.

use super::{Lines, offset_of};
use chrono::{DateTime, Datelike, Days, Months, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};

/// An observance: an offset of a zone's clocks and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Observance {
    daylight: bool,
    /// Seconds ahead of UTC before it starts.
    from: i32,
    /// Seconds ahead of UTC while it lasts.
    to: i32,
    name: String,
}

/// A change of the clocks: the start of an observance, in the time of the clocks before it.
type Onset = (NaiveDateTime, Observance);

/// A yearly rule must be true for this many years to be written as one. It is enough to tell the last Sunday of a month
/// from the fourth.
const YEARS: i32 = 12;

/// Writes the zone from the year of `first` to that of `last`.
pub(super) fn write(zone: Tz, first: DateTime<Utc>, last: DateTime<Utc>, lines: &mut Lines) {
    lines.raw("BEGIN", "VTIMEZONE");
    lines.raw("TZID", zone.name());
    // One more year at each end: the observance in force at the start began before it.
    let begin = year_start(first.year() - 1);
    let end = year_start(last.year() + 2);
    let onsets = changes(zone, begin, end);
    let covered = onsets
        .first()
        .is_some_and(|(wall, observance)| *wall - TimeDelta::seconds(observance.from.into()) <= first.naive_utc());
    if !covered {
        let earlier = onsets.first().map_or_else(|| offset_of(zone, first), |(_, observance)| observance.from);
        let name = abbreviation(zone, first);
        let wall = year_start(1970.min(first.year() - 1)).naive_utc();
        component(&Observance { daylight: false, from: earlier, to: earlier, name }, wall, None, &[], lines);
    }
    let mut done: Vec<&Observance> = Vec::new();
    for (wall, observance) in &onsets {
        if done.contains(&observance) {
            continue;
        }
        done.push(observance);
        let walls: Vec<NaiveDateTime> =
            onsets.iter().filter(|(_, other)| other == observance).map(|(wall, _)| *wall).collect();
        let rule = yearly(zone, observance, &walls);
        let more = if rule.is_some() { &[][..] } else { &walls[1..] };
        component(observance, *wall, rule.as_deref(), more, lines);
    }
    lines.raw("END", "VTIMEZONE");
}

fn component(
    observance: &Observance,
    wall: NaiveDateTime,
    rule: Option<&str>,
    more: &[NaiveDateTime],
    lines: &mut Lines,
) {
    let kind = if observance.daylight { "DAYLIGHT" } else { "STANDARD" };
    lines.raw("BEGIN", kind);
    lines.raw("DTSTART", &written(wall));
    lines.raw("TZOFFSETFROM", &offset(observance.from));
    lines.raw("TZOFFSETTO", &offset(observance.to));
    lines.text("TZNAME", &observance.name);
    if let Some(rule) = rule {
        lines.raw("RRULE", rule);
    }
    // The first onset is also in the list. A widely used reader ignores DTSTART if there is an RDATE.
    let first = (!more.is_empty()).then_some(&wall);
    for wall in first.into_iter().chain(more) {
        lines.raw("RDATE", &written(*wall));
    }
    lines.raw("END", kind);
}

/// Returns the changes between two instants, in order.
fn changes(zone: Tz, begin: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Onset> {
    let state = |at: DateTime<Utc>| (offset_of(zone, at), abbreviation(zone, at));
    let mut found = Vec::new();
    let (mut at, mut now) = (begin, state(begin));
    while at < end {
        // In the whole database, no two changes of a zone are closer than six days.
        let Some(next) = at.checked_add_days(Days::new(1)) else { break };
        let then = state(next);
        if then != now {
            let onset = first_second(at, next, |instant| state(instant) != now);
            let daylight = is_daylight(zone, onset);
            let wall = onset.naive_utc() + TimeDelta::seconds(now.0.into());
            found.push((wall, Observance { daylight, from: now.0, to: then.0, name: then.1.clone() }));
        }
        (at, now) = (next, then);
    }
    found
}

/// Returns the first second, after `before` and no later than `after`, at which a condition becomes true and stays
/// true.
fn first_second(before: DateTime<Utc>, after: DateTime<Utc>, holds: impl Fn(DateTime<Utc>) -> bool) -> DateTime<Utc> {
    let (mut no, mut yes) = (before.timestamp(), after.timestamp());
    while no + 1 < yes {
        let middle = i64::midpoint(no, yes);
        let instant = DateTime::from_timestamp(middle, 0).unwrap_or(before);
        if holds(instant) { yes = middle } else { no = middle }
    }
    DateTime::from_timestamp(yes, 0).unwrap_or(after)
}

/// Returns whether the clocks are ahead for daylight saving at an instant.
///
/// The database describes a few zones (Ireland, Morocco) the other way: their summer time is the standard, and their
/// winter time, or that of Ramadan, is an hour behind. Calendars only have clocks that are ahead.
fn is_daylight(zone: Tz, at: DateTime<Utc>) -> bool {
    let saving = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).dst_offset();
    let now = saving(at);
    let behind = |at: Option<DateTime<Utc>>| at.is_some_and(|at| saving(at) < TimeDelta::zero());
    now > TimeDelta::zero()
        || now == TimeDelta::zero()
            && (1..=12).any(|months| {
                behind(at.checked_sub_months(Months::new(months))) || behind(at.checked_add_months(Months::new(months)))
            })
}

/// Returns the rule by which an observance starts every year from its first onset on. It must give all onsets here, and
/// be true for some more years.
fn yearly(zone: Tz, observance: &Observance, walls: &[NaiveDateTime]) -> Option<String> {
    let first = walls.first()?;
    let years = walls.last()?.year() - first.year() + 1;
    let later = changes(zone, year_start(first.year()), year_start(first.year() + years.max(YEARS)));
    let all: Vec<NaiveDateTime> =
        later.iter().filter(|(wall, other)| other == observance && wall >= first).map(|(wall, _)| *wall).collect();
    let in_turn = all.iter().zip(first.year()..).all(|(wall, year)| wall.year() == year);
    if !in_turn || i32::try_from(all.len()) != Ok(years.max(YEARS)) {
        return None;
    }
    let same = |wall: &NaiveDateTime| {
        wall.month() == first.month() && wall.weekday() == first.weekday() && wall.time() == first.time()
    };
    let week = |wall: &NaiveDateTime| wall.day0() / 7 + 1;
    let is_last = |wall: &NaiveDateTime| (*wall + TimeDelta::days(7)).month() != wall.month();
    let place = if all.iter().all(|wall| week(wall) == week(first)) {
        week(first).to_string()
    } else if all.iter().all(is_last) {
        "-1".to_owned()
    } else {
        return None;
    };
    let day = &first.weekday().to_string().to_uppercase()[..2];
    all.iter().all(same).then(|| format!("FREQ=YEARLY;BYMONTH={};BYDAY={place}{day}", first.month()))
}

fn abbreviation(zone: Tz, at: DateTime<Utc>) -> String {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc());
    offset.abbreviation().unwrap_or(zone.name()).to_owned()
}

fn year_start(year: i32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).single().unwrap_or(DateTime::UNIX_EPOCH)
}

fn written(wall: NaiveDateTime) -> String {
    wall.format("%Y%m%dT%H%M%S").to_string()
}

fn offset(seconds: i32) -> String {
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60);
    if rest == 0 { format!("{sign}{hours:02}{minutes:02}") } else { format!("{sign}{hours:02}{minutes:02}{rest:02}") }
}
