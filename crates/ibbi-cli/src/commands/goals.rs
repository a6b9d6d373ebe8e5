//! `ibbi goals`: reports which time goals of an office were met, and which open cases are at risk.

use super::{as_known, now, output_file, spreadsheet_file, threads};
use crate::args::{GoalTable, Goals as Args};
use crate::output::Outcome;
use crate::progress::Bar;
use crate::terminal;
use ibbi_app::goals::{self, GoalsAnswer, RiskSettings, SAMPLE_GOALS};
use ibbi_app::output::OutputKind;
use ibbi_app::sim::{GoalRisks, GoalSet, GoalsReport, Settings};
use ibbi_app::{AppError, schedule};
use ibbi_core::At;
use ibbi_report::figures::FigureTable;
use ibbi_report::{GoalsPage, goal_tables, text};
use std::path::Path;

pub(crate) fn run(args: &Args, json: bool) -> Result<Outcome, AppError> {
    let (Some(ledger), Some(file), false) = (&args.ledger, &args.goals, args.sample) else {
        return Ok(Outcome::done(SAMPLE_GOALS.to_owned()));
    };
    let inputs: Vec<&Path> =
        [Some(ledger), Some(file), args.scenario.as_ref()].into_iter().flatten().map(|path| path.as_path()).collect();
    let output = args.html.as_deref().map(|file| output_file(file, OutputKind::Page, &inputs)).transpose()?.flatten();
    let sheet_file = args.xlsx.as_deref().map(|file| spreadsheet_file(file, &inputs)).transpose()?;
    let now = now()?;
    let goals = goals::load(file)?;
    let (report, risks) = read(args, ledger, &goals, now)?;
    let answer = GoalsAnswer { report, risks };
    if let Some(sheet) = sheet_file {
        sheet.write(&goals::spreadsheet(&answer)?)?;
    }
    let GoalsAnswer { report, risks } = &answer;
    if args.html.is_some() {
        let page = GoalsPage { report, risks: risks.as_ref(), chances_at: None, program: ibbi_app::ledger::PROGRAM };
        match output {
            Some(output) => output.write(page.to_html().as_bytes())?,
            None => return Ok(Outcome::done(page.to_html())),
        }
    }
    if json {
        return Ok(Outcome::json(&answer));
    }
    let shown = table(args.by, report, risks.as_ref());
    Ok(Outcome::done(match args.csv {
        true => shown.to_csv(),
        false => terminal::pieces(&text::goals(
            report,
            &shown,
            risks.as_ref().filter(|_| args.by == GoalTable::Risk),
            terminal::layout(),
        )),
    }))
}

/// Measures the cases, and simulates the open ones if their chances are asked for.
fn read(args: &Args, ledger: &Path, goals: &GoalSet, now: At) -> Result<(GoalsReport, Option<GoalRisks>), AppError> {
    let known = as_known(&args.as_known, now)?;
    if args.by != GoalTable::Risk && args.scenario.is_none() {
        return Ok((goals::measure(ledger, goals, known, now)?, None));
    }
    let scenario = args.scenario.as_deref().map(|path| schedule::load(Some(path))).transpose()?;
    let settings = Settings { runs: args.runs, seed: args.seed, threads: threads(args.threads) };
    let bar = Bar::new(1, "cases");
    let settings = RiskSettings { scenario: scenario.as_ref(), settings };
    let (report, risks) = goals::at_risk(ledger, goals, known, now, settings, |done, all| bar.set_of(done, all))?;
    Ok((report, Some(risks)))
}

fn table(by: GoalTable, report: &GoalsReport, risks: Option<&GoalRisks>) -> FigureTable {
    match (by, risks) {
        (GoalTable::Risk, Some(risks)) => goal_tables::risks(risks),
        // Chances are always computed for their own table.
        (GoalTable::Risk, None) => goal_tables::open(report),
        (GoalTable::Goal, _) => goal_tables::by_goal(report),
        (GoalTable::Period, _) => goal_tables::by_period(report),
        (GoalTable::Facilitator, _) => goal_tables::by_facilitator(report),
        (GoalTable::Case, _) => goal_tables::by_case(report),
    }
}
