//! The lines of a store as they are in the file.

use ibbi_log::{Collect, Digest, LedgerStore};
use ibbi_testing::records::{at, opening, records};
use std::sync::Arc;

fn store(count: u64) -> (tempfile::TempDir, LedgerStore, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.ledger");
    let mut ledger = ibbi_log::Ledger::create(&path, &opening()).unwrap();
    ledger.append(&records(0..count, 3), at(1)).unwrap();
    drop(ledger);
    let lines = std::fs::read(&path).unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let store = LedgerStore::open(&path, (), Collect::Nothing, Arc::new(|| Ok(at(2)))).unwrap();
    let whole = lines.len() - 1;
    (folder, store, lines[..whole].to_vec())
}

#[test]
fn lines_after_a_position_are_those_of_the_file() {
    let (_folder, store, lines) = store(2999);
    for after in [0, 1, 2, 1022, 1023, 1024, 1025, 2047, 2048, 2998, 2999, 3000, 5000] {
        for limit in [1, 2, 1000, 4000] {
            let found = store.lines(after, limit, usize::MAX).unwrap();
            let from = usize::try_from(after).unwrap().min(lines.len());
            let wanted = &lines[from..(from + limit).min(lines.len())];
            assert_eq!(found.len(), wanted.len(), "{limit} after {after}");
            for (index, (line, wanted)) in found.iter().zip(wanted).enumerate() {
                assert_eq!((line.number, &line.bytes), ((from + index + 1) as u64, wanted));
                assert_eq!(line.digest, Digest::sha256(wanted));
            }
        }
    }
    let digests = store.line_digests(1024, 2048).unwrap();
    assert_eq!(digests, lines[1024..2048].iter().map(|line| Digest::sha256(line)).collect::<Vec<_>>());
}

#[test]
fn page_ends_after_the_line_that_makes_it_full() {
    let (_folder, store, lines) = store(50);
    let two = lines[0].len() + lines[1].len();
    for (most, count) in [(0, 0), (1, 1), (lines[0].len(), 1), (lines[0].len() + 1, 2), (two, 2), (two + 1, 3)] {
        assert_eq!(store.lines(0, 50, most).unwrap().len(), count, "{most}");
    }
}

/// The store knows how many lines there are. A file with fewer is an error, not a shorter ledger.
#[test]
fn file_that_was_cut_off_is_an_error() {
    let (folder, store, lines) = store(50);
    let length: usize = lines[..20].iter().map(|line| line.len() + 1).sum();
    for length in [length, length - 1, length - 50] {
        let file = std::fs::OpenOptions::new().write(true).open(folder.path().join("cases.ledger")).unwrap();
        file.set_len(length as u64).unwrap();
        let error = store.lines(0, 1000, usize::MAX).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("the ledger has 51: it was cut off"), "{text}");
        assert_eq!(store.lines(0, 5, usize::MAX).unwrap().len(), 5, "what is asked for is there");
    }
}
