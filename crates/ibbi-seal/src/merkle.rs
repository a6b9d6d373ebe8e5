//! The Merkle tree of RFC 6962, section 2.1, over the SHA-256 digests of a ledger's lines.
//!
//! The data of leaf `n` (from 0) are the 32 bytes of the digest of line `n + 1`. A tree's memory doesn't grow with the
//! ledger. It keeps the roots of its full subtrees, at most 64, and the digests of the last lines, at most 32 KiB.
//!
//! The tree is handwritten because it hashes many nodes at a time, which decides how fast a root is verified
//! (docs/performance.md).

use ibbi_log::Digest;
use std::collections::HashMap;
use std::ops::Range;

/// Returns the hash of a leaf: the SHA-256 of a zero byte and the data.
pub(crate) fn leaf_hash(data: &[u8]) -> Digest {
    Digest::sha256_parts(&[&[0], data])
}

pub(crate) fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::sha256(&prefixed::<65>(1, &[left, right]))
}

/// How many lines are added to a tree at a time, because hashing many together is faster.
const BATCH: usize = 1024;

/// The number of lines of a chunk: a full subtree whose root can be kept, so that proofs need few lines
/// (see [`MerkleTree::keeping_chunks`]).
pub const CHUNK_LINES: u64 = 1024;

/// A Merkle tree that grows by one line at a time.
///
/// ```
/// use ibbi_log::Digest;
/// use ibbi_seal::MerkleTree;
/// let mut tree = MerkleTree::new();
/// assert_eq!(tree.root(), Digest::sha256(b""));
/// tree.push(&Digest::sha256(b"the first line"));
/// tree.push(&Digest::sha256(b"the second line"));
/// assert_eq!(tree.size(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    /// The tree over all lines except the waiting ones.
    grown: Peaks,
    /// The newest lines, fewer than a batch.
    waiting: Vec<Digest>,
    /// The roots of the full chunks, if they are kept.
    chunks: Option<Vec<Digest>>,
}

impl MerkleTree {
    /// Returns a tree without leaves.
    pub const fn new() -> Self {
        Self { grown: Peaks::new(), waiting: Vec::new(), chunks: None }
    }

    /// Returns a tree without leaves that keeps the root of every full chunk of [`CHUNK_LINES`] lines: 32 KiB of memory
    /// for a million lines. Proofs are made from them (see [`ProofMaker`](crate::ProofMaker)).
    pub const fn keeping_chunks() -> Self {
        Self { grown: Peaks::new(), waiting: Vec::new(), chunks: Some(Vec::new()) }
    }

    /// Returns the roots of the full chunks, in the order of their lines. There are none if the tree doesn't keep them.
    pub fn chunk_roots(&mut self) -> &[Digest] {
        self.take_in();
        self.chunks.as_deref().unwrap_or_default()
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.grown.size + u64::try_from(self.waiting.len()).unwrap_or(0)
    }

    /// Adds the digest of the next line.
    pub fn push(&mut self, line: &Digest) {
        self.waiting.push(*line);
        if self.waiting.len() == BATCH {
            self.take_in();
        }
    }

    /// Returns the root over all leaves. Without leaves, that is the SHA-256 of an empty text.
    pub fn root(&mut self) -> Digest {
        self.take_in();
        self.grown.root()
    }

    fn take_in(&mut self) {
        let chunks = &mut self.chunks;
        self.grown.push_lines(&self.waiting, |range, root| {
            if let Some(chunks) = chunks
                && range.end - range.start == CHUNK_LINES
            {
                chunks.push(*root);
            }
        });
        self.waiting.clear();
    }
}

/// Returns the root over a full subtree of lines, and computes it level by level.
fn full_root(lines: &[Digest]) -> Digest {
    let leaves: Vec<[u8; 33]> = lines.iter().map(|line| prefixed(0, &[line])).collect();
    let mut level = Digest::sha256_each(&leaves.iter().map(<[u8; 33]>::as_slice).collect::<Vec<_>>());
    while level.len() > 1 {
        let nodes: Vec<[u8; 65]> = level.chunks(2).map(|pair| prefixed(1, &[&pair[0], &pair[1]])).collect();
        level = Digest::sha256_each(&nodes.iter().map(<[u8; 65]>::as_slice).collect::<Vec<_>>());
    }
    level[0]
}

/// Returns a byte followed by digests.
fn prefixed<const LENGTH: usize>(first: u8, digests: &[&Digest]) -> [u8; LENGTH] {
    let mut bytes = [first; LENGTH];
    for (part, digest) in bytes[1..].chunks_exact_mut(32).zip(digests) {
        part.copy_from_slice(digest.as_bytes());
    }
    bytes
}

/// A tree as the roots of its full subtrees.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peaks {
    size: u64,
    /// The largest first. There is one for each bit that is set in `size`.
    peaks: Vec<Digest>,
}

