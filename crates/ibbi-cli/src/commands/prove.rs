//! `ibbi prove`: an extract of one case with proofs.

use crate::args::Prove;
use crate::output::Outcome;
use ibbi_app::{AppError, store, trust};

pub(crate) fn run(args: &Prove, json: bool) -> Result<Outcome, AppError> {
    let case = store::select(&args.ledger, args.case.case.as_deref())?;
    let mut extract = Vec::new();
    let proved = trust::prove(&args.ledger, case, args.checkpoint.as_deref(), &mut extract)?;
    let what =
        format!("{} records of case {case}, proved under a checkpoint over {} lines", proved.records, proved.size);
    match &args.out {
        Some(out) => {
            let failed = |source| AppError::Io { doing: "write", path: out.clone(), source };
            // A new file only: an extract that somebody relies on is not overwritten.
            let mut file = std::fs::File::create_new(out).map_err(failed)?;
            std::io::Write::write_all(&mut file, &extract).and_then(|()| file.sync_all()).map_err(failed)?;
            if json {
                return Ok(Outcome::json(&proved));
            }
            Ok(Outcome::done(format!("{what}, in {}\n", out.display())))
        }
        None => {
            let mut outcome = Outcome::done(String::from_utf8_lossy(&extract).into_owned());
            outcome.messages = format!("{what}\n");
            Ok(outcome)
        }
    }
}
