//! The pages of goals and of program reports.

use crate::figures::FigureTable;
use crate::html::{Document, Element, Html, details, el, name, section};
use crate::program_tables::{program_tables, summary_for_people};
use crate::standards as words;
use crate::{format, goal_tables};
use ibbi_audit::ProgramReport;
use ibbi_sim::{GoalRisks, GoalsReport};

/// The goals of an office, for one page.
#[derive(Debug, Clone, Copy)]
pub struct GoalsPage<'a> {
    /// The report.
    pub report: &'a GoalsReport,
    /// The open cases at risk, if their chances were computed.
    pub risks: Option<&'a GoalRisks>,
    /// The address at which the chances of the open cases are computed, if there is one.
    pub chances_at: Option<&'a str>,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

/// Columns that are only in CSV and spreadsheets, because a page has no room for them.
const WIDE: [&str; 7] =
    ["statement", "source", "case", "meetings", "training_sessions", "facilitation_sessions", "first_session"];
/// The columns of a goal with its counts.
const COUNTS: [&str; 6] = ["met", "late", "overdue", "not_due", "median_days", "ended_first"];
/// The most rows of a table on a page.
const SHOWN: usize = 500;

impl GoalsPage<'_> {
    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let header = el("header").with(el("h1").with("Goals of the office"));
        let content = Html::new().with(header).with(self.content());
        Document { title: "Goals of the office", program: self.program, content }.to_html()
    }

    /// Returns the content below the heading, for a page of the server.
    pub fn content(&self) -> Html {
        let open = goal_tables::open(self.report);
        let open = match self.risks {
            Some(risks) => Some(risk_section(risks)),
            None if open.rows.is_empty() => None,
            None => Some(section("open", "Open cases", figure_table(&open).with(self.chances_at.map(chances_link)))),
        };
        let overdue = goal_tables::overdue(self.report);
        let overdue = (!overdue.rows.is_empty()).then(|| section("overdue", "Already overdue", figure_table(&overdue)));
        Html::new()
            .with(el("p").class("verdict").with(words::goals_result(self.report)))
            .with(warnings(&words::goals_notes(self.report)))
            .with(section("goals", "Results", self.results()))
            .with(overdue)
            .with(open)
            .with(section("periods", "By period", figure_table(&goal_tables::by_period(self.report))))
            .with(section("facilitators", "By facilitator", figure_table(&goal_tables::by_facilitator(self.report))))
            .with(section("cases", "By case", self.cases()))
            .with(section("statements", "Wording of the goals", self.statements()))
            .with(section("made", "Method", methods(&words::GOAL_METHODS)))
    }

    /// Returns only the open cases at risk, for the place of the open cases on a page that is shown already.
    pub fn risk_section(risks: &GoalRisks) -> Html {
        Html::new().with(risk_section(risks))
    }

    /// Returns which goals were met, in few columns for a phone, and all figures folded.
    fn results(&self) -> Html {
        let all = goal_tables::by_goal(self.report);
        figure_table(&all.without(&COUNTS)).with(details("All figures".to_owned(), figure_table(&all)))
    }

    /// Returns the cases that missed a goal, and all cases folded.
    fn cases(&self) -> Html {
        let missed = goal_tables::missed(self.report);
        let missed = match missed.rows.is_empty() {
            true => el("p").with("No case missed a goal.").into(),
            false => figure_table(&missed),
        };
        let all = goal_tables::by_case(self.report);
        missed.with(details(format!("All {}", format::count(all.rows.len() as u64, "measurement")), figure_table(&all)))
    }

    /// Returns each goal in words, with its source.
    fn statements(&self) -> Element {
        let goals = self.report.goals.iter().map(|goal| {
            let text = format!("{}.", goal.statement);
            let source = el("small").with(name(&goal.goal.source));
            el("div").with(el("dt").with(name(&goal.goal.name))).with(el("dd").with(text).with(" ").with(source))
        });
        el("dl").class("facts").all(goals)
    }
}

fn chances_link(address: &str) -> Element {
    let link = el("a").class("go").attr("href", address).attr("data-part", "open");
    el("p").with(link.with("Simulate the chance that each still meets its goals"))
}

fn risk_section(risks: &GoalRisks) -> Element {
    let content = if risks.cases.is_empty() {
        el("p").with("No open case can still miss or meet a goal.").into()
    } else {
        figure_table(&goal_tables::risks(risks))
            .with(el("p").with(words::risk_basis(risks)))
            .with(methods(&words::RISK_METHODS))
    };
    section("risks", "Open cases at risk", content)
}

/// A program report, for one page.
#[derive(Debug, Clone, Copy)]
pub struct ProgramPage<'a> {
    /// The report.
    pub report: &'a ProgramReport,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

impl ProgramPage<'_> {
    /// Returns the page: one file that needs no other and runs no script.
    pub fn to_html(&self) -> String {
        let title = words::program_title(self.report);
        let header = el("header").with(el("h1").with(title.as_str()));
        let content = Html::new().with(header).with(self.content());
        Document { title: &title, program: self.program, content }.to_html()
    }

    /// Returns the content below the heading, for a page of the server.
    pub fn content(&self) -> Html {
        let [_, districts, cases, neutrals] = program_tables(self.report);
        let listed = |table: FigureTable| {
            let none = table.rows.is_empty();
            if none { el("p").with("None.").into() } else { figure_table(&table) }
        };
        Html::new()
            .with(el("p").class("under").with(words::program_days(self.report)))
            .with(warnings(&words::program_notes(self.report)))
            .with(section("summary", "Summary", summary_for_people(self.report).to_table().to_html()))
            .with(section("districts", "Districts", listed(districts)))
            .with(section("neutrals", "Neutrals", listed(neutrals)))
            .with(section("cases", "Cases", listed(cases)))
            .with(section("made", "Method", methods(&words::PROGRAM_METHODS)))
    }
}

pub(super) fn warnings(notes: &[String]) -> Html {
    notes.iter().map(|note| el("div").class("warning").with(el("p").with(note.as_str()))).collect()
}

pub(super) fn methods(methods: &[&str]) -> Element {
    el("ul").all(methods.iter().map(|method| el("li").with(*method)))
}

/// Returns the first rows of a table, and how many are not shown.
pub(super) fn figure_table(table: &FigureTable) -> Html {
    let table = &table.without(&WIDE);
    let more = table.rows.len().saturating_sub(SHOWN) as u64;
    let note = format!("{} not shown here. The CSV has all rows and columns.", format::count(more, "more row"));
    Html::new().with(table.first_rows(SHOWN).to_table().to_html()).with((more > 0).then(|| el("p").with(note)))
}
