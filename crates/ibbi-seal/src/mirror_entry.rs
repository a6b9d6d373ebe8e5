//! The entries of a mirror, and why one doesn't fit.

use crate::checkpoint::SignedCheckpoint;
use crate::key::{PublicKey, SignatureError};
use core::ops::RangeInclusive;
use ibbi_log::{Digest, FaultKind, Uuid};
use serde::{Deserialize, Serialize};

/// The version of the mirror format that this crate reads and writes.
pub const MIRROR_FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeadEntry {
    pub(crate) mirror: u32,
    pub(crate) origin: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HashEntry {
    hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointEntry {
    checkpoint: String,
}

/// An entry of a mirror after its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorEntry {
    /// The public key that signs the checkpoints.
    Key(PublicKey),
    /// The SHA-256 of a line that the holder of the mirror may not read.
    Hash(Digest),
    /// A line of the ledger without its LF.
    Line(Vec<u8>),
    /// A checkpoint.
    Checkpoint(Box<SignedCheckpoint>),
}

impl MirrorEntry {
    /// Appends the entry to a buffer, with its LF.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Key(key) => write_json(&KeyEntry { key: key.to_string() }, out),
            Self::Hash(digest) => write_json(&HashEntry { hash: digest.to_string() }, out),
            Self::Line(bytes) => {
                out.extend_from_slice(bytes);
                out.push(b'\n');
            }
            Self::Checkpoint(signed) => write_json(&CheckpointEntry { checkpoint: signed.to_string() }, out),
        }
    }

    /// Reads an entry without its LF.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, MirrorFault> {
        let wrong = |error: &dyn core::fmt::Display| MirrorFault::Entry(error.to_string());
        if bytes.starts_with(b"{\"hash\":") {
            let entry: HashEntry = read_json(bytes)?;
            return Ok(Self::Hash(entry.hash.parse().map_err(|error| wrong(&error))?));
        }
        if bytes.starts_with(b"{\"act") {
            return Ok(Self::Line(bytes.to_vec()));
        }
        if bytes.starts_with(b"{\"checkpoint\":") {
            let entry: CheckpointEntry = read_json(bytes)?;
            return Ok(Self::Checkpoint(Box::new(entry.checkpoint.parse().map_err(|error| wrong(&error))?)));
        }
        if bytes.starts_with(b"{\"key\":") {
            let entry: KeyEntry = read_json(bytes)?;
            return Ok(Self::Key(entry.key.parse().map_err(|error| wrong(&error))?));
        }
        Err(MirrorFault::Entry("it is neither a line of a ledger, nor a hash, a key, or a checkpoint".to_owned()))
    }
}

/// Why an entry doesn't fit the mirror before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorFault {
    /// The entry can't be read.
    #[error("the entry can't be read: {0}")]
    Entry(String),
    /// The entry has bytes that were never written: a crash left zeros in their place.
    #[error("the entry has zero bytes, as a crash leaves them")]
    Zeros,
    /// The first entry is not the head of a mirror in a format that this program reads.
    #[error("the first entry must be the head of a mirror of format {MIRROR_FORMAT}: {0}")]
    Head(String),
    /// There is a second key.
    #[error("the mirror has a key already, {known}, and this one is {found}")]
    SecondKey {
        /// The key that the mirror has.
        known: String,
        /// The other key.
        found: String,
    },
    /// A line of the ledger is wrong by itself.
    #[error("line {line} of the ledger: {kind}")]
    Line {
        /// The number of the line in the ledger.
        line: u64,
        /// What is wrong with it.
        kind: Box<FaultKind>,
    },
    /// A line of the ledger has another number than its place.
    #[error("line {line} of the ledger is not in its place: it says that it is line {found}")]
    Number {
        /// The number that its place asks for.
        line: u64,
        /// The number in the line.
        found: u64,
    },
    /// A line names another line before it than the mirror has.
    #[error("line {line} of the ledger names {named} as the SHA-256 of the line before it, but that is {held}")]
    Chain {
        /// The number of the line that names another.
        line: u64,
        /// What it names.
        named: String,
        /// What the mirror has.
        held: Digest,
    },
    /// The record is not a later one of its case.
    #[error("line {line} of the ledger is record {found} of case {case}, after record {last}")]
    Rev {
        /// The number of the line.
        line: u64,
        /// The case.
        case: Uuid,
        /// The number of the record in its case.
        found: u64,
        /// That of the last record before it.
        last: u64,
    },
    /// The first line or a checkpoint is of another ledger.
    #[error("it is of the ledger {found}, but the mirror is of {expected}")]
    Origin {
        /// The name of the mirror's ledger.
        expected: String,
        /// The other name.
        found: String,
    },
    /// A checkpoint covers lines that the mirror doesn't have, or not more than the one before it.
    #[error("the checkpoint covers {size} lines; it must cover more than {covered} and at most {lines}")]
    Size {
        /// How many lines it covers.
        size: u64,
        /// How many lines the checkpoint before it covers.
        covered: u64,
        /// How many lines the mirror has.
        lines: u64,
    },
    /// The lines are not those that a checkpoint covers.
    #[error(
        "the checkpoint over {size} lines has the root {expected}, but the mirror's lines have the root {found}: a line from \
         {} to {size} is not the one that was signed", .covered + 1
    )]
    Root {
        /// How many lines the checkpoint covers.
        size: u64,
        /// How many lines the checkpoint before it covers. They are as they were signed.
        covered: u64,
        /// The checkpoint's root.
        expected: Digest,
        /// The root of the mirror's lines.
        found: Digest,
    },
    /// The key of the mirror didn't sign a checkpoint.
    #[error("the checkpoint over {size} lines: {source}")]
    Signature {
        /// How many lines the checkpoint covers.
        size: u64,
        /// What is wrong with its signature.
        source: SignatureError,
    },
}

impl MirrorFault {
    /// Returns the lines of the ledger of which at least one was changed, if the fault shows that.
    pub const fn lines(&self) -> Option<RangeInclusive<u64>> {
        match self {
            Self::Line { line, .. } | Self::Number { line, .. } => Some(*line..=*line),
            Self::Chain { line, .. } => Some(line.saturating_sub(1)..=*line),
            Self::Root { size, covered, .. } => Some(*covered + 1..=*size),
            _ => None,
        }
    }
}

pub(crate) fn write_json(value: &impl Serialize, out: &mut Vec<u8>) {
    // Writing such a value to memory can't fail.
    out.extend(serde_json::to_vec(value).unwrap_or_default());
    out.push(b'\n');
}

/// Reads an entry of JSON, in canonical form only.
pub(crate) fn read_json<T: for<'a> Deserialize<'a> + Serialize>(bytes: &[u8]) -> Result<T, MirrorFault> {
    let read: T = serde_json::from_slice(bytes).map_err(|error| MirrorFault::Entry(error.to_string()))?;
    let again = serde_json::to_vec(&read).map_err(|error| MirrorFault::Entry(error.to_string()))?;
    if again == bytes { Ok(read) } else { Err(MirrorFault::Entry("it is not in canonical form".to_owned())) }
}
