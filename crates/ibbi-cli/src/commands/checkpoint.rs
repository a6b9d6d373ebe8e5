//! `ibbi checkpoint`: sign a ledger as it is now.

use crate::args::Checkpoint;
use crate::output::Outcome;
use ibbi_app::{AppError, trust};

pub(crate) fn run(args: &Checkpoint, json: bool) -> Result<Outcome, AppError> {
    let signed = trust::checkpoint(&args.ledger, &args.key)?;
    if json {
        return Ok(Outcome::json(&signed));
    }
    let mut outcome = Outcome::done(signed.note.clone());
    outcome.messages = format!(
        "The checkpoint covers {} lines and was added to {}.\nCopy it to where whoever keeps the ledger cannot write: \
         what comes after the last copy is not protected by it.\n",
        signed.size,
        signed.file.display()
    );
    Ok(outcome)
}
