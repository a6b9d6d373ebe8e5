//! Results don't depend on the number of threads or on how the ledger arrives.

use crate::support::walk::{Random, ledger, walk};
use crate::support::{Audited, audit_from, audit_with, golden, gzip, zstd};
use ibbi_audit::{AuditOptions, Finding, LedgerSource, ReadProgress};
use ibbi_core::Warning;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Mutex;

/// Returns a ledger of many cases with scattered errors.
fn damaged(seed: u64) -> Vec<u8> {
    let lines = ledger(&walk(seed, 60, 3000));
    let mut random = Random(seed);
    let mut broken = lines.clone();
    for _ in 0..40 {
        let line = 2 + random.below(broken.0.len() - 2);
        broken = match random.below(4) {
            0 => broken.set(line, "at", "2000-01-01T00:00:00.000Z"),
            1 => broken.remove(line),
            2 => broken.set(line, "to", "caucus"),
            _ => {
                let copy = broken.0[line - 1].clone();
                broken.insert(line, copy)
            }
        };
    }
    broken.chained().bytes()
}

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    for seed in 0..4 {
        let bytes = damaged(seed);
        let with = |threads, held_records| {
            let options =
                AuditOptions { threads, held_records, advisories: true, root: true, ..AuditOptions::default() };
            audit_with(&bytes, options)
        };
        let one = with(1, 16_384);
        assert!(one.report.errors > 30 && one.report.cases.total >= 50, "{}", one.report.errors);
        for threads in [0, 2, 3, 7] {
            assert_eq!(with(threads, 16_384), one, "seed {seed}, {threads} threads");
        }
        for held in [0, 100, 1_000] {
            assert_eq!(with(1, held), one, "seed {seed}, {held} records held");
        }
    }
}

#[test]
fn lasting_advisories_are_the_same_without_the_others() {
    let is_lasting = |finding: &Finding| finding.warning().is_none_or(Warning::is_lasting);
    let (mut lasting, mut others) = (BTreeSet::new(), 0);
    for seed in 0..8 {
        let bytes = damaged(seed);
        let all = audit_with(&bytes, AuditOptions { advisories: true, ..AuditOptions::default() }).findings;
        let without = audit_with(&bytes, AuditOptions::default()).findings;
        lasting.extend(without.iter().filter_map(|finding| finding.warning()).map(Warning::code));
        others += all.len() - without.len();
        assert_eq!(all.into_iter().filter(is_lasting).collect::<Vec<_>>(), without, "seed {seed}");
    }
    assert!(lasting.contains("attendance.missed-training") && others > 0, "{lasting:?}, {others} others");
}

#[test]
fn findings_come_in_line_order() {
    let audited = audit_with(&damaged(9), AuditOptions { threads: 3, ..AuditOptions::default() });
    let at_the_end = |finding: &&Finding| {
        finding.warning() == Some(Warning::DoubleBooked) || finding.kind.code().starts_with("clock.")
    };
    let lines: Vec<_> = audited.findings.iter().filter(|one| !at_the_end(one)).map(|finding| finding.line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
    let cases: Vec<_> = audited.cases.iter().map(|case| case.line).collect();
    assert!(cases.is_sorted());
}

/// A reader that returns a few bytes at a time.
struct Drips<'a>(&'a [u8]);

impl Read for Drips<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = 997.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn files_streams_and_compressed_bytes_give_the_same_result() {
    for bytes in [damaged(5), golden("corrections-and-three-cases")] {
        let options = || AuditOptions { threads: 2, ..AuditOptions::default() };
        let plain = audit_with(&bytes, options());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        std::fs::write(&path, &bytes).expect("written");
        let same = |source: LedgerSource<'_>| {
            let Audited { mut report, findings, cases } = audit_from(source, options());
            (report.ledger.compression, report.certificate.file.compression) = (None, None);
            assert_eq!(Audited { report, findings, cases }, plain);
        };
        same(LedgerSource::open(&path).expect("opened"));
        same(LedgerSource::stream(Drips(&bytes)));
        let (gz, zst) = (gzip(&bytes), zstd(&bytes));
        same(LedgerSource::bytes(&gz));
        same(LedgerSource::stream(Drips(&gz)));
        same(LedgerSource::bytes(&zst));
    }
}

#[test]
fn a_failing_stream_is_an_error() {
    struct Fails(u8);
    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            if self.0 > 3 {
                return Err(std::io::Error::other("the cable was pulled"));
            }
            buffer[..4].copy_from_slice(b"abc\n");
            Ok(4)
        }
    }
    for threads in [1, 3] {
        let audit = ibbi_audit::Audit::new(AuditOptions { threads, ..AuditOptions::default() });
        let error = audit.run(LedgerSource::stream(Fails(0)), &mut |_: ibbi_audit::Finding| {}).unwrap_err();
        assert!(error.to_string().ends_with("the cable was pulled"), "{error}");
    }
}

