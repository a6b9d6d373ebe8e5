//! The golden ledgers, for every crate's tests that read them.

use std::path::PathBuf;

/// A golden ledger's bytes.
pub(crate) fn golden(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/v1");
    std::fs::read(folder.join(name).with_extension("ledger")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The golden ledgers.
pub(crate) const GOLDEN: &[&str] = &[
    "completed-full-day",
    "completed-two-half-days",
    "corrections-and-three-cases",
    "not-accepted",
    "not-adopted",
    "referred",
    "withdrawn",
];
