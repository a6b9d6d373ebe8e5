//! The report on one case in a terminal.

use super::audit::role;
use super::{Layout, Piece, TextStyle, table, titled};
use crate::certificate::certificate_text;
use crate::phrase::Phrase;
use crate::table::Table;
use crate::terminal::columns::paragraph;
use crate::{audit, chart, describe, format};
use ibbi_audit::{AuditReport, CaseRecord, CaseReport};
use ibbi_common::zone::Zone;

/// The margin below the number of a record.
const INDENT: &str = "    ";

/// Returns the certificate of an audit, then the report on one case.
pub fn case_audit(audit: &AuditReport, case: &CaseReport, layout: Layout) -> Vec<Piece> {
    let mut pieces = certificate_text(audit, layout);
    pieces.push(Piece::new(TextStyle::Quiet, format!("\n{}\n", paragraph("", audit::CITING, layout.columns()))));
    pieces.extend(case_report(case, layout));
    pieces
}

/// Returns the report on one case: its stage, each record with its rules, the attendance, the time in each stage, the waits, the
/// actors, how each stage was reached, the rules of the records, what is still needed, and the findings.
pub fn case_report(report: &CaseReport, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let zone = Zone::or_utc(report.time_zone.as_ref());
    let district = report.district.as_ref().map_or_else(|| "Unknown district".to_owned(), ToString::to_string);
    let mut pieces = vec![Piece::new(TextStyle::Heading, paragraph("", &district, columns))];
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &format!("case {}", report.case), columns)));
    let (good, verdict) = audit::case_verdict(report);
    pieces.push(Piece::new(good, paragraph("", &verdict.plain(), columns)));
    let imported = audit::import_note(report, zone);
    pieces.extend(imported.map(|note| Piece::new(TextStyle::Plain, paragraph("", &note.plain(), columns))));
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &audit::lateness(report), columns)));
    let times = format!("Times are in the zone {}.", zone.name());
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &times, columns)));
    pieces.extend(records(report, zone, columns));
    pieces.extend(attendance(report, zone, columns));
    pieces.extend(titled(&chart::stays(report), layout));
    pieces.extend(captioned(&audit::waits(report), layout));
    pieces.extend(actors(report, zone, columns));
    pieces.extend(road(report, zone, columns));
    pieces.extend(rules(report, columns));
    pieces.extend(lacking(report, columns));
    pieces.extend(findings(report, columns));
    pieces
}

fn captioned(found: &Table, layout: Layout) -> Vec<Piece> {
    if found.rows.is_empty() {
        return Vec::new();
    }
    let heading = Piece::new(TextStyle::Heading, format!("\n{}", paragraph("", &found.caption, layout.columns())));
    vec![heading, table(found, layout)]
}

/// Returns each record with its rules: when the event happened, and when and by whom it was written down.
fn records(report: &CaseReport, zone: Zone, columns: usize) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("\nRecords")];
    let intro = format!("{}, {}", format::count(report.records.len() as u64, "record"), audit::RECORDS);
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &intro, columns)));
    let causes = audit::causes(report);
    let mut before = None;
    for ((record, step), number) in report.records.iter().zip(&report.steps).zip(1..) {
        pieces.push(one(record, number, columns));
        let title = audit::step_title(step, record.details.precision, zone).plain();
        pieces.push(Piece::new(TextStyle::Plain, paragraph(INDENT, &title, columns)));
        let rules = format!("Rules: {}.", audit::step_rules(step));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph(INDENT, &rules, columns)));
        for (role, text) in audit::record_notes(record, before, causes.get(&record.seq).copied()) {
            pieces.push(Piece::new(role, paragraph(&format!("{INDENT}- "), &text, columns)));
        }
        before = Some(record);
    }
    pieces
}

fn one(record: &CaseRecord, number: usize, columns: usize) -> Piece {
    let voided = record.corrected_by().is_some();
    let mark = if voided { "(voided) " } else { "" };
    let text = format!("{mark}{}", describe(&record.event));
    let role = if voided || !record.accepted { TextStyle::Quiet } else { TextStyle::Plain };
    Piece::new(role, paragraph(&format!("R{number}. "), &text, columns))
}

fn attendance(report: &CaseReport, zone: Zone, columns: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (session, number) in report.attendance.iter().zip(1..) {
        if pieces.is_empty() {
            pieces.push(Piece::heading("\nAttendance"));
        }
        let title = audit::session_title(session, zone).plain();
        pieces.push(Piece::new(TextStyle::Plain, paragraph(&format!("A{number}. "), &title, columns)));
        for (label, names) in audit::attendees(session, zone) {
            pieces.push(Piece::new(TextStyle::Plain, paragraph("  - ", &format!("{label}: {names}"), columns)));
        }
    }
    pieces
}

fn rules(report: &CaseReport, columns: usize) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("\nRules of the records")];
    for rule in audit::rules(report) {
        let text = format!("{} ({}): {}", rule.id(), rule.source().label(), rule.statement());
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("- ", &text, columns)));
    }
    pieces
}

fn actors(report: &CaseReport, zone: Zone, columns: usize) -> Vec<Piece> {
    let rows = report
        .actors
        .iter()
        .map(|row| Piece::new(TextStyle::Plain, paragraph("- ", &audit::actor_summary(row, zone).plain(), columns)));
    std::iter::once(Piece::heading("\nRecorded by")).chain(rows).collect()
}

fn road(report: &CaseReport, zone: Zone, columns: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (entering, number) in report.milestones.iter().zip(1..) {
        if pieces.is_empty() {
            pieces.push(Piece::heading("\nHow each stage was reached"));
        }
        let entered = audit::stage_entry(entering, zone).plain();
        pieces.push(Piece::new(TextStyle::Plain, paragraph(&format!("S{number}. "), &entered, columns)));
        for requirement in &entering.requirements {
            let text = audit::requirement_met(requirement).plain();
            pieces.push(Piece::new(TextStyle::Plain, paragraph("  - ", &text, columns)));
        }
    }
    pieces
}

fn lacking(report: &CaseReport, columns: usize) -> Vec<Piece> {
    if report.lacking.is_empty() {
        return Vec::new();
    }
    let mut pieces = vec![Piece::heading("\nStill needed")];
    for unmet in &report.lacking {
        let [statement, found, remedy] = audit::lacking(unmet);
        pieces.push(Piece::new(TextStyle::Plain, paragraph("- ", &statement, columns)));
        pieces.push(Piece::new(TextStyle::Plain, paragraph("  ", &found, columns)));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("  ", &remedy, columns)));
    }
    pieces
}

fn findings(report: &CaseReport, columns: usize) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("\nAudit findings")];
    if report.findings.is_empty() {
        pieces.push(Piece::new(TextStyle::Good, "None.\n"));
    }
    for finding in &report.findings {
        let text = format!("{}: {} [{}]", finding.severity(), Phrase::about(finding).plain(), finding.kind);
        pieces.push(Piece::new(role(finding.severity()), paragraph("- ", &text, columns)));
    }
    pieces
}