impl Peaks {
    pub(crate) const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Adds a leaf, and calls `completed` for every full subtree that it completes.
    fn push_leaf(&mut self, data: &[u8], completed: impl FnMut(Range<u64>, &Digest)) {
        self.push_tree(leaf_hash(data), 1, completed);
    }

    /// Adds lines, as many at a time as make a full subtree, which begins at a multiple of its length.
    pub(crate) fn push_lines(&mut self, mut lines: &[Digest], mut completed: impl FnMut(Range<u64>, &Digest)) {
        while let Some(fitting) = lines.len().checked_ilog2() {
            let bits = fitting.min(self.size.trailing_zeros());
            let (subtree, rest) = lines.split_at(1 << bits);
            self.push_tree(full_root(subtree), 1 << bits, &mut completed);
            lines = rest;
        }
    }

    /// Adds a full subtree. Its number of leaves is a power of two that divides the size so far.
    pub(crate) fn push_tree(&mut self, root: Digest, leaves: u64, mut completed: impl FnMut(Range<u64>, &Digest)) {
        let end = self.size + leaves;
        let (mut hash, mut length) = (root, leaves);
        completed(self.size..end, &hash);
        while self.size & length != 0 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            length *= 2;
            completed(end - length..end, &hash);
        }
        self.peaks.push(hash);
        self.size = end;
    }

    pub(crate) fn root(&self) -> Digest {
        self.root_from_peak(0).unwrap_or_else(|| Digest::sha256(b""))
    }

    /// Returns the root over the leaves of the peaks from this one on.
    fn root_from_peak(&self, first: usize) -> Option<Digest> {
        let mut peaks = self.peaks.get(first..)?.iter().rev();
        let last = *peaks.next()?;
        Some(peaks.fold(last, |right, left| node_hash(left, &right)))
    }

    /// Returns the root over the leaves from `start` to the end, where `start` is the beginning of a peak.
    fn suffix(&self, start: u64) -> Option<Digest> {
        let mut begins = 0;
        for index in 0..self.peaks.len() {
            if begins == start {
                return self.root_from_peak(index);
            }
            begins += self.peak_length(begins);
        }
        None
    }

    /// Returns the number of leaves of the peak that begins here.
    fn peak_length(&self, begins: u64) -> u64 {
        1 << (self.size - begins).ilog2()
    }
}

/// Returns the siblings on the path from leaf `index` to the root of a tree of `size` leaves, as ranges of leaves. The
/// leaf's own sibling is first (RFC 6962, section 2.1.1).
pub(crate) fn siblings(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut path = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        // The largest power of two that is smaller than the number of leaves.
        let left = 1 << (tree.end - tree.start - 1).ilog2();
        let middle = tree.start + left;
        if index < middle {
            path.push(middle..tree.end);
            tree.end = middle;
        } else {
            path.push(tree.start..middle);
            tree.start = middle;
        }
    }
    path.reverse();
    path
}

/// Makes inclusion proofs for some leaves of a tree whose size is known, in one pass over all leaves.
#[derive(Debug)]
pub(crate) struct Prover {
    size: u64,
    tree: Peaks,
    wanted: Vec<u64>,
    /// The hashes that the proofs need, if they are known yet.
    needed: HashMap<Range<u64>, Option<Digest>>,
}

impl Prover {
    pub(crate) fn new(size: u64) -> Self {
        Self { size, tree: Peaks::new(), wanted: Vec::new(), needed: HashMap::new() }
    }

    /// Adds the next leaf. With `prove`, a proof is made for it.
    pub(crate) fn push(&mut self, line: &Digest, prove: bool) {
        let index = self.tree.size;
        if prove && index < self.size {
            self.wanted.push(index);
            for sibling in siblings(index, self.size) {
                // A sibling on the left is a peak of the tree as it is now.
                let known = if sibling.end <= index { self.peak(&sibling) } else { None };
                self.needed.entry(sibling).or_insert(known);
            }
        }
        let needed = &mut self.needed;
        self.tree.push_leaf(line.as_bytes(), |range, hash| {
            if let Some(slot) = needed.get_mut(&range) {
                *slot = Some(*hash);
            }
        });
    }

    /// Returns the number of leaves so far.
    pub(crate) const fn size(&self) -> u64 {
        self.tree.size
    }

    fn peak(&self, range: &Range<u64>) -> Option<Digest> {
        let mut begins = 0;
        for peak in &self.tree.peaks {
            if begins == range.start {
                return Some(*peak);
            }
            begins += self.tree.peak_length(begins);
        }
        None
    }

    pub(crate) fn root(&self) -> Digest {
        self.tree.root()
    }

    /// Returns the proofs in the order of their leaves, when all leaves were added.
    pub(crate) fn finish(&self) -> Option<Vec<(u64, Vec<Digest>)>> {
        let hash = |range: Range<u64>| {
            // A range at the right edge can be an incomplete subtree. Its root comes from its peaks.
            self.needed.get(&range).copied().flatten().or_else(|| self.tree.suffix(range.start))
        };
        let proof = |index| siblings(index, self.size).into_iter().map(hash).collect::<Option<Vec<_>>>();
        self.wanted.iter().map(|index| Some((*index, proof(*index)?))).collect()
    }
}

