//! A ledger open for writing: one writer at a time, nothing acknowledged before it is on the disk.

mod append;
mod create;
mod index;
mod lock_owner;
mod observer;
mod open;
mod preallocation;
mod torn_tail;

pub use append::{AppendError, Committed, MAX_BATCH};
pub use create::CreateError;
pub use observer::LineObserver;
pub use open::OpenError;
pub use torn_tail::TornTail;

use crate::line::MAX_LINE;
use crate::line_reader::{LedgerLine, RecordReader};
use crate::record::{Opening, Record};
use crate::storage::{Disk, FileId, Storage, Stream};
use crate::{Damage, Head, ReadError};
use ibbi_core::At;
use index::{Index, Place};
use preallocation::Preallocation;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A ledger that this process alone may write.
///
/// It holds the file's lock and, for every case, where its records stand and which ids they bear: some 100 bytes a
/// record. It knows no rule of the process: whether an event is legal is asked of the core before it comes here.
///
/// A ledger with damage opens too, but for reading only: see [`Ledger::damage`].
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
    /// The latest `logged` so far, before which nothing more is logged.
    logged: At,
    observer: O,
    index: Index,
    state: State,
    torn: Option<TornTail>,
    /// How far there is room on the disk.
    reserve: Preallocation,
    /// Room for the lines of a batch, kept between batches.
    buffer: Vec<u8>,
}

/// Whether a ledger takes records.
#[derive(Debug)]
enum State {
    Writable,
    /// Damaged where nothing may be cut.
    Damaged(Damage),
    /// A write or a sync failed: what is on the disk is not known.
    Poisoned,
}

impl<S: Storage, O> Ledger<S, O> {
    /// Where the ledger's file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The ledger's first line.
    pub const fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Where the ledger stands.
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

    /// What is wrong with the ledger, if it opened for reading only.
    pub const fn damage(&self) -> Option<&Damage> {
        match &self.state {
            State::Damaged(damage) => Some(damage),
            State::Writable | State::Poisoned => None,
        }
    }

    /// The torn end that was set aside when the ledger was opened, to be told to the user.
    pub const fn torn(&self) -> Option<&TornTail> {
        self.torn.as_ref()
    }

    /// Whether the ledger's path still names the file that is open here: it may have been deleted, renamed or replaced.
    ///
    /// # Errors
    /// The system's.
    pub fn is_in_place(&self) -> io::Result<bool> {
        self.length_in_place().map(|length| length.is_some())
    }

    fn length_in_place(&self) -> io::Result<Option<u64>> {
        self.storage.length_at(&self.path, &self.file, self.identity)
    }

    /// The number of records that a case has; 0 for a case that the ledger does not know.
    pub fn rev(&self, case: Uuid) -> u64 {
        self.index.rev(case)
    }

    /// The cases in the ledger, in no particular order.
    pub fn cases(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.index.cases()
    }

    /// The records of one case in their order, read from the file.
    ///
    /// # Errors
    /// [`ReadError`] if the file can no longer be read, or no longer says what it said when it was opened.
    pub fn case(&self, case: Uuid) -> Result<Vec<Record>, ReadError> {
        let mut reader = RecordReader::default();
        self.index.places(case).iter().map(|place| self.record(*place, &mut reader)).collect()
    }

    /// The record of a case that bears this id, if there is one: what an earlier try with the same id has recorded.
    ///
    /// # Errors
    /// [`ReadError`] as for [`Ledger::case`].
    pub fn find(&self, case: Uuid, id: Uuid) -> Result<Option<Record>, ReadError> {
        let place = self.index.find(case, id);
        place.map(|place| self.record(place, &mut RecordReader::default())).transpose()
    }

    fn record(&self, place: Place, reader: &mut RecordReader) -> Result<Record, ReadError> {
        let lost = |source| ReadError::Io { offset: place.offset, source };
        let line = self.line(place).map_err(lost)?;
        match reader.read(&line, place.offset, place.line) {
            Some((LedgerLine::Record(record), _)) => Ok(record),
            _ => Err(lost(io::Error::new(
                io::ErrorKind::InvalidData,
                "the line changed after the ledger was opened; another program writes to it without its lock",
            ))),
        }
    }

    fn line(&self, place: Place) -> io::Result<String> {
        let mut line = String::new();
        let length = u64::from(place.length);
        Stream::new(&self.file, place.offset, place.offset + length).read_to_string(&mut line)?;
        debug_assert!(line.len() <= MAX_LINE);
        Ok(line)
    }
}

impl<S: Storage, O> Drop for Ledger<S, O> {
    /// Takes the holder's note away; the lock goes with the file. After a failed write the note stays, to tell the
    /// next holder to make the end of the file safe; and a note beside a damaged ledger is not ours.
    fn drop(&mut self) {
        if matches!(self.state, State::Writable) {
            lock_owner::remove(&self.storage, &self.path);
        }
    }
}

/// Returns the path of a file that belongs to a ledger: the ledger's path with a suffix.
///
/// If the path is a link, it is followed first. All links to a ledger lead to the same checkpoints that way.
pub fn sidecar_path(ledger: &Path, suffix: &str) -> PathBuf {
    let is_link = std::fs::symlink_metadata(ledger).is_ok_and(|found| found.is_symlink());
    let real = if is_link { std::fs::canonicalize(ledger).ok() } else { None };
    let mut name = real.map_or_else(|| ledger.as_os_str().to_owned(), PathBuf::into_os_string);
    name.push(suffix);
    name.into()
}
