//! Everyone at the table, on the command line: neutrals, substitutes, advisers, absent and late members, seats that change
//! hands, and the follow-up after the end.

use crate::support::Place;
use serde_json::Value;

const REFUSED: i32 = 3;

struct Case {
    place: Place,
}

impl Case {
    fn record(&self, at: &str, event: &[&str]) -> Value {
        let (code, answer) = self.place.json(&[&["record", "a.ledger"], event, &["--at", at]].concat());
        assert_eq!(code, 0, "{event:?}: {answer}");
        answer
    }

    /// Returns the codes of the advisories that an event gets.
    fn codes(&self, at: &str, event: &[&str]) -> Vec<String> {
        codes(&self.record(at, event))
    }

    /// Returns a case with two teams of two, up to the training.
    fn admitted() -> Self {
        let case = Self { place: Place::new() };
        case.place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
        let leaders =
            [("superintendent", "R. Amari"), ("union_president", "D. Reyes"), ("school_committee", "T. Okafor")];
        for (seat, name) in leaders {
            let (seat, name) = (format!("seat={seat}"), format!("name={name}"));
            let office = if seat.ends_with("committee") { &["office=chair"][..] } else { &[] };
            case.record("2025-09-02 09:00", &[&["leader_agreed", &seat, &name], office].concat());
        }
        let topics = "topics=interests,services,next_steps";
        case.record("2025-09-09 10:00", &["meeting_held", "representative=L. Moreau", "present=R. Amari", topics]);
        case.record("2025-09-09 11:00", &["service_chosen", "service=ibbi"]);
        for body in ["teachers_organization", "administration", "school_committee"] {
            let body = format!("body={body}");
            case.record("2025-09-15 09:00", &["support_confirmed", &body, "dated=2025-09-12"]);
        }
        for (party, id) in [("labor", "ana"), ("labor", "ben"), ("management", "cora"), ("management", "dev")] {
            let (party, member) = (format!("party={party}"), format!("member={id}:{id}"));
            case.record("2025-09-16 09:00", &["member_named", &party, &member]);
            let member = format!("member={id}");
            case.record("2025-09-16 09:00", &["attendance_pledged", &party, &member]);
        }
        case.record("2025-09-22 09:00", &["application_accepted", "by=L. Moreau"]);
        case
    }

    fn activities(&self, day: &str) {
        self.record(&format!("{day} 10:00"), &["activity_run", "kind=exercise", "title=Interests"]);
        self.record(&format!("{day} 11:00"), &["activity_run", "kind=bargaining_simulation", "title=Budget"]);
    }

    /// Holds the training with a substitute for ben.
    fn trained(self) -> Self {
        let slot = "slot=2025-10-07 08:00-16:00";
        let neutrals = ["neutral=quinn:Q. Ode", "co_neutrals=paul:P. Ambrose"];
        self.record("2025-09-23 09:00", &[&["session_scheduled", "part=1", slot], &neutrals[..]].concat());
        let table = ["present=ana,cora,dev", "substitutes=ben:sam:S. Iqbal", "advisers=labor:counsel:J. Park"];
        let opened = [&["session_opened", "part=1"], &neutrals[..], &table].concat();
        let codes = self.codes("2025-10-07 08:00", &opened);
        assert_eq!(codes, ["training.no-board-members", "attendance.substitute"]);
        self.activities("2025-10-07");
        let codes = self.codes("2025-10-07 16:00", &["session_closed", "late=ana", "left_early=cora"]);
        assert!(codes.contains(&"attendance.missed-training".to_owned()), "ben was absent: {codes:?}");
        self
    }

