//! Mirrors: copies of a ledger that have the lines that their holder may read, and the SHA-256 of each other line.
//!
//! A mirror has a digest for every line, so the Merkle root of each checkpoint can be computed from it. A line that it has in
//! full also names the hash of the line before it. So a mirror proves its lines as a ledger does, and shows nothing of the
//! others.
//!
//! The file has JSON lines, and is only appended to:
//!
//! | entry | content |
//! |---|---|
//! | `{"mirror":1,"origin":"…"}` | the head: the version of this format, and the ledger's name. It is the first entry |
//! | `{"key":"…"}` | the public key that signs the checkpoints after it; at most once |
//! | `{"hash":"…"}` | the SHA-256 of the next line of the ledger, in hexadecimal |
//! | `{"act":…` or `{"actor":…` | the next line of the ledger, with the same bytes |
//! | `{"checkpoint":"…"}` | a signed checkpoint, which covers lines that the mirror has |

use crate::checkpoint::SignedCheckpoint;
use crate::key::PublicKey;
use crate::merkle::MerkleTree;
use crate::mirror_entry::{HeadEntry, MIRROR_FORMAT, MirrorEntry, MirrorFault, read_json, write_json};
use ibbi_log::{Digest, FaultKind, LedgerLine, LineContent, Lines, Links, Opening, RawLine, Uuid, read_line};
use std::collections::{HashMap, VecDeque};
use std::io::{self, Read};

/// What a mirror holds, checked entry by entry.
///
/// Memory: 32 bytes for each line that no checkpoint covers yet, and about 50 bytes for each case whose lines it has.
#[derive(Debug, Clone)]
pub struct Mirror {
    origin: String,
    key: Option<PublicKey>,
    lines: u64,
    readable: u64,
    last: Digest,
    opening: Option<Opening>,
    revs: HashMap<Uuid, u64>,
    /// The tree over the lines that a checkpoint covers.
    tree: MerkleTree,
    /// The digests of the lines after them.
    since: VecDeque<Digest>,
    checkpoint: Option<SignedCheckpoint>,
    signer: Option<String>,
    checkpoints: u64,
}

impl Mirror {
    /// Returns a mirror of a ledger without lines.
    pub fn new(origin: String) -> Self {
        Self {
            origin,
            key: None,
            lines: 0,
            readable: 0,
            last: Digest::ZERO,
            opening: None,
            revs: HashMap::new(),
            tree: MerkleTree::new(),
            since: VecDeque::new(),
            checkpoint: None,
            signer: None,
            checkpoints: 0,
        }
    }

    /// Returns the ledger's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the key that signs the checkpoints, if it is known.
    pub const fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// Returns how many lines of the ledger it has, each at least as its SHA-256.
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// Returns how many of the lines it has in full.
    pub const fn readable(&self) -> u64 {
        self.readable
    }

    /// Returns the SHA-256 of the last line; zeros if there is none.
    pub const fn last(&self) -> Digest {
        self.last
    }

    /// Returns the ledger's first line, if the mirror has it in full.
    pub const fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// Returns the Merkle root of all lines.
    pub fn root(&self) -> Digest {
        let mut tree = self.tree.clone();
        self.since.iter().for_each(|digest| tree.push(digest));
        tree.root()
    }

    /// Returns how many lines the largest checkpoint covers; 0 if there is none.
    pub fn covered(&self) -> u64 {
        self.tree.size()
    }

    /// Returns the checkpoint that covers the most lines.
    pub const fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// Returns the name of the key that signed it. `None` if the mirror had no key to check it with.
    pub fn signer(&self) -> Option<&str> {
        self.signer.as_deref()
    }

    /// Returns how many checkpoints it has.
    pub const fn checkpoints(&self) -> u64 {
        self.checkpoints
    }

    /// Returns the head of the mirror's file, with its LF.
    pub fn head_entry(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_json(&HeadEntry { mirror: MIRROR_FORMAT, origin: self.origin.clone() }, &mut out);
        out
    }

