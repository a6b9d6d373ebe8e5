//! The audit of a whole ledger.

use crate::finding::Finding;
use crate::options::Options;
use crate::report::{CaseSummary, Report};
use crate::source::Source;
use std::io;

/// Somebody who takes what an audit finds, as it is found. Any `FnMut(Finding)` is one.
pub trait Sink {
    /// Takes a finding; they come in the order of the lines.
    fn finding(&mut self, finding: Finding);

    /// Takes a case, once everything is read; they come in the order of their first lines.
    fn case(&mut self, case: CaseSummary) {
        let _ = case;
    }
}

impl<F: FnMut(Finding)> Sink for F {
    fn finding(&mut self, finding: Finding) {
        self(finding);
    }
}

/// Why an audit was not finished. What is wrong with the content is never an error, but a finding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The source could not be read.
    #[error("the ledger could not be read at byte {offset}: {source}")]
    Read {
        /// Where reading stopped, in bytes from 0.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },
    /// What was read once could not be kept to be read again.
    #[error("the stream could not be kept for reading again: {source}; give it as a file")]
    Spool {
        /// The system's reason.
        source: io::Error,
    },
    /// A line no longer says what it said when it was read first.
    #[error("the line at byte {offset} changed during the audit; audit the ledger again when nobody writes to it")]
    Changed {
        /// Where the line begins, in bytes from 0.
        offset: u64,
    },
    /// A thread stopped.
    #[error("a thread of the audit stopped; this is an error in ibbi, please report it")]
    Thread,
}

/// An audit: reads a ledger once, as a stream, and judges everything in it.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    options: Options,
}

impl Audit {
    /// An audit with these options.
    pub const fn new(options: Options) -> Self {
        Self { options }
    }

    /// Audits.
    ///
    /// # Errors
    /// [`AuditError`] if the source cannot be read. What is wrong with its content is found, and never an error.
    pub fn run(&self, source: Source<'_>, sink: &mut dyn Sink) -> Result<Report, AuditError> {
        let _ = (&self.options, source, sink);
        Err(AuditError::Thread)
    }
}
