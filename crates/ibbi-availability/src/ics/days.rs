//! The days of an import: quarter hours that are taken, and how instants fall on them.

use crate::{ImportWindow, ImportedTime, Mark};
use chrono::{DateTime, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use ibbi_core::Date;
use ibbi_sim::Hours;

/// Seconds in a quarter hour.
const QUARTER: i64 = 900;
/// Quarter hours in a day.
const QUARTERS: i64 = 96;
/// Every quarter hour of a day.
const WHOLE_DAY: u128 = (1 << QUARTERS) - 1;
/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// A part of the window in which the clocks have one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    from: i64,
    to: i64,
    offset: i64,
}

/// The window of an import, with the offsets of its zone.
pub(super) struct Days {
    first: NaiveDate,
    count: usize,
    segments: Vec<Segment>,
}

impl Days {
    /// Returns the days of a window. They are none if the window ends before it starts.
    pub(super) fn new(window: &ImportWindow) -> Self {
        let first = window.from.to_chrono();
        let count = usize::try_from((window.to.to_chrono() - first).num_days() + 1).unwrap_or(0);
        // A local day starts and ends at most a day from the day of UTC.
        let from = midnight(first) - DAY;
        let to = from + (i64::try_from(count).unwrap_or(0) + 2) * DAY;
        Self { first, count, segments: segments(window.zone, from, to) }
    }

    /// Returns the number of days.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Returns the first day.
    pub(super) const fn first(&self) -> NaiveDate {
        self.first
    }

    /// Returns the day after the last one.
    pub(super) fn end(&self) -> NaiveDate {
        self.first + chrono::Days::new(u64::try_from(self.count).unwrap_or(0))
    }

    /// Returns the local seconds from the first midnight.
    fn seconds_from_first(&self, local: i64) -> i64 {
        local - midnight(self.first)
    }
}

/// Returns the seconds from 1970 to the midnight of a day, both as one clock shows them.
pub(super) fn midnight(day: NaiveDate) -> i64 {
    i64::from(day.to_epoch_days()) * DAY
}

/// Returns the offset of a zone at an instant, in seconds east of UTC.
pub(super) fn offset_at(zone: Tz, instant: i64) -> i64 {
    let utc = DateTime::from_timestamp(instant, 0).unwrap_or_default().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
}

/// Returns the parts of a range in which a zone has one offset.
fn segments(zone: Tz, from: i64, to: i64) -> Vec<Segment> {
    let mut segments = Vec::new();
    let (mut start, mut offset, mut at) = (from, offset_at(zone, from), from);
    while at < to {
        let next = (at + DAY / 2).min(to);
        let after = offset_at(zone, next);
        if after != offset {
            let (mut before, mut change) = (at, next);
            while change - before > 1 {
                let middle = before.midpoint(change);
                *(if offset_at(zone, middle) == offset { &mut before } else { &mut change }) = middle;
            }
            segments.push(Segment { from: start, to: change, offset });
            (start, offset) = (change, offset_at(zone, change));
            at = change;
        } else {
            at = next;
        }
    }
    segments.push(Segment { from: start, to, offset });
    segments
}

/// The quarter hours of one person that are taken.
#[derive(Default)]
pub(super) struct Taken {
    /// For each day, the quarter hours when the person can't come, and those when the person can if need be.
    quarters: Vec<[u128; 2]>,
}

impl Taken {
    /// Marks a range of instants, in seconds from 1970. Returns the number of days that it covers.
    pub(super) fn add_instants(&mut self, days: &Days, from: i64, to: i64, mark: Mark) -> usize {
        if from >= to {
            return 0;
        }
        let first = days.segments.partition_point(|segment| segment.to <= from);
        let mut covered = 0;
        for (at, segment) in days.segments.iter().enumerate().skip(first).take_while(|(_, segment)| segment.from < to) {
            let start = from.max(segment.from) + segment.offset;
            let mut end = to.min(segment.to) + segment.offset;
            // The clocks skip from one segment to the next. The hours that don't exist count as covered.
            if let Some(next) = days.segments.get(at + 1).filter(|next| next.from < to) {
                end = end.max(next.from + next.offset);
            }
            covered += self.add_local(days, days.seconds_from_first(start), days.seconds_from_first(end), mark);
        }
        covered
    }

    /// Marks whole days, without the last one. Returns the number of days in the window.
    pub(super) fn add_days(&mut self, days: &Days, from: NaiveDate, to: NaiveDate, mark: Mark) -> usize {
        self.add_local(days, days.seconds_from_first(midnight(from)), days.seconds_from_first(midnight(to)), mark)
    }

    fn add_local(&mut self, days: &Days, from: i64, to: i64, mark: Mark) -> usize {
        let last = i64::try_from(days.count).unwrap_or(0) * QUARTERS;
        let from = from.div_euclid(QUARTER).clamp(0, last);
        let to = (-(-to).div_euclid(QUARTER)).clamp(0, last);
        if from >= to {
            return 0;
        }
        if self.quarters.is_empty() {
            self.quarters = vec![[0; 2]; days.count];
        }
        let (first_day, last_day) = (from / QUARTERS, (to - 1) / QUARTERS);
        for day in first_day..=last_day {
            let start = (from - day * QUARTERS).max(0);
            let end = (to - day * QUARTERS).min(QUARTERS);
            let bits = (WHOLE_DAY >> (QUARTERS - (end - start))) << start;
            let index = usize::try_from(day).unwrap_or(0);
            self.quarters[index][usize::from(mark == Mark::IfNeedBe)] |= bits;
        }
        usize::try_from(last_day - first_day + 1).unwrap_or(0)
    }

