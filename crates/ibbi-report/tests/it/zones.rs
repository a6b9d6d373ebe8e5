//! `VTIMEZONE`s, parsed by a small independent reader and compared with the database.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use ibbi_core::{At, LocalTime, Slot};
use ibbi_report::ics::{CalendarError, IcsCalendar, IcsEntry, IcsStatus};

struct Read {
    /// The onsets of a `VTIMEZONE` in order, each with the offsets before and after it, in seconds.
    onsets: Vec<(DateTime<Utc>, i32, i32)>,
    /// Its offsets in order, each once.
    offsets: Vec<i32>,
}

impl Read {
    fn new(ics: &str, last_year: i32) -> Self {
        let unfolded = ics.replace("\r\n ", "");
        let zone = unfolded.split("BEGIN:VTIMEZONE").nth(1).unwrap().split("END:VTIMEZONE").next().unwrap();
        let mut onsets = Vec::new();
        let components = zone.split("BEGIN:").skip(1);
        for component in components {
            let value = |name: &'static str| {
                component.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(':'))
            };
            let offset = |text: &str| {
                let part = |from: usize| text.get(from..from + 2).map_or(0, |digits| digits.parse::<i32>().unwrap());
                let size = part(1) * 3600 + part(3) * 60 + part(5);
                if text.starts_with('-') { -size } else { size }
            };
            let from = offset(value("TZOFFSETFROM").next().unwrap());
            let to = offset(value("TZOFFSETTO").next().unwrap());
            let wall = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap();
            let start = wall(value("DTSTART").next().unwrap());
            let mut walls = vec![start];
            walls.extend(value("RDATE").map(wall));
            if let Some(rule) = value("RRULE").next() {
                walls.extend((start.year() + 1..=last_year).map(|year| by_rule(rule, year, start)));
            }
            onsets.extend(walls.into_iter().map(|wall| ((wall - TimeDelta::seconds(from.into())).and_utc(), from, to)));
        }
        onsets.sort();
        let mut offsets: Vec<i32> = onsets.iter().flat_map(|onset| [onset.1, onset.2]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        Self { onsets, offsets }
    }

    /// Returns the offset at an instant: that of the last onset before it, or the one before the first.
    fn offset(&self, at: DateTime<Utc>) -> i32 {
        match self.onsets.partition_point(|onset| onset.0 <= at) {
            0 => self.onsets[0].1,
            found => self.onsets[found - 1].2,
        }
    }

    /// Returns every instant at which the clocks show this time.
    fn instants(&self, wall: NaiveDateTime) -> Vec<DateTime<Utc>> {
        let instants =
            self.offsets.iter().map(|offset| ((wall - TimeDelta::seconds((*offset).into())).and_utc(), *offset));
        let mut instants: Vec<_> =
            instants.filter(|(at, offset)| self.offset(*at) == *offset).map(|(at, _)| at).collect();
        instants.sort();
        instants
    }
}

/// Returns the onset of a year by `FREQ=YEARLY;BYMONTH=m;BYDAY=nDD`.
fn by_rule(rule: &str, year: i32, start: NaiveDateTime) -> NaiveDateTime {
    let part = |name: &str| rule.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).unwrap();
    assert_eq!(part("FREQ"), "YEARLY");
    let month: u32 = part("BYMONTH").parse().unwrap();
    let (place, day) = part("BYDAY").split_at(part("BYDAY").len() - 2);
    let weekday = match day {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        other => panic!("{other}"),
    };
    let days =
        (1..=31).filter_map(|day| NaiveDate::from_ymd_opt(year, month, day)).filter(|day| day.weekday() == weekday);
    let days: Vec<NaiveDate> = days.collect();
    let day = match place.parse::<i32>().unwrap() {
        -1 => days[days.len() - 1],
        place => days[usize::try_from(place).unwrap() - 1],
    };
    day.and_time(start.time())
}

