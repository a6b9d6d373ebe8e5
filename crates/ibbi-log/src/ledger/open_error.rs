//! The reasons why a ledger can't be opened.

use crate::Fault;
use std::io;
use std::path::PathBuf;

/// Why a ledger was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process or another handle of this process has the lock.
    #[error("{path} is locked by {holder}; wait until it finishes, or only read the ledger", path = .path.display())]
    Locked {
        /// The ledger's file.
        path: PathBuf,
        /// The process that has the lock, as far as known.
        holder: String,
    },
    /// There is no whole first line: its creation was cut off, and nothing was recorded.
    #[error("{path} has no whole line, so nothing was recorded in it; create the ledger again", path = .path.display())]
    Unfinished {
        /// The ledger's file.
        path: PathBuf,
    },
    /// The first line is not that of a ledger.
    #[error("{path} does not begin as a ledger: {fault}", path = .path.display())]
    NotALedger {
        /// The file.
        path: PathBuf,
        /// What is wrong with its first line.
        fault: Box<Fault>,
    },
    /// The system returned an error.
    #[error("cannot {doing} {path}: {source}", path = .path.display())]
    Io {
        /// The operation that failed, such as `open`.
        doing: &'static str,
        /// The ledger's file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}
