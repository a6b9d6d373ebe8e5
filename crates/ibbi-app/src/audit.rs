//! Audits of ledgers, reports on single cases, comparisons of two ledgers, and exports.

mod case;
mod diff;
mod export;
mod input;
mod request;
mod run;
mod timeline;

pub use case::{case_in_full, case_report, case_report_with_texts, case_reports};
pub use diff::{diff, diff_copy, rules_diff};
pub use export::{ExportFormat, ExportRequest, export, export_with_progress};
/// The parts of the audit that programs use.
pub use ibbi_audit::{
    AuditCertificate, AuditReport, AuditedCaseSummary, CaseQuery, CaseReport, CaseUntil, CasesReport, CheckpointFacts,
    CodeCount, Finding, FindingDetail, FindingKind, FindingSink, InputKind, KnownDay, OtherRules, ProgramReport,
    ReadProgress, Severity,
};
pub use request::{AuditRequest, FailOn, finding_kind};
pub use run::{audit, audit_with_progress};
pub use timeline::timeline;
