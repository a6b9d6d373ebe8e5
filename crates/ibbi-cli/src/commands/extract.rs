//! `ibbi extract`: writes one case's records with proofs.

use super::read_case;
use crate::args::Extract;
use crate::output::Outcome;
use crate::terminal::count;
use ibbi_app::{AppError, output, signing};

pub(crate) fn run(args: &Extract, json: bool) -> Result<Outcome, AppError> {
    let (_, case) = read_case(&args.ledger, args.case.case.as_deref())?;
    let mut extract = Vec::new();
    let proved = signing::extract_case(&args.ledger, case, args.checkpoint.as_deref(), &mut extract)?;
    let summary = format!(
        "{} of case {case}, with proofs under a checkpoint that covers {}",
        count(proved.records as u64, "record"),
        count(proved.size, "line")
    );
    match &args.out {
        Some(out) => {
            // Never overwrite an extract: another person can rely on it.
            output::write_new(out, &extract)?;
            if json {
                return Ok(Outcome::json(&proved));
            }
            Ok(Outcome::done(format!("Wrote {summary}, to {}\n", out.display())))
        }
        None => {
            let mut outcome = Outcome::done(String::from_utf8_lossy(&extract).into_owned());
            outcome.messages = format!("{summary}\n");
            Ok(outcome)
        }
    }
}
