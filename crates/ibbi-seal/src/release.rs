//! Releases: the lines of some cases, or of all of them, with proofs and without the lines that are withheld.
//!
//! A release answers a request for public records. Like an extract, it proves that its lines are in the ledger and that none of a
//! case is missing. Unlike an extract, it can be about several cases, and it can have a line's SHA-256 in the place of the line.
//!
//! The file has JSON lines in the order of the ledger:
//!
//! | entry | content |
//! |---|---|
//! | `{"act":…` or `{"actor":…` | a line of the ledger, with the same bytes |
//! | `{"sha256":"…"}` | the SHA-256 of a line that is withheld |
//! | `{"index":…,"proof":[…]}` | after each of them, if the release is about some cases: the index of the line in the ledger (from 0), and its inclusion proof (RFC 6962) |
//! | `{"case":"…","index":…,"path":[…]}` | after all lines, if the last one states the last records of all cases: the place of each case there, and its path |
//!
//! A release about some cases has the ledger's first line, the lines of the cases, and the line with the state of all cases. A release
//! about all cases has every line that its checkpoint covers, so it needs no proofs.

use crate::case_heads::CaseHeads;
use crate::checkpoint::SignedCheckpoint;
use crate::extract::ExtractError;
use crate::key::{PrivateKey, PublicKey, SignatureError};
use crate::merkle::Prover;
use crate::proof::encode_hash;
use crate::signed_note::SignedNote;
use ibbi_log::{
    Digest, Fault, FaultKind, LedgerLine, LineContent, LineReader, LineSubject, Lines, RawLine, Uuid, explain,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, Read, Write};

/// The version of the format of a release that this crate reads and writes.
pub const RELEASE_FORMAT: u32 = 1;

/// The entry in the place of a line that is withheld.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HashEntry {
    pub(crate) sha256: String,
}

/// The entry after a line, or after the SHA-256 of one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofEntry {
    pub(crate) index: u64,
    pub(crate) proof: Vec<String>,
}

/// The place of a case in the state of all cases, and its path there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathEntry {
    pub(crate) case: String,
    pub(crate) index: u64,
    pub(crate) path: Vec<String>,
}

/// A line of a ledger that a release is about.
#[derive(Debug)]
pub struct ReleaseLine {
    /// Its number in the ledger, from 1.
    pub number: u64,
    /// Its bytes, without the LF.
    pub bytes: Vec<u8>,
    /// Its SHA-256.
    pub digest: Digest,
    /// Its content.
    pub content: LedgerLine,
    proof: Vec<Digest>,
}

/// The lines of a ledger that a release is about, with what proves them.
#[derive(Debug)]
pub struct ReleaseLines {
    /// The lines, in the order of the ledger.
    pub lines: Vec<ReleaseLine>,
    /// The cases, in the order of their IDs.
    pub cases: BTreeSet<Uuid>,
    /// Whether the lines show that no record of a case is missing up to the last line that the checkpoint covers.
    pub complete: bool,
    /// How many later lines of the cases the ledger has, which the checkpoint doesn't cover.
    pub later: u64,
    /// Whether they are all lines that the checkpoint covers.
    is_all: bool,
    paths: Vec<PathEntry>,
}

