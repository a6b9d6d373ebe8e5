//! Acts: several events of a case, all of them or none.

use super::judge;
use super::retry::{retried, settle};
use super::{CONFLICT_RETRIES, CaseService, Offer, Recorded, follow_up, lost, wait_after_conflict};
use crate::case_log::CaseLog;
use crate::error::AppError;
use ibbi_core::{ActPlace, At};
use ibbi_store::{AppendError, EventStore, NewRecord};
use std::borrow::Cow;
use uuid::Uuid;

impl<S: EventStore> CaseService<S> {
    /// Records several events of one case as one act: all of them, or none. The case need not be valid between them.
    ///
    /// The first offer can open the case; the others are then about that case. If the offers have IDs, they must all be new,
    /// or all be known from an earlier try. If an event follows from the act without a choice, it is recorded with it and has
    /// an answer of its own at the end.
    ///
    /// # Errors
    /// [`AppError::InAct`] with the offer that is to blame; nothing was recorded.
    pub fn record_act(&mut self, offers: &[Offer]) -> Result<Vec<Recorded>, AppError> {
        if let [one] = offers {
            return self.record(one.clone()).map(|mut recorded| {
                let also = std::mem::take(&mut recorded.also);
                [recorded].into_iter().chain(also).collect()
            });
        }
        self.complete_act(offers)
    }

    /// Records an act with what follows from it.
    pub(super) fn complete_act(&mut self, offers: &[Offer]) -> Result<Vec<Recorded>, AppError> {
        let [first, ..] = offers else { return Ok(Vec::new()) };
        check_length(offers)?;
        if let Some(cause) = &self.stopped {
            return Err(AppError::ReadOnly { cause: cause.clone() });
        }
        for conflicts in 1.. {
            match self.try_act(first, offers) {
                Err(AppError::Append(AppendError::Conflict { .. })) if conflicts < CONFLICT_RETRIES => {
                    wait_after_conflict(conflicts);
                }
                outcome => return outcome,
            }
        }
        Err(lost())
    }

    /// Checks whether events could be recorded as one act; nothing changes.
    ///
    /// # Errors
    /// As [`CaseService::record_act`].
    pub fn ask_act(&mut self, offers: &[Offer]) -> Result<Vec<Recorded>, AppError> {
        let [first, ..] = offers else { return Ok(Vec::new()) };
        check_length(offers)?;
        let now = self.now()?;
        let (case, is_new) = self.target(first)?;
        let mut log = if is_new { CaseLog::before_opening(case, &first.event)? } else { self.case(case)?.clone() };
        let mut answers = match retried_act(&log, offers, now)? {
            Some(answers) => answers,
            None => {
                let offers = with_follow_up(&log, offers, now);
                let judged = judge::accept_act(&mut log, &offers, (&self.ids_of(&offers), now))?;
                judged.into_iter().map(|(_, answer)| answer).collect()
            }
        };
        for (offer, answer) in offers.iter().zip(&mut answers).filter(|(_, answer)| !answer.existing) {
            self.advise_bookings(case, &offer.event, answer);
        }
        Ok(answers.into_iter().map(|answer| Recorded { dry_run: true, ..answer }).collect())
    }

    fn try_act(&mut self, first: &Offer, offers: &[Offer]) -> Result<Vec<Recorded>, AppError> {
        let now = self.now()?;
        let (case, is_new) = self.target(first)?;
        if let Some(index) = offers.iter().position(|offer| offer.case.is_some_and(|other| other != case)) {
            let error = Box::new(AppError::Usage("all events of an act must be of the same case".to_owned()));
            return Err(AppError::InAct { index, count: offers.len(), error });
        }
        let mut log = if is_new { CaseLog::before_opening(case, &first.event)? } else { self.case(case)?.clone() };
        if let Some(answers) = retried_act(&log, offers, now)? {
            settle(&self.store, &answers)?;
            return Ok(answers);
        }
        let offers = &with_follow_up(&log, offers, now);
        let judged = judge::accept_act(&mut log, offers, (&self.ids_of(offers), now))?;
        let (records, open): (Vec<NewRecord>, Vec<(usize, Recorded)>) = judged
            .into_iter()
            .enumerate()
            .map(|(index, (record, answer))| {
                (NewRecord { salt: self.ids.salt(record.accepted.id()), ..record }, (index, answer))
            })
            .unzip();
        let last_logged = self.store.last_logged().ok().flatten();
        let committed = self.store.append(&records).map_err(|error| self.after_failure(error, &records))?;
        self.cases.insert(log);
        let mut answers: Vec<_> = offers.iter().map(|_| None).collect();
        self.keep(records, open, (&committed, last_logged), &mut answers);
        self.cases.make_room();
        answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(lost()))).collect()
    }

    /// Returns the ID of each record: the one that was sent, or a new one.
    fn ids_of(&mut self, offers: &[Offer]) -> Vec<Uuid> {
        offers.iter().map(|offer| offer.id.unwrap_or_else(|| self.ids.fresh())).collect()
    }

    /// Returns the error of an act that was not written. After a failed write, the service takes nothing more.
    fn after_failure(&mut self, error: AppendError, records: &[NewRecord]) -> AppError {
        let id = records.first().map_or(Uuid::nil(), |record| record.accepted.id());
        match error {
            AppendError::InDoubt { .. } => {
                self.stopped = Some(format!("an earlier event could not be written ({error})"));
                AppError::InDoubt { id, source: error }
            }
            AppendError::ReadOnly { .. } => {
                let cause = self.stopped.insert(error.to_string()).clone();
                AppError::ReadOnly { cause }
            }
            error => error.into(),
        }
    }
}

/// Returns the offers of an act with the one that follows from them.
fn with_follow_up<'a>(log: &CaseLog, offers: &'a [Offer], now: At) -> Cow<'a, [Offer]> {
    match follow_up::of_act(log, offers, now) {
        None => Cow::Borrowed(offers),
        Some(offer) => offers.iter().cloned().chain([offer]).collect(),
    }
}

/// Checks that an act is not too long.
fn check_length(offers: &[Offer]) -> Result<(), AppError> {
    let (found, most) = (offers.len(), usize::from(ActPlace::MAX_COUNT));
    if found <= most {
        return Ok(());
    }
    Err(AppError::Usage(format!("there are {found} events; at most {most} can be recorded together: split them")))
}

/// Returns the answers to an act that was recorded before under the same IDs.
fn retried_act(log: &CaseLog, offers: &[Offer], now: At) -> Result<Option<Vec<Recorded>>, AppError> {
    let (mut known, mut also) = (Vec::new(), Vec::new());
    for (index, offer) in offers.iter().enumerate() {
        let error = match retried(log, offer, now) {
            Ok(Some(mut answer)) => {
                also.append(&mut answer.also);
                known.push(answer);
                continue;
            }
            Ok(None) if known.is_empty() => continue,
            Ok(None) => AppError::Usage("its ID is new, and other events of the act are recorded already".to_owned()),
            Err(error) => error,
        };
        return Err(AppError::InAct { index, count: offers.len(), error: Box::new(error) });
    }
    match known.len() {
        0 => Ok(None),
        all if all == offers.len() => Ok(Some(known.into_iter().chain(also).collect())),
        _ => Err(AppError::Usage("some events of the act are recorded already, and others have new IDs".to_owned())),
    }
}
