//! The desk: one open ledger at which many offer events, a batch of them at a time.
//!
//! Whoever records a single event opens the ledger, reads the case, and is done ([`crate::journal`]). A desk holds the
//! ledger's lock for as long as it lives, and keeps the cases that it is asked about in memory. [`Desk::offer`] judges the
//! offers of a batch one after the other, each against its case as the earlier ones leave it, and writes what was accepted
//! with one sync. So many can record at once, and what a sync costs is shared.
//!
//! What is in memory is what is on the disk: whoever reads a case between two calls sees acknowledged events and no others.

mod judge;
mod list;

use crate::error::AppError;
use crate::journal::{self, Context, Entry, Recorded, SignedAfter};
use crate::store::{self, CaseLog};
use ibbi_core::{Event, EventKind, Name};
use ibbi_log::{AppendError, Committed, LedgerReader, NewRecord, Record, Uuid};
use ibbi_seal::SealedLedger;
use judge::{Judged, check_rev, empty, failed, happened, held_log, judge_in, no_case, stops};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

pub use list::{CaseSummary, Listed, Order};

/// How many records the cases in memory may have together; beyond, those that were not asked about the longest go first.
const KEPT: usize = 200_000;

/// An event that is offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The case; none for an event that opens one.
    pub case: Option<Uuid>,
    /// The event. At the desk a dry run is a question of its own: see [`Desk::ask`].
    pub entry: Entry,
    /// Who records it.
    pub actor: Name,
    /// Whether nobody said when it happened, so that `entry.at` is only what the clock showed. Sent again under its id it
    /// is then the same record, although the clock has moved on.
    pub at_is_now: bool,
    /// How many records whoever offers it believes the case to have, if that matters.
    pub expected_rev: Option<u64>,
}

/// A ledger that is open for as long as this lives.
#[derive(Debug)]
pub struct Desk {
    ledger: SealedLedger,
    path: PathBuf,
    cases: HashMap<Uuid, Held>,
    summaries: Vec<CaseSummary>,
    places: HashMap<Uuid, usize>,
    /// The case that a record has opened, by the record's id: for a retry of the opening.
    openings: HashMap<Uuid, Uuid>,
    /// How many records the cases in memory have.
    kept: usize,
    /// What went wrong with the file; from then on nothing is written.
    stopped: Option<String>,
    clock: u64,
}

/// A case in memory, and when it was asked about last.
#[derive(Debug)]
struct Held {
    log: CaseLog,
    asked: u64,
}

/// An offer that was accepted and is not written yet.
struct Accepted {
    index: usize,
    record: NewRecord,
    answer: Recorded,
}

impl Desk {
    /// Opens a ledger, or begins one if there is none of this name, and takes its lock.
    ///
    /// # Errors
    /// [`AppError`]; above all where another process holds the ledger, or it is damaged.
    pub fn open(path: &Path, origin: Option<&str>, context: &mut Context) -> Result<Self, AppError> {
        store::check_file(path)?;
        let ledger = match path.symlink_metadata().is_ok().then(|| journal::open(path)) {
            None | Some(Err(AppError::Open(ibbi_log::OpenError::Unfinished { .. }))) => {
                journal::create(path, origin, context.now, context)?
            }
            Some(opened) => opened?,
        };
        let mut desk = Self {
            ledger,
            path: path.to_owned(),
            cases: HashMap::new(),
            summaries: Vec::new(),
            places: HashMap::new(),
            openings: HashMap::new(),
            kept: 0,
            stopped: None,
            clock: 0,
        };
        desk.survey()?;
        Ok(desk)
    }

    /// Reads the ledger through once, for the list of cases.
    fn survey(&mut self) -> Result<(), AppError> {
        let failed = |source| AppError::Io { doing: "open", path: self.path.clone(), source };
        for record in LedgerReader::open(&self.path).map_err(failed)? {
            let record = record.map_err(|error| store::unread(&self.path, error))?;
            self.note(&record);
        }
        Ok(())
    }

