//! Cases over a store: the one path on which events are stamped, checked, retried, and appended.
//!
//! [`CaseService`] works on any [`EventStore`]. The command line, the pages, the API, and the bindings record events only
//! through it, so the same offer gets the same answer everywhere.
//!
//! [`CaseService::offer`] checks the offers of a batch one after the other, each against its case as the earlier ones leave
//! it, and appends what was accepted with one write. Many writers can share the cost of a sync that way.
//!
//! Cases stay in memory after they were read. What is in memory is what the store has: a case is read again when its
//! number of records in the store has changed, and an event that was not written is forgotten.

mod act;
mod batch;
mod cache;
mod follow_up;
mod judge;
mod offer;
mod retry;

pub use batch::offers_from_json;
pub use follow_up::only_format;
pub use offer::{CheckpointSigned, EventTime, Ids, Offer, Recorded};

use crate::case_log::CaseLog;
use crate::error::AppError;
use cache::CaseCache;
use ibbi_core::{Advisory, At, Event, EventKind};
use ibbi_store::{AppendError, Committed, EventStore, NewRecord};
use judge::{Detail, Judged};
use retry::{retried, settle};
use std::collections::HashSet;
use uuid::Uuid;

/// How far the time of an event may be ahead of the store's clock, in milliseconds: clocks differ.
pub(crate) const CLOCK_TOLERANCE: i64 = 5 * 60 * 1000;

/// How often a batch is checked again because another program has written to one of its cases in the meantime. Each
/// conflict means that the other program's event was recorded, so this is never reached by writers that take turns.
const CONFLICT_RETRIES: u32 = 1000;

/// Cases over a store.
///
/// ```
/// use ibbi_app::input;
/// use ibbi_app::service::{CaseService, Ids, Offer};
/// use ibbi_core::{At, EventKind, Name};
/// use ibbi_store::MemoryStore;
///
/// let now: At = "2025-09-02T13:00:00.000Z".parse()?;
/// let mut service = CaseService::new(MemoryStore::with_clock(move || Ok(now)), Ids::random());
/// let actor = Name::new("clerk@example.org")?;
/// let opening = input::from_pairs(EventKind::CaseOpened, &["district=Maple Hollow"], Default::default())?;
/// let opened = service.record(Offer::new(opening, actor.clone()))?;
///
/// let note = input::from_pairs(EventKind::NoteAdded, &["text=The chair called."], Default::default())?;
/// let recorded = service.record(Offer { case: Some(opened.case), ..Offer::new(note, actor) })?;
/// assert_eq!((recorded.rev, recorded.at), (Some(2), now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CaseService<S> {
    store: S,
    ids: Ids,
    cases: CaseCache,
    /// The generation of the store from which the cases in memory are.
    generation: u64,
    /// What the answers to the current batch describe.
    detail: Detail,
    /// Why the store takes no more records, once it doesn't.
    stopped: Option<String>,
}

/// An offer that was accepted and is not written yet.
struct Pending {
    index: usize,
    record: NewRecord,
    answer: Recorded,
}

impl<S: EventStore> CaseService<S> {
    /// Returns a service over a store. New cases and records get their IDs from `ids`.
    pub fn new(store: S, ids: Ids) -> Self {
        let generation = store.generation();
        Self { store, ids, cases: CaseCache::default(), generation, detail: Detail::All, stopped: None }
    }

    /// Returns why the store takes no more records, once it doesn't.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Takes records again after a failure whose cause is gone. What was in doubt is found by its ID when it is sent again.
    pub(crate) fn resume(&mut self) {
        self.stopped = None;
    }

    /// Returns the store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Returns a case that is in memory and has not changed in the store since.
    pub fn cached(&self, case: Uuid) -> Option<&CaseLog> {
        let log = self.cases.get(case)?;
        let revision = self.store.revision(case).ok()?;
        let is_current = log.recorded.records().revision() == revision && self.store.generation() == self.generation;
        is_current.then_some(log)
    }

    /// Returns a case, read from the store if it is not in memory or has changed there.
    ///
    /// # Errors
    /// [`AppError::NoCase`]; others if the store can't be read.
    pub fn case(&mut self, case: Uuid) -> Result<&CaseLog, AppError> {
        let revision = self.store.revision(case).map_err(|error| self.unreadable(error))?;
        let generation = self.store.generation();
        if generation != self.generation {
            self.cases = CaseCache::default();
            self.generation = generation;
        }
        if revision == 0 {
            return Err(AppError::no_case(case));
        }
        if self.cases.get(case).is_none_or(|log| log.recorded.records().revision() != revision) {
            let records = self.store.case(case).map_err(|error| self.unreadable(error))?;
            self.cases.insert(CaseLog::replay(case, records)?);
        }
        self.cases.touch(case).ok_or_else(|| AppError::no_case(case))
    }

