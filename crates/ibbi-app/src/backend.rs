//! The store behind a ledger: a file, or a database.

use crate::error::AppError;
use crate::ledger_error::{from_ledger, not_open};
use crate::signer::Signer;
use ibbi_core::events::SessionScheduled;
use ibbi_core::{Advisory, At, Name, OtherBooking};
use ibbi_log::{Custody, CustodyState, Digest, Head, LedgerStore, Opening, StoredLine};
use ibbi_postgres::{Address, Options, PostgresStore, SignError};
use ibbi_seal::{PrivateKey, Sealer, sign_checkpoint};
use ibbi_store::{
    AppendError, CasePage, CaseQuery, CaseSummary, CheckpointOutcome, Clock, Committed, EventStore, NewRecord, Record,
    StoreError,
};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// What a program needs of the store of a ledger, besides its cases.
pub trait LedgerBackend: EventStore {
    /// Returns the path of the ledger's file, or the one that stands for the address of the database.
    fn path(&self) -> &Path;

    /// Returns the ledger's first line.
    fn opening(&self) -> Option<Opening>;

    /// Returns the end of a ledger that is open for writing. What is up to there can be published.
    fn head(&self) -> Option<Head>;

    /// Returns the legal holds and destructions of the ledger.
    fn custody(&self) -> CustodyState;

    /// Returns at most `limit` records after the record number `after`, with digests in place of confidential texts.
    ///
    /// # Errors
    /// [`StoreError`].
    fn records_as_stored(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError>;

    /// Returns the records of a case with digests in place of confidential texts; nothing if only all records can be read.
    ///
    /// # Errors
    /// [`StoreError`].
    fn case_as_stored(&self, case: Uuid) -> Result<Option<Vec<Record>>, StoreError>;

    /// Returns at most `limit` lines after line number `after`, and no more after one with which they have `most` bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lines(&self, after: u64, limit: usize, most: usize) -> Result<Vec<StoredLine>, StoreError>;

    /// Returns the SHA-256 of each line after line number `after` up to line number `last`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn line_digests(&self, after: u64, last: u64) -> Result<Vec<Digest>, StoreError>;

    /// Returns the roots of the full chunks of the lines, and the number of lines.
    ///
    /// # Errors
    /// [`AppError`] if the ledger is not open for writing, or can't be read.
    fn chunk_roots(&self) -> Result<(Vec<Digest>, u64), AppError>;

    /// Adds a line that places or lifts a legal hold. Returns its number.
    ///
    /// # Errors
    /// [`AppError`].
    fn append_hold(&self, done: Custody, actor: &Name) -> Result<u64, AppError>;

    /// Signs a checkpoint over all lines, unless the newest one covers them.
    ///
    /// # Errors
    /// [`AppError`]; [`AppError::ReadOnly`] if the ledger is not open for writing.
    fn cover(&self, key: &PrivateKey) -> Result<(), AppError>;

    /// Returns the bytes of the first lines, up to the end of a ledger, exactly as they are.
    ///
    /// # Errors
    /// The system's error.
    fn read_bytes(&self, head: Head) -> io::Result<Box<dyn Read + Send>>;

    /// Returns the store of a ledger's file, for what only a file has.
    fn file(&self) -> Option<&LedgerStore<Sealer>> {
        None
    }

    /// Asks the database once whether it answers. A file is looked at by [`Backend::check_in_place`].
    ///
    /// # Errors
    /// [`AppendError::Store`] if it doesn't answer.
    fn probe(&self) -> Result<(), AppendError> {
        Ok(())
    }

    /// Returns whether the store takes records again by itself after a failure, so that nothing has to be opened again.
    fn recovers(&self) -> bool {
        false
    }
}

impl LedgerBackend for LedgerStore<Sealer> {
    fn path(&self) -> &Path {
        Self::path(self)
    }

    fn opening(&self) -> Option<Opening> {
        Self::opening(self).cloned()
    }