    /// Takes a record into the list of cases.
    fn note(&mut self, record: &Record) {
        let Record { case, to, at, rev, .. } = *record;
        let district = match &record.event {
            Event::CaseOpened(opened) => {
                self.openings.insert(record.id, case);
                opened.district.clone()
            }
            _ => record.actor.clone(),
        };
        let place = *self.places.entry(case).or_insert_with(|| {
            self.summaries.push(CaseSummary { case, district, stage: to, records: 0, last_event: at });
            self.summaries.len() - 1
        });
        if let Some(summary) = self.summaries.get_mut(place) {
            (summary.stage, summary.records, summary.last_event) = (to, rev, at);
        }
    }

    /// The ledger's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that the ledger's path still names the file that is open here.
    ///
    /// # Errors
    /// [`AppError::Append`] with [`AppendError::Moved`] if it was deleted, renamed or replaced by another.
    pub fn check_place(&self) -> Result<(), AppError> {
        let failed = |source| AppError::Io { doing: "look at", path: self.path.clone(), source };
        match self.ledger.is_in_place().map_err(failed)? {
            true => Ok(()),
            false => Err(AppendError::Moved { path: self.path.clone() }.into()),
        }
    }

    /// Where the ledger stands: what is up to there is safe on the disk.
    pub const fn head(&self) -> ibbi_log::Head {
        self.ledger.head()
    }

    /// The line that a crash had cut off, set aside when the ledger was opened.
    pub fn set_aside(&self) -> Option<String> {
        self.ledger.torn().map(ToString::to_string)
    }

    /// A case that is in memory.
    pub fn held(&self, case: Uuid) -> Option<&CaseLog> {
        self.cases.get(&case).map(|held| &held.log)
    }

    /// A case, read from the ledger if it is not in memory.
    ///
    /// # Errors
    /// [`AppError::NoCase`]; others if the ledger cannot be read, or its record is not what the rules allow.
    pub fn case(&mut self, case: Uuid) -> Result<&CaseLog, AppError> {
        self.clock += 1;
        if !self.cases.contains_key(&case) {
            if self.ledger.rev(case) == 0 {
                return Err(no_case(case));
            }
            let records = self.ledger.case(case).map_err(|error| store::unread(&self.path, error))?;
            let log = store::fold(&self.path, case, records)?;
            self.kept += log.records.len();
            self.cases.insert(case, Held { log, asked: self.clock });
        }
        let clock = self.clock;
        self.cases.get_mut(&case).map_or_else(
            || Err(no_case(case)),
            |held| {
                held.asked = clock;
                Ok(&held.log)
            },
        )
    }

    /// Gives memory back where the cases in it have become too many.
    fn make_room(&mut self) {
        if self.kept <= KEPT {
            return;
        }
        let mut by_age: Vec<(u64, Uuid)> = self.cases.iter().map(|(case, held)| (held.asked, *case)).collect();
        by_age.sort_unstable();
        for (_, case) in by_age {
            if self.kept <= KEPT / 2 {
                break;
            }
            self.forget(case);
        }
    }

    fn forget(&mut self, case: Uuid) {
        if let Some(held) = self.cases.remove(&case) {
            self.kept = self.kept.saturating_sub(held.log.records.len());
        }
    }

