//! `ibbi compare`: which of two scenarios is likelier to be done in time?

use super::settings;
use crate::args::Compare;
use crate::output::Outcome;
use crate::progress::Bar;
use crate::show;
use ibbi_app::{AppError, schedule};
use ibbi_report::{csv, text};
use ibbi_sim::Comparison;
use serde::Serialize;

/// What `--json` prints: the comparison, and its finding in a sentence.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    sentence: String,
}

pub(crate) fn run(args: &Compare, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(args.runs.runs, args.runs.seed, args.runs.threads)?;
    if args.format.len() > 2 {
        return Err(AppError::Usage("--format can be given twice: one for each side".to_owned()));
    }
    let sides = schedule::sides(args.first.as_deref(), args.second.as_deref(), &args.format)?;
    let bar = Bar::new(settings.runs, "pairs of runs");
    let comparison = schedule::compare(&sides, settings, |done| bar.at(done))?;
    drop(bar);
    if json {
        let sentence = comparison.sentence();
        return Ok(Outcome::json(&Answer { comparison: &comparison, sentence }));
    }
    if args.csv {
        return Ok(Outcome::done(csv::comparison(&comparison)));
    }
    Ok(Outcome::done(show::pieces(&text::comparison(&comparison, show::layout()))))
}
