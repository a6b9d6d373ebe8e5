//! `ibbi route`: the shortest way to a stage or an outcome.

use super::{chosen, context};
use crate::args::Route;
use crate::output::Outcome;
use crate::show::heading;
use ibbi_app::{AppError, status};
use std::fmt::Write as _;

pub(crate) fn run(args: Route, json: bool) -> Result<Outcome, AppError> {
    let (case, _) = chosen(&args.ledger, args.case.case.as_deref())?;
    let answer = status::route(&args.ledger, case, &args.goal, context(None)?.now)?;
    if json {
        return Ok(Outcome::json(&answer));
    }
    let Some(route) = &answer.route else {
        let from = answer.from.label();
        let text = format!("No event leads from {from} to {}; only voiding an event could (ibbi void).\n", answer.goal);
        return Ok(Outcome::done(text));
    };
    let events = if route.len() == 1 { "event" } else { "events" };
    let mut text = heading(&format!("From {} to {}: {} {events}", answer.from.label(), answer.goal, route.len()));
    let mut rest = route.as_slice();
    while let [kind, ..] = rest {
        let times = rest.iter().take_while(|other| *other == kind).count();
        let each = if times > 1 { format!(", {times} times") } else { String::new() };
        let _ = writeln!(text, "  {:<20} {}{each}", kind.code(), kind.label());
        rest = &rest[times..];
    }
    Ok(Outcome::done(text))
}
