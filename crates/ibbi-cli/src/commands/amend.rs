//! `ibbi amend`: corrects a recorded event in one step.

use super::{actor, event_time, on_behalf, open_to_record, record_offer};
use crate::args::Amend;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::ledger::{self, Collect};
use ibbi_app::service::Offer;
use ibbi_app::{AppError, input};

pub(crate) fn run(args: Amend, json: bool) -> Result<Outcome, AppError> {
    let mut service = open_to_record(&args.ledger, &args.when, Collect::CaseOf(args.seq), args.dry_run)?;
    let case = ledger::case_of(&service, args.seq)?;
    let log = service.case(case)?;
    let zone = log.zone;
    let recorded = log.records.iter().find(|record| record.seq == args.seq);
    let recorded =
        recorded.ok_or_else(|| AppError::Usage(format!("there is no event with the number {}", args.seq)))?;
    let at = event_time(&args.when, zone)?;
    let event = input::amended(&recorded.event, &args.pairs, zone)?;
    if event == recorded.event && at.is_none() {
        let message = "nothing changes; give a field to change, such as name='Rosa Amari', or another time with --at";
        return Err(AppError::Usage(message.to_owned()));
    }
    let offer = Offer {
        case: Some(case),
        at,
        replaces: Some(args.seq),
        id: args.id,
        on_behalf: on_behalf(&args.when)?,
        ..Offer::new(event, actor(args.when.actor.as_deref())?)
    };
    let recorded = record_offer(&mut service, offer, args.dry_run)?;
    if json { Ok(Outcome::json(&recorded)) } else { Ok(Outcome::done(terminal::recorded(&recorded, zone, ""))) }
}
