//! Exports: records and the process itself in formats that other programs read.
//!
//! | what | module | format |
//! |---|---|---|
//! | records as a table | [`csv`] | RFC 4180 |
//! | cases as traces of events | [`xes`] | XES 2.0, IEEE 1849-2016 |
//! | events with all that they touch | [`ocel`] | OCEL 2.0, JSON |
//! | records as messages | [`cloudevents`] | CloudEvents 1.0, JSON |
//! | the process as a net, for conformance checking | [`pnml`] | PNML, ISO/IEC 15909-2 |
//! | the process as a diagram | [`bpmn`] | BPMN 2.0 with diagram interchange |
//!
//! An export is for reading elsewhere; it is no storage and nothing reads it back. The ledger alone is the record: an
//! export has no chain, and whoever holds one can change it unseen.
//!
//! # Two passes
//!
//! That an event was voided stands in a later record. So a first pass gathers the [`Corrections`], and a second one
//! writes:
//!
//! ```
//! use ibbi_export::{Corrections, csv};
//! use ibbi_log::LedgerReader;
//! # let ledger: &[u8] = include_bytes!("../../../tests/golden/v1/withdrawn.ledger");
//! let corrections = Corrections::gather(LedgerReader::new(ledger))?;
//! let mut table = Vec::new();
//! csv::write(LedgerReader::new(ledger), &corrections, &mut table)?;
//! assert!(table.starts_with(b"case,district,seq,rev,id,type,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What an export does not do
//!
//! It does not judge. Records are written as they stand, legal or not, and a void counts as [`Corrections`] says. Whether
//! the rules allow it all is for an audit to say. The one exception is said where it applies: [`xes`] asks the rules how
//! a case ended.
//!
//! # Invariants
//!
//! - No files, no clock, no randomness: records come in, bytes go out, and the same records give the same bytes.
//! - The first item that is an error ends an export; what was written until then is not a whole one.
//! - The process is read from [`ibbi_core::chart::TRANSITIONS`]; no export has a chart of its own.
#![forbid(unsafe_code)]

pub mod bpmn;
pub mod cloudevents;
mod context;
mod corrections;
pub mod csv;
mod facts;
mod flatten;
mod lines;
mod net;
pub mod ocel;
pub mod pnml;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
pub mod xes;
mod xml;

pub use corrections::Corrections;
pub use lines::{Chained, Line};

use std::io;

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError<E: std::error::Error + 'static> {
    /// A record could not be had. What was written is not a whole export.
    #[error("a record could not be read: {0}")]
    Read(#[source] E),
    /// The export could not be written.
    #[error("the export could not be written: {0}; mend the cause and export again")]
    Write(#[from] io::Error),
}

/// What becomes of voided events and voids, in formats whose readers take every event for something that happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Voided {
    /// They are left out.
    #[default]
    LeftOut,
    /// They are events like all others, and a voided one says so.
    Marked,
}

/// The size at which what was made is handed on to the writer.
const CHUNK: usize = 64 * 1024;
