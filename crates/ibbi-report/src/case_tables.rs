//! The tables of the cases on a day: the spread by stage, the outliers, the cases, their states, and what was recorded later.

use crate::case_words as words;
use crate::figures::{FigureColumn, FigureTable, FigureValue};
use crate::format;
use ibbi_audit::{CaseDurations, CasesReport, DurationSpread, StateOnDay};
use ibbi_core::{Outcome, Stage};

/// The order of a list of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseOrder {
    /// The longest first.
    #[default]
    Days,
    /// The one that was opened first.
    Opened,
    /// By district.
    District,
    /// By stage, in the order of the process.
    Stage,
    /// The one with the longest wait first.
    Wait,
}

impl CaseOrder {
    /// All orders, each with its code and its label.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Days, "days", "days, most first"),
        (Self::Opened, "opened", "day of opening"),
        (Self::District, "district", "district"),
        (Self::Stage, "stage", "stage"),
        (Self::Wait, "wait", "longest wait, most first"),
    ];

    /// Returns the order with a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, other, _)| *other == code).map(|(order, ..)| order)
    }

    /// Returns cases in this order. Equal ones stay in the order of their openings.
    fn sorted(self, cases: &[CaseDurations]) -> Vec<&CaseDurations> {
        let mut sorted: Vec<&CaseDurations> = cases.iter().collect();
        let days = |case: &CaseDurations| core::cmp::Reverse(case.days);
        let wait = |case: &CaseDurations| core::cmp::Reverse(case.longest_wait.map_or(0, |wait| wait.days));
        match self {
            Self::Days => sorted.sort_by_key(|case| days(case)),
            Self::Opened => {}
            Self::District => sorted.sort_by(|one, other| one.district.as_str().cmp(other.district.as_str())),
            Self::Stage => sorted.sort_by_key(|case| (case.stage, case.outcome, days(case))),
            Self::Wait => sorted.sort_by_key(|case| wait(case)),
        }
        sorted
    }
}

/// The codes of the tables: the spread by stage, the outliers, the cases, their states, and what was recorded later.
pub const CASES_TABLES: [&str; 5] = ["spread", "outliers", "cases", "states", "changes"];

/// Returns one of the [`CASES_TABLES`]. The order is that of the cases.
pub fn cases_table(report: &CasesReport, code: &str, order: CaseOrder) -> Option<FigureTable> {
    match code {
        "spread" => Some(spread(report)),
        "outliers" => Some(outliers(report)),
        "cases" => Some(cases(report, order)),
        "states" => Some(states(report)),
        "changes" => Some(changes(report)),
        _ => None,
    }
}

/// Returns the spread of the days by stage, and of the days from the opening to the end.
pub(crate) fn spread(report: &CasesReport) -> FigureTable {
    let number = FigureColumn::number;
    let columns = [
        FigureColumn::text("stage", "stage"),
        number("finished", "left"),
        number("least", "least"),
        number("q1", "Q1"),
        number("median", "median"),
        number("q3", "Q3"),
        number("p90", "P90"),
        number("most", "most"),
        number("fence", "fence"),
        number("outliers", "unusual"),
        number("open", "still in it"),
        number("open_median", "median so far"),
        number("open_most", "most so far"),
        number("open_outliers", "unusual already"),
    ];
    let mut table = FigureTable::new("spread", "Spread by stage", columns)
        .with_caption("Days in each stage, and from opening to end");
    for stage in &report.stages {
        let label = FigureValue::Coded(stage.stage.code(), stage.stage.label().to_owned());
        table.row(std::iter::once(label).chain(figures(&stage.days)));
    }
    for (_, code, label, spread) in totals(report) {
        let total = FigureValue::Coded(code, label.to_owned());
        table.row(std::iter::once(total).chain(figures(spread)));
    }
    table
}

/// Returns the spreads of whole cases: whether it is of completed ones, its code, its label, and the spread.
pub(crate) fn totals(report: &CasesReport) -> Vec<(bool, &'static str, &'static str, &DurationSpread)> {
    let totals = [
        (true, "completed", "Opening to completion", &report.completed),
        (false, "other_end", "Opening to another end", &report.other_ends),
    ];
    totals.into_iter().filter(|(.., spread)| spread.count() > 0).collect()
}

/// The columns of [`spread`] about those that go on.
const OPEN: [&str; 4] = ["open", "open_median", "open_most", "open_outliers"];
/// The columns of [`spread`] about those that are over.
const FINISHED: [&str; 9] = ["finished", "least", "q1", "median", "q3", "p90", "most", "fence", "outliers"];

