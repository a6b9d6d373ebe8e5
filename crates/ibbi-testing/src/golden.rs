//! The golden ledgers, which earlier versions of the program wrote.

use crate::repository;
use std::path::PathBuf;

/// The names of the golden ledgers of format 1.
pub const GOLDEN: &[&str] = &[
    "completed-full-day",
    "completed-two-half-days",
    "corrections-and-three-cases",
    "not-accepted",
    "not-adopted",
    "referred",
    "withdrawn",
];

/// Returns the path of a golden ledger.
pub fn golden_path(name: &str) -> PathBuf {
    repository("tests/golden/v1").join(name).with_extension("ledger")
}

/// Reads a golden ledger of format 2.
pub fn golden_v2(name: &str) -> Vec<u8> {
    let path = repository("tests/golden/v2").join(name).with_extension("ledger");
    std::fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads a golden ledger.
pub fn golden(name: &str) -> Vec<u8> {
    std::fs::read(golden_path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
