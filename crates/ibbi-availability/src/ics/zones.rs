//! Time zones of a calendar: finds the zone that a TZID means (RFC 5545, sections 3.2.19 and 3.6.5).

use super::budget::{Budget, Exhausted};
use super::days::offset_at;
use super::recurrence::visit_times;
use super::rule::Rule;
use super::stamp::{Until, ZoneId};
use super::windows_zones;
use chrono::{MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use ibbi_common::spelling::echo;
use ibbi_common::zone::{Zone, meant_by};
use std::rc::Rc;

/// The most changes of the clocks in a zone of a file.
const MAX_CHANGES: usize = 5_000;
/// Seconds in a day.
const DAY: i64 = 86_400;

/// Names that the database has for one offset all year. People who write them mean a zone with daylight time.
const ABBREVIATIONS: [&str; 3] = ["EST", "MST", "HST"];

/// A zone as a file defines it.
#[derive(Debug, Default)]
pub(super) struct Definition {
    /// Its TZID.
    pub(super) id: String,
    /// Its X-LIC-LOCATION, a name of the IANA database.
    pub(super) location: Option<String>,
    /// When its offset changes.
    pub(super) observances: Vec<Observance>,
}

/// A part of a definition: from when on the clocks have an offset.
#[derive(Debug, Default)]
pub(super) struct Observance {
    /// The time on the clocks before the change.
    pub(super) start: Option<NaiveDateTime>,
    /// The offset before, in seconds east of UTC.
    pub(super) from: Option<i64>,
    /// The offset after.
    pub(super) to: Option<i64>,
    /// When the change repeats.
    pub(super) rule: Option<Rule>,
    /// Other times of the change.
    pub(super) dates: Vec<NaiveDateTime>,
}

/// What tells the instant of a time on the wall.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Coordinated universal time.
    Utc,
    /// A zone of the database.
    Zone(Tz),
    /// A zone that the file defines.
    Own(Changes),
}

impl Clock {
    /// Returns the instant of a time, in seconds from 1970. If the clocks show the time twice, it's the first. If they skip it,
    /// it has the offset before (RFC 5545, section 3.3.5).
    pub(super) fn instant(&self, local: NaiveDateTime) -> i64 {
        let wall = local.and_utc().timestamp();
        match self {
            Self::Utc => wall,
            Self::Zone(zone) => match zone.offset_from_local_datetime(&local) {
                MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
                    wall - i64::from(offset.fix().local_minus_utc())
                }
                MappedLocalTime::None => wall - offset_at(*zone, wall - 26 * 3_600),
            },
            Self::Own(changes) => changes.instant(wall),
        }
    }
}

/// The offsets of a zone that a file defines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changes {
    /// The offset before the first change.
    first: i64,
    /// The instants of the changes, with the offsets after them, in order.
    changes: Vec<(i64, i64)>,
}

impl Changes {
    /// Returns the offsets that a definition has until a day; `None` if it has no complete part.
    fn new(definition: &Definition, until: NaiveDate, budget: &mut Budget) -> Result<Option<Self>, Exhausted> {
        let mut changes: Vec<(i64, i64, i64)> = Vec::new();
        for observance in &definition.observances {
            let (Some(start), Some(from), Some(to)) = (observance.start, observance.from, observance.to) else {
                continue;
            };
            let mut times = vec![start];
            times.extend(&observance.dates);
            if let Some(rule) = &observance.rule {
                let range = (start.max(NaiveDateTime::default()), until.into());
                visit_times(rule, start, range, budget, &mut |time| {
                    let goes_on = match rule.until {
                        None => true,
                        Some(Until::Day(last)) => time.date() <= last,
                        Some(Until::Local(last)) => time <= last,
                        Some(Until::Utc(last)) => time - TimeDelta::seconds(from) <= last,
                    };
                    if goes_on {
                        times.push(time);
                    }
                    goes_on && times.len() < MAX_CHANGES
                })?;
            }
            changes.extend(times.iter().map(|time| (time.and_utc().timestamp() - from, from, to)));
            if changes.len() > MAX_CHANGES {
                return Err(Exhausted::Event);
            }
        }
        changes.sort_unstable();
        changes.dedup_by_key(|change| change.0);
        let Some((_, first, _)) = changes.first().copied() else { return Ok(None) };
        Ok(Some(Self { first, changes: changes.into_iter().map(|(at, _, to)| (at, to)).collect() }))
    }

    fn offset_at(&self, instant: i64) -> i64 {
        let after = self.changes.partition_point(|(at, _)| *at <= instant);
        if after == 0 { self.first } else { self.changes[after - 1].1 }
    }

    fn instant(&self, wall: i64) -> i64 {
        let before = self.offset_at(wall - 26 * 3_600);
        // The offsets that can hold at this time of the wall, the earliest first.
        let near = self.changes.iter().skip_while(|(at, _)| *at < wall - 26 * 3_600);
        let near = near.take_while(|(at, _)| *at <= wall + 26 * 3_600).map(|(_, offset)| *offset);
        let instants = std::iter::once(before).chain(near).map(|offset| (wall - offset, offset));
        instants
            .filter(|(instant, offset)| self.offset_at(*instant) == *offset)
            .map(|(instant, _)| instant)
            .min()
            .unwrap_or(wall - before)
    }
}

