//! `ibbi cosign`: cosigns a checkpoint as a witness.

use crate::args::Cosign;
use crate::output::Outcome;
use crate::terminal::count;
use ibbi_app::witnesses::{CosignSettings, cosign};
use ibbi_app::{AppError, output};

pub(crate) fn run(args: Cosign, json: bool) -> Result<Outcome, AppError> {
    let Cosign { checkpoint, witness, key, proof, ledger, out } = args;
    let settings = CosignSettings { checkpoint, witness, key, proof, ledger };
    let cosigned = cosign(&settings, super::now()?)?;
    if let Some(out) = &out {
        output::write_new(out, cosigned.note.as_bytes())?;
    }
    if json {
        return Ok(Outcome::json(&cosigned));
    }
    let lines = count(cosigned.size, "line");
    let before = match cosigned.since {
        Some(since) if since == cosigned.size => "the same as before".to_owned(),
        Some(since) => format!("which continue the {} cosigned before", count(since, "line")),
        None => "the first of this ledger for this witness".to_owned(),
    };
    let summary = format!("Cosigned {lines} of {}, {before}.\n", cosigned.origin);
    let mut outcome = match out {
        Some(out) => Outcome::done(format!("Wrote {}\n", out.display())),
        None => Outcome::done(cosigned.note),
    };
    outcome.messages = summary;
    Ok(outcome)
}
