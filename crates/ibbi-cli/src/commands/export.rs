//! `ibbi export`: writes a ledger, or the process itself, for other programs.

use super::output_file;
use crate::args::Export as Args;
use crate::output::{Outcome, Stream};
use crate::progress::ReadingBar;
use crate::terminal;
use ibbi_app::audit::{self, ExportFormat, ExportRequest};
use ibbi_app::output::OutputKind;
use ibbi_app::{AppError, database, place};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: &Args, json: bool) -> Result<Outcome, AppError> {
    let format = args.to;
    if format.is_of_the_process() && args.ledger.is_some() {
        let message = "pnml and bpmn export the process itself; leave the ledger out";
        return Err(AppError::Usage(message.to_owned()));
    }
    if let (ExportFormat::Ledger, Some(ledger), Some(out)) = (format, &args.ledger, &args.out)
        && place::is_database(ledger)
    {
        let moved = database::export_ledger(ledger, out, args.texts)?;
        if json {
            return Ok(Outcome::json(&moved));
        }
        let (lines, bytes) = (terminal::count(moved.lines, "line"), terminal::count(moved.bytes, "byte"));
        let checkpoints = terminal::count(moved.checkpoints as u64, "checkpoint");
        return Ok(Outcome::done(format!("Wrote {lines}, {bytes}, with {checkpoints} to {}\n", out.display())));
    }
    let request = ExportRequest { ledger: args.ledger.as_deref(), format, voided: args.voided };
    let inputs: Vec<&Path> = args.ledger.as_deref().into_iter().collect();
    let output = args.out.as_deref().map(|out| output_file(out, OutputKind::Export(format), &inputs)).transpose()?;
    let output = output.flatten();
    let bar = ReadingBar::new(json, output.is_none());
    let watch = |progress| bar.set(progress);
    let (Some(out), Some(output)) = (&args.out, output) else {
        let mut stream = Stream::new();
        audit::export_with_progress(request, &mut stream, &watch)?;
        stream.finish()?;
        return Ok(Outcome::done(String::new()));
    };
    let bytes = output.write_with(|file| audit::export_with_progress(request, file, &watch))?;
    drop(bar);
    if json {
        return Ok(Outcome::json(&json!({ "file": out.to_string_lossy(), "bytes": bytes })));
    }
    Ok(Outcome::done(format!("Wrote {} to {}\n", terminal::count(bytes, "byte"), out.display())))
}