    fn head(&self) -> Option<Head> {
        Self::head(self)
    }

    fn custody(&self) -> CustodyState {
        Self::custody(self)
    }

    fn records_as_stored(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        Self::records_as_stored(self, after, limit)
    }

    fn case_as_stored(&self, case: Uuid) -> Result<Option<Vec<Record>>, StoreError> {
        Self::case_as_stored(self, case)
    }

    fn lines(&self, after: u64, limit: usize, most: usize) -> Result<Vec<StoredLine>, StoreError> {
        Self::lines(self, after, limit, most)
    }

    fn line_digests(&self, after: u64, last: u64) -> Result<Vec<Digest>, StoreError> {
        Self::line_digests(self, after, last)
    }

    fn chunk_roots(&self) -> Result<(Vec<Digest>, u64), AppError> {
        let found = self.with_ledger(|ledger| {
            let lines = ledger.head().lines;
            (ledger.observer_mut().chunk_roots(), lines)
        });
        found.ok_or_else(|| AppError::Usage("the ledger is open for reading only".to_owned()))
    }

    fn append_hold(&self, done: Custody, actor: &Name) -> Result<u64, AppError> {
        let now = self.now().map_err(|error| AppError::from_store(&self.label(), error))?;
        let added = self.with_ledger(|ledger| ledger.append_hold(done, actor, now));
        added.ok_or_else(not_open)?.map_err(|error| from_ledger(Self::path(self), error))
    }

    fn cover(&self, key: &PrivateKey) -> Result<(), AppError> {
        let now = self.now().map_err(|error| AppError::from_store(&self.label(), error))?;
        let signed = self.with_ledger(|ledger| {
            if ledger.observer().covered() < ledger.head().lines {
                sign_checkpoint(ledger, key, now)?;
            }
            Ok(())
        });
        signed.unwrap_or_else(|| Err(not_open()))
    }

    fn read_bytes(&self, head: Head) -> io::Result<Box<dyn Read + Send>> {
        let file: File = self.open_file()?;
        Ok(Box::new(file.take(head.bytes)))
    }

    fn file(&self) -> Option<&LedgerStore<Sealer>> {
        Some(self)
    }
}

/// Returns the error for a database whose ledger was not signed.
pub(crate) fn not_signed(error: SignError) -> AppError {
    match error {
        SignError::Postgres(error) => AppError::Database(error),
        SignError::Append(error) => AppError::Append(error),
        SignError::Checkpoint(error) => AppError::Sign(error.into()),
        other => AppError::Usage(other.to_string()),
    }
}

/// A ledger in a database.
#[derive(Debug)]
struct Database {
    path: PathBuf,
    store: PostgresStore,
}

impl LedgerBackend for Database {
    fn path(&self) -> &Path {
        &self.path
    }

    fn opening(&self) -> Option<Opening> {
        self.store.opening().ok().flatten()
    }

    fn head(&self) -> Option<Head> {
        self.store.published_head().ok().flatten()
    }

    fn custody(&self) -> CustodyState {
        self.store.custody().unwrap_or_default()
    }

    fn records_as_stored(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        Ok(self.store.records_as_stored(after, limit)?)
    }

    fn case_as_stored(&self, case: Uuid) -> Result<Option<Vec<Record>>, StoreError> {
        Ok(Some(self.store.case_as_stored(case)?))
    }

    fn lines(&self, after: u64, limit: usize, most: usize) -> Result<Vec<StoredLine>, StoreError> {
        self.store.lines(after, limit, most)
    }

    fn line_digests(&self, after: u64, last: u64) -> Result<Vec<Digest>, StoreError> {
        let mut lines = self.store.read_lines(after, Some(last))?;
        let mut digests = Vec::new();
        while let Some(line) = lines.next_line()? {
            digests.push(Digest::sha256(&line));
        }
        Ok(digests)
    }

