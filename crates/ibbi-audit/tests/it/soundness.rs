//! *Sound* has one meaning: a verification and an audit agree about every ledger and every extract.

use crate::corpus::{Sample, sample, samples};
use crate::support::walk::{Random, ledger, walk};
use crate::support::{GOLDEN, audit_with, golden};
use ibbi_audit::Severity;
use ibbi_seal::{VerifyOptions, is_extract, verify_extract, verify_with_checkpoints};

/// Returns whether a sample is sound according to a verification.
fn is_verified(sample: &Sample) -> bool {
    let Sample { bytes, options, .. } = sample;
    if is_extract(bytes) {
        return verify_extract(&bytes[..], &options.keys).is_ok();
    }
    // The program refuses a key without a checkpoint before it verifies.
    let has_checkpoint = options.keys.is_empty() || !options.checkpoints.list.is_empty();
    let check = VerifyOptions { keys: &options.keys, ..VerifyOptions::default() };
    let found = verify_with_checkpoints(&bytes[..], &check, &options.checkpoints).expect("memory is read");
    found.is_sound() && has_checkpoint
}

/// Checks that both agree, and returns whether the sample is sound. A verification reads no compressed file.
fn agreed(sample: &Sample) -> Option<bool> {
    let audited = audit_with(&sample.bytes, sample.options.clone());
    let report = audited.report;
    if report.ledger.compression.is_some() {
        return None;
    }
    let text = report.findings.iter().map(|row| row.code.code()).collect::<Vec<_>>();
    assert_eq!(report.sound, is_verified(sample), "{}: {text:?}", sample.name);
    Some(report.sound)
}

#[test]
fn verification_and_audit_agree_on_the_corpus() {
    let (sound, damaged): (Vec<bool>, Vec<bool>) = samples().iter().filter_map(agreed).partition(|sound| *sound);
    println!("{} sound, {} not", sound.len(), damaged.len());
    assert!(sound.len() > 50 && damaged.len() > 50, "both occur");
}

#[test]
fn verification_and_audit_agree_on_golden_ledgers() {
    let v2 = ["everyone-at-the-table", "programs-and-editions"].map(|name| sample(name, ibbi_testing::golden_v2(name)));
    for sample in GOLDEN.iter().map(|name| sample(name, golden(name))).chain(v2) {
        assert_eq!(agreed(&sample), Some(true), "{}", sample.name);
        let mut torn = sample;
        torn.bytes.truncate(torn.bytes.len() - 1);
        assert_eq!(agreed(&torn), Some(false), "{} with a torn end", torn.name);
    }
}

#[test]
fn verification_and_audit_agree_on_generated_ledgers() {
    for seed in 0..40 {
        let whole = ledger(&walk(seed, 3, 60)).bytes();
        let mut random = Random(seed);
        let (byte, end) = (random.below(whole.len()), random.below(whole.len()));
        let mut flipped = whole.clone();
        flipped[byte] ^= 1;
        agreed(&sample("generated", whole.clone()));
        agreed(&sample("generated, one bit flipped", flipped));
        agreed(&sample("generated, cut", whole[..end].to_vec()));
    }
}

/// A ledger that the program wrote by a right clock has no finding about its clock.
#[test]
fn generated_ledgers_raise_no_false_alarm_about_clocks_or_names() {
    for seed in 0..200 {
        let audited = audit_with(&ledger(&walk(seed, 4, 80)).bytes(), ibbi_audit::AuditOptions::default());
        let wrong = audited.codes().into_iter().filter(|code| code.starts_with("clock.") || code.starts_with("names."));
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&str>::new(), "seed {seed}");
    }
}

#[test]
fn only_errors_about_the_record_break_soundness() {
    for kind in ibbi_audit::FindingKind::ALL {
        let is_about_the_record = !["case.", "custody.", "event."].iter().any(|area| kind.code().starts_with(area));
        let expected = kind.severity() == Severity::Error && is_about_the_record;
        assert_eq!(kind.breaks_soundness(), expected, "{kind}");
    }
}
