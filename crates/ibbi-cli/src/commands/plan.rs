//! `ibbi plan`: the earliest schedule that suits everybody.

use super::simulator;
use crate::args::{Plan as Args, PlanTable};
use crate::output::Outcome;
use crate::show;
use ibbi_app::AppError;
use ibbi_report::{csv, text};
use ibbi_sim::Plan;

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    let (_, simulator) = simulator(&args.scenario, &args.from)?;
    let plan = Plan::of(&simulator);
    if json {
        return Ok(Outcome::json(&plan));
    }
    Ok(Outcome::done(match args.csv {
        Some(PlanTable::Sittings) => csv::sittings(&plan),
        Some(PlanTable::Milestones) => csv::milestones(&plan),
        Some(PlanTable::Advisories) => csv::advisories(&plan.advisories),
        None => show::pieces(&text::plan(simulator.scenario(), &plan, &plan.advisories, show::layout())),
    }))
}
