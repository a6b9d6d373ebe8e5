//! Calendars as programs export them, with the times that they must have.

use ibbi_availability::{ImportWindow, ImportedFile, Mark, ics};
use ibbi_core::Date;

/// The files, as they are in `tests/files`.
pub(crate) const FILES: [(&str, &[u8]); 5] = [
    ("google", include_bytes!("../files/google.ics")),
    ("outlook", include_bytes!("../files/outlook.ics")),
    ("apple", include_bytes!("../files/apple.ics")),
    ("zimbra-free-busy", include_bytes!("../files/zimbra-free-busy.ics")),
    ("thunderbird", include_bytes!("../files/thunderbird.ics")),
];

/// Returns the week from Monday, October 5, 2026, in Massachusetts.
pub(crate) fn week() -> ImportWindow {
    let day = |day| Date::new(2026, 10, day).expect("the day exists");
    ImportWindow { from: day(5), to: day(11), zone: chrono_tz::America::New_York }
}

fn read(name: &str) -> ImportedFile {
    let (_, bytes) = FILES.iter().find(|(file, _)| *file == name).expect("the file exists");
    ics::read(bytes, &week()).expect("the file can be read")
}

/// Returns the times of the only person: the day of October, the hours, and `?` for if need be.
fn times(file: &ImportedFile) -> Vec<String> {
    assert_eq!(file.people.len(), 1);
    let text = |time: &ibbi_availability::ImportedTime| {
        let hours = time.hours.map_or_else(|| "all day".to_owned(), |hours| hours.to_string());
        let mark = if time.mark == Mark::Cannot { "" } else { " ?" };
        format!("{} {hours}{mark}", time.day.to_string().trim_start_matches("2026-10-"))
    };
    file.people[0].times.iter().map(text).collect()
}

#[test]
fn google_has_series_with_a_change() {
    let file = read("google");
    assert_eq!(file.people[0].name, "Rosa Delgado");
    // No Tuesday (EXDATE), and Thursday is moved to Friday.
    assert_eq!(times(&file), ["05 9:00-10:15", "09 10:00-11:00"]);
    assert_eq!(
        file.left_out,
        ["1 event shows the person as free.", "1 event was declined.", "2 events are on other days."]
    );
    assert_eq!(file.not_understood, []);
}

