//! `ibbi simulate`: forecasts when the process will finish.

use super::{settings, simulator};
use crate::args::{ForecastTable, Simulate as Args};
use crate::output::Outcome;
use crate::progress::Bar;
use crate::terminal::{self, command, count};
use ibbi_app::AppError;
use ibbi_app::schedule::{self, Keep, Kept};
use ibbi_app::sim::Forecast;
use ibbi_report::{csv, text};
use serde::Serialize;

/// The output of `--json`: the forecast and the kept runs.
#[derive(Serialize)]
struct ForecastOutput<'a> {
    #[serde(flatten)]
    forecast: &'a Forecast,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<&'a Kept>,
}

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(&args.runs)?;
    let (_, simulator) = simulator(&args.scenario, &args.from)?;
    let bar = Bar::new(settings.runs, "runs");
    let forecast = schedule::simulate(&simulator, settings, |done| bar.set(done))?;
    drop(bar);
    let kept = args.keep.as_deref().map(|file| {
        let bar = Bar::new(settings.runs, "runs kept");
        let keep = Keep { file, settings, interleaved: args.interleaved };
        schedule::keep(&simulator, keep, |done| bar.set(done))
    });
    let kept = kept.transpose()?;
    if json {
        return Ok(Outcome::json(&ForecastOutput { forecast: &forecast, kept: kept.as_ref() }));
    }
    let mut outcome = Outcome::done(match args.csv {
        Some(ForecastTable::Outcomes) => csv::outcomes(&forecast),
        Some(ForecastTable::Dates) => csv::dates(&forecast),
        Some(ForecastTable::Deadlines) => csv::deadlines(&forecast),
        Some(ForecastTable::Curve) => csv::curve(&forecast),
        Some(ForecastTable::Drivers) => csv::drivers(&forecast),
        Some(ForecastTable::Assumptions) => csv::assumptions(&forecast),
        None => terminal::pieces(&text::forecast(simulator.scenario(), &forecast, terminal::layout())),
    });
    if let Some(kept) = kept {
        let file = terminal::path(&kept.file);
        let next = command(["verify", &file]);
        let (runs, records) = (count(kept.runs, "run"), count(kept.records, "record"));
        outcome.messages = format!("Wrote {runs} as {records} to {file}. To check them, run: {next}\n");
    }
    Ok(outcome)
}