/// Returns the spread in two tables for people: of those that are over, and of those that go on.
pub(crate) fn spread_for_people(report: &CasesReport) -> [FigureTable; 2] {
    let spread = spread(report);
    let over = spread.without(&OPEN).with_caption("Days in each stage, of the cases that left it");
    let open = spread.without(&FINISHED).with_caption("Days in each stage so far, of the cases that are still in it");
    let keep = |mut table: FigureTable| {
        table.rows.retain(|row| row.get(1) != Some(&FigureValue::Count(0)));
        table
    };
    [keep(over), keep(open)]
}

fn figures(spread: &DurationSpread) -> [FigureValue; 13] {
    let days = |pick: fn(ibbi_audit::FiveNumbers) -> u32| FigureValue::count(spread.days.map(pick));
    [
        FigureValue::Count(spread.finished),
        days(|days| days.least),
        days(|days| days.q1),
        days(|days| days.median),
        days(|days| days.q3),
        days(|days| days.p90),
        days(|days| days.most),
        spread.fence.map_or(FigureValue::Empty, FigureValue::Decimal),
        FigureValue::Count(spread.outliers),
        FigureValue::Count(spread.open.count),
        FigureValue::count(spread.open.median),
        FigureValue::count(spread.open.most),
        FigureValue::Count(spread.open.outliers),
    ]
}

/// Returns what took unusually long: most days beyond the fence first.
pub(crate) fn outliers(report: &CasesReport) -> FigureTable {
    let columns = [
        FigureColumn::text("district", "district"),
        FigureColumn::text("stage", "what"),
        FigureColumn::number("days", "days"),
        FigureColumn::number("fence", "fence"),
        FigureColumn::text("open", "still open"),
        FigureColumn::text("case", "case"),
    ];
    let mut table = FigureTable::new("outliers", "Unusually long", columns)
        .with_caption("Cases and stages that took unusually long");
    let all = report.cases.iter().flat_map(|case| case.outliers.iter().map(move |outlier| (case, outlier)));
    let mut all: Vec<_> = all.collect();
    all.sort_by(|(_, one), (_, other)| {
        let beyond = |outlier: &ibbi_audit::Outlier| f64::from(outlier.days) - outlier.fence;
        beyond(other).total_cmp(&beyond(one))
    });
    for (case, outlier) in all {
        let what = match outlier.stage {
            Some(stage) => FigureValue::Coded(stage.code(), stage.label().to_owned()),
            None if case.is_compared_with_completed() => {
                FigureValue::Coded("completed", "Opening to completion".to_owned())
            }
            None => FigureValue::Coded("other_end", "Opening to another end".to_owned()),
        };
        table.row([
            FigureValue::Name(case.district.to_string()),
            what,
            days(outlier.days, outlier.finished),
            FigureValue::Decimal(outlier.fence),
            yes_or_no(!outlier.finished),
            FigureValue::Code(case.case.to_string()),
        ]);
    }
    table
}

/// Returns a number of days, which can go on.
fn days(days: u32, finished: bool) -> FigureValue {
    if finished { FigureValue::Count(days.into()) } else { FigureValue::DaysSoFar(days.into()) }
}

fn yes_or_no(yes: bool) -> FigureValue {
    let word = if yes { "yes" } else { "no" };
    FigureValue::Coded(word, word.to_owned())
}

/// Returns a stage: its code, and for people also how the case ended.
fn stage_cell(stage: Stage, outcome: Option<Outcome>) -> FigureValue {
    FigureValue::Coded(stage.code(), crate::audit::standing(stage, outcome))
}

fn outcome_cell(outcome: Option<Outcome>) -> FigureValue {
    outcome.map_or(FigureValue::Empty, |outcome| FigureValue::Coded(outcome.code(), format::sentence(outcome.label())))
}

/// The columns of the days in each stage: each with its code and its heading.
const STAGES: [(Stage, &str); 7] = [
    (Stage::Inquiry, "days_inquiry"),
    (Stage::Introduction, "days_introduction"),
    (Stage::Application, "days_application"),
    (Stage::Training, "days_training"),
    (Stage::Caucus, "days_caucus"),
    (Stage::Agreement, "days_agreement"),
    (Stage::Facilitation, "days_facilitation"),
];

