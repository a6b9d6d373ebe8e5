//! Why the records of access can't be read or changed.

use std::io;
use std::path::PathBuf;

/// Why records beside the ledger can't be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The system refused something.
    #[error("can't {doing} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A line isn't a record of its file.
    #[error("{path}, line {line}: this is not {what}: {why}; restore the file from a backup, or correct the line", path = .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What each line of the file is.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The change contradicts the file.
    #[error("{0}")]
    Refused(String),
}
