//! The file ledger as a store of cases.

use crate::case_index::CaseIndex;
pub use crate::case_index::Collect;
use crate::custody::CustodyState;
use crate::ledger_data::NewLedger;
use crate::line_reader::{LedgerLine, LineReader};
use crate::lines::{LineContent, Lines, RawLine};
use crate::storage::Disk;
use crate::store_error::unreadable;
use crate::texts::TextsFile;
use crate::{
    AppendError, CreateError, Damage, Digest, Head, Ledger, LedgerReader, LineObserver, OpenError, ReadError, TornTail,
};
use crate::{Fault, FaultKind, Opening};
use ibbi_core::events::SessionScheduled;
use ibbi_core::{Advisory, At, Bookings, Name, OtherBooking};
use ibbi_store::{
    CasePage, CaseQuery, CaseSummary, CheckpointOutcome, Clock, Committed, EventStore, NewRecord, Record, StoreError,
};
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

/// A ledger's file as an [`EventStore`], open for writing under the file's lock, or for reading only.
///
/// The store reads the file once when it opens. `O` is the hook that follows the lines of a ledger that is open for
/// writing.
pub struct LedgerStore<O: LineObserver = ()> {
    path: PathBuf,
    clock: Clock,
    signer: Option<Signer<O>>,
    opening: Option<Opening>,
    state: RwLock<State<O>>,
    texts: Mutex<TextsFile>,
}

/// A whole line of a ledger's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// Its number, from 1.
    pub number: u64,
    /// Its SHA-256.
    pub digest: Digest,
    /// Its bytes, without the LF.
    pub bytes: Vec<u8>,
}

/// Signs a ledger if it is time.
type Signer<O> = Box<dyn Fn(&mut Ledger<Disk, O>) -> Option<CheckpointOutcome> + Send + Sync>;

#[derive(Debug)]
struct State<O: LineObserver> {
    /// The ledger, if it is open for writing.
    ledger: Option<Ledger<Disk, O>>,
    index: CaseIndex,
    /// The legal holds and destructions of a ledger that is only read.
    custody: CustodyState,
}

impl<O: LineObserver> State<O> {
    fn custody(&self) -> &CustodyState {
        self.ledger.as_ref().map_or(&self.custody, Ledger::custody)
    }
}

impl<O: LineObserver> std::fmt::Debug for LedgerStore<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<O: LineObserver> LedgerStore<O> {
    /// Opens a ledger for writing. See [`Ledger::open`].
    ///
    /// A damaged ledger opens too: [`LedgerStore::damage`] returns what is wrong, and the store takes no records.
    ///
    /// # Errors
    /// Returns [`OpenError`].
    pub fn open(path: &Path, observer: O, collect: Collect, clock: Clock) -> Result<Self, OpenError> {
        let mut index = CaseIndex::new(collect);
        let ledger = Ledger::open_with_records(Disk, path, observer, |found| {
            index.add(&found.record, (found.line, found.offset))
        })?;
        Ok(Self {
            path: path.to_owned(),
            clock,
            signer: None,
            opening: Some(ledger.opening().clone()),
            state: RwLock::new(State { ledger: Some(ledger), index, custody: CustodyState::default() }),
            texts: Mutex::default(),
        })
    }

    /// Creates a ledger and opens it for writing. See [`Ledger::create`].
    ///
    /// # Errors
    /// Returns [`CreateError`].
    pub fn create(path: &Path, new: &NewLedger, observer: O, clock: Clock) -> Result<Self, CreateError> {
        let ledger = Ledger::create_observed(Disk, path, new, observer)?;
        let opening = Some(ledger.opening().clone());
        let state = State { ledger: Some(ledger), index: CaseIndex::default(), custody: CustodyState::default() };
        Ok(Self {
            path: path.to_owned(),
            clock,
            signer: None,
            opening,
            state: RwLock::new(state),
            texts: Mutex::default(),
        })
    }

