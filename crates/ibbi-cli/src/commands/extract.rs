//! `ibbi extract`: writes one case's records with proofs.

use super::read_case;
use crate::args::Extract;
use crate::output::Outcome;
use crate::terminal::count;
use ibbi_app::{AppError, mirrors, output, signing};

pub(crate) fn run(args: &Extract, json: bool) -> Result<Outcome, AppError> {
    let (wanted, mut extract) = (args.case.case.as_deref(), Vec::new());
    let proved = if mirrors::is_mirror_file(&args.ledger) {
        if args.checkpoint.is_some() {
            let message = "a mirror has its own checkpoints; leave out --checkpoint";
            return Err(AppError::Usage(message.to_owned()));
        }
        mirrors::extract_case(&args.ledger, mirrors::select_case(&args.ledger, wanted)?, &mut extract)?
    } else {
        let (_, case) = read_case(&args.ledger, wanted)?;
        signing::extract_case(&args.ledger, case, args.checkpoint.as_deref(), &mut extract)?
    };
    let case = proved.case;
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