    /// Checks an entry and takes it in. After an error, the mirror is as it was.
    ///
    /// # Errors
    /// Returns [`MirrorFault`].
    pub fn apply(&mut self, entry: &MirrorEntry) -> Result<(), MirrorFault> {
        match entry {
            MirrorEntry::Key(key) => {
                if let Some(known) = self.key.as_ref().filter(|known| *known != key) {
                    return Err(MirrorFault::SecondKey { known: known.to_string(), found: key.to_string() });
                }
                self.key = Some(key.clone());
            }
            MirrorEntry::Hash(digest) => self.push(*digest),
            MirrorEntry::Line(bytes) => {
                self.take_line(bytes)?;
                self.readable += 1;
                self.push(Digest::sha256(bytes));
            }
            MirrorEntry::Checkpoint(signed) => self.take_checkpoint(signed)?,
        }
        Ok(())
    }

    fn push(&mut self, digest: Digest) {
        self.lines += 1;
        self.last = digest;
        self.since.push_back(digest);
    }

    fn take_line(&mut self, bytes: &[u8]) -> Result<(), MirrorFault> {
        let line = self.lines + 1;
        let wrong = |(_, kind)| MirrorFault::Line { line, kind: Box::new(kind) };
        let read = read_line(bytes).map_err(wrong)?;
        let links = Links::read(bytes).ok_or_else(|| wrong((0, FaultKind::Unexplained)))?;
        if links.seq != line {
            return Err(MirrorFault::Number { line, found: links.seq });
        }
        if *links.prev != self.last.to_hex() {
            let named = String::from_utf8_lossy(links.prev).into_owned();
            return Err(MirrorFault::Chain { line, named, held: self.last });
        }
        match read {
            LedgerLine::Opening(opening) if opening.origin.as_str() == self.origin => self.opening = Some(opening),
            LedgerLine::Opening(opening) => {
                let found = opening.origin.as_str().to_owned();
                return Err(MirrorFault::Origin { expected: self.origin.clone(), found });
            }
            LedgerLine::Record(record) => {
                let last = self.revs.get(&record.case).copied().unwrap_or(0);
                if record.rev <= last {
                    return Err(MirrorFault::Rev { line, case: record.case, found: record.rev, last });
                }
                self.revs.insert(record.case, record.rev);
            }
            LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_) => {}
        }
        Ok(())
    }

    fn take_checkpoint(&mut self, signed: &SignedCheckpoint) -> Result<(), MirrorFault> {
        let checkpoint = signed.checkpoint();
        let (size, covered) = (checkpoint.size, self.covered());
        if checkpoint.origin != self.origin {
            return Err(MirrorFault::Origin { expected: self.origin.clone(), found: checkpoint.origin.clone() });
        }
        let signer = match &self.key {
            Some(key) => {
                let wrong = |source| MirrorFault::Signature { size, source };
                Some(signed.verify(core::slice::from_ref(key)).map_err(wrong)?)
            }
            None => None,
        };
        if size <= covered || size > self.lines {
            return Err(MirrorFault::Size { size, covered, lines: self.lines });
        }
        let mut tree = self.tree.clone();
        let fresh = usize::try_from(size - covered).unwrap_or(usize::MAX);
        self.since.iter().take(fresh).for_each(|digest| tree.push(digest));
        let found = tree.root();
        if found != checkpoint.root {
            return Err(MirrorFault::Root { size, covered, expected: checkpoint.root, found });
        }
        self.since.drain(..fresh.min(self.since.len()));
        self.tree = tree;
        self.checkpoint = Some(signed.clone());
        self.signer = signer;
        self.checkpoints += 1;
        Ok(())
    }
}

/// Returns whether a file begins as a mirror.
pub fn is_mirror(beginning: &[u8]) -> bool {
    beginning.starts_with(b"{\"mirror\":")
}

/// The entries of a mirror's file, without checks between them.
#[derive(Debug)]
struct MirrorReader<R> {
    lines: Lines<R>,
    /// The number of the last entry, from 1, and its offset in bytes.
    place: (u64, u64),
    /// The number of bytes of the whole entries that were read.
    bytes: u64,
    /// The number of bytes of an unfinished entry at the end.
    torn: u64,
}

