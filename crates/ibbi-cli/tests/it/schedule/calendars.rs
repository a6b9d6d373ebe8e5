//! Calendars for other programs.

use super::with_sample;
use crate::support::Place;
use ibbi_testing::golden_path;

const STAMP: [&str; 2] = ["--stamp", "2026-01-01T00:00:00Z"];

fn lines<'a>(calendar: &'a str, name: &str) -> Vec<&'a str> {
    calendar.split("\r\n").filter(|line| line.starts_with(name)).collect()
}

fn sequences(calendar: &str) -> Vec<u32> {
    lines(calendar, "SEQUENCE:")
        .into_iter()
        .map(|line| line["SEQUENCE:".len()..].parse().expect("a sequence"))
        .collect()
}

/// Returns the entries of a calendar as their ID, sequence, status, and start.
fn entries(calendar: &str) -> std::collections::BTreeMap<String, (u32, String, String)> {
    let of = |name: &str| lines(calendar, name).into_iter().map(ToOwned::to_owned);
    let starts = of("DTSTART").filter(|line| line.contains("TZID"));
    let entries = sequences(calendar).into_iter().zip(of("STATUS")).zip(starts);
    of("UID").zip(entries.map(|((sequence, status), start)| (sequence, status, start))).collect()
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
    let (old, new) = (sequences(&before), sequences(&after));
    assert_eq!(old[..2], new[..2]);
    assert_eq!(new[2], old[2] + 1, "{result}");
}

