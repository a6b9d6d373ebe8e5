//! The end of a ledger.

use crate::Digest;

/// The end of a ledger, or of the lines read so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of whole lines.
    pub lines: u64,
    /// Their length in bytes, with their line feeds.
    pub bytes: u64,
    /// The SHA-256 of the last line: the `prev` of the next one.
    pub hash: Digest,
}

impl Head {
    /// The head of an empty file.
    pub const EMPTY: Self = Self { lines: 0, bytes: 0, hash: Digest::ZERO };
}
