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
use ibbi_core::Precision;

/// Returns the certificate of an audit, then the report on one case.
pub fn case_audit(audit: &AuditReport, case: &CaseReport, layout: Layout) -> Vec<Piece> {
    let mut pieces = certificate_text(audit, layout);
    pieces.push(Piece::new(TextStyle::Plain, "\n"));
    pieces.extend(case_report(case, layout));
    pieces
}

/// Returns the report on one case: its stage, its events with their actors, the attendance, the time in each stage, the waits,
/// how each stage was reached, the steps with their rules, what is still needed, and the findings.
pub fn case_report(report: &CaseReport, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let zone = Zone::or_utc(report.time_zone.as_ref());
    let district = report.district.as_ref().map_or_else(|| "Unknown district".to_owned(), ToString::to_string);
    let mut pieces = vec![Piece::new(TextStyle::Heading, paragraph("", &district, columns))];
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &format!("case {}", report.case), columns)));
    let (good, verdict) = audit::case_verdict(report);
    pieces.push(Piece::new(good, paragraph("", &verdict.plain(), columns)));
    pieces.push(Piece::new(TextStyle::Plain, paragraph("", &audit::lateness(report), columns)));
    let times = format!("Times are in the zone {}.", zone.name());
    pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &times, columns)));
    pieces.extend(timeline(report, zone, columns));
    pieces.extend(attendance(report, zone, columns));
    pieces.extend(titled(&chart::stays(report), layout));
    pieces.extend(captioned(&audit::waits(report), layout));
    pieces.extend(actors(report, zone, columns));
    pieces.extend(road(report, zone, columns));
    pieces.extend(steps(report, zone, columns));
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

fn timeline(report: &CaseReport, zone: Zone, columns: usize) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("\nEvents")];
    let only_actor = audit::only_actor(report);
    if let Some(one) = &only_actor {
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &one.plain(), columns)));
    }
    let causes = audit::causes(report);
    let mut before = None;
    for (day, moments) in audit::by_day(report, zone) {
        pieces.push(Piece::new(TextStyle::Plain, format!("{}\n", format::weekday_date(day))));
        for moment in moments {
            pieces.push(one(moment, (zone, only_actor.is_none()), columns));
            let indent = " ".repeat(lead(moment, zone).len().saturating_sub(2)) + "- ";
            for (role, text) in audit::record_notes(moment, before, causes.get(&moment.seq).copied()) {
                pieces.push(Piece::new(role, paragraph(&indent, &text, columns)));
            }
            before = Some(moment);
        }
    }
    pieces
}

/// Returns the start of a record's line.
fn lead(moment: &CaseRecord, zone: Zone) -> String {
    let time = match moment.details.precision {
        Precision::Instant => zone.show_time(moment.at),
        Precision::Day => String::new(),
    };
    format!("  {time:>8}  #{}  ", moment.seq)
}

/// Returns a record, with its actor if there are several.
fn one(moment: &CaseRecord, (zone, named): (Zone, bool), columns: usize) -> Piece {
    let voided = moment.corrected_by().is_some();
    let mark = if voided { "(voided) " } else { "" };
    let by = if named { format!(" [{}]", moment.actor) } else { String::new() };
    let text = format!("{mark}{}{by}", describe(&moment.event));
    let role = if voided || !moment.accepted { TextStyle::Quiet } else { TextStyle::Plain };
    Piece::new(role, paragraph(&lead(moment, zone), &text, columns))
}

fn attendance(report: &CaseReport, zone: Zone, columns: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for session in &report.attendance {
        if pieces.is_empty() {
            pieces.push(Piece::heading("\nAttendance"));
        }
        let title = audit::session_title(session, zone).plain();
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &title, columns)));
        for (label, names) in audit::attendees(session, zone) {
            pieces.push(Piece::new(TextStyle::Plain, paragraph("  - ", &format!("{label}: {names}"), columns)));
        }
    }
    pieces
}

fn steps(report: &CaseReport, zone: Zone, columns: usize) -> Vec<Piece> {
    let mut pieces = vec![Piece::heading("\nSteps and their rules")];
    for (step, record) in report.steps.iter().zip(&report.records) {
        let title = audit::step_title(step, record.details.precision, zone).plain();
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &title, columns)));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("    ", &audit::step_rules(step), columns)));
    }
    pieces.push(Piece::heading("\nRules of the steps"));
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
    for entering in &report.milestones {
        if pieces.is_empty() {
            pieces.push(Piece::heading("\nHow each stage was reached"));
        }
        let entered = audit::stage_entry(entering, zone).plain();
        pieces.push(Piece::new(TextStyle::Plain, paragraph("", &entered, columns)));
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
