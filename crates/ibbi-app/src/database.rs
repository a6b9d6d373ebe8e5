//! Ledgers in a database: creating its tables, and moving ledgers into it and out of it.

use crate::error::AppError;
use crate::ledger::{FirstLine, new_ledger};
use crate::place::Place;
use crate::signing::{VerifySettings, verify};
use ibbi_core::At;
use ibbi_log::{TextRow, texts_path};
use ibbi_postgres::{Address, PostgresError, Sidecars};
use ibbi_seal::{Checkpoints, checkpoints_path};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

/// What was done to the tables of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedTables {
    /// The address, without a password.
    pub store: String,
    /// The version that the tables had; 0 if there were none.
    pub before: i32,
    /// The version that they have.
    pub version: i32,
    /// Whether the ledger was created.
    pub created: bool,
}

/// The state of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedStore {
    /// The address, without a password.
    pub store: String,
    /// The version of the server.
    pub server: String,
    /// The version of the tables; 0 if there are none.
    pub version: i32,
    /// The version that this program needs.
    pub needs: i32,
    /// Whether the server takes writes.
    pub takes_writes: bool,
    /// The standbys that must have a commit before it is acknowledged; empty without any.
    pub synchronous_standbys: String,
    /// The ledgers.
    pub ledgers: Vec<ListedLedger>,
    /// What is to be done before the database is used; nothing if it is in order.
    pub problems: Vec<String>,
}

/// A ledger of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedLedger {
    /// Its name, as an address has it.
    pub name: String,
    /// Its number of lines.
    pub lines: u64,
}

/// A ledger that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Its number of lines.
    pub lines: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The SHA-256 of its last line.
    pub last_hash: String,
    /// The number of checkpoints.
    pub checkpoints: usize,
    /// The number of confidential texts.
    pub texts: usize,
}

/// Returns the address of a ledger in a database.
fn address(path: &Path) -> Result<Address, AppError> {
    match Place::of(path)? {
        Place::Database(address) => Ok(*address),
        Place::File(path) => {
            let message = format!("{} is a file; give an address such as postgres://ibbi@db1/ibbi", path.display());
            Err(AppError::Usage(message))
        }
    }
}

