//! The Python script that docs hold for whoever trusts no program of ours, on every ledger of the corpus: it must give
//! the verdict of a verification, and that of the audit as far as it is about the record and not about the rules.

use super::{Sample, samples};
use crate::support::audit_with;
use ibbi_audit::{FindingKind as Kind, Options};
use ibbi_seal::{VerifyOptions, is_extract, verify_with_checkpoints};
use ibbi_testing::python_verifier;
use std::process::Command;

/// Findings about events, what they lead to, and what other programs wrote. All others are about the record itself.
fn is_of_the_record(kind: Kind) -> bool {
    let code = kind.code();
    kind != Kind::LedgerOtherChart && !code.starts_with("case.") && !code.starts_with("event.")
}

/// The file of checkpoints, with as much of an unfinished one at its end.
fn notes(sample: &Sample) -> String {
    let held = &sample.options.checkpoints;
    held.list.iter().map(|signed| format!("{signed}\n")).chain((0..held.torn).map(|_| "x".to_owned())).collect()
}

#[test]
fn the_script_of_the_documents_agrees_with_verification_and_audit_on_every_ledger() {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 is not installed");
        return;
    }
    let samples = samples();
    let notes: Vec<String> = samples.iter().map(notes).collect();
    let pairs = samples.iter().zip(&notes).map(|(sample, notes)| (sample.bytes.as_slice(), notes.as_bytes()));
    let verdicts = python_verifier::verdicts(pairs);
    assert_eq!(verdicts.len(), samples.len(), "a verdict for each ledger");
    let (mut sound, mut rules, mut other, mut differing) = (0, 0, 0, Vec::new());
    for (sample, fault) in samples.iter().zip(&verdicts) {
        let Sample { name, bytes, options } = sample;
        let verified = verify_with_checkpoints(&bytes[..], &VerifyOptions::default(), &options.checkpoints)
            .expect("memory is read");
        if verified.is_sound() == fault.is_some() {
            differing.push(format!("{name}: verification says {:?}, the script {fault:?}", verified.damage.faults));
        }
        let audited = audit_with(bytes, Options { keys: Vec::new(), ..options.clone() });
        // The script knows neither extracts nor compression.
        if is_extract(bytes) || audited.report.ledger.packing.is_some() {
            other += 1;
            continue;
        }
        let of_the_record: Vec<_> =
            audited.report.findings.iter().map(|row| row.code).filter(|kind| is_of_the_record(*kind)).collect();
        if of_the_record.is_empty() == fault.is_some() {
            differing.push(format!("{name}: the audit finds {of_the_record:?}, the script {fault:?}"));
        }
        sound += u32::from(fault.is_none());
        rules += u32::from(fault.is_none() && !audited.report.sound);
    }
    println!(
        "the script, verification and audit on {} ledgers: {sound} sound, of which {rules} break rules; {} not sound; \
         {other} packed or extracts, for verification alone",
        samples.len(),
        samples.len() - sound as usize - other
    );
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
