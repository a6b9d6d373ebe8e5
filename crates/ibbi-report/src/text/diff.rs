//! Two ledgers side by side in a terminal.

use super::columns::{cut, paragraph, width};
use super::{Layout, Piece, Role};
use crate::{audited, words};
use ibbi_audit::Diff;

/// A value that is wider than this stands on a line of its own.
const SHORT: usize = 20;

/// How two ledgers differ: where they part first, and what differs in each case's state, in words.
pub fn diff(diff: &Diff, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let (role, verdict) = audited::parted(diff);
    let mut pieces = vec![Piece::new(role, paragraph("", &verdict.plain(), columns))];
    if let Some(found) = &diff.divergence {
        pieces.push(Piece::heading("\nWhere they part"));
        let (place, both) = audited::divergence(found);
        pieces.push(Piece::new(Role::Plain, paragraph("", &place.plain(), columns)));
        for (which, has) in both {
            let line = format!("  {which:<8}{}\n", cut(&has, columns.saturating_sub(10)));
            pieces.push(Piece::new(Role::Quiet, line));
        }
    }
    if !diff.cases.is_empty() {
        pieces.push(Piece::heading("\nWhat that does to the cases"));
    }
    for case in &diff.cases {
        pieces.push(Piece::new(Role::Plain, paragraph("", &audited::presence(case).plain(), columns)));
        for change in &case.changes {
            pieces.push(changed(audited::change(change), columns));
        }
    }
    let all = diff.differing.saturating_add(diff.only_first).saturating_add(diff.only_second);
    if let Some(more) = all.checked_sub(diff.cases.len() as u64).filter(|more| *more > 0) {
        let more = format!("{} more differ and are not shown.", words::count(more, "case"));
        pieces.push(Piece::new(Role::Quiet, paragraph("", &more, columns)));
    }
    pieces
}

fn changed((place, [first, second]): (String, [String; 2]), columns: usize) -> Piece {
    if width(&first).max(width(&second)) <= SHORT {
        let text = format!("{place}: {first} in the first, {second} in the second");
        return Piece::new(Role::Plain, paragraph("  - ", &text, columns));
    }
    let line = |which: &str, has: &str| format!("      {which:<8}{}\n", cut(has, columns.saturating_sub(14)));
    let text = paragraph("  - ", &place, columns) + &line("first", &first) + &line("second", &second);
    Piece::new(Role::Plain, text)
}