    /// Reads a ledger without its lock, so that another process can write to it. The store takes no records.
    ///
    /// An unfinished line at the end is not a record yet and is skipped.
    ///
    /// # Errors
    /// Returns the first [`ReadError`]; `reader` can then be read on to count the others.
    pub fn read<R: Read>(
        path: &Path,
        reader: &mut LedgerReader<R>,
        collect: Collect,
        clock: Clock,
    ) -> Result<Self, ReadError> {
        let opening = reader.opening().cloned();
        let mut index = CaseIndex::new(collect);
        while let Some(item) = reader.next_line() {
            match item {
                Ok(found) => index.add(&found.record, (found.line, found.offset)),
                Err(ReadError::Fault(Fault { kind: FaultKind::Torn { .. } | FaultKind::TornAct { .. }, .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            path: path.to_owned(),
            clock,
            signer: None,
            opening,
            state: RwLock::new(State { ledger: None, index, custody: reader.custody().clone() }),
            texts: Mutex::default(),
        })
    }

    /// Returns the store with a function that signs the ledger after an append, if it is time.
    #[must_use]
    pub fn with_signer(
        self,
        signer: impl Fn(&mut Ledger<Disk, O>) -> Option<CheckpointOutcome> + Send + Sync + 'static,
    ) -> Self {
        Self { signer: Some(Box::new(signer)), ..self }
    }

    /// Runs a function on the ledger, if it is open for writing.
    pub fn with_ledger<T>(&self, run: impl FnOnce(&mut Ledger<Disk, O>) -> T) -> Option<T> {
        self.state_mut().ledger.as_mut().map(run)
    }

    /// Forgets whole cases. See [`Ledger::forget`].
    pub fn forget(&self, cases: &[Uuid]) {
        let mut state = self.state_mut();
        let State { ledger, index, .. } = &mut *state;
        if let Some(ledger) = ledger {
            ledger.forget(cases);
        }
        index.forget(cases);
    }

    /// Returns the ledger's first line.
    pub const fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// Returns the path of the ledger's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what is wrong with a ledger that was opened for writing and takes no records.
    pub fn damage(&self) -> Option<Damage> {
        self.state().ledger.as_ref().and_then(|ledger| ledger.damage().cloned())
    }

    /// Returns the unfinished line that was set aside when the ledger was opened for writing.
    pub fn torn(&self) -> Option<TornTail> {
        self.state().ledger.as_ref().and_then(|ledger| ledger.torn().cloned())
    }

    /// Returns the end of a ledger that is open for writing: what is up to there is safe on the disk.
    pub fn head(&self) -> Option<Head> {
        self.state().ledger.as_ref().map(Ledger::head)
    }

    /// Checks that the ledger's path still leads to the file that is open for writing.
    ///
    /// # Errors
    /// Returns [`AppendError::Moved`] if the file was deleted, renamed, or replaced; [`AppendError::Read`] if it can't be
    /// looked at.
    pub fn check_in_place(&self) -> Result<(), AppendError> {
        let state = self.state();
        let Some(ledger) = &state.ledger else { return Ok(()) };
        match ledger.is_in_place().map_err(|source| AppendError::Read { source })? {
            true => Ok(()),
            false => Err(AppendError::Moved { path: self.path.clone() }),
        }
    }

    /// Asks about the sessions of all cases. The runs of a simulation are alternatives, so no session is compared with them.
    fn bookings<T: Default>(&self, ask: impl FnOnce(&Bookings) -> T) -> T {
        match &self.opening {
            Some(opening) if opening.is_simulation() => T::default(),
            _ => ask(self.state().index.catalog.bookings()),
        }
    }

    /// Returns at most `limit` records after the record number `after`, with the digests of their confidential texts in place of the
    /// texts, if the lines have digests.
    ///
    /// # Errors
    /// [`StoreError`] if the file can't be read.
    pub fn records_as_stored(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let state = self.state();
        // Lines after the head may not be safe on the disk yet.
        let last = state.ledger.as_ref().map_or(u64::MAX, |ledger| ledger.head().lines);
        let records = self.read_after(&state, after).map_err(unreadable)?;
        let wanted = records.skip_while(|record| record.as_ref().is_ok_and(|record| record.seq <= after));
        let wanted = wanted.take_while(|record| record.as_ref().map_or(true, |record| record.seq <= last));
        wanted.take(limit).collect()
    }

    /// Returns lines after line number `after`, as they are in the file: at most `limit`, and no more after one with which they
    /// have `most` bytes.
    ///
    /// It reads at most 2,048 lines before the first one.
    ///
    /// # Errors
    /// [`StoreError`] if the file can't be read, or doesn't have all lines.
    pub fn lines(&self, after: u64, limit: usize, most: usize) -> Result<Vec<StoredLine>, StoreError> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        self.each_line(after, |line| {
            if lines.len() >= limit || bytes >= most {
                return false;
            }
            bytes += line.bytes.len();
            lines.push(line);
            true
        })?;
        Ok(lines)
    }

    /// Returns the SHA-256 of each line after line number `after` up to line number `last`. See [`LedgerStore::lines`].
    ///
    /// # Errors
    /// [`StoreError`] if the file can't be read, or doesn't have all lines.
    pub fn line_digests(&self, after: u64, last: u64) -> Result<Vec<Digest>, StoreError> {
        let mut digests = Vec::new();
        self.each_line(after, |line| {
            let wanted = line.number <= last;
            digests.extend(wanted.then_some(line.digest));
            wanted
        })?;
        Ok(digests)
    }

    /// Calls a function with each line after line number `after` until it returns `false`. Only lines that are safe on the disk.
    fn each_line(&self, after: u64, mut take: impl FnMut(StoredLine) -> bool) -> Result<(), StoreError> {
        let state = self.state();
        let last = state.ledger.as_ref().map(|ledger| ledger.head().lines);
        let RecordsFrom { mut lines, skipped, .. } = self.read_after(&state, after).map_err(unreadable)?;
        let mut found = skipped;
        while last.is_none_or(|last| found < last) {
            let Some(RawLine { number, content, .. }) = lines.next().map_err(unreadable)? else { break };
            found = skipped + number;
            match content {
                LineContent::Whole(bytes, digest) if found > after => {
                    if !take(StoredLine { number: found, digest, bytes: bytes.to_vec() }) {
                        return Ok(());
                    }
                }
                LineContent::Whole(..) => {}
                LineContent::TooLong(_) => {
                    return Err(unreadable(io::Error::other(format!("line {found}: the line is too long"))));
                }
                LineContent::Torn => {
                    found -= 1;
                    break;
                }
            }
        }
        match last {
            Some(last) if found < last => {
                let message = format!("the file has {found} lines, but the ledger has {last}: it was cut off");
                Err(unreadable(io::Error::other(message)))
            }
            _ => Ok(()),
        }
    }

    /// Puts the confidential texts that are stored beside the ledger into its records.
    fn fill_texts(&self, state: &State<O>, records: &mut [Record]) -> Result<(), StoreError> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.fill(&self.path, records, state.custody()).map_err(unreadable)
    }

    /// Forgets the texts in memory whose keys were destroyed, at once. Without this, they are forgotten when texts are read the next
    /// time. Records that were kept in memory are read again when they are asked for.
    pub fn forget_destroyed_texts(&self) {
        let mut state = self.state_mut();
        state.index.keep_nothing();
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.forget_destroyed(state.custody());
    }

    /// Returns the records of a case with the digests of their confidential texts in place of the texts. Returns `None` if the ledger
    /// is not open for writing.
    ///
    /// # Errors
    /// [`StoreError`] if the file can't be read.
    pub fn case_as_stored(&self, case: Uuid) -> Result<Option<Vec<Record>>, StoreError> {
        let state = self.state();
        let Some(ledger) = &state.ledger else { return Ok(None) };
        let lines = ledger.case(case).map_err(unreadable)?;
        Ok(Some(lines.into_iter().map(|line| line.record).collect()))
    }

    /// Returns the legal holds and destructions of the ledger.
    pub fn custody(&self) -> CustodyState {
        self.state().custody().clone()
    }

    fn state(&self) -> RwLockReadGuard<'_, State<O>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State<O>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the ledger's file for reading.
    ///
    /// # Errors
    /// Returns the system's error, or an error that says so if another file, or a link to one, is in the file's place.
    pub fn open_file(&self) -> io::Result<File> {
        self.open_own(&self.state())
    }

    fn open_own(&self, state: &State<O>) -> io::Result<File> {
        let file = File::open(&self.path)?;
        match &state.ledger {
            Some(ledger) if !ledger.is_same_file(&file)? => {
                Err(io::Error::other("the ledger's file was deleted, renamed, or replaced; put it back"))
            }
            _ => Ok(file),
        }
    }

    /// Reads records from the file, from the last remembered offset before a line.
    fn read_after(&self, state: &State<O>, after: u64) -> io::Result<RecordsFrom> {
        let (line, offset) = state.index.mark_before(after);
        let mut file = self.open_own(state)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(RecordsFrom { lines: Lines::new(file), reader: LineReader::default(), skipped: line.saturating_sub(1) })
    }
}

impl<O: LineObserver + Send + Sync> EventStore for LedgerStore<O> {
    fn now(&self) -> Result<At, StoreError> {
        Ok((self.clock)()?)
    }

