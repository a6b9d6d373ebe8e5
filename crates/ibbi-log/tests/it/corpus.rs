//! The inputs that the fuzzer kept, checked as the fuzzer checks them.

use ibbi_testing::{reader_properties, repository};

use std::fs;

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = repository("fuzz/corpus").join(target);
    let entries = fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path());
    entries.map(|path| fs::read(path).expect("an input")).collect()
}

#[test]
fn both_readers_agree_on_every_line() {
    let inputs = inputs("line");
    inputs.iter().for_each(|input| reader_properties::check_line(input));
    println!("{} lines of the corpus", inputs.len());
    assert!(!inputs.is_empty());
}

#[test]
fn every_ledger_is_read_to_its_end() {
    let inputs = inputs("ledger");
    inputs.iter().for_each(|input| reader_properties::check_ledger(input));
    println!("{} ledgers of the corpus", inputs.len());
    assert!(!inputs.is_empty());
}
