//! The Python script gives the verdict of `ibbi verify`, signatures aside: on good ledgers and on thousands of damaged ones.

mod damage;

use crate::support::Place;
use damage::{Pair, Samples, sealed};
use ibbi_seal::{Checkpoints, VerifyOptions, verify_with_checkpoints};
use ibbi_testing::{python_verifier, repository};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

/// Returns the verdict of the program, without signatures.
fn is_sound(pair: &Pair) -> bool {
    let Ok(file) = Checkpoints::parse(&String::from_utf8_lossy(&pair.notes)) else { return false };
    verify_with_checkpoints(&pair.ledger[..], &VerifyOptions::default(), &file).expect("memory can be read").is_sound()
}

/// Asks both about every ledger; counts the verdicts by what was done.
fn compare(samples: &Samples) {
    let pairs = samples.0.iter().map(|(_, pair)| (pair.ledger.as_slice(), pair.notes.as_slice()));
    let verdicts = python_verifier::verdicts(pairs);
    assert_eq!(verdicts.len(), samples.0.len(), "a verdict for each ledger");
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    let mut differing = Vec::new();
    for ((what, pair), fault) in samples.0.iter().zip(verdicts) {
        let sound = is_sound(pair);
        let (good, bad) = counts.entry(*what).or_default();
        *(if sound { good } else { bad }) += 1;
        if sound == fault.is_some() {
            differing.push(format!("{what}: ibbi: {sound}, Python: {fault:?}:\n{}", shown(pair)));
        }
    }
    for (what, (good, bad)) in &counts {
        println!("{what}: {good} sound, {bad} not");
    }
    let (good, bad) = counts.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!(
        "the script and ibbi verify agree on {} of {} ledgers: {good} sound, {bad} not",
        samples.0.len() - differing.len(),
        samples.0.len()
    );
    let first: Vec<_> = differing.iter().take(5).cloned().collect();
    assert!(differing.is_empty(), "{} verdicts differ, such as\n{}", differing.len(), first.join("\n"));
}

fn shown(pair: &Pair) -> String {
    let last = pair.ledger.split_inclusive(|byte| *byte == b'\n').next_back().unwrap_or_default();
    format!("…{}{}", last.escape_ascii(), String::from_utf8_lossy(&pair.notes))
}

/// Whether Python is there; prints a line once if it is not.
fn has_python() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
        if !found {
            println!("skipped: python3 is not installed");
        }
        found
    })
}

#[test]
fn good_ledgers_are_sound_to_both() {
    if !has_python() {
        return;
    }
    let mut samples = Samples::default();
    for entry in std::fs::read_dir(repository("tests/golden/v1")).expect("golden ledgers") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "ledger") {
            samples.add("golden", std::fs::read(path).expect("a ledger"), b"");
        }
    }
    let place = Place::new();
    place.done(&["tour", "--ledger", "tour.ledger"]);
    samples.add("the tour", std::fs::read(place.path("tour.ledger")).expect("a ledger"), b"");
    for (count, cases) in [(0, 1), (1, 1), (7, 2), (33, 1), (100, 5), (300, 7)] {
        let pair = sealed(count, cases);
        samples.add("every kind of event, without checkpoints", pair.ledger.clone(), b"");
        samples.add("every kind of event, with checkpoints", pair.ledger, &pair.notes);
    }
    assert!(samples.0.iter().all(|(_, pair)| is_sound(pair)));
    compare(&samples);
}

#[test]
fn every_flipped_bit_and_every_truncation_has_the_same_verdict() {
    if has_python() {
        compare(&damage::flipped_or_cut().thinned());
    }
}

#[test]
fn lines_removed_repeated_or_swapped_have_the_same_verdict() {
    if has_python() {
        compare(&damage::moved_lines().thinned());
    }
}

#[test]
fn wrong_values_in_every_place_have_the_same_verdict() {
    if has_python() {
        compare(&damage::wrong_values_everywhere().thinned());
    }
}

#[test]
fn every_other_spelling_has_the_same_verdict() {
    if has_python() {
        compare(&damage::other_spellings());
    }
}

#[test]
fn id_used_twice_in_a_case_is_damage_to_writers_only() {
    let samples = damage::repeated_id();
    for (_, pair) in &samples.0 {
        assert!(is_sound(pair), "to look for it takes room for every id");
        let folder = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(folder.path().join("ledger"), &pair.ledger).expect("a file");
        let ledger = ibbi_seal::open(&folder.path().join("ledger")).expect("a ledger");
        let faults = &ledger.damage().expect("damage").faults;
        assert_eq!(
            faults.iter().map(|fault| (fault.line, fault.kind.code())).collect::<Vec<_>>(),
            [(6, "case.duplicate-id")]
        );
    }
    if has_python() {
        compare(&samples);
    }
}
