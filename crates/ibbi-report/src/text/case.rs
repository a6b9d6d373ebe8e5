//! One case in depth in a terminal.

use super::columns::paragraph;
use super::{Layout, Piece, Role};
use ibbi_audit::CaseReport;

/// One case: its timeline, who did what, how long it stood where, and why it is where it is.
pub fn case_report(report: &CaseReport, layout: Layout) -> Vec<Piece> {
    vec![Piece::new(Role::Plain, paragraph("", &format!("Case {}", report.case), layout.columns()))]
}