    fn chunk_roots(&self) -> Result<(Vec<Digest>, u64), AppError> {
        Ok(self.store.chunk_roots()?)
    }

    fn append_hold(&self, done: Custody, actor: &Name) -> Result<u64, AppError> {
        self.store.append_hold(&done, actor).map_err(|error| match error {
            AppendError::ReadOnly { source } => AppError::NotAllowed(source.to_string()),
            error => AppError::Append(error),
        })
    }

    fn cover(&self, key: &PrivateKey) -> Result<(), AppError> {
        if self.store.covered()? < self.store.head()?.lines {
            self.store.sign(key).map_err(not_signed)?;
        }
        Ok(())
    }

    fn read_bytes(&self, head: Head) -> io::Result<Box<dyn Read + Send>> {
        let lines = self.store.read_lines(0, Some(head.lines)).map_err(io::Error::other)?;
        Ok(Box::new(lines))
    }

    fn probe(&self) -> Result<(), AppendError> {
        Ok(self.store.probe().map_err(StoreError::from)?)
    }

    fn recovers(&self) -> bool {
        true
    }
}

/// How a ledger in a database is opened.
pub(crate) struct DatabaseOptions<'a> {
    pub(crate) clock: Option<Clock>,
    pub(crate) trust_clock: bool,
    pub(crate) read_only: bool,
    pub(crate) signer: Option<&'a Arc<Signer>>,
}

/// The store of a ledger, in a file or in a database.
pub struct Backend(Box<dyn LedgerBackend>);

impl core::fmt::Debug for Backend {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Backend").field(&self.0.path()).finish()
    }
}

impl core::ops::Deref for Backend {
    type Target = dyn LedgerBackend;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl Backend {
    /// Returns the store of a ledger's file.
    pub fn of_file(store: LedgerStore<Sealer>) -> Self {
        Self(Box::new(store))
    }

    /// Opens a ledger in a database.
    pub(crate) fn open(address: &Address, options: DatabaseOptions<'_>) -> Result<Self, AppError> {
        let DatabaseOptions { clock, trust_clock, read_only, signer } = options;
        let store = PostgresStore::open(address, &Options { clock, trust_clock, read_only, ..Options::default() })?;
        let store = match signer.cloned() {
            Some(signer) => store.with_signer(move |store| signer.sign_database_if_due(store)),
            None => store,
        };
        Ok(Self(Box::new(Database { path: address.to_string().into(), store })))
    }

    /// Returns the unfinished line that was set aside when the ledger's file was opened.
    pub fn torn(&self) -> Option<String> {
        self.file().and_then(LedgerStore::torn).map(|torn| torn.to_string())
    }

    /// Checks that the ledger's path still leads to the file that is open, or that the database answers.
    ///
    /// # Errors
    /// [`AppendError`] if it doesn't.
    pub fn check_in_place(&self) -> Result<(), AppendError> {
        match self.file() {
            Some(file) => Ok(file.check_in_place()?),
            None => self.probe(),
        }
    }

    /// Forgets the texts in memory whose keys were destroyed.
    pub fn forget_destroyed_texts(&self) {
        if let Some(file) = self.file() {
            file.forget_destroyed_texts();
        }
    }

    /// Returns the store of a ledger's file.
    ///
    /// # Errors
    /// [`AppError::Usage`] if the ledger is in a database; `what` says what can't be done there.
    pub(crate) fn need_file(&self, what: &str) -> Result<&LedgerStore<Sealer>, AppError> {
        self.file().ok_or_else(|| {
            let path = self.path().display();
            AppError::Usage(format!(
                "{path}: {what} isn't possible in a database yet; export the ledger with `ibbi export --to ledger` and use the file"
            ))
        })
    }
}

impl EventStore for Backend {
    fn now(&self) -> Result<At, StoreError> {
        self.0.now()
    }

    fn revision(&self, case: Uuid) -> Result<u64, StoreError> {
        self.0.revision(case)
    }

