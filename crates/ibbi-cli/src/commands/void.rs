//! `ibbi void`: voids an event that was recorded by mistake.

use super::{actor, record_correction};
use crate::args::Void;
use crate::output::Outcome;
use ibbi_app::service::Offer;
use ibbi_app::{AppError, input};
use ibbi_core::Reason;
use ibbi_core::events::EventVoided;

pub(crate) fn run(args: Void, json: bool) -> Result<Outcome, AppError> {
    if args.reason.starts_with('<') && args.reason.ends_with('>') {
        return Err(input::InputError::Placeholder { key: "reason", placeholder: "<why>".to_owned() }.into());
    }
    let reason = Reason::new(&args.reason).map_err(|error| AppError::Usage(error.to_string()))?;
    record_correction(&args.correction, json, |_, _, _| {
        let event = EventVoided { reason, seq: args.correction.seq };
        Ok(Offer::new(event.into(), actor(args.correction.when.actor.as_deref())?))
    })
}
