//! An audit in a terminal.

use super::{Layout, Piece, TextStyle, table, titled};
use crate::certificate::certificate_text;
use crate::phrase::Phrase;
use crate::table::Table;
use crate::terminal::columns::paragraph;
use crate::{audit, chart};
use ibbi_audit::{AuditReport, CodeCount, Severity};

/// The number of sequences that are listed.
const VARIANTS: usize = 5;
/// The number of months that are listed.
const MONTHS: usize = 12;
/// From this many columns on, tables have all their figures.
const ROOMY: usize = 64;

/// Returns an audit: the certificate, the findings by code with the first few of each, measures of the
/// cases, and the method.
///
/// Its length does not depend on the number of findings, since a report keeps only the first few of each code.
pub fn audit(report: &AuditReport, layout: Layout) -> Vec<Piece> {
    let mut pieces = certificate_text(report, layout);
    let filter_note = audit::filter_note(&report.filter);
    pieces.extend(filter_note.map(|phrase| {
        Piece::new(TextStyle::Warning, format!("\n{}", paragraph("", &phrase.plain(), layout.columns())))
    }));
    pieces.extend(findings(report, layout));
    pieces.extend(cases(report, layout));
    pieces.extend(made(report, layout));
    pieces
}

fn findings(report: &AuditReport, layout: Layout) -> Vec<Piece> {
    if report.findings.is_empty() {
        return Vec::new();
    }
    let mut pieces = vec![Piece::heading("\nFindings")];
    for row in audit::codes(report) {
        pieces.extend(finding(row, layout.columns()));
    }
    pieces
}

fn finding(row: &CodeCount, columns: usize) -> Vec<Piece> {
    let role = role(row.severity);
    let count = crate::format::times(row.count);
    let head = format!("{}: {} [{}, {count}]", row.severity, row.statement, row.code);
    let mut pieces = vec![Piece::new(role, paragraph("", &head, columns))];
    for kept in &row.first {
        let text = Phrase::finding(&kept.finding).plain();
        let later = audit::consequences(kept).map_or_else(String::new, |later| format!(" ({later})"));
        pieces.push(Piece::new(TextStyle::Plain, paragraph("  - ", &(text + &later), columns)));
    }
    pieces.extend(audit::more(row).map(|more| Piece::new(TextStyle::Quiet, paragraph("    ", &more, columns))));
    let remedy = row.code.remedy();
    let remedy = if remedy.starts_with("Nothing") { remedy.to_owned() } else { format!("To do: {remedy}") };
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("    ", &remedy, columns)));
    pieces
}

pub(super) const fn role(severity: Severity) -> TextStyle {
    match severity {
        Severity::Error => TextStyle::Bad,
        Severity::Warning => TextStyle::Warning,
        Severity::Info => TextStyle::Plain,
    }
}

fn cases(report: &AuditReport, layout: Layout) -> Vec<Piece> {
    if report.cases.total == 0 {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    pieces.extend(titled(&chart::cases_by_stage(report), layout));
    if report.cases.closed > 0 {
        pieces.extend(titled(&chart::cases_by_outcome(report), layout));
    }
    // On a narrow terminal: stage or outcome, cases, median, and P90; or waited for, cases, median, and total.
    for (found, kept) in [
        (audit::stage_times(report), [0, 1, 2, 4]),
        (audit::still_times(report), [0, 1, 2, 4]),
        (audit::outcome_times(report), [0, 1, 2, 4]),
        (audit::waiting(report), [0, 1, 2, 4]),
        (last(chart::months_table(report), MONTHS), [0, 1, 2, 3]),
    ] {
        let found = if layout.columns() < ROOMY { only(found, &kept) } else { found };
        if !found.rows.is_empty() {
            let heading = format!("\n{}", paragraph("", &found.caption, layout.columns()));
            pieces.extend([Piece::new(TextStyle::Heading, heading), table(&found, layout)]);
        }
    }
    pieces.extend(titled(&chart::paths(report), layout));
    pieces.extend(variants(report, layout));
    pieces.push(Piece::heading("\nRecords and fitness"));
    for sentence in audit::record_counts(&report.events) {
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &sentence, layout.columns())));
    }
    pieces
}

/// Keeps the last rows of a table.
fn last(mut table: Table, most: usize) -> Table {
    let all = table.rows.len();
    if all > most {
        table.rows.drain(..all - most);
        table.caption = format!("{}: the last {most} of {all}", table.caption);
    }
    table
}

/// Keeps some of a table's columns.
fn only(mut table: Table, kept: &[usize]) -> Table {
    fn pick<T>(all: Vec<T>, kept: &[usize]) -> Vec<T> {
        all.into_iter().enumerate().filter(|(index, _)| kept.contains(index)).map(|(_, item)| item).collect()
    }
    table.columns = pick(table.columns, kept);
    table.rows = table.rows.into_iter().map(|row| pick(row, kept)).collect();
    table
}

/// Returns the most frequent sequences of events, one per paragraph.
fn variants(report: &AuditReport, layout: Layout) -> Vec<Piece> {
    let variants = &report.variants;
    let shown = variants.first.len().min(VARIANTS);
    if shown == 0 {
        return Vec::new();
    }
    let heading = audit::caption("Sequences of events", shown as u64, variants.distinct);
    let mut pieces = vec![Piece::new(TextStyle::Heading, format!("\n{}", paragraph("", &heading, layout.columns())))];
    for variant in variants.first.iter().take(VARIANTS) {
        let text = audit::variant(variant);
        pieces.push(Piece::new(TextStyle::Plain, paragraph("- ", &text, layout.columns())));
    }
    pieces
}

fn made(report: &AuditReport, layout: Layout) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("\nAbout this audit")];
    let quiet = |first: &str, text: &str| Piece::new(TextStyle::Quiet, paragraph(first, text, layout.columns()));
    for (what, value) in audit::provenance(report, None) {
        pieces.push(quiet("", &format!("{what}: {}", value.plain())));
    }
    pieces.extend(audit::METHODS.iter().map(|method| quiet("- ", method)));
    pieces
}
