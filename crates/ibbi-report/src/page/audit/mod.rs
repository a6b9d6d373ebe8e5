//! The page of an audit: one file, from the verdict to the method.

mod case;
mod cases;
mod findings;
mod full_case;

pub use full_case::CaseAuditPage;

use crate::certificate::{certificate_foot, certificate_html};
use crate::chart::figure;
use crate::html::{Document, Html, el};
use crate::phrase::Phrase;
use crate::{audit, chart, format};
use ibbi_audit::{AuditReport, AuditedCaseSummary, CaseReport, InputKind};
use std::collections::HashMap;
use uuid::Uuid;

/// The results of an audit, for one page.
///
/// The page is for auditors. It starts with the verdict, lists the findings and their places, shows measures of the
/// cases, reports on single cases, and ends with what was audited and the method.
///
/// It has at most [`AuditPage::LISTED`] cases of a group and at most [`AuditPage::IN_DEPTH`] reports. It says how many
/// are not shown.
///
/// ```
/// use ibbi_audit::{Audit, AuditOptions, LedgerSource};
/// use ibbi_report::AuditPage;
/// # fn main() -> Result<(), ibbi_audit::AuditError> {
/// let report = Audit::new(AuditOptions::default()).run(LedgerSource::bytes(b""), &mut |_| {})?;
/// let page = AuditPage { report: &report, cases: &[], timelines: &[], program: "ibbi 0.1.0" }.to_html();
/// assert!(page.contains("The ledger is not sound: 1 error,"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct AuditPage<'a> {
    /// The audit report.
    pub report: &'a AuditReport,
    /// The cases to list, in the order of the ledger.
    pub cases: &'a [AuditedCaseSummary],
    /// The reports on single cases. The list of cases has links to them.
    pub timelines: &'a [CaseReport],
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

/// A section: its id, its heading, and its content.
type Section = (&'static str, &'static str, Html);

/// The page's id of each case that has a report.
struct Places(HashMap<Uuid, String>);

impl Places {
    fn id_of(&self, case: &Uuid) -> Option<String> {
        self.0.get(case).cloned()
    }
}

