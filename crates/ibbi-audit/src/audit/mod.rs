//! The audit of a ledger or an extract.

mod custody;
mod double_booked;
mod extract;
mod findings;
mod judged;
mod ledger;
mod texts;

use crate::error::AuditError;
use crate::finding::Finding;
use crate::input::{LedgerSource, SourceDigest};
use crate::options::AuditOptions;
use crate::report::{AuditReport, AuditedCaseSummary};
use findings::Findings;
use ibbi_seal::is_extract;

/// A receiver of findings while an audit runs. Any `FnMut(Finding)` is one.
pub trait FindingSink {
    /// Takes a finding. Findings come in line order; those that depend on the whole input come at the end.
    fn finding(&mut self, finding: Finding);

    /// Takes a case after the whole input has been read. Cases come in the order of their first lines.
    fn case(&mut self, case: AuditedCaseSummary) {
        let _ = case;
    }
}

impl<F: FnMut(Finding)> FindingSink for F {
    fn finding(&mut self, finding: Finding) {
        self(finding);
    }
}

/// An audit, which reads a ledger once as a stream and judges every line.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    options: AuditOptions,
}

impl Audit {
    /// Creates an audit with these options.
    pub const fn new(options: AuditOptions) -> Self {
        Self { options }
    }

    /// Runs the audit.
    ///
    /// # Errors
    /// Returns an [`AuditError`] if the source can't be read. A problem in the content is a finding, never an error.
    pub fn run(&self, source: LedgerSource<'_>, sink: &mut dyn FindingSink) -> Result<AuditReport, AuditError> {
        let mut opened = source.with_digest(self.options.certificate.digest).begin(self.options.max_stream)?;
        let digest = opened.digest.take();
        let mut findings = Findings::new(sink, &self.options);
        let judged = if is_extract(&opened.beginning) {
            extract::judge(opened, &self.options, &mut findings)?
        } else {
            ledger::judge(opened, &self.options, &mut findings)?
        };
        let digest = digest.map(SourceDigest::finish).transpose();
        let digest = digest.map_err(|source| AuditError::Read { offset: judged.bytes(), source })?;
        Ok(judged.report(&self.options, findings, digest.flatten()))
    }
}