    /// Takes the case to the facilitation in one day, with its session booked.
    fn in_facilitation(self) -> Self {
        for (party, member) in [("labor", "ana"), ("management", "cora")] {
            let (party, present) = (format!("party={party}"), format!("present={member}"));
            let advisers = format!("advisers={}:other:An Adviser", party.trim_start_matches("party="));
            self.record("2025-10-08 09:00", &["caucus_opened", &party, &present, &advisers]);
            let spokesperson = format!("spokesperson={member}");
            self.record("2025-10-09 09:00", &["party_decided", "decision=adopt", &party, &spokesperson]);
        }
        self.record("2025-10-10 09:00", &["format_chosen", "format=full_day"]);
        let slot = "slot=2025-11-04 08:00-16:00";
        self.record("2025-10-10 10:00", &["session_scheduled", "part=1", slot, "neutral=quinn:Q. Ode"]);
        self
    }

    /// Returns the codes of an audit's findings.
    fn audited(&self) -> Vec<String> {
        let (code, report) = self.place.json(&["audit", "a.ledger"]);
        assert_eq!(code, 0, "{report}");
        let findings = report["findings"].as_array().expect("findings").iter();
        let first = findings.flat_map(|row| row["first"].as_array().cloned().unwrap_or_default());
        first.filter_map(|finding| finding["advisory"].as_str().map(str::to_owned)).collect()
    }
}

/// Returns the codes of advisories, without that of a late record: it depends on the day.
fn codes(answer: &Value) -> Vec<String> {
    let list = answer["advisories"].as_array().cloned().unwrap_or_default();
    let codes = list.iter().filter_map(|one| one["advisory"].as_str().map(str::to_owned));
    codes.filter(|code| code != "record.logged-late").collect()
}

