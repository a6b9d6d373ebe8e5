//! `ibbi new`: opens a case.

use super::when;
use crate::args::{New, Presence};
use crate::output::Outcome;
use crate::terminal::{self, command};
use ibbi_app::journal::{self, Entry};
use ibbi_app::{AppError, input, zone::Zone};
use ibbi_core::{EventKind, Name, Program, ProgramParameters};

pub(crate) fn run(args: New, json: bool) -> Result<Outcome, AppError> {
    let presence = match args.presence {
        Presence::Everyone => ibbi_core::Presence::Everyone,
        Presence::EachTeam => ibbi_core::Presence::EachTeam,
    };
    let program = Program::new(ProgramParameters { grace: args.grace, presence, ..ProgramParameters::default() })
        .map_err(|error| AppError::Usage(format!("grace: {error}")))?;
    let mut pairs = vec![
        format!("district={}", args.district),
        format!("time_zone={}", args.time_zone),
        format!("evergreen={}", args.evergreen),
        format!("program={}", serde_json::json!(program)),
    ];
    let optional = [("county", args.county), ("contract_expires", args.contract_expires), ("follows", args.follows)];
    pairs.extend(optional.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))));
    let event = input::from_pairs(EventKind::CaseOpened, &pairs, Zone::default())?;
    let zone = ibbi_core::TimeZoneName::new(&args.time_zone)
        .map_err(|error| AppError::Usage(error.to_string()))
        .and_then(|name| Ok(Zone::new(&name)?))?;
    args.origin.as_deref().map(Name::new).transpose().map_err(|error| AppError::Usage(format!("origin: {error}")))?;
    let (mut context, at) = when(&args.when, zone)?;
    let entry = Entry { event, at, id: None, dry_run: false };
    let recorded = journal::open_case(&args.ledger, args.origin.as_deref(), entry, &mut context)?;
    if json {
        return Ok(Outcome::json(&recorded));
    }
    let mut text = terminal::recorded(&recorded, zone, "");
    let ledger = terminal::path(&args.ledger);
    text.push_str(&format!("case {} in {ledger}\nnext: {}\n", recorded.case, command(["status", &ledger])));
    Ok(Outcome::done(text))
}
