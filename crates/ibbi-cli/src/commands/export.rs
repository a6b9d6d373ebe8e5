//! `ibbi export`: writes a ledger, or the process itself, for other programs.

use crate::args::Export as Args;
use crate::output::{Outcome, Stream};
use crate::progress::ReadingBar;
use crate::terminal;
use ibbi_app::audit::{self, Export};
use ibbi_app::{AppError, schedule};
use serde_json::json;

pub(crate) fn run(args: &Args, json: bool) -> Result<Outcome, AppError> {
    let format = args.to;
    if format.is_of_the_process() && args.ledger.is_some() {
        let message = "pnml and bpmn export the process itself; leave the ledger out";
        return Err(AppError::Usage(message.to_owned()));
    }
    let export = Export { ledger: args.ledger.as_deref(), format, voided: args.voided };
    if let (Some(ledger), Some(out)) = (&args.ledger, &args.out) {
        audit::apart(ledger, out)?;
    }
    let bar = ReadingBar::new(json, args.out.is_none());
    let watch = |progress| bar.set(progress);
    let Some(out) = &args.out else {
        let mut stream = Stream::new();
        audit::export_watched(export, &mut stream, &watch)?;
        stream.finish()?;
        return Ok(Outcome::done(String::new()));
    };
    let bytes = schedule::write_file_with(out, |file| audit::export_watched(export, file, &watch))?;
    drop(bar);
    if json {
        return Ok(Outcome::json(&json!({ "file": out, "bytes": bytes })));
    }
    Ok(Outcome::done(format!("Wrote {} to {}\n", terminal::count(bytes, "byte"), out.display())))
}
