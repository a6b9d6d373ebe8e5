//! Proofs about single lines and about two sizes of a ledger, made with little work.
//!
//! The proofs are those of RFC 6962, section 2.1: an inclusion proof shows that a line is in the tree, and a consistency
//! proof shows that a tree is the beginning of a larger one. The checks are the algorithms of RFC 9162, section 2.1.

use crate::merkle::{CHUNK_LINES, Peaks, node_hash, siblings};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::ops::Range;
use ibbi_log::Digest;
use std::collections::HashMap;

/// Makes proofs from the roots of the full chunks of a tree, and the digests of few lines.
///
/// A proof needs the lines of at most two chunks, 2,048 lines, and hashes at most one digest for every chunk of the tree.
///
/// ```
/// use ibbi_log::Digest;
/// use ibbi_seal::{MerkleTree, ProofMaker, root_from_proof};
/// let lines: Vec<Digest> = (0..3000_u32).map(|number| Digest::sha256(&number.to_le_bytes())).collect();
/// let mut tree = MerkleTree::keeping_chunks();
/// lines.iter().for_each(|line| tree.push(line));
/// let read = |lines_of: core::ops::Range<u64>| {
///     let (start, end) = (lines_of.start as usize, lines_of.end as usize);
///     Ok::<_, std::io::Error>(lines[start..end].to_vec())
/// };
/// let mut maker = ProofMaker::new(tree.chunk_roots(), 3000, read);
/// let proof = maker.inclusion(1234, 3000)?;
/// assert_eq!(root_from_proof(&lines[1234], 1234, 3000, &proof), Some(tree.root()));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct ProofMaker<'a, R> {
    chunks: &'a [Digest],
    size: u64,
    read: R,
    /// The digests of the lines of the chunks that were read, by the number of the chunk.
    known: HashMap<u64, Vec<Digest>>,
}

impl<R> core::fmt::Debug for ProofMaker<'_, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ProofMaker").field("size", &self.size).finish_non_exhaustive()
    }
}

impl<'a, E, R: FnMut(Range<u64>) -> Result<Vec<Digest>, E>> ProofMaker<'a, R> {
    /// Returns a maker for a tree of `size` lines. `read` returns the digests of the lines with these indexes (from 0); they
    /// are within one chunk.
    pub fn new(chunks: &'a [Digest], size: u64, read: R) -> Self {
        Self { chunks, size, read, known: HashMap::new() }
    }

    /// Returns the inclusion proof of line `index` (from 0) in the tree of the first `size` lines: the hashes from the
    /// leaf's sibling up.
    ///
    /// # Errors
    /// Returns the error of reading lines.
    ///
    /// # Panics
    /// Panics if there are fewer lines: `index < size` and `size` at most the size of the tree.
    pub fn inclusion(&mut self, index: u64, size: u64) -> Result<Vec<Digest>, E> {
        assert!(index < size && size <= self.size, "line {index} of {size} of {}", self.size);
        siblings(index, size).into_iter().map(|range| self.root_of(range)).collect()
    }

    /// Returns the consistency proof between the trees of the first `from` and the first `to` lines.
    ///
    /// # Errors
    /// Returns the error of reading lines.
    ///
    /// # Panics
    /// Panics unless `from` is from 1 to `to`, and `to` at most the size of the tree.
    pub fn consistency(&mut self, from: u64, to: u64) -> Result<Vec<Digest>, E> {
        assert!(0 < from && from <= to && to <= self.size, "{from} to {to} of {}", self.size);
        between(from, to).into_iter().map(|range| self.root_of(range)).collect()
    }

    /// Returns the root of the tree of the first `size` lines.
    ///
    /// # Errors
    /// Returns the error of reading lines.
    ///
    /// # Panics
    /// Panics if `size` is more than the size of the tree.
    pub fn root(&mut self, size: u64) -> Result<Digest, E> {
        assert!(size <= self.size, "{size} of {}", self.size);
        self.root_of(0..size)
    }

    /// Returns the digest of line `index` (from 0).
    ///
    /// # Errors
    /// Returns the error of reading lines.
    ///
    /// # Panics
    /// Panics if there are fewer lines.
    pub fn line(&mut self, index: u64) -> Result<Digest, E> {
        assert!(index < self.size, "line {index} of {}", self.size);
        Ok(self.lines(index..index + 1)?[0])
    }

