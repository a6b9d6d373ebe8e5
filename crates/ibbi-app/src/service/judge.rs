//! Checking one offer against its case.

use super::CLOCK_TOLERANCE;
use super::offer::{Offer, Recorded};
use crate::case_log::{CaseLog, session_summary};
use crate::error::AppError;
use crate::input;
use ibbi_core::{At, CaseFile};
use ibbi_store::{AppendError, NewRecord};
use uuid::Uuid;

/// What an answer describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Everything that a person wants to know.
    All,
    /// Only that and where the event was recorded.
    None,
}

/// The outcome of checking an offer.
pub(super) enum Judged {
    /// It was recorded before.
    Known(Box<Recorded>),
    /// It is accepted.
    Accepted(NewRecord, Box<Recorded>),
    /// It must be checked again after this round was written.
    Later,
}

/// Accepts an offer in its case, which moves on, and returns the record with its answer.
///
/// With [`Detail::None`], the answer has no advisories and no summary.
pub(super) fn accept(
    log: &mut CaseLog,
    offer: &Offer,
    (id, now, detail): (Uuid, At, Detail),
) -> Result<(NewRecord, Recorded), AppError> {
    let at = happened_at(log, offer, now);
    check_clock(at, now, log)?;
    check_revision(log, offer)?;
    input::check_zone(&offer.event, log.zone)?;
    let from = log.recorded.stage();
    let advisories = match detail {
        Detail::All => log.recorded.facts().advise(&offer.event, at, Some(now)),
        Detail::None => Vec::new(),
    };
    // The store gives the real number; until then it only has to be above those of the case.
    let seq = log.recorded.records().entries().last().map_or(1, |last| last.seq + 1);
    let refused = |refusal| AppError::Refused { refusal, zone: log.zone };
    let accepted = log.recorded.accept(id, seq, at, offer.event.clone()).map_err(refused)?;
    let kind = offer.event.kind();
    let answer = Recorded {
        case: log.id,
        district: if detail == Detail::All { log.district().cloned() } else { None },
        id,
        seq: None,
        rev: None,
        event: kind,
        at,
        from,
        to: accepted.to(),
        dry_run: false,
        existing: false,
        summary: if detail == Detail::All { session_summary(kind, log.recorded.facts()) } else { None },
        advisories,
        checkpoint: None,
        set_aside: None,
        zone: log.zone,
    };
    Ok((NewRecord::new(accepted, offer.actor.clone()), answer))
}

/// Returns the answer to an offer under the ID of a record that the case has: the same as when it was recorded.
///
/// Only what was sent is compared. If no time was sent, the time of the record is the time of the retry.
pub(super) fn retried(log: &CaseLog, offer: &Offer, now: At) -> Result<Option<Recorded>, AppError> {
    let Some(id) = offer.id else { return Ok(None) };
    let Some(known) = log.records.iter().find(|record| record.id == id) else { return Ok(None) };
    let at = offer.at.unwrap_or(known.at);
    check_clock(at, now, log)?;
    if (&known.actor, known.at, &known.event) != (&offer.actor, at, &offer.event) {
        return Err(AppendError::IdTaken { case: log.id, id, rev: known.rev }.into());
    }
    Ok(Some(Recorded {
        case: log.id,
        district: log.district().cloned(),
        id,
        seq: Some(known.seq),
        rev: Some(known.rev),
        event: offer.event.kind(),
        at,
        from: known.to,
        to: known.to,
        dry_run: false,
        existing: true,
        summary: None,
        advisories: Vec::new(),
        checkpoint: None,
        set_aside: None,
        zone: log.zone,
    }))
}

/// Returns when an event happened. If no time was sent, that is the time at which it is checked.
///
/// A case whose last event is a little ahead of this clock doesn't refuse the next event for that: the event gets the time
/// of the last one.
fn happened_at(log: &CaseLog, offer: &Offer, now: At) -> At {
    if let Some(at) = offer.at {
        return at;
    }
    let last = log.recorded.facts().file().map(CaseFile::last_at);
    last.filter(|last| *last > now && last.millis() - now.millis() <= CLOCK_TOLERANCE).unwrap_or(now)
}

fn check_clock(at: At, now: At, log: &CaseLog) -> Result<(), AppError> {
    let is_ahead = at.millis() > now.millis().saturating_add(CLOCK_TOLERANCE);
    if is_ahead { Err(AppError::Future { at, now, zone: log.zone }) } else { Ok(()) }
}

/// Checks that the case has as many records as the sender of the offer has seen.
fn check_revision(log: &CaseLog, offer: &Offer) -> Result<(), AppError> {
    let found = log.recorded.records().revision();
    match offer.expected_revision {
        Some(expected) if expected != found => Err(AppendError::Conflict { case: log.id, expected, found }.into()),
        _ => Ok(()),
    }
}