impl<R: Read> MirrorReader<R> {
    /// Reads the head, and returns the mirror without lines. There is none if the file ends before the end of its head.
    ///
    /// # Errors
    /// Returns the source's error, or a fault of the head.
    fn begin(source: R) -> io::Result<Result<(Self, Option<Mirror>), MirrorFault>> {
        let mut reader = Self { lines: Lines::new(source), place: (0, 0), bytes: 0, torn: 0 };
        let Some(bytes) = reader.whole()? else { return Ok(Ok((reader, None))) };
        let head = bytes.and_then(|bytes| {
            let head: HeadEntry = read_json(&bytes).map_err(|fault| MirrorFault::Head(fault.to_string()))?;
            if head.mirror != MIRROR_FORMAT || head.origin.is_empty() {
                return Err(MirrorFault::Head(format!("it has format {}", head.mirror)));
            }
            Ok(Mirror::new(head.origin))
        });
        Ok(head.map(|mirror| (reader, Some(mirror))))
    }

    /// Returns the next entry, or why it can't be read; `None` at the end.
    ///
    /// # Errors
    /// Returns the source's error.
    #[allow(clippy::should_implement_trait, reason = "a source's error is not that of an entry")]
    fn next(&mut self) -> io::Result<Option<Result<MirrorEntry, MirrorFault>>> {
        Ok(self.whole()?.map(|bytes| MirrorEntry::read(&bytes?)))
    }

    fn whole(&mut self) -> io::Result<Option<Result<Vec<u8>, MirrorFault>>> {
        let Some(RawLine { number, offset, length, content }) = self.lines.next()? else { return Ok(None) };
        self.place = (number, offset);
        let bytes = match content {
            LineContent::Torn => {
                self.torn = length;
                return Ok(None);
            }
            LineContent::TooLong(_) => Err(MirrorFault::Entry("it is too long".to_owned())),
            LineContent::Whole(bytes, _) if bytes.contains(&0) => Err(MirrorFault::Zeros),
            LineContent::Whole(bytes, _) => {
                self.bytes = offset + length + 1;
                Ok(bytes.to_vec())
            }
        };
        Ok(Some(bytes))
    }
}

/// A mirror's file that was read.
#[derive(Debug, Clone)]
pub struct MirrorFile {
    /// What it holds, up to the first fault. There is none if the file ends before the end of its head.
    pub mirror: Option<Mirror>,
    /// The number of bytes of the entries up to there.
    pub bytes: u64,
    /// The number of bytes of an unfinished entry at the end, as a write that was cut off leaves it.
    pub torn: u64,
    /// The first fault, with the number of its entry, from 1.
    pub fault: Option<(u64, MirrorFault)>,
}

/// Reads a mirror's file and checks each entry. Calls a function with each, in the order of the file.
///
/// # Errors
/// Returns the source's error. Faults of the mirror are in the result.
///
/// ```
/// use ibbi_seal::read_mirror;
/// let file = b"{\"mirror\":1,\"origin\":\"example.org/ibbi\"}\n{\"hash\":\"00";
/// let read = read_mirror(&file[..], |_, _| {})?;
/// let mirror = read.mirror.unwrap();
/// assert_eq!((mirror.origin(), mirror.lines(), read.torn), ("example.org/ibbi", 0, 11));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_mirror(source: impl Read, mut each: impl FnMut(&MirrorEntry, &Mirror)) -> io::Result<MirrorFile> {
    let mut file = MirrorFile { mirror: None, bytes: 0, torn: 0, fault: None };
    let (mut reader, begun) = match MirrorReader::begin(source)? {
        Ok(begun) => begun,
        Err(fault) => return Ok(MirrorFile { fault: Some((1, fault)), ..file }),
    };
    let Some(mut mirror) = begun else { return Ok(MirrorFile { torn: reader.torn, ..file }) };
    file.bytes = reader.bytes;
    while let Some(entry) = reader.next()? {
        match entry.and_then(|entry| mirror.apply(&entry).map(|()| entry)) {
            Ok(entry) => each(&entry, &mirror),
            Err(fault) => {
                file.fault = Some((reader.place.0, fault));
                break;
            }
        }
        file.bytes = reader.bytes;
    }
    (file.mirror, file.torn) = (Some(mirror), reader.torn);
    Ok(file)
}