    /// Returns the root over a range that begins where a full subtree of its length could begin.
    fn root_of(&mut self, range: Range<u64>) -> Result<Digest, E> {
        let mut tree = Peaks::new();
        let mut start = range.start;
        while start < range.end {
            let chunk = usize::try_from(start / CHUNK_LINES).ok().and_then(|number| self.chunks.get(number));
            let is_whole = start.is_multiple_of(CHUNK_LINES) && range.end - start >= CHUNK_LINES;
            if let Some(root) = chunk.filter(|_| is_whole) {
                tree.push_tree(*root, CHUNK_LINES, |_, _| {});
                start += CHUNK_LINES;
            } else {
                let end = range.end.min((start / CHUNK_LINES + 1) * CHUNK_LINES);
                tree.push_lines(self.lines(start..end)?, |_, _| {});
                start = end;
            }
        }
        Ok(tree.root())
    }

    /// Returns the digests of lines of one chunk.
    fn lines(&mut self, range: Range<u64>) -> Result<&[Digest], E> {
        let number = range.start / CHUNK_LINES;
        let begins = number * CHUNK_LINES;
        if !self.known.contains_key(&number) {
            let lines = (self.read)(begins..(begins + CHUNK_LINES).min(self.size))?;
            self.known.insert(number, lines);
        }
        let place = |index: u64| usize::try_from(index - begins).unwrap_or(usize::MAX);
        Ok(&self.known[&number][place(range.start)..place(range.end)])
    }
}

/// Returns a hash of a proof, or a root, as text: the base64 of its 32 bytes, as checkpoints and extracts have it.
///
/// ```
/// use ibbi_seal::{decode_hash, encode_hash};
/// let hash = ibbi_log::Digest::sha256(b"");
/// assert_eq!(encode_hash(&hash), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
/// assert_eq!(decode_hash(&encode_hash(&hash)), Some(hash));
/// assert_eq!(decode_hash("47DEQ"), None);
/// ```
pub fn encode_hash(hash: &Digest) -> String {
    STANDARD.encode(hash.as_bytes())
}

/// Reads a hash of a proof, or a root, from its text. Returns `None` if the text is not the base64 of 32 bytes.
pub fn decode_hash(text: &str) -> Option<Digest> {
    STANDARD.decode(text).ok()?.try_into().ok().map(Digest::from_bytes)
}

/// Returns the consistency proof between two sizes as ranges of leaves (RFC 6962, section 2.1.2).
fn between(from: u64, to: u64) -> Vec<Range<u64>> {
    let mut path = Vec::new();
    let (mut tree, mut is_whole) = (0..to, true);
    while tree.end != from {
        let middle = tree.start + (1 << (tree.end - tree.start - 1).ilog2());
        if from <= middle {
            path.push(middle..tree.end);
            tree.end = middle;
        } else {
            path.push(tree.start..middle);
            tree.start = middle;
            is_whole = false;
        }
    }
    if !is_whole {
        path.push(tree);
    }
    path.reverse();
    path
}

