//! Files that are made to take time or memory, and files that are damaged.

use crate::calendars::{FILES, week};
use ibbi_availability::{ImportError, ImportWindow, ics};
use proptest::prelude::*;

/// Returns a calendar with these lines.
fn calendar(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\n{lines}END:VCALENDAR\r\n")
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nDTSTART:20200101T090000Z\r\nDURATION:PT1H\r\n{lines}END:VEVENT\r\n")
}

/// Returns lines until they have nearly 10 MB.
fn ten_megabytes(line: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0.. {
        let line = line(number);
        if text.len() + line.len() > 9_990_000 {
            break;
        }
        text.push_str(&line);
    }
    text
}

#[test]
fn files_that_are_too_large_have_an_error() {
    let dates = "20261005T090000Z,".repeat(500_000);
    let uids = ten_megabytes(|number| event(&format!("UID:{number}\r\n")));
    let impossible = ten_megabytes(|_| event("RRULE:FREQ=SECONDLY;COUNT=2;BYMONTH=2;BYMONTHDAY=30\r\n"));
    let often = ten_megabytes(|_| event("RRULE:FREQ=SECONDLY\r\n"));
    let many_lines = ten_megabytes(|_| "EXDATE:20261005T090000Z,20261006T090000Z\r\n".to_owned());
    let zones = ten_megabytes(|number| event(&format!("DTEND;TZID=Zone {number}:20200101T090000\r\n")));
    let names =
        ten_megabytes(|number| format!("BEGIN:VFREEBUSY\r\nATTENDEE;CN=Person {number}:x\r\nEND:VFREEBUSY\r\n"));
    let nested = "BEGIN:A\r\n".repeat(1_000_000);
    for (name, text) in [
        ("more than 10 MB", "X".repeat(ibbi_availability::MAX_BYTES + 1)),
        ("many events", calendar(&uids)),
        ("impossible rules", calendar(&impossible)),
        ("rules for every second", calendar(&often)),
        ("many lines of EXDATE", calendar(&event(&many_lines))),
        ("many zones", calendar(&zones)),
        ("many people", calendar(&names)),
        ("nested components", calendar(&nested)),
    ] {
        let found = ics::read(text.as_bytes(), &week());
        let Err(ImportError::TooLarge(message)) = found else { panic!("{name}: {found:?}") };
        assert!(message.ends_with('.'), "{name}: {message}");
    }
    // One line of a great number of dates only costs its event.
    let file = ics::read(calendar(&event(&format!("EXDATE:{dates}\r\n"))).as_bytes(), &week()).unwrap();
    assert!(file.not_understood[0].message.contains("more than 400000 characters"), "{:?}", file.not_understood);
}

#[test]
fn files_that_are_not_calendars_have_an_error() {
    for bytes in [&b""[..], b"\0\0\0\0", b"PK\x03\x04", b"<html></html>", b"BEGIN:VCARD\nEND:VCARD", &[0xff; 5_000]] {
        assert!(matches!(ics::read(bytes, &week()), Err(ImportError::Unknown(_))), "{bytes:?}");
    }
    let century = ImportWindow { to: "2126-10-05".parse().unwrap(), ..week() };
    assert!(matches!(ics::read(FILES[0].1, &century), Err(ImportError::TooLarge(_))));
}

#[test]
fn endless_series_end_with_the_window() {
    let lines = event("RRULE:FREQ=DAILY\r\n") + &event("RRULE:FREQ=HOURLY;INTERVAL=24;BYMONTH=12\r\n");
    let file = ics::read(calendar(&lines).as_bytes(), &week()).unwrap();
    assert_eq!((file.people[0].times.len(), file.not_understood.len()), (7, 0));
    for year in ["0001", "9999"] {
        let lines = format!(
            "BEGIN:VEVENT\r\nDTSTART:{year}0101T090000\r\nDURATION:P36000D\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n"
        );
        assert!(ics::read(calendar(&lines).as_bytes(), &week()).is_ok(), "{year}");
    }
}

/// A small generator of numbers, so that each run changes the same bytes.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap_or(0)
}

#[test]
fn damaged_files_never_panic() {
    let mut state = 17;
    let pieces: [&[u8]; 14] = [
        b"\0",
        b"\xff",
        b"\r\n ",
        b"\n",
        b":",
        b";",
        b"\"",
        b"\\",
        b"9999999999",
        b"-",
        b"\r\nBEGIN:VEVENT\r\n",
        b"\r\nEND:VEVENT\r\n",
        b";TZID=EST",
        b"\r\nRRULE:FREQ=SECONDLY;COUNT=99\r\n",
    ];
    for round in 0..6_000 {
        let mut bytes = FILES[round % FILES.len()].1.to_vec();
        for _ in 0..=next(&mut state) % 6 {
            let at = next(&mut state) % bytes.len();
            match next(&mut state) % 5 {
                0 => bytes[at] = u8::try_from(next(&mut state) % 256).unwrap_or(0),
                1 => drop(bytes.drain(at..(at + next(&mut state) % 80).min(bytes.len()))),
                2 => bytes.truncate(at.max(1)),
                3 => drop(bytes.splice(at..at, pieces[next(&mut state) % pieces.len()].iter().copied())),
                _ => {
                    let end = (at + next(&mut state) % 200).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    drop(bytes.splice(at..at, copy));
                }
            }
            if bytes.is_empty() {
                bytes.push(b'\n');
            }
        }
        let Ok(file) = ics::read(&bytes, &week()) else { continue };
        assert!(file.not_understood.len() <= 101);
        for person in &file.people {
            let days = |pair: &[ibbi_availability::ImportedTime]| (pair[0].day, pair[0].hours.map(|hours| hours.to()));
            let starts =
                |pair: &[ibbi_availability::ImportedTime]| (pair[1].day, pair[1].hours.map(|hours| hours.from()));
            assert!(person.times.windows(2).all(|pair| days(pair) <= starts(pair)), "{:?}", person.times);
            let window = week();
            assert!(person.times.iter().all(|time| (window.from..=window.to).contains(&time.day)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_end_in_a_result(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = ics::read(&[b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", bytes.as_slice()].concat(), &week());
    }

    #[test]
    fn any_rule_ends_in_a_result(rule in "FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)(;(INTERVAL|COUNT|BYHOUR|BYMINUTE|BYDAY|BYMONTH|BYMONTHDAY|BYSETPOS|BYWEEKNO|BYYEARDAY)=(-?[0-9]{1,3}|[0-9]{1,2}MO|MO,TU)){0,4}", year in 1_u16..9_999) {
        let lines = format!("BEGIN:VEVENT\nDTSTART:{year:04}0301T023000\nDURATION:PT90M\nRRULE:{rule}\nEND:VEVENT\n");
        let file = ics::read(calendar(&lines).as_bytes(), &week()).expect("one event is not too much");
        prop_assert!(file.people[0].times.len() <= 7 * 96 || !file.not_understood.is_empty());
    }
}
