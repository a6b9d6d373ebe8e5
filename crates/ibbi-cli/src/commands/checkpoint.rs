//! `ibbi checkpoint`: signs the current state of a ledger.

use crate::args::Checkpoint;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::{AppError, signing};

pub(crate) fn run(args: &Checkpoint, json: bool) -> Result<Outcome, AppError> {
    let signed = signing::checkpoint(&args.ledger, &args.key, super::now()?)?;
    if json {
        return Ok(Outcome::json(&signed));
    }
    let mut outcome = Outcome::done(signed.note.clone());
    let incomplete = if signed.complete {
        ""
    } else {
        "It has no line with the last record of each case before it, so an extract under it can't show that it is complete: \
         the ledger still has format 1, or its last line is later than this computer's clock.\n"
    };
    outcome.messages = format!(
        "The checkpoint covers {} and was added to {}.\nCopy it to a place that the people who keep the ledger can't \
         change. Lines after the last copy are not protected.\n{incomplete}",
        terminal::count(signed.size, "line"),
        signed.file.display()
    );
    Ok(outcome)
}
