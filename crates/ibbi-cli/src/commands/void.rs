//! `ibbi void`: voids an event that was recorded by mistake.

use super::when;
use crate::args::Void;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::journal::{self, VoidEntry};
use ibbi_app::{AppError, input, store};
use ibbi_core::Reason;

pub(crate) fn run(args: Void, json: bool) -> Result<Outcome, AppError> {
    if args.reason.starts_with('<') && args.reason.ends_with('>') {
        return Err(input::InputError::Placeholder { key: "reason", placeholder: "<why>".to_owned() }.into());
    }
    let reason = Reason::new(&args.reason).map_err(|error| AppError::Usage(error.to_string()))?;
    let zone = store::zone_of_event(&args.ledger, args.seq)?;
    let (mut context, at) = when(&args.when, zone)?;
    let entry = VoidEntry { at, id: args.id, dry_run: args.dry_run };
    let recorded = journal::void(&args.ledger, args.seq, reason, entry, &mut context)?;
    if json { Ok(Outcome::json(&recorded)) } else { Ok(Outcome::done(terminal::recorded(&recorded, zone, ""))) }
}