#[test]
fn the_filter_changes_neither_counts_nor_soundness() {
    let bytes = damaged(6);
    let all = audit_with(&bytes, AuditOptions::default());
    let case = all.findings.iter().find_map(|finding| finding.case).expect("a case");
    let code = ibbi_audit::FindingKind::EventIllegal;
    for filter in [
        ibbi_audit::AuditFilter { cases: vec![case], ..Default::default() },
        ibbi_audit::AuditFilter { codes: vec![code], ..Default::default() },
        ibbi_audit::AuditFilter { since: Some(all.report.as_of), ..Default::default() },
        ibbi_audit::AuditFilter { outcome: Some(ibbi_core::Outcome::Withdrawn), ..Default::default() },
    ] {
        let some = audit_with(&bytes, AuditOptions { filter: filter.clone(), ..AuditOptions::default() });
        let counts =
            |audited: &Audited| audited.report.findings.iter().map(|row| (row.code, row.count)).collect::<Vec<_>>();
        assert_eq!(counts(&some), counts(&all));
        assert_eq!((some.report.sound, some.report.errors), (all.report.sound, all.report.errors));
        let shows = |finding: &&ibbi_audit::Finding| {
            (filter.cases.is_empty() || finding.case.is_none() || finding.case == Some(case))
                && (filter.codes.is_empty() || finding.kind == code)
                && filter.since.is_none_or(|since| finding.logged.is_none_or(|logged| logged >= since))
        };
        assert_eq!(some.findings, all.findings.iter().filter(shows).cloned().collect::<Vec<_>>());
        assert!(some.report.cases.total < all.report.cases.total);
        assert_eq!(usize::try_from(some.report.cases.total).unwrap(), some.cases.len());
    }
}

#[test]
fn a_file_that_changes_during_the_audit_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let lines = ledger(&walk(8, 20, 3000));
    let bytes = lines.set(30, "to", "caucus").chained().bytes();
    std::fs::write(&path, &bytes).expect("written");
    // The lines that are read next stay.
    let mut changed = bytes;
    let read = changed.len() / 2;
    changed[..read].fill(b'x');
    let mut left = true;
    let mut overwrite = |_: ibbi_audit::Finding| {
        if std::mem::take(&mut left) {
            std::fs::write(&path, &changed).expect("written");
        }
    };
    // Without histories in memory, the records before a void are read again.
    let audit = ibbi_audit::Audit::new(AuditOptions { held_records: 0, ..AuditOptions::default() });
    let error = audit.run(LedgerSource::open(&path).expect("opened"), &mut overwrite).unwrap_err();
    assert!(error.to_string().contains("changed during the audit"), "{error}");
}

#[test]
fn progress_is_reported_for_files_streams_and_compressed_files() {
    let bytes = damaged(3);
    let lines = u64::try_from(line_feeds(&bytes)).expect("small");
    let (gz, zst) = (gzip(&bytes), zstd(&bytes));
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        LedgerSource::open(&path).expect("it opens")
    };
    let size = |bytes: &[u8]| u64::try_from(bytes.len()).expect("small");
    for (source, read, total) in [
        (LedgerSource::bytes(&bytes), size(&bytes), Some(size(&bytes))),
        (file("plain", &bytes), size(&bytes), Some(size(&bytes))),
        (file("gz", &gz), size(&gz), Some(size(&gz))),
        (file("zst", &zst), size(&zst), Some(size(&zst))),
        (LedgerSource::stream(Drips(&bytes)), size(&bytes), None),
        (LedgerSource::stream(Drips(&gz)), size(&gz), None),
    ] {
        let reports = Mutex::new(Vec::new());
        let watch = |progress: ReadProgress| reports.lock().expect("whole").push(progress);
        let audited = audit_from(source.with_progress(&watch), AuditOptions { threads: 2, ..AuditOptions::default() });
        assert_eq!(audited.report.ledger.lines, lines);
        let reports = reports.into_inner().expect("whole");
        let last = ReadProgress { lines, bytes: read, total };
        assert_eq!(reports.last(), Some(&last));
        assert!(reports.is_sorted_by_key(|progress| (progress.lines, progress.bytes)));
        assert!(reports.len() <= 2 + bytes.len() / 900, "once for each buffer, not for each line: {}", reports.len());
    }
}

fn line_feeds(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
