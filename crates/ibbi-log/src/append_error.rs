//! The outcome of appending records: their places, or why they were not appended.

use crate::{Damage, Digest, KeyId, MAX_LINE};
use ibbi_core::At;
use std::io;
use std::path::PathBuf;
use uuid::Uuid;

/// The most bytes that one call of [`Ledger::append`](crate::Ledger::append) writes: 4 MiB.
///
/// A crash can leave a batch in doubt, and the next writer then writes that many bytes again.
pub const MAX_BATCH: usize = 4 * 1024 * 1024;

/// A record that is in the ledger and synced to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Its line's number in the ledger.
    pub seq: u64,
    /// Its number in its case.
    pub rev: u64,
    /// The start of its line in the file, in bytes from 0.
    pub offset: u64,
    /// The SHA-256 of its line.
    pub hash: Digest,
    /// When it was written: the time that the caller gave.
    pub logged: At,
    /// Whether it was there before, because an earlier try with the same ID recorded it.
    pub existing: bool,
}

/// Why records were not appended. Except for [`AppendError::InDoubt`], the ledger is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The ledger is damaged, and open for reading only.
    #[error("the ledger is damaged and can only be read: {damage}")]
    Damaged {
        /// What is wrong with it.
        damage: Damage,
    },
    /// An earlier write failed. This handle accepts no more records.
    #[error(
        "an earlier write to the ledger is in doubt; open the ledger again and send the same records with the same IDs"
    )]
    Poisoned,
    /// The case has more records than when the event was checked.
    #[error(
        "case {case} has {}, not {expected}: another event was recorded first; read the case again, then retry",
        counted(*.found)
    )]
    Conflict {
        /// The case.
        case: Uuid,
        /// The number of records when the event was checked.
        expected: u64,
        /// The number that it has.
        found: u64,
    },
    /// The case was forgotten with [`Ledger::forget`](crate::Ledger::forget), so this handle takes no more records of it.
    #[error("case {case} was forgotten, so it takes no more records; open the ledger again to continue it")]
    Forgotten {
        /// The case.
        case: Uuid,
    },
    /// Another record of the case has the same ID.
    #[error("record {rev} of case {case} already has the ID {id}, with other content; use a new ID")]
    IdTaken {
        /// The case.
        case: Uuid,
        /// The ID.
        id: Uuid,
        /// The number of the record that has it.
        rev: u64,
    },
    /// A batch has the same ID twice.
    #[error("the batch has the ID {id} twice for case {case}; send each record once")]
    Repeated {
        /// The case.
        case: Uuid,
        /// The ID.
        id: Uuid,
    },
    /// A line would be too long.
    #[error(
        "record {index} of the batch makes a line of {length} bytes; the limit is {MAX_LINE} bytes: shorten its texts"
    )]
    LineTooLong {
        /// The record's place in the batch, from 0.
        index: usize,
        /// The length of its line in bytes.
        length: usize,
    },
    /// The batch would be too long.
    #[error("the batch makes more than {MAX_BATCH} bytes; send it in smaller parts")]
    BatchTooLong,
    /// The line of a record would not read back as the same record.
    #[error("record {index} of the batch can't be written as a line; nothing was written: report this bug")]
    Unreadable {
        /// The record's place in the batch, from 0.
        index: usize,
    },
    /// The ledger still has format 1, and the line exists only in format 2.
    #[error("the ledger still has format 1, which has no such line; record an event first")]
    Format,
    /// The batch or the clock is not as every store asks for it.
    #[error(transparent)]
    NotAccepted(ibbi_store::AppendError),
    /// The confidential texts of the records can't be stored beside the ledger.
    #[error("cannot store the confidential texts in {path}: {source}; fix the cause and try again", path = .path.display())]
    Texts {
        /// The file with the texts.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The legal holds and destructions of the ledger don't allow it.
    #[error("{reason}")]
    Custody {
        /// Why, and what to do.
        reason: String,
    },
    /// The destruction of texts is recorded, but their key can't be destroyed yet.
    #[error(
        "the destruction is recorded, but the file of key {key} can't be destroyed: {source}; fix the cause, and open the ledger again to finish it"
    )]
    KeyLeft {
        /// The key.
        key: KeyId,
        /// The system's error.
        source: io::Error,
    },
    /// The ledger's file can't be read.
    #[error("cannot read the ledger: {source}")]
    Read {
        /// The system's error.
        source: io::Error,
    },
    /// Another program wrote to the file without its lock. This handle accepts no more records.
    #[error(
        "the ledger's file is {found} bytes long instead of {expected}: another program wrote to it without its lock; stop that program and open the ledger again"
    )]
    Changed {
        /// The length after this handle's last write, in bytes.
        expected: u64,
        /// The length now, in bytes.
        found: u64,
    },
    /// The file is not at its path any more. This handle accepts no more records, because nothing could find them.
    #[error(
        "{path} was deleted, renamed, or replaced by another file while it was open; put it back or restore it from a copy, then open the ledger again",
        path = .path.display()
    )]
    Moved {
        /// The path.
        path: PathBuf,
    },
    /// A write or a sync failed, so the records may or may not be on the disk. This handle accepts no more records.
    #[error(
        "in doubt: {} may or may not be on the disk ({source}); open the ledger again and send the same records with the same IDs",
        records_from(*.records, *.seq)
    )]
    InDoubt {
        /// The line number of the first of them.
        seq: u64,
        /// The number of records.
        records: usize,
        /// The system's error.
        source: io::Error,
    },
}

fn counted(records: u64) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}

fn records_from(records: usize, seq: u64) -> String {
    if records == 1 { format!("the record of line {seq}") } else { format!("{records} records from line {seq} on") }
}
