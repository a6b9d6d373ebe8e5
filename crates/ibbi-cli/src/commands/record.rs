//! `ibbi record`: records an event, or checks whether it can be recorded.

use super::{
    actor, clock_message, event_time, now, on_behalf, open_to_record, read_input, read_limited, record_offer,
    recorded_outcome,
};
use crate::args::Record;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::ledger::{self, Collect};
use ibbi_app::service::{Offer, offers_from_json};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, input};
use ibbi_core::{Event, EventKind};
use std::io::IsTerminal as _;
use std::path::Path;

/// Most bytes read from standard input. This is more than the longest line of a ledger.
const MAX_INPUT: u64 = 1024 * 1024;
/// What is read.
const PURPOSE: &str = "for an event";

pub(crate) fn run(args: Record, json: bool) -> Result<Outcome, AppError> {
    if let Some(file) = args.events.clone() {
        return record_act(&args, &file, json);
    }
    let given = RawEvent::read(&args)?;
    let opened_zone = match (&args.case.case, given.event(Zone::default())) {
        // A new case. Times are in the zone that it names.
        (None, Ok(Event::CaseOpened(opened))) => Some(Zone::new(&opened.time_zone)?),
        _ => None,
    };
    let wanted = args.case.case.as_deref();
    let collect = if opened_zone.is_some() { Collect::Nothing } else { ledger::collect(wanted) };
    let mut service = open_to_record(&args.ledger, &args.when, collect, args.dry_run)?;
    let (case, zone) = match opened_zone {
        Some(zone) => (None, zone),
        None => {
            let case = ledger::select(&service, wanted)?;
            (Some(case), service.case(case)?.zone)
        }
    };
    let (event, at) = (given.event(zone)?, event_time(&args.when, zone)?);
    let offer = Offer {
        case,
        at,
        id: args.id,
        on_behalf: on_behalf(&args.when)?,
        ..Offer::new(event, actor(args.when.actor.as_deref())?)
    };
    let recorded = record_offer(&mut service, offer, args.dry_run)?;
    Ok(recorded_outcome(&recorded, zone, json))
}

/// Records the events of a file as one act.
fn record_act(args: &Record, file: &Path, json: bool) -> Result<Outcome, AppError> {
    let text = if file == Path::new("-") { standard_input(None)? } else { read_input(file, MAX_INPUT, PURPOSE)? };
    let actor = actor(args.when.actor.as_deref())?;
    let wanted = args.case.case.as_deref();
    let opens = |offers: &[Offer]| offers.first().is_some_and(|first| first.event.kind() == EventKind::CaseOpened);
    // Only the first event can open a case, and then times are in the zone that it names.
    let read = |zone, now| {
        offers_from_json(&text, zone, now, &actor).map_err(|error| match error {
            AppError::Usage(text) if file != Path::new("-") => AppError::Usage(format!("{}: {text}", file.display())),
            error => error,
        })
    };
    let offers = read(Zone::default(), now()?);
    let opened = wanted.is_none() && offers.as_ref().is_ok_and(|offers| opens(offers));
    let collect = if opened { Collect::Nothing } else { ledger::collect(wanted) };
    let mut service = open_to_record(&args.ledger, &args.when, collect, args.dry_run)?;
    let offers = if opened {
        offers?
    } else {
        let case = ledger::select(&service, wanted)?;
        let zone = service.case(case)?.zone;
        let offers = read(zone, now()?)?;
        offers.into_iter().map(|offer| Offer { case: Some(case), ..offer }).collect()
    };
    let recorded = if args.dry_run { service.ask_act(&offers)? } else { service.record_act(&offers)? };
    let text = || recorded.iter().map(|recorded| terminal::recorded(recorded, recorded.zone, "")).collect();
    let outcome = if json { Outcome::json(&recorded) } else { Outcome::done(text()) };
    Ok(Outcome { messages: clock_message(&recorded), ..outcome })
}

/// The event as given, not yet parsed.
enum RawEvent<'a> {
    Pairs(EventKind, &'a [String]),
    Json(Option<EventKind>, Vec<u8>),
}

impl<'a> RawEvent<'a> {
    fn read(args: &'a Record) -> Result<Self, AppError> {
        let kind = match args.event.as_deref() {
            None | Some("-") => None,
            Some(name) => Some(input::event_kind(name)?),
        };
        match kind {
            Some(kind) if args.pairs != ["-"] => Ok(Self::Pairs(kind, &args.pairs)),
            None if !args.pairs.is_empty() => {
                let message = "give the event type before its fields, or the whole event as JSON";
                Err(AppError::Usage(message.to_owned()))
            }
            kind => Ok(Self::Json(kind, standard_input(kind)?)),
        }
    }

    fn event(&self, zone: Zone) -> Result<Event, input::InputError> {
        match self {
            Self::Pairs(kind, pairs) => input::from_pairs(*kind, pairs, zone),
            Self::Json(kind, text) => input::from_json(*kind, text, zone),
        }
    }
}

fn standard_input(kind: Option<EventKind>) -> Result<Vec<u8>, AppError> {
    let wanted = || match kind {
        Some(kind) => format!("{kind} takes {}", input::usage(kind)),
        None => "name an event (`ibbi status` lists the possible events)".to_owned(),
    };
    let stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        return Err(AppError::Usage(format!("{}, or send a JSON object on standard input", wanted())));
    }
    let bytes = read_limited(stdin, Path::new("standard input"), MAX_INPUT, PURPOSE)?;
    if bytes.trim_ascii().is_empty() {
        return Err(AppError::Usage(format!(
            "standard input is empty; {}, or send a JSON object on standard input",
            wanted()
        )));
    }
    Ok(bytes)
}
