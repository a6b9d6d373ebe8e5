//! Recording: a new ledger, a new case, an event, a correction, or the question whether one may.

use crate::error::AppError;
use crate::input;
use crate::signing::Signer;
use crate::store::{self, CaseLog};
use crate::zone::Zone;
use ibbi_core::events::EventVoided;
use ibbi_core::{Advisory, At, Event, EventKind, Name, Reason, Stage};
use ibbi_log::{AppendError, Committed, Digest, NewLedger, NewRecord, OpenError, Record, TornTail, Uuid};
use ibbi_seal::SealedLedger;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// How far an event may be ahead of this program's clock, in milliseconds: clocks differ.
pub(crate) const AHEAD: i64 = 5 * 60 * 1000;

/// What a job needs from outside: the clock, fresh ids, and who acts.
#[derive(Debug, Clone)]
pub struct Context {
    /// The time on the clock.
    pub now: At,
    /// Who records.
    pub actor: Name,
    /// Where ids come from.
    pub ids: Ids,
    /// The key with which checkpoints are signed as the ledger grows, if any.
    pub signer: Option<Arc<Signer>>,
}

/// Where ids come from.
#[derive(Debug, Clone)]
pub enum Ids {
    /// Random, beginning with the time (UUID version 7).
    Random,
    /// One after the other from a start, for output that is the same each time.
    Counted(u128),
}

impl Ids {
    /// A fresh id.
    pub fn fresh(&mut self) -> Uuid {
        match self {
            Self::Random => Uuid::now_v7(),
            Self::Counted(next) => {
                *next += 1;
                Uuid::from_u128(*next)
            }
        }
    }
}

/// What was recorded, or would be.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recorded {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// The record's id.
    pub id: Uuid,
    /// The record's number in the ledger; none for a dry run.
    pub seq: Option<u64>,
    /// The record's number in its case; none for a dry run.
    pub rev: Option<u64>,
    /// What happened.
    pub event: EventKind,
    /// When it happened.
    pub at: At,
    /// The stage before.
    pub from: Stage,
    /// The stage after.
    pub to: Stage,
    /// Whether it was only asked, not recorded.
    pub dry_run: bool,
    /// Whether an earlier try under the same id had recorded it.
    pub existing: bool,
    /// What counts of a session that ended: minutes, shortfall and grace, or overrun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What to keep in mind.
    pub advisories: Vec<Advisory>,
    /// How many lines the checkpoint covers that was signed after it, or why it could not be signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<SignedAfter>,
    /// A line that a crash had cut off, set aside when the ledger was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<String>,
    /// The zone of the district, for showing times.
    #[serde(skip)]
    pub zone: Zone,
}

/// What became of signing a checkpoint after a record.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum SignedAfter {
    /// It was signed.
    Signed {
        /// How many lines it covers.
        size: u64,
    },
    /// It could not be; the record is safe all the same.
    Failed {
        /// Why not.
        reason: String,
    },
}

/// What is to be recorded.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The event.
    pub event: Event,
    /// When it happened.
    pub at: At,
    /// The record's id, for a retry; a fresh one is made otherwise.
    pub id: Option<Uuid>,
    /// Only ask, do not record.
    pub dry_run: bool,
}

/// The program's name and version, as the first line of a ledger has it.
pub const PROGRAM: &str = concat!("ibbi ", env!("CARGO_PKG_VERSION"));

/// Opens a case, in a new ledger if there is none of this name. A dry run takes no lock and touches nothing.
///
/// An entry with the id of an opening that is recorded already is a retry of it.
///
/// # Errors
/// [`AppError`].
pub fn open_case(path: &Path, origin: Option<&str>, entry: Entry, context: &mut Context) -> Result<Recorded, AppError> {
    let zone = match &entry.event {
        Event::CaseOpened(opened) => Zone::new(&opened.time_zone)?,
        _ => Zone::default(),
    };
    check_clock(entry.at, context.now, || zone)?;
    input::check_zone(&entry.event, zone)?;
    store::check_file(path)?;
    let exists = path.symlink_metadata().is_ok();
    let known = match entry.id {
        Some(id) if exists => opened_as(path, id)?,
        _ => None,
    };
    let case = known.unwrap_or_else(|| context.ids.fresh());
    if entry.dry_run {
        let records = if exists { store::case_records(path, case)? } else { Vec::new() };
        return Ok(Recorded { zone, ..ask(&store::fold(path, case, records)?, &entry, context)? });
    }
    let mut ledger = match exists.then(|| open(path)) {
        // What an earlier try to create it left; it is taken over.
        None | Some(Err(AppError::Open(OpenError::Unfinished { .. }))) => create(path, origin, entry.at, context)?,
        Some(opened) => opened?,
    };
    let log = store::fold(path, case, records_of(path, &ledger, case)?)?;
    Ok(Recorded { zone, ..record_in(&mut ledger, &log, entry, context)? })
}

