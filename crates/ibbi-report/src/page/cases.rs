//! The page of all cases on a day.

use super::standards::{figure_table, methods, warnings};
use crate::case_tables::{self, CaseOrder};
use crate::case_words as words;
use crate::chart;
use crate::figures::FigureTable;
use crate::format;
use crate::html::{Document, Element, Html, details, el, name, section};
use ibbi_audit::CasesReport;

/// All cases on a day, for one page.
#[derive(Debug, Clone, Copy)]
pub struct CasesPage<'a> {
    /// The report.
    pub report: &'a CasesReport,
    /// The order of the cases.
    pub order: CaseOrder,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

/// The columns of the days in each stage, which have a table of their own on a page.
const BY_STAGE: [&str; 7] = [
    "days_inquiry",
    "days_introduction",
    "days_application",
    "days_training",
    "days_caucus",
    "days_agreement",
    "days_facilitation",
];
/// The other columns of cases.
const BY_CASE: [&str; 7] = ["stage", "outcome", "opened", "closed", "longest_wait", "waited_for", "unusual"];
/// The columns of outcomes, which are in the columns of stages for people.
const OUTCOMES: [&str; 2] = ["outcome", "known_outcome"];
/// The most cases whose later records a page lists.
const CHANGED: usize = 200;

impl CasesPage<'_> {
    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let title = self.title();
        let header = el("header").with(el("h1").with(title.as_str()));
        let content = Html::new().with(header).with(self.content());
        Document { title: &title, program: self.program, content }.to_html()
    }

    /// Returns the title.
    pub fn title(&self) -> String {
        words::title(self.report)
    }

    /// Returns the content below the heading, for a page of the server.
    pub fn content(&self) -> Html {
        let report = self.report;
        let content = Html::new()
            .with(el("p").class("verdict").with(words::result(report)))
            .with((!report.states.is_empty()).then(|| el("p").with(words::basis(report))))
            .with(warnings(&words::notes(report)));
        if report.states.is_empty() {
            return content;
        }
        let tables = case_tables::spread_for_people(report);
        let tables = tables.iter().filter(|table| !table.rows.is_empty()).map(figure_table);
        let spread =
            Html::new().with(chart::figure("by-stage", &chart::stage_spread(report))).with(tables.collect::<Html>());
        let outliers = case_tables::outliers(report);
        let outliers = match outliers.rows.is_empty() {
            true => el("p").with("None.").into(),
            false => figure_table(&outliers),
        };
        let cases = case_tables::cases(report, self.order);
        let by_stage = details("Days in each stage, by case", figure_table(&cases.without(&BY_CASE)));
        let cases = figure_table(&cases.without(&BY_STAGE).without(&OUTCOMES)).with(by_stage);
        content
            .with(section("spread", "Spread by stage", spread))
            .with(section("outliers", "Unusually long", outliers))
            .with(section("cases", "Cases", cases))
            .with(section("states", "State of each case", self.states()))
            .with(section("made", "Method", methods(&words::METHODS)))
    }

    /// Returns the differences in sentences, and the states of all cases.
    fn states(&self) -> Html {
        let changed: Vec<_> = self.report.states.iter().filter(|state| !state.changes.is_empty()).collect();
        let rows = changed.iter().take(CHANGED).map(|state| {
            let list = el("ul").all(words::differences(state).into_iter().map(|sentence| el("li").with(sentence)));
            el("div").with(el("dt").with(name(state.district.as_str()))).with(el("dd").with(list))
        });
        let list: Element = el("dl").class("facts").all(rows);
        let more = changed.len().saturating_sub(CHANGED) as u64;
        let more = (more > 0).then(|| {
            let text = format!("{} not shown here. The CSV has all of them.", format::count(more, "more case"));
            el("p").with(text)
        });
        let all: FigureTable = case_tables::states(self.report).without(&OUTCOMES);
        let label = format!("All {}", format::count(all.rows.len() as u64, "case"));
        Html::new().with((!changed.is_empty()).then_some(list)).with(more).with(details(label, figure_table(&all)))
    }
}