/// Creates the tables of a database if there are none, and the ledger that the address names, if there is none.
///
/// # Errors
/// [`AppError::Database`].
pub fn init(path: &Path, first: &FirstLine, now: At) -> Result<ChangedTables, AppError> {
    let address = address(path)?;
    let before = ibbi_postgres::init(&address)?;
    let created = match ibbi_postgres::create_ledger(&address, &new_ledger(first, now)?) {
        Ok(()) => true,
        Err(PostgresError::Exists { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(ChangedTables { store: address.to_string(), before, version: ibbi_postgres::SCHEMA, created })
}

/// Brings the tables of a database up to date.
///
/// # Errors
/// [`AppError::Database`].
pub fn migrate(path: &Path) -> Result<ChangedTables, AppError> {
    let address = address(path)?;
    let before = ibbi_postgres::migrate(&address)?;
    Ok(ChangedTables { store: address.to_string(), before, version: ibbi_postgres::SCHEMA, created: false })
}

/// Looks at a database: its tables, its ledgers, and the settings of its server.
///
/// # Errors
/// [`AppError::Database`] if the server can't be asked.
pub fn check(path: &Path) -> Result<CheckedStore, AppError> {
    let address = address(path)?;
    let found = ibbi_postgres::check(&address)?;
    let mut problems = Vec::new();
    match found.version {
        0 => problems.push("the database has no tables yet; run `ibbi store init`".to_owned()),
        version if version < ibbi_postgres::SCHEMA => {
            problems.push("the tables are older than this program; run `ibbi store migrate`".to_owned());
        }
        version if version > ibbi_postgres::SCHEMA => {
            problems.push("the tables are newer than this program; use a newer ibbi".to_owned());
        }
        _ if found.ledgers.iter().all(|(name, _)| name != address.ledger()) => {
            problems.push(format!("there is no ledger `{}`; run `ibbi store init`", address.ledger()));
        }
        _ => {}
    }
    if !found.takes_writes {
        problems.push("the server takes no writes: it is a standby, or read-only".to_owned());
    }
    for (name, value) in &found.unsafe_settings {
        problems.push(format!("{name} is {value}: what the server acknowledges can be lost; set it to on"));
    }
    let ledgers = found.ledgers.into_iter().map(|(name, lines)| ListedLedger { name, lines });
    Ok(CheckedStore {
        store: address.to_string(),
        server: found.server,
        version: found.version,
        needs: ibbi_postgres::SCHEMA,
        takes_writes: found.takes_writes,
        synchronous_standbys: found.synchronous_standbys,
        ledgers: ledgers.collect(),
        problems,
    })
}

/// Creates the ledger that an address names from a ledger's file, byte for byte, with its checkpoints and its confidential texts. The
/// file is verified first.
///
/// # Errors
/// [`AppError::NotAllowed`] if the file isn't sound; [`AppError::Database`], in particular if the database has a ledger of this name.
pub fn import_ledger(file: &Path, into: &Path) -> Result<Moved, AppError> {
    let address = address(into)?;
    let verified = verify(file, &VerifySettings::default())?;
    if !verified.sound || verified.what != "ledger" {
        let reason = verified.faults.first().map_or("it is not a ledger", |fault| fault.text.as_str());
        let message = format!("{}: {reason}; only a sound ledger can be imported (see `ibbi verify`)", file.display());
        return Err(AppError::NotAllowed(message));
    }
    let sidecars = sidecars_of(file)?;
    let failed = |source| AppError::Io { doing: "open", path: file.to_owned(), source };
    let head = ibbi_postgres::import(&address, File::open(file).map_err(failed)?, &sidecars)?;
    Ok(Moved {
        lines: head.lines,
        bytes: head.bytes,
        last_hash: head.hash.to_string(),
        checkpoints: sidecars.checkpoints.len(),
        texts: sidecars.texts.len(),
    })
}

/// Reads what belongs to a ledger's file.
fn sidecars_of(file: &Path) -> Result<Sidecars, AppError> {
    let read = |path: &Path| match ibbi_log::open_sidecar(path) {
        Ok(mut file) => {
            let mut bytes = Vec::new();
            let read = file.read_to_end(&mut bytes);
            read.map(|_| bytes).map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(AppError::Io { doing: "open", path: path.to_owned(), source }),
    };
    let path = checkpoints_path(file);
    let text = String::from_utf8_lossy(&read(&path)?).into_owned();
    let checkpoints = Checkpoints::parse(&text).map_err(|source| AppError::Checkpoints { path, source })?.list;
    let (texts_head, texts) = TextRow::read_all(&read(&texts_path(file))?);
    Ok(Sidecars { texts_head, texts, checkpoints })
}

/// Writes the ledger of a database to a file that doesn't exist yet, with its checkpoints beside it, and its confidential texts if they
/// are wanted.
///
/// # Errors
/// [`AppError::Io`] if a file exists or can't be written; [`AppError::Database`].
pub fn export_ledger(path: &Path, file: &Path, with_texts: bool) -> Result<Moved, AppError> {
    let address = address(path)?;
    let (mut lines, head) = ibbi_postgres::read_lines(&address)?;
    let sidecars = ibbi_postgres::read_sidecars(&address, head.lines)?;
    let failed = |source| AppError::Io { doing: "write", path: file.to_owned(), source };
    for other in [checkpoints_path(file), texts_path(file)] {
        if other.symlink_metadata().is_ok() {
            let source = io::ErrorKind::AlreadyExists.into();
            return Err(AppError::Io { doing: "write", path: other, source });
        }
    }
    let mut out = BufWriter::with_capacity(1 << 18, private_file(file).map_err(failed)?);
    let written = io::copy(&mut lines, &mut out).and_then(|_| out.flush()).and_then(|()| out.get_ref().sync_all());
    if let Err(source) = written {
        // What was written is not a ledger.
        let _ = std::fs::remove_file(file);
        return Err(failed(source));
    }
    let checkpoints: String = sidecars.checkpoints.iter().map(ToString::to_string).collect();
    write_beside(&checkpoints_path(file), checkpoints.as_bytes())?;
    let mut texts = Vec::new();
    let rows = if with_texts { sidecars.texts.as_slice() } else { &[] };
    for line in sidecars.texts_head.iter().filter(|_| with_texts).chain(rows.iter().map(|row| &row.line)) {
        texts.extend_from_slice(line);
        texts.push(b'\n');
    }
    write_beside(&texts_path(file), &texts)?;
    Ok(Moved {
        lines: head.lines,
        bytes: head.bytes,
        last_hash: head.hash.to_string(),
        checkpoints: sidecars.checkpoints.len(),
        texts: rows.len(),
    })
}

/// Creates a file that only its owner can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file beside a ledger, unless it would be empty.
fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    if bytes.is_empty() {
        return Ok(());
    }
    let written = private_file(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|source| AppError::Io { doing: "write", path: path.to_owned(), source })
}
