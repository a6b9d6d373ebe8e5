//! Sentences about goals and program reports, for pages and the terminal.

use crate::figures::FigureTable;
use crate::format;
use crate::table::Table;
use ibbi_audit::ProgramReport;
use ibbi_core::At;
use ibbi_sim::{GoalRisks, GoalsReport};

/// How goals are measured.
pub(crate) const GOAL_METHODS: [&str; 5] = [
    "A case counts when the goal is met, or when its days are over without it.",
    "An open case whose days are over is missed already. One whose days are not over is not due yet.",
    "A case that ended before its days were over, and without what the goal asks for, doesn't count.",
    "A case is in the period that has the last day on which it can meet the goal.",
    "The facilitator is the neutral of the latest session that opened, or of the next one if none has.",
];

/// How the chances of open cases are computed.
pub(crate) const RISK_METHODS: [&str; 3] = [
    "Each case is continued by simulation. The chance is the share of the runs that meet the goal, of those in which the case \
     doesn't end first.",
    "The estimates behind it are assumptions of the scenario, or defaults. No office has published such figures.",
    "The interval only shows how far more runs could move the chance, not how good the estimates are.",
];

/// How a program report is made.
pub(crate) const PROGRAM_METHODS: [&str; 5] = [
    "An event belongs to the year of its day in the district's time zone. A session belongs to the day on which it opened.",
    "Hours are from the opening of a session to its end, breaks included.",
    "Voided and corrected events don't count.",
    "Days to the first session are from the opening of the case, for cases with their first session in the year.",
    "Medians and other ranks are by nearest rank.",
];

/// Returns how many goals were met, in a sentence.
pub(crate) fn goals_result(report: &GoalsReport) -> String {
    let [met, missed, open] = report.counts();
    let goals = format::count(report.goals.len() as u64, "goal");
    let cases = format::count(report.cases, "case");
    let open = match open {
        0 => String::new(),
        open => format!(" For {open}, no case counts yet."),
    };
    let day = day_of(report.as_of);
    format!("{goals} for {cases} as of {day}: {met} met and {missed} missed.{open}")
}

/// Returns the day of an instant in Massachusetts, for people.
fn day_of(instant: At) -> String {
    let day = ibbi_common::format::weekday_date(ibbi_common::zone::Zone::default().date(instant));
    format::unbroken(&day)
}

/// Returns that only what was known on a day counts.
fn as_known(logged: Option<At>) -> Option<String> {
    logged.map(|logged| format!("Only what was on record by {} counts, without later corrections.", day_of(logged)))
}

/// Returns what a reader should know about the goals.
pub(crate) fn goals_notes(report: &GoalsReport) -> Vec<String> {
    left_out(report.left_out).into_iter().chain(as_known(report.logged)).collect()
}

/// Returns on which estimates the chances of open cases depend.
pub(crate) fn risk_basis(risks: &GoalRisks) -> String {
    let all = risks.assumptions.len();
    let defaults = risks.assumptions.iter().filter(|row| row.assumed.default).count();
    let estimates = match defaults {
        0 => "Its estimates are all yours.".to_owned(),
        defaults if defaults == all => "All its estimates are defaults.".to_owned(),
        defaults => format!("{defaults} of its {all} estimates are defaults."),
    };
    format!("Simulated with {} of each case, seed {}. {estimates}", format::count(risks.runs, "run"), risks.seed)
}

/// Returns the title of a program report.
pub(crate) fn program_title(report: &ProgramReport) -> String {
    format!("Program report for fiscal year {}", report.fiscal_year)
}

/// Returns the days of a program report.
pub(crate) fn program_days(report: &ProgramReport) -> String {
    let [first, last] = [report.first_day, report.last_day].map(ibbi_common::format::date);
    format!("{} to {}.", format::unbroken(&first), format::unbroken(&last))
}

/// Returns what a reader should know about a program report.
pub(crate) fn program_notes(report: &ProgramReport) -> Vec<String> {
    let mut notes = left_out(report.left_out);
    if !report.is_complete {
        notes.push(format!("The figures are as of {}, before the end of the year.", day_of(report.as_of)));
    }
    notes.extend(as_known(report.logged));
    notes
}

pub(crate) fn left_out(cases: u64) -> Vec<String> {
    if cases == 0 {
        return Vec::new();
    }
    let cases = format::count(cases, "case");
    vec![format!("Left out, because the rules don't allow an event: {cases}. Run `ibbi audit` to find the events.")]
}

/// Columns that a terminal leaves out, because they are long.
const LONG: [&str; 4] = ["statement", "source", "case", "facilitator"];

/// Returns a table without the columns that are too long for a terminal. The facilitator stays if the table is about it.
pub(crate) fn for_terminal(table: &FigureTable) -> Table {
    let codes: Vec<&str> = LONG.into_iter().filter(|code| *code != table.code || table.code == "case").collect();
    table.without(&codes).to_table()
}
