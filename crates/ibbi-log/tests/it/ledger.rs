//! The ledger as its users see it: creating, opening, appending, retrying, and what is refused.

use ibbi_core::History;
use ibbi_log::{AppendError, CreateError, Ledger, LedgerReader, MAX_BATCH, OpenError, Record, Uuid};
use ibbi_testing::records::{ChangedCopy as _, accept, at, case, legal_event, opening, record, records};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

struct Place {
    folder: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.ledger");
    Place { folder, path }
}

impl Place {
    fn with(count: u64) -> Self {
        let place = place();
        let mut ledger = Ledger::create(&place.path, &opening()).unwrap();
        ledger.append(&records(0..count, 3), at(1000)).unwrap();
        place
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn add_to_file(path: &Path, bytes: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn appended_records_are_found_by_case_and_id() {
    let place = Place::with(30);
    let ledger = Ledger::open(&place.path).unwrap();
    assert_eq!((ledger.head().lines, ledger.rev(case(0)), ledger.rev(case(9))), (31, 10, 0));
    assert_eq!(ledger.cases().count(), 3);
    let records = ledger.case(case(1)).unwrap();
    let seqs: Vec<_> = records.iter().map(|record| (record.seq, record.rev)).collect();
    assert_eq!(seqs, (0..10).map(|rev| (rev * 3 + 3, rev + 1)).collect::<Vec<_>>());
    let found = ledger.find(case(2), record(5, 3).accepted.id()).unwrap().unwrap();
    assert_eq!((found.seq, found.record.event), (7, record(5, 3).accepted.event().clone()));
    assert_eq!(ledger.find(case(1), record(5, 3).accepted.id()).unwrap(), None);
    assert!(ledger.case(case(9)).unwrap().is_empty());
    drop(ledger);
    assert_eq!(place.files(), ["cases.ledger", "cases.ledger.texts"], "nothing else is left");
}

#[test]
fn batch_is_acknowledged_with_places_and_hashes() {
    let place = place();
    let mut ledger = Ledger::create(&place.path, &opening()).unwrap();
    let first = ledger.append(&records(0..2, 2), at(5)).unwrap();
    let second = ledger.append(&records(2..5, 2), at(4)).unwrap();
    let bytes = fs::read(&place.path).unwrap();
    for committed in first.iter().chain(&second) {
        let from = usize::try_from(committed.offset).unwrap();
        let line = bytes[from..].split(|byte| *byte == b'\n').next().unwrap();
        assert_eq!(ibbi_log::Digest::sha256(line), committed.hash);
        assert!(!committed.existing);
    }
    assert_eq!(second.last().map(|committed| committed.hash), Some(ledger.head().hash));
    assert_eq!(ledger.head().bytes, u64::try_from(bytes.len()).unwrap());
    // The clock went back between the two by less than five minutes.
    assert_eq!((first[0].logged, second[0].logged), (at(5), at(4)));
    assert_eq!(LedgerReader::open(&place.path).unwrap().filter(Result::is_err).count(), 0);
}

#[test]
fn retry_with_same_id_is_idempotent() {
    let place = Place::with(6);
    let mut ledger = Ledger::open(&place.path).unwrap();
    let before = ledger.head();
    let again = ledger.append(&records(2..8, 3), at(2000)).unwrap();
    let brief: Vec<_> = again.iter().map(|committed| (committed.seq, committed.existing)).collect();
    assert_eq!(brief, [(4, true), (5, true), (6, true), (7, true), (8, false), (9, false)]);
    assert_eq!(again[0].logged, at(1000));
    assert_eq!(ledger.head().lines, before.lines + 2);
}

#[test]
fn same_id_for_another_record_is_refused() {
    let place = Place::with(6);
    let mut ledger = Ledger::open(&place.path).unwrap();
    let before = fs::read(&place.path).unwrap();
    let good = record(4, 3);
    let mut history = History::for_case(case(1));
    accept(&mut history, record(1, 3).accepted.id(), at(1), legal_event(0));
    let id = good.accepted.id();
    for changed in [
        good.clone().by("someone.else@example.org"),
        accept(&mut history.clone(), id, at(77), legal_event(1)),
        accept(&mut history.clone(), id, at(4), legal_event(2)),
    ] {
        match ledger.append(&[record(6, 3), changed], at(2000)) {
            Err(AppendError::IdTaken { rev: 2, .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    let twice = ledger.append(&[record(6, 3), record(6, 3)], at(2000));
    assert!(matches!(twice, Err(AppendError::Repeated { .. })), "{twice:?}");
    assert_eq!(fs::read(&place.path).unwrap(), before, "a refused batch leaves nothing");
    // The same id in another case is another record.
    let other = accept(&mut History::for_case(case(50)), id, at(4), legal_event(0));
    assert_eq!(ledger.append(&[other], at(2000)).unwrap()[0].rev, 1);
}

#[test]
fn append_at_an_old_revision_is_a_conflict() {
    let place = Place::with(6);
    let mut ledger = Ledger::open(&place.path).unwrap();
    let mut history = History::for_case(case(0));
    accept(&mut history, record(0, 3).accepted.id(), at(0), legal_event(0));
    let late = accept(&mut history, Uuid::from_u128(99), at(6), legal_event(1));
    let error = ledger.append(&[late], at(2000)).unwrap_err();
    assert!(matches!(error, AppendError::Conflict { expected: 1, found: 2, .. }), "{error}");
    assert_eq!(ledger.append(&[record(6, 3)], at(2000)).unwrap()[0].rev, 3);
}

#[test]
fn forgotten_case_takes_no_records_until_the_ledger_is_opened_again() {
    let place = Place::with(6);
    let mut ledger = Ledger::open(&place.path).unwrap();
    let before = fs::read(&place.path).unwrap();
    ledger.forget(&[case(0), case(77)]);
    assert_eq!((ledger.rev(case(0)), ledger.cases().count()), (0, 2));
    assert!(ledger.case(case(0)).unwrap().is_empty());
    assert!(ledger.find(case(0), record(0, 3).accepted.id()).unwrap().is_none());
    let anew = accept(&mut History::for_case(case(0)), Uuid::from_u128(99), at(6), legal_event(0));
    // Neither the next record nor a new beginning, and not within a batch.
    for refused in [vec![record(6, 3)], vec![anew], vec![record(7, 3), record(6, 3)]] {
        let error = ledger.append(&refused, at(2000)).unwrap_err();
        assert!(matches!(error, AppendError::Forgotten { case: found } if found == case(0)), "{error}");
        assert_eq!(fs::read(&place.path).unwrap(), before, "a refused batch leaves nothing");
    }
    assert_eq!(ledger.append(&[record(7, 3)], at(2000)).unwrap()[0].rev, 3);
    drop(ledger);
    let mut again = Ledger::open(&place.path).unwrap();
    assert_eq!((again.rev(case(0)), again.append(&[record(6, 3)], at(2000)).unwrap()[0].rev), (2, 3));
}

#[test]
fn batches_and_lines_have_limits() {
    let place = place();
    let mut ledger = Ledger::create(&place.path, &opening()).unwrap();
    let many = records(0..10_800, 2);
    assert!(many.len() * 400 > MAX_BATCH);
    assert!(matches!(ledger.append(&many, at(1)), Err(AppendError::BatchTooLong)));
    assert_eq!(place.files(), ["cases.ledger", "cases.ledger.holder"], "no text of a refused batch is stored");
    assert_eq!(ledger.append(&many[..400], at(1)).unwrap().len(), 400);
    assert!(ledger.append(&[], at(1)).unwrap().is_empty());
}

#[test]
fn second_writer_learns_who_holds_the_lock() {
    let place = Place::with(1);
    let held = Ledger::open(&place.path).unwrap();
    let error = Ledger::open(&place.path).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, OpenError::Locked { .. }), "{text}");
    assert!(text.contains(&format!("process {} on ", std::process::id())), "{text}");
    drop(held);
    Ledger::open(&place.path).unwrap();
    assert_eq!(place.files(), ["cases.ledger"]);
}

#[test]
fn racing_threads_write_one_at_a_time() {
    let place = Place::with(0);
    let (threads, each) = (8_u64, 12_u64);
    let refused = std::sync::atomic::AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (path, refused) = (&place.path, &refused);
            scope.spawn(move || {
                let mut history = History::for_case(case(thread));
                for number in 0..each {
                    let id = Uuid::from_u64_pair(7, number);
                    let new = accept(&mut history, id, at(1), legal_event(number));
                    loop {
                        match Ledger::open(path) {
                            Ok(mut ledger) => {
                                assert_eq!(
                                    ledger.append(std::slice::from_ref(&new), at(9)).unwrap()[0].rev,
                                    number + 1
                                );
                                break;
                            }
                            Err(OpenError::Locked { .. }) => {
                                refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                                std::thread::yield_now();
                            }
                            Err(other) => panic!("{other}"),
                        }
                    }
                }
            });
        }
    });
    println!("lock race: {} opens succeeded, {} were refused", threads * each, refused.into_inner());
    let read: Result<Vec<_>, _> = LedgerReader::open(&place.path).unwrap().collect();
    assert_eq!(read.unwrap().len(), usize::try_from(threads * each).unwrap());
    assert_eq!(place.files(), ["cases.ledger", "cases.ledger.texts"]);
}

#[test]
fn torn_end_is_moved_to_another_file() {
    let place = Place::with(3);
    let whole = fs::read(&place.path).unwrap();
    add_to_file(&place.path, b"{\"actor\":\"cl");
    let mut ledger = Ledger::open(&place.path).unwrap();
    let torn = ledger.torn().unwrap().clone();
    assert_eq!((torn.offset, torn.length), (u64::try_from(whole.len()).unwrap(), 12));
    assert_eq!(fs::read(&torn.kept_in).unwrap(), b"{\"actor\":\"cl");
    assert_eq!(fs::read(&place.path).unwrap(), whole);
    assert!(torn.to_string().contains("never acknowledged"), "{torn}");
    ledger.append(&[record(3, 3)], at(2000)).unwrap();
    drop(ledger);

    // Another fragment from the same place does not overwrite the first.
    fs::write(&place.path, &whole).unwrap();
    add_to_file(&place.path, b"other");
    let again = Ledger::open(&place.path).unwrap().torn().unwrap().kept_in.clone();
    assert_ne!(again, torn.kept_in);
    assert_eq!(fs::read(&torn.kept_in).unwrap(), b"{\"actor\":\"cl");
    assert_eq!(Ledger::open(&place.path).unwrap().torn(), None);
}

#[test]
fn bad_line_makes_the_ledger_read_only() {
    for (what, code) in [("\n", "line.empty"), ("{\"actor\":\"cl\n", "line.syntax"), ("\0\0\n\0", "line.syntax")] {
        let place = Place::with(3);
        add_to_file(&place.path, what.as_bytes());
        let before = fs::read(&place.path).unwrap();
        let mut ledger = Ledger::open(&place.path).unwrap();
        let damage = ledger.damage().unwrap().clone();
        assert_eq!((damage.faults[0].line, damage.faults[0].kind.code()), (5, code), "{damage}");
        let error = ledger.append(&[record(3, 3)], at(2000)).unwrap_err();
        assert!(matches!(error, AppendError::Damaged { .. }), "{error}");
        assert_eq!(ledger.case(case(0)).unwrap().len(), 1, "what is sound can be read");
        assert!(Ledger::open(&place.path).unwrap().damage().is_some(), "others may look at it too");
        drop(ledger);
        assert_eq!(fs::read(&place.path).unwrap(), before, "and nothing was changed");
        assert_eq!(place.files(), ["cases.ledger"]);
    }
}

#[test]
fn id_used_twice_in_a_case_is_damage() {
    let place = Place::with(3);
    let bytes = fs::read_to_string(&place.path).unwrap();
    let mut ledger = Ledger::open(&place.path).unwrap();
    ledger.append(&[record(3, 3)], at(2000)).unwrap();
    drop(ledger);
    let after = fs::read_to_string(&place.path).unwrap();
    let (old, new) = (record(0, 3).accepted.id().to_string(), record(3, 3).accepted.id().to_string());
    let last = after.strip_prefix(&bytes).unwrap().replace(&new, &old);
    fs::write(&place.path, bytes + &last).unwrap();
    let ledger = Ledger::open(&place.path).unwrap();
    assert_eq!(ledger.damage().unwrap().faults[0].kind.code(), "case.duplicate-id");
}

#[test]
fn file_changed_by_another_program_takes_no_records() {
    let place = Place::with(3);
    let mut ledger = Ledger::open(&place.path).unwrap();
    add_to_file(&place.path, b"x");
    let error = ledger.append(&[record(3, 3)], at(2000)).unwrap_err();
    assert!(matches!(error, AppendError::Changed { .. }), "{error}");
    assert!(matches!(ledger.append(&[record(3, 3)], at(2000)), Err(AppendError::Poisoned)));
}

#[cfg(unix)]
#[test]
fn moved_ledger_takes_no_records() {
    let moved = |to: &str| {
        let place = Place::with(3);
        let mut ledger = Ledger::open(&place.path).unwrap();
        ledger.append(&[record(3, 3)], at(2000)).unwrap();
        let aside = place.path.with_file_name("aside");
        match to {
            "deleted" => fs::remove_file(&place.path).unwrap(),
            "renamed" => fs::rename(&place.path, &aside).unwrap(),
            // The same bytes in another file are another file: it would not grow.
            _ => {
                fs::copy(&place.path, &aside).unwrap();
                fs::rename(&aside, &place.path).unwrap();
            }
        }
        assert!(!ledger.is_in_place().unwrap());
        let error = ledger.append(&[record(3, 4)], at(2000)).unwrap_err();
        assert!(matches!(error, AppendError::Moved { .. }), "{to}: {error}");
        assert!(matches!(ledger.append(&[record(3, 4)], at(2000)), Err(AppendError::Poisoned)));
        drop(ledger);
        (place, aside)
    };
    moved("deleted");
    for to in ["renamed", "replaced"] {
        let (place, aside) = moved(to);
        if to == "renamed" {
            fs::rename(&aside, &place.path).unwrap();
        }
        // With the file in its place again, everything that was acknowledged is there and it goes on.
        let mut ledger = Ledger::open(&place.path).unwrap();
        let last = ledger.append(&[record(3, 3), record(3, 4)], at(2000)).unwrap();
        assert_eq!((last[0].existing, last[1].existing), (true, false), "{to}");
    }
}

#[test]
fn interrupted_creation_is_completed() {
    let place = Place::with(0);
    let before = fs::read(&place.path).unwrap();
    assert!(matches!(Ledger::create(&place.path, &opening()), Err(CreateError::Exists { .. })));
    assert_eq!(fs::read(&place.path).unwrap(), before);

    for length in [0, 1, 20, before.len() - 1] {
        fs::write(&place.path, &before[..length]).unwrap();
        let error = Ledger::open(&place.path).unwrap_err();
        assert!(matches!(error, OpenError::Unfinished { .. }), "{length}: {error}");
        Ledger::create(&place.path, &opening()).unwrap();
        assert_eq!(fs::read(&place.path).unwrap(), before);
    }
    for other in ["some text", "a\nb", "{\"actor\":\"x\n"] {
        fs::write(&place.path, other).unwrap();
        assert!(matches!(Ledger::create(&place.path, &opening()), Err(CreateError::Exists { .. })), "{other}");
        assert_eq!(fs::read_to_string(&place.path).unwrap(), other);
    }
}

#[test]
fn other_files_are_not_ledgers() {
    let place = place();
    let error = Ledger::open(&place.path).unwrap_err();
    assert!(matches!(error, OpenError::Io { doing: "open", .. }), "{error}");
    fs::write(&place.path, "hello\n").unwrap();
    let text = Ledger::open(&place.path).unwrap_err().to_string();
    assert!(text.contains("does not begin as a ledger: line 1, byte 0: the line is not JSON"), "{text}");
    // A ledger without its first line.
    let whole = String::from_utf8(ibbi_testing::records::ledger_bytes(3, 3)).unwrap();
    fs::write(&place.path, whole.split_once('\n').unwrap().1).unwrap();
    let error = Ledger::open(&place.path).unwrap_err();
    assert!(matches!(error, OpenError::NotALedger { .. }), "{error}");
}

#[test]
fn invalid_record_is_not_written() {
    let place = Place::with(1);
    let before = fs::read(&place.path).unwrap();
    let mut ledger = Ledger::open(&place.path).unwrap();
    let reason = ibbi_core::Reason::new("a slip").unwrap();
    let event = ibbi_core::Event::from(ibbi_core::events::EventVoided { reason, seq: ibbi_log::MAX_NUMBER + 1 });
    // The core accepts no such record, so only the encoder of lines can be given one.
    let read = ledger.case(case(0)).unwrap().remove(0).record;
    let prev = ledger.head().hash;
    ibbi_log::encode_line(&read, &prev).unwrap();
    for wrong in [
        Record { event, ..read.clone() },
        Record { to: ibbi_core::Stage::Unopened, ..read.clone() },
        Record { seq: ibbi_log::MAX_NUMBER + 1, ..read.clone() },
    ] {
        ibbi_log::encode_line(&wrong, &prev).unwrap_err();
    }
    assert!(ledger.append(&[], at(1000)).unwrap().is_empty());
    assert_eq!(fs::read(&place.path).unwrap(), before);
}

#[test]
fn ledger_store_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::sync::atomic::AtomicU64::new(0);
    ibbi_store::contract::check(|clock| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = folder.path().join(number.to_string());
        let first = ibbi_log::NewLedger { at: ibbi_core::At::MIN, ..opening() };
        ibbi_log::LedgerStore::create(&path, &first, (), clock).unwrap()
    });
}