    /// Returns the times in order, without overlap. A time at which the person can't come hides others.
    pub(super) fn times(&self, days: &Days) -> Vec<ImportedTime> {
        let mut times = Vec::new();
        for (day, [cannot, maybe]) in days.first.iter_days().zip(&self.quarters) {
            let Ok(day) = Date::try_from(day) else { continue };
            let maybe = maybe & !cannot;
            let mut quarter = 0;
            while quarter < QUARTERS {
                let mark = |at: i64| match (cannot >> at & 1, maybe >> at & 1) {
                    (1, _) => Some(Mark::Cannot),
                    (_, 1) => Some(Mark::IfNeedBe),
                    _ => None,
                };
                let start = quarter;
                let found = mark(start);
                while quarter < QUARTERS && mark(quarter) == found {
                    quarter += 1;
                }
                if let Some(mark) = found {
                    times.push(ImportedTime { day, hours: hours(start, quarter), mark });
                }
            }
        }
        times
    }
}

/// Returns the hours from a quarter hour to another, or `None` for the whole day.
fn hours(from: i64, to: i64) -> Option<Hours> {
    let minute = |quarter: i64| u16::try_from(quarter * 15).unwrap_or(0);
    if (from, to) == (0, QUARTERS) { None } else { Hours::new(minute(from), minute(to)).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str, zone: Tz) -> Days {
        Days::new(&ImportWindow { from: from.parse().unwrap(), to: to.parse().unwrap(), zone })
    }

    fn instant(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp()
    }

    /// Returns the times as texts, after ranges of instants are marked.
    fn taken(days: &Days, ranges: &[(&str, &str, Mark)]) -> Vec<String> {
        let mut taken = Taken::default();
        for (from, to, mark) in ranges {
            taken.add_instants(days, instant(from), instant(to), *mark);
        }
        let text = |time: &ImportedTime| {
            let hours = time.hours.map_or_else(|| "all day".to_owned(), |hours| hours.to_string());
            format!("{} {hours}{}", time.day, if time.mark == Mark::Cannot { "" } else { " ?" })
        };
        taken.times(days).iter().map(text).collect()
    }

    #[test]
    fn times_are_rounded_outward_merged_and_split_by_day() {
        use Mark::{Cannot, IfNeedBe};
        let week = days("2026-10-05", "2026-10-11", Tz::America__New_York);
        let found = taken(
            &week,
            &[
                ("2026-10-05T09:05:00-04:00", "2026-10-05T09:50:01-04:00", Cannot),
                ("2026-10-05T10:00:00-04:00", "2026-10-05T10:30:00-04:00", Cannot),
                ("2026-10-05T22:00:00-04:00", "2026-10-06T02:00:00-04:00", Cannot),
                ("2026-10-05T08:00:00-04:00", "2026-10-05T09:30:00-04:00", IfNeedBe),
                ("2026-10-07T00:00:00-04:00", "2026-10-08T00:00:00-04:00", IfNeedBe),
                ("2026-10-11T23:00:00-04:00", "2026-10-12T09:00:00-04:00", Cannot),
                ("2026-10-01T23:00:00-04:00", "2026-10-05T00:00:00-04:00", Cannot),
            ],
        );
        let expected = [
            "2026-10-05 8:00-9:00 ?",
            "2026-10-05 9:00-10:30",
            "2026-10-05 22:00-24:00",
            "2026-10-06 0:00-2:00",
            "2026-10-07 all day ?",
            "2026-10-11 23:00-24:00",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn clock_changes_follow_the_clock_on_the_wall() {
        let zone = Tz::America__New_York;
        let spring = days("2026-03-08", "2026-03-08", zone);
        let across = ("2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00", Mark::Cannot);
        assert_eq!(taken(&spring, &[across]), ["2026-03-08 1:30-3:30"]);
        let whole = ("2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", Mark::Cannot);
        assert_eq!(taken(&spring, &[whole]), ["2026-03-08 all day"]);
        let fall = days("2026-11-01", "2026-11-01", zone);
        let twice = ("2026-11-01T01:45:00-04:00", "2026-11-01T01:15:00-05:00", Mark::Cannot);
        assert_eq!(taken(&fall, &[twice]), ["2026-11-01 1:00-1:15", "2026-11-01 1:45-2:00"]);
    }

    #[test]
    fn segments_change_where_the_zone_does() {
        let found = segments(Tz::America__New_York, instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z"));
        let changes: Vec<_> = found.iter().skip(1).map(|segment| segment.from).collect();
        assert_eq!(changes, [instant("2026-03-08T07:00:00Z"), instant("2026-11-01T06:00:00Z")]);
        // Samoa had no December 30, 2011.
        let samoa = days("2011-12-29", "2011-12-31", Tz::Pacific__Apia);
        let range = ("2011-12-29T00:00:00-10:00", "2012-01-01T00:00:00+14:00", Mark::Cannot);
        assert_eq!(taken(&samoa, &[range]).len(), 3);
        assert!(taken(&days("2026-10-05", "2026-10-04", Tz::UTC), &[range]).is_empty());
    }
}
