//! Proofs that a ledger grew from one checkpoint to another without a change, as files.
//!
//! The file has one JSON object: `consistency`, the version of the format; `first` and `second`, the two signed checkpoints
//! as notes; and `proof`, the hashes in base64 (RFC 6962, section 2.1.2). Checking it needs nothing else, so a person who
//! keeps checkpoints needs no copy of the ledger.

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::merkle::{CHUNK_LINES, MerkleTree};
use crate::proof::{ProofMaker, decode_hash, encode_hash, is_consistent};
use core::fmt;
use core::str::FromStr;
use ibbi_log::Digest;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io;

/// The version of the format of a consistency proof that this crate reads and writes.
pub const CONSISTENCY_FORMAT: u32 = 1;

/// A proof between two checkpoints of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedConsistency {
    /// The checkpoint over fewer lines.
    pub first: SignedCheckpoint,
    /// The checkpoint over more lines.
    pub second: SignedCheckpoint,
    /// The hashes of the proof.
    pub hashes: Vec<Digest>,
}

/// Why a text is not a consistency proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsistencyError {
    /// The text has another form.
    #[error("not a consistency proof: {0}")]
    Form(String),
    /// The format is a later one.
    #[error("the proof has format {0}, but this program reads format {CONSISTENCY_FORMAT}")]
    Format(u32),
    /// One of the two is not a checkpoint.
    #[error("the proof's {which} checkpoint: {source}")]
    Checkpoint {
        /// `first` or `second`.
        which: &'static str,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// A hash has another form.
    #[error("a hash of the proof is not base64 of 32 bytes; copy the whole file again")]
    Hash,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofFile {
    consistency: u32,
    first: String,
    proof: Vec<String>,
    second: String,
}

impl SignedConsistency {
    /// Returns whether the proof shows that the second checkpoint continues the first. It doesn't check signatures.
    pub fn holds(&self) -> bool {
        let (first, second) = (self.first.checkpoint(), self.second.checkpoint());
        first.origin == second.origin
            && is_consistent((first.size, &first.root), (second.size, &second.root), &self.hashes)
    }
}

impl FromStr for SignedConsistency {
    type Err = ConsistencyError;
    fn from_str(text: &str) -> Result<Self, ConsistencyError> {
        let file: ProofFile = serde_json::from_str(text).map_err(|error| ConsistencyError::Form(error.to_string()))?;
        if file.consistency != CONSISTENCY_FORMAT {
            return Err(ConsistencyError::Format(file.consistency));
        }
        let note = |text: &str, which| text.parse().map_err(|source| ConsistencyError::Checkpoint { which, source });
        let hashes = file.proof.iter().map(|text| decode_hash(text)).collect::<Option<_>>();
        Ok(Self {
            first: note(&file.first, "first")?,
            second: note(&file.second, "second")?,
            hashes: hashes.ok_or(ConsistencyError::Hash)?,
        })
    }
}

impl fmt::Display for SignedConsistency {
    /// Writes the file, one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = ProofFile {
            consistency: CONSISTENCY_FORMAT,
            first: self.first.to_string(),
            proof: self.hashes.iter().map(encode_hash).collect(),
            second: self.second.to_string(),
        };
        writeln!(f, "{}", serde_json::to_string(&file).map_err(|_| fmt::Error)?)
    }
}

/// The roots of a ledger at two sizes, and the proof between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The root of the lines up to the smaller size.
    pub first: Digest,
    /// The root of the lines up to the larger size.
    pub second: Digest,
    /// The hashes of the proof between them.
    pub hashes: Vec<Digest>,
}

/// Makes the consistency proof between two sizes in one pass over the digests of a ledger's lines.
///
/// Memory: 32 bytes for each 1,024 lines, and 96 KiB.
///
/// ```
/// use ibbi_log::Digest;
/// use ibbi_seal::{GrowthProver, is_consistent};
/// let mut prover = GrowthProver::new(700, 5000);
/// (0..6000_u32).for_each(|number| prover.push(&Digest::sha256(&number.to_le_bytes())));
/// let growth = prover.finish()?.expect("there are as many lines");
/// assert!(is_consistent((700, &growth.first), (5000, &growth.second), &growth.hashes));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct GrowthProver {
    from: u64,
    to: u64,
    tree: MerkleTree,
    /// The digests of the lines of the chunks in which the two sizes end.
    kept: HashMap<u64, Vec<Digest>>,
}

