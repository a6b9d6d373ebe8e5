//! Tables of goals: by goal, by period, by facilitator, by case, and the open cases at risk.

use crate::figures::{FigureColumn, FigureTable, FigureValue};
use ibbi_sim::{GoalMeasurement, GoalReport, GoalResult, GoalRisks, GoalTally, GoalsReport};

/// The columns of a tally.
fn tally_columns() -> [FigureColumn; 8] {
    [
        FigureColumn::number("target", "target"),
        FigureColumn::number("share", "share met"),
        FigureColumn::text("result", "result"),
        FigureColumn::number("met", "met"),
        FigureColumn::number("late", "late"),
        FigureColumn::number("overdue", "overdue"),
        FigureColumn::number("not_due", "not due yet"),
        FigureColumn::number("median_days", "median days"),
    ]
}

fn tally(goal: &GoalReport, tally: &GoalTally) -> [FigureValue; 8] {
    [
        FigureValue::Share(f64::from(goal.goal.share) / 100.0),
        FigureValue::share(tally.share),
        coded_result(tally),
        FigureValue::Count(tally.met),
        FigureValue::Count(tally.late),
        FigureValue::Count(tally.overdue),
        FigureValue::Count(tally.not_due),
        FigureValue::count(tally.median_days),
    ]
}

/// Returns whether a goal was met.
fn coded_result(tally: &GoalTally) -> FigureValue {
    let (code, label) = match tally.reached {
        Some(true) => ("met", "met"),
        Some(false) => ("missed", "missed"),
        None => ("no_case", "no case yet"),
    };
    FigureValue::Coded(code, label.to_owned())
}

/// Returns all tables: the goals, by period, by facilitator, by case, the open cases by their due dates, and, if they were computed, by
/// their chances.
pub fn all(report: &GoalsReport, chances: Option<&GoalRisks>) -> Vec<FigureTable> {
    let tables = [by_goal(report), by_period(report), by_facilitator(report), by_case(report), open(report)];
    tables.into_iter().chain(chances.map(risks)).collect()
}

/// Returns the goals, one in each row.
pub fn by_goal(report: &GoalsReport) -> FigureTable {
    let first = [FigureColumn::text("goal", "goal name"), FigureColumn::text("statement", "statement")];
    let last = [FigureColumn::number("ended_first", "ended first"), FigureColumn::text("source", "source")];
    let mut table = FigureTable::new("goal", "Goals", first.into_iter().chain(tally_columns()).chain(last))
        .with_caption("Each goal, with all its cases");
    for goal in &report.goals {
        let first = [FigureValue::Name(goal.goal.name.clone()), FigureValue::Text(goal.statement.clone())];
        let last = [FigureValue::Count(goal.tally.ended_first), FigureValue::Name(goal.goal.source.clone())];
        table.row(first.into_iter().chain(tally(goal, &goal.tally)).chain(last));
    }
    table
}

/// Returns the goals in each period.
pub fn by_period(report: &GoalsReport) -> FigureTable {
    let first = [FigureColumn::text("goal", "goal name"), FigureColumn::text("period", "period")];
    let mut table = FigureTable::new("period", "Goals by period", first.into_iter().chain(tally_columns()))
        .with_caption("Each goal, by the period of the due date");
    for goal in &report.goals {
        for period in &goal.periods {
            let first = [FigureValue::Name(goal.goal.name.clone()), FigureValue::Code(period.period.code())];
            table.row(first.into_iter().chain(tally(goal, &period.tally)));
        }
    }
    table
}

/// Returns the goals of each facilitator. An empty name has the cases without one yet.
pub fn by_facilitator(report: &GoalsReport) -> FigureTable {
    let first = [FigureColumn::text("goal", "goal name"), FigureColumn::text("facilitator", "facilitator")];
    let mut table = FigureTable::new("facilitator", "Goals by facilitator", first.into_iter().chain(tally_columns()))
        .with_caption("Each goal, by the neutral who leads the sessions");
    for goal in &report.goals {
        for facilitator in &goal.facilitators {
            let first =
                [FigureValue::Name(goal.goal.name.clone()), FigureValue::name(facilitator.facilitator.as_ref())];
            table.row(first.into_iter().chain(tally(goal, &facilitator.tally)));
        }
    }
    table
}

/// Returns the cases of each goal.
pub fn by_case(report: &GoalsReport) -> FigureTable {
    let table = FigureTable::new("case", "Goals by case", case_columns());
    with_cases(table.with_caption("Each goal, and the days that each case took"), all_cases(report))
}

/// Returns the cases that missed a goal, by the days that they were late, the latest first.
pub fn missed(report: &GoalsReport) -> FigureTable {
    let table = FigureTable::new("missed", "Missed goals", case_columns());
    let is_missed = |case: &GoalMeasurement| matches!(case.result, GoalResult::Late | GoalResult::Overdue);
    let mut missed: Vec<_> = all_cases(report).filter(|(_, case)| is_missed(case)).collect();
    missed.sort_by_key(|(_, case)| core::cmp::Reverse(case.late_by));
    with_cases(table.with_caption("Cases that missed a goal, the latest first"), missed)
}

fn all_cases(report: &GoalsReport) -> impl Iterator<Item = (&GoalReport, &GoalMeasurement)> {
    report.goals.iter().flat_map(|goal| goal.cases.iter().map(move |case| (goal, case)))
}

