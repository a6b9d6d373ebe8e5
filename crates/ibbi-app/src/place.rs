//! Where a ledger is: in a file, or in a database.
//!
//! A ledger is named by a path. A path that is an address, such as `postgres://ibbi@db1,db2/ibbi?ledger=cases`, means a ledger in a
//! database. Paths are shown in messages and written to reports, so they must not have passwords: [`ledger_path`] takes the password
//! out of what a user gives, and keeps it in memory.

use crate::error::AppError;
use ibbi_log::{CustodyState, Texts, texts_path};
use ibbi_postgres::Address;
use ibbi_seal::SignedCheckpoint;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// The addresses that a user gave, with their passwords, by the paths that stand for them.
static GIVEN: RwLock<Option<HashMap<PathBuf, Address>>> = RwLock::new(None);

/// Where a ledger is.
#[derive(Debug, Clone)]
pub enum Place<'a> {
    /// In a file.
    File(&'a Path),
    /// In a database.
    Database(Box<Address>),
}

impl<'a> Place<'a> {
    /// Returns where the ledger with this path is.
    ///
    /// # Errors
    /// [`AppError::Database`] if the path is an address that can't be read.
    pub fn of(path: &'a Path) -> Result<Self, AppError> {
        let Some(text) = path.to_str().filter(|text| Address::is_meant(text)) else { return Ok(Self::File(path)) };
        let given = GIVEN.read().unwrap_or_else(PoisonError::into_inner);
        let known = given.as_ref().and_then(|given| given.get(path)).cloned();
        drop(given);
        Ok(Self::Database(Box::new(known.map_or_else(|| text.parse(), Ok)?)))
    }
}

/// Returns whether a path means a ledger in a database.
///
/// ```
/// assert!(ibbi_app::place::is_database("postgres://ibbi@db1/ibbi".as_ref()));
/// assert!(!ibbi_app::place::is_database("cases.ledger".as_ref()));
/// ```
pub fn is_database(path: &Path) -> bool {
    path.to_str().is_some_and(Address::is_meant)
}

/// Returns the path for what a user gives as a ledger: a file, or the address of one in a database, whose password is then only in
/// memory.
///
/// ```
/// use ibbi_app::place::ledger_path;
/// let path = ledger_path("postgres://ibbi:secret@db1/office?ledger=north".as_ref())?;
/// assert_eq!(path.to_str(), Some("postgres://ibbi@db1/office?ledger=north"));
/// assert_eq!(ledger_path("cases.ledger".as_ref())?.to_str(), Some("cases.ledger"));
/// # Ok::<(), ibbi_app::AppError>(())
/// ```
///
/// # Errors
/// [`AppError::Database`] if it is meant as an address that can't be read.
pub fn ledger_path(given: &OsStr) -> Result<PathBuf, AppError> {
    match given.to_str().filter(|text| Address::is_meant(text)) {
        Some(text) => Ok(remember(text.parse()?)),
        None => Ok(PathBuf::from(given)),
    }
}

/// Returns the path for the address that a file has. Only the owner of the file may read it.
///
/// # Errors
/// [`AppError::Database`] if the file can't be read, others can read it, or it has no address.
pub fn path_in_file(file: &Path) -> Result<PathBuf, AppError> {
    Ok(remember(Address::from_file(file)?))
}

/// The folder for what belongs to ledgers in databases and is kept in files.
static FILES: RwLock<Option<PathBuf>> = RwLock::new(None);

/// Keeps what belongs to ledgers in databases and isn't in the database, such as tokens and webhooks, in files of this folder.
pub fn keep_files_in(folder: PathBuf) {
    *FILES.write().unwrap_or_else(PoisonError::into_inner) = Some(folder);
}

/// Returns the path beside which the files are that belong to a ledger: its own, or for one in a database a path in the folder of
/// [`keep_files_in`].
///
/// # Errors
/// As [`Place::of`].
pub fn beside(path: &Path) -> Result<PathBuf, AppError> {
    match Place::of(path)? {
        Place::File(path) => Ok(path.to_owned()),
        Place::Database(address) => {
            let folder = FILES.read().unwrap_or_else(PoisonError::into_inner).clone();
            Ok(folder.unwrap_or_default().join(format!("{}.ledger", address.local_name())))
        }
    }
}

/// The bytes of a ledger, from a file or from a database.
pub(crate) struct LedgerBytes {
    source: Box<dyn Read + Send>,
    /// Their number, if it is known.
    pub(crate) total: Option<u64>,
}

impl Read for LedgerBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

impl LedgerBytes {
    /// Opens a ledger to read its bytes.
    pub(crate) fn open(path: &Path) -> Result<Self, AppError> {
        match Place::of(path)? {
            Place::Database(address) => {
                let (lines, head) = ibbi_postgres::read_lines(&address)?;
                Ok(Self { source: Box::new(lines), total: Some(head.bytes) })
            }
            Place::File(path) => {
                let file = crate::file_type::open_file(path)?;
                let total = file.metadata().ok().map(|metadata| metadata.len());
                Ok(Self { source: Box::new(file), total })
            }
        }
    }

    /// Returns the first bytes, which are read again afterward.
    pub(crate) fn beginning(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let mut beginning = Vec::new();
        self.source.by_ref().take(most).read_to_end(&mut beginning)?;
        let rest = core::mem::replace(&mut self.source, Box::new(io::empty()));
        self.source = Box::new(io::Cursor::new(beginning.clone()).chain(rest));
        Ok(beginning)
    }
}

/// Returns the confidential texts of a ledger; nothing if it has none.
pub(crate) fn texts(path: &Path, custody: &CustodyState) -> Result<Option<Texts>, AppError> {
    match Place::of(path)? {
        Place::File(path) => {
            Texts::find(path).map_err(|source| AppError::Io { doing: "read", path: texts_path(path), source })
        }
        Place::Database(address) => {
            let sidecars = ibbi_postgres::read_sidecars(&address, 0)?;
            let mut lines = Vec::new();
            for line in sidecars.texts_head.iter().chain(sidecars.texts.iter().map(|row| &row.line)) {
                lines.extend_from_slice(line);
                lines.push(b'\n');
            }
            Ok((!lines.is_empty()).then(|| Texts::of_lines(&lines, custody)))
        }
    }
}

/// Returns the checkpoints of a ledger in a database; nothing for a file.
pub(crate) fn database_checkpoints(path: &Path) -> Result<Option<Vec<SignedCheckpoint>>, AppError> {
    match Place::of(path)? {
        Place::File(_) => Ok(None),
        Place::Database(address) => Ok(Some(ibbi_postgres::read_sidecars(&address, u64::MAX)?.checkpoints)),
    }
}

fn remember(address: Address) -> PathBuf {
    let path = PathBuf::from(address.to_string());
    let mut given = GIVEN.write().unwrap_or_else(PoisonError::into_inner);
    given.get_or_insert_default().insert(path.clone(), address);
    path
}
