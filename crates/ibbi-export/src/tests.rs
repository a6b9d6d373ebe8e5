//! Tests of the exports of records: snapshots, and properties of all formats.

use super::*;
use crate::testing::{golden, read, read_bytes, sound};
use ibbi_core::events::{ActivityRun, EventVoided, SessionClosed, SessionOpened};
use ibbi_core::{
    ActivityId, At, Editions, Event, EventKind, MemberId, MemberIds, Name, Observers, Person, Reason, Stage,
};
use ibbi_log::{LedgerReader, Record, Uuid};
use std::io;

/// The names of the formats for records.
const FORMATS: [&str; 7] = ["csv", "xes", "xes-marked", "ocel", "ocel-marked", "cloudevents", "cloudevents-batch"];

fn export(format: &str, ledger: &[u8]) -> String {
    let (opening, records, corrections) = read_bytes(ledger);
    let mut out = Vec::new();
    let chained = ChainedReader::new(LedgerReader::new(ledger));
    match format {
        "csv" => csv::write(sound(&records), &corrections, &mut out).unwrap(),
        "xes" => xes::write(&opening, sound(&records), &corrections, Voided::LeftOut, &mut out).unwrap(),
        "xes-marked" => xes::write(&opening, sound(&records), &corrections, Voided::Marked, &mut out).unwrap(),
        "ocel" => ocel::write(sound(&records), &corrections, Voided::LeftOut, &mut out).unwrap(),
        "ocel-marked" => ocel::write(sound(&records), &corrections, Voided::Marked, &mut out).unwrap(),
        "cloudevents" => {
            cloudevents::write(&opening, chained, &corrections, cloudevents::Framing::Lines, &mut out).unwrap();
        }
        _ => cloudevents::write(&opening, chained, &corrections, cloudevents::Framing::Batch, &mut out).unwrap(),
    }
    String::from_utf8(out).expect("every export is UTF-8")
}

fn ledger(name: &str) -> Vec<u8> {
    golden().into_iter().find(|(known, _)| known == name).expect("a golden ledger of this name").1
}

#[test]
fn small_case_in_every_format() {
    let referred = ledger("referred");
    for format in ["csv", "xes", "ocel", "cloudevents", "cloudevents-batch"] {
        insta::assert_snapshot!(format!("referred_{format}"), export(format, &referred));
    }
    assert_eq!(export("csv", &referred).matches("\r\n").count(), 8, "a snapshot does not show line ends");
}

#[test]
fn corrections_in_csv_and_the_marked_formats() {
    let corrected = ledger("corrections-and-three-cases");
    insta::assert_snapshot!("corrections_csv", export("csv", &corrected));
    for format in ["xes-marked", "ocel-marked"] {
        let text = export(format, &corrected);
        assert_eq!(text.matches("voided_by").count(), if format == "xes-marked" { 2 } else { 4 }, "{format}");
        assert!(text.contains("event_voided"));
    }
    for format in ["xes", "ocel"] {
        let text = export(format, &corrected);
        assert!(!text.contains("voided_by") && !text.contains("event_voided"), "{format}");
    }
    assert_eq!(export("cloudevents", &corrected).matches("\"voidedby\"").count(), 2);
}

#[test]
fn exports_are_deterministic_and_well_formed() {
    for (name, bytes) in golden() {
        for format in FORMATS {
            let text = export(format, &bytes);
            assert_eq!(text, export(format, &bytes), "{name} as {format}");
            if format.starts_with("xes") {
                roxmltree::Document::parse(&text).unwrap();
            }
            if format.starts_with("ocel") || format == "cloudevents-batch" {
                serde_json::from_str::<serde_json::Value>(&text).unwrap();
            }
        }
    }
}

/// Returns a record of a case, with only the fields that matter to the test.
fn record(seq: u64, case: u128, event: impl Into<Event>) -> Record {
    let at = At::from_millis(1_800_000_000_000 + i64::try_from(seq).unwrap() * 60_000).unwrap();
    Record {
        seq,
        rev: seq,
        case: Uuid::from_u128(case),
        id: Uuid::from_u128(seq.into()),
        actor: Name::new("clerk").unwrap(),
        at,
        logged: at,
        to: Stage::Training,
        event: event.into(),
        details: ibbi_log::RecordDetails::default(),
    }
}

fn void(seq: u64) -> EventVoided {
    EventVoided { reason: Reason::new("a mistake").unwrap(), seq }
}

fn run(title: &str) -> ActivityRun {
    ActivityRun { kind: ActivityId::EXERCISE, title: Name::new(title).unwrap() }
}

#[test]
fn a_void_counts_if_it_names_an_earlier_event_of_its_own_case() {
    let records = [
        record(2, 1, run("first")),
        record(3, 1, void(2)),
        record(4, 1, void(2)), // The first void counts.
        record(5, 2, void(2)), // The void is of another case.
        record(6, 1, void(6)), // The void names itself.
        record(7, 1, void(3)), // The voided record is a void.
        record(8, 1, void(9)), // The voided record is later.
        record(9, 1, run("second")),
        record(10, 1, void(100)), // There is no such record.
    ];
    let corrections = Corrections::read(sound(&records)).unwrap();
    let voided: Vec<_> = records.iter().map(|record| corrections.voided_by(record)).collect();
    assert_eq!(voided, [Some(3), None, None, None, None, None, None, None, None]);
    let counting: Vec<_> =
        records.iter().filter(|record| corrections.counts(record)).map(|record| record.seq).collect();
    assert_eq!(counting, [9]);
}

