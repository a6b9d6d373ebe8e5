//! Why an audit could not finish.

use std::io;
use std::path::PathBuf;

/// An error that stops an audit. A problem in the content is a finding, never an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The source could not be read.
    #[error("cannot read the ledger at byte {offset}: {source}")]
    Read {
        /// The byte at which reading stopped, from 0.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },
    /// The temporary copy of a stream could not be written.
    #[error("cannot keep a temporary copy of the stream: {source}; save the ledger to a file and audit that file")]
    Spool {
        /// The system's reason.
        source: io::Error,
    },
    /// The file with the confidential texts could not be read.
    #[error("cannot read the confidential texts in {}: {source}", .path.display())]
    Texts {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A line changed after it was read the first time.
    #[error("the line at byte {offset} changed during the audit; audit the ledger again when no one is writing to it")]
    Changed {
        /// The byte at which the line begins, from 0.
        offset: u64,
    },
    /// A thread stopped unexpectedly.
    #[error("a thread of the audit stopped unexpectedly; this is a bug in ibbi, please report it")]
    Thread,
}
