//! `ibbi amend`: corrects a recorded event in one step.

use super::{actor, record_correction};
use crate::args::Amend;
use crate::output::Outcome;
use ibbi_app::service::Offer;
use ibbi_app::{AppError, input};

pub(crate) fn run(args: Amend, json: bool) -> Result<Outcome, AppError> {
    let seq = args.correction.seq;
    record_correction(&args.correction, json, |recorded, at, zone| {
        let missing = || AppError::Usage(format!("there is no event with the number {seq}"));
        let recorded = &recorded.ok_or_else(missing)?.event;
        let event = input::amended(recorded, &args.pairs, zone)?;
        if event == *recorded && at.is_none() {
            let message =
                "nothing changes; give a field to change, such as name='Rosa Amari', or another time with --at";
            return Err(AppError::Usage(message.to_owned()));
        }
        let actor = actor(args.correction.when.actor.as_deref())?;
        Ok(Offer { replaces: Some(seq), ..Offer::new(event, actor) })
    })
}
