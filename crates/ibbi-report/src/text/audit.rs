//! An audit in a terminal.

use super::columns::paragraph;
use super::{Layout, Piece, Role};
use ibbi_audit::Report;

/// An audit: the verdict, what was found, and how the cases went.
pub fn audit(report: &Report, layout: Layout) -> Vec<Piece> {
    let verdict = if report.sound { "The ledger is sound." } else { "The ledger is not sound." };
    vec![Piece::new(Role::Plain, paragraph("", verdict, layout.columns()))]
}
