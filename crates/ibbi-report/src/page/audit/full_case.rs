//! The page of one case in full: the certificate, each record in order, attendance, corrections, and what was known when.

use super::{Section, case};
use crate::certificate::{certificate_foot, certificate_html};
use crate::chart::figure;
use crate::html::{Document, Element, Html, cite, el, link, name, section};
use crate::phrase::Phrase;
use crate::table::{Cell, Column, Table};
use crate::terminal::TextStyle;
use crate::{audit, chart, describe, format};
use ibbi_audit::{AuditReport, CaseRecord, CaseReport, CaseStep, KnownDay};
use ibbi_common::zone::Zone;

/// One case in full, for a page that is complete on paper.
///
/// It starts with the certificate of the audit. Then it has each record in order, with its rules and their sources, when the
/// event happened, and when and by whom it was written down.
#[derive(Debug, Clone, Copy)]
pub struct CaseAuditPage<'a> {
    /// The audit report of the ledger.
    pub report: &'a AuditReport,
    /// The report on the case.
    pub case: &'a CaseReport,
    /// What was known at the end of each day on which a record was written down.
    pub known: &'a [KnownDay],
    /// All records of the case, also those that the report leaves out: a later one can correct one that is shown.
    pub all: &'a [CaseRecord],
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

impl CaseAuditPage<'_> {
    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let zone = Zone::or_utc(self.case.time_zone.as_ref());
        let sections: Vec<Section> = [
            Some(("case", "The case", self.overview(zone))),
            Some(("records", "Records", self.records(zone))),
            self.corrections(zone).map(|table| ("corrections", "Corrections", table)),
            case::attendance_list(self.case, zone).map(|list| ("attendance", "Attendance", list)),
            self.known_when(zone).map(|table| ("known", "Known on each day", table)),
            case::stage_list(self.case, zone).map(|list| ("reached", "How each stage was reached", list)),
            case::actor_list(self.case, zone).map(|list| ("actors", "Recorded by", list)),
            Some(("rules", "Rules of the records", audit::rules_of_steps(self.case).to_html())),
            Some(self.made()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let links = sections.iter().map(|(id, heading, _)| el("li").with(link(id, *heading)));
        let mut content = self.head();
        content.push(el("nav").attr("aria-label", "On this page").with(el("ul").all(links)));
        for (id, heading, inside) in sections {
            content.push(section(id, heading, inside));
        }
        let title = format!("Case of {}, audited", self.district());
        Document { title: &title, program: self.program, content }.to_paper(&certificate_foot(self.report))
    }

    fn district(&self) -> &str {
        self.case.district.as_ref().map_or("an unknown district", |district| district.as_str())
    }

    fn head(&self) -> Html {
        let under = Phrase::new("Case ").code(self.case.case);
        let under = match self.case.later {
            0 => under.words(", with its whole record."),
            later => {
                let shown = self.case.records.len() as u64;
                let zone = Zone::or_utc(self.case.time_zone.as_ref());
                let of = format!("; {} of {}.", format::number(shown), format::count(shown + later, "record"));
                under.words(", as of ").instant(self.case.as_of, zone).words(of)
            }
        };
        Html::new()
            .with(
                el("header")
                    .with(el("h1").with(name(self.district())))
                    .with(el("p").class("under").with(under.to_html())),
            )
            .with(certificate_html(self.report))
            .with(
                el("p")
                    .class("quiet")
                    .with("The certificate is about the whole file. The rest of this page is about one case."),
            )
            .with(el("p").class("quiet").with(audit::CITING))
    }

    fn overview(&self, zone: Zone) -> Html {
        let (style, verdict) = audit::case_verdict(self.case);
        let verdict = el("p").with(verdict.to_html());
        let verdict = if style == TextStyle::Bad { el("div").class("warning").with(verdict) } else { verdict };
        let times = format!("Times are in the zone {}.", zone.name());
        Html::new()
            .with(verdict)
            .with(audit::import_note(self.case, zone).map(|note| el("p").with(note.to_html())))
            .with(el("p").with(audit::lateness(self.case)))
            .with(el("p").class("quiet").with(times))
            .with(case::findings(self.case))
            .with(case::lacking(self.case))
            .with(figure("course", &chart::course(self.case)))
            .with(figure("stays", &chart::stays(self.case)))
            .with(case::some(&audit::waits(self.case)))
    }

    fn records(&self, zone: Zone) -> Html {
        let causes = audit::causes(self.case);
        let mut before = None;
        let mut items = Vec::new();
        for ((record, step), number) in self.case.records.iter().zip(&self.case.steps).zip(1..) {
            let notes = audit::record_notes(record, before, causes.get(&record.seq).copied());
            items.push(Self::record((number, record, step), notes, zone));
            before = Some(record);
        }
        let count = format::count(self.case.records.len() as u64, "record");
        let later = (self.case.later > 0).then(|| {
            let later = format::count(self.case.later, "later record");
            el("p").with(format!("This page leaves out {later}, because of the time or the record that was asked for."))
        });
        let intro = format!("{count}, {}", audit::RECORDS);
        Html::new()
            .with(el("p").class("quiet").with(intro))
            .with(later)
            .with(el("ol").class("records cited").all(items))
    }

    fn record(
        (number, record, step): (usize, &CaseRecord, &CaseStep),
        notes: Vec<(TextStyle, String)>,
        zone: Zone,
    ) -> Element {
        let description = name(&describe(&record.event));
        let description = match record.corrected_by() {
            Some(_) => el("s").with(description),
            None => el("strong").with(description),
        };
        let rules = format!("Rules: {}.", audit::step_rules(step));
        let notes = notes.into_iter().map(|(style, text)| {
            let class = match style {
                TextStyle::Bad | TextStyle::Warning => "note wrong",
                TextStyle::Plain => "note stage",
                _ => "note quiet",
            };
            el("div").class(class).with(name(&format::sentence(&text)))
        });
        el("li")
            .attr("id", format!("record-{}", record.seq))
            .with(el("p").with(cite('R', number)).with(description))
            .with(el("p").class("quiet").with(audit::step_title(step, record.details.precision, zone).to_html()))
            .with(el("p").class("quiet").with(rules))
            .all(notes.collect::<Vec<_>>())
    }

    /// Returns the records that were corrected, with their corrections.
    fn corrections(&self, zone: Zone) -> Option<Html> {
        let columns = [
            Column::number("record"),
            Column::text("said"),
            Column::text("corrected by"),
            Column::text("written down"),
            Column::text("by"),
        ];
        let mut table = Table::new("Records that were corrected", columns);
        for record in &self.case.records {
            let Some(by) = record.corrected_by() else { continue };
            let how = if record.voided_by.is_some() { "voided" } else { "replaced" };
            let correction = self.all.iter().find(|other| other.seq == by);
            let said = correction.map_or_else(String::new, |other| format!(": {}", describe(&other.event)));
            table.row([
                Cell::Number(format!("#{}", record.seq)),
                Cell::Name(describe(&record.event)),
                Cell::Name(format!("{how} by #{by}{said}")),
                correction.map_or(Cell::Nothing, |other| Cell::Instant(other.logged, zone.show(other.logged))),
                correction.map_or(Cell::Nothing, |other| Cell::Name(other.actor.to_string())),
            ]);
        }
        case::some(&table)
    }

    fn known_when(&self, zone: Zone) -> Option<Html> {
        let columns = [
            Column::text("end of"),
            Column::text("known stage"),
            Column::text("records written down that day"),
            Column::text("of events on earlier days"),
        ];
        let caption = format!("Written down by the end of each day ({})", zone.name());
        let mut table = Table::new(caption, columns);
        let numbers = |all: &[u64]| all.iter().map(|seq| format!("#{seq}")).collect::<Vec<_>>().join(", ");
        for known in self.known {
            table.row([
                known.day.into(),
                audit::standing(known.stage, known.outcome).into(),
                numbers(&known.written).into(),
                if known.late.is_empty() { Cell::Nothing } else { numbers(&known.late).into() },
            ]);
        }
        case::some(&table)
    }

    fn made(&self) -> Section {
        let facts = audit::provenance(self.report, Some(self.program));
        let facts = facts
            .into_iter()
            .map(|(what, value)| el("div").with(el("dt").with(what)).with(el("dd").with(value.to_html())));
        let methods = audit::METHODS.iter().take(2).map(|method| el("li").with(*method));
        let content = Html::new().with(el("dl").class("facts").all(facts)).with(el("ul").all(methods));
        ("made", "About this audit", content)
    }
}