    fn revision(&self, case: Uuid) -> Result<u64, StoreError> {
        Ok(self.state().index.catalog.summary(case).map_or(0, |summary| summary.records))
    }

    fn case(&self, case: Uuid) -> Result<Vec<Record>, StoreError> {
        let state = self.state();
        let mut records = if let Some(kept) = state.index.kept.get(&case) {
            kept.clone()
        } else if let Some(ledger) = &state.ledger {
            ledger.case(case).map_err(unreadable)?.into_iter().map(|line| line.record).collect()
        } else if state.index.catalog.summary(case).is_none() {
            Vec::new()
        } else {
            let records = self.read_after(&state, 0).map_err(unreadable)?;
            let own = records.filter(|record| record.as_ref().map_or(true, |record| record.case == case));
            own.collect::<Result<_, _>>()?
        };
        self.fill_texts(&state, &mut records)?;
        Ok(records)
    }

    fn opened_by(&self, id: Uuid) -> Result<Option<Uuid>, StoreError> {
        Ok(self.state().index.catalog.opened_by(id))
    }

    fn case_of(&self, seq: u64) -> Result<Option<Uuid>, StoreError> {
        let known = self.state().index.case_of.filter(|(known, _)| *known == seq);
        if let Some((_, case)) = known {
            return Ok(Some(case));
        }
        Ok(self.records(seq.saturating_sub(1), 1)?.first().filter(|record| record.seq == seq).map(|record| record.case))
    }