impl GrowthProver {
    /// Returns a prover between two sizes.
    ///
    /// # Panics
    /// Panics unless `from` is from 1 to `to`.
    pub fn new(from: u64, to: u64) -> Self {
        assert!(0 < from && from <= to, "{from} to {to}");
        let ends = [from - 1, from, to - 1].map(|index| (index / CHUNK_LINES, Vec::new()));
        Self { from, to, tree: MerkleTree::keeping_chunks(), kept: HashMap::from(ends) }
    }

    /// Adds the digest of the next line. Lines after the larger size are ignored.
    pub fn push(&mut self, line: &Digest) {
        let index = self.tree.size();
        if index < self.to {
            self.kept.entry(index / CHUNK_LINES).and_modify(|lines| lines.push(*line));
            self.tree.push(line);
        }
    }

    /// Returns the roots and the proof; `None` if there were fewer lines than the larger size.
    ///
    /// # Errors
    /// Returns an error if the proof has a gap, which is a bug.
    pub fn finish(mut self) -> io::Result<Option<Growth>> {
        if self.tree.size() < self.to {
            return Ok(None);
        }
        let chunks = self.tree.chunk_roots().to_vec();
        let mut maker = ProofMaker::new(&chunks, self.to, |range| {
            let lines = self.kept.get(&(range.start / CHUNK_LINES)).cloned();
            lines.ok_or_else(|| io::Error::other("a proof has a gap; report this bug"))
        });
        let (first, second) = (maker.root(self.from)?, maker.root(self.to)?);
        Ok(Some(Growth { first, second, hashes: maker.consistency(self.from, self.to)? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::key::PrivateKey;

    fn digest(number: u64) -> Digest {
        Digest::sha256(&number.to_le_bytes())
    }

    #[test]
    fn growth_is_proved_at_the_edges_of_chunks() {
        let sizes = [1, 2, 3, 1023, 1024, 1025, 2047, 2048, 2049, 3000, 3072, 4096, 4100];
        let root = |size: u64| {
            let mut tree = MerkleTree::new();
            (0..size).for_each(|number| tree.push(&digest(number)));
            tree.root()
        };
        for to in sizes {
            for from in sizes.into_iter().filter(|from| *from <= to) {
                let mut prover = GrowthProver::new(from, to);
                (0..to).for_each(|number| prover.push(&digest(number)));
                let growth = prover.finish().unwrap().unwrap();
                assert_eq!((growth.first, growth.second), (root(from), root(to)), "{from} to {to}");
                assert!(is_consistent((from, &growth.first), (to, &growth.second), &growth.hashes), "{from} to {to}");
            }
            let mut short = GrowthProver::new(1, to);
            (1..to).for_each(|number| short.push(&digest(number)));
            assert_eq!(short.finish().unwrap(), None);
        }
    }

    #[test]
    fn file_is_read_back_and_holds_only_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
        let mut prover = GrowthProver::new(3, 7);
        (0..7).for_each(|number| prover.push(&digest(number)));
        let growth = prover.finish().unwrap().unwrap();
        let sign = |size, root| Checkpoint { origin: "o".to_owned(), size, root }.sign(&key).unwrap();
        let (first, second) = (sign(3, growth.first), sign(7, growth.second));
        let proof = SignedConsistency { first, second, hashes: growth.hashes };
        assert!(proof.holds());
        let text = proof.to_string();
        assert_eq!(text.parse(), Ok(proof.clone()));
        assert!(!SignedConsistency { second: sign(7, digest(9)), ..proof.clone() }.holds());
        assert!(!SignedConsistency { hashes: proof.hashes[1..].to_vec(), ..proof.clone() }.holds());
        let other = Checkpoint { origin: "other".to_owned(), ..proof.second.checkpoint().clone() };
        assert!(!SignedConsistency { second: other.sign(&key).unwrap(), ..proof }.holds());
        assert_eq!(text.replacen(":1,", ":2,", 1).parse::<SignedConsistency>(), Err(ConsistencyError::Format(2)));
        let cut = text.replacen("\\n\\n", "\\n", 1).parse::<SignedConsistency>();
        assert!(matches!(cut, Err(ConsistencyError::Checkpoint { which: "first", .. })), "{cut:?}");
        assert!(matches!("{}".parse::<SignedConsistency>(), Err(ConsistencyError::Form(_))));
    }
}
