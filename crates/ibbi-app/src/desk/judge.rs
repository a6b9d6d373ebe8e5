//! Judging one offer in its case.

use super::{Held, Offer};
use crate::error::AppError;
use crate::input;
use crate::journal::{self, Context, Entry, Recorded};
use crate::store::{self, CaseLog};
use crate::zone::Zone;
use ibbi_core::{At, Event, History, Stage};
use ibbi_log::{AppendError, NewRecord, Uuid};
use std::collections::HashMap;

/// What came of judging an offer.
pub(super) enum Judged {
    /// It was recorded before.
    Known(Box<Recorded>),
    /// It is accepted.
    New(NewRecord, Box<Recorded>),
}

/// When an event happened, and from where to where it moved its case, with what to say of it.
pub(super) type Moved = (At, Stage, Stage, Vec<ibbi_core::Advisory>, Option<String>);

/// Judges an offer in its case: moved on, or known already.
pub(super) fn judge_in(
    log: &mut CaseLog,
    offer: &Offer,
    seq: u64,
    context: &Context,
) -> Result<Result<Moved, Box<Recorded>>, AppError> {
    let Offer { entry, actor, .. } = offer;
    let at = happened(log, offer, context.now);
    journal::check_clock(at, context.now, || log.zone)?;
    if let Some(known) = entry.id.and_then(|id| log.records.iter().find(|record| record.id == id)) {
        let own = Context { actor: actor.clone(), ..context.clone() };
        let at = if offer.at_is_now { known.at } else { at };
        let again = journal::asked_again(log, known, &Entry { at, ..entry.clone() }, &own)?;
        return Ok(Err(Box::new(Recorded { dry_run: false, ..again })));
    }
    check_rev(log, offer)?;
    input::check_zone(&entry.event, log.zone)?;
    let from = log.history.case().stage();
    let advisories = log.history.case().advise(&entry.event, at, Some(context.now));
    let to = log
        .history
        .offer(seq, at, entry.event.clone())
        .map_err(|refusal| AppError::Refused { refusal, zone: log.zone })?;
    let summary = store::session_summary(entry.event.kind(), log.history.case());
    Ok(Ok((at, from, to, advisories, summary)))
}

/// When an event happened. Where nobody said it, that is when it comes to be judged: of two who write at once, the one that
/// is judged later did so later. A case whose last event is a little ahead of this clock is not refused for that.
pub(super) fn happened(log: &CaseLog, offer: &Offer, now: At) -> At {
    if !offer.at_is_now {
        return offer.entry.at;
    }
    let last = log.history.case().file().map(ibbi_core::CaseFile::last_at);
    last.filter(|last| *last > now && last.millis() - now.millis() <= journal::AHEAD).unwrap_or(now)
}

/// Whether the case is where whoever offers believes it to be.
pub(super) fn check_rev(log: &CaseLog, offer: &Offer) -> Result<(), AppError> {
    let found = log.history.entries().len() as u64;
    match offer.expected_rev {
        Some(expected) if expected != found => Err(AppendError::Conflict { case: log.id, expected, found }.into()),
        _ => Ok(()),
    }
}

/// A case before its first event.
pub(super) fn empty(id: Uuid, event: &Event) -> Result<CaseLog, AppError> {
    let zone = match event {
        Event::CaseOpened(opened) => Zone::new(&opened.time_zone)?,
        _ => Zone::default(),
    };
    Ok(CaseLog { id, records: Vec::new(), history: History::new(), zone })
}

pub(super) fn held_log(cases: &HashMap<Uuid, Held>, case: Uuid) -> Result<&CaseLog, AppError> {
    cases.get(&case).map(|held| &held.log).ok_or_else(|| no_case(case))
}

pub(super) fn no_case(case: Uuid) -> AppError {
    AppError::NoCase(format!("the ledger has no case {case}"))
}

/// What to say of an error after which the ledger takes nothing more; nothing for others.
pub(super) fn stops(error: &AppendError) -> Option<String> {
    match error {
        AppendError::InDoubt { source, .. } => Some(format!("an earlier event could not be written ({source})")),
        AppendError::Poisoned
        | AppendError::Changed { .. }
        | AppendError::Damaged { .. }
        | AppendError::Moved { .. } => Some(error.to_string()),
        _ => None,
    }
}

/// The error for one of several records that are in doubt, or were not written; the cause itself goes to the first.
pub(super) fn failed(id: Uuid, doubt: bool, error: Option<AppendError>, cause: &str) -> AppError {
    match error {
        source if doubt => AppError::InDoubt { id, source: source.unwrap_or(AppendError::Poisoned) },
        None | Some(AppendError::Poisoned) => AppError::ReadOnly { cause: cause.to_owned() },
        Some(other) => other.into(),
    }
}