#[test]
fn travel_is_before_each_time_of_an_event() {
    let calendar = |travel: &str, rest: &str| {
        let text = format!(
            "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Rosa Delgado\r\nBEGIN:VEVENT\r\nUID:1\r\n\
             X-APPLE-TRAVEL-DURATION;VALUE=DURATION:{travel}\r\n{rest}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        ics::read(text.as_bytes(), &week()).expect("the calendar can be read")
    };
    let timed = "DTSTART;TZID=America/New_York:20261005T100000\r\nDTEND;TZID=America/New_York:20261005T110000";
    let daily = format!("{timed}\r\nRRULE:FREQ=DAILY;COUNT=2");
    assert_eq!(times(&calendar("PT45M", timed)), ["05 9:15-11:00"]);
    assert_eq!(times(&calendar("PT1H", &daily)), ["05 9:00-11:00", "06 9:00-11:00"]);
    assert_eq!(times(&calendar("PT30M", "DTSTART:20261005T140000Z")), ["05 9:30-10:00"], "an event without length");
    assert_eq!(times(&calendar("PT11H", timed)), ["05 0:00-11:00"], "the day before is not in the window");
    assert_eq!(times(&calendar("PT45M", "DTSTART;VALUE=DATE:20261006")), ["06 all day"]);
    let free = calendar("PT45M", &format!("{timed}\r\nTRANSP:TRANSPARENT"));
    assert!(times(&free).is_empty(), "a free event takes no travel");
    for wrong in ["P2D", "soon", "-PT30M"] {
        let file = calendar(wrong, timed);
        let message = &file.not_understood[0].message;
        assert!(message.starts_with("The travel time of the event can't be read."), "{wrong}: {message}");
        assert!(times(&file).is_empty(), "{wrong}");
    }
}

#[test]
fn outlook_has_names_of_windows_and_its_own_zone() {
    let file = read("outlook");
    // 1 PM at UTC-6 is 3 PM in Massachusetts.
    assert_eq!(times(&file), ["05 15:00-16:00", "06 9:30-10:00 ?", "07 8:00-9:00", "08 all day", "09 all day"]);
    assert_eq!(file.left_out, ["1 event shows the person as free."]);
    let [unclear] = file.not_understood.as_slice() else { panic!("{:?}", file.not_understood) };
    assert!(unclear.message.contains("America/New_York"), "{}", unclear.message);
    assert!(unclear.place.starts_with("line "), "{}", unclear.place);
}

#[test]
fn apple_has_floating_times_and_midnight() {
    let file = read("apple");
    let expected = ["05 19:30-22:00", "07 12:00-12:45", "10 23:00-24:00", "11 0:00-1:00"];
    assert_eq!((file.people[0].name.as_str(), times(&file)), ("Frank O'Brien", expected.map(str::to_owned).to_vec()));
    assert_eq!(file.left_out, ["1 event is canceled."]);
}

#[test]
fn zimbra_has_free_and_busy_times() {
    let file = read("zimbra-free-busy");
    assert_eq!(file.people[0].name, "Okafor, Ada");
    assert_eq!(times(&file), ["05 9:00-10:00", "05 10:00-10:30 ?", "06 15:30-16:15", "08 all day"]);
    assert_eq!(file.left_out, ["1 period is marked as free."]);
    let day = |day| Date::new(2026, 10, day).unwrap();
    assert_eq!(file.days, Some(day(5)..day(12)));
}

#[test]
fn thunderbird_has_long_zone_names_and_periods() {
    let file = read("thunderbird");
    assert_eq!((file.people[0].name.as_str(), file.days.clone()), ("", None));
    assert_eq!(times(&file), ["06 14:00-15:00", "08 14:00-15:00", "09 14:00-15:00", "10 9:00-11:00"]);
    assert_eq!(file.left_out, ["1 task or note is not an event."]);
}

#[test]
fn titles_and_addresses_are_never_kept() {
    for (name, _) in FILES {
        let text = format!("{:?}", read(name)).to_lowercase();
        assert!(!text.contains("secret") && !text.contains("example.org"), "{name}: {text}");
    }
}

#[test]
fn encodings_and_line_ends_make_no_difference() {
    for (name, bytes) in FILES {
        let text = std::str::from_utf8(bytes).unwrap();
        let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for other in [text.replace("\r\n", "\n").into_bytes(), format!("\u{feff}{text}").into_bytes(), utf16] {
            assert_eq!(ics::read(&other, &week()).unwrap().people, read(name).people, "{name}");
        }
    }
}

#[test]
fn times_that_are_not_clear_are_reported_with_their_line() {
    for (lines, problem) in [
        ("DTSTART:yesterday", "start"),
        ("DTSTART:20261305T090000", "start"),
        ("SUMMARY:no start", "no start"),
        ("DTSTART:20261005T090000\nDTEND:20261004T090000", "before it starts"),
        ("DTSTART:20261005T090000\nDTEND;VALUE=DATE:20261006", "mixes"),
        ("DTSTART:20261005T090000\nDURATION:P99999999W", "end"),
        ("DTSTART:20261005T090000\nRRULE:FREQ=WEEKLY;BYDAY=XX", "first time"),
        ("DTSTART;TZID=Mars/Olympus:20261005T090000\nDURATION:PT1H", "not known"),
        ("DTSTART:20261005T090000\nDURATION:PT1H\nEXDATE:soon", "EXDATE"),
        ("DTSTART:20261005T090000\nDURATION:PT1H\nEXRULE:FREQ=DAILY", "EXRULE"),
        ("DTSTART:20261005T090000\nDURATION:PT1H\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261005T090000", "later"),
        ("DTSTART:20261005T090000\nDURATION:PT1S\nRRULE:FREQ=SECONDLY", "too often"),
        ("DTSTART:20261005T090000\nDURATION:PT1H\nBEGIN:VEVENT\nEND:VEVENT", "inside"),
    ] {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
        let file = ics::read(text.as_bytes(), &week()).unwrap();
        let [found] = file.not_understood.as_slice() else { panic!("{lines}: {:?}", file.not_understood) };
        assert!(found.message.contains(problem) && found.place.starts_with("line "), "{lines}: {found:?}");
    }
    let cut = ics::read(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261005T090000\nDURA", &week()).unwrap();
    assert!(cut.not_understood[0].message.contains("ends too early"));
}
