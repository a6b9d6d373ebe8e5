//! Opening a ledger: the lock, one pass over all lines, and the repair of what a crash left.

use super::index::{Index, Place};
use super::observer::LineObserver;
use super::preallocation::Preallocation;
use super::{Ledger, MAX_BATCH, OpenError, State, lock_owner, torn_tail};
use crate::line_check::LineChecker;
use crate::line_reader::LedgerLine;
use crate::record::{LineRecord, Opening};
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
    index: Index,
    damage: Damage,
    /// Whether an unfinished line follows the whole lines.
    torn: bool,
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
        let (mut opening, mut torn, mut entry) = (None, None, None);
        while let Some(step) = scan.step(false, &mut entry, &mut faults)? {
            if step.digest.is_none() {
                torn = faults.pop();
                continue;
            }
            match entry.take() {
                Some(LedgerLine::Opening(read)) if scan.head().lines == 1 => opening = Some(read),
                Some(LedgerLine::Opening(_)) | None => {}
                Some(LedgerLine::Record(record)) => {
                    let length = u32::try_from(step.length).unwrap_or(u32::MAX);
                    let place = Place { offset: step.offset, line: record.line, length };
                    each(&record);
                    let (case, id) = (record.case, record.id);
                    match index.room(case, id) {
                        Ok(room) => room.fill(place),
                        Err(first) => {
                            let kind = FaultKind::DuplicateId { case, id, first: first.line };
                            faults.push(Fault { line: record.line, offset: step.offset, column: 0, kind });
                        }
                    }
                }
            }
            observer.line(scan.head(), opening.as_ref(), &mut faults);
            damage.add(faults.drain(..));
        }
        observer.end(scan.head(), opening.as_ref(), &mut faults);
        damage.add(faults);
        if damage.count > 0 {
            // A damaged ledger isn't changed, so the unfinished line is reported with the other faults.
            damage.add(torn.clone());
        }
        let (head, logged) = (scan.head(), scan.logged());
        Ok(Self { opening, head, logged, index, damage, torn: torn.is_some() })
    }
}
