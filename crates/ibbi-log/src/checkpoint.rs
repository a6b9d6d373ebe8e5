//! Checkpoints: signed statements of how many lines a ledger had and what they were.
//!
//! The format is that of C2SP, <https://c2sp.org/tlog-checkpoint>: a signed note of the ledger's origin, the number of
//! lines, and the Merkle root over the digests of the lines.

use crate::key::{PrivateKey, PublicKey};
use crate::note::{Note, NoteError, SignatureError, split_notes};
use crate::record::Opening;
use crate::{Digest, Fault, FaultKind, Head, Tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use core::str::FromStr;

/// What a checkpoint states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's name for the world.
    pub origin: String,
    /// How many lines it covers: all from the first one on.
    pub size: u64,
    /// The Merkle root over them (RFC 6962; leaf data are the SHA-256 digests of the lines).
    pub root: Digest,
}

/// A checkpoint with its signatures, which are checked by [`SignedCheckpoint::verify`] and not before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Not a signed note.
    #[error("not a checkpoint: {0}")]
    Note(#[from] NoteError),
    /// A note, but of something else.
    #[error("not a checkpoint: the signed text has three lines: origin, number of lines, and base64 of 32 bytes")]
    Form,
    /// An origin that would not be told from what stands around it.
    #[error(
        "the ledger's origin begins with an em dash, as a signature line does; a ledger of this name cannot have checkpoints"
    )]
    Origin,
}

impl Checkpoint {
    /// Signs it.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`].
    pub fn sign(self, key: &PrivateKey) -> Result<SignedCheckpoint, CheckpointError> {
        if self.origin.starts_with('\u{2014}') {
            return Err(CheckpointError::Origin);
        }
        let mut note = Note::unsigned(self.to_string());
        key.sign(&mut note);
        Ok(SignedCheckpoint { checkpoint: self, note })
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok().filter(|number: &u64| number.to_string() == size)?;
        let root = STANDARD.decode(root).ok()?.try_into().ok().map(Digest::from_bytes)?;
        // Lines after the third say something to others; each must hold something.
        let rest = lines.all(|line| !line.is_empty());
        (rest && !origin.is_empty()).then(|| Self { origin: origin.to_owned(), size: number, root })
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }
}

impl SignedCheckpoint {
    /// What it states, whoever signed it.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed note that it is.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The name of the first trusted key that signed it.
    ///
    /// # Errors
    /// [`SignatureError`] if a trusted key's signature is wrong or there is none.
    pub fn verify(&self, trusted: &[PublicKey]) -> Result<String, SignatureError> {
        self.note.verify(trusted)
    }

    /// What it finds wrong with a ledger of its size, or of fewer lines: its tree, its first line, and where it stands.
    pub fn against(&self, tree: &mut Tree, opening: Option<&Opening>, head: Head) -> Option<Fault> {
        let checkpoint = &self.checkpoint;
        // A checkpoint of no lines comes to be asked when there is one.
        let root = if checkpoint.size == 0 { Tree::new().root() } else { tree.root() };
        let origin = opening.map(|opening| opening.origin.as_str());
        // Whose it is comes first: of another ledger's lines nothing can be missing here.
        let kind = if origin.is_some_and(|origin| origin != checkpoint.origin) {
            FaultKind::Origin { found: checkpoint.origin.clone() }
        } else if checkpoint.size > tree.size() {
            FaultKind::Truncated { covered: checkpoint.size, found: tree.size() }
        } else if checkpoint.root != root {
            FaultKind::Root { size: checkpoint.size, expected: checkpoint.root, found: root }
        } else {
            return None;
        };
        Some(end_fault(head, kind))
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointError;
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let note = Note::parse(text)?;
        let checkpoint = Checkpoint::read(note.text()).ok_or(CheckpointError::Form)?;
        Ok(Self { checkpoint, note })
    }
}

