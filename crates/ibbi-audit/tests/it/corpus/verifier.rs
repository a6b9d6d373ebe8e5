//! The independent Python verifier from the docs, on every ledger of the corpus. It must agree with verification, and with
//! the findings of an audit about the record (not about the rules).

use super::{Sample, samples};
use crate::support::audit_with;
use ibbi_audit::{AuditOptions, FindingKind as Kind};
use ibbi_seal::{VerifyOptions, is_extract, verify_extract, verify_with_checkpoints};
use ibbi_testing::python_verifier;
use std::process::Command;

/// Returns whether a kind of finding is about the record itself, not about its events, cases, programs, clocks, or chart.
fn is_about_the_record(kind: Kind) -> bool {
    let area = kind.code().split('.').next().unwrap_or_default();
    kind != Kind::LedgerOtherChart && !["case", "event", "clock", "custody", "program", "names"].contains(&area)
}

/// Returns the checkpoint file, with the incomplete one at its end.
fn notes(sample: &Sample) -> String {
    let held = &sample.options.checkpoints;
    held.list.iter().map(|signed| format!("{signed}\n")).chain((0..held.torn).map(|_| "x".to_owned())).collect()
}

#[test]
fn the_python_verifier_agrees_with_verification_and_audit() {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 is not installed");
        return;
    }
    let samples = samples();
    let notes: Vec<String> = samples.iter().map(notes).collect();
    let pairs = samples.iter().zip(&notes).map(|(sample, notes)| (sample.bytes.as_slice(), notes.as_bytes()));
    let verdicts = python_verifier::verdicts(pairs);
    assert_eq!(verdicts.len(), samples.len(), "a result for each ledger");
    let (mut sound, mut rules, mut other, mut differing) = (0, 0, 0, Vec::new());
    for (sample, fault) in samples.iter().zip(&verdicts) {
        let Sample { name, bytes, options } = sample;
        let verified = match is_extract(bytes) {
            true => verify_extract(&bytes[..], &[]).map(|_| ()).map_err(|fault| fault.to_string()),
            false => {
                let found = verify_with_checkpoints(&bytes[..], &VerifyOptions::default(), &options.checkpoints);
                let found = found.expect("memory is read");
                if found.is_sound() { Ok(()) } else { Err(format!("{:?}", found.damage.faults)) }
            }
        };
        if verified.is_ok() == fault.is_some() {
            differing.push(format!("{name}: verification says {verified:?}, the script {fault:?}"));
        }
        let audited = audit_with(bytes, AuditOptions { keys: Vec::new(), ..options.clone() });
        // The script knows no compression, and its verdict on extracts is compared above.
        if is_extract(bytes) || audited.report.ledger.compression.is_some() {
            other += 1;
            continue;
        }
        let of_the_record: Vec<_> =
            audited.report.findings.iter().map(|row| row.code).filter(|kind| is_about_the_record(*kind)).collect();
        if of_the_record.is_empty() == fault.is_some() {
            differing.push(format!("{name}: the audit finds {of_the_record:?}, the script {fault:?}"));
        }
        sound += u32::from(fault.is_none());
        rules += u32::from(fault.is_none() && audited.report.errors > 0);
    }
    println!(
        "the script, verification and audit on {} ledgers: {sound} sound, of which {rules} break rules; {} not sound; \
         {other} packed or extracts, for verification alone",
        samples.len(),
        samples.len() - sound as usize - other
    );
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
