//! `ibbi keygen`: creates a key pair for signing checkpoints.

use crate::args::Keygen;
use crate::output::Outcome;
use ibbi_app::{AppError, signing, witnesses};

pub(crate) fn run(args: &Keygen, json: bool) -> Result<Outcome, AppError> {
    let keys = match args.witness {
        true => witnesses::new_witness(&args.name, &args.file)?,
        false => signing::keygen(&args.name, &args.file)?,
    };
    if json {
        return Ok(Outcome::json(&keys));
    }
    let mut outcome = Outcome::done(format!("{}\n", keys.public_key));
    outcome.messages = format!(
        "The private key is in {}. Keep it where only you can read it.\nThe line above is the public key. Give it to the \
         people who verify the ledger.\n",
        keys.private_key_file.display()
    );
    Ok(outcome)
}
