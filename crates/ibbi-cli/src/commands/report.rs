//! `ibbi report`: writes an HTML report about a scenario.

use super::{output_file, settings, simulator};
use crate::args::Report;
use crate::output::Outcome;
use crate::progress::Bar;
use ibbi_app::output::OutputKind;
use ibbi_app::{AppError, schedule};
use serde_json::json;
use std::path::PathBuf;

pub(crate) fn run(args: &Report, json: bool) -> Result<Outcome, AppError> {
    let settings = settings(&args.runs)?;
    let inputs: Vec<_> =
        [&args.scenario.scenario, &args.from.from].into_iter().flatten().map(PathBuf::as_path).collect();
    let output = output_file(&args.out, OutputKind::Page, &inputs)?;
    let (scenario, simulator) = simulator(&args.scenario, &args.from)?;
    let bar = Bar::new(settings.runs, "runs");
    let page = schedule::page(&scenario, &simulator, settings, |done| bar.set(done))?;
    drop(bar);
    let Some(output) = output else { return Ok(Outcome::done(page)) };
    output.write(page.as_bytes())?;
    if json {
        return Ok(Outcome::json(&json!({ "bytes": page.len(), "file": args.out.to_string_lossy() })));
    }
    Ok(Outcome::done(format!(
        "Wrote the report to {}. Open it in a browser to read or print it.\n",
        args.out.display()
    )))
}