    fn cases(&self, query: &CaseQuery) -> Result<CasePage, StoreError> {
        self.state().index.catalog.page(query)
    }

    fn summary(&self, case: Uuid) -> Result<Option<CaseSummary>, StoreError> {
        Ok(self.state().index.catalog.summary(case).cloned())
    }

    fn last_logged(&self) -> Result<Option<At>, StoreError> {
        let state = self.state();
        let trusts_clock = state.ledger.as_ref().is_some_and(Ledger::trusts_clock);
        Ok(state.index.logged.filter(|_| !trusts_clock))
    }

    fn double_booked(&self, case: Uuid, scheduled: &SessionScheduled) -> Result<Option<Advisory>, StoreError> {
        Ok(self.bookings(|bookings| bookings.advise(case, scheduled)))
    }

    fn double_bookings(&self, case: Uuid) -> Result<Vec<Advisory>, StoreError> {
        Ok(self.bookings(|bookings| bookings.advise_case(case)))
    }

    fn booked_elsewhere(&self, case: Uuid, neutrals: &[Name], as_of: At) -> Result<Vec<OtherBooking>, StoreError> {
        Ok(self.bookings(|bookings| bookings.elsewhere(case, neutrals, as_of)))
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let mut records = self.records_as_stored(after, limit)?;
        self.fill_texts(&self.state(), &mut records)?;
        Ok(records)
    }

    fn append(&self, records: &[NewRecord]) -> Result<Vec<Committed>, ibbi_store::AppendError> {
        let mut state = self.state_mut();
        let State { ledger, index, .. } = &mut *state;
        let read_only = || ibbi_store::AppendError::ReadOnly {
            source: format!("{} is open for reading only", self.path.display()).into(),
        };
        let ledger = ledger.as_mut().ok_or_else(read_only)?;
        // The clock is read here, under the lock, so that a line is never older than the one before it.
        let now = self.now()?;
        let written = ledger.append(records, now)?;
        for (new, written) in records.iter().zip(&written).filter(|(_, written)| !written.existing) {
            index.add_new(new, written);
        }
        Ok(written.iter().map(Committed::from).collect())
    }

    fn checkpoint(&self) -> Option<CheckpointOutcome> {
        let signer = self.signer.as_ref()?;
        signer(self.state_mut().ledger.as_mut()?)
    }

    fn label(&self) -> String {
        self.path.display().to_string()
    }
}

/// The records of a file from some line on. A line that is not whole yet ends them.
struct RecordsFrom {
    lines: Lines<File>,
    reader: LineReader,
    /// Number of lines before the first one.
    skipped: u64,
}

impl Iterator for RecordsFrom {
    type Item = Result<Record, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.lines.next() {
                Ok(line) => line?,
                Err(error) => return Some(Err(unreadable(error))),
            };
            let number = self.skipped + line.number;
            let changed = |what: String| Some(Err(unreadable(io::Error::other(format!("line {number}: {what}")))));
            match line.content {
                LineContent::Whole(text, _) => match self.reader.read(text) {
                    Ok(LedgerLine::Record(record)) => return Some(Ok(record.record)),
                    Ok(
                        LedgerLine::Opening(_) | LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_),
                    ) => {}
                    Err((_, kind)) => return changed(kind.to_string()),
                },
                LineContent::TooLong(_) => return changed("the line is too long".to_owned()),
                LineContent::Torn => return None,
            }
        }
    }
}
