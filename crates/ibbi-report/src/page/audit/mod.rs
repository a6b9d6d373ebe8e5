//! The page of an audit: one file, from the verdict down to how it was made.

use crate::html::{Document, Html, el};
use ibbi_audit::{CaseReport, CaseSummary, Report};

/// Everything that an audit found, for one page.
#[derive(Debug, Clone, Copy)]
pub struct AuditPage<'a> {
    /// What was found.
    pub report: &'a Report,
    /// Cases to list.
    pub cases: &'a [CaseSummary],
    /// Cases to tell in depth.
    pub timelines: &'a [CaseReport],
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

impl AuditPage<'_> {
    /// The page: one file that needs no other, and runs no script.
    pub fn to_html(&self) -> String {
        let content = Html::from(el("h1").with("Audit"));
        Document { title: "Audit of a ledger", program: self.program, content }.to_html()
    }
}
