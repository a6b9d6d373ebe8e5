//! `ibbi void`: voids an event that was recorded by mistake.

use super::{actor, event_time, on_behalf, open_to_record, record_offer};
use crate::args::Void;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::ledger::{self, Collect};
use ibbi_app::service::Offer;
use ibbi_app::{AppError, input};
use ibbi_core::Reason;
use ibbi_core::events::EventVoided;

pub(crate) fn run(args: Void, json: bool) -> Result<Outcome, AppError> {
    if args.reason.starts_with('<') && args.reason.ends_with('>') {
        return Err(input::InputError::Placeholder { key: "reason", placeholder: "<why>".to_owned() }.into());
    }
    let reason = Reason::new(&args.reason).map_err(|error| AppError::Usage(error.to_string()))?;
    let mut service = open_to_record(&args.ledger, &args.when, Collect::CaseOf(args.seq), args.dry_run)?;
    let case = ledger::case_of(&service, args.seq)?;
    let zone = service.case(case)?.zone;
    let (event, at) = (EventVoided { reason, seq: args.seq }, event_time(&args.when, zone)?);
    let offer = Offer {
        case: Some(case),
        at,
        id: args.id,
        on_behalf: on_behalf(&args.when)?,
        ..Offer::new(event.into(), actor(args.when.actor.as_deref())?)
    };
    let recorded = record_offer(&mut service, offer, args.dry_run)?;
    if json { Ok(Outcome::json(&recorded)) } else { Ok(Outcome::done(terminal::recorded(&recorded, zone, ""))) }
}
