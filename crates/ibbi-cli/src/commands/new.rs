//! `ibbi new`: opens a case.

use super::{actor, clock_message, event_time, on_behalf, options, record_offer, recorded_outcome};
use crate::args::{New, Presence};
use crate::output::Outcome;
use crate::terminal::{self, command};
use ibbi_app::ledger::{self, Collect, FirstLine, MemoryStore, OpenOptions};
use ibbi_app::service::{CaseService, EventTime, Ids, Offer};
use ibbi_app::{AppError, input, presets, schedule, zone::Zone};
use ibbi_core::{EventKind, Name, Program, ProgramParameters};
use std::sync::Arc;

pub(crate) fn run(args: New, json: bool) -> Result<Outcome, AppError> {
    let program = presets::program(&args.program)?;
    let parameters = program.parameters().clone();
    let presence = match args.presence {
        Some(Presence::Everyone) => ibbi_core::Presence::Everyone,
        Some(Presence::EachTeam) => ibbi_core::Presence::EachTeam,
        None => parameters.presence,
    };
    let grace = args.grace.unwrap_or(parameters.grace);
    let program = Program::new(ProgramParameters { grace, presence, ..parameters })
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
    let origin = args.origin.as_deref().map(Name::new).transpose();
    let origin = origin.map_err(|error| AppError::Usage(format!("origin: {error}")))?;
    let (actor, at) = (actor(args.when.actor.as_deref())?, event_time(&args.when, zone)?);
    let on_behalf = on_behalf(&args.when)?;
    let new_case = match &args.scenario {
        Some(scenario) => Some(schedule::load(Some(scenario))?.identity().id()),
        None => args.new_case,
    };
    let offer = Offer { at, on_behalf, new_case, ..Offer::new(event, actor.clone()) };
    let options = options(Collect::Nothing, Some(&args.when.signing))?;
    let options = OpenOptions { trust_clock: args.when.clock_is_right, ..options };
    // A ledger isn't created for an event that is refused.
    let clock = Arc::clone(&options.clock);
    CaseService::new(MemoryStore::with_clock(move || clock()), Ids::random()).ask(&offer)?;
    let at = at.and_then(|at| match at {
        EventTime::At(at) | EventTime::Picked(at) => Some(at),
        EventTime::On(day) => zone.day(day).map(|(begins, _)| begins),
    });
    let first = FirstLine { actor, at, origin, id: uuid::Uuid::now_v7() };
    let mut service = ledger::open_or_create(&args.ledger, &first, Ids::random(), &options)?;
    let recorded = record_offer(&mut service, offer, false)?;
    if json {
        return Ok(recorded_outcome(&recorded, zone, json));
    }
    let mut text = terminal::recorded(&recorded, zone, "");
    let ledger = terminal::path(&args.ledger);
    text.push_str(&format!("case {} in {ledger}\nnext: {}\n", recorded.case, command(["status", &ledger])));
    Ok(Outcome { messages: clock_message(std::slice::from_ref(&recorded)), ..Outcome::done(text) })
}
