//! `ibbi record`: record an event, or ask whether it may be recorded.

use super::{chosen, when};
use crate::args::Record;
use crate::output::Outcome;
use crate::show;
use ibbi_app::journal::{self, Entry};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, input};
use ibbi_core::Event;
use std::io::{IsTerminal as _, Read as _};

/// The longest event that is read from standard input, in bytes: more than the longest line a ledger takes.
const MAX_INPUT: u64 = 1024 * 1024;

pub(crate) fn run(args: Record, json: bool) -> Result<Outcome, AppError> {
    let kind = match args.event.as_deref() {
        None | Some("-") => None,
        Some(name) => Some(input::event_kind(name)?),
    };
    let (case, zone) = chosen(&args.ledger, args.case.case.as_deref())?;
    let event = match kind {
        Some(kind) if args.pairs != ["-"] => input::from_pairs(kind, &args.pairs, zone)?,
        _ => read_json(kind, &args.pairs, zone)?,
    };
    let (mut context, at) = when(&args.when, zone)?;
    let entry = Entry { event, at, id: args.id, dry_run: args.dry_run };
    let recorded = if matches!(entry.event, Event::CaseOpened(_)) && !args.dry_run {
        // A case of its own: the ledger is there, so its name is not asked for.
        journal::open_case(&args.ledger, "", entry.event, at, &mut context)?
    } else {
        journal::record(&args.ledger, case, entry, &mut context)?
    };
    if json { Ok(Outcome::json(&recorded)) } else { Ok(Outcome::done(show::recorded(&recorded, zone, ""))) }
}

fn read_json(kind: Option<ibbi_core::EventKind>, pairs: &[String], zone: Zone) -> Result<Event, AppError> {
    if kind.is_none() && !pairs.is_empty() {
        return Err(AppError::Usage("name the event before its values, or give the whole event as JSON".to_owned()));
    }
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        let message = "name an event (`ibbi status` shows which are possible), or send a JSON object on standard input";
        return Err(AppError::Usage(message.to_owned()));
    }
    let mut bytes = Vec::new();
    stdin.by_ref().take(MAX_INPUT + 1).read_to_end(&mut bytes).map_err(|source| AppError::Io {
        doing: "read",
        path: "standard input".into(),
        source,
    })?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(AppError::Usage(format!("standard input has more than {MAX_INPUT} bytes; an event has far fewer")));
    }
    Ok(input::from_json(kind, &bytes, zone)?)
}