impl ReleaseLines {
    /// Reads the lines that a release is about, in one pass over the ledger. `cases` is `None` for all cases.
    ///
    /// Memory grows with the lines of the cases, and with the number of all cases.
    ///
    /// # Errors
    /// Returns [`ExtractError`]; [`ExtractError::NoSuchCase`] if the checkpoint covers no line of a case.
    pub fn read(
        ledger: impl Read,
        checkpoint: &SignedCheckpoint,
        cases: Option<&BTreeSet<Uuid>>,
    ) -> Result<Self, ExtractError> {
        let (size, expected) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root);
        let (mut source, mut reader, mut heads) = (Lines::new(ledger), LineReader::default(), CaseHeads::default());
        let (mut prover, mut kept, mut end, mut later) = (Prover::new(size), Vec::new(), None, 0);
        let mut found = BTreeSet::new();
        while let Some(RawLine { number, offset, content, length }) = source.next()? {
            let damaged = |(column, kind)| ExtractError::Damaged(Fault { line: number, offset, column, kind });
            let (bytes, digest) = match content {
                LineContent::Whole(bytes, digest) => (bytes, digest),
                LineContent::TooLong(_) => return Err(damaged((0, FaultKind::TooLong { length }))),
                LineContent::Torn => break,
            };
            let subject = LineSubject::read(bytes)
                .ok_or_else(|| damaged(explain(bytes).unwrap_or((0, FaultKind::Unexplained))))?;
            let is_of_case = match subject {
                LineSubject::Case { case, .. } => cases.is_none_or(|cases| cases.contains(&case)),
                _ => false,
            };
            if number > size {
                later += u64::from(is_of_case);
                continue;
            }
            if let LineSubject::Case { case, rev, .. } = subject {
                heads.set(case, rev, digest);
                if is_of_case {
                    found.insert(case);
                }
            }
            let states_all = subject == LineSubject::Heads && number == size;
            let shown = is_of_case || number == 1 || states_all || cases.is_none();
            prover.push(&digest, shown && cases.is_some());
            if shown {
                let mut content = reader.read(bytes).map_err(damaged)?;
                if let LedgerLine::Record(record) = &mut content {
                    (record.line, record.offset) = (number, offset);
                }
                end = Some(states_all);
                kept.push(ReleaseLine { number, bytes: bytes.to_vec(), digest, content, proof: Vec::new() });
            }
        }
        if prover.size() < size {
            return Err(ExtractError::Truncated { size, found: prover.size() });
        }
        if prover.root() != expected {
            return Err(ExtractError::Root { size, expected, found: prover.root() });
        }
        if let Some(case) = cases.and_then(|cases| cases.difference(&found).next()) {
            return Err(ExtractError::NoSuchCase { case: *case });
        }
        if cases.is_some() {
            let proofs = prover.finish().ok_or_else(|| io::Error::other("a proof has a gap; report this bug"))?;
            kept.iter_mut().zip(proofs).for_each(|(line, (_, proof))| line.proof = proof);
        }
        let complete = end == Some(true);
        let path = |case: &Uuid| {
            let (index, path) = heads.path(*case)?;
            Some(PathEntry { case: case.to_string(), index, path: path.iter().map(encode_hash).collect() })
        };
        let paths = if complete { found.iter().filter_map(path).collect() } else { Vec::new() };
        Ok(Self { lines: kept, cases: found, complete, later, is_all: cases.is_none(), paths })
    }

    /// Writes the lines with their proofs. Of the lines with these numbers, only the SHA-256 is written.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub fn write(&self, withheld: &BTreeSet<u64>, mut out: impl Write) -> io::Result<()> {
        for line in &self.lines {
            if withheld.contains(&line.number) {
                write_entry(&mut out, &HashEntry { sha256: line.digest.to_string() })?;
            } else {
                out.write_all(&line.bytes)?;
                out.write_all(b"\n")?;
            }
            if !self.is_all {
                let proof = line.proof.iter().map(encode_hash).collect();
                write_entry(&mut out, &ProofEntry { index: line.number - 1, proof })?;
            }
        }
        self.paths.iter().try_for_each(|path| write_entry(&mut out, path))?;
        out.flush()
    }
}

fn write_entry(out: &mut impl Write, entry: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, entry)?;
    out.write_all(b"\n")
}

/// Returns the text that the signature of a release covers: that a ledger's operator released files with this digest.
///
/// It can't be mistaken for a checkpoint, whose third line is base64 of 32 bytes.
fn release_text(origin: &str, manifest: &Digest) -> String {
    format!("ibbi release {RELEASE_FORMAT}\n{origin}\n{manifest}\n")
}

/// Signs a release: the SHA-256 of the file that lists the digests of all its files. Returns the signed note.
///
/// ```
/// use ibbi_log::Digest;
/// use ibbi_seal::{PrivateKey, check_release_note, sign_release};
/// let folder = tempfile::tempdir()?;
/// let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("my.key"))?;
/// let digest = Digest::sha256(b"{}");
/// let note = sign_release("example.org/ibbi", &digest, &key);
/// assert_eq!(check_release_note(&note, "example.org/ibbi", &digest, &[key.public()])?, Some("example.org/ibbi".to_owned()));
/// assert!(check_release_note(&note, "example.org/ibbi", &Digest::ZERO, &[]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign_release(origin: &str, manifest: &Digest, key: &PrivateKey) -> String {
    let mut note = SignedNote::unsigned(release_text(origin, manifest));
    key.sign(&mut note);
    note.to_string()
}

/// Why the signed note of a release doesn't cover it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseNoteError {
    /// The note is not one of this release.
    #[error("it is not the signed statement about this release.json")]
    Other,
    /// No trusted key signed it.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Checks the signed note of a release. Returns the name of the trusted key that signed it, or `None` if no key was given.
///
/// # Errors
/// Returns [`ReleaseNoteError`].
pub fn check_release_note(
    note: &str,
    origin: &str,
    manifest: &Digest,
    keys: &[PublicKey],
) -> Result<Option<String>, ReleaseNoteError> {
    let note = SignedNote::parse(note).map_err(|_| ReleaseNoteError::Other)?;
    if note.text() != release_text(origin, manifest) {
        return Err(ReleaseNoteError::Other);
    }
    if keys.is_empty() { Ok(None) } else { Ok(Some(note.verify(keys)?)) }
}
