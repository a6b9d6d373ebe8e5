//! Why a mirror stops.

use ibbi_seal::MirrorFault;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a mirror stops. What it holds is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorError {
    /// The server can't be reached, or its answer was cut off. Trying again can help.
    #[error("cannot reach the server: {0}")]
    Away(String),
    /// The server refuses to give the lines.
    #[error("the server refuses (status {status}): {detail}")]
    Refused {
        /// The status of its answer.
        status: u16,
        /// Its reason, and what to do.
        detail: String,
    },
    /// The address or the key is wrong, or the answer is not that of an ibbi server.
    #[error("{0}")]
    Usage(String),
    /// Another process mirrors into the file.
    #[error("another process mirrors into {}; wait for it to end, or name another file", .path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be read or written.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Io {
        /// What failed.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file was altered.
    #[error(
        "entry {entry} of {} was altered: {fault}. Nothing was added. Keep the file, and mirror into another one", .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first wrong entry, from 1.
        entry: u64,
        /// What is wrong with it.
        fault: MirrorFault,
    },
    /// The history of the server disagrees with what the mirror holds.
    #[error("{0}")]
    Fork(Box<Fork>),
}

/// A disagreement between a server and a mirror: one of them was changed, or there are two ledgers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The lines of which at least one was changed; none if no line shows it, such as when another key signs.
    pub lines: Option<(u64, u64)>,
    /// What disagrees.
    pub reason: String,
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server's history is not the one that the mirror holds: {}", self.reason)?;
        match self.lines {
            Some((first, last)) if first == last => write!(f, ". The change is in line {first}")?,
            Some((first, last)) => write!(f, ". The change is in lines {first} to {last}")?,
            None => {}
        }
        write!(f, ". The mirror is unchanged: keep it, and show it to the people who run the server and to an auditor")
    }
}

impl MirrorError {
    pub(crate) fn fork(lines: Option<(u64, u64)>, reason: impl Into<String>) -> Self {
        Self::Fork(Box::new(Fork { lines, reason: reason.into() }))
    }

    /// Returns a stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Away(_) => "mirror.away",
            Self::Refused { .. } => "mirror.refused",
            Self::Usage(_) => "mirror.usage",
            Self::Locked { .. } => "mirror.locked",
            Self::Io { .. } => "mirror.io",
            Self::Damaged { .. } => "mirror.altered",
            Self::Fork(_) => "mirror.fork",
        }
    }
}
