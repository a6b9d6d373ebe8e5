//! A corpus of damaged, illegal and foreign ledgers, each with what an audit finds in it.
//!
//! The ledgers are made from the golden ones, whose first line is given the chart of this program, so that only what is
//! meant is found. Where a change is meant to be seen by itself, the numbers and the chain are made to fit it.

#[path = "../support/mod.rs"]
mod support;

mod chain;
mod foreign;
mod legality;
mod trust;
mod verifier;

use ibbi_audit::Options;
use ibbi_log::chart_digest;
use std::collections::BTreeSet;
use support::{Lines, audit_with};

/// A ledger to audit: its name, its bytes, and what is asked.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) options: Options,
}

pub(crate) fn sample(name: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { name, bytes, options: Options::default() }
}

pub(crate) fn lines(name: &'static str, lines: Lines) -> Sample {
    sample(name, lines.bytes())
}

/// A golden ledger under the chart of this program.
pub(crate) fn current(name: &str) -> Lines {
    Lines::golden(name).set(1, "data.chart", chart_digest().to_string()).chained()
}

/// The one with a full day: line 5 is the third leader, 6 to 8 the introduction, 9 to 12 the members, 13 to 16 the
/// pledges, 17 to 19 the letters, 20 the acceptance, 21 to 25 the training, 26 to 29 the caucuses, 30 the format, 31 to 33
/// the facilitation.
pub(crate) fn full_day() -> Lines {
    current("completed-full-day")
}

/// The whole corpus.
pub(crate) fn samples() -> Vec<Sample> {
    [chain::samples(), legality::samples(), trust::samples(), foreign::samples()].into_iter().flatten().collect()
}

#[test]
fn every_sample_gives_what_it_is_known_to_give() {
    let mut names = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for Sample { name, bytes, options } in samples() {
        assert!(names.insert(name), "{name} stands twice");
        let audited = audit_with(&bytes, options.clone());
        codes.extend(audited.codes());
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, audited.shown());
        });
        let again = audit_with(&bytes, Options { threads: 3, ..options });
        assert_eq!(again, audited, "{name}: on three threads");
    }
    println!("{} samples, {} codes found", names.len(), codes.len());
    assert!(names.len() >= 60);
    for kind in ibbi_audit::FindingKind::ALL {
        // A limit that no small sample reaches is tried in `limits.rs`.
        let limit = matches!(kind.code(), "ledger.too-large" | "ledger.too-many-cases");
        assert!(limit || codes.contains(kind.code()), "no sample shows {kind}");
    }
}

#[test]
fn the_ledgers_that_the_corpus_is_made_of_are_sound() {
    for name in support::GOLDEN {
        let audited = audit_with(&current(name).bytes(), Options::default());
        assert_eq!((audited.report.errors, audited.report.warnings), (0, 0), "{name}: {}", audited.shown());
        assert_eq!(audited.report.events.fitness, Some(1.0), "{name}");
    }
}