fn local(zone: Tz, at: DateTime<Utc>) -> Option<LocalTime> {
    let seconds = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    // Offsets with seconds are older than any record, and a slot can't have them.
    LocalTime::new(At::try_from(at).ok()?, i16::try_from(seconds / 60).ok()?)
}

fn entry(zone: Tz, starts: DateTime<Utc>, ends: DateTime<Utc>) -> Option<IcsEntry> {
    let slot = Slot::new(local(zone, starts)?, local(zone, ends)?).ok()?;
    let (summary, description) = ("Session".to_owned(), String::new());
    let uid = "1@example.org".to_owned();
    Some(IcsEntry { description, status: IcsStatus::Confirmed, ..IcsEntry::new(uid, slot, summary) })
}

fn calendar(zone: Tz, entries: &[IcsEntry]) -> String {
    let stamp = "2026-01-01T00:00:00.000Z".parse().unwrap();
    IcsCalendar { name: "Test", zone: zone.name(), stamp, entries }.to_ics().unwrap()
}

fn hour(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, month, day, 12, 0, 0).unwrap()
}

/// Returns a calendar with entries in these years.
fn over(zone: Tz, first: i32, last: i32) -> String {
    let entries: Vec<IcsEntry> = [hour(first, 1, 2), hour(last, 12, 30)]
        .into_iter()
        .filter_map(|at| entry(zone, at, at + TimeDelta::hours(1)))
        .collect();
    calendar(zone, &entries)
}

