//! A person does whole cases by typing only what `ibbi status` suggests.
//!
//! Every line is run by a shell exactly as it was printed, its placeholders filled in. On the way, every suggested line
//! that is not taken is asked about: it is accepted, or a rule refuses it; none is ever a usage error.

use crate::support::Place;
use crate::support::typing::{Person, Typed, typed};
use std::sync::OnceLock;

/// From the opening to the acceptance, the same in every story.
const BEGINNING: &[Typed] = &[
    typed("2025-09-02 09:10", "leader_agreed seat=superintendent", &[("name", "Rosa Amari")]),
    typed("2025-09-04 15:30", "leader_agreed seat=union_president", &[]),
    typed("2025-09-09 19:00", "leader_agreed seat=school_committee", &[("office", "vice_chair")]),
    typed("2025-09-10 10:00", "meeting_scheduled", &[("slot", "2025-09-16 15:00-16:30")]),
    typed("2025-09-16 16:30", "meeting_held topics=interests,next_steps,services", &[]),
    typed("2025-09-16 16:40", "service_chosen service=ibbi", &[]),
    typed("2025-09-22 09:00", "member_named party=labor", &[("member", "castellan:Ben Castellan")]),
    typed("2025-09-22 09:01", "member_named party=labor", &[("member", "yun:Ada Yun")]),
    typed("2025-09-22 09:02", "member_named party=management", &[("member", "amari:Rosa Amari")]),
    typed("2025-09-24 12:00", "attendance_pledged party=labor member=castellan", &[]),
    typed("2025-09-24 12:01", "attendance_pledged party=labor member=yun", &[]),
    typed("2025-09-24 12:02", "attendance_pledged party=management member=amari", &[]),
    typed("2025-09-26 10:00", "support_confirmed body=teachers_organization", &[("dated", "2025-09-25")]),
    typed("2025-09-26 10:05", "support_confirmed body=administration", &[]),
    typed("2025-10-01 10:00", "support_confirmed body=school_committee", &[]),
    typed("2025-10-06 11:00", "application_accepted", &[("by", "Noor Lindqvist")]),
];

/// A training day without incident, two caucuses, one full day.
const FULL_DAY: &[Typed] = &[
    typed("2025-10-06 11:30", "session_scheduled part=1", &[("slot", "2025-10-21 08:00-16:00")]),
    typed("2025-10-21 08:00", "session_opened part=1", &[]),
    typed("2025-10-21 10:00", "activity_run kind=exercise", &[("title", "Interests behind a position")]),
    typed("2025-10-21 13:30", "activity_run kind=bargaining_simulation", &[]),
    typed("2025-10-21 16:00", "session_closed", &[]),
    typed("2025-10-23 16:00", "caucus_opened party=labor", &[]),
    typed("2025-10-23 16:40", "party_decided party=labor", &[("decision", "adopt")]),
    typed("2025-10-24 09:00", "caucus_opened party=management", &[]),
    typed("2025-10-24 09:30", "party_decided party=management", &[("decision", "adopt")]),
    typed("2025-10-29 09:00", "format_chosen format=full_day", &[]),
    typed("2025-10-29 09:10", "session_scheduled part=1", &[("slot", "2025-11-13 08:00-16:00")]),
    typed("2025-11-13 08:00", "session_opened part=1", &[]),
    typed("2025-11-13 16:02", "session_closed", &[]),
];

/// Snow, a make-up evening, a member replaced, a concern, a decision reopened, a mistake voided, two half-days.
const TWO_HALF_DAYS: &[Typed] = &[
    typed("2025-10-06 11:30", "session_scheduled part=1", &[("slot", "2025-10-21 08:00-16:00")]),
    typed("2025-10-20 18:00", "session_postponed part=1", &[("reason", "snow")]),
    typed("2025-10-20 18:10", "session_scheduled part=1", &[("slot", "2025-10-28 08:00-16:00")]),
    typed("2025-10-28 08:00", "session_opened part=1", &[]),
    typed("2025-10-28 10:00", "activity_run kind=exercise", &[]),
    typed("2025-10-28 11:00", "session_adjourned", &[("reason", "more snow")]),
    typed("2025-10-28 11:10", "session_scheduled part=1", &[("slot", "2025-11-04 17:00-22:00")]),
    typed("2025-11-04 17:00", "session_opened part=1", &[]),
    typed("2025-11-04 18:00", "activity_run kind=bargaining_simulation", &[]),
    typed("2025-11-04 22:00", "session_closed", &[]),
    typed("2025-11-05 09:00", "member_released party=labor", &[("member", "yun"), ("reason", "moved away")]),
    typed("2025-11-05 09:10", "member_named party=labor", &[("member", "ortiz:Lena Ortiz")]),
    typed("2025-11-05 09:20", "attendance_pledged party=labor member=ortiz", &[]),
    typed("2025-11-06 16:00", "caucus_opened party=labor", &[]),
    typed("2025-11-06 16:30", "party_decided party=labor", &[("decision", "decline"), ("spokesperson", "ortiz")]),
    typed("2025-11-07 16:00", "decision_reopened party=labor", &[]),
    typed("2025-11-07 16:10", "concern_raised party=labor", &[("concern", "one-more-thing")]),
    typed("2025-11-10 09:00", "concern_addressed concern=one-more-thing", &[]),
    typed("2025-11-10 17:00", "caucus_opened party=labor", &[]),
    typed("2025-11-10 17:30", "party_decided party=labor", &[("decision", "adopt")]),
    typed("2025-11-11 17:00", "caucus_opened party=management", &[]),
    typed("2025-11-11 17:30", "note_added", &[("text", "in the wrong case")]),
    typed("2025-11-11 17:40", "event_voided", &[("seq", "40")]),
    typed("2025-11-11 18:00", "party_decided party=management", &[("decision", "adopt")]),
    typed("2025-11-12 09:00", "format_chosen format=full_day", &[]),
    typed("2025-11-12 09:05", "format_chosen format=two_half_days", &[]),
    typed("2025-11-12 09:10", "session_scheduled part=1", &[("slot", "2025-11-18 12:00-16:00")]),
    typed("2025-11-12 09:11", "session_scheduled part=2", &[("slot", "2025-11-19 12:00-16:00")]),
    typed("2025-11-18 12:00", "session_opened part=1", &[]),
    typed("2025-11-18 15:52", "session_closed", &[]),
    typed("2025-11-19 12:00", "session_opened part=2", &[]),
    typed("2025-11-19 16:10", "session_closed", &[]),
];

