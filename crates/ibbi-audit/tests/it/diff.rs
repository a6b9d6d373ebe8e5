//! Comparisons of two ledgers.

use crate::support::walk::{Random, ledger, walk};
use crate::support::{Lines, golden, gzip};
use ibbi_audit::{Diff, LedgerSource, Presence, diff};

fn compare(first: &[u8], second: &[u8]) -> Diff {
    diff(LedgerSource::bytes(first), LedgerSource::bytes(second), 10).expect("memory can be read")
}

fn to_text(diff: &Diff) -> String {
    let mut text = String::new();
    if let Some(at) = &diff.divergence {
        text.push_str(&format!("{}\n  first:  {:?}\n  second: {:?}\n", at.text, at.first, at.second));
    }
    let (differing, first, second) = (diff.differing, diff.only_first, diff.only_second);
    text.push_str(&format!("{differing} differ, {first} only in the first, {second} only in the second\n"));
    for case in &diff.cases {
        let district = case.district.as_ref().map_or("no district", |district| district.as_str());
        text.push_str(&format!("{district}, in {:?}, {:?} records\n", case.presence, case.records));
        case.changes.iter().for_each(|change| text.push_str(&format!("  {}\n", change.text)));
    }
    text
}

#[test]
fn a_ledger_equals_itself_compressed_or_not() {
    let bytes = golden("corrections-and-three-cases");
    for other in [bytes.clone(), gzip(&bytes)] {
        let diff = compare(&bytes, &other);
        assert!(diff.same && diff.divergence.is_none() && diff.cases.is_empty(), "{diff:?}");
        assert_eq!(diff.lines, (35, 35));
    }
    assert!(compare(b"", b"").same && compare(b"half a", b"half a").same);
    assert!(!compare(b"half a", b"half b").same && !compare(b"", b"\n").same);
}

#[test]
fn differences_are_described() {
    let whole = Lines::golden("completed-full-day");
    let changed = |lines: Lines| lines.chained().bytes();
    let samples = [
        ("name-of-a-member", changed(whole.clone().replace(10, "Ada Yun", "Ida Yun"))),
        ("end-cut-off", changed(Lines(whole.0[..28].to_vec()))),
        ("pledge-taken-out", whole.clone().remove(14).numbered().bytes()),
        ("other-party-declines", changed(whole.clone().replace(29, "adopt", "decline"))),
        ("another-ledger", golden("withdrawn")),
    ];
    for (name, other) in samples {
        insta::assert_snapshot!(name, to_text(&compare(&whole.bytes(), &other)));
    }
}

#[test]
fn the_first_different_byte_is_found() {
    let bytes = ledger(&walk(5, 3, 60)).bytes();
    let mut random = Random(5);
    for _ in 0..300 {
        let place = random.below(bytes.len());
        let mut other = bytes.clone();
        other[place] ^= 1;
        let (one, two) = (compare(&bytes, &other), compare(&other, &bytes));
        let divergence = one.divergence.expect("they differ");
        let line = 1 + bytes[..place].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!((divergence.byte, divergence.line), (place as u64, line as u64));
        assert_eq!(two.divergence.map(|divergence| divergence.byte), Some(divergence.byte));
        assert_eq!((one.differing, one.only_first, one.only_second), (two.differing, two.only_second, two.only_first));
    }
}

#[test]
fn a_part_differs_at_its_end() {
    let lines = ledger(&walk(6, 3, 60));
    let bytes = lines.bytes();
    let part = Lines(lines.0[..30].to_vec()).bytes();
    let diff = compare(&bytes, &part);
    let divergence = diff.divergence.as_ref().expect("they differ");
    assert_eq!((divergence.line, divergence.byte, &divergence.second), (31, part.len() as u64, &None));
    assert!(divergence.text.starts_with("the second ledger ends"), "{}", divergence.text);
    assert!(diff.cases.iter().all(|case| case.presence != Presence::Second && case.records.0 > case.records.1));
    assert!(diff.differing + diff.only_first > 0 && diff.only_second == 0);
}
