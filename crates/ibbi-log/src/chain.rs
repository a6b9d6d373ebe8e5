//! Linking new lines: each line has the SHA-256 of the line before it.
//!
//! This is handwritten because a batch of 100 records must take at most 1.25 times the bare write of its bytes
//! (docs/performance.md), and linking is the part that can't be done for many lines in parallel.

use crate::Digest;
use crate::sha256::{INITIAL, pad_end};
use core::slice::from_ref;
use sha2::block_api::compress256;

/// A line of a batch, without its LF, that doesn't have the hash of the line before it yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unlinked {
    /// Its start in the batch.
    pub(crate) start: usize,
    /// The start of the 64 digits of its `prev` in the batch.
    pub(crate) prev: usize,
    /// Its end in the batch.
    pub(crate) end: usize,
}

/// Writes the digest of the line before into each line, and `prev` into the first. Returns the digests of all lines.
///
/// The part of a line before its `prev` doesn't depend on the line before. It is hashed alternately with the end of that
/// line, block by block, so that the processor works on one while the instructions of the other wait.
pub(crate) fn link(batch: &mut [u8], lines: &[Unlinked], mut prev: Digest) -> Vec<Digest> {
    let mut digests = Vec::with_capacity(lines.len());
    let mut state = INITIAL;
    compress256(&mut state, before_prev(batch, lines.first()));
    for (line, next) in lines.iter().zip(1..) {
        batch[line.prev..line.prev + 64].copy_from_slice(&prev.to_hex());
        let text = &batch[line.start..line.end];
        let mut end = [0; 128];
        let blocks = pad_end(text, &mut end);
        let hashed = before_prev(batch, Some(line)).len();
        let mut own = text.as_chunks().0[hashed..].iter().chain(&end.as_chunks().0[..blocks]);
        let mut beside = before_prev(batch, lines.get(next)).iter();
        let mut ahead = INITIAL;
        loop {
            let (ours, theirs) = (own.next(), beside.next());
            if ours.is_none() && theirs.is_none() {
                break;
            }
            ours.into_iter().for_each(|block| compress256(&mut state, from_ref(block)));
            theirs.into_iter().for_each(|block| compress256(&mut ahead, from_ref(block)));
        }
        prev = Digest::from_words(state);
        digests.push(prev);
        state = ahead;
    }
    digests
}

/// Returns the whole blocks of a line that don't depend on the line before it.
fn before_prev<'a>(batch: &'a [u8], line: Option<&Unlinked>) -> &'a [[u8; 64]] {
    line.map_or(&[], |line| batch[line.start..line.prev].as_chunks().0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_links_as_single_lines_do() {
        let mut batch = Vec::new();
        let mut lines = Vec::new();
        for before in (0..300).step_by(7) {
            for after in [0, 1, 55, 56, 63, 64, 65, 200] {
                let start = batch.len();
                batch.extend((0..before + 64 + after).map(|place: u32| place.to_le_bytes()[0]));
                let prev = start + usize::try_from(before).unwrap();
                lines.push(Unlinked { start, prev, end: batch.len() });
                batch.push(b'\n');
            }
        }
        let digests = link(&mut batch, &lines, Digest::ZERO);
        let mut prev = Digest::ZERO;
        for (line, digest) in lines.iter().zip(&digests) {
            assert_eq!(batch[line.prev..line.prev + 64], prev.to_hex(), "{line:?}");
            assert_eq!(*digest, Digest::sha256(&batch[line.start..line.end]), "{line:?}");
            prev = *digest;
        }
        assert_eq!(digests.len(), lines.len());
        assert!(link(&mut [], &[], Digest::ZERO).is_empty());
    }
}
