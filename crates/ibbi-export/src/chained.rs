//! Records with the digest that chains them.

use ibbi_log::{Digest, LedgerReader, ReadError, Record};
use std::io::Read;

/// A record with the digest that its line names.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainedRecord {
    /// The record.
    pub record: Record,
    /// The SHA-256 of the line before it. In a sound ledger, this is the line's `prev`.
    pub prev: Digest,
}

/// A reader of records, each with the digest of the line before it.
///
/// ```
/// use ibbi_export::ChainedReader;
/// use ibbi_log::{Digest, LedgerReader};
/// # let ledger: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/v1/withdrawn.ledger"));
/// let first = ChainedReader::new(LedgerReader::new(ledger)).next().expect("a ledger with a record")?;
/// let line = ledger.split(|byte| *byte == b'\n').next().unwrap_or_default();
/// assert_eq!(first.prev, Digest::sha256(line));
/// # Ok::<(), ibbi_log::ReadError>(())
/// ```
#[derive(Debug)]
pub struct ChainedReader<R> {
    reader: LedgerReader<R>,
}

impl<R: Read> ChainedReader<R> {
    /// Reads the ledger's first line.
    pub fn new(mut reader: LedgerReader<R>) -> Self {
        reader.opening();
        Self { reader }
    }
}

impl<R: Read> Iterator for ChainedReader<R> {
    type Item = Result<ChainedRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let prev = self.reader.head().hash;
        Some(self.reader.next()?.map(|record| ChainedRecord { record, prev }))
    }
}
