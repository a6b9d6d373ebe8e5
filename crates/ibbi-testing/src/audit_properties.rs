//! What holds for an audit of any bytes. The fuzzer and the tests of the audit check the same.

use crate::audit_output::AuditOutput;
use ibbi_audit::{Audit, AuditOptions, AuditReport, CaseQuery, LedgerSource, Severity, case_report, diff};

fn audited(bytes: &[u8], threads: usize) -> (AuditReport, AuditOutput) {
    let options =
        AuditOptions { threads, advisories: true, root: true, max_stream: 1 << 22, ..AuditOptions::default() };
    let mut output = AuditOutput::default();
    let report = Audit::new(options).run(LedgerSource::bytes(bytes), &mut output).expect("memory can be read");
    (report, output)
}

/// Checks that an audit ends, accounts for everything, and reports the same on any number of threads.
pub fn check_audit(bytes: &[u8]) {
    let (report, output) = audited(bytes, 1);
    let count: u64 = report.findings.iter().map(|row| row.count).sum();
    assert_eq!(count, u64::try_from(output.findings.len()).expect("they are in memory"), "every finding is counted");
    let errors = output.findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    let unsound = output.findings.iter().filter(|finding| finding.kind.breaks_soundness()).count();
    assert_eq!((report.sound, report.errors), (unsound == 0, u64::try_from(errors).expect("small")));
    let events = report.events;
    let accounted = events.accepted + events.illegal + events.consequences + events.repeated;
    assert_eq!(accounted, events.total, "each record is accepted, illegal, a consequence, or a repetition");
    let cases = &report.cases;
    assert_eq!(cases.total, cases.open + cases.closed + cases.unopened);
    assert_eq!(cases.total, u64::try_from(output.cases.len()).expect("they are in memory"));
    let json = serde_json::to_string(&report).expect("a report is written");
    assert!(json.len() < 4_000_000, "a report stays small: {} bytes", json.len());
    for finding in &output.findings {
        assert!(finding.line > 0 && !finding.text().is_empty());
    }
    assert_eq!(audited(bytes, 3), (report, output), "the number of threads changes nothing");
    check_cases(bytes);
}

/// Checks that the report on one case agrees with the audit, and that a ledger does not differ from itself.
fn check_cases(bytes: &[u8]) {
    let (_, output) = audited(bytes, 1);
    for summary in output.cases.iter().take(3) {
        let report =
            case_report(LedgerSource::bytes(bytes), &CaseQuery::new(summary.case)).expect("memory can be read");
        let Some(report) = report else {
            assert_eq!(summary.records, 0, "a case with records has a report");
            continue;
        };
        assert_eq!((report.stage, report.outcome), (summary.stage, summary.outcome));
        let accepted = report.records.iter().filter(|moment| moment.accepted).count();
        assert_eq!(u64::try_from(accepted).expect("small"), summary.accepted);
        assert!(report.records.iter().all(|moment| moment.accepted != moment.refusal.is_some() || !moment.accepted));
    }
    let same = diff(LedgerSource::bytes(bytes), LedgerSource::bytes(bytes), 3).expect("memory can be read");
    assert!(same.same && same.cases.is_empty() && same.divergence.is_none());
}
