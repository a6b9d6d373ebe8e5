//! `ibbi who`: shows whose extra free day would help most.

use super::{settings, simulator};
use crate::args::Who;
use crate::output::Outcome;
use crate::progress::Bar;
use crate::terminal;
use ibbi_app::AppError;
use ibbi_report::text::{Piece, TextStyle};
use ibbi_report::{csv, text};
use std::cell::OnceCell;
use std::sync::Mutex;

pub(crate) fn run(args: &Who, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(&args.runs)?;
    let (_, simulator) = simulator(&args.scenario, &args.from)?;
    if args.favors {
        let sets = simulator.favors();
        return Ok(match (json, args.csv) {
            (true, _) => Outcome::json(&sets),
            (false, true) => Outcome::done(csv::favors(&sets)),
            (false, false) => Outcome::done(terminal::pieces(&text::favors(&sets, terminal::layout()))),
        });
    }
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
    let layout = terminal::layout();
    let mut pieces = text::gains(&gains, layout);
    pieces.push(Piece { role: TextStyle::Plain, text: "\n".to_owned() });
    pieces.extend(text::favors(&simulator.favors(), layout));
    Ok(Outcome::done(terminal::pieces(&pieces)))
}
