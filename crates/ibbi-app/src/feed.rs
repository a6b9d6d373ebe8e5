//! Records as messages and lines as they are, one after the other, for programs that follow a ledger.

use crate::error::AppError;
use crate::ledger::{Backend, LedgerService};
use crate::place::Place;
pub use ibbi_log::{Digest, StoredLine};
use ibbi_log::{LedgerLine, read_line};
use ibbi_store::{CaseSummary, EventStore as _, Record, StoreError};
use std::io::Read as _;
use std::path::Path;
use uuid::Uuid;

/// Returns the name of the ledger, which is the source of its messages.
pub fn source(service: &LedgerService) -> String {
    service.store().opening().map_or_else(String::new, |opening| opening.origin.to_string())
}

/// Returns at most `limit` records after the record number `after`, in the order in which they were written. Confidential texts are as the
/// ledger has them: in format 2, only their digests.
///
/// # Errors
/// [`AppError`] if the ledger can't be read.
pub fn records_as_stored(service: &LedgerService, after: u64, limit: usize) -> Result<Vec<Record>, AppError> {
    published(service, |store| store.records_as_stored(after, limit), |record| record.seq)
}

/// Returns at most `limit` records after the record number `after`, with their confidential texts.
///
/// # Errors
/// [`AppError`] if the ledger can't be read.
pub fn records(service: &LedgerService, after: u64, limit: usize) -> Result<Vec<Record>, AppError> {
    published(service, |store| store.records(after, limit), |record| record.seq)
}

/// Leaves out what a failover of the store could take back. It is there at the next request, once the store knows that it lasts.
fn published<T>(
    service: &LedgerService,
    read: impl FnOnce(&Backend) -> Result<Vec<T>, StoreError>,
    number: impl Fn(&T) -> u64,
) -> Result<Vec<T>, AppError> {
    let store = service.store();
    // Asked first: a failover between the two could otherwise put other records in the place of those that were read.
    let bounded = store.published().and_then(|last| {
        let mut read = read(store)?;
        read.retain(|one| number(one) <= last);
        Ok(read)
    });
    bounded.map_err(|error| AppError::from_store(&store.label(), error))
}

/// Returns a record as a message of CloudEvents 1.0, on one line.
///
/// # Errors
/// [`AppError::Io`] if the event can't be written as JSON.
pub fn message(source: &str, record: &Record) -> Result<String, AppError> {
    let failed = |source| AppError::Io { doing: "write", path: "the message".into(), source };
    let bytes = ibbi_export::cloudevents::message(source, record).map_err(failed)?;
    String::from_utf8(bytes).map_err(|error| failed(std::io::Error::other(error)))
}

/// Returns the ID of a record's message: the IDs of its case and of the record.
pub fn message_id(record: &Record) -> String {
    format!("{}/{}", record.case, record.id)
}

/// Returns the number of the last record of a ledger's file: its number of whole lines, or 0 if there is no file. The ledger isn't
/// checked, and a server may have it open.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("a.ledger");
/// assert_eq!(ibbi_app::feed::last_record(&path)?, 0);
/// std::fs::write(&path, "one\ntwo\nhalf")?;
/// assert_eq!(ibbi_app::feed::last_record(&path)?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AppError::Io`] if the file can't be read.
pub fn last_record(path: &Path) -> Result<u64, AppError> {
    if let Place::Database(address) = Place::of(path)? {
        // What a failover takes back would be recorded again under numbers that count as sent.
        return Ok(ibbi_postgres::PostgresStore::open(&address, &ibbi_postgres::Options::default())?.published_lines()?);
    }
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(failed(error)),
    };
    let (mut file, mut piece, mut lines) = (file, vec![0; 1 << 16], 0);
    loop {
        match file.read(&mut piece).map_err(failed)? {
            0 => return Ok(lines),
            length => lines += piece[..length].iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
}

/// Returns how many lines of a ledger are safe on the disk.
pub fn size(service: &LedgerService) -> u64 {
    service.store().head().map_or(0, |head| head.lines)
}

/// Returns at most `limit` lines after line number `after`, and no more after one with which they have `most` bytes.
///
/// # Errors
/// [`AppError`] if the ledger can't be read, or was cut off.
pub fn lines(service: &LedgerService, after: u64, limit: usize, most: usize) -> Result<Vec<StoredLine>, AppError> {
    published(service, |store| store.lines(after, limit, most), |line| line.number)
}

/// Returns the record of a line, as the line has it; nothing if the line is of no case or can't be read.
pub fn record_of(line: &StoredLine) -> Option<Record> {
    match read_line(&line.bytes) {
        Ok(LedgerLine::Record(record)) => Some(record.record),
        _ => None,
    }
}

/// Returns a case as the list shows it, without reading its records; nothing if there is no such case.
///
/// # Errors
/// [`AppError`] if the store can't be read.
pub fn summary(service: &LedgerService, case: Uuid) -> Result<Option<CaseSummary>, AppError> {
    let store = service.store();
    store.summary(case).map_err(|error| AppError::from_store(&store.label(), error))
}
