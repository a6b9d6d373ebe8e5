//! Why a poll can't be read or changed.

use ibbi_access::AccessError;
use std::io;
use std::path::PathBuf;

/// Why a poll can't be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The system refused something.
    #[error("can't {doing} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file isn't a poll.
    #[error("{path} is not a poll: {why}; restore the file from a backup, or delete it", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is no such poll.
    #[error("there is no such poll; it may have been deleted")]
    Missing,
    /// There is a poll with this ID, or something else in its place.
    #[error("there is a poll with this ID already; make the poll with another ID")]
    Exists,
    /// The poll is closed.
    #[error("the poll is closed; write to the person who asks to change an answer")]
    Closed,
    /// The change is not possible.
    #[error("{0}")]
    Refused(String),
}

impl From<AccessError> for PollError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Io { doing, path, source } => Self::Io { doing, path, source },
            AccessError::Line { path, why, .. } => Self::File { path, why },
            AccessError::Refused(why) => Self::Refused(why),
        }
    }
}
