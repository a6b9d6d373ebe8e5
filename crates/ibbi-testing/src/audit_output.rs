//! Everything that an audit reports, in memory.

use ibbi_audit::{CaseSummary, Finding, Sink};

/// The findings and the case summaries of an audit.
#[derive(Debug, Default, PartialEq)]
pub struct AuditOutput {
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// The summaries of the cases, in order.
    pub cases: Vec<CaseSummary>,
}

impl Sink for AuditOutput {
    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn case(&mut self, case: CaseSummary) {
        self.cases.push(case);
    }
}
