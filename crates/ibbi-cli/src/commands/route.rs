//! `ibbi route`: lists the fewest events to a stage or an outcome.

use super::{now, read_case};
use crate::args::Route;
use crate::output;
use crate::terminal::heading;
use ibbi_app::{AppError, status};
use ibbi_core::{Outcome, Stage};
use std::fmt::Write as _;

pub(crate) fn run(args: Route, json: bool) -> Result<output::Outcome, AppError> {
    let (mut service, case) = read_case(&args.ledger, args.case.case.as_deref())?;
    let answer = status::route_to(service.case(case)?, &args.goal, now()?)?;
    if json {
        return Ok(output::Outcome::json(&answer));
    }
    let goal = label(&answer.goal);
    let Some(route) = &answer.route else {
        let from = answer.from.label();
        let text = format!("No events lead from {from} to {goal}. To go back, void an event (ibbi void).\n");
        return Ok(output::Outcome::done(text));
    };
    let events = if route.len() == 1 { "event" } else { "events" };
    let mut text = heading(&format!("From {} to {goal}: {} {events}", answer.from.label(), route.len()));
    let mut rest = route.as_slice();
    while let [kind, ..] = rest {
        let times = rest.iter().take_while(|other| *other == kind).count();
        let each = if times > 1 { format!(", {times} times") } else { String::new() };
        let _ = writeln!(text, "  {:<20} {}{each}", kind.code(), kind.label());
        rest = &rest[times..];
    }
    Ok(output::Outcome::done(text))
}

/// Returns the label of a stage or an outcome.
fn label(goal: &str) -> &str {
    let stage = Stage::from_code(goal).map(Stage::label);
    stage.or_else(|| Outcome::from_code(goal).map(Outcome::label)).unwrap_or(goal)
}