/// Computes the root from a line's digest and an inclusion proof. Returns `None` if the proof doesn't fit the tree's size
/// (the algorithm of RFC 9162, section 2.1.3.2).
///
/// `index` counts from 0: it is the line's number minus one.
pub fn root_from_proof(line: &Digest, index: u64, size: u64, proof: &[Digest]) -> Option<Digest> {
    root_from_leaf(leaf_hash(line.as_bytes()), index, size, proof)
}

pub(crate) fn root_from_leaf(leaf: Digest, index: u64, size: u64, proof: &[Digest]) -> Option<Digest> {
    if index >= size {
        return None;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves of the reference tests of Certificate Transparency, whose roots and proofs below are published in
    /// google/certificate-transparency, `python/ct/crypto/merkle_test.py` (RFC 6962).
    const LEAVES: [&[u8]; 8] = [b"", b"\0", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn digests(hex: &[&str]) -> Vec<Digest> {
        hex.iter().map(|hex| hex.parse().unwrap()).collect()
    }

    #[test]
    fn published_roots_of_rfc_6962_match() {
        let mut tree = Peaks::new();
        for (size, root) in ROOTS.iter().enumerate() {
            assert_eq!(tree.root().to_string(), *root, "{size} leaves");
            if let Some(leaf) = LEAVES.get(size) {
                tree.push_leaf(leaf, |_, _| {});
            }
        }
    }

    #[test]
    fn published_proofs_of_rfc_6962_give_their_roots() {
        let proofs: &[(u64, u64, &[&str])] = &[
            (0, 1, &[]),
            (
                0,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                5,
                8,
                &[
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
            (
                1,
                5,
                &[
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                ],
            ),
        ];
        for (index, size, proof) in proofs {
            let (place, count) = (usize::try_from(*index).unwrap(), usize::try_from(*size).unwrap());
            let found = root_from_leaf(leaf_hash(LEAVES[place]), *index, *size, &digests(proof));
            assert_eq!(found.map(|root| root.to_string()).as_deref(), Some(ROOTS[count]), "{index} of {size}");
        }
    }

    #[test]
    fn proof_fits_only_its_own_leaf_and_size() {
        let lines: Vec<_> = (0..40_u8).map(|number| Digest::sha256(&[number])).collect();
        for size in 1..=lines.len() {
            let count = u64::try_from(size).unwrap();
            let mut prover = Prover::new(count);
            lines[..size].iter().for_each(|line| prover.push(line, true));
            let root = prover.root();
            let proofs = prover.finish().unwrap();
            assert_eq!(proofs.len(), size);
            for (index, proof) in proofs {
                let line = &lines[usize::try_from(index).unwrap()];
                assert_eq!(root_from_proof(line, index, count, &proof), Some(root), "{index} of {size}");
                assert_ne!(root_from_proof(&Digest::ZERO, index, count, &proof), Some(root));
                for other in (0..count).filter(|other| *other != index) {
                    assert_ne!(root_from_proof(line, other, count, &proof), Some(root), "{index} as {other} of {size}");
                }
                let longer = [&proof[..], &[root]].concat();
                assert_eq!(root_from_proof(line, index, count, &longer), None);
                assert!(proof.is_empty() || root_from_proof(line, index, count, &proof[1..]) != Some(root));
                assert_eq!(root_from_proof(line, count, count, &proof), None);
            }
        }
    }

    #[test]
    fn tree_grown_in_batches_equals_tree_grown_by_leaves() {
        // The root is computed after every `step` lines, so the waiting lines are not a full batch.
        for step in [1, 3, 64, 100, 1023, 1024, 1025, 2999] {
            let (mut tree, mut slow) = (MerkleTree::new(), Peaks::new());
            for number in 1..=3000_u32 {
                let line = Digest::sha256(&number.to_le_bytes());
                tree.push(&line);
                slow.push_leaf(line.as_bytes(), |_, _| {});
                assert_eq!(tree.size(), slow.size);
                if number % step == 0 {
                    assert_eq!(tree.root(), slow.root(), "{number} leaves, step {step}");
                }
            }
        }
    }

    #[test]
    fn proofs_of_some_leaves_are_valid() {
        let lines: Vec<_> = (0..100_u8).map(|number| Digest::sha256(&[number])).collect();
        for step in [1, 3, 7, 50] {
            let mut prover = Prover::new(100);
            for (index, line) in lines.iter().enumerate() {
                prover.push(line, index % step == 2 % step);
            }
            for (index, proof) in prover.finish().unwrap() {
                let line = &lines[usize::try_from(index).unwrap()];
                assert_eq!(root_from_proof(line, index, 100, &proof), Some(prover.root()));
            }
        }
    }
}
