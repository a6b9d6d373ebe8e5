//! Ledger format 2: the line that begins it, the fields that only some lines have, acts, and confidential texts.

use ibbi_core::{ActPlace, Event, IdentityText, Name, NoteText, Precision, Submission};
use ibbi_log::{
    Depth, Digest, Identity, Ledger, LedgerLine, LedgerReader, Links, NewRecord, ReadError, Record, RecordDetails,
    Texts, act_of, case_of, check_lines, encode_line, read_line, texts_path, version_of,
};
use ibbi_store::Clock;
use ibbi_testing::records::{accept, at, case, legal_event, name, opening, records, sample_record};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// A folder for a ledger.
struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cases.ledger");
        Self { _folder: folder, path }
    }
}

/// Returns details that have each field alone, all of them, and none.
pub(crate) fn details() -> Vec<RecordDetails> {
    let none = RecordDetails::default;
    let identity = Some(Box::new(Identity {
        issuer: IdentityText::new("https://login.example.org/\",\"logged\":\"").unwrap(),
        subject: IdentityText::new("a \\ \"subject\"}").unwrap(),
    }));
    let on_behalf = Some(Name::new("x\",\"logged\":\"2026-10-02T20:00:00.000Z").unwrap());
    let act = ActPlace::new(2, 3);
    vec![
        none(),
        RecordDetails { act, ..none() },
        RecordDetails { identity: identity.clone(), ..none() },
        RecordDetails { on_behalf: on_behalf.clone(), ..none() },
        RecordDetails { precision: Precision::Day, ..none() },
        RecordDetails { replaces: Some(7), ..none() },
        RecordDetails { act, precision: Precision::Day, replaces: Some(7), on_behalf, identity, in_order: false },
    ]
}

#[test]
fn details_are_read_as_they_were_written() {
    for details in details() {
        let written = Record { details, ..sample_record(25, 3) };
        let line = encode_line(&written, &Digest::ZERO).unwrap();
        let text = String::from_utf8(line.clone()).unwrap();
        let sorted = serde_json::from_slice::<serde_json::Value>(&line).unwrap().to_string();
        assert_eq!(sorted, text, "the line has the canonical form");
        let Ok(LedgerLine::Record(read)) = read_line(&line) else { panic!("{text}: {:?}", read_line(&line)) };
        assert_eq!(read.record, written);
        let links = Links::read(&line).unwrap();
        assert_eq!((links.seq, links.rev, links.logged()), (written.seq, Some(written.rev), Some(written.logged)));
        assert_eq!((case_of(&line), act_of(&line)), (Some(written.case), written.details.act));
        assert_eq!(version_of(&line), Some(2));
        // Format 1 has none of these fields.
        if written.details != RecordDetails::default() {
            let old = text.replace("\"v\":2}", "\"v\":1}");
            assert_eq!(read_line(old.as_bytes()).unwrap_err().1.code(), "line.unknown-key", "{old}");
        }
    }
}

/// Returns the ledgers of format 1 that an earlier version of the program wrote.
fn golden() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/v1");
    let ledgers = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    ledgers.filter(|path| path.extension().is_some_and(|extension| extension == "ledger")).collect()
}

