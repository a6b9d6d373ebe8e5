//! Retries: an offer under the ID of a record gets the answer that the record had.

use super::follow_up;
use super::judge::check_clock;
use super::offer::{EventTime, Offer, Recorded};
use crate::case_log::CaseLog;
use crate::error::AppError;
use ibbi_core::At;
use ibbi_store::{AppendError, EventStore, Record, RecordDetails};

/// Returns the answer to an offer under the ID of a record that the case has: the same as when it was recorded.
///
/// Only what was sent is compared. If no time was sent, the time of the record is the time of the retry.
pub(super) fn retried(log: &CaseLog, offer: &Offer, now: At) -> Result<Option<Recorded>, AppError> {
    let Some(id) = offer.id else { return Ok(None) };
    let Some(known) = log.records.iter().find(|record| record.id == id) else { return Ok(None) };
    let same_time = match offer.at {
        None => true,
        Some(EventTime::At(at)) => {
            check_clock(at, now, log)?;
            at == known.at
        }
        Some(EventTime::On(day)) => log.zone.date(known.at) == day,
        Some(EventTime::Picked(at)) => log.zone.date(known.at) == log.zone.date(at),
    };
    let sent = (&offer.actor, &offer.event, offer.replaces, &offer.on_behalf, &offer.identity);
    let RecordDetails { replaces, on_behalf, identity, .. } = &known.details;
    if !same_time || sent != (&known.actor, &known.event, *replaces, on_behalf, identity) {
        return Err(AppendError::IdTaken { case: log.id, id, rev: known.rev }.into());
    }
    let also = follow_up::recorded(log, id).map(|record| known_answer(log, record));
    Ok(Some(Recorded { also: also.into_iter().collect(), ..known_answer(log, known) }))
}

/// Returns an error if records that are in the store could be taken back: a server that is about to be replaced shows them, but
/// the answer to their first sending was that they are in doubt.
pub(super) fn settle<S: EventStore>(store: &S, answers: &[Recorded]) -> Result<(), AppError> {
    let all = answers.iter().flat_map(|answer| core::iter::once(answer).chain(&answer.also));
    let Some(last) = all.filter_map(|answer| answer.seq).max() else { return Ok(()) };
    let published = store.published().map_err(|error| AppError::from_store(&store.label(), error))?;
    if published < last {
        let source = "the records are there, but it is not known whether they last; send them again".into();
        return Err(AppendError::InDoubt { source }.into());
    }
    Ok(())
}

/// Returns the answer for a record that the case has.
fn known_answer(log: &CaseLog, known: &Record) -> Recorded {
    Recorded {
        case: log.id,
        district: log.district().cloned(),
        id: known.id,
        seq: Some(known.seq),
        rev: Some(known.rev),
        event: known.event.kind(),
        at: known.at,
        precision: known.details.precision,
        replaces: known.details.replaces,
        from: known.to,
        to: known.to,
        dry_run: false,
        existing: true,
        summary: None,
        advisories: Vec::new(),
        also: Vec::new(),
        checkpoint: None,
        set_aside: None,
        clock_before: None,
        zone: log.zone,
    }
}
