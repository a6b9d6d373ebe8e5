//! Records of every kind of event for test ledgers, whether or not they make sense together.

use ibbi_core::{At, Event, EventKind, Name, Stage};
use ibbi_log::{NewLedger, NewRecord, Uuid};

/// The instant the tests begin at, in milliseconds: 2026-10-02T20:00:00.000Z.
const START: i64 = 1_790_971_200_000;

/// Returns the instant this many seconds after the beginning.
pub fn at(second: u32) -> At {
    At::from_millis(START + i64::from(second) * 1000).unwrap()
}

/// Returns a name.
pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// Returns the ID of a case.
pub fn case(number: u64) -> Uuid {
    Uuid::from_u64_pair(0x0192_0000_0000_7000, 0x8000_0000_0000_0000 | number)
}

/// Returns the first line of a test ledger.
pub fn opening() -> NewLedger {
    NewLedger {
        id: Uuid::from_u128(1),
        actor: name("clerk@example.org"),
        at: at(0),
        origin: name("example.org/ibbi"),
        program: name("ibbi 0.1.0"),
    }
}

/// The event code, the data as in a ledger, and a stage that such an event can lead to.
pub const SAMPLES: &[(&str, &str, &str)] = &[
    (
        "case_opened",
        r#"{"contract_expires":"2027-08-31","county":"suffolk","district":"Maple Hollow","evergreen":true,"follows":"01920000-0000-7000-8000-000000000001","program":{"full_day":[480],"grace":15,"presence":"everyone","training":480,"two_half_days":[240,240]},"time_zone":"America/New_York"}"#,
        "inquiry",
    ),
    ("leader_agreed", r#"{"name":"Pat O'Neil","office":"vice_chair","seat":"school_committee"}"#, "inquiry"),
    ("leader_declined", r#"{"name":"\"Bo\" Å\\B","reason":"no time","seat":"superintendent"}"#, "inquiry"),
    (
        "meeting_scheduled",
        r#"{"slot":{"ends":"2026-10-20T16:00:00-04:00","starts":"2026-10-20T08:00:00-04:00"}}"#,
        "introduction",
    ),
    (
        "meeting_held",
        r#"{"present":["Ann Lee","Bo Å"],"representative":"Kim","topics":["interests","services"]}"#,
        "introduction",
    ),
    ("service_chosen", r#"{"offering":"strong_cultures","service":"joint_leadership_workshop"}"#, "introduction"),
    ("case_referred", r#"{"to":"conflict_resolution"}"#, "closed"),
    (
        "support_confirmed",
        r#"{"body":"administration","dated":"2026-10-01","document":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}"#,
        "application",
    ),
    ("support_withdrawn", r#"{"body":"administration","dated":"2026-10-01"}"#, "application"),
    ("application_accepted", r#"{"by":"Kim"}"#, "training"),
    ("application_declined", r#"{"reason":"late"}"#, "closed"),
    ("member_named", r#"{"member":{"id":"a.lee","name":"Ann Lee"},"party":"labor"}"#, "application"),
    ("member_released", r#"{"member":"a.lee","party":"labor","reason":"ill"}"#, "training"),
    ("attendance_pledged", r#"{"dated":"2026-10-01","member":"a.lee","party":"labor"}"#, "application"),
    ("pledge_withdrawn", r#"{"member":"a.lee","party":"labor"}"#, "training"),
    (
        "session_scheduled",
        r#"{"neutral":{"id":"kim","name":"Kim"},"part":1,"place":"Library","slot":{"ends":"2026-10-20T16:00:00-04:00","starts":"2026-10-20T08:00:00-04:00"}}"#,
        "training",
    ),
    ("session_postponed", r#"{"part":1,"reason":"snow"}"#, "training"),
    (
        "session_opened",
        r#"{"neutral":{"id":"kim","name":"Kim"},"observers":[{"capacity":"union_board","name":"Jo"}],"part":1,"present":["a.lee","b.o"]}"#,
        "training",
    ),
    ("activity_run", r#"{"kind":"bargaining_simulation","title":"A town budget"}"#, "training"),
    ("session_adjourned", r#"{"left_early":["a.lee"],"reason":"fire alarm"}"#, "training"),
    ("session_closed", r#"{}"#, "caucus"),
    ("caucus_opened", r#"{"party":"management","present":["b.o"]}"#, "caucus"),
    (
        "concern_raised",
        r#"{"concern":"c-1","party":"labor","text":"two\n\tlines, \"quoted\" \\ and é — ünï"}"#,
        "caucus",
    ),
    ("concern_addressed", r#"{"concern":"c-1","response":"explained"}"#, "caucus"),
    ("concern_dropped", r#"{"concern":"c-1"}"#, "caucus"),
    ("party_decided", r#"{"decision":"adopt","party":"labor","spokesperson":"a.lee"}"#, "agreement"),
    ("decision_reopened", r#"{"party":"labor","reason":"to think again"}"#, "caucus"),
    ("format_chosen", r#"{"format":"two_half_days"}"#, "facilitation"),
    ("contract_dates_changed", r#"{"contract_expires":"2027-06-30","evergreen":false}"#, "agreement"),
    ("note_added", r#"{"text":"a note"}"#, "inquiry"),
    ("case_withdrawn", r#"{"by":"the district","reason":"no quorum"}"#, "closed"),
    ("event_voided", r#"{"reason":"a slip","seq":2}"#, "inquiry"),
];

/// Returns a sample as the core has it, with the stage after it.
pub fn event(index: usize) -> (Stage, Event) {
    let (kind, data, to) = SAMPLES[index % SAMPLES.len()];
    let mut json = serde_json::Deserializer::from_str(data);
    let event = Event::deserialize_data(EventKind::from_code(kind).unwrap(), &mut json).unwrap();
    (Stage::from_code(to).unwrap(), event)
}

/// Returns the record with this number (from 0) of a test ledger. Cases take turns, and so do the samples.
pub fn record(number: u64, cases: u64) -> NewRecord {
    let (to, event) = event(usize::try_from(number).unwrap());
    NewRecord {
        case: case(number % cases),
        id: Uuid::from_u64_pair(7, number),
        actor: name(if number % 5 == 4 { "Bo \"the clerk\" Å" } else { "clerk@example.org" }),
        at: at(u32::try_from(number).unwrap()),
        to,
        event,
        expected_rev: Some(number / cases),
    }
}

/// Returns the records with these numbers.
pub fn records(numbers: std::ops::Range<u64>, cases: u64) -> Vec<NewRecord> {
    numbers.map(|number| record(number, cases)).collect()
}

/// Returns the bytes of a ledger with this many records after its first line.
pub fn ledger_bytes(count: u64, cases: u64) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let mut ledger = ibbi_log::Ledger::create(&path, &opening()).unwrap();
    ledger.append(&records(0..count, cases), at(1)).unwrap();
    drop(ledger);
    std::fs::read(path).unwrap()
}
