//! The request for an audit, and the condition under which it fails.

use crate::history::HistorySettings;
use crate::signing::VerifySettings;
use ibbi_audit::{AuditReport, FindingKind, Severity};
use ibbi_common::spelling;
use ibbi_core::{At, Outcome, Warning};
use std::str::FromStr;

/// A request for an audit.
#[derive(Debug, Clone, Default)]
pub struct AuditRequest {
    /// The checkpoints and keys to check the ledger against.
    pub against: VerifySettings,
    /// Checkpoints that were kept outside, and witnesses.
    pub history: HistorySettings,
    /// The name of the file, for the certificate. Without it, the certificate has the name of the path.
    pub file_name: Option<String>,
    /// Whether the file comes without its confidential texts, such as an upload. They are not checked then.
    pub without_texts: bool,
    /// The person who audits, for the certificate.
    pub auditor: Option<String>,
    /// Whether to compute the SHA-256 of the file, for the certificate.
    pub digest: bool,
    /// The number of threads; 0 means 1. The result doesn't depend on it.
    pub threads: usize,
    /// The instant for which open cases are measured; the last line's if none is given.
    pub as_of: Option<At>,
    /// Whether to report advisories as findings.
    pub advisories: bool,
    /// A case, by its ID, the beginning of its ID, or its district.
    pub case: Option<String>,
    /// Only lines recorded at this instant or later.
    pub since: Option<At>,
    /// Only cases with this outcome.
    pub outcome: Option<Outcome>,
    /// Only findings of these codes.
    pub codes: Vec<FindingKind>,
    /// The number of findings of each code that the report keeps.
    pub kept: usize,
    /// The number of variants that the report lists.
    pub variants: usize,
}

/// The condition under which an audit fails, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Never.
    Never,
    /// A finding of this severity, or a more severe one.
    Severity(Severity),
    /// A finding of this code.
    Code(FindingKind),
    /// An advisory with this code.
    Advisory(Warning),
    /// The ledger is not sound, as a verification reports it.
    Unsound,
}

impl FailOn {
    /// Returns whether a report meets the condition. The filter doesn't matter.
    pub fn is_met(self, report: &AuditReport) -> bool {
        match self {
            Self::Never => false,
            Self::Severity(Severity::Error) => report.errors > 0,
            Self::Severity(Severity::Warning) => report.errors + report.warnings > 0,
            Self::Severity(Severity::Info) => report.errors + report.warnings + report.infos > 0,
            Self::Unsound => !report.sound,
            Self::Advisory(warning) => report.advisories.iter().any(|found| found.code == warning),
            Self::Code(code) => report.findings.iter().any(|row| row.code == code && row.count > 0),
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let severity = Severity::ALL.iter().copied().find(|severity| severity.code() == text);
        if text == "never" {
            return Ok(Self::Never);
        }
        if text == "unsound" {
            return Ok(Self::Unsound);
        }
        // An advisory that is a finding of its own has the same code.
        if let (None, Some(warning)) = (FindingKind::from_code(text), Warning::from_code(text)) {
            return Ok(Self::Advisory(warning));
        }
        severity.map(Self::Severity).map_or_else(|| finding_kind(text).map(Self::Code), Ok)
    }
}

/// Returns the kind of finding with this code.
///
/// # Errors
/// Returns a message with the nearest code.
pub fn finding_kind(code: &str) -> Result<FindingKind, String> {
    FindingKind::from_code(code).ok_or_else(|| {
        let near = spelling::nearest(code, FindingKind::ALL.iter().map(|kind| kind.code()));
        let hint = spelling::did_you_mean(near.as_deref());
        format!("there is no finding `{}`{hint}; docs/findings.md lists all of them", spelling::echo(code))
    })
}
