//! Two ledgers side by side in a terminal.

use super::columns::paragraph;
use super::{Layout, Piece, Role};
use ibbi_audit::Diff;

/// How two ledgers differ: where they part, and what differs in the state of each case.
pub fn diff(diff: &Diff, layout: Layout) -> Vec<Piece> {
    let same = if diff.same { "The two are the same." } else { "The two differ." };
    vec![Piece::new(Role::Plain, paragraph("", same, layout.columns()))]
}
