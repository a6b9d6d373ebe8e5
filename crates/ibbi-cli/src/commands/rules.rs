//! `ibbi rules`: lists the rules and advisories.

use crate::output::Outcome;
use crate::terminal::{DIM, heading, paint};
use ibbi_core::{Rule, Warning};
use std::fmt::Write as _;

pub(crate) fn run(json: bool) -> Outcome {
    if json {
        return Outcome::json(&ibbi_app::describe::rules());
    }
    let mut text = heading(&format!("{} rules: an event that doesn't meet them is refused", Rule::ALL.len()));
    for rule in Rule::ALL {
        let source = paint(DIM, &format!("[{}]", rule.source().label()));
        let _ = writeln!(text, "{}\n    {} {source}\n    {}", rule.id(), rule.statement(), rule.remedy());
    }
    text.push_str(&heading(&format!("{} advisories: they warn but never refuse an event", Warning::ALL.len())));
    for warning in Warning::ALL {
        let source = paint(DIM, &format!("[{}]", warning.source().label()));
        let _ = writeln!(text, "{}\n    {} {source}", warning.code(), warning.label());
    }
    Outcome::done(text)
}
