//! Blocks of consecutive lines, divided among the shards that judge them.

use crate::finding::Finding;
use ibbi_log::Uuid;

/// The number of parts into which the cases are divided. It doesn't depend on the number of threads, so no result does.
pub(crate) const SHARDS: usize = 16;

/// The most lines of a block. Usually its size is that of the reader's buffer.
pub(crate) const BLOCK_LINES: usize = 4096;

/// Consecutive lines, by the shard that judges them.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The bytes of the lines, as they were read.
    pub(crate) bytes: Vec<u8>,
    pub(crate) batches: [Batch; SHARDS],
    /// The findings about the chain.
    pub(crate) findings: Vec<Finding>,
}

/// The lines of a block that one shard judges.
#[derive(Debug, Default)]
pub(crate) struct Batch(Vec<BatchLine>);

/// A line with its place in the bytes of its block.
#[derive(Debug, Clone, Copy)]
struct BatchLine {
    number: u64,
    offset: u64,
    start: u32,
    length: u32,
    case: Option<Uuid>,
}

/// A line that a shard judges, without its LF.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct JudgedLine<'a> {
    pub(crate) line: &'a [u8],
    pub(crate) number: u64,
    pub(crate) offset: u64,
    /// Its case, as read from the start of the line.
    pub(crate) case: Option<Uuid>,
}

impl Batch {
    /// Adds a line that begins at this place in the bytes of its block.
    pub(crate) fn push(&mut self, line: JudgedLine<'_>, start: usize) {
        let JudgedLine { line, number, offset, case } = line;
        let narrow = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        self.0.push(BatchLine { number, offset, start: narrow(start), length: narrow(line.len()), case });
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes all lines and keeps the memory for others.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns each line, from the bytes of the block.
    pub(crate) fn lines<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = JudgedLine<'a>> {
        let place = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
        self.0.iter().map(move |BatchLine { number, offset, start, length, case }| {
            let line = bytes.get(place(*start)..).and_then(|from| from.get(..place(*length)));
            JudgedLine { line: line.unwrap_or_default(), number: *number, offset: *offset, case: *case }
        })
    }
}

/// The bytes that a processor fetches at once.
const CACHE_LINE: usize = 64;

/// Touches some lines, which another thread may have read from the file.
pub(crate) fn fetch<'a>(lines: impl Iterator<Item = JudgedLine<'a>>) {
    let bytes = lines.flat_map(|line| line.line.iter().step_by(CACHE_LINE));
    core::hint::black_box(bytes.fold(0_u8, |seen, byte| seen.wrapping_add(*byte)));
}

/// Returns the shard that judges a case. It is the same in every audit.
pub(crate) fn shard_of(case: Uuid) -> usize {
    let folded = case.as_u64_pair().0 ^ case.as_u64_pair().1;
    // Fibonacci hashing: the upper bits of the product depend on all bits of the ID.
    let mixed = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    usize::try_from(mixed).unwrap_or(0) % SHARDS
}
