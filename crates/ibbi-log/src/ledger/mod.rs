//! A ledger that is open for writing. It has one writer at a time, and acknowledges only what is synced.

mod append;
mod create;
mod custody;
mod index;
mod lock_owner;
mod observer;
mod open;
mod open_error;
mod preallocation;
mod torn_tail;

pub use create::CreateError;
pub use lock_owner::holder_path;
pub use observer::{LineObserver, ObservedLine};
pub use open_error::OpenError;
pub use torn_tail::TornTail;

use crate::custody::CustodyState;
use crate::ledger_data::Opening;
use crate::line::MAX_LINE;
use crate::line_reader::{LedgerLine, RecordReader};
use crate::record::LineRecord;
use crate::storage::{Disk, FileId, Storage, StoredFile, Stream};
use crate::{Damage, Head, ReadError};
use ibbi_core::At;
use index::{Index, Place};
use preallocation::Preallocation;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A ledger that is open for writing in this process only.
///
/// It has the file's lock, and an index with the place and the ID of each record: about 100 bytes for each record. It
/// doesn't know the rules of the process; the core checks events before they are appended.
///
/// A damaged ledger opens too, but for reading only: see [`Ledger::damage`]. `O` is a hook that follows the lines; see
/// [`LineObserver`].
///
/// ```
/// use ibbi_log::{Ledger, NewLedger, Uuid};
/// use ibbi_core::{At, Name};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("cases.ledger");
/// let now: At = "2026-10-02T20:00:00.000Z".parse()?;
/// Ledger::create(&path, &NewLedger {
///     id: Uuid::from_u128(1),
///     actor: Name::new("clerk@example.org")?,
///     at: now,
///     origin: Name::new("example.org/ibbi")?,
///     program: Name::new("ibbi 0.1.0")?,
/// })?;
/// let ledger = Ledger::open(&path)?;
/// assert_eq!(ledger.head().lines, 1);
/// assert_eq!(ledger.opening().origin.as_str(), "example.org/ibbi");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Ledger<S: Storage = Disk, O = ()> {
    storage: S,
    path: PathBuf,
    file: S::File,
    identity: Option<FileId>,
    opening: Opening,
    head: Head,
    /// When the last line was written.
    logged: At,
    /// Whether a clock that is much earlier than the last line is right.
    trusts_clock: bool,
    /// The version of the format of the last line.
    version: u8,
    /// The legal holds and destructions.
    custody: CustodyState,
    /// Whether a record has the digest of a text.
    has_texts: bool,
    observer: O,
    index: Index,
    state: State,
    torn: Option<TornTail>,
    /// How much disk space is allocated.
    reserve: Preallocation,
    /// The buffer for the lines of a batch, kept between batches.
    buffer: Vec<u8>,
}

/// Whether a ledger accepts records.
#[derive(Debug)]
enum State {
    Writable,
    /// The ledger is damaged in a way that opening can't repair.
    Damaged(Damage),
    /// A write or a sync failed, so it is not known what is on the disk.
    Poisoned,
}

impl<S: Storage, O> Ledger<S, O> {
    /// Returns the path of the ledger's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the ledger's first line.
    pub const fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Returns the end of the ledger: its lines, its bytes, and the hash of its last line.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Returns the storage that holds the ledger.
    pub const fn storage(&self) -> &S {
        &self.storage
    }

    /// Returns the hook that follows the ledger's lines.
    pub const fn observer(&self) -> &O {
        &self.observer
    }

    /// Returns the hook that follows the ledger's lines, to change it.
    pub const fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// Returns whether the ledger accepts records: it has no damage, and no write has failed.
    pub const fn is_writable(&self) -> bool {
        matches!(self.state, State::Writable)
    }

    /// Returns what is wrong with the ledger, if it opened for reading only.
    pub const fn damage(&self) -> Option<&Damage> {
        match &self.state {
            State::Damaged(damage) => Some(damage),
            State::Writable | State::Poisoned => None,
        }
    }

