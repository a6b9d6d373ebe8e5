//! Blocks of consecutive lines, divided among the shards that judge them.

use crate::finding::Finding;
use ibbi_log::Uuid;

/// The number of parts into which the cases are divided. It doesn't depend on the number of threads, so no result does.
pub(crate) const SHARDS: usize = 16;

/// The most lines of a block, and the size in bytes at which it is full.
pub(crate) const BLOCK_LINES: usize = 256;
pub(crate) const BLOCK_BYTES: usize = 1 << 20;

/// Consecutive lines, by the shard that judges them.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) batches: [Batch; SHARDS],
    /// The findings about the chain.
    pub(crate) findings: Vec<Finding>,
}

/// The lines of a block that one shard judges.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    lines: Vec<BatchLine>,
}

#[derive(Debug, Clone, Copy)]
struct BatchLine {
    number: u64,
    offset: u64,
    /// The end of the line in the batch's bytes.
    end: usize,
}

impl Batch {
    pub(crate) fn push(&mut self, line: &[u8], number: u64, offset: u64) {
        self.bytes.extend_from_slice(line);
        self.lines.push(BatchLine { number, offset, end: self.bytes.len() });
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Removes all lines and keeps the memory for others.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.lines.clear();
    }

    /// Returns each line with its number and its offset.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], u64, u64)> {
        let mut from = 0;
        self.lines.iter().map(move |line| {
            let bytes = self.bytes.get(from..line.end).unwrap_or_default();
            from = line.end;
            (bytes, line.number, line.offset)
        })
    }
}

/// Returns the shard that judges a case. It is the same in every audit.
pub(crate) fn shard_of(case: Uuid) -> usize {
    let folded = case.as_u64_pair().0 ^ case.as_u64_pair().1;
    // Fibonacci hashing: the upper bits of the product depend on all bits of the ID.
    let mixed = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    usize::try_from(mixed).unwrap_or(0) % SHARDS
}