    /// Checks whether an event could be recorded; nothing changes.
    ///
    /// # Errors
    /// [`AppError`]; with [`AppError::Refused`] every unmet rule.
    pub fn ask(&mut self, offer: &Offer) -> Result<Recorded, AppError> {
        let now = self.now()?;
        let (case, is_new) = self.target(offer)?;
        let id = offer.id.unwrap_or_else(|| self.ids.fresh());
        let opened;
        let log = if is_new {
            opened = CaseLog::before_opening(case, &offer.event)?;
            &opened
        } else {
            self.case(case)?
        };
        if let Some(answer) = retried(log, offer, now)? {
            return Ok(Recorded { dry_run: true, ..answer });
        }
        if follow_up::of_act(log, std::slice::from_ref(offer), now).is_some() {
            return self.ask_act(std::slice::from_ref(offer)).map_err(AppError::of_event).and_then(joined);
        }
        let mut copy = log.clone();
        let (_, mut answer) = judge::accept(&mut copy, offer, (id, now, Detail::All))?;
        self.advise_bookings(case, &offer.event, &mut answer);
        Ok(Recorded { dry_run: true, ..answer })
    }

    /// Records one event. When this returns without an error, the event is in the store.
    ///
    /// # Errors
    /// [`AppError`]; with [`AppError::Refused`] every unmet rule.
    pub fn record(&mut self, offer: Offer) -> Result<Recorded, AppError> {
        self.offer(std::slice::from_ref(&offer)).pop().unwrap_or_else(|| Err(lost()))
    }

