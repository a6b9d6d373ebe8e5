//! Everything that an audit reports, in memory.

use ibbi_audit::{AuditedCaseSummary, Finding, FindingSink};

/// The findings and the case summaries of an audit.
#[derive(Debug, Default, PartialEq)]
pub struct AuditOutput {
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// The summaries of the cases, in order.
    pub cases: Vec<AuditedCaseSummary>,
}

impl FindingSink for AuditOutput {
    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn case(&mut self, case: AuditedCaseSummary) {
        self.cases.push(case);
    }
}
