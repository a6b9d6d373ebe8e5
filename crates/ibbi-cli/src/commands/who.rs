//! `ibbi who`: shows whose extra free day would help most.

use super::{settings, simulator};
use crate::args::Who;
use crate::output::Outcome;
use crate::progress::Bar;
use crate::terminal;
use ibbi_app::AppError;
use ibbi_report::{csv, text};
use std::cell::OnceCell;
use std::sync::Mutex;

pub(crate) fn run(args: &Who, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(&args.runs)?;
    let (_, simulator) = simulator(&args.scenario, &args.from)?;
    // The number of days to try is known only after the first one.
    let bar: Mutex<OnceCell<Bar>> = Mutex::new(OnceCell::new());
    let gains = simulator.availability_gains_with(settings, &|done, of| {
        if let Ok(bar) = bar.lock() {
            bar.get_or_init(|| Bar::new(of, "days tried")).set(done);
        }
    })?;
    drop(bar);
    if json {
        return Ok(Outcome::json(&gains));
    }
    if args.csv {
        return Ok(Outcome::done(csv::gains(&gains)));
    }
    Ok(Outcome::done(terminal::pieces(&text::gains(&gains, terminal::layout()))))
}
