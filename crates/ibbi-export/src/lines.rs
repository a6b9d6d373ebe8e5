//! Records with their place in the ledger's chain.

use ibbi_log::{Digest, LedgerReader, ReadError, Record};
use std::io::Read;

/// A record with the hash that its line names.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The record.
    pub record: Record,
    /// The SHA-256 of the line before, which is the line's `prev` in a sound ledger.
    pub prev: Digest,
}

/// Reads records with the hash of the line before each.
///
/// ```
/// use ibbi_export::Chained;
/// use ibbi_log::{Digest, LedgerReader};
/// # let ledger: &[u8] = include_bytes!("../../../tests/golden/v1/withdrawn.ledger");
/// let first = Chained::new(LedgerReader::new(ledger)).next().expect("a ledger with a record")?;
/// let line = ledger.split(|byte| *byte == b'\n').next().unwrap_or_default();
/// assert_eq!(first.prev, Digest::sha256(line));
/// # Ok::<(), ibbi_log::ReadError>(())
/// ```
#[derive(Debug)]
pub struct Chained<R> {
    reader: LedgerReader<R>,
}

impl<R: Read> Chained<R> {
    /// Reads the ledger's first line, and then a record at a time.
    pub fn new(mut reader: LedgerReader<R>) -> Self {
        reader.opening();
        Self { reader }
    }
}

impl<R: Read> Iterator for Chained<R> {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let prev = self.reader.head().hash;
        Some(self.reader.next()?.map(|record| Line { record, prev }))
    }
}
