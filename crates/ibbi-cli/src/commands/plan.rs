//! `ibbi plan`: finds the earliest schedule that works for everyone.

use super::simulator;
use crate::args::{Plan as Args, PlanTable};
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::{AppError, schedule};
use ibbi_report::{csv, text};

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    let (_, simulator) = simulator(&args.scenario, &args.from)?;
    let plan = schedule::plan(&simulator, args.confidence)?;
    if json {
        return Ok(Outcome::json(&plan));
    }
    Ok(Outcome::done(match args.csv {
        Some(PlanTable::Sessions) => csv::sessions(&plan),
        Some(PlanTable::Milestones) => csv::milestones(&plan),
        Some(PlanTable::Advisories) => csv::advisories(&plan.advisories),
        None => terminal::pieces(&text::plan(simulator.scenario(), &plan, &plan.advisories, terminal::layout())),
    }))
}
