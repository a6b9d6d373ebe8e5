//! Audits of ledgers: what is wrong with a ledger, how its cases went, and why a case is in its current stage.
//!
//! | task | items |
//! |---|---|
//! | audit a ledger, or an extract of one | [`Audit`], [`AuditOptions`], [`AuditReport`] |
//! | certify how far a ledger is covered | [`AuditCertificate`], [`CertificateOptions`], [`HistoryOptions`] |
//! | receive findings while the audit runs | [`FindingSink`], [`Finding`], [`FindingKind`] |
//! | report on one case, at any instant | [`case_report`], [`CaseReport`] |
//! | compare two ledgers by record and field | [`diff()`], [`Diff`] |
//! | find the cases that come out differently under other rules | [`rules_diff()`], [`RulesDiff`] |
//! | measure the cases on a day | [`CasesReportBuilder`], [`CasesReport`] |
//! | report on a fiscal year | [`ProgramReportBuilder`], [`ProgramReport`] |
//!
//! An audit reads a ledger once, as a stream, and never stops at the first error. It checks every line, the chain, and the
//! checkpoints, and offers every record to [`ibbi_core`] again: only the core defines the rules.
//! `docs/findings.md` lists every finding, and explains how an audit continues after an event that is not allowed.
//!
//! ```
//! use ibbi_audit::{Audit, AuditOptions, Finding, LedgerSource};
//! let ledger = std::fs::read("../../tests/golden/v1/not-adopted.ledger")?;
//! // Remove the line of labor's caucus without correcting the numbers and the chain.
//! let text = String::from_utf8(ledger)?;
//! let damaged: String = text.split_inclusive('\n').filter(|line| !line.contains("\"seq\":21,")).collect();
//!
//! let mut found = Vec::new();
//! let report = Audit::new(AuditOptions::default())
//!     .run(LedgerSource::bytes(damaged.as_bytes()), &mut |finding: Finding| found.push(finding))?;
//! assert!(!report.sound);
//! let codes: Vec<_> = found.iter().map(|finding| finding.kind.code()).collect();
//! assert_eq!(codes[1..4], ["chain.prev", "chain.seq", "chain.rev"]);
//! // Labor's decision depends on the caucus, so it is a consequence.
//! assert!(codes[4..].iter().all(|code| *code == "event.consequence"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - A problem in the content is a [`Finding`]. Errors are system errors only.
//! - A result depends only on the bytes and the options, not on the number of threads or on how the bytes arrive.
//! - Memory grows with the number of cases, not with the ledger: a few hundred bytes for a closed case, a few thousand for an
//!   open one. If a closed case is corrected later, its lines are read again.
//! - There is no clock. The caller passes the instant for which open cases are measured; the default is the last line's.
//! - An audit never writes to a ledger. It copies a stream or a compressed file to an unnamed temporary file.
#![forbid(unsafe_code)]

mod audit;
mod blocks;
mod case;
mod case_times;
mod cases_report;
mod certificate;
mod certificate_options;
mod chain;
mod diff;
mod error;
mod finding;
mod input;
mod jobs;
mod judge;
mod options;
mod program_report;
mod report;
mod rules_diff;
#[cfg(feature = "schema")]
mod schema;
mod statistics;

pub use audit::{Audit, FindingSink};
pub use case::{
    ActorActivity, CaseQuery, CaseRecord, CaseReport, CaseStep, CaseUntil, CaseWaiting, KnownDay, MemberAttendance,
    MemberPresence, Milestone, Requirement, SessionAttendance, SessionEnd, SettledBy, StageStay, StepRule,
    SubstituteAttendance, case_report, case_report_with_texts, case_reports, known_by_day,
};
pub use cases_report::{
    CaseDurations, CaseOnDay, CaseOnRecord, CasesReport, CasesReportBuilder, DaysSoFar, DurationSpread, FIVE,
    FiveNumbers, LaterChange, LaterChangeKind, LongestWait, Outlier, StageDays, StageSpread, StateOnDay,
};
pub use certificate::{
    AuditCertificate, CertifiedFile, CertifiedKey, CertifiedLines, CertifiedQuorum, CertifiedRange, CertifiedWitness,
    EarlierCheckpoint, ForkStatement, HistoryFork, OpenQuestion,
};
pub use certificate_options::{CertificateOptions, HistoryOptions};
pub use diff::{
    CaseDifference, Diff, DiffNames, Divergence, FieldChange, FieldTotal, LineDifference, LineDifferences, LineKind,
    Presence, StateChange, diff, diff_named,
};
pub use error::AuditError;
pub use finding::{Finding, FindingDetail, FindingKind, Severity, findings_markdown};
pub use ibbi_core::WaitingFor;
pub use input::{Compression, LedgerSource, ProgressCallback, ProgressReader, ReadProgress};
pub use options::{AuditFilter, AuditOptions};
pub use program_report::{
    CaseYear, DaySpread, DistrictYear, NeutralYear, ProgramReport, ProgramReportBuilder, ProgramSummary,
};
pub use report::{
    AdvisoryCount, AuditReport, AuditedCaseSummary, CaseCounts, CheckpointFacts, CodeCount, EventCounts, FitnessSpread,
    InputKind, KeptFinding, LedgerFacts, MonthCounts, OutcomeCount, OutcomeTimes, SequenceStep, StageCount, StageTimes,
    TimeSpread, Variant, Variants, WaitingTimes,
};
pub use rules_diff::{CaseResult, CaseRulesDiff, OtherRules, RecordRulesDiff, RulesDiff, rules_diff};
