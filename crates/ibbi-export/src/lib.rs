//! Exports of ledgers and of the process, in formats that other programs read.
//!
//! | export | module | format |
//! |---|---|---|
//! | records as a table | [`csv`] | RFC 4180 |
//! | cases as traces of events | [`xes`] | XES 2.0, IEEE 1849-2016 |
//! | events with their objects | [`ocel`] | OCEL 2.0, JSON |
//! | records as messages | [`cloudevents`] | CloudEvents 1.0, JSON |
//! | the process as a net, for conformance checking | [`pnml`] | PNML, ISO/IEC 15909-2 |
//! | the process as a diagram | [`bpmn`] | BPMN 2.0 with diagram interchange |
//!
//! An export is for other programs. It isn't storage, and nothing reads it back. Only the ledger is the record: an export
//! has no chain, so a change to it can't be detected.
//!
//! # Two passes
//!
//! A later record can void an event. So a first pass reads the [`Corrections`], and a second pass writes the export:
//!
//! ```
//! use ibbi_export::{Corrections, csv};
//! use ibbi_log::LedgerReader;
//! # let ledger: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/v1/withdrawn.ledger"));
//! let corrections = Corrections::read(LedgerReader::new(ledger))?;
//! let mut table = Vec::new();
//! csv::write(LedgerReader::new(ledger), &corrections, &mut table)?;
//! assert!(table.starts_with(b"case,district,seq,rev,id,type,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Legality
//!
//! An export doesn't check whether records are legal: it writes every record as it is, and [`Corrections`] defines which
//! voids count. Run an audit to check a ledger against the rules. There is one exception: [`xes`] uses the rules to compute
//! the stage and the outcome of a case.
//!
//! # Invariants
//!
//! - There are no files, clocks, or random numbers. The same records give the same bytes.
//! - The first error ends an export. The output written so far is incomplete.
//! - The process comes from [`ibbi_core::chart::TRANSITIONS`]. No export has a chart of its own.
#![forbid(unsafe_code)]

mod append;
pub mod bpmn;
mod chained;
pub mod cloudevents;
mod corrections;
pub mod csv;
mod flatten;
mod net;
pub mod ocel;
pub mod pnml;
mod record_context;
mod subjects;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod xes;
mod xml;

pub use chained::{ChainedReader, ChainedRecord};
pub use corrections::Corrections;

use std::io;

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError<E: std::error::Error + 'static> {
    /// A record could not be read. The output written so far is incomplete.
    #[error("cannot read a record: {0}")]
    Read(#[source] E),
    /// The export could not be written.
    #[error("cannot write the export: {0}; correct the cause and export again")]
    Write(#[from] io::Error),
}

/// The treatment of voided events and voids, in formats whose readers assume that every event happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Voided {
    /// Leave them out.
    #[default]
    LeftOut,
    /// Include them. A voided event is marked as such.
    Marked,
}

/// The size in bytes at which a buffer is written to the output.
const CHUNK: usize = 64 * 1024;
