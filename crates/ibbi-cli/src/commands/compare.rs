//! `ibbi compare`: shows which of two scenarios is more likely to finish on time.

use super::{Start, settings};
use crate::args::Compare;
use crate::output::Outcome;
use crate::progress::Bar;
use crate::terminal;
use ibbi_app::sim::{Comparison, Scenario};
use ibbi_app::{AppError, schedule};
use ibbi_report::{csv, text};
use serde::Serialize;

/// The output of `--json`: the comparison and its result in a sentence.
#[derive(Serialize)]
struct ComparisonOutput<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    sentence: String,
}

pub(crate) fn run(args: &Compare, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(&args.runs)?;
    if args.format.len() > 2 {
        return Err(AppError::Usage("--format can be given at most twice, once for each scenario".to_owned()));
    }
    let sides = match args.set.as_slice() {
        [] => schedule::sides(args.first.as_deref(), args.second.as_deref(), &args.format)?,
        changes => {
            let scenario = schedule::load(args.first.as_deref())?;
            let changed = schedule::with_changes(scenario.clone(), changes)?;
            let second = (format!("with {}", changes.join(", ")), changed);
            schedule::sides_from(("as it is".to_owned(), scenario), Some(second), &args.format)?
        }
    };
    let start = Start::read(&args.from)?;
    let bar = Bar::new(settings.runs, "pairs of runs");
    let simulator = |scenario: &Scenario| start.simulator(scenario);
    let comparison = schedule::compare_from(&sides, simulator, settings, |done| bar.set(done))?;
    drop(bar);
    if json {
        let sentence = comparison.sentence();
        return Ok(Outcome::json(&ComparisonOutput { comparison: &comparison, sentence }));
    }
    if args.csv {
        return Ok(Outcome::done(csv::comparison(&comparison)));
    }
    Ok(Outcome::done(terminal::pieces(&text::comparison(&comparison, terminal::layout()))))
}