impl fmt::Display for SignedCheckpoint {
    /// The signed note as a file keeps it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

/// The checkpoints of a file, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkpoints {
    /// The whole ones.
    pub list: Vec<SignedCheckpoint>,
    /// How many bytes at the end are the beginning of one that was never finished.
    pub torn: u64,
}

/// Why a file of checkpoints cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("checkpoint {number} of the file: {source}; restore the file from a copy")]
pub struct CheckpointsError {
    /// Which one, from 1.
    pub number: usize,
    /// What is wrong with it.
    pub source: CheckpointError,
}

impl Checkpoints {
    /// Reads the text of a file: checkpoints one after the other, with or without empty lines between them.
    ///
    /// # Errors
    /// [`CheckpointsError`] about the first one that is none.
    pub fn parse(text: &str) -> Result<Self, CheckpointsError> {
        let (notes, rest) = split_notes(text);
        let mut known = Self { list: Vec::with_capacity(notes.len()), torn: wide(rest.len()) };
        for (index, note) in notes.iter().enumerate() {
            match note.parse() {
                Ok(signed) => known.list.push(signed),
                // Zeros in the last one are what a crash leaves of a write whose parts did not all reach the disk.
                Err(_) if index + 1 == notes.len() && note.contains('\0') => known.torn += wide(note.len()),
                Err(source) => return Err(CheckpointsError { number: index + 1, source }),
            }
        }
        Ok(known)
    }

    /// The one that covers most lines.
    pub fn largest(&self) -> Option<&SignedCheckpoint> {
        self.list.iter().max_by_key(|signed| signed.checkpoint.size)
    }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Holds checkpoints against a tree that grows: each is answered when the tree has its size.
///
/// ```
/// use ibbi_log::{Digest, Tree, Watch};
/// let (mut tree, mut watch) = (Tree::new(), Watch::new(&[]));
/// tree.push(&Digest::of(b"the first line"));
/// assert!(!watch.is_due(tree.size()) && watch.left().is_empty());
/// ```
#[derive(Debug)]
pub struct Watch<'a> {
    /// The checkpoints still to come, the largest first.
    waiting: Vec<&'a SignedCheckpoint>,
}

impl<'a> Watch<'a> {
    /// Waits for the sizes of these checkpoints.
    pub fn new(checkpoints: &'a [SignedCheckpoint]) -> Self {
        let mut waiting: Vec<_> = checkpoints.iter().collect();
        waiting.sort_by_key(|signed| core::cmp::Reverse(signed.checkpoint.size));
        Self { waiting }
    }

    /// Whether a checkpoint wants to know the root at this size.
    pub fn is_due(&self, size: u64) -> bool {
        self.waiting.last().is_some_and(|signed| signed.checkpoint.size <= size)
    }

    /// The checkpoints of this size.
    pub fn due(&mut self, size: u64) -> Vec<&'a SignedCheckpoint> {
        let from = self.waiting.partition_point(|signed| signed.checkpoint.size > size);
        self.waiting.split_off(from)
    }

    /// Those that cover more lines than there are, the largest first.
    pub fn left(self) -> Vec<&'a SignedCheckpoint> {
        self.waiting
    }
}

/// [`SignedCheckpoint::against`], for many.
pub(crate) fn against(
    signed: &SignedCheckpoint,
    tree: &mut Tree,
    opening: Option<&Opening>,
    head: Head,
) -> Option<Fault> {
    signed.against(tree, opening, head)
}

/// A fault that shows at the end of the lines read so far.
pub(crate) fn end_fault(head: Head, kind: FaultKind) -> Fault {
    Fault { line: head.lines, offset: head.bytes, column: 0, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_has_one_form_and_its_example_in_c2sp_is_read() {
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
        // Extension lines are for others.
        assert!(text.replacen("q2I=\n", "q2I=\nmore\n", 1).parse::<SignedCheckpoint>().is_ok());
    }
}
