//! Opening a ledger: the lock, one pass over all lines, and the repair of what a crash left.

use super::index::{Index, Place};
use super::observer::{LineObserver, ObservedLine};
use super::preallocation::Preallocation;
use super::{Ledger, OpenError, State, lock_owner, torn_tail};
use crate::append_error::MAX_BATCH;
use crate::custody::CustodyState;
use crate::ledger_data::Opening;
use crate::line_check::LineChecker;
use crate::line_reader::LedgerLine;
use crate::record::LineRecord;
use crate::storage::{Disk, Storage, StoredFile, Stream};
use crate::{Damage, Fault, FaultKind, Head};
use ibbi_core::At;
use std::fs::TryLockError;
use std::io::{self, Read as _};
use std::path::Path;

impl Ledger {
    /// Opens a ledger for writing, and reads all of it once.
    ///
    /// An unfinished line at the end, which a crash leaves, is moved to a file of its own; [`Ledger::torn`] reports it.
    /// With any other damage the ledger opens for reading only; [`Ledger::damage`] reports it.
    ///
    /// # Errors
    /// Returns [`OpenError`]. It is safe to try again.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_in(Disk, path)
    }
}

impl<S: Storage> Ledger<S> {
    /// Opens a ledger as [`Ledger::open`] does, in any storage.
    ///
    /// # Errors
    /// Returns [`OpenError`].
    pub fn open_in(storage: S, path: &Path) -> Result<Self, OpenError> {
        Self::open_observed(storage, path, ())
    }
}

impl<S: Storage, O: LineObserver> Ledger<S, O> {
    /// Opens a ledger as [`Ledger::open_in`] does, with a hook that follows its lines. The faults that the hook reports
    /// count as damage.
    ///
    /// # Errors
    /// Returns [`OpenError`].
    pub fn open_observed(storage: S, path: &Path, observer: O) -> Result<Self, OpenError> {
        Self::open_with_records(storage, path, observer, |_| {})
    }

    /// Opens a ledger as [`Ledger::open_observed`] does, and passes each record that is read to a function, so that the
    /// caller doesn't read the file a second time.
    ///
    /// # Errors
    /// Returns [`OpenError`].
    pub fn open_with_records(
        storage: S,
        path: &Path,
        mut observer: O,
        mut each: impl FnMut(&LineRecord),
    ) -> Result<Self, OpenError> {
        let failed = |doing| move |source| OpenError::Io { doing, path: path.to_owned(), source };
        let file = storage.open(path).map_err(failed("open"))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                let holder = lock_owner::read(&storage, path).unwrap_or_else(|| "another process".to_owned());
                OpenError::Locked { path: path.to_owned(), holder }
            }
            TryLockError::Error(source) => failed("lock")(source),
        })?;
        observer.start(&storage, path)?;
        let pass = Pass::over(&file, &mut observer, &mut each).map_err(failed("read"))?;
        let Some(opening) = pass.opening else {
            let path = path.to_owned();
            return Err(match pass.damage.faults.into_iter().next() {
                Some(fault) => OpenError::NotALedger { path, fault: Box::new(fault) },
                None => OpenError::Unfinished { path },
            });
        };

        let mut ledger = Self {
            identity: storage.identity(&file).map_err(failed("inspect"))?,
            storage,
            path: path.to_owned(),
            file,
            opening,
            head: pass.head,
            logged: pass.logged,
            trusts_clock: false,
            version: pass.version,
            custody: pass.custody,
            has_texts: pass.has_texts,
            observer,
            index: pass.index,
            // The end is not known to be safe yet. After an error the lock owner's note stays for the next try.
            state: State::Poisoned,
            torn: None,
            reserve: Preallocation::opened(pass.head.bytes),
            buffer: Vec::new(),
        };
        if pass.damage.count > 0 {
            // Other processes can open it too.
            ledger.file.unlock().map_err(failed("unlock"))?;
            ledger.state = State::Damaged(pass.damage);
            return Ok(ledger);
        }
        let unclean = lock_owner::write(&ledger.storage, path).map_err(failed("write the lock note of"))?;
        if pass.torn {
            let torn = torn_tail::set_aside(&ledger.storage, path, &ledger.file, ledger.head.bytes);
            ledger.torn = Some(torn.map_err(failed("move the unfinished end of"))?);
        }
        if unclean {
            ledger.make_safe().map_err(failed("sync the end of"))?;
        }
        ledger.state = State::Writable;
        ledger.finish_destructions();
        Ok(ledger)
    }

    /// Writes the end of the file again, byte for byte, and syncs it.
    ///
    /// A writer that crashed may have left lines that are in the system's memory only. A sync alone isn't enough: after a
    /// failed sync, some systems consider the data written. Lines before the last batch were acknowledged, so they are
    /// synced.
    fn make_safe(&self) -> io::Result<()> {
        let batch = u64::try_from(MAX_BATCH).unwrap_or(u64::MAX);
        let from = self.head.bytes.saturating_sub(batch);
        let mut end = Vec::new();
        Stream::new(&self.file, from, self.head.bytes).read_to_end(&mut end)?;
        self.file.write_all_at(&end, from)?;
        self.file.sync_data()?;
        self.storage.sync_directory_of(&self.path)
    }
}