#[test]
fn an_event_of_a_session_belongs_to_its_part_after_a_voided_close() {
    let neutral = Person { id: MemberId::new("reyes").unwrap(), name: Name::new("Ines Reyes").unwrap() };
    let present = MemberIds::default();
    let opened = SessionOpened {
        advisers: Default::default(),
        co_neutrals: Default::default(),
        substitutes: Default::default(),
        neutral,
        observers: Observers::default(),
        part: 2,
        present,
    };
    let closed = || SessionClosed { late: Default::default(), left_early: MemberIds::default() };
    let records = [
        record(2, 1, run("before any session")),
        record(3, 1, opened),
        record(4, 1, closed()),
        record(5, 1, void(4)),
        record(6, 1, run("still open")),
        record(7, 1, closed()),
        record(8, 1, closed()),
    ];
    let corrections = Corrections::read(sound(&records)).unwrap();
    let mut contexts = record_context::CaseContexts::default();
    let parts: Vec<_> = records.iter().map(|record| contexts.add(record, corrections.counts(record)).part).collect();
    assert_eq!(parts, [None, Some(2), Some(2), None, Some(2), Some(2), None]);
}

#[test]
fn a_trace_is_in_the_order_of_its_times() {
    let mut records = [
        record(2, 1, run("second")),
        record(3, 1, run("third, same time")),
        record(4, 1, run("wrong")),
        record(5, 1, void(4)),
        record(6, 1, run("first, late")),
    ];
    records[1].at = records[0].at;
    records[4].at = At::from_millis(1_700_000_000_000).unwrap();
    let (opening, _, _) = read("referred");
    let corrections = Corrections::read(sound(&records)).unwrap();
    let numbers = |voided| {
        let mut out = Vec::new();
        xes::write(&opening, sound(&records), &corrections, voided, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let found = text.split("key=\"ledger_seq\" value=\"").skip(1);
        found.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect::<Vec<u64>>()
    };
    assert_eq!(numbers(Voided::LeftOut), [6, 2, 3]);
    assert_eq!(numbers(Voided::Marked), [6, 2, 3, 4, 5]);
}

#[test]
fn an_export_ends_at_the_first_unreadable_record() {
    let (opening, records, corrections) = read("referred");
    let broken = || {
        let fault = || io::Error::other("the disk is gone");
        sound(&records[..3]).chain([Err(fault())]).chain(sound(&records[3..]))
    };
    let out = &mut Vec::new();
    let errors = [
        csv::write(broken(), &corrections, out).unwrap_err().to_string(),
        xes::write(&opening, broken(), &corrections, Voided::LeftOut, out).unwrap_err().to_string(),
        ocel::write(broken(), &corrections, Voided::LeftOut, out).unwrap_err().to_string(),
    ];
    assert_eq!(errors, ["cannot read a record: the disk is gone"; 3]);
    assert!(Corrections::read(broken()).is_err());
}

#[test]
fn records_come_with_the_digest_that_their_line_names() {
    for (name, bytes) in golden() {
        let text = core::str::from_utf8(&bytes).unwrap();
        let chained: Vec<_> = ChainedReader::new(LedgerReader::new(&bytes[..])).map(Result::unwrap).collect();
        assert_eq!(chained.len(), text.lines().count() - 1, "{name}");
        for (line, ChainedRecord { record, prev }) in text.lines().skip(1).zip(chained) {
            assert!(line.contains(&format!("\"prev\":\"{prev}\"")), "{name}, {}", record.seq);
        }
    }
}

/// A writer with limited room.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 && !bytes.is_empty() { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let (opening, records, corrections) = read("completed-full-day");
    for room in [0, 1, 1000] {
        let stopped = [
            csv::write(sound(&records), &corrections, &mut Full(room)).is_err(),
            xes::write(&opening, sound(&records), &corrections, Voided::Marked, &mut Full(room)).is_err(),
            ocel::write(sound(&records), &corrections, Voided::Marked, &mut Full(room)).is_err(),
            pnml::write(pnml::Ending::Anywhere, &mut Full(room)).is_err(),
            bpmn::write(&mut Full(room)).is_err(),
        ];
        assert_eq!(stopped, [true; 5], "with room for {room} bytes");
    }
}

#[test]
fn an_export_without_records_is_valid() {
    let none = || std::iter::empty::<Result<Record, io::Error>>();
    let (opening, _, _) = read("referred");
    let mut out = Vec::new();
    csv::write(none(), &Corrections::default(), &mut out).unwrap();
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
    out.clear();
    xes::write(&opening, none(), &Corrections::default(), Voided::LeftOut, &mut out).unwrap();
    roxmltree::Document::parse(core::str::from_utf8(&out).unwrap()).unwrap();
    out.clear();
    ocel::write(none(), &Corrections::default(), Voided::LeftOut, &mut out).unwrap();
    let log: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(log["objectTypes"].as_array().unwrap().len(), 8);
    out.clear();
    let lines = std::iter::empty::<Result<ChainedRecord, io::Error>>;
    cloudevents::write(&opening, lines(), &Corrections::default(), cloudevents::Framing::Batch, &mut out).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&out).unwrap(), serde_json::json!([]));
}

/// The golden ledgers have every kind of event of the first edition, and every format writes each of them.
#[test]
fn every_kind_of_event_is_exported() {
    for format in ["csv", "xes-marked", "ocel-marked", "cloudevents"] {
        let all: String = golden().iter().map(|(_, bytes)| export(format, bytes)).collect();
        for kind in EventKind::ALL.iter().filter(|kind| kind.editions() == Editions::ALL) {
            let written = match format {
                "csv" => all.contains(&format!(",{kind},")),
                "xes-marked" => all.contains(&format!("value=\"{kind}\"")),
                "ocel-marked" => all.contains(&format!("\"type\":\"{kind}\"")),
                _ => all.contains(&format!("\"type\":\"ibbi.{kind}.v1\"")),
            };
            assert!(written, "{kind} as {format}");
        }
    }
}
