//! Records of every kind of event for test ledgers, whether or not they make sense together.

use ibbi_core::events::NoteAdded;
use ibbi_core::{At, Event, EventKind, History, Name, NoteText, Stage};
use ibbi_log::{Digest, NewLedger, NewRecord, Record, RecordDetails, Uuid};

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
        r#"{"advisers":[{"name":"Jo Å","party":"labor","role":"counsel"}],"co_neutrals":[{"id":"ode","name":"P. Ode"}],"neutral":{"id":"kim","name":"Kim"},"observers":[{"capacity":"union_board","name":"Jo"}],"part":1,"present":["a.lee","b.o"],"substitutes":[{"member":"c.d","person":{"id":"sam","name":"Sam"}}]}"#,
        "training",
    ),
    ("activity_run", r#"{"kind":"bargaining_simulation","title":"A town budget"}"#, "training"),
    ("session_adjourned", r#"{"late":["b.o"],"left_early":["a.lee"],"reason":"fire alarm"}"#, "training"),
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
    ("leader_left", r#"{"reason":"retired","seat":"superintendent"}"#, "training"),
    ("leader_succeeded", r#"{"name":"Vera Å","office":"chair","seat":"school_committee"}"#, "training"),
    ("successor_agreed", r#"{"seat":"school_committee"}"#, "training"),
    (
        "outcome_noted",
        r#"{"dated":"2026-10-01","document":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","party":"labor","result":"ratified"}"#,
        "closed",
    ),
    ("contract_dates_changed", r#"{"contract_expires":"2027-06-30","evergreen":false}"#, "agreement"),
    ("note_added", r#"{"text":"a note"}"#, "inquiry"),
    ("case_withdrawn", r#"{"by":"the district","reason":"no quorum"}"#, "closed"),
    ("case_migrated", r#"{"edition":2,"reason":"the new rules"}"#, "inquiry"),
    ("event_voided", r#"{"reason":"a slip","seq":2}"#, "inquiry"),
];

/// Returns a sample as the core has it, with the stage after it.
pub fn event(index: usize) -> (Stage, Event) {
    let (kind, data, to) = SAMPLES[index % SAMPLES.len()];
    let mut json = serde_json::Deserializer::from_str(data);
    let event = Event::deserialize_data(EventKind::from_code(kind).unwrap(), &mut json).unwrap();
    (Stage::from_code(to).unwrap(), event)
}

/// Returns the event with this index (from 0) of a test case. In this order, the rules allow all of them.
pub fn legal_event(index: u64) -> Event {
    let sample = |index| event(index).1;
    let text = match index {
        0 => return sample(0),
        1 => return sample(1),
        2 => return sample(2),
        _ if index % 7 == 3 => "two\n\tlines, \"quoted\" \\ and é — ünï".to_owned(),
        _ => format!("note {index}: {}", "as the clerk typed it ".repeat(usize::try_from(index % 4).unwrap())),
    };
    NoteAdded { text: NoteText::new(text.trim_end()).unwrap() }.into()
}

/// Returns the record with this number (from 0) of a test ledger. Cases take turns.
pub fn record(number: u64, cases: u64) -> NewRecord {
    records(number..number + 1, cases).remove(0)
}

/// Returns the records with these numbers.
pub fn records(numbers: std::ops::Range<u64>, cases: u64) -> Vec<NewRecord> {
    let mut histories: Vec<History> = (0..cases).map(|number| History::for_case(case(number))).collect();
    let all = (0..numbers.end).map(|number| {
        let history = &mut histories[usize::try_from(number % cases).unwrap()];
        accept(history, Uuid::from_u64_pair(7, number), at(u32::try_from(number).unwrap()), legal_event(number / cases))
            .by(if number % 5 == 4 { "Bo \"the clerk\" Å" } else { "clerk@example.org" })
    });
    let all: Vec<NewRecord> = all.collect();
    all.into_iter().skip(usize::try_from(numbers.start).unwrap()).collect()
}

/// Accepts an event in a history and returns the record, made by `clerk@example.org`.
///
/// # Panics
/// If the rules don't allow the event.
pub fn accept(history: &mut History, id: Uuid, at: At, event: impl Into<Event>) -> NewRecord {
    let seq = history.entries().last().map_or(1, |last| last.seq + 1);
    let accepted = history.accept(id, seq, at, event).expect("the rules allow the event");
    NewRecord::new(accepted, name("clerk@example.org"))
}

/// Makes changed copies of a record.
pub trait ChangedCopy {
    /// Returns the same record by another person.
    fn by(self, actor: &str) -> Self;
}

impl ChangedCopy for NewRecord {
    fn by(self, actor: &str) -> Self {
        Self { actor: name(actor), ..self }
    }
}

/// Returns a sample of an event as the record with this number (from 0), as a ledger holds it, whether or not the rules
/// allow it. Cases take turns. Confidential texts are digests.
pub fn sample_record(number: u64, cases: u64) -> Record {
    let (to, mut event) = event(usize::try_from(number).unwrap());
    if let Some(text) = event.note_text_mut() {
        *text = NoteText::from_digest(*ibbi_log::text_digest(&[0; 16], text.text().unwrap()).as_bytes());
    }
    Record {
        seq: number + 2,
        rev: number / cases + 1,
        case: case(number % cases),
        id: Uuid::from_u64_pair(7, number),
        actor: name(if number % 5 == 4 { "Bo \"the clerk\" Å" } else { "clerk@example.org" }),
        at: at(u32::try_from(number).unwrap()),
        logged: at(1),
        to,
        event,
        details: RecordDetails::default(),
    }
}

/// Returns the bytes of a ledger with this many sample records after its first line.
///
/// The lines are written with the encoder alone, because no ledger takes events that the rules don't allow.
pub fn ledger_bytes(count: u64, cases: u64) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    drop(ibbi_log::Ledger::create(&path, &opening()).unwrap());
    let mut bytes = std::fs::read(path).unwrap();
    let mut prev = Digest::sha256(bytes.trim_ascii_end());
    for number in 0..count {
        let line = ibbi_log::encode_line(&sample_record(number, cases), &prev).unwrap();
        prev = Digest::sha256(&line);
        bytes.extend_from_slice(&line);
        bytes.push(b'\n');
    }
    bytes
}