/// The case whose opening bears this id.
fn opened_as(path: &Path, id: Uuid) -> Result<Option<Uuid>, AppError> {
    for record in store::records(path)? {
        let record = record?;
        if record.id == id && record.event.kind() == EventKind::CaseOpened {
            return Ok(Some(record.case));
        }
    }
    Ok(None)
}

fn records_of(path: &Path, ledger: &SealedLedger, case: Uuid) -> Result<Vec<Record>, AppError> {
    ledger.case(case).map_err(|error| store::unread(path, error))
}

/// Begins a ledger. Without a name of its own it is called by its id, so that no two bear the same name and the
/// checkpoints of one are not taken for another's.
pub(crate) fn create(
    path: &Path,
    origin: Option<&str>,
    at: At,
    context: &mut Context,
) -> Result<SealedLedger, AppError> {
    let text = |text: &str| Name::new(text).map_err(|error| AppError::Usage(format!("origin: {error}")));
    let id = context.ids.fresh();
    let own = format!("ibbi.local/{id}");
    let new = NewLedger {
        id,
        actor: context.actor.clone(),
        at: at.min(context.now),
        origin: text(origin.unwrap_or(&own))?,
        program: text(PROGRAM)?,
    };
    Ok(ibbi_seal::create(path, &new)?)
}

pub(crate) fn open(path: &Path) -> Result<SealedLedger, AppError> {
    store::check_file(path)?;
    let ledger = unlocked(path).map_err(|error| match error {
        OpenError::NotALedger { path, fault } => AppError::beginning(&path, Some(*fault)),
        other => other.into(),
    })?;
    if let Some(damage) = ledger.damage()
        && let Some(fault) = damage.faults.first()
    {
        let (fault, count) = (Box::new(fault.clone()), damage.count);
        return Err(AppError::Damaged { path: path.to_owned(), fault, count });
    }
    Ok(ledger)
}

/// Opens a ledger, waiting a moment for one that is being written: a writer is done in milliseconds, and the lock of one
/// that was killed outlives it by a few.
fn unlocked(path: &Path) -> Result<SealedLedger, OpenError> {
    let begun = std::time::Instant::now();
    loop {
        match ibbi_seal::open(path) {
            Err(OpenError::Locked { .. }) if begun.elapsed() < std::time::Duration::from_secs(1) => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            other => return other,
        }
    }
}

/// Records an event of a case, or asks whether it could be. A dry run takes no lock and touches nothing.
///
/// # Errors
/// [`AppError`]; with [`AppError::Refused`] every unmet rule.
pub fn record(path: &Path, case: Uuid, entry: Entry, context: &mut Context) -> Result<Recorded, AppError> {
    check_clock(entry.at, context.now, || store::zone(path, case).unwrap_or_default())?;
    if entry.dry_run {
        return ask(&store::load(path, case)?, &entry, context);
    }
    let mut ledger = open(path)?;
    let log = store::fold(path, case, records_of(path, &ledger, case)?)?;
    record_in(&mut ledger, &log, entry, context)
}

/// Voids an event of the case that it belongs to.
///
/// # Errors
/// [`AppError`].
pub fn void(
    path: &Path,
    seq: u64,
    reason: Reason,
    entry: VoidEntry,
    context: &mut Context,
) -> Result<Recorded, AppError> {
    let mut case = None;
    for record in store::records(path)? {
        let record = record?;
        if record.seq == seq {
            case = Some(record.case);
            break;
        }
    }
    let Some(case) = case else {
        return Err(AppError::Usage(format!(
            "{} has no event with the number {seq}; `ibbi replay` shows the numbers",
            path.display()
        )));
    };
    let event = Event::from(EventVoided { reason, seq });
    let VoidEntry { at, id, dry_run } = entry;
    record(path, case, Entry { event, at, id, dry_run }, context)
}

/// When and how an event is voided.
#[derive(Debug, Clone, Copy)]
pub struct VoidEntry {
    /// When the mistake was found.
    pub at: At,
    /// The record's id, for a retry.
    pub id: Option<Uuid>,
    /// Only ask, do not record.
    pub dry_run: bool,
}

pub(crate) fn check_clock(at: At, now: At, zone: impl FnOnce() -> Zone) -> Result<(), AppError> {
    let ahead = at.millis() > now.millis().saturating_add(AHEAD);
    if ahead { Err(AppError::Future { at, now, zone: zone() }) } else { Ok(()) }
}

fn next_seq(log: &CaseLog) -> u64 {
    // A number above all of this case; the ledger gives the real one.
    log.records.last().map_or(1, |record| record.seq + 1)
}