#[test]
fn ledger_of_format_1_is_continued_in_format_2() {
    let ledgers = golden();
    assert!(!ledgers.is_empty());
    for path in ledgers {
        let place = Place::empty();
        fs::copy(&path, &place.path).unwrap();
        let before = fs::read(&place.path).unwrap();
        let mut ledger = Ledger::open(&place.path).unwrap();
        assert!(ledger.damage().is_none(), "{}: {:?}", path.display(), ledger.damage());
        let lines = ledger.head().lines;
        let now = ibbi_core::At::MAX;
        let new = records(0..2, 1);
        let committed = ledger.append(&new[..1], now).unwrap();
        assert_eq!(committed[0].seq, lines + 2, "the line that begins format 2 has a number of its own");
        assert_eq!(ledger.append(&new, now).unwrap()[1].seq, lines + 3, "it is written once");
        drop(ledger);
        let after = fs::read(&place.path).unwrap();
        assert!(after.starts_with(&before), "no line of format 1 changes");
        let added: Vec<&[u8]> = after[before.len()..].split_inclusive(|byte| *byte == b'\n').collect();
        assert_eq!(added.len(), 3);
        let marks = added.iter().map(|line| read_line(line.trim_ascii_end()).unwrap());
        let marks: Vec<bool> =
            marks.map(|line| matches!(line, LedgerLine::Format(change) if change.format == 2)).collect();
        assert_eq!(marks, [true, false, false]);
        let checked = check_lines(&after[..], Depth::Records, |_, _, _| {}).unwrap();
        assert_eq!(checked.damage.count, 0, "{}", checked.damage);
        // A line of format 1 can't follow, and format 2 begins once.
        for wrong in [before.split_inclusive(|byte| *byte == b'\n').nth(1).unwrap(), added[0]] {
            let inserted = [&after[..], wrong].concat();
            let damage = check_lines(&inserted[..], Depth::Records, |_, _, _| {}).unwrap().damage;
            assert!(damage.faults.iter().any(|fault| fault.kind.code() == "ledger.format"), "{damage}");
        }
    }
}

/// Returns the records of a case whose last three are one act.
fn with_act() -> (Vec<NewRecord>, Vec<NewRecord>) {
    let mut history = ibbi_core::History::for_case(case(0));
    let before: Vec<_> = (0..3)
        .map(|number| accept(&mut history, Uuid::from_u128(number), at(0), legal_event(u64::try_from(number).unwrap())))
        .collect();
    let act = (10..13).map(|id| (Uuid::from_u128(id), Submission::new(at(1), legal_event(3)))).collect();
    let act = history.accept_act(4, act).unwrap();
    (before, act.into_iter().map(|accepted| NewRecord::new(accepted, name("clerk@example.org"))).collect())
}

#[test]
fn act_that_was_cut_off_is_set_aside_whole() {
    let (before, act) = with_act();
    let place = Place::empty();
    let mut ledger = Ledger::create(&place.path, &opening()).unwrap();
    ledger.append(&before, at(5)).unwrap();
    let whole = ledger.head();
    ledger.append(&act, at(6)).unwrap();
    drop(ledger);
    let bytes = fs::read(&place.path).unwrap();
    let start = usize::try_from(whole.bytes).unwrap();
    let near_a_line = |end: &usize| (end.saturating_sub(2)..=end + 1).any(|at| bytes.get(at) == Some(&b'\n'));
    for end in (start..=bytes.len()).filter(|end| end.is_multiple_of(50) || near_a_line(end)) {
        fs::write(&place.path, &bytes[..end]).unwrap();
        let faults: Vec<String> = LedgerReader::open(&place.path)
            .unwrap()
            .filter_map(|item| match item {
                Err(ReadError::Fault(fault)) => Some(fault.kind.code().to_owned()),
                _ => None,
            })
            .collect();
        let is_torn = end > start && end < bytes.len();
        assert_eq!(faults.iter().any(|code| code == "ledger.torn"), is_torn, "{end}: {faults:?}");
        assert!(faults.iter().all(|code| code == "ledger.torn"), "{end}: {faults:?}");
        let mut ledger = Ledger::open(&place.path).unwrap();
        assert!(ledger.damage().is_none(), "{end}: {:?}", ledger.damage());
        let expected = if end == bytes.len() { bytes.len() } else { start };
        assert_eq!(ledger.head().bytes, expected as u64, "the act is there whole or not at all");
        assert_eq!(ledger.torn().map(|torn| torn.length), is_torn.then_some((end - start) as u64));
        assert_eq!(ledger.rev(case(0)), if end == bytes.len() { 6 } else { 3 });
        if end == start + 1 || end + 1 == bytes.len() {
            let committed = ledger.append(&act, at(7)).unwrap();
            assert_eq!(committed[0].seq, 5, "the act can be recorded again");
        }
        drop(ledger);
        for entry in fs::read_dir(place.path.parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().contains(".torn-") {
                fs::remove_file(path).unwrap();
            }
        }
    }
}

