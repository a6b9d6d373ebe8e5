//! `ibbi extract`: writes one case's records with proofs.

use crate::args::Extract;
use crate::output::Outcome;
use crate::terminal::count;
use ibbi_app::{AppError, store, trust};

pub(crate) fn run(args: &Extract, json: bool) -> Result<Outcome, AppError> {
    let case = store::select(&args.ledger, args.case.case.as_deref())?;
    let mut extract = Vec::new();
    let proved = trust::prove(&args.ledger, case, args.checkpoint.as_deref(), &mut extract)?;
    let summary = format!(
        "{} of case {case}, with proofs under a checkpoint that covers {}",
        count(proved.records as u64, "record"),
        count(proved.size, "line")
    );
    match &args.out {
        Some(out) => {
            let failed = |source| AppError::Io { doing: "write", path: out.clone(), source };
            // Never overwrite an extract: another person can rely on it.
            let mut file = std::fs::File::create_new(out).map_err(failed)?;
            std::io::Write::write_all(&mut file, &extract).and_then(|()| file.sync_all()).map_err(failed)?;
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
