//! Reports on single cases, each folded under its district.

use super::{AuditPage, Section};
use crate::chart::figure;
use crate::html::{Element, Html, cite, details, el, name, time};
use crate::phrase::Phrase;
use crate::table::{Cell, Column, Table};
use crate::terminal::TextStyle;
use crate::{audit, chart, describe, format};
use ibbi_audit::{CaseRecord, CaseReport};
use ibbi_common::zone::Zone;
use ibbi_core::Precision;

/// Returns the page's id of a case's report.
pub(super) fn place(index: usize) -> String {
    format!("report-{}", index + 1)
}

impl AuditPage<'_> {
    pub(super) fn depth_section(&self) -> Option<Section> {
        let (shown, all) = (self.timelines.len().min(Self::IN_DEPTH), self.timelines.len());
        if shown == 0 {
            return None;
        }
        let mut content = Html::new();
        if shown < all {
            let note = format!("The reports of the first {shown} of {} are shown.", format::count(all as u64, "case"));
            content.push(el("p").class("quiet").with(note));
        }
        if shown > 1 {
            content.push(el("p").class("quiet hint").with("On paper, all of these reports are unfolded."));
        }
        for (index, report) in self.timelines.iter().take(Self::IN_DEPTH).enumerate() {
            let case = case(report, &place(index));
            content.push(if shown == 1 { case.attr("open", "open") } else { case });
        }
        content.push(some(&audit::rules_of_cases(&self.timelines[..shown])));
        Some(("depth", "Cases in depth", content))
    }
}

fn case(report: &CaseReport, id: &str) -> Element {
    let district: Html = match &report.district {
        Some(district) => name(district.as_str()).into(),
        None => "Unknown district".into(),
    };
    let summary = Html::new()
        .with(el("strong").with(district))
        .with(format!(", {}, ", audit::standing(report.stage, report.outcome)))
        .with(format::count(report.records.len() as u64, "record"))
        .with(match report.findings.len() as u64 {
            0 => String::new(),
            found => format!(", {}", format::count(found, "finding")),
        })
        .with(el("small").class("quiet").with(el("code").with(report.case.to_string())));
    let zone = Zone::or_utc(report.time_zone.as_ref());
    let (role, verdict) = audit::case_verdict(report);
    let verdict = el("p").with(verdict.to_html());
    let verdict = if role == TextStyle::Bad { el("div").class("warning").with(verdict) } else { verdict };
    let about = Phrase::new("Case ").code(report.case).words(format!(". Times are in the zone {}.", zone.name()));
    let about = audit::only_actor(report).into_iter().fold(about, |about, one| about.words(" ").and(one));
    let inside = el("div")
        .attr("id", id)
        .class("story")
        .with(verdict)
        .with(el("p").class("quiet").with(about.to_html()))
        .with(audit::import_note(report, zone).map(|note| el("p").with(note.to_html())))
        .with(lacking(report))
        .with(findings(report))
        .with(figure(&format!("{id}-course"), &chart::course(report)))
        .with(figure(&format!("{id}-stays"), &chart::stays(report)))
        .with(timeline(report, zone))
        .with(attendance(report, zone))
        .with(road(report, zone))
        .with(some(&audit::waits(report)))
        .with(actors(report, zone));
    details(summary, inside).class("case")
}

pub(super) fn some(table: &Table) -> Option<Html> {
    (!table.rows.is_empty()).then(|| table.to_html())
}

/// Returns content with a heading, inside a case's report.
fn headed(heading: &'static str, content: impl Into<Html>) -> Html {
    Html::from(el("p").class("heading").with(heading)).with(content)
}

fn timeline(report: &CaseReport, zone: Zone) -> Option<Html> {
    let named = report.actors.len() > 1;
    let causes = audit::causes(report);
    let (mut before, mut number) = (None, 0);
    let days = audit::by_day(report, zone).into_iter().map(|(day, moments)| {
        let entries = moments.iter().map(|moment| {
            let mut notes = audit::record_notes(moment, before, causes.get(&moment.seq).copied());
            notes.extend(audit::late_note(moment));
            let step = report.steps.iter().find(|step| step.seq == moment.seq);
            let checked = step.map(|step| {
                let written = Phrase::new("written down ").instant(step.logged, zone);
                let rules = written.words(format!("; rules: {}", audit::step_rules(step)));
                el("div").class("note quiet").with(rules.to_html())
            });
            number += 1;
            let entry = one(moment, number, notes, (zone, named)).with(checked);
            before = Some(moment);
            entry
        });
        el("li").with(time(day)).with(el("div").all(entries.collect::<Vec<_>>()))
    });
    let days: Vec<Element> = days.collect();
    (!days.is_empty()).then(|| headed("Events", el("ol").class("agenda").all(days)))
}

