//! The JSON Schema that is shipped is the one that the program makes; what it must refuse, the program refuses too.

use crate::support::Place;
use ibbi_testing::repository;
use serde_json::Value;
use std::fs;

#[test]
fn shipped_schema_is_current() {
    let (path, made) = (repository("docs/ledger.schema.json"), Place::new().done(&["schema"]));
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        fs::write(path, made).expect("the schema can be written");
    } else {
        let found = fs::read_to_string(path).expect("the schema");
        assert_eq!(found, made, "docs/ledger.schema.json is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}

/// The lines that are bad on their own, each with the reason; a JSON Schema validator of another house is held against
/// the same file by `.ci/run`.
#[test]
fn the_program_refuses_every_line_that_the_schema_must_refuse() {
    let text = fs::read_to_string(repository("tests/peers/bad_lines.jsonl")).expect("the bad lines");
    let mut refused = 0;
    for line in text.lines() {
        let bad: Value = serde_json::from_str(line).expect("JSON");
        let reason = bad["reason"].as_str().expect("a reason");
        // A line alone doesn't show whether it is the first.
        let place = ["a first line of seq 2", "a first line with a prev"].contains(&reason);
        let read = ibbi_log::read_line(bad["line"].to_string().as_bytes());
        assert!(read.is_err() || place, "taken: {reason}");
        refused += 1;
    }
    assert!(refused >= 25);
    println!("{refused} bad lines refused");
}