    /// Asks whether an event could be recorded; nothing changes.
    ///
    /// # Errors
    /// [`AppError`]; with [`AppError::Refused`] every unmet rule.
    pub fn ask(&mut self, offer: &Offer, context: &Context) -> Result<Recorded, AppError> {
        let mut own = Context { actor: offer.actor.clone(), ..context.clone() };
        let opened;
        let log = match self.meant(offer, &mut own)? {
            (case, true) => {
                opened = empty(case, &offer.entry.event)?;
                &opened
            }
            (case, false) => self.case(case)?,
        };
        let known = offer.entry.id.and_then(|id| log.records.iter().find(|record| record.id == id));
        let at = match known {
            // As for the record sent again: the clock has moved on, and says nothing.
            Some(known) if offer.at_is_now => known.at,
            _ => happened(log, offer, own.now),
        };
        let entry = Entry { at, ..offer.entry.clone() };
        journal::check_clock(entry.at, own.now, || log.zone)?;
        if known.is_none() {
            check_rev(log, offer)?;
        }
        journal::ask(log, &entry, &mut own)
    }

    /// The case that an offer is about, and whether it is a new one.
    fn meant(&self, offer: &Offer, context: &mut Context) -> Result<(Uuid, bool), AppError> {
        match (offer.case, offer.entry.id.and_then(|id| self.openings.get(&id))) {
            (Some(case), _) => Ok((case, false)),
            (None, _) if offer.entry.event.kind() != EventKind::CaseOpened => {
                Err(AppError::Usage(format!("name the case of this {}", offer.entry.event.kind())))
            }
            (None, Some(case)) => Ok((*case, false)),
            (None, None) => Ok((context.ids.fresh(), true)),
        }
    }