    /// Checks a batch of offers in their order and appends what is accepted with one write. The answers have the same order.
    /// When this returns, the store has every [`Recorded`].
    ///
    /// After a write that failed, the service takes nothing more, because it doesn't know what the store has. The offers of
    /// that batch get [`AppError::InDoubt`], and all later ones [`AppError::ReadOnly`]. What was recorded before can still
    /// be read. Open the store again, and send the offers that are in doubt again under their IDs.
    pub fn offer(&mut self, offers: &[Offer]) -> Vec<Result<Recorded, AppError>> {
        let mut answers: Vec<Option<Result<Recorded, AppError>>> = offers.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..offers.len()).collect();
        let mut conflicts = 0;
        while !open.is_empty() {
            open = self.round(offers, &open, &mut conflicts, &mut answers);
        }
        self.cases.make_room();
        answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(lost()))).collect()
    }

    /// Records events for which nobody waits for an answer, with one write. They are checked in the same way as others.
    ///
    /// # Errors
    /// The error of the first offer that was not recorded; see [`CaseService::offer`].
    pub fn record_all(&mut self, offers: &[Offer]) -> Result<(), AppError> {
        self.detail = Detail::None;
        let answers = self.offer(offers);
        self.detail = Detail::All;
        answers.into_iter().try_for_each(|answer| answer.map(drop))
    }

    /// Forgets a case in memory. It is read again when it is needed.
    pub fn forget(&mut self, case: Uuid) {
        self.cases.remove(case);
    }

    /// Checks and appends the open offers of a batch. Returns those that the next round must check again.
    fn round(
        &mut self,
        offers: &[Offer],
        open: &[usize],
        conflicts: &mut u32,
        answers: &mut [Option<Result<Recorded, AppError>>],
    ) -> Vec<usize> {
        let mut batch = Batch::default();
        for index in open.iter().copied() {
            let Some(offer) = offers.get(index) else { continue };
            match self.judge(offer, &mut batch) {
                Ok(Judged::Known(answer)) => answers[index] = Some(Ok(*answer)),
                Ok(Judged::Accepted(accepted)) => {
                    let (record, answer) = *accepted;
                    batch.pending.push(Pending { index, record, answer });
                }
                Ok(Judged::WithFollowUp) => {
                    let recorded = self.complete_act(std::slice::from_ref(offer)).map_err(AppError::of_event);
                    answers[index] = Some(recorded.and_then(joined));
                }
                Ok(Judged::Later) => batch.later.push(index),
                Err(error) => answers[index] = Some(Err(error)),
            }
        }
        let again = self.write(offers, batch.pending, conflicts, answers);
        batch.later.extend(again);
        batch.later.sort_unstable();
        batch.later
    }

    /// Checks one offer. If it is accepted, its case in memory has moved on.
    fn judge(&mut self, offer: &Offer, batch: &mut Batch) -> Result<Judged, AppError> {
        // A record that is sent twice in one batch is found written in the next round.
        if offer.id.is_some_and(|id| !batch.ids.insert((offer.case, id))) {
            return Ok(Judged::Later);
        }
        let now = self.now()?;
        let (case, is_new) = self.target(offer)?;
        if batch.cases.contains(&case) {
            // The numbers of this round's records are provisional, and a correction names a number.
            if !offer.event.kind().happens() || offer.replaces.is_some() {
                return Ok(Judged::Later);
            }
        } else if is_new {
            self.cases.insert(CaseLog::before_opening(case, &offer.event)?);
        } else {
            self.case(case)?;
        }
        let id = offer.id.unwrap_or_else(|| self.ids.fresh());
        let log = self.cases.get_mut(case).ok_or_else(|| AppError::no_case(case))?;
        if let Some(answer) = retried(log, offer, now)? {
            settle(&self.store, core::slice::from_ref(&answer))?;
            return Ok(Judged::Known(Box::new(answer)));
        }
        if self.detail == Detail::All && follow_up::of_act(log, std::slice::from_ref(offer), now).is_some() {
            // The act is written alone, after the other events of its case.
            return Ok(if batch.cases.contains(&case) { Judged::Later } else { Judged::WithFollowUp });
        }
        let accepted = judge::accept(log, offer, (id, now, self.detail));
        match accepted {
            Ok((record, answer)) => {
                batch.cases.insert(case);
                let record = NewRecord { salt: self.ids.salt(id), ..record };
                Ok(Judged::Accepted(Box::new((record, answer))))
            }
            Err(error) => {
                if offer.id.is_none() {
                    self.ids.give_back(id);
                }
                if is_new && !batch.cases.contains(&case) {
                    self.cases.remove(case);
                }
                Err(error)
            }
        }
    }

    /// Returns the case that an offer is about, and whether the offer opens it.
    fn target(&mut self, offer: &Offer) -> Result<(Uuid, bool), AppError> {
        if let Some(case) = offer.case {
            return Ok((case, false));
        }
        if offer.event.kind() != EventKind::CaseOpened {
            return Err(AppError::Usage(format!("name the case of this {}", offer.event.kind())));
        }
        let known = offer.id.map(|id| self.store.opened_by(id)).transpose().map_err(|error| self.unreadable(error))?;
        match known.flatten() {
            Some(case) => Ok((case, false)),
            None => match offer.new_case {
                Some(case) if self.store.revision(case).map_err(|error| self.unreadable(error))? > 0 => {
                    Err(AppError::CaseTaken(case))
                }
                Some(case) => Ok((case, true)),
                None => Ok((self.ids.fresh(), true)),
            },
        }
    }

    /// Appends what was accepted, and takes back what couldn't be written. Returns the offers to check again.
    fn write(
        &mut self,
        offers: &[Offer],
        pending: Vec<Pending>,
        conflicts: &mut u32,
        answers: &mut [Option<Result<Recorded, AppError>>],
    ) -> Vec<usize> {
        if pending.is_empty() {
            return Vec::new();
        }
        let (records, open): (Vec<NewRecord>, Vec<(usize, Recorded)>) =
            pending.into_iter().map(|pending| (pending.record, (pending.index, pending.answer))).unzip();
        let last_logged = self.store.last_logged().ok().flatten();
        let error = match self.store.append(&records) {
            Ok(committed) => {
                self.keep(records, open, (&committed, last_logged), answers);
                return Vec::new();
            }
            Err(error) => error,
        };
        // The cases have moved on in memory and not in the store.
        records.iter().for_each(|record| self.cases.remove(record.accepted.case()));
        let open: Vec<usize> = open.into_iter().map(|(index, _)| index).collect();
        match error {
            AppendError::Conflict { .. } | AppendError::IdTaken { .. }
                if *conflicts < CONFLICT_RETRIES && has_moved_on(&error, &records) =>
            {
                *conflicts += 1;
                wait_after_conflict(*conflicts);
                open
            }
            AppendError::InDoubt { .. } | AppendError::ReadOnly { .. } => {
                self.stop(&records, &open, error, answers);
                Vec::new()
            }
            error if open.len() == 1 => {
                answers[open[0]] = Some(Err(error.into()));
                Vec::new()
            }
            // One record is to blame, or the batch is too large: each half is tried alone.
            _ => {
                let (one, other) = open.split_at(open.len() / 2);
                let mut again = self.round(offers, one, conflicts, answers);
                again.extend(self.round(offers, other, conflicts, answers));
                again
            }
        }
    }

    /// Takes no more records from now on, and answers the offers that weren't written or are in doubt.
    fn stop(
        &mut self,
        records: &[NewRecord],
        open: &[usize],
        error: AppendError,
        answers: &mut [Option<Result<Recorded, AppError>>],
    ) {
        let in_doubt = matches!(error, AppendError::InDoubt { .. });
        let cause = match in_doubt {
            true => format!("an earlier event could not be written ({error})"),
            false => error.to_string(),
        };
        let cause = self.stopped.get_or_insert(cause).clone();
        let mut error = Some(error);
        for (index, record) in open.iter().zip(records) {
            let id = record.accepted.id();
            let answer = match error.take() {
                Some(source) if in_doubt => AppError::InDoubt { id, source },
                None if in_doubt => {
                    let source =
                        AppendError::InDoubt { source: "it was in the same batch as a record in doubt".into() };
                    AppError::InDoubt { id, source }
                }
                _ => AppError::ReadOnly { cause: cause.clone() },
            };
            answers[*index] = Some(Err(answer));
        }
    }

    /// Takes what was written into memory, and answers.
    fn keep(
        &mut self,
        records: Vec<NewRecord>,
        open: Vec<(usize, Recorded)>,
        (committed, last_logged): (&[Committed], Option<At>),
        answers: &mut [Option<Result<Recorded, AppError>>],
    ) {
        let mut checkpoint = self.store.checkpoint().map(CheckpointSigned::from);
        let last = open.len().saturating_sub(1);
        for (number, ((new, (index, mut answer)), committed)) in
            records.into_iter().zip(open).zip(committed).enumerate()
        {
            let Committed { seq, rev, logged, existing } = *committed;
            let case = new.accepted.case();
            if self.detail == Detail::All {
                self.advise_bookings(case, new.accepted.event(), &mut answer);
                // The records of a batch are written at the same time, so the clock is compared once.
                if let (0, Some(last)) = (number, last_logged)
                    && let Some(advisory) = Advisory::clock_ahead(last, logged)
                {
                    answer.clock_before = Some(last);
                    answer.advisories.push(advisory);
                }
            }
            if existing {
                // Another program wrote the same record first, so the case in memory isn't the one in the store.
                self.cases.remove(case);
            } else if let Some(log) = self.cases.get_mut(case) {
                log.recorded.renumber(new.accepted.revision(), seq);
                log.records.push(new.into_record(*committed));
                self.cases.count(1);
            }
            let checkpoint = if number == last { checkpoint.take() } else { None };
            answers[index] = Some(Ok(Recorded { seq: Some(seq), rev: Some(rev), existing, checkpoint, ..answer }));
        }
    }

    /// Adds the advisory about a neutral who is in another case at the time of the session that an event books.
    fn advise_bookings(&self, case: Uuid, event: &Event, answer: &mut Recorded) {
        if let Event::SessionScheduled(scheduled) = event {
            // The event is recorded; a store that can't be read must not hide that.
            answer.advisories.extend(self.store.double_booked(case, scheduled).ok().flatten());
        }
    }

    /// Returns the time on the store's clock.
    ///
    /// # Errors
    /// [`AppError`] if the clock can't give it.
    pub fn now(&self) -> Result<At, AppError> {
        self.store.now().map_err(|error| self.unreadable(error))
    }

    /// Returns the error for a store that can't be read.
    pub(crate) fn unreadable(&self, error: ibbi_store::StoreError) -> AppError {
        AppError::from_store(&self.store.label(), error)
    }
}