/// Returns how long each case took, in all and in each stage.
pub(crate) fn cases(report: &CasesReport, order: CaseOrder) -> FigureTable {
    let text = FigureColumn::text;
    let first = [
        text("district", "district"),
        text("stage", "stage"),
        text("outcome", "outcome"),
        text("opened", "opened"),
        text("closed", "ended"),
        FigureColumn::number("days", "days"),
    ];
    let stages = STAGES.map(|(stage, code)| FigureColumn::number(code, stage.label()));
    let last = [
        FigureColumn::number("longest_wait", "longest wait"),
        text("waited_for", "waited for"),
        text("unusual", "unusually long"),
        text("case", "case"),
    ];
    let columns = first.into_iter().chain(stages).chain(last);
    let mut table = FigureTable::new("cases", "Cases", columns).with_caption("Days of each case");
    for case in order.sorted(&report.cases) {
        let mut row = vec![
            FigureValue::Name(case.district.to_string()),
            stage_cell(case.stage, case.outcome),
            outcome_cell(case.outcome),
            FigureValue::Day(case.opened),
            FigureValue::day(case.closed),
            days(case.days, case.closed.is_some()),
        ];
        row.extend(STAGES.map(|(stage, _)| {
            let stay = case.stages.iter().find(|stay| stay.stage == stage);
            stay.map_or(FigureValue::Empty, |stay| days(stay.days, stay.finished))
        }));
        let wait = case.longest_wait;
        let unusual: Vec<&str> =
            case.outliers.iter().map(|outlier| outlier.stage.map_or("all", Stage::label)).collect();
        row.extend([
            wait.map_or(FigureValue::Empty, |wait| days(wait.days, wait.finished)),
            wait.map_or(FigureValue::Empty, |wait| {
                // A label can have an explanation after a comma.
                let label = wait.who.label().split(',').next().unwrap_or_default();
                FigureValue::Coded(wait.who.code(), format::sentence(label))
            }),
            if unusual.is_empty() { FigureValue::Empty } else { FigureValue::Text(unusual.join(", ")) },
            FigureValue::Code(case.case.to_string()),
        ]);
        table.row(row);
    }
    table
}

/// Returns where each case was, as it was and as it was known.
pub(crate) fn states(report: &CasesReport) -> FigureTable {
    let text = FigureColumn::text;
    let columns = [
        text("district", "district"),
        text("stage", "as it was"),
        text("outcome", "outcome"),
        text("known_stage", "as known then"),
        text("known_outcome", "outcome as known then"),
        text("differs", "differs"),
        FigureColumn::number("changes", "recorded later"),
        text("case", "case"),
    ];
    let mut table =
        FigureTable::new("states", "State of each case", columns).with_caption("As it was, and as it was known then");
    for state in &report.states {
        let stage = |state: Option<StateOnDay>| match state {
            Some(state) => stage_cell(state.stage, state.outcome),
            None => FigureValue::Coded("", "not opened".to_owned()),
        };
        let outcome = |state: Option<StateOnDay>| outcome_cell(state.and_then(|state| state.outcome));
        table.row([
            FigureValue::Name(state.district.to_string()),
            stage(state.as_it_was),
            outcome(state.as_it_was),
            stage(state.as_known),
            outcome(state.as_known),
            yes_or_no(state.differs()),
            FigureValue::Count(state.changes.len() as u64),
            FigureValue::Code(state.case.to_string()),
        ]);
    }
    table
}

/// Returns what was recorded later about the time until the day.
pub(crate) fn changes(report: &CasesReport) -> FigureTable {
    let text = FigureColumn::text;
    let columns = [
        text("district", "district"),
        FigureColumn::number("number", "number"),
        text("event", "event"),
        text("change", "change"),
        text("happened", "happened"),
        text("recorded", "recorded"),
        text("sentence", "change in words"),
        text("case", "case"),
    ];
    let mut table = FigureTable::new("changes", "Recorded later", columns)
        .with_caption("Records that were written or corrected later");
    for state in &report.states {
        for change in &state.changes {
            table.row([
                FigureValue::Name(state.district.to_string()),
                FigureValue::Count(change.seq),
                FigureValue::Coded(change.event.code(), change.event.label().to_owned()),
                FigureValue::Coded(change.change.code(), change.change.code().replace('_', " ")),
                FigureValue::Day(words::day_of(change.at)),
                FigureValue::Day(words::day_of(change.logged)),
                FigureValue::Text(words::change(change)),
                FigureValue::Code(state.case.to_string()),
            ]);
        }
    }
    table
}
