//! All that an audit finds, kept: for the tests of several crates and for the fuzzer.

use ibbi_audit::{CaseSummary, Finding, Sink};

/// What an audit finds and tells of the cases, in full.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Kept {
    pub(crate) findings: Vec<Finding>,
    pub(crate) cases: Vec<CaseSummary>,
}

impl Sink for Kept {
    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn case(&mut self, case: CaseSummary) {
        self.cases.push(case);
    }
}