    /// Returns the unfinished line that was moved away when the ledger opened. Show it to the user.
    pub const fn torn(&self) -> Option<&TornTail> {
        self.torn.as_ref()
    }

    /// Gives the lock back and accepts no more records, so that the ledger can be opened again. Reading goes on.
    ///
    /// # Errors
    /// Returns the system's error.
    pub fn abandon(&mut self) -> io::Result<()> {
        self.state = State::Poisoned;
        self.file.unlock()
    }

    /// Returns whether the ledger's path still leads to the open file. The file may have been deleted, renamed, or replaced.
    ///
    /// # Errors
    /// Returns the system's error.
    pub fn is_in_place(&self) -> io::Result<bool> {
        self.length_in_place().map(|length| length.is_some())
    }

    /// Returns whether another handle is of the file that is open for writing.
    ///
    /// # Errors
    /// Returns the system's error.
    pub fn is_same_file(&self, file: &S::File) -> io::Result<bool> {
        self.storage.identity(file).map(|identity| identity == self.identity)
    }

    fn length_in_place(&self) -> io::Result<Option<u64>> {
        self.storage.length_at(&self.path, &self.file, self.identity)
    }

    /// Returns the number of records of a case; 0 if the ledger doesn't have the case.
    pub fn rev(&self, case: Uuid) -> u64 {
        self.index.rev(case)
    }

    /// Returns the cases of the ledger, in no particular order.
    pub fn cases(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.index.cases()
    }

    /// Forgets whole cases: their records stay in the file, but this handle no longer knows where. So a program that writes many cases
    /// one after the other takes no more memory for each than its ID.
    ///
    /// Afterward [`Ledger::case`] and [`Ledger::find`] don't find them, and appending to them is
    /// [`AppendError::Forgotten`](crate::AppendError::Forgotten). A ledger that is opened again knows all cases.
    pub fn forget(&mut self, cases: &[Uuid]) {
        self.index.forget(cases);
    }

    /// Reads the records of one case from the file, in their order.
    ///
    /// # Errors
    /// Returns [`ReadError`] if the file can't be read, or if it changed after the ledger was opened.
    pub fn case(&self, case: Uuid) -> Result<Vec<LineRecord>, ReadError> {
        let mut reader = RecordReader::default();
        self.index.places(case).iter().map(|place| self.record(*place, &mut reader)).collect()
    }

    /// Reads the record of a case with this ID, if there is one. An earlier try with the same ID recorded it.
    ///
    /// # Errors
    /// Returns [`ReadError`] as [`Ledger::case`] does.
    pub fn find(&self, case: Uuid, id: Uuid) -> Result<Option<LineRecord>, ReadError> {
        let place = self.index.find(case, id);
        place.map(|place| self.record(place, &mut RecordReader::default())).transpose()
    }

    fn record(&self, place: Place, reader: &mut RecordReader) -> Result<LineRecord, ReadError> {
        let lost = |source| ReadError::Io { offset: place.offset, source };
        let line = line_at(&self.file, place).map_err(lost)?;
        match reader.read(&line, place.offset, place.line) {
            Some((LedgerLine::Record(record), _)) => Ok(record),
            _ => Err(lost(io::Error::new(
                io::ErrorKind::InvalidData,
                "the line changed after the ledger was opened: another program wrote to the file without its lock",
            ))),
        }
    }
}

/// Reads the line of a record.
fn line_at(file: &impl StoredFile, place: Place) -> io::Result<String> {
    let mut line = String::new();
    let length = u64::from(place.length);
    Stream::new(file, place.offset, place.offset + length).read_to_string(&mut line)?;
    debug_assert!(line.len() <= MAX_LINE);
    Ok(line)
}

impl<S: Storage, O> Drop for Ledger<S, O> {
    /// Removes the lock owner's note; closing the file releases the lock. After a failed write the note stays, so that the
    /// next process syncs the end of the file. A note next to a damaged ledger belongs to another process.
    fn drop(&mut self) {
        if matches!(self.state, State::Writable) {
            lock_owner::remove(&self.storage, &self.path);
        }
    }
}
