//! `ibbi backtest`: scores past forecasts.

use super::{instant, now, settings};
use crate::args::Backtest;
use crate::output::Outcome;
use crate::progress::Bar;
use crate::terminal;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, calibration, schedule};
use ibbi_report::text;
use std::cell::OnceCell;

pub(crate) fn run(args: &Backtest, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(&args.runs)?;
    let now = now()?;
    let since = args.since.as_deref().map(|text| instant(Some(text), Zone::default(), now)).transpose()?;
    let scenario = args.scenario.as_deref().map(|path| schedule::load(Some(path))).transpose()?;
    // The number of cases is known only after the ledger is read.
    let bar: OnceCell<Bar> = OnceCell::new();
    let scores = calibration::backtest(&args.ledger, scenario.as_ref(), since, settings, |done, of| {
        bar.get_or_init(|| Bar::new(of, "cases")).set(done);
    })?;
    drop(bar);
    if json {
        return Ok(Outcome::json(&scores));
    }
    Ok(Outcome::done(terminal::pieces(&text::backtest(&scores, terminal::layout()))))
}
