//! Creating a ledger.

use super::index::Index;
use super::observer::{LineObserver, ObservedLine};
use super::preallocation::Preallocation;
use super::{Ledger, State, lock_owner, torn_tail};
use crate::MAX_LINE;
use crate::ledger_data::NewLedger;
use crate::line_reader::{LedgerLine, RecordReader};
use crate::new_lines::opening_line;
use crate::storage::{Disk, Storage, StoredFile, Stream};
use std::fs::TryLockError;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Why no ledger was created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// A file of this name exists.
    #[error("{path} already exists; open it, or choose another name", path = .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another process is creating it.
    #[error("{path} is locked by {holder}, which is creating it; wait until it finishes", path = .path.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// The process, as far as known.
        holder: String,
    },
    /// The first line would be too long.
    #[error("the first line would be {length} bytes long; the limit is {MAX_LINE} bytes: choose shorter names")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The system returned an error. A new try uses what this one left.
    #[error("cannot create {path}: {source}; fix the cause and try again", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl Ledger {
    /// Creates a ledger with its first line, which is synced when this returns.
    ///
    /// It also uses a file that an earlier try left without a whole line.
    ///
    /// # Errors
    /// Returns [`CreateError`].
    pub fn create(path: &Path, new: &NewLedger) -> Result<Self, CreateError> {
        Self::create_in(Disk, path, new)
    }
}

impl<S: Storage> Ledger<S> {
    /// Creates a ledger as [`Ledger::create`] does, in any storage.
    ///
    /// # Errors
    /// Returns [`CreateError`].
    pub fn create_in(storage: S, path: &Path, new: &NewLedger) -> Result<Self, CreateError> {
        Self::create_observed(storage, path, new, ())
    }
}

impl<S: Storage, O: LineObserver> Ledger<S, O> {
    /// Creates a ledger as [`Ledger::create_in`] does, with a hook that follows its lines. The hook takes the first line
    /// as an appended one.
    ///
    /// # Errors
    /// Returns [`CreateError`].
    pub fn create_observed(storage: S, path: &Path, new: &NewLedger, mut observer: O) -> Result<Self, CreateError> {
        let failed = |source| CreateError::Io { path: path.to_owned(), source };
        let (line, end) = opening_line(new).map_err(|length| CreateError::TooLong { length })?;
        let read = core::str::from_utf8(&line[..line.len() - 1]).ok();
        let read = read.and_then(|text| RecordReader::default().read(text, 0, 1));
        let Some((LedgerLine::Opening(opening), _)) = read else {
            return Err(failed(io::Error::other("the first line can't be read back; report this bug")));
        };
        let head = end.head;

        let file = match storage.create_new(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => storage.open(path),
            other => other,
        };
        let file = file.map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                let holder = lock_owner::read(&storage, path).unwrap_or_else(|| "another process".to_owned());
                CreateError::Locked { path: path.to_owned(), holder }
            }
            TryLockError::Error(source) => failed(source),
        })?;
        if !is_unfinished(&file).map_err(failed)? {
            return Err(CreateError::Exists { path: path.to_owned() });
        }
        lock_owner::write(&storage, path).map_err(failed)?;
        let written = (|| {
            if file.length()? > 0 {
                torn_tail::set_aside(&storage, path, &file, 0)?;
            }
            let reserve = Preallocation::created(&file);
            file.write_all_at(&line, 0)?;
            file.sync_data()?;
            storage.sync_directory_of(path)?;
            Ok(reserve)
        })();
        let reserve = written.map_err(failed)?;
        observer.appended(&head.hash, ObservedLine::Other);
        Ok(Self {
            identity: storage.identity(&file).map_err(failed)?,
            storage,
            path: path.to_owned(),
            file,
            logged: opening.logged,
            trusts_clock: false,
            version: 2,
            custody: crate::CustodyState::default(),
            has_texts: false,
            opening,
            head,
            observer,
            index: Index::default(),
            state: State::Writable,
            torn: None,
            reserve,
            buffer: Vec::new(),
        })
    }
}

/// Returns whether a file is what an interrupted creation leaves: empty, or the beginning of a first line.
fn is_unfinished(file: &impl StoredFile) -> io::Result<bool> {
    const BEGINNING: &[u8] = b"{\"actor\":\"";
    if file.length()? > u64::try_from(MAX_LINE).unwrap_or(u64::MAX) {
        return Ok(false);
    }
    let mut found = Vec::new();
    Stream::new(file, 0, u64::MAX).read_to_end(&mut found)?;
    let length = BEGINNING.len().min(found.len());
    Ok(found[..length] == BEGINNING[..length] && !found.contains(&b'\n'))
}