fn offset_of(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

/// Checks every zone against the database, hour by hour from the start of one year to the end of another.
fn check_every_zone(first: i32, last: i32) {
    for zone in TZ_VARIANTS {
        let read = Read::new(&over(zone, first, last), last + 1);
        // Whole seconds are many times faster to compare and to add than times in a build without optimization.
        let onsets: Vec<(i64, i32)> = read.onsets.iter().map(|onset| (onset.0.timestamp(), onset.2)).collect();
        let mut onsets = onsets.into_iter().peekable();
        let mut offset = read.onsets[0].1;
        let (mut at, end) = (hour(first, 1, 2).timestamp(), hour(last, 12, 30).timestamp());
        while at <= end {
            while let Some(onset) = onsets.next_if(|onset| onset.0 <= at) {
                offset = onset.1;
            }
            let instant = DateTime::from_timestamp(at, 0).unwrap();
            assert_eq!(offset, offset_of(zone, instant), "{zone} at {instant}");
            at += 3600;
        }
    }
}

// One test for each span of years, so that they run in parallel.

#[test]
fn every_zone_matches_the_database_in_1971_and_1972() {
    check_every_zone(1971, 1972);
}

#[test]
fn every_zone_matches_the_database_in_2005_to_2007() {
    check_every_zone(2005, 2007);
}

#[test]
fn every_zone_matches_the_database_in_2011() {
    check_every_zone(2011, 2011);
}

#[test]
fn every_zone_matches_the_database_in_2016() {
    check_every_zone(2016, 2016);
}

#[test]
fn every_zone_matches_the_database_in_2026_and_2027() {
    check_every_zone(2026, 2027);
}

#[test]
fn local_times_around_changes_are_the_same_instants() {
    let zones = [
        Tz::America__New_York,
        Tz::Europe__Dublin,
        Tz::Europe__London,
        Tz::Africa__Casablanca,
        Tz::Africa__Windhoek,
        Tz::Africa__Cairo,
        Tz::America__Sao_Paulo,
        Tz::America__St_Johns,
        Tz::Asia__Jerusalem,
        Tz::Asia__Tehran,
        Tz::Asia__Kolkata,
        Tz::Australia__Lord_Howe,
        Tz::Europe__Istanbul,
        Tz::Pacific__Apia,
        Tz::Pacific__Chatham,
        Tz::UTC,
    ];
    let mut changes = 0;
    for zone in zones {
        for (first, last) in [(2006, 2019), (2024, 2031)] {
            let read = Read::new(&over(zone, first, last), last + 1);
            let mut at = hour(first, 1, 3);
            while at < hour(last, 12, 29) {
                let next = at + TimeDelta::hours(6);
                if offset_of(zone, at) != offset_of(zone, next) {
                    changes += 1;
                    let wall = at.naive_utc() + TimeDelta::seconds(offset_of(zone, at).into());
                    for quarter in -200..200 {
                        let wall = wall + TimeDelta::minutes(15 * quarter);
                        let found = zone.from_local_datetime(&wall);
                        let mut expected: Vec<DateTime<Utc>> =
                            [found.earliest(), found.latest()].into_iter().flatten().map(|at| at.to_utc()).collect();
                        expected.dedup();
                        assert_eq!(read.instants(wall), expected, "{zone}, {wall}");
                    }
                }
                at = next;
            }
        }
    }
    assert!(changes > 300, "{changes}");
}

#[test]
fn zones_have_yearly_rules_or_one_standard_time() {
    let new_york = over(Tz::America__New_York, 2026, 2026);
    for line in [
        "BEGIN:DAYLIGHT\r\nDTSTART:20250309T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nTZNAME:EDT\r\n\
         RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\n",
        "BEGIN:STANDARD\r\nDTSTART:20251102T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nTZNAME:EST\r\n\
         RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\n",
    ] {
        assert!(new_york.contains(line), "{new_york}");
    }
    for zone in [Tz::America__Phoenix, Tz::Pacific__Honolulu, Tz::Asia__Kolkata, Tz::UTC, Tz::America__Sao_Paulo] {
        let text = over(zone, 2026, 2027);
        let count = |what: &str| text.matches(what).count();
        assert_eq!((count("BEGIN:STANDARD"), count("BEGIN:DAYLIGHT"), count("RRULE")), (1, 0, 0), "{zone}\n{text}");
    }
}

#[test]
fn zones_with_negative_daylight_saving_are_turned_around() {
    let dublin = over(Tz::Europe__Dublin, 2026, 2026);
    assert!(
        dublin.contains("BEGIN:DAYLIGHT\r\nDTSTART:20250330T010000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\n"),
        "{dublin}"
    );
    assert!(dublin.contains("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD"), "{dublin}");
    let casablanca = over(Tz::Africa__Casablanca, 2026, 2026);
    assert!(casablanca.contains("BEGIN:STANDARD") && casablanca.contains("BEGIN:DAYLIGHT"), "{casablanca}");
}

#[test]
fn repeated_times_are_written_unambiguously() {
    let zone = Tz::America__New_York;
    // 01:30 on November 1, 2026, occurs twice: at 05:30 and at 06:30 UTC.
    let at = |hour, minute| Utc.with_ymd_and_hms(2026, 11, 1, hour, minute, 0).unwrap();
    let text = calendar(zone, &[entry(zone, at(5, 30), at(6, 30)).unwrap()]);
    assert!(text.contains("DTSTART;TZID=America/New_York:20261101T013000\r\nDTEND:20261101T063000Z\r\n"), "{text}");
}

#[test]
fn invalid_calendars_are_refused_and_empty_ones_are_not() {
    let stamp = "2026-01-01T00:00:00.000Z".parse().unwrap();
    let calendar = |zone| IcsCalendar { name: "x", zone, stamp, entries: &[] }.to_ics();
    assert_eq!(calendar("America/Boston"), Err(CalendarError::Zone("America/Boston".to_owned())));
    let empty = calendar("America/New_York").unwrap();
    assert!(empty.ends_with("END:VCALENDAR\r\n") && !empty.contains("VTIMEZONE"));
}

#[test]
fn first_and_last_years_can_be_written() {
    for zone in [Tz::America__New_York, Tz::Pacific__Kiritimati, Tz::Pacific__Pago_Pago] {
        for at in [hour(1970, 1, 2), hour(9999, 12, 30)] {
            let text = calendar(zone, &[entry(zone, at, at + TimeDelta::hours(1)).unwrap()]);
            let read = Read::new(&text, at.year());
            assert_eq!(read.offset(at), offset_of(zone, at), "{zone} at {at}");
        }
    }
}