fn case_columns() -> [FigureColumn; 11] {
    [
        FigureColumn::text("goal", "goal name"),
        FigureColumn::text("district", "district"),
        FigureColumn::text("facilitator", "facilitator"),
        FigureColumn::text("started", "started"),
        FigureColumn::text("due", "due"),
        FigureColumn::text("ended", "happened"),
        FigureColumn::number("days", "days"),
        FigureColumn::number("late_by", "late by"),
        FigureColumn::text("result", "result"),
        FigureColumn::text("period", "period"),
        FigureColumn::text("case", "case"),
    ]
}

fn with_cases<'r>(
    mut table: FigureTable,
    cases: impl IntoIterator<Item = (&'r GoalReport, &'r GoalMeasurement)>,
) -> FigureTable {
    for (goal, case) in cases {
        table.row([
            FigureValue::Name(goal.goal.name.clone()),
            FigureValue::name(case.district.as_ref()),
            FigureValue::name(case.facilitator.as_ref()),
            FigureValue::Day(case.started),
            FigureValue::Day(case.due),
            FigureValue::day(case.ended),
            FigureValue::Count(case.days.into()),
            FigureValue::Count(case.late_by.into()),
            FigureValue::Coded(case.result.code(), case.result.label().to_owned()),
            FigureValue::Code(case.period.code()),
            FigureValue::Code(case.case.to_string()),
        ]);
    }
    table
}

/// Returns the open cases whose days are over already, the latest first.
pub fn overdue(report: &GoalsReport) -> FigureTable {
    let columns = [
        FigureColumn::text("goal", "goal name"),
        FigureColumn::text("district", "district"),
        FigureColumn::text("facilitator", "facilitator"),
        FigureColumn::text("due", "due"),
        FigureColumn::number("late_by", "late by"),
        FigureColumn::text("case", "case"),
    ];
    let mut table = FigureTable::new("overdue", "Open cases already overdue", columns)
        .with_caption("Goals whose days are over, the latest first");
    let is_overdue = |case: &GoalMeasurement| case.is_open && case.result == GoalResult::Overdue;
    let mut overdue: Vec<_> = all_cases(report).filter(|(_, case)| is_overdue(case)).collect();
    overdue.sort_by_key(|(_, case)| core::cmp::Reverse(case.late_by));
    for (goal, case) in overdue {
        table.row([
            FigureValue::Name(goal.goal.name.clone()),
            FigureValue::name(case.district.as_ref()),
            FigureValue::name(case.facilitator.as_ref()),
            FigureValue::Day(case.due),
            FigureValue::Count(case.late_by.into()),
            FigureValue::Code(case.case.to_string()),
        ]);
    }
    table
}

/// Returns the open cases that can still meet a goal, the earliest due date first.
pub fn open(report: &GoalsReport) -> FigureTable {
    let columns = [
        FigureColumn::text("goal", "goal name"),
        FigureColumn::text("district", "district"),
        FigureColumn::text("facilitator", "facilitator"),
        FigureColumn::text("due", "due"),
        FigureColumn::number("days", "days so far"),
        FigureColumn::text("case", "case"),
    ];
    let mut table =
        FigureTable::new("open", "Open cases", columns).with_caption("Goals that are not due yet, by due date");
    let mut open: Vec<_> = all_cases(report).filter(|(_, case)| case.result == GoalResult::NotDue).collect();
    open.sort_by_key(|(_, case)| case.due);
    for (goal, case) in open {
        table.row([
            FigureValue::Name(goal.goal.name.clone()),
            FigureValue::name(case.district.as_ref()),
            FigureValue::name(case.facilitator.as_ref()),
            FigureValue::Day(case.due),
            FigureValue::Count(case.days.into()),
            FigureValue::Code(case.case.to_string()),
        ]);
    }
    table
}

/// Returns the open cases with their chances, in the order in which they come.
pub fn risks(risks: &GoalRisks) -> FigureTable {
    let columns = [
        FigureColumn::text("goal", "goal name"),
        FigureColumn::text("district", "district"),
        FigureColumn::text("facilitator", "facilitator"),
        FigureColumn::text("due", "due"),
        FigureColumn::number("days_left", "days left"),
        FigureColumn::number("chance", "chance"),
        FigureColumn::number("low", "low (95%)"),
        FigureColumn::number("high", "high (95%)"),
        FigureColumn::number("runs_counted", "runs that count"),
        FigureColumn::text("note", "note"),
        FigureColumn::text("case", "case"),
    ];
    let mut table = FigureTable::new("risk", "Open cases at risk", columns)
        .with_caption("Goals that are not due yet, the smallest chance first");
    for risk in &risks.cases {
        let chance = risk.chance.and_then(|chance| chance.chance);
        let ends_first = risk.chance.is_some_and(|chance| chance.counted == 0);
        let note = match &risk.reason {
            Some(reason) => FigureValue::Name(reason.clone()),
            None if ends_first => FigureValue::Text("in every run, the case ends first".to_owned()),
            None => FigureValue::Empty,
        };
        table.row([
            FigureValue::Name(risk.goal.clone()),
            FigureValue::name(risk.district.as_ref()),
            FigureValue::name(risk.facilitator.as_ref()),
            FigureValue::Day(risk.due),
            FigureValue::count(u64::try_from(risk.days_left).ok()),
            FigureValue::share(chance.map(|chance| chance.estimate)),
            FigureValue::share(chance.map(|chance| chance.low)),
            FigureValue::share(chance.map(|chance| chance.high)),
            FigureValue::count(risk.chance.map(|chance| chance.counted)),
            note,
            FigureValue::Code(risk.case.to_string()),
        ]);
    }
    table
}