/// The zones of a file.
pub(super) struct Zones {
    names: Vec<String>,
    definitions: Vec<Definition>,
    floating: Rc<Clock>,
    utc: Rc<Clock>,
    until: NaiveDate,
    known: Vec<Option<Result<Rc<Clock>, String>>>,
}

impl Zones {
    /// Returns the zones with these names. Times without a zone are in `floating`, and no time after `until` is needed.
    pub(super) fn new(names: Vec<String>, definitions: Vec<Definition>, floating: Tz, until: NaiveDate) -> Self {
        let known = vec![None; names.len()];
        let until = until + TimeDelta::days(400);
        let (floating, utc) = (Rc::new(Clock::Zone(floating)), Rc::new(Clock::Utc));
        Self { names, definitions, floating, utc, until, known }
    }

    /// Returns the clock of UTC.
    pub(super) fn utc(&self) -> Rc<Clock> {
        Rc::clone(&self.utc)
    }

    /// Returns the clock of a zone. The error is what to tell the user.
    pub(super) fn clock(&mut self, zone: ZoneId, budget: &mut Budget) -> Result<Rc<Clock>, String> {
        if zone == ZoneId::FLOATING {
            return Ok(Rc::clone(&self.floating));
        }
        let index = usize::from(zone.0);
        if self.known.get(index).is_some_and(Option::is_none) {
            self.known[index] = Some(self.find(&self.names[index], budget).map(Rc::new));
        }
        let known = self.known.get(index).cloned().flatten();
        known.unwrap_or_else(|| Err("The time has no zone.".to_owned()))
    }

    fn find(&self, name: &str, budget: &mut Budget) -> Result<Clock, String> {
        let definition = self.definitions.iter().find(|definition| definition.id == name);
        if let Some(zone) = by_name(name, definition.and_then(|definition| definition.location.as_deref())) {
            return Ok(if zone == Tz::UTC { Clock::Utc } else { Clock::Zone(zone) });
        }
        let quoted = echo(name);
        if let Some(definition) = definition {
            return match Changes::new(definition, self.until, budget) {
                Ok(Some(changes)) => Ok(Clock::Own(changes)),
                Ok(None) => Err(format!("The file's definition of the time zone `{quoted}` has no offsets. {REMEDY}")),
                Err(_) => {
                    Err(format!("The file's definition of the time zone `{quoted}` has too many changes. {REMEDY}"))
                }
            };
        }
        Err(match meant_by(name).map(str::to_owned).or_else(|| Zone::nearest(name)) {
            Some(zone) => format!("The time zone `{quoted}` is not clear. Write {zone} in the file if that is meant."),
            None => format!("The time zone `{quoted}` is not known. {REMEDY}"),
        })
    }
}

/// What to do about a zone.
const REMEDY: &str = "Export the calendar again with a zone such as America/New_York.";

/// Returns the zone that a TZID means by its name, or by its location.
fn by_name(id: &str, location: Option<&str>) -> Option<Tz> {
    iana(id)
        .or_else(|| iana(location?.trim_start_matches("SystemV/")))
        .or_else(|| iana_suffix(id))
        .or_else(|| windows_zones::zone(id))
        .or_else(|| displayed(id))
}

/// Returns the zone with a name of the IANA database, in any case.
fn iana(name: &str) -> Option<Tz> {
    let name = name.trim();
    if ABBREVIATIONS.iter().any(|abbreviation| abbreviation.eq_ignore_ascii_case(name)) {
        return None;
    }
    name.parse().ok().or_else(|| TZ_VARIANTS.into_iter().find(|zone| zone.name().eq_ignore_ascii_case(name)))
}

/// Returns the zone at the end of a name such as `/freeassociation.sourceforge.net/America/New_York`.
fn iana_suffix(name: &str) -> Option<Tz> {
    let parts: Vec<&str> = name.trim().split('/').collect();
    (2..=3)
        .rev()
        .filter(|length| *length < parts.len())
        .find_map(|length| iana(&parts[parts.len() - length..].join("/")))
}

/// Returns the zone of a name as Outlook displays it, such as `(UTC-05:00) Eastern Time (US & Canada)`.
fn displayed(name: &str) -> Option<Tz> {
    let name = name.trim();
    let without_offset = name
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .filter(|(offset, _)| ["UTC", "GMT"].iter().any(|utc| offset.to_uppercase().starts_with(utc)))
        .map_or(name, |(_, rest)| rest.trim());
    let without_country = without_offset.split(" (").next().unwrap_or_default();
    let standard = without_country.strip_suffix(" Time").map(|place| format!("{place} Standard Time"));
    let aliases =
        [("Arizona", "America/Phoenix"), ("Indiana", "America/Indianapolis"), ("Alaska", "America/Anchorage")];
    let alias = aliases.iter().chain(&[("Hawaii", "Pacific/Honolulu")]).find(|(place, _)| *place == without_country);
    windows_zones::zone(without_offset).or_else(|| windows_zones::zone(&standard?)).or_else(|| alias?.1.parse().ok())
}

#[cfg(test)]
#[path = "zones_tests.rs"]
mod tests;

/// Returns an offset in seconds east of UTC: `-0500` or `+053000`.
pub(super) fn offset(text: &str) -> Option<i64> {
    let text = text.trim();
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = &text[1..];
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |at: usize| digits.get(at..at + 2).map_or(Some(0), |digits| digits.parse::<i64>().ok());
    let seconds = number(0)? * 3_600 + number(2)? * 60 + number(4)?;
    (seconds < DAY).then_some(sign * seconds)
}
