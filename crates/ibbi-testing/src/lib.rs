//! Samples and checks that the tests of several crates, the fuzz targets and the benchmarks share.
//!
//! The crate is a dev-dependency only. Its functions panic when something is missing, as tests do.
#![forbid(unsafe_code)]

#[cfg(feature = "audit")]
pub mod audit_output;
#[cfg(feature = "audit")]
pub mod audit_properties;
mod golden;
#[cfg(feature = "log")]
pub mod legal_ledger;
#[cfg(feature = "log")]
pub mod lines;
#[cfg(feature = "log")]
pub mod python_verifier;
#[cfg(feature = "log")]
pub mod reader_properties;
#[cfg(feature = "receiver")]
pub mod receiver;
#[cfg(feature = "log")]
pub mod records;
mod scenarios;
#[cfg(feature = "sim")]
pub mod simulated;
#[cfg(feature = "log")]
pub mod walk;

pub use golden::{GOLDEN, golden, golden_path, golden_v2};
pub use scenarios::{sample_scenario, sample_scenarios};

use std::path::PathBuf;

/// The events of a case from its opening until only labor has to decide, as `ibbi record --events` reads them. The training
/// has one day.
pub const UNTIL_SECOND_DECISION: &str = include_str!("../data/second_decision.ndjson");

/// Returns how many of so many samples a test tries: a third, or all if `IBBI_TESTS=full`.
pub fn samples(full: usize) -> usize {
    if is_full() { full } else { full.div_ceil(3) }
}

/// Returns whether tests try all of their samples.
pub fn is_full() -> bool {
    std::env::var_os("IBBI_TESTS").is_some_and(|form| form == "full")
}

/// Returns the path of a file or folder of the repository, such as `docs/ledger.md`.
pub fn repository(path: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    PathBuf::from(root).canonicalize().unwrap_or_else(|error| panic!("{root}: {error}")).join(path)
}

/// Returns the text of a page without its markup.
pub fn without_tags(html: &str) -> String {
    let (mut text, mut is_tag) = (String::new(), false);
    for character in html.chars() {
        match character {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => text.push(character),
            _ => {}
        }
    }
    text.replace("&#39;", "'").replace("&amp;", "&").replace("&quot;", "\"")
}
