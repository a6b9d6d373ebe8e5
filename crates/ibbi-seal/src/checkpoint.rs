//! Checkpoints: signed statements of how many lines a ledger had and what they were.
//!
//! The format is that of C2SP, <https://c2sp.org/tlog-checkpoint>: a signed note with the ledger's origin, the number of
//! lines, and the Merkle root over the digests of the lines.

use crate::key::{PrivateKey, PublicKey, SignatureError};
use crate::merkle::MerkleTree;
use crate::signed_note::{SignedNote, SignedNoteError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use core::str::FromStr;
use ibbi_log::{Digest, Fault, FaultKind, Head, Opening};

/// The statement of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's public name.
    pub origin: String,
    /// How many lines it covers: all from the first one on.
    pub size: u64,
    /// The Merkle root over them (RFC 6962; the leaf data are the SHA-256 digests of the lines).
    pub root: Digest,
}

/// A checkpoint with its signatures. [`SignedCheckpoint::verify`] checks them; reading does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The text is not a signed note.
    #[error("not a checkpoint: {0}")]
    Note(#[from] SignedNoteError),
    /// The text is a signed note of something else.
    #[error("not a checkpoint: the signed text must have three lines: origin, number of lines, and base64 of 32 bytes")]
    Form,
    /// The origin looks like a signature line.
    #[error(
        "the ledger's origin begins with an em dash, as a signature line does; a ledger with this name can't have checkpoints"
    )]
    Origin,
}

impl Checkpoint {
    /// Signs the checkpoint.
    ///
    /// # Errors
    /// Returns [`CheckpointError::Origin`].
    pub fn sign(self, key: &PrivateKey) -> Result<SignedCheckpoint, CheckpointError> {
        if self.origin.starts_with('\u{2014}') {
            return Err(CheckpointError::Origin);
        }
        let mut note = SignedNote::unsigned(self.to_string());
        key.sign(&mut note);
        Ok(SignedCheckpoint { checkpoint: self, note })
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok().filter(|number: &u64| number.to_string() == size)?;
        let root = STANDARD.decode(root).ok()?.try_into().ok().map(Digest::from_bytes)?;
        // The format allows more lines, for other programs. They must not be empty.
        let rest = lines.all(|line| !line.is_empty());
        (rest && !origin.is_empty()).then(|| Self { origin: origin.to_owned(), size: number, root })
    }
}

impl fmt::Display for Checkpoint {
    /// Writes the text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }
}

impl SignedCheckpoint {
    /// Returns the statement, whether or not its signatures are valid.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Returns the checkpoint as a signed note.
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }

    pub(crate) const fn note_mut(&mut self) -> &mut SignedNote {
        &mut self.note
    }

    /// Adds the signatures of the same checkpoint, as other witnesses return it. Returns whether it is the same; otherwise
    /// nothing changes.
    pub fn merge(&mut self, other: &Self) -> bool {
        let is_same = self.note.text() == other.note.text();
        if is_same {
            self.note.merge(&other.note);
        }
        is_same
    }

    /// Returns whether it is the same checkpoint and has all signatures of the other.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let has = |signature| self.note.signatures().contains(signature);
        self.note.text() == other.note.text() && other.note.signatures().iter().all(has)
    }

    /// Returns the name of the first trusted key that signed the checkpoint.
    ///
    /// # Errors
    /// Returns [`SignatureError`] if a trusted key's signature is wrong, or if no trusted key signed.
    pub fn verify(&self, trusted: &[PublicKey]) -> Result<String, SignatureError> {
        self.note.verify(trusted)
    }

    /// Checks a ledger against the checkpoint, and returns what is wrong with the ledger.
    ///
    /// The ledger has the checkpoint's size or fewer lines. It comes as its Merkle tree, its first line, and its end.
    pub fn find_fault(&self, tree: &mut MerkleTree, opening: Option<&Opening>, head: Head) -> Option<Fault> {
        let checkpoint = &self.checkpoint;
        // A checkpoint of an empty ledger is checked when there is one line.
        let root = if checkpoint.size == 0 { MerkleTree::new().root() } else { tree.root() };
        let origin = opening.map(|opening| opening.origin.as_str());
        // The origin comes first: no line can be missing for a checkpoint of another ledger.
        let kind = if origin.is_some_and(|origin| origin != checkpoint.origin) {
            FaultKind::Origin { found: checkpoint.origin.clone() }
        } else if checkpoint.size > tree.size() {
            FaultKind::Truncated { covered: checkpoint.size, found: tree.size() }
        } else if checkpoint.root != root {
            FaultKind::Root { size: checkpoint.size, expected: checkpoint.root, found: root }
        } else {
            return None;
        };
        Some(fault_at_end(head, kind))
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointError;
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(text)?;
        let checkpoint = Checkpoint::read(note.text()).ok_or(CheckpointError::Form)?;
        Ok(Self { checkpoint, note })
    }
}

impl fmt::Display for SignedCheckpoint {
    /// Writes the signed note, as a file holds it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

/// Returns a fault that shows at the end of the lines read so far.
pub(crate) fn fault_at_end(head: Head, kind: FaultKind) -> Fault {
    Fault { line: head.lines, offset: head.bytes, column: 0, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c2sp_example_is_read_and_other_forms_are_refused() {
        // The example in C2SP's tlog-checkpoint; its key is not published there.
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let signed: SignedCheckpoint = text.parse().unwrap();
        assert_eq!(signed.to_string(), text);
        assert_eq!(signed.checkpoint().origin, "example.com/behind-the-sofa");
        assert_eq!(signed.checkpoint().size, 20_852_163);
        assert!(matches!(signed.verify(&[]), Err(SignatureError::Unknown { .. })));
        for (from, to) in [
            ("20852163", "020852163"),
            ("20852163", "+20852163"),
            ("20852163", "x"),
            ("20852163\n", ""),
            ("CsUY", "CsUYAAAA"),
            ("q2I=\n", "q2I=\n\n"),
            ("\u{2014}", "-"),
            ("AYQ8=\n", "AYQ8="),
            ("behind", "be\thind"),
            ("AYQ8=", "AYQ8"),
        ] {
            assert!(text.replacen(from, to, 1).parse::<SignedCheckpoint>().is_err(), "{from:?} to {to:?}");
        }
        // Extension lines are for other programs.
        assert!(text.replacen("q2I=\n", "q2I=\nmore\n", 1).parse::<SignedCheckpoint>().is_ok());
    }
}