#[test]
fn substitute_at_the_facilitation_is_reported_when_recording_and_in_audits() {
    let case = Case::admitted().trained().in_facilitation();
    // Sam was at the training, so only the substitution is reported. Tess was not.
    let opened = |who: &str| {
        let who = format!("substitutes=ben:{who}");
        let event = ["session_opened", "part=1", "neutral=quinn:Q. Ode", "present=ana,cora,dev", who.as_str()];
        let args = [&["record", "a.ledger"], &event[..], &["--at", "2025-11-04 08:00"]].concat();
        args.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let trial = |who: &str| {
        let args = opened(who);
        let args: Vec<&str> = args.iter().map(String::as_str).chain(["--dry-run"]).collect();
        codes(&case.place.json(&args).1)
    };
    assert_eq!(trial("sam:S. Iqbal"), ["attendance.substitute"]);
    assert_eq!(trial("tess:T. Moran"), ["attendance.substitute", "attendance.untrained-at-facilitation"]);
    let args = opened("tess:T. Moran");
    case.place.done(&args.iter().map(String::as_str).collect::<Vec<_>>());
    case.record("2025-11-04 16:00", &["session_closed"]);
    let audited = case.audited();
    for code in ["attendance.substitute", "attendance.untrained-at-facilitation"] {
        assert!(audited.iter().any(|found| found == code), "{code}: {audited:?}");
    }
}

#[test]
fn member_who_was_absent_is_refused_unless_someone_stands_in() {
    let case = Case::admitted();
    let slot = "slot=2025-10-07 08:00-16:00";
    case.record("2025-09-23 09:00", &["session_scheduled", "part=1", slot, "neutral=quinn:Q. Ode"]);
    for (present, substitutes, rule) in [
        ("present=ana,cora,dev", None, "training.everyone-present"),
        ("present=ana,ben,cora,dev", Some("substitutes=ben:sam:S. Iqbal"), "session.substitute-for-absent"),
        ("present=ana,cora,dev", Some("substitutes=ben:cora:Cora"), "session.substitute-for-absent"),
        ("present=ana,cora,dev", Some("substitutes=ben:quinn:Q. Ode"), "session.named-once"),
    ] {
        let event = ["record", "a.ledger", "session_opened", "part=1", "neutral=quinn:Q. Ode", present];
        let args: Vec<&str> = event.into_iter().chain(substitutes).chain(["--at", "2025-10-07 08:00"]).collect();
        let result = case.place.ibbi(&args);
        assert!(result.code == REFUSED && result.err.contains(rule), "{rule}: {result:?}");
    }
}

#[test]
fn seat_changes_hands_and_the_advisory_stays_until_the_successor_agrees() {
    let case = Case::admitted();
    case.record("2025-09-24 09:00", &["leader_left", "seat=school_committee", "reason=elected to another office"]);
    let slot = "slot=2025-10-07 08:00-16:00";
    let booked = case.codes("2025-09-24 10:00", &["session_scheduled", "part=1", slot, "neutral=quinn:Q. Ode"]);
    assert!(booked.contains(&"leaders.seat-vacant".to_owned()), "{booked:?}");
    let successor = ["leader_succeeded", "seat=school_committee", "name=V. Stahl", "office=chair"];
    assert_eq!(case.codes("2025-09-25 09:00", &successor), ["leaders.successor-pending"]);
    let (_, status) = case.place.json(&["status", "a.ledger"]);
    assert!(codes(&status).contains(&"leaders.successor-pending".to_owned()), "{status}");
    case.record("2025-09-26 09:00", &["successor_agreed", "seat=school_committee"]);
    let text = case.place.done(&["status", "a.ledger"]);
    assert!(text.contains("V. Stahl took the seat of the school committee chair or vice chair"), "{text}");
    let (_, status) = case.place.json(&["status", "a.ledger"]);
    assert!(!codes(&status).contains(&"leaders.successor-pending".to_owned()), "{status}");
    assert_eq!(status["stage"], "training", "the seat's agreement was not lost");
}

#[test]
fn ratification_is_recorded_after_the_end() {
    let case = Case::admitted().trained().in_facilitation();
    let sam = "substitutes=ben:sam:S. Iqbal";
    let opened = ["session_opened", "part=1", "neutral=quinn:Q. Ode", "present=ana,cora,dev", sam];
    case.record("2025-11-04 08:00", &opened);
    case.record("2025-11-04 16:00", &["session_closed"]);
    case.record("2026-03-03 09:00", &["outcome_noted", "result=tentative_agreement", "dated=2026-03-02"]);
    case.record("2026-03-20 09:00", &["outcome_noted", "result=ratified", "party=labor", "dated=2026-03-18"]);
    let vote =
        ["record", "a.ledger", "outcome_noted", "result=ratified", "dated=2026-03-18", "--at", "2026-03-20 09:00"];
    let result = case.place.ibbi(&vote);
    assert!(result.code == REFUSED && result.err.contains("outcome.party"), "{result:?}");
    let status = case.place.done(&["status", "a.ledger"]);
    assert!(status.contains("agreement ratified by labor on Mar 18, 2026"), "{status}");
    assert!(status.contains("outcome_noted dated='<YYYY-MM-DD>' party=management result=ratified"), "{status}");
    assert!(!status.contains("party=labor result=ratified"), "labor's vote is recorded: {status}");
    let replayed = case.place.done(&["replay", "a.ledger"]);
    assert!(replayed.contains("agreement ratified by labor on Mar 18, 2026"), "{replayed}");
    assert!(case.place.done(&["verify", "a.ledger"]).starts_with("sound"));
    case.audited();
}

#[test]
fn training_in_two_half_days_and_three_evenings_of_facilitation() {
    let case = Case { place: Place::new() };
    let program = r#"{"activities":["exercise"],"edition":2,"formats":{"three_evenings":[180,180,180]},"grace":15,
        "name":"Three evenings","presence":"each_team","source":"A district's own agreement","training":[240,240]}"#;
    std::fs::write(case.place.path("program.json"), program).expect("a file");
    let new =
        ["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00", "--program", "program.json"];
    let opened = case.place.done(&new);
    assert!(opened.contains("program.less-strict"), "{opened}");
    let (_, status) = case.place.json(&["status", "a.ledger"]);
    assert_eq!(status["stage"], "inquiry", "{status}");
    let two_parts = ["new", "b.ledger", "--district", "Birch Valley", "--program", "cec-virtual"];
    case.place.done(&two_parts);
}