fn open(place: &Place, ledger: &str, district: &str) {
    place.done(&["new", ledger, "--district", district, "--at", "2025-09-02 09:00"]);
}

fn is_completed(place: &Place, ledger: &str, case: &str) {
    let (code, status) = place.json(&["status", ledger, "--case", case]);
    assert_eq!((code, status["outcome"].as_str()), (0, Some("completed")), "{case}: {status}");
    let after_the_end =
        |each: &serde_json::Value| ["event_voided", "outcome_noted"].map(Into::into).contains(&each["event"]);
    assert!(status["next"].as_array().is_some_and(|next| next.iter().all(after_the_end)));
    let replayed = place.done(&["replay", ledger, "--case", case]);
    assert!(replayed.ends_with("Closed: completed; the rules allow every event\n"), "{replayed}");
}

const LEDGER: &str = "cases.ledger";

/// A folder with a ledger up to the acceptance, and the suggestions tried until then. It is typed once for all stories.
fn beginning() -> &'static (Place, (usize, usize)) {
    static TYPED: OnceLock<(Place, (usize, usize))> = OnceLock::new();
    TYPED.get_or_init(|| {
        let place = Place::new();
        // The last line of `new` is the first line to type.
        let result = place.done(&["new", LEDGER, "--district", "Maple Hollow", "--at", "2025-09-02 09:00"]);
        let next = result.lines().find_map(|line| line.strip_prefix("next: ")).expect("what to type next");
        assert!(place.type_line(next).out.contains("\nNext "), "{next}");
        let mut person = Person::new(&place, LEDGER, None);
        for step in BEGINNING {
            person.types(step);
        }
        let counts = person.counts;
        (place, counts)
    })
}

/// Types the rest of a case.
fn check(story: &[Typed]) {
    let (beginning, counts) = beginning();
    let place = beginning.copy();
    let mut person = Person { counts: *counts, ..Person::new(&place, LEDGER, None) };
    for step in story {
        person.types(step);
    }
    is_completed(&place, LEDGER, "maple hollow");
    let (tried, refused) = person.counts;
    let typed = BEGINNING.len() + story.len();
    println!("{typed} lines typed, {tried} suggestions tried, {refused} of them refused by a rule");
    assert!(tried > 200, "only {tried} suggestions");
}

#[test]
fn full_day_case_is_typed_from_suggestions() {
    check(FULL_DAY);
}

#[test]
fn half_day_case_is_typed_from_suggestions() {
    check(TWO_HALF_DAYS);
}

#[test]
fn unusual_file_names_are_quoted() {
    for ledger in ["it's my $HOME ledger.txt", "-ledger", "#1.ledger", "a=b c.ledger"] {
        let place = Place::new();
        let shown = if ledger.starts_with('-') { format!("./{ledger}") } else { ledger.to_owned() };
        open(&place, &shown, "Maple Hollow");
        let mut person = Person::new(&place, &shown, None);
        for step in &BEGINNING[..3] {
            person.types(step);
        }
    }
}

#[test]
fn two_cases_are_typed_from_suggestions() {
    let place = Place::new();
    open(&place, "both.ledger", "Maple Hollow");
    open(&place, "both.ledger", "Birch Valley");
    let mut persons = ["Maple Hollow", "Birch Valley"].map(|case| Person::new(&place, "both.ledger", Some(case)));
    let stories = [[BEGINNING, FULL_DAY], [BEGINNING, FULL_DAY]];
    let steps = stories.map(|story| story.into_iter().flatten());
    let [first, second] = steps;
    for (one, other) in first.zip(second) {
        let [a, b] = &mut persons;
        a.types(one);
        let result = b.types(other);
        assert!(b.status(other.at).iter().all(|line| line.line.contains(" --case ")), "{}", result.out);
    }
    for case in ["maple hollow", "birch valley"] {
        is_completed(&place, "both.ledger", case);
    }
}

#[test]
fn suggestions_without_a_time_run() {
    let place = Place::new();
    place.done(&["new", "now.ledger", "--district", "Maple Hollow"]);
    let lines = crate::support::typing::suggested(&place.done(&["status", "now.ledger"]));
    assert!(lines.iter().all(|line| !line.line.contains("--at")), "{lines:?}");
    let step = typed("2025-09-02 09:10", "", &[]);
    for line in lines.iter().filter(|line| line.next) {
        let result = place.type_line(&crate::support::typing::fill(&line.line, &step));
        assert_eq!(result.code, 0, "{}: {}", line.line, result.err);
    }
    let (_, status) = place.json(&["status", "now.ledger"]);
    assert_eq!(status["stage"], "introduction");
}
