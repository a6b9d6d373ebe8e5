//! `ibbi report`: a page about a scenario.

use super::{settings, simulator};
use crate::args::Report;
use crate::output::Outcome;
use crate::progress::Bar;
use ibbi_app::{AppError, schedule};
use serde_json::json;

pub(crate) fn run(args: &Report, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(args.runs.runs, args.runs.seed, args.runs.threads)?;
    let (scenario, simulator) = simulator(&args.scenario, &args.from)?;
    let bar = Bar::new(settings.runs, "runs");
    let page = schedule::page(&scenario, &simulator, settings, |done| bar.at(done))?;
    drop(bar);
    if args.out.as_os_str() == "-" {
        return Ok(Outcome::done(page));
    }
    schedule::write_file(&args.out, page.as_bytes())?;
    if json {
        return Ok(Outcome::json(&json!({ "bytes": page.len(), "file": args.out })));
    }
    Ok(Outcome::done(format!(
        "the report is in {}; open it in a browser, or print it from there\n",
        args.out.display()
    )))
}
