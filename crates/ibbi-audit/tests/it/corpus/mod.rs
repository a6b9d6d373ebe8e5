//! A corpus of damaged, illegal, and foreign ledgers, each with the findings of an audit.
//!
//! The ledgers are made from the golden ones, with this program's chart in the first line, so that an audit finds only the
//! intended errors. To test a change by itself, the numbers and the chain are made to match.

mod chain;
mod custody;
mod foreign;
mod legality;
mod trust;
mod verifier;
mod weak;

use crate::support::{Lines, audit_with};
use ibbi_audit::{AuditOptions, Finding, Severity};
use ibbi_log::chart_digest;
use std::collections::BTreeSet;

/// A ledger to audit: its name, its bytes, and the options.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) options: AuditOptions,
}

pub(crate) fn sample(name: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { name, bytes, options: AuditOptions::default() }
}

pub(crate) fn lines(name: &'static str, lines: Lines) -> Sample {
    sample(name, lines.bytes())
}

/// Returns a golden ledger with this program's chart.
pub(crate) fn current(name: &str) -> Lines {
    Lines::golden(name).set(1, "data.chart", chart_digest().to_string()).chained()
}

/// Returns a golden ledger of format 2 with this program's chart.
pub(crate) fn current_v2(name: &str) -> Lines {
    Lines::of(&ibbi_testing::golden_v2(name)).set(1, "data.chart", chart_digest().to_string()).chained()
}

/// Returns the ledger with a full day. Line 5 is the third leader, 6 to 8 the introduction, 9 to 12 the members, 13 to 16
/// the pledges, 17 to 19 the letters, 20 the acceptance, 21 to 25 the training, 26 to 29 the caucuses, 30 the format, and
/// 31 to 33 the facilitation.
pub(crate) fn full_day() -> Lines {
    current("completed-full-day")
}

/// Returns the whole corpus.
pub(crate) fn samples() -> Vec<Sample> {
    [chain::samples(), legality::samples(), trust::samples(), foreign::samples(), weak::samples(), custody::samples()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn samples_have_their_known_findings() {
    let mut names = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for Sample { name, bytes, options } in samples() {
        assert!(names.insert(name), "two samples have the name {name}");
        let audited = audit_with(&bytes, options.clone());
        codes.extend(audited.codes());
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, audited.to_text());
        });
        let again = audit_with(&bytes, AuditOptions { threads: 3, ..options });
        assert_eq!(again, audited, "{name}: on three threads");
    }
    println!("{} samples, {} codes found", names.len(), codes.len());
    assert!(names.len() >= 60);
    let mut missing = Vec::new();
    for kind in ibbi_audit::FindingKind::ALL {
        // `memory.rs` tests limits that no small sample reaches.
        let limit = matches!(kind.code(), "ledger.too-large" | "ledger.too-many-cases");
        // The command's tests show the findings about the file beside a ledger.
        let beside = kind.code().starts_with("texts.");
        // `certificate.rs` tests findings that need checkpoints from outside or witnesses.
        let history = matches!(kind.code(), "checkpoint.fork" | "checkpoint.quorum");
        if !(limit || beside || history || codes.contains(kind.code())) {
            missing.push(kind.code());
        }
    }
    assert!(missing.is_empty(), "no sample shows {missing:?}");
}

#[test]
fn the_corpus_is_made_of_sound_ledgers() {
    for name in crate::support::GOLDEN {
        let audited = audit_with(&current(name).bytes(), AuditOptions::default());
        // One of the golden cases was opened under a program that asks for less.
        let is_other = |finding: &&Finding| {
            finding.severity() == Severity::Warning && !finding.kind.code().starts_with("program.weak")
        };
        let warnings = audited.findings.iter().filter(is_other).count();
        assert_eq!((audited.report.errors, warnings), (0, 0), "{name}: {}", audited.to_text());
        assert_eq!(audited.report.events.fitness, Some(1.0), "{name}");
    }
}
