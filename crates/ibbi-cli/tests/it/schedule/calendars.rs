//! Calendars for other programs.

use super::with_sample;
use crate::support::Place;
use ibbi_testing::golden_path;

const STAMP: [&str; 2] = ["--stamp", "2026-01-01T00:00:00Z"];

fn lines<'a>(calendar: &'a str, name: &str) -> Vec<&'a str> {
    calendar.split("\r\n").filter(|line| line.starts_with(name)).collect()
}

fn read(place: &Place, file: &str) -> String {
    std::fs::read_to_string(place.path(file)).expect("a calendar")
}

#[test]
fn a_plan_becomes_a_calendar_with_its_zone_and_a_given_stamp() {
    let place = with_sample("maple-hollow.toml");
    place.done(&[&["calendar", "my.toml"][..], &STAMP].concat());
    let calendar = read(&place, "dates.ics");
    insta::assert_snapshot!("calendar", calendar.replace("\r\n", "\n"));
    let again = place.done(&[&["calendar", "my.toml", "-o", "-"][..], &STAMP].concat());
    assert_eq!(calendar, again, "the same plan and stamp give the same bytes");
}

#[test]
fn what_moves_keeps_its_id_and_gets_a_higher_sequence() {
    let place = with_sample("maple-hollow.toml");
    place.done(&[&["calendar", "my.toml"][..], &STAMP].concat());
    let before = read(&place, "dates.ics");
    place.done(&[&["calendar", "my.toml"][..], &STAMP].concat());
    assert_eq!(read(&place, "dates.ics"), before, "nothing has moved");
    // The neutral is away on the day of the first facilitation.
    let text = read(&place, "my.toml");
    let (_, plan) = place.json(&["plan", "my.toml"]);
    let moved = plan["sittings"][2]["slot"]["starts"].as_str().expect("a slot")[..10].to_owned();
    let changed = text.replace("unavailable = [\"tuesday\",", &format!("unavailable = [{moved}, \"tuesday\","));
    assert_ne!(text, changed);
    std::fs::write(place.path("my.toml"), changed).expect("a scenario");
    let result = place.done(&[&["calendar", "my.toml"][..], &STAMP].concat());
    let after = read(&place, "dates.ics");
    assert_eq!(lines(&before, "UID"), lines(&after, "UID"));
    let sequences = lines(&after, "SEQUENCE");
    assert_eq!(sequences[..2], ["SEQUENCE:0", "SEQUENCE:0"]);
    assert_eq!(sequences[2], "SEQUENCE:1", "{result}");
}

#[test]
fn days_to_hold_keep_their_ids_and_get_a_higher_sequence() {
    let place = with_sample("maple-hollow.toml");
    let hold = [&["calendar", "my.toml", "--confidence", "80"][..], &STAMP].concat();
    place.done(&hold);
    let before = read(&place, "dates.ics");
    let held = |calendar: &str| {
        let summaries = lines(calendar, "SUMMARY").into_iter().filter(|line| line.contains("(hold)"));
        (summaries.count(), lines(calendar, "SUMMARY").iter().filter(|line| line.contains("(backup)")).count())
    };
    assert_eq!(held(&before), (3, 3), "{before}");
    assert!(lines(&before, "STATUS").iter().all(|line| *line == "STATUS:TENTATIVE"), "{before}");
    let (_, plan) = place.json(&["plan", "my.toml", "--confidence", "80"]);
    let chance = plan["hold"]["chance"]["low"].as_f64().expect("a chance");
    assert!((0.8..=1.0).contains(&chance), "{plan}");
    let starts: Vec<_> =
        plan["hold"]["sessions"].as_array().expect("sessions").iter().map(|one| &one["slot"]).collect();
    assert_eq!(starts.len(), 3);
    place.done(&hold);
    assert_eq!(read(&place, "dates.ics"), before, "nothing has moved");
    // The neutral is away on the first day to hold.
    let day = starts[0]["starts"].as_str().expect("a slot")[..10].to_owned();
    let text = read(&place, "my.toml");
    let changed = text.replace("unavailable = [\"tuesday\",", &format!("unavailable = [{day}, \"tuesday\","));
    assert_ne!(text, changed);
    std::fs::write(place.path("my.toml"), changed).expect("a scenario");
    place.done(&hold);
    let after = read(&place, "dates.ics");
    assert_eq!(lines(&before, "UID"), lines(&after, "UID"));
    let moved = lines(&before, "DTSTART")
        .iter()
        .zip(lines(&after, "DTSTART"))
        .map(|(one, other)| *one != other)
        .collect::<Vec<_>>();
    let raised = lines(&after, "SEQUENCE").iter().map(|line| *line == "SEQUENCE:1").collect::<Vec<_>>();
    assert!(moved.contains(&true) && moved[moved.len() - raised.len()..] == raised, "{moved:?} {raised:?}");
}

#[test]
fn a_ledger_becomes_a_calendar_of_what_it_has_booked() {
    let place = Place::new();
    place.done(&["tour", "--ledger", "tour.ledger"]);
    place.done(&[&["calendar", "tour.ledger"][..], &STAMP].concat());
    let calendar = read(&place, "dates.ics");
    insta::assert_snapshot!("calendar-ledger", calendar.replace("\r\n", "\n"));
    assert!(lines(&calendar, "STATUS").iter().all(|line| *line == "STATUS:CONFIRMED"), "{calendar}");
    let golden = golden_path("corrections-and-three-cases");
    std::fs::copy(golden, place.path("cases.ledger")).expect("a ledger");
    let (code, made) = place.json(&[&["calendar", "cases.ledger", "-o", "all.ics"][..], &STAMP].concat());
    assert_eq!(code, 0);
    let all = read(&place, "all.ics");
    assert_eq!(made["entries"].as_u64(), Some(lines(&all, "BEGIN:VEVENT").len() as u64));
    let mut ids = lines(&all, "UID");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), lines(&all, "UID").len(), "every entry has an id of its own");
}

#[test]
fn a_scenario_as_json_becomes_the_same_calendar() {
    let place = Place::new();
    let people = [
        r#"id = "a", name = "A. Upton", role = "leader", seat = "superintendent", party = "management""#,
        r#"id = "b", name = "B. Resch", role = "leader", seat = "union_president", party = "labor""#,
        r#"id = "c", name = "C. Hale", role = "leader", seat = "school_committee""#,
        r#"id = "d", name = "D. Quinn", role = "neutral""#,
    ];
    let tables = people.map(|person| format!("{{ {person} }}")).join(", ");
    let toml = format!("version = 2\ndistrict = \"Alder\"\nstart = \"2026-09-14\"\npeople = [{tables}]\n");
    let objects = tables.replace("id =", "\"id\":").replace("name =", "\"name\":").replace("role =", "\"role\":");
    let objects = objects.replace("seat =", "\"seat\":").replace("party =", "\"party\":");
    let json = format!(
        "\n{{ \"version\": 2, \"district\": \"Alder\", \"start\": \"2026-09-14\",\n\"people\": [{objects}] }}\n"
    );
    std::fs::write(place.path("my.toml"), toml).expect("a file");
    std::fs::write(place.path("my.json"), json).expect("a file");
    for more in [&[][..], &["--confidence", "60"]] {
        let made = |file: &str| place.done(&[&["calendar", file, "-o", "-"][..], &STAMP, more].concat());
        assert_eq!(made("my.toml"), made("my.json"));
    }
}
