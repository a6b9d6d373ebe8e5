//! `ibbi diff`: compares two ledgers.

use crate::args::Diff;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::{AppError, ExitCode, audit};
use ibbi_report::text;

pub(crate) fn run(args: &Diff, json: bool) -> Result<Outcome, AppError> {
    let shown = if args.all { usize::MAX } else { usize::try_from(args.show).unwrap_or(usize::MAX) };
    let diff = audit::diff(&args.first, &args.second, shown)?;
    let code = if diff.same { ExitCode::Done } else { ExitCode::BadLedger };
    if json {
        return Ok(Outcome { code, ..Outcome::json(&diff) });
    }
    Ok(Outcome { code, ..Outcome::done(terminal::pieces(&text::diff(&diff, terminal::layout()))) })
}
