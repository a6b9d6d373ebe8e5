//! What the fuzzer has found worth keeping, read again: its inputs through the same functions.

#[path = "../../fuzz/properties.rs"]
mod properties;

use std::fs;
use std::path::PathBuf;

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let entries = fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path());
    entries.map(|path| fs::read(path).expect("an input")).collect()
}

#[test]
fn every_line_of_the_corpus_is_read_alike_by_both_readers() {
    let inputs = inputs("line");
    inputs.iter().for_each(|input| properties::line(input));
    println!("{} lines of the corpus", inputs.len());
    assert!(!inputs.is_empty());
}

#[test]
fn every_ledger_of_the_corpus_is_read_to_its_end() {
    let inputs = inputs("ledger");
    inputs.iter().for_each(|input| properties::ledger(input));
    println!("{} ledgers of the corpus", inputs.len());
    assert!(!inputs.is_empty());
}