/// What one round has accepted so far.
#[derive(Default)]
struct Batch {
    pending: Vec<Pending>,
    later: Vec<usize>,
    /// The cases that have records in this round.
    cases: HashSet<Uuid>,
    /// The IDs that were offered in this round.
    ids: HashSet<(Option<Uuid>, Uuid)>,
}

/// Returns whether another program was faster: it has recorded an event of one of the cases, or has opened a case with the same ID.
fn has_moved_on(error: &AppendError, records: &[NewRecord]) -> bool {
    match error {
        AppendError::IdTaken { case, .. } => records.iter().all(|record| record.accepted.case() != *case),
        _ => matches!(error, AppendError::Conflict { .. }),
    }
}

/// Waits before a batch is checked again: longer after each conflict, and not as long as another program that waits too.
fn wait_after_conflict(conflicts: u32) {
    if conflicts > 1 {
        let most = u128::from(conflicts.min(20)) * 500;
        let micros = u64::try_from(Uuid::new_v4().as_u128() % most).unwrap_or(0);
        std::thread::sleep(std::time::Duration::from_micros(micros));
    }
}

/// Returns the answers to one event and what followed from it as one answer.
fn joined(answers: Vec<Recorded>) -> Result<Recorded, AppError> {
    let mut answers = answers.into_iter();
    let first = answers.next().ok_or_else(lost)?;
    Ok(Recorded { also: answers.collect(), ..first })
}

fn lost() -> AppError {
    AppError::ReadOnly { cause: "the event was not written".to_owned() }
}