    /// Judges a batch of offers in their order and writes what is accepted with one sync; the answers are in the same
    /// order. When this returns, every [`Recorded`] is safe on the disk.
    ///
    /// After a write that failed the desk takes nothing more, for it does not know what is on the disk: the offers of that
    /// batch are answered with [`AppError::InDoubt`], all later ones with [`AppError::ReadOnly`], and nothing of these
    /// is written. What was acknowledged can still be read. Opened anew, the ledger is whole, and offers that were in doubt
    /// can be made again under their ids.
    pub fn offer(&mut self, offers: &[Offer], context: &mut Context) -> Vec<Result<Recorded, AppError>> {
        let mut answers: Vec<Option<Result<Recorded, AppError>>> = offers.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..offers.len()).collect();
        while !open.is_empty() {
            open = self.round(offers, &open, context, &mut answers);
        }
        self.make_room();
        let lost = || Err(AppError::Append(AppendError::Poisoned));
        answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect()
    }

    /// One round of a batch: what it leaves open is a record sent twice in it, which the next round finds written.
    fn round(
        &mut self,
        offers: &[Offer],
        open: &[usize],
        context: &mut Context,
        answers: &mut [Option<Result<Recorded, AppError>>],
    ) -> Vec<usize> {
        let mut accepted: Vec<Accepted> = Vec::with_capacity(open.len());
        let (mut pending, mut later) = (HashSet::new(), Vec::new());
        for index in open.iter().copied() {
            let Some(offer) = offers.get(index) else { continue };
            if offer.entry.id.is_some_and(|id| !pending.insert((offer.case, id))) {
                later.push(index);
                continue;
            }
            let seq = self.ledger.head().lines + 1 + accepted.len() as u64;
            match self.judge(offer, seq, context) {
                Ok(Judged::Known(answer)) => answers[index] = Some(Ok(*answer)),
                Ok(Judged::New(record, answer)) => accepted.push(Accepted { index, record, answer: *answer }),
                Err(error) => answers[index] = Some(Err(error)),
            }
        }
        self.write(offers, accepted, context, answers);
        later
    }

    /// Judges one offer; an accepted one has moved its case on.
    fn judge(&mut self, offer: &Offer, seq: u64, context: &mut Context) -> Result<Judged, AppError> {
        let Offer { entry, actor, .. } = offer;
        let (case, new) = self.meant(offer, context)?;
        if new {
            let log = empty(case, &entry.event)?;
            self.clock += 1;
            self.cases.insert(case, Held { log, asked: self.clock });
        } else {
            self.case(case)?;
        }
        let Some(held) = self.cases.get_mut(&case) else { return Err(no_case(case)) };
        let judged = judge_in(&mut held.log, offer, seq, context);
        if new && judged.is_err() {
            self.forget(case);
        }
        let (at, from, to, advisories, summary) = match judged? {
            Ok(moved) => moved,
            Err(known) => return Ok(Judged::Known(known)),
        };
        let log = &held_log(&self.cases, case)?;
        let id = entry.id.unwrap_or_else(|| context.ids.fresh());
        let record = NewRecord {
            case,
            id,
            actor: actor.clone(),
            at,
            to,
            event: entry.event.clone(),
            // The ledger counts for itself; what was judged here is what it will find.
            expected_rev: None,
        };
        let answer = Recorded {
            case,
            district: log.district().cloned(),
            id,
            seq: None,
            rev: None,
            event: entry.event.kind(),
            at,
            from,
            to,
            dry_run: false,
            existing: false,
            summary,
            advisories,
            checkpoint: None,
            set_aside: None,
            zone: log.zone,
        };
        Ok(Judged::New(record, Box::new(answer)))
    }

    /// Writes what was accepted, and takes back what could not be written.
    fn write(
        &mut self,
        offers: &[Offer],
        accepted: Vec<Accepted>,
        context: &mut Context,
        answers: &mut [Option<Result<Recorded, AppError>>],
    ) {
        if accepted.is_empty() {
            return;
        }
        let (records, told): (Vec<NewRecord>, Vec<(usize, Recorded)>) =
            accepted.into_iter().map(|accepted| (accepted.record, (accepted.index, accepted.answer))).unzip();
        match self.ledger.append(&records, context.now) {
            Ok(committed) => {
                let signed = context.signer.clone().and_then(|signer| journal::signed_after(&signer, &mut self.ledger));
                self.keep(records, told, &committed, signed, answers);
            }
            Err(error) => {
                // The cases have moved on in memory and not on the disk.
                records.iter().for_each(|record| self.forget(record.case));
                if let Some(cause) = stops(&error) {
                    // Whether nobody knows what is on the disk, or nothing was written.
                    let doubt = matches!(error, AppendError::InDoubt { .. });
                    let cause = self.stopped.get_or_insert(cause);
                    let mut error = Some(error);
                    for ((index, _), record) in told.into_iter().zip(records) {
                        answers[index] = Some(Err(failed(record.id, doubt, error.take(), cause)));
                    }
                    return;
                }
                if let [(index, _)] = told.as_slice() {
                    answers[*index] = Some(Err(error.into()));
                    return;
                }
                // One of them is to blame, or they are too long together: each half is tried alone.
                let open: Vec<usize> = told.into_iter().map(|(index, _)| index).collect();
                let (one, other) = open.split_at(open.len() / 2);
                for half in [one, other] {
                    self.round(offers, half, context, answers);
                }
            }
        }
    }

    /// Takes what is safe on the disk into memory, and answers.
    fn keep(
        &mut self,
        records: Vec<NewRecord>,
        told: Vec<(usize, Recorded)>,
        committed: &[Committed],
        mut signed: Option<SignedAfter>,
        answers: &mut [Option<Result<Recorded, AppError>>],
    ) {
        let last = told.len().saturating_sub(1);
        for (number, ((new, (index, answer)), committed)) in records.into_iter().zip(told).zip(committed).enumerate() {
            let NewRecord { case, id, actor, at, to, event, .. } = new;
            let Committed { seq, rev, offset, logged, .. } = *committed;
            let record = Record { seq, rev, case, id, actor, at, logged, to, event, offset, line: seq };
            self.note(&record);
            if let Some(held) = self.cases.get_mut(&case) {
                held.log.records.push(record);
                self.kept += 1;
            }
            let checkpoint = if number == last { signed.take() } else { None };
            answers[index] = Some(Ok(Recorded { seq: Some(seq), rev: Some(rev), checkpoint, ..answer }));
        }
    }
}

#[cfg(test)]
mod tests;
