//! The rows are the lines of a ledger: exactly its bytes, without gaps, whole after any number of writers.

use crate::server::{new_ledger, open};
use ibbi_core::events::{CaseOpened, NoteAdded};
use ibbi_core::{At, Event, History, Name, NoteText, Program, TimeZoneName};
use ibbi_log::{Depth, check_lines};
use ibbi_postgres::PostgresStore;
use ibbi_store::{AppendError, EventStore as _, NewRecord};
use std::io::Read as _;
use uuid::Uuid;

fn at() -> At {
    At::from_millis(1_790_000_000_000).expect("an instant")
}

pub(crate) fn record(history: &mut History, event: impl Into<Event>) -> NewRecord {
    let seq = history.entries().last().map_or(1, |last| last.seq + 1);
    let accepted = history.accept(Uuid::new_v4(), seq, at(), event).expect("the event is legal");
    NewRecord::new(accepted, Name::new("clerk@example.org").expect("a name"))
}

fn opening() -> CaseOpened {
    CaseOpened {
        contract_expires: None,
        county: None,
        district: Name::new("Maple Hollow").expect("a name"),
        evergreen: false,
        follows: None,
        program: Program::default(),
        time_zone: TimeZoneName::new("America/New_York").expect("a zone"),
    }
}

pub(crate) fn note(text: &str) -> NoteAdded {
    NoteAdded { text: NoteText::new(text).expect("a text") }
}

pub(crate) fn opened() -> (History, NewRecord) {
    let mut history = History::for_case(Uuid::new_v4());
    let first = record(&mut history, opening());
    (history, first)
}

/// Returns the bytes of the whole ledger, after checking that all of its lines are sound.
pub(crate) fn sound(store: &PostgresStore) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.read_lines(0, None).expect("the lines").read_to_end(&mut bytes).expect("the lines can be read");
    let checked = check_lines(bytes.as_slice(), Depth::Records, |_, _, _| {}).expect("bytes can be read");
    assert_eq!(checked.damage.count, 0, "{:?}", checked.damage.faults);
    let head = store.head().expect("an end");
    assert_eq!((checked.head, head.bytes), (head, u64::try_from(bytes.len()).expect("a length")));
    bytes
}

#[test]
fn writers_of_several_servers_leave_one_whole_ledger() {
    const WRITERS: usize = 6;
    const EACH: usize = 25;
    let Some(address) = new_ledger() else { return };
    let servers = [open(&address, None), open(&address, None), open(&address, None)];
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &servers[writer % servers.len()];
            scope.spawn(move || {
                let (mut history, first) = opened();
                store.append(&[first]).expect("the case is opened");
                for number in 0..EACH {
                    let new = record(&mut history, note(&format!("note {number} of {writer}")));
                    let written = store.append(std::slice::from_ref(&new)).expect("the note is written");
                    assert!(!written[0].existing);
                    let again = retried(store, &new);
                    assert!(again[0].existing && again[0].seq == written[0].seq, "a retry finds the record");
                }
            });
        }
    });
    let expected = u64::try_from(WRITERS * (EACH + 1)).expect("a number");
    for store in &servers {
        let records = store.records(0, usize::MAX).expect("the records");
        assert!(records.iter().zip(2..).all(|(record, seq)| record.seq == seq), "numbers have no gaps");
        assert_eq!(records.len() as u64, expected);
        assert!(records.iter().filter_map(|it| it.event.note_text()).all(|text| text.text().is_some()));
        assert_eq!(sound(store).iter().filter(|byte| **byte == b'\n').count() as u64, expected + 1);
    }
}

fn retried(store: &PostgresStore, record: &NewRecord) -> Vec<ibbi_store::Committed> {
    store.append(std::slice::from_ref(record)).expect("a retry")
}

#[test]
fn one_of_two_openings_with_one_id_wins() {
    let Some(address) = new_ledger() else { return };
    let (one, two) = (open(&address, None), open(&address, None));
    let id = Uuid::new_v4();
    let opening = |case: Uuid| {
        let accepted = History::for_case(case).accept(id, 1, at(), opening()).expect("the opening is legal");
        NewRecord::new(accepted, Name::new("clerk@example.org").expect("a name"))
    };
    let first = opening(Uuid::new_v4());
    one.append(std::slice::from_ref(&first)).expect("the first is written");
    let error = two.append(&[opening(Uuid::new_v4())]).expect_err("the ID has opened another case");
    assert!(matches!(error, AppendError::IdTaken { case, .. } if case == first.accepted.case()), "{error}");
    assert_eq!(two.opened_by(id).expect("a case"), Some(first.accepted.case()));
    assert_eq!(two.head().expect("an end").lines, 2, "nothing was written");
}

#[test]
fn a_batch_that_is_refused_does_not_hinder_others() {
    let Some(address) = new_ledger() else { return };
    let store = open(&address, None);
    let cases: Vec<(History, NewRecord)> = (0..8).map(|_| opened()).collect();
    std::thread::scope(|scope| {
        for (mut history, first) in cases {
            let store = &store;
            scope.spawn(move || {
                store.append(std::slice::from_ref(&first)).expect("the case is opened");
                let skipped = record(&mut history.clone(), note("never sent"));
                let mut ahead = history.clone();
                let _ = record(&mut ahead, note("never sent either"));
                let bad = record(&mut ahead, note("after a record that was never sent"));
                for _ in 0..5 {
                    let error = store.append(&[first.clone(), bad.clone()]).expect_err("the case has one record");
                    assert!(matches!(error, AppendError::Conflict { expected: 2, found: 1, .. }), "{error}");
                }
                let good = record(&mut history, note("good"));
                assert_eq!(store.append(&[good]).expect("the case has one record")[0].rev, 2);
                let error = store.append(&[skipped]).expect_err("the case has two records");
                assert!(matches!(error, AppendError::Conflict { expected: 1, found: 2, .. }), "{error}");
            });
        }
    });
    assert_eq!(store.head().expect("an end").lines, 1 + 8 * 2);
    sound(&store);
}
