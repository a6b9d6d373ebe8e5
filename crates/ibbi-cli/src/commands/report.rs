//! `ibbi report`: writes an HTML report about a scenario.

use super::{settings, simulator};
use crate::args::Report;
use crate::output::Outcome;
use crate::progress::Bar;
use ibbi_app::{AppError, schedule};
use serde_json::json;

pub(crate) fn run(args: &Report, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(&args.runs)?;
    let (scenario, simulator) = simulator(&args.scenario, &args.from)?;
    let bar = Bar::new(settings.runs, "runs");
    let page = schedule::page(&scenario, &simulator, settings, |done| bar.set(done))?;
    drop(bar);
    if args.out.as_os_str() == "-" {
        return Ok(Outcome::done(page));
    }
    schedule::write_file(&args.out, page.as_bytes())?;
    if json {
        return Ok(Outcome::json(&json!({ "bytes": page.len(), "file": args.out })));
    }
    Ok(Outcome::done(format!(
        "Wrote the report to {}. Open it in a browser to read or print it.\n",
        args.out.display()
    )))
}