#[test]
fn days_to_hold_keep_their_ids_and_get_a_higher_sequence() {
    let place = with_sample("maple-hollow.toml");
    let hold = [&["calendar", "my.toml", "--confidence", "80"][..], &STAMP].concat();
    place.done(&hold);
    let before = read(&place, "dates.ics");
    let held = |calendar: &str| {
        let summaries = lines(calendar, "SUMMARY").into_iter().filter(|line| line.contains("(hold\\, "));
        (summaries.count(), lines(calendar, "SUMMARY").iter().filter(|line| line.contains("(backup\\, ")).count())
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
    let raised = sequences(&before).iter().zip(sequences(&after)).map(|(old, new)| new == old + 1).collect::<Vec<_>>();
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

#[test]
fn one_file_follows_a_plan_through_formats_and_back() {
    let place = with_sample("maple-hollow.toml");
    let text = read(&place, "my.toml");
    let step = |more: &[&str]| {
        place.done(&[&["calendar", "my.toml"][..], &STAMP, more].concat());
        entries(&read(&place, "dates.ics"))
    };
    let halves = step(&["--format", "two_half_days"]);
    assert_eq!(halves.len(), 4);
    // The leaders are asked a month later.
    let start = text.lines().find(|line| line.starts_with("start = ")).expect("a start").to_owned();
    std::fs::write(place.path("my.toml"), text.replace(&start, "start = 2026-10-08")).expect("a scenario");
    let moved = step(&["--format", "two_half_days"]);
    assert!(moved.iter().all(|(uid, entry)| entry.0 > halves[uid].0 && entry.2 != halves[uid].2), "{moved:?}");
    let full = step(&["--format", "full_day"]);
    let second = full.keys().find(|uid| uid.contains(".facilitation.2@ibbi")).expect("part 2").clone();
    assert_eq!((full.len(), full[&second].1.as_str()), (4, "STATUS:CANCELLED"));
    assert!(full[&second].0 > moved[&second].0);
    let back = step(&["--format", "two_half_days"]);
    assert_eq!((back[&second].1.as_str(), &back[&second].2), ("STATUS:TENTATIVE", &moved[&second].2));
    assert!(back[&second].0 > full[&second].0);
    assert!(back.iter().all(|(uid, entry)| entry.0 >= full[uid].0), "{back:?}");
}

#[test]
fn another_unit_s_plan_is_not_written_over_a_calendar() {
    let place = with_sample("maple-hollow.toml");
    place.done(&[&["calendar", "my.toml"][..], &STAMP].concat());
    let before = read(&place, "dates.ics");
    let text = read(&place, "my.toml");
    let president = text.split("[[people]]").find(|one| one.contains("seat = \"union_president\"")).expect("one");
    let name = president.lines().find(|line| line.starts_with("name = ")).expect("a name");
    std::fs::write(place.path("my.toml"), text.replace(name, "name = \"Another President\"")).expect("a scenario");
    let run = place.ibbi(&[&["calendar", "my.toml"][..], &STAMP].concat());
    assert_eq!(run.code, 2);
    assert!(run.err.contains("another case's entries"), "{}", run.err);
    assert!(run.err.contains("id = \""), "{}", run.err);
    assert_eq!(read(&place, "dates.ics"), before);
}

#[test]
fn a_booking_has_the_id_of_the_plan_and_a_higher_sequence() {
    let place = Place::new();
    place.done(&["scenario", "new", "my.toml", "--template"]);
    place.done(&["calendar", "my.toml"]);
    let planned = entries(&read(&place, "dates.ics"));
    place.done(&["new", "my.ledger", "--district", "My District", "--scenario", "my.toml"]);
    let case = planned.keys().next().expect("an entry")["UID:".len()..][..36].to_owned();
    let (_, status) = place.json(&["status", "my.ledger"]);
    assert_eq!(status["case"], case.as_str());
    let again = place.ibbi(&["new", "my.ledger", "--district", "My District", "--scenario", "my.toml"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is open already"), "{}", again.err);
}

/// The calendar of a ledger is written into the file of a plan.
#[test]
fn a_ledger_cancels_no_planned_date_that_it_has_not_booked() {
    let place = Place::new();
    place.done(&["scenario", "new", "my.toml", "--template"]);
    place.done(&["calendar", "my.toml", "-o", "plan.ics"]);
    place.done(&["calendar", "my.toml", "--confidence", "80", "-o", "held.ics"]);
    let both = ["plan.ics", "held.ics"].map(|file| (file, entries(&read(&place, file))));
    let has = |file: usize, part: &str| both[file].1.keys().any(|id| id.contains(part));
    assert!(has(0, ".meeting@") && has(1, ".backup@"), "{both:?}");
    place.done(&["new", "my.ledger", "--district", "My District", "--scenario", "my.toml"]);
    let record = |args: &[&str]| place.done(&[&["record", "my.ledger"], args].concat());
    record(&["leader_agreed", "seat=superintendent", "name=A"]);
    record(&["leader_agreed", "seat=union_president", "name=B"]);
    record(&["leader_agreed", "seat=school_committee", "name=C", "office=chair"]);
    record(&["meeting_scheduled", "slot=2099-09-16 15:00-16:30"]);
    for (file, planned) in &both {
        place.done(&["calendar", "my.ledger", "-o", file]);
        let mut now = entries(&read(&place, file));
        let meeting = now.keys().find(|id| id.contains(".meeting@")).cloned().expect("the booking");
        let (sequence, status, start) = now.remove(&meeting).expect("the booking");
        assert!(status == "STATUS:CONFIRMED" && start.contains("20990916"), "{file}: {status} {start}");
        assert!(planned.get(&meeting).is_none_or(|before| sequence > before.0), "{file}: {sequence}");
        let kept: std::collections::BTreeMap<_, _> =
            planned.iter().filter(|(id, _)| **id != meeting).map(|(id, entry)| (id.clone(), entry.clone())).collect();
        assert_eq!(now, kept, "{file}: the other dates stay as they were");
    }
    // After the end of the case, nothing is planned.
    record(&["case_withdrawn", "by=A", "reason=x"]);
    for (file, _) in &both {
        place.done(&["calendar", "my.ledger", "-o", file]);
        let ended = entries(&read(&place, file));
        assert!(ended.values().all(|(_, status, _)| status == "STATUS:CANCELLED"), "{file}: {ended:?}");
    }
}

/// Old cases that are imported today are newer than each calendar before, although they happened years ago.
#[test]
fn imported_cases_have_the_sequences_of_their_import() {
    let place = Place::new();
    std::fs::copy(ibbi_testing::repository("docs/past-cases.csv"), place.path("past-cases.csv")).expect("the example");
    place.ibbi(&["import", "cases", "past-cases.csv", "--into", "old.ledger"]);
    place.done(&["calendar", "old.ledger", "-o", "all.ics"]);
    let all = read(&place, "all.ics");
    let records: Vec<serde_json::Value> =
        read(&place, "old.ledger").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let found = entries(&all);
    assert!(found.len() > 4, "{all}");
    for (uid, (sequence, status, start)) in &found {
        let case = &uid["UID:".len()..][..36];
        let of_case = || records.iter().filter(|record| record["case"] == case);
        let logged: ibbi_core::At =
            of_case().next_back().expect("a record")["logged"].as_str().unwrap().parse().unwrap();
        assert_eq!(*sequence, ibbi_report::ics::sequence_at(logged), "{uid}");
        assert_eq!(status, "STATUS:CONFIRMED", "{uid}");
        let day = start.rsplit(':').next().expect("a time")[..8].to_owned();
        assert!(day < logged.utc_date().to_string().replace('-', ""), "{uid} was held before the import: {start}");
    }
    // Written again, nothing is new.
    let (_, again) = place.json(&["calendar", "old.ledger", "-o", "all.ics"]);
    assert_eq!((&again["changed"], &again["canceled"]), (&0.into(), &0.into()));
}
