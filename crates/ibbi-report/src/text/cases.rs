//! All cases on a day, in a terminal.

use super::{Layout, Piece, TextStyle, table, titled};
use crate::case_tables::{self, CaseOrder};
use crate::case_words as words;
use crate::terminal::columns::paragraph;
use crate::{chart, format};
use ibbi_audit::CasesReport;

/// Columns that a terminal leaves out, because there is no room for them. The CSV has them.
const LONG: [&str; 11] = [
    "days_inquiry",
    "days_introduction",
    "days_application",
    "days_training",
    "days_caucus",
    "days_agreement",
    "days_facilitation",
    "opened",
    "closed",
    "outcome",
    "case",
];

/// The most cases whose later records are listed.
const CHANGED: usize = 20;

/// Returns the spread of the days by stage, what took unusually long, the cases, and what was recorded later.
pub fn cases(report: &CasesReport, order: CaseOrder, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let mut pieces = vec![Piece::heading(&words::title(report))];
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &words::result(report), columns)));
    if !report.states.is_empty() {
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &words::basis(report), columns)));
    }
    let notes = words::notes(report);
    pieces.extend(notes.iter().map(|note| Piece::new(TextStyle::Warning, paragraph("- ", note, columns))));
    if report.states.is_empty() {
        return pieces;
    }
    pieces.extend(titled(&chart::stage_spread(report), layout));
    let [over, open] = case_tables::spread_for_people(report);
    let shown = [over, open].map(|table| (table.caption, table));
    let shown = shown
        .into_iter()
        .chain([case_tables::outliers(report), case_tables::cases(report, order)].map(|table| (table.title, table)));
    for (heading, shown) in shown.filter(|(_, shown)| !shown.rows.is_empty()) {
        pieces.push(Piece::heading(&format!("\n{heading}")));
        pieces.push(table(&shown.without(&LONG).to_table(), layout));
    }
    let changed: Vec<_> = report.states.iter().filter(|state| !state.changes.is_empty()).collect();
    if !changed.is_empty() {
        pieces.push(Piece::heading("\nRecorded later"));
    }
    let more = changed.len().saturating_sub(CHANGED);
    for state in changed.into_iter().take(CHANGED) {
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", state.district.as_str(), columns)));
        let sentences = words::differences(state).into_iter();
        pieces.extend(sentences.map(|text| Piece::new(TextStyle::Plain, paragraph("  - ", &text, columns))));
    }
    if more > 0 {
        let text =
            format!("{} not shown here. --csv changes prints all of them.", format::count(more as u64, "more case"));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &text, columns)));
    }
    pieces.push(Piece::heading("\nMethod"));
    pieces.extend(words::METHODS.map(|method| Piece::new(TextStyle::Quiet, paragraph("- ", method, columns))));
    pieces
}