#[test]
fn ledger_store_reads_what_it_collected_and_what_it_did_not() {
    use ibbi_log::{Collect, LedgerStore};
    use ibbi_store::{Clock, EventStore};
    let place = Place::with(3000);
    let clock = || -> Clock { std::sync::Arc::new(|| Ok(at(5000))) };
    let records = |store: &LedgerStore| {
        let case_1 = store.case(case(1)).unwrap();
        assert_eq!(case_1.len(), 1000);
        let from_1500: Vec<u64> = store.records(1500, 700).unwrap().iter().map(|record| record.seq).collect();
        assert_eq!(from_1500, (1501..=2200).collect::<Vec<_>>());
        assert_eq!(store.case_of(2).unwrap(), Some(case(0)));
        assert_eq!(store.case_of(3001).unwrap(), Some(case(2)));
        assert_eq!((store.case_of(1).unwrap(), store.case_of(3002).unwrap()), (None, None));
        case_1
    };
    let read = |collect| {
        let mut reader = LedgerReader::open(&place.path).unwrap();
        LedgerStore::<()>::read(&place.path, &mut reader, collect, clock()).unwrap()
    };
    let expected = records(&read(Collect::Everything));
    for collect in [
        Collect::Nothing,
        Collect::OnlyCase,
        Collect::Matching(case(1).to_string()),
        Collect::CaseOf(3),
        Collect::CaseOf(3000),
        Collect::CaseOf(9000),
    ] {
        assert_eq!(records(&read(collect.clone())), expected, "{collect:?}");
        let store = LedgerStore::open(&place.path, (), collect, clock()).unwrap();
        assert_eq!(records(&store), expected);
    }
    let error = read(Collect::Nothing).append(&[record(3000, 3)]).unwrap_err();
    assert!(matches!(error, ibbi_store::AppendError::ReadOnly { .. }), "{error}");
}

#[test]
fn file_in_the_place_of_the_lock_note_is_not_overwritten() {
    let place = Place::with(3);
    let note = place.path.with_file_name("cases.ledger.holder");
    for content in [&b"What the chair said\n"[..], &[b'p'; 1000], &fs::read(&place.path).unwrap()] {
        fs::write(&note, content).unwrap();
        let error = Ledger::open(&place.path).unwrap_err();
        assert!(error.to_string().contains("is another file; move it"), "{error}");
        assert_eq!(fs::read(&note).unwrap(), content);
    }
    for left_by_a_crash in ["", "process 1 on this machine\n", "proc"] {
        fs::write(&note, left_by_a_crash).unwrap();
        drop(Ledger::open(&place.path).unwrap());
        assert!(!note.exists());
    }
}

#[cfg(unix)]
#[test]
fn lock_note_does_not_follow_a_link() {
    let place = Place::with(3);
    let before = fs::read(&place.path).unwrap();
    std::os::unix::fs::symlink("cases.ledger", place.path.with_file_name("cases.ledger.holder")).unwrap();
    Ledger::open(&place.path).unwrap_err();
    assert_eq!(fs::read(&place.path).unwrap(), before);
}
