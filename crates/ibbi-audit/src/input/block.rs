//! Blocks: lines that follow one another, divided among those who judge them.

use crate::finding::Finding;
use ibbi_log::Uuid;

/// How many parts the cases are divided into. It does not depend on the number of threads, so that nothing else does.
pub(crate) const SHARDS: usize = 16;

/// How many lines go into a block, and how many bytes at most.
pub(super) const BLOCK_LINES: usize = 256;
pub(super) const BLOCK_BYTES: usize = 1 << 20;

/// Lines that follow one another, by the shard that judges them.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) batches: [Batch; SHARDS],
    /// What the chain shows.
    pub(crate) findings: Vec<Finding>,
}

/// The lines of a block that one shard judges.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    lines: Vec<LineAt>,
}

#[derive(Debug, Clone, Copy)]
struct LineAt {
    number: u64,
    offset: u64,
    /// Where in the bytes it ends.
    end: usize,
}

impl Batch {
    pub(super) fn push(&mut self, line: &[u8], number: u64, offset: u64) {
        self.bytes.extend_from_slice(line);
        self.lines.push(LineAt { number, offset, end: self.bytes.len() });
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Makes room for other lines.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.lines.clear();
    }

    /// Each line with its number and its offset.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], u64, u64)> {
        let mut from = 0;
        self.lines.iter().map(move |line| {
            let bytes = self.bytes.get(from..line.end).unwrap_or_default();
            from = line.end;
            (bytes, line.number, line.offset)
        })
    }
}

/// The shard that judges a case: the same in every audit.
pub(crate) fn shard_of(case: Uuid) -> usize {
    let folded = case.as_u64_pair().0 ^ case.as_u64_pair().1;
    // Fibonacci hashing: the upper bits of the product depend on all bits of the id.
    let mixed = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    usize::try_from(mixed).unwrap_or(0) % SHARDS
}