pub(crate) fn ask(log: &CaseLog, entry: &Entry, context: &mut Context) -> Result<Recorded, AppError> {
    input::check_zone(&entry.event, log.zone)?;
    if let Some(known) = entry.id.and_then(|id| log.records.iter().find(|record| record.id == id)) {
        return asked_again(log, known, entry, context);
    }
    let after = log
        .history
        .what_if(next_seq(log), entry.at, &entry.event)
        .map_err(|refusal| AppError::Refused { refusal, zone: log.zone })?;
    let case = log.history.case();
    let district = after.file().map(|file| file.opened().district.clone());
    Ok(Recorded {
        case: log.id,
        district,
        id: entry.id.unwrap_or_else(|| context.ids.fresh()),
        seq: None,
        rev: None,
        event: entry.event.kind(),
        at: entry.at,
        from: case.stage(),
        to: after.stage(),
        dry_run: true,
        existing: false,
        summary: store::session_summary(entry.event.kind(), &after),
        advisories: case.advise(&entry.event, entry.at, Some(context.now)),
        checkpoint: None,
        set_aside: None,
        zone: log.zone,
    })
}

/// The answer to a question under the id of a record: the same as to the record sent again.
pub(crate) fn asked_again(
    log: &CaseLog,
    known: &Record,
    entry: &Entry,
    context: &Context,
) -> Result<Recorded, AppError> {
    let (case, id, rev, seq) = (log.id, known.id, known.rev, known.seq);
    if (&known.actor, known.at, &known.event) != (&context.actor, entry.at, &entry.event) {
        return Err(AppendError::IdTaken { case, id, rev }.into());
    }
    let committed = Committed { seq, rev, offset: 0, hash: Digest::ZERO, logged: known.logged, existing: true };
    Ok(Recorded { dry_run: true, ..recorded(log, entry, known.to, committed, id, Vec::new()) })
}

fn record_in(
    ledger: &mut SealedLedger,
    log: &CaseLog,
    entry: Entry,
    context: &mut Context,
) -> Result<Recorded, AppError> {
    let set_aside = ledger.torn().map(TornTail::to_string);
    if let Some(known) = entry.id.and_then(|id| log.records.iter().find(|record| record.id == id)) {
        // A retry: the rules were asked when it was recorded.
        let to = known.to;
        let new = new_record(log, &entry, known.id, to, context);
        let committed = append(ledger, new, context.now)?;
        return Ok(Recorded { from: to, set_aside, ..recorded(log, &entry, to, committed, known.id, Vec::new()) });
    }
    let asked = ask(log, &entry, context)?;
    let new = new_record(log, &entry, asked.id, asked.to, context);
    let committed = append(ledger, new, context.now)?;
    let Recorded { district, from, advisories, summary, .. } = asked;
    let done = recorded(log, &entry, asked.to, committed, asked.id, advisories);
    let checkpoint = context.signer.as_ref().and_then(|signer| signed_after(signer, ledger));
    Ok(Recorded { district, from, set_aside, summary, checkpoint, ..done })
}

/// Signs the ledger if it is time. The record is safe whatever comes of it, so a failure is told and is no error.
pub(crate) fn signed_after(signer: &Signer, ledger: &mut SealedLedger) -> Option<SignedAfter> {
    match signer.sign_if_due(ledger) {
        Ok(signed) => signed.map(|signed| SignedAfter::Signed { size: signed.size }),
        Err(error) => Some(SignedAfter::Failed { reason: error.to_string() }),
    }
}

fn new_record(log: &CaseLog, entry: &Entry, id: Uuid, to: Stage, context: &Context) -> NewRecord {
    let expected_rev = Some(u64::try_from(log.records.len()).unwrap_or(u64::MAX));
    let actor = context.actor.clone();
    NewRecord { case: log.id, id, actor, at: entry.at, to, event: entry.event.clone(), expected_rev }
}

fn append(ledger: &mut SealedLedger, record: NewRecord, now: At) -> Result<Committed, AppError> {
    let (case, id) = (record.case, record.id);
    let committed = ledger.append(&[record], now).map_err(|error| match error {
        source @ AppendError::InDoubt { .. } => AppError::InDoubt { id, source },
        other => other.into(),
    })?;
    committed.first().copied().ok_or(AppError::Gone(case))
}

fn recorded(
    log: &CaseLog,
    entry: &Entry,
    to: Stage,
    committed: Committed,
    id: Uuid,
    advisories: Vec<Advisory>,
) -> Recorded {
    Recorded {
        case: log.id,
        district: log.district().cloned(),
        id,
        seq: Some(committed.seq),
        rev: Some(committed.rev),
        event: entry.event.kind(),
        at: entry.at,
        from: to,
        to,
        dry_run: false,
        existing: committed.existing,
        summary: None,
        advisories,
        checkpoint: None,
        set_aside: None,
        zone: log.zone,
    }
}