impl AuditPage<'_> {
    /// The largest number of cases that are listed in a group.
    pub const LISTED: usize = 200;
    /// The largest number of reports on single cases.
    pub const IN_DEPTH: usize = 100;

    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let reports = self.timelines.iter().take(Self::IN_DEPTH).enumerate();
        // If a case has two reports, the link goes to the first.
        let places = Places(reports.rev().map(|(index, report)| (report.case, case::place(index))).collect());
        // Figures on a single case would only repeat its report.
        let single = self.report.cases.total == 1 && self.timelines.len() == 1;
        let figures = |section: Option<Section>| section.filter(|_| !single);
        let sections: Vec<Section> = [
            self.findings_section(&places),
            figures(self.standing_section()),
            figures(self.times_section()),
            figures(self.waiting_section()),
            figures(self.ways_section()),
            figures(self.months_section()),
            figures(self.list_section(&places)),
            self.depth_section(),
            Some(self.made_section()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let links = sections.iter().map(|(id, heading, _)| el("li").with(crate::html::link(id, *heading)));
        let contents = el("nav").attr("aria-label", "On this page").with(el("ul").all(links));
        let mut content = self.head();
        content.push(contents);
        for (id, heading, inside) in sections {
            content.push(crate::html::section(id, heading, inside));
        }
        let title = match &self.report.ledger.origin {
            Some(origin) => format!("Audit of {origin}"),
            None => "Audit of a ledger".to_owned(),
        };
        Document { title: &title, program: self.program, content }.to_paper(&certificate_foot(self.report))
    }

    /// Returns the ledger, its certificate, and the main figures.
    fn head(&self) -> Html {
        let report = self.report;
        let heading = match &report.ledger.origin {
            Some(origin) => el("h1").with("Audit of ").with(crate::html::name(origin)),
            None => el("h1").with("Audit of a ledger without a name"),
        };
        let mut under = Phrase::new("A ledger of the Interest-Based Bargaining Institute");
        if let (Some(_), Some(last)) = (report.ledger.first_logged, report.ledger.last_logged) {
            under = under.words(", last record ").instant(last, ibbi_common::zone::Zone::UTC);
        }
        let under = el("p").class("under").with(under.words(".").to_html());
        let filter_note = audit::filter_note(&report.filter).map(|phrase| warning(&phrase));
        Html::new()
            .with(el("header").with(heading).with(under))
            .with(certificate_html(report))
            .with(filter_note)
            .with(el("dl").class("figures").all(self.figures()))
    }

    fn figures(&self) -> Vec<Html> {
        let AuditReport { ledger, checkpoints, cases, events, errors, warnings, infos, .. } = self.report;
        let lines = if self.report.what == InputKind::Extract { "Records" } else { "Lines" };
        let number = |count: u64| Html::text(&format::number(count));
        let small = |text: String| el("small").with(text);
        let spread = events.by_case.map(|spread| small(format!("{} with 1", format::count(spread.perfect, "case"))));
        let counts = format!("{} open, {} closed", format::number(cases.open), format::number(cases.closed));
        let wrong = checkpoints.iter().filter(|facts| facts.fault.is_some()).count() as u64;
        let checkpoints = match (checkpoints.len() as u64, wrong) {
            (0, _) => "none".to_owned(),
            (1, 0) => "1 valid".to_owned(),
            (all, 0) => format!("{} valid", format::number(all)),
            (all, wrong) => format!("{} of {} not valid", format::number(wrong), format::number(all)),
        };
        [
            ("Errors", number(*errors)),
            ("Warnings", number(*warnings).with(small(format::none_or(*infos, "remark")))),
            (lines, number(ledger.lines).with(small(format::count(ledger.bytes, "byte")))),
            ("Cases", number(cases.total).with(small(counts))),
            ("Checkpoints", Html::text(&checkpoints)),
            ("Fitness of the records", events.fitness.map_or("no records".to_owned(), format::fitness).into()),
        ]
        .into_iter()
        .map(|(what, value)| {
            let value = value.with(if what.starts_with("Fitness") { spread.clone() } else { None });
            el("div").with(el("dt").with(what)).with(el("dd").with(value)).into()
        })
        .collect()
    }

    fn standing_section(&self) -> Option<Section> {
        let report = self.report;
        if report.cases.total == 0 {
            return None;
        }
        let mut content = Html::new().with(figure("by-stage", &chart::cases_by_stage(report)));
        if report.cases.closed > 0 {
            content.push(figure("by-outcome", &chart::cases_by_outcome(report)));
        }
        for sentence in audit::record_counts(&report.events) {
            content.push(el("p").with(sentence));
        }
        Some(("standing", "Cases by stage", content))
    }

    fn times_section(&self) -> Option<Section> {
        let report = self.report;
        if report.stages.is_empty() {
            return None;
        }
        let still = audit::still_times(report);
        let mut content = Html::new()
            .with(figure("stage-times", &chart::stage_times(report)))
            .with((!still.rows.is_empty()).then(|| still.to_html()));
        if !report.outcomes.is_empty() {
            content.push(figure("outcome-times", &chart::outcome_times(report)));
        }
        Some(("times", "Times", content))
    }

    fn waiting_section(&self) -> Option<Section> {
        let waiting = !self.report.waiting.is_empty();
        waiting.then(|| ("waiting", "Time waited for each", figure("waited", &chart::waiting(self.report)).into()))
    }

    fn ways_section(&self) -> Option<Section> {
        let report = self.report;
        if report.paths.first.is_empty() {
            return None;
        }
        let mut content = Html::from(figure("paths", &chart::paths(report)));
        let variants = audit::variants(report);
        let summary = format!("{} of events", format::count(report.variants.distinct, "different sequence"));
        content.push(crate::html::details(summary, variants.to_html()));
        Some(("ways", "Paths of the cases", content))
    }

    fn months_section(&self) -> Option<Section> {
        let report = self.report;
        if report.months.is_empty() {
            return None;
        }
        let content =
            Html::new().with(figure("opened", &chart::opened(report))).with(figure("closed", &chart::closed(report)));
        Some(("months", "By month", content))
    }

    fn made_section(&self) -> Section {
        let facts = audit::provenance(self.report, Some(self.program));
        let facts = facts
            .into_iter()
            .map(|(what, value)| el("div").with(el("dt").with(what)).with(el("dd").with(value.to_html())));
        let methods = audit::METHODS.map(|method| el("li").with(method));
        let content = Html::new().with(el("dl").class("facts").all(facts)).with(el("ul").all(methods));
        ("made", "About this audit", content)
    }
}

fn warning(phrase: &Phrase) -> Html {
    el("div").class("warning").with(el("p").with(phrase.to_html())).into()
}
