//! `ibbi simulate`: when can it be done, and how sure is that?

use super::{settings, simulator};
use crate::args::{ForecastTable, Simulate as Args};
use crate::output::Outcome;
use crate::progress::Bar;
use crate::show::{self, command};
use ibbi_app::AppError;
use ibbi_app::schedule::{self, Keep, Kept};
use ibbi_report::{csv, text};
use ibbi_sim::Forecast;
use serde::Serialize;

/// What `--json` prints: the forecast, and what was kept.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    forecast: &'a Forecast,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<&'a Kept>,
}

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(args.runs.runs, args.runs.seed, args.runs.threads)?;
    let (_, simulator) = simulator(&args.scenario, &args.from)?;
    let bar = Bar::new(settings.runs, "runs");
    let forecast = schedule::simulate(&simulator, settings, |done| bar.at(done))?;
    drop(bar);
    let kept = args.keep.as_deref().map(|file| {
        let bar = Bar::new(settings.runs, "runs kept");
        let keep = Keep { file, settings, interleaved: args.interleaved };
        schedule::keep(&simulator, keep, |done| bar.at(done))
    });
    let kept = kept.transpose()?;
    if json {
        return Ok(Outcome::json(&Answer { forecast: &forecast, kept: kept.as_ref() }));
    }
    let mut outcome = Outcome::done(match args.csv {
        Some(ForecastTable::Outcomes) => csv::outcomes(&forecast),
        Some(ForecastTable::Percentiles) => csv::percentiles(&forecast),
        Some(ForecastTable::Curve) => csv::curve(&forecast),
        Some(ForecastTable::Tornado) => csv::tornado(&forecast),
        Some(ForecastTable::Assumptions) => csv::assumptions(&forecast),
        None => show::pieces(&text::forecast(simulator.scenario(), &forecast, show::layout())),
    });
    if let Some(kept) = kept {
        let file = show::path(&kept.file);
        let next = command(["verify", &file]);
        outcome.messages =
            format!("{} runs are kept as {} records in {file}; check them with {next}\n", kept.runs, kept.records);
    }
    Ok(outcome)
}