    fn case(&self, case: Uuid) -> Result<Vec<Record>, StoreError> {
        self.0.case(case)
    }

    fn opened_by(&self, id: Uuid) -> Result<Option<Uuid>, StoreError> {
        self.0.opened_by(id)
    }

    fn case_of(&self, seq: u64) -> Result<Option<Uuid>, StoreError> {
        self.0.case_of(seq)
    }

    fn cases(&self, query: &CaseQuery) -> Result<CasePage, StoreError> {
        self.0.cases(query)
    }

    fn summary(&self, case: Uuid) -> Result<Option<CaseSummary>, StoreError> {
        self.0.summary(case)
    }

    fn last_logged(&self) -> Result<Option<At>, StoreError> {
        self.0.last_logged()
    }

    fn double_booked(&self, case: Uuid, scheduled: &SessionScheduled) -> Result<Option<Advisory>, StoreError> {
        self.0.double_booked(case, scheduled)
    }

    fn double_bookings(&self, case: Uuid) -> Result<Vec<Advisory>, StoreError> {
        self.0.double_bookings(case)
    }

    fn booked_elsewhere(&self, case: Uuid, neutrals: &[Name], as_of: At) -> Result<Vec<OtherBooking>, StoreError> {
        self.0.booked_elsewhere(case, neutrals, as_of)
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.0.records(after, limit)
    }

    fn append(&self, records: &[NewRecord]) -> Result<Vec<Committed>, AppendError> {
        self.0.append(records)
    }

    fn published(&self) -> Result<u64, StoreError> {
        self.0.published()
    }

    fn generation(&self) -> u64 {
        self.0.generation()
    }

    fn label(&self) -> String {
        self.0.label()
    }

    fn checkpoint(&self) -> Option<CheckpointOutcome> {
        self.0.checkpoint()
    }
}

impl EventStore for Database {
    fn now(&self) -> Result<At, StoreError> {
        self.store.now()
    }

    fn revision(&self, case: Uuid) -> Result<u64, StoreError> {
        self.store.revision(case)
    }

    fn case(&self, case: Uuid) -> Result<Vec<Record>, StoreError> {
        self.store.case(case)
    }

    fn opened_by(&self, id: Uuid) -> Result<Option<Uuid>, StoreError> {
        self.store.opened_by(id)
    }

    fn case_of(&self, seq: u64) -> Result<Option<Uuid>, StoreError> {
        self.store.case_of(seq)
    }

    fn cases(&self, query: &CaseQuery) -> Result<CasePage, StoreError> {
        self.store.cases(query)
    }

    fn summary(&self, case: Uuid) -> Result<Option<CaseSummary>, StoreError> {
        self.store.summary(case)
    }

    fn last_logged(&self) -> Result<Option<At>, StoreError> {
        self.store.last_logged()
    }

    fn double_booked(&self, case: Uuid, scheduled: &SessionScheduled) -> Result<Option<Advisory>, StoreError> {
        self.store.double_booked(case, scheduled)
    }

    fn double_bookings(&self, case: Uuid) -> Result<Vec<Advisory>, StoreError> {
        self.store.double_bookings(case)
    }

    fn booked_elsewhere(&self, case: Uuid, neutrals: &[Name], as_of: At) -> Result<Vec<OtherBooking>, StoreError> {
        self.store.booked_elsewhere(case, neutrals, as_of)
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.store.records(after, limit)
    }

    fn append(&self, records: &[NewRecord]) -> Result<Vec<Committed>, AppendError> {
        self.store.append(records)
    }

    fn published(&self) -> Result<u64, StoreError> {
        self.store.published()
    }

    fn generation(&self) -> u64 {
        self.store.generation()
    }

    fn label(&self) -> String {
        self.store.label()
    }

    fn checkpoint(&self) -> Option<CheckpointOutcome> {
        self.store.checkpoint()
    }
}