fn one(moment: &CaseRecord, number: usize, notes: Vec<(TextStyle, String)>, (zone, named): (Zone, bool)) -> Element {
    let description = name(&describe(&moment.event));
    let description = if moment.corrected_by().is_some() { el("s").with(description) } else { description };
    // The time of a record of which only the day is known is one at which the rules allow it.
    let head = match moment.details.precision {
        Precision::Instant => format!("R{number}. {} #{} ", zone.show_time(moment.at), moment.seq),
        Precision::Day => format!("R{number}. #{} ", moment.seq),
    };
    let by = named.then(|| el("span").class("quiet").with(" by ").with(name(moment.actor.as_str())));
    let entry = el("div").class("moment").with(el("span").class("quiet").with(head)).with(description).with(by);
    let notes = notes.into_iter().map(|(role, text)| {
        let class = match role {
            TextStyle::Bad | TextStyle::Warning => "note wrong",
            TextStyle::Plain => "note stage",
            _ => "note quiet",
        };
        el("div").class(class).with(name(&text))
    });
    entry.all(notes.collect::<Vec<_>>())
}

fn road(report: &CaseReport, zone: Zone) -> Option<Html> {
    stage_list(report, zone).map(|list| headed("How each stage was reached", list))
}

/// Returns how each stage was reached.
pub(super) fn stage_list(report: &CaseReport, zone: Zone) -> Option<Html> {
    let stages = report.milestones.iter().zip(1..).map(|(entering, number)| {
        let settled = entering.requirements.iter().map(|each| el("li").with(audit::requirement_met(each).to_html()));
        let settled: Vec<Element> = settled.collect();
        let asked = (!settled.is_empty()).then(|| el("ul").all(settled));
        el("li").with(cite('S', number)).with(audit::stage_entry(entering, zone).to_html()).with(asked)
    });
    let stages: Vec<Element> = stages.collect();
    (!stages.is_empty()).then(|| el("ol").class("road cited").all(stages).into())
}

fn attendance(report: &CaseReport, zone: Zone) -> Option<Html> {
    attendance_list(report, zone).map(|list| headed("Attendance", list))
}

/// Returns who attended each session.
pub(super) fn attendance_list(report: &CaseReport, zone: Zone) -> Option<Html> {
    let sessions = report.attendance.iter().zip(1..).map(|(session, number)| {
        let groups = audit::attendees(session, zone).into_iter();
        let groups = groups.map(|(label, names)| el("li").with(format!("{label}: ")).with(name(&names)));
        let title = audit::session_title(session, zone).to_html();
        el("li").with(cite('A', number)).with(title).with(el("ul").all(groups.collect::<Vec<_>>()))
    });
    let sessions: Vec<Element> = sessions.collect();
    (!sessions.is_empty()).then(|| el("ol").class("road cited").all(sessions).into())
}

fn actors(report: &CaseReport, zone: Zone) -> Option<Html> {
    actor_list(report, zone).map(|list| headed("Recorded by", list))
}

/// Returns what each person recorded.
pub(super) fn actor_list(report: &CaseReport, zone: Zone) -> Option<Html> {
    let rows = report.actors.iter().map(|row| el("li").with(audit::actor_summary(row, zone).to_html()));
    let rows: Vec<Element> = rows.collect();
    (!rows.is_empty()).then(|| el("ul").all(rows).into())
}

pub(super) fn lacking(report: &CaseReport) -> Option<Html> {
    let columns = [Column::text("requirement"), Column::text("found"), Column::text("to do")];
    let mut table = Table::new("Still needed", columns);
    for unmet in &report.lacking {
        let rule = unmet.rule;
        let found = Cell::Name(format::sentence(&unmet.found.to_string()));
        let remedy = format!("{} ({}; {})", rule.remedy(), rule.id(), rule.source().label());
        table.row([rule.statement().into(), found, remedy.into()]);
    }
    some(&table)
}

pub(super) fn findings(report: &CaseReport) -> Option<Html> {
    let columns = [Column::text("severity"), Column::text("code"), Column::text("place"), Column::text("finding")];
    let mut table = Table::new("Findings", columns);
    for finding in &report.findings {
        table.row([
            finding.severity().code().into(),
            Cell::Code(finding.kind.to_string()),
            audit::place(finding).into(),
            Cell::Name(audit::finding_sentence(finding)),
        ]);
    }
    some(&table)
}
