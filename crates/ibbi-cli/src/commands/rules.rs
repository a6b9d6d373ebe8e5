//! `ibbi rules`: lists the rules and advisories, and finds the cases that come out differently under other rules.

use crate::args::{Rules, RulesAction, RulesDiff};
use crate::output::Outcome;
use crate::terminal::{self, DIM, heading, paint};
use ibbi_app::audit::{self, OtherRules};
use ibbi_app::{AppError, ExitCode, presets};
use ibbi_core::{Edition, Rule, Warning};
use ibbi_report::text;
use std::fmt::Write as _;

pub(crate) fn run(args: &Rules, json: bool) -> Result<Outcome, AppError> {
    match &args.action {
        None => Ok(list(json)),
        Some(RulesAction::Diff(args)) => diff(args, json),
    }
}

fn diff(args: &RulesDiff, json: bool) -> Result<Outcome, AppError> {
    let rules = match (&args.program, args.edition) {
        (Some(program), _) => OtherRules::Program(presets::program(program)?),
        (None, number) => OtherRules::Edition(edition(number.unwrap_or(0))?),
    };
    let shown = if args.all { usize::MAX } else { usize::try_from(args.show).unwrap_or(usize::MAX) };
    let diff = audit::rules_diff(&args.ledger, &rules, shown)?;
    let code = if diff.differing == 0 { ExitCode::Done } else { ExitCode::BadLedger };
    if json {
        return Ok(Outcome { code, ..Outcome::json(&diff) });
    }
    Ok(Outcome { code, ..Outcome::done(terminal::pieces(&text::rules_diff(&diff, terminal::layout()))) })
}

/// Returns a known edition of the rules.
fn edition(number: u16) -> Result<Edition, AppError> {
    let known = || Edition::known().map(|edition| edition.number().to_string()).collect::<Vec<_>>().join(", ");
    Edition::known().find(|edition| edition.number() == number).ok_or_else(|| {
        AppError::Usage(format!("there is no edition {number} of the rules; choose one of these: {}", known()))
    })
}

fn list(json: bool) -> Outcome {
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