#[test]
fn act_with_a_line_missing_or_moved_is_reported() {
    let (before, act) = with_act();
    let place = Place::empty();
    let mut ledger = Ledger::create(&place.path, &opening()).unwrap();
    ledger.append(&before, at(5)).unwrap();
    ledger.append(&act, at(6)).unwrap();
    ledger.append(&[other_case()], at(6)).unwrap();
    drop(ledger);
    let bytes = fs::read(&place.path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let codes = |lines: &[&[u8]]| {
        let damage = check_lines(&lines.concat()[..], Depth::Records, |_, _, _| {}).unwrap().damage;
        damage.faults.iter().map(|fault| (fault.line, fault.kind.code())).collect::<Vec<_>>()
    };
    assert_eq!(codes(&lines), []);
    for missing in 4..7 {
        let mut fewer = lines.clone();
        fewer.remove(missing);
        let line = if missing == 6 { 7 } else { missing as u64 + 1 };
        assert!(codes(&fewer).contains(&(line, "chain.act")), "{missing}: {:?}", codes(&fewer));
    }
    let mut swapped = lines.clone();
    swapped.swap(4, 5);
    assert!(codes(&swapped).contains(&(5, "chain.act")), "{:?}", codes(&swapped));
}

/// Returns the opening of another case.
fn other_case() -> NewRecord {
    accept(&mut ibbi_core::History::for_case(case(9)), Uuid::from_u128(90), at(0), legal_event(0))
}

#[test]
fn confidential_texts_are_beside_the_ledger_and_not_in_it() {
    let place = Place::empty();
    let now = at(100);
    let clock: Clock = Arc::new(move || Ok(now));
    let mut ledger = Ledger::create(&place.path, &opening()).unwrap();
    ledger.append(&records(0..6, 1), at(5)).unwrap();
    drop(ledger);
    let secret = "the clerk typed it";
    let text = |record: &Record| record.event.note_text().and_then(NoteText::text).map(str::to_owned);
    assert!(!fs::read_to_string(&place.path).unwrap().contains(secret));
    let notes: Vec<Event> = records(0..6, 1).iter().map(|new| new.accepted.event().clone()).collect();
    let read = || {
        let mut reader = LedgerReader::open(&place.path).unwrap();
        let store =
            ibbi_log::LedgerStore::<()>::read(&place.path, &mut reader, ibbi_log::Collect::Nothing, clock.clone())
                .unwrap();
        ibbi_store::EventStore::case(&store, case(0)).unwrap()
    };
    assert!(read().iter().map(|record| &record.event).eq(&notes));
    assert_eq!(Texts::beside(&place.path).unwrap().get(&Digest::ZERO), None);
    // A part of a line, or a text with another digest, is not a text of the ledger.
    let texts = texts_path(&place.path);
    let good = fs::read_to_string(&texts).unwrap();
    fs::write(&texts, format!("{}\n{}", &good[..20], good.replacen("note 4", "note 5", 1))).unwrap();
    let changed: Vec<bool> =
        read().iter().map(|record| record.event.note_text().is_some() && text(record).is_none()).collect();
    assert_eq!(changed, [false, false, false, false, true, false]);
    // Without the texts, the ledger can still be read and continued.
    fs::remove_file(&texts).unwrap();
    assert!(read()[3..].iter().all(|record| record.event.note_text().unwrap().digest().is_some()));
    fs::write(&texts, "{\"dig").unwrap();
    let mut ledger = Ledger::open(&place.path).unwrap();
    ledger.append(&records(6..7, 1), at(9)).unwrap();
    assert_eq!(read().last().and_then(text), notes_text(6));
    // A retry can't be compared with a text that is gone.
    assert!(ledger.append(&records(4..5, 1), at(9)).is_err());
    assert!(ledger.append(&records(6..7, 1), at(9)).unwrap()[0].existing);
}

fn notes_text(number: u64) -> Option<String> {
    legal_event(number).note_text().and_then(NoteText::text).map(str::to_owned)
}