/// Returns whether a consistency proof shows that the tree with the root `first` and `from` lines is the beginning of the tree
/// with the root `second` and `to` lines (RFC 9162, section 2.1.4.2).
///
/// Nothing is proved about an empty tree, because every tree begins with it: then the result is `false`.
pub fn is_consistent((from, first): (u64, &Digest), (to, second): (u64, &Digest), proof: &[Digest]) -> bool {
    if from == 0 || from > to {
        return false;
    }
    if from == to {
        return proof.is_empty() && first == second;
    }
    let mut hashes = proof.iter();
    // The root of a full tree is not in its own proof.
    let begins = if from.is_power_of_two() { Some(first) } else { hashes.next() };
    let Some(begins) = begins else { return false };
    let (mut place, mut last) = (from - 1, to - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*begins, *begins);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            (old, new) = (node_hash(hash, &old), node_hash(hash, &new));
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && old == *first && new == *second
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{MerkleTree, root_from_proof};
    use std::convert::Infallible;

    fn lines(count: u32) -> Vec<Digest> {
        (0..count).map(|number| Digest::sha256(&number.to_le_bytes())).collect()
    }

    fn tree(lines: &[Digest]) -> MerkleTree {
        let mut tree = MerkleTree::keeping_chunks();
        lines.iter().for_each(|line| tree.push(line));
        tree
    }

    fn reader(lines: &[Digest]) -> impl FnMut(Range<u64>) -> Result<Vec<Digest>, Infallible> + '_ {
        |range| {
            let (start, end) = (usize::try_from(range.start).unwrap(), usize::try_from(range.end).unwrap());
            assert!(end - start <= 1024 && start % 1024 == 0, "{range:?} is not within a chunk");
            Ok(lines[start..end].to_vec())
        }
    }

    #[test]
    fn published_consistency_proofs_of_rfc_6962_hold() {
        // From google/certificate-transparency, `python/ct/crypto/merkle_test.py`: roots of 1, 2, 6, and 8 leaves.
        let digests = |hex: &[&str]| -> Vec<Digest> { hex.iter().map(|hex| hex.parse().unwrap()).collect() };
        let root = |hex: &str| hex.parse::<Digest>().unwrap();
        let eight = root("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
        let six = root("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
        let proof = digests(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]);
        assert!(is_consistent((6, &six), (8, &eight), &proof));
        assert!(!is_consistent((6, &eight), (8, &six), &proof));
        assert!(!is_consistent((5, &six), (8, &eight), &proof));
        let one = root("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        let from_one = digests(&[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]);
        assert!(is_consistent((1, &one), (8, &eight), &from_one));
        assert!(!is_consistent((1, &one), (8, &eight), &from_one[1..]));
    }

    #[test]
    fn every_pair_of_sizes_has_a_proof_that_fits_only_it() {
        let lines = lines(40);
        let roots: Vec<Digest> = (0..=40).map(|size| tree(&lines[..size]).root()).collect();
        for to in 1..=40_u64 {
            for from in 1..=to {
                let proof = ProofMaker::new(&[], 40, reader(&lines)).consistency(from, to).unwrap();
                let root = |size: u64| &roots[usize::try_from(size).unwrap()];
                assert!(is_consistent((from, root(from)), (to, root(to)), &proof), "{from} to {to}");
                assert!(!is_consistent((from, &Digest::ZERO), (to, root(to)), &proof), "{from} to {to}");
                assert!(!is_consistent((from, root(from)), (to, &Digest::ZERO), &proof), "{from} to {to}");
                let longer = [&proof[..], &[Digest::ZERO]].concat();
                assert!(!is_consistent((from, root(from)), (to, root(to)), &longer), "{from} to {to}");
                for gone in 0..proof.len() {
                    let without = [&proof[..gone], &proof[gone + 1..]].concat();
                    assert!(!is_consistent((from, root(from)), (to, root(to)), &without), "{from} to {to}: {gone}");
                }
            }
        }
    }

    #[test]
    fn proofs_of_large_trees_read_two_chunks_at_most() {
        let lines = lines(5000);
        let chunks = tree(&lines).chunk_roots().to_vec();
        assert_eq!(chunks.len(), 4);
        for size in [1, 2, 1023, 1024, 1025, 2048, 3000, 4096, 4097, 5000] {
            let taken = usize::try_from(size).unwrap();
            let root = tree(&lines[..taken]).root();
            for index in [0, 1, 500, 1023, 1024, 2047, 2048, 2999, 4095, 4096, 4999].into_iter().filter(|at| *at < size)
            {
                let mut read = 0;
                let mut source = reader(&lines);
                let mut maker = ProofMaker::new(&chunks, 5000, |range| {
                    read += 1;
                    source(range)
                });
                let proof = maker.inclusion(index, size).unwrap();
                let line = &lines[usize::try_from(index).unwrap()];
                assert_eq!(root_from_proof(line, index, size, &proof), Some(root), "{index} of {size}");
                assert!(read <= 2, "{index} of {size} reads {read} chunks");
            }
            for from in [1, 2, 700, 1024, 1500, 2048, 3000, 4096].into_iter().filter(|from| *from <= size) {
                let mut read = 0;
                let mut source = reader(&lines);
                let mut maker = ProofMaker::new(&chunks, 5000, |range| {
                    read += 1;
                    source(range)
                });
                let proof = maker.consistency(from, size).unwrap();
                let first = tree(&lines[..usize::try_from(from).unwrap()]).root();
                assert!(is_consistent((from, &first), (size, &root), &proof), "{from} to {size}");
                assert!(read <= 2, "{from} to {size} reads {read} chunks");
            }
        }
    }
}
