//! `ibbi calibrate`: fits the assumptions to the cases of a ledger.

use super::{instant, now};
use crate::args::Calibrate;
use crate::output::Outcome;
use crate::terminal::{self, command};
use ibbi_app::calibration::{self, LedgerCalibration};
use ibbi_app::sim::Scenario;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, output, schedule};
use ibbi_report::text;
use std::path::Path;

pub(crate) fn run(args: &Calibrate, json: bool) -> Result<Outcome, AppError> {
    let now = now()?;
    let as_of = args.as_of.as_deref().map(|text| instant(Some(text), Zone::default(), now)).transpose()?;
    let scenario = args.scenario.as_deref().map(|path| schedule::load(Some(path))).transpose()?;
    let fitted = calibration::calibrate(&args.ledger, scenario.as_ref(), as_of, now)?;
    if let Some(out) = &args.out {
        output::write_new(out, to_file(&fitted, scenario.as_ref()).as_bytes())?;
    }
    if json {
        return Ok(Outcome::json(&fitted));
    }
    let LedgerCalibration { as_of, calibration, notes } = &fitted;
    let mut outcome = Outcome::done(match args.toml {
        true => calibration.to_toml(),
        false => {
            let day = Zone::default().date(*as_of);
            terminal::pieces(&text::calibration(calibration, day, notes, terminal::layout()))
        }
    });
    outcome.messages = args.out.as_deref().map(|out| wrote(out, scenario.is_some())).unwrap_or_default();
    Ok(outcome)
}

/// Returns the content of the output file: the scenario with the fitted assumptions, or only their section.
fn to_file(fitted: &LedgerCalibration, scenario: Option<&Scenario>) -> String {
    let Some(scenario) = scenario else { return fitted.calibration.to_toml() };
    let mut scenario = scenario.clone();
    fitted.calibration.apply(&mut scenario.assumptions);
    scenario.to_toml()
}

fn wrote(out: &Path, is_scenario: bool) -> String {
    let file = terminal::path(out);
    match is_scenario {
        true => format!("Wrote {file}. To forecast with it, run: {}\n", command(["simulate", &file])),
        false => format!("Wrote {file}. Paste it into a scenario, in place of its section [assumptions].\n"),
    }
}
