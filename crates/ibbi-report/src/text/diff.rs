//! The comparison of two ledgers in a terminal.

use super::{Layout, Piece, TextStyle};
use crate::terminal::columns::{cut, paragraph, width};
use crate::{audit, format};
use ibbi_audit::Diff;

/// A wider value is on its own line.
const SHORT: usize = 20;

/// Returns how two ledgers differ: the first difference, and the differences in each case's state.
pub fn diff(diff: &Diff, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let (role, verdict) = audit::diff_verdict(diff);
    let mut pieces = vec![Piece::new(role, paragraph("", &verdict.plain(), columns))];
    if let Some(found) = &diff.divergence {
        pieces.push(Piece::heading("\nFirst difference"));
        let (place, both) = audit::divergence(found);
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &place.plain(), columns)));
        for (which, has) in both {
            let line = format!("  {which:<8}{}\n", cut(&has, columns.saturating_sub(10)));
            pieces.push(Piece::new(TextStyle::Quiet, line));
        }
    }
    if !diff.cases.is_empty() {
        pieces.push(Piece::heading("\nDifferences by case"));
    }
    for case in &diff.cases {
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &audit::case_presence(case).plain(), columns)));
        for change in &case.changes {
            pieces.push(changed(audit::change(change), columns));
        }
    }
    let all = diff.differing.saturating_add(diff.only_first).saturating_add(diff.only_second);
    if let Some(more) = all.checked_sub(diff.cases.len() as u64).filter(|more| *more > 0) {
        let more = format!("{} more differ but are not listed.", format::count(more, "case"));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &more, columns)));
    }
    pieces
}

fn changed((place, [first, second]): (String, [String; 2]), columns: usize) -> Piece {
    if width(&first).max(width(&second)) <= SHORT {
        let text = format!("{place}: {first} in the first, {second} in the second");
        return Piece::new(TextStyle::Plain, paragraph("  - ", &text, columns));
    }
    let line = |which: &str, has: &str| format!("      {which:<8}{}\n", cut(has, columns.saturating_sub(14)));
    let text = paragraph("  - ", &place, columns) + &line("first", &first) + &line("second", &second);
    Piece::new(TextStyle::Plain, text)
}
