//! The comparison of two ledgers in a terminal.

use super::{Layout, Piece, TextStyle};
use crate::terminal::columns::{cut, paragraph, width};
use crate::{audit, format};
use ibbi_audit::Diff;

/// A wider value is on its own line.
const SHORT: usize = 20;

/// Returns how two ledgers differ: each record by field, the first byte, and the differences in each case's state.
pub fn diff(diff: &Diff, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let (role, verdict) = audit::diff_verdict(diff);
    let mut pieces = vec![Piece::new(role, paragraph("", &verdict.plain(), columns))];
    for note in audit::diff_notes(diff) {
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &note.plain(), columns)));
    }
    pieces.extend(lines(diff, columns));
    if let Some(found) = &diff.divergence {
        pieces.push(Piece::heading("\nFirst different byte"));
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
        pieces.push(Piece::new(
            TextStyle::Plain,
            paragraph("", &audit::case_presence(case, diff.names).plain(), columns),
        ));
        for change in &case.changes {
            pieces.push(changed(audit::change(change), columns));
            let found = audit::change_characters(change);
            pieces.extend(found.map(|found| Piece::new(TextStyle::Plain, paragraph("      ", &found, columns))));
        }
    }
    let all = diff.differing.saturating_add(diff.only_first).saturating_add(diff.only_second);
    if let Some(more) = all.checked_sub(diff.cases.len() as u64).filter(|more| *more > 0) {
        let more = format!("{} more differ but are not listed.", format::count(more, "case"));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &more, columns)));
    }
    pieces
}

/// Returns the fields that differ, and the first lines that differ.
fn lines(diff: &Diff, columns: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let fields = audit::differing_fields(diff);
    if !fields.is_empty() {
        pieces.push(Piece::heading("\nFields that differ"));
        let longest = fields.iter().map(|(field, _)| width(field)).max().unwrap_or(0);
        let row = |(field, count): (String, String)| format!("  {field:<longest$}  {count}\n");
        pieces.extend(fields.into_iter().map(|each| Piece::new(TextStyle::Plain, row(each))));
    }
    if !diff.records.shown.is_empty() {
        pieces.push(Piece::heading("\nDifferences by record"));
    }
    for line in &diff.records.shown {
        let (text, changes) = audit::line_difference(line);
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &text, columns)));
        pieces.extend(changes.iter().map(|text| Piece::new(TextStyle::Plain, paragraph("  - ", text, columns))));
        let place = audit::line_places(line, diff.names)
            .map(|place| Piece::new(TextStyle::Quiet, paragraph("    ", &place, columns)));
        pieces.extend(place);
    }
    if let Some(more) = diff.records.total().checked_sub(diff.records.shown.len() as u64).filter(|more| *more > 0) {
        let more =
            format!("More lines that differ but are not listed: {}. Add --all to list them.", format::number(more));
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
