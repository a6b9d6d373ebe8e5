//! Following the lines of a ledger that is open for writing.

use super::OpenError;
use crate::ledger_data::{Heads, Opening};
use crate::line_reader::LedgerLine;
use crate::storage::Storage;
use crate::{Digest, Fault, Head};
use std::path::Path;
use uuid::Uuid;

/// What a line means for the state of all cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservedLine {
    /// It is a record of a case, now the last one.
    Record {
        /// The case.
        case: Uuid,
        /// The record's number in its case.
        rev: u64,
    },
    /// It states the last lines of all cases.
    Heads(Heads),
    /// It is about no case, or can't be read.
    Other,
}

impl From<&LedgerLine> for ObservedLine {
    fn from(line: &LedgerLine) -> Self {
        match line {
            LedgerLine::Record(record) => Self::Record { case: record.case, rev: record.rev },
            LedgerLine::Heads(heads) => Self::Heads(*heads),
            LedgerLine::Opening(_) | LedgerLine::Format(_) | LedgerLine::Custody(_) => Self::Other,
        }
    }
}

/// A hook that [`Ledger`](crate::Ledger) calls for every line: those that it reads when it opens, and those that it appends.
///
/// It lets another crate keep something about all lines (such as a Merkle root) without reading the file a second time.
/// While the ledger opens, the hook can also report faults. A ledger with faults is damaged and opens read-only.
///
/// `()` is the hook that does nothing.
pub trait LineObserver {
    /// Prepares for the lines. The ledger's file is locked, and none of its lines have been read.
    ///
    /// # Errors
    /// Returns an error to stop the ledger from opening.
    fn start(&mut self, storage: &impl Storage, ledger: &Path) -> Result<(), OpenError>;

    /// Takes a whole line that was read while the ledger opens. `head.hash` is its SHA-256, and `opening` is the first
    /// line if that is valid. Adds what is wrong to `faults`.
    fn line(&mut self, head: Head, line: ObservedLine, opening: Option<&Opening>, faults: &mut Vec<Fault>);

    /// Takes the end of the lines while the ledger opens. Adds what is wrong to `faults`.
    fn end(&mut self, head: Head, opening: Option<&Opening>, faults: &mut Vec<Fault>);

    /// Takes a line that was appended and synced, with its SHA-256.
    fn appended(&mut self, digest: &Digest, line: ObservedLine);
}

impl LineObserver for () {
    fn start(&mut self, _: &impl Storage, _: &Path) -> Result<(), OpenError> {
        Ok(())
    }

    fn line(&mut self, _: Head, _: ObservedLine, _: Option<&Opening>, _: &mut Vec<Fault>) {}

    fn end(&mut self, _: Head, _: Option<&Opening>, _: &mut Vec<Fault>) {}

    fn appended(&mut self, _: &Digest, _: ObservedLine) {}
}