/// The result of reading the whole file once.
struct Pass {
    opening: Option<Opening>,
    head: Head,
    logged: At,
    /// The version of the format of the last line.
    version: u8,
    custody: CustodyState,
    /// Whether a record has the digest of a text.
    has_texts: bool,
    index: Index,
    damage: Damage,
    /// Whether an unfinished line or act follows the head.
    torn: bool,
}

/// A record of an act that was not read in full yet, with the head after its line.
struct PendingRecord {
    record: LineRecord,
    length: u64,
    head: Head,
}

impl Pass {
    fn over(
        file: &impl StoredFile,
        observer: &mut impl LineObserver,
        each: &mut impl FnMut(&LineRecord),
    ) -> io::Result<Self> {
        let mut scan = LineChecker::new(Stream::new(file, 0, u64::MAX));
        let (mut faults, mut damage) = (Vec::new(), Damage::default());
        let mut index = Index::default();
        let (mut opening, mut torn, mut entry, mut has_texts) = (None, None, None, false);
        // The records of an act are taken together, for an act that a crash cut off is not in the ledger.
        let (mut act, mut logged_before) = (Vec::new(), At::MIN);
        loop {
            let logged = scan.logged();
            let Some(step) = scan.step(false, &mut entry, &mut faults)? else { break };
            if step.digest.is_none() {
                torn = faults.pop();
                continue;
            }
            if act.is_empty() {
                logged_before = logged;
            }
            let head = scan.head();
            let line = entry.as_ref().map_or(ObservedLine::Other, ObservedLine::from);
            match entry.take() {
                Some(LedgerLine::Opening(read)) if head.lines == 1 => opening = Some(read),
                Some(LedgerLine::Record(record)) => act.push(PendingRecord { record, length: step.length, head }),
                Some(
                    LedgerLine::Opening(_) | LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_),
                )
                | None => {}
            }
            if scan.open_act().is_some() {
                damage.add(faults.drain(..));
                continue;
            }
            let is_record = act.last().is_some_and(|last| last.head == head);
            for PendingRecord { record, length, head } in act.drain(..) {
                faults.extend(index_record(&mut index, &record, length));
                each(&record);
                has_texts |= record.text_digest().is_some();
                let line = ObservedLine::Record { case: record.case, rev: record.rev };
                observer.line(head, line, opening.as_ref(), &mut faults);
            }
            if !is_record {
                observer.line(head, line, opening.as_ref(), &mut faults);
            }
            damage.add(faults.drain(..));
        }
        let (mut head, mut logged) = (scan.head(), scan.logged());
        if let Some(open) = scan.open_act() {
            (head, logged) = (open.before, logged_before);
            torn = Some(open.fault());
        }
        observer.end(head, opening.as_ref(), &mut faults);
        damage.add(faults);
        if damage.count > 0 {
            // A damaged ledger isn't changed, so the unfinished end is reported with the other faults.
            damage.add(torn.clone());
        }
        let version = scan.version().unwrap_or(2);
        let custody = scan.custody().clone();
        Ok(Self { opening, head, logged, version, custody, has_texts, index, damage, torn: torn.is_some() })
    }
}

/// Adds a record to the index. Returns a fault if its case already has a record with its ID.
fn index_record(index: &mut Index, record: &LineRecord, length: u64) -> Option<Fault> {
    let place = Place { offset: record.offset, line: record.line, length: u32::try_from(length).unwrap_or(u32::MAX) };
    let (case, id) = (record.case, record.id);
    match index.room(case, id) {
        Ok(room) => {
            room.fill(place);
            None
        }
        Err(first) => {
            let kind = FaultKind::DuplicateId { case, id, first: first.line };
            Some(Fault { line: record.line, offset: record.offset, column: 0, kind })
        }
    }
}
