//! Extracts: the lines of one case, with proofs that a checkpoint covers them.
//!
//! An extract shows only hashes of other cases. It proves that its lines are in the ledger. If the lines that the checkpoint
//! covers end with the state of all cases, it also proves that they are all lines of the case up to there: that state has
//! the number and the digest of the case's last line. The ledger can have later lines that the checkpoint doesn't cover.
//!
//! The file has JSON lines: a head, then the ledger's first line and each line of the case, with the same bytes as in the
//! ledger. Each is followed by a line with its index in the tree (from 0) and its inclusion proof (RFC 6962). In format 2,
//! the line with the state of all cases and its proof follow, and then the case's index and path in that state.

use crate::case_heads::{CaseHeads, shows_last};
use crate::checkpoint::SignedCheckpoint;
use crate::key::{PublicKey, SignatureError};
use crate::merkle::{Prover, root_from_proof};
use crate::proof::{decode_hash, encode_hash};
use ibbi_core::At;
use ibbi_log::{
    Digest, Fault, FaultKind, Heads, LedgerLine, LineContent, LineRecord, LineSubject, Lines, Links, Opening, RawLine,
    Uuid, explain, read_line, read_uuid,
};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The version of the format of an extract that shows that it is complete. This crate also reads and writes version 1, which
/// doesn't show it.
pub const EXTRACT_FORMAT: u32 = 2;

/// Why no extract was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The ledger can't be read, or the extract can't be written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line that the checkpoint covers can't be read.
    #[error("the ledger is damaged: {0}")]
    Damaged(Fault),
    /// The lines are not those that the checkpoint covers.
    #[error(
        "the ledger's lines up to line {size} are not those of the checkpoint: their root is {found}, not {expected}; run `ibbi verify`"
    )]
    Root {
        /// How many lines the checkpoint covers.
        size: u64,
        /// The checkpoint's root.
        expected: Digest,
        /// The root of the lines.
        found: Digest,
    },
    /// There are fewer lines than the checkpoint covers.
    #[error("the checkpoint covers {size} lines, but the ledger has {found}; restore the ledger from a copy")]
    Truncated {
        /// How many lines the checkpoint covers.
        size: u64,
        /// How many lines there are.
        found: u64,
    },
    /// The checkpoint covers no line of the case.
    #[error("the checkpoint covers no line of case {case}; sign a new checkpoint, or check the case's ID")]
    NoSuchCase {
        /// The case.
        case: Uuid,
    },
    /// The mirror is damaged.
    #[error("entry {entry} of the mirror: {reason}")]
    Mirror {
        /// Which entry, from 1.
        entry: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The mirror has no checkpoint.
    #[error("the mirror has no checkpoint yet, and an extract proves only what a checkpoint covers")]
    NoCheckpoint,
    /// The mirror doesn't have all lines of the case in full.
    #[error(
        "the mirror doesn't have every line of case {case}, because its holder may not read some of them; ask the program \
         for the extract"
    )]
    Hidden {
        /// The case.
        case: Uuid,
    },
}

/// The head of an extract.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadLine {
    case: String,
    checkpoint: String,
    extract: u32,
}

/// The line that follows each line of the ledger.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofLine {
    index: u64,
    proof: Vec<String>,
}

/// The last line: the case's place in the state of all cases, and its path there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathLine {
    index: u64,
    path: Vec<String>,
}

/// Writes the extract of a case from a ledger, in one pass over the lines that the checkpoint covers.
///
/// Returns the number of records in it, and whether it shows that they are all records of the case so far. Memory grows with the case, and with the number of cases.
///
/// # Errors
/// Returns [`ExtractError`]. What was written until then is not an extract.
pub fn extract(
    ledger: impl Read,
    checkpoint: &SignedCheckpoint,
    case: Uuid,
    mut out: impl Write,
) -> Result<(u64, bool), ExtractError> {
    let size = checkpoint.checkpoint().size;
    let mut extraction = Extraction::new(checkpoint);
    let mut lines = Lines::new(ledger);
    for number in 1..=size {
        let Some(RawLine { offset, content, length, .. }) = lines.next()? else {
            return Err(ExtractError::Truncated { size, found: number - 1 });
        };
        let damaged = |(column, kind)| ExtractError::Damaged(Fault { line: number, offset, column, kind });
        let (bytes, digest) = match content {
            LineContent::Whole(bytes, digest) => (bytes, digest),
            LineContent::TooLong(_) => return Err(damaged((0, FaultKind::TooLong { length }))),
            LineContent::Torn => return Err(ExtractError::Truncated { size, found: number - 1 }),
        };
        let wanted = match LineSubject::read(bytes) {
            Some(LineSubject::Case { case: of, rev, .. }) => {
                extraction.heads.set(of, rev, digest);
                of == case
            }
            Some(LineSubject::Ledger) => number == 1,
            Some(LineSubject::Heads) => {
                extraction.end_with_heads(bytes);
                false
            }
            Some(LineSubject::Format | LineSubject::Custody) => false,
            None => return Err(damaged(explain(bytes).unwrap_or((0, FaultKind::Unexplained)))),
        };
        extraction.push(&digest, wanted.then_some(bytes));
    }
    extraction.finish(case, &mut out)
}

/// An extract in the making: the lines that it shows, and the proofs of all of them.
pub(crate) struct Extraction<'a> {
    checkpoint: &'a SignedCheckpoint,
    prover: Prover,
    kept: Vec<Vec<u8>>,
    /// The last lines of all cases.
    pub(crate) heads: CaseHeads,
    /// The last line of all, if it states them.
    end: Option<Vec<u8>>,
}

impl<'a> Extraction<'a> {
    pub(crate) fn new(checkpoint: &'a SignedCheckpoint) -> Self {
        Self {
            checkpoint,
            prover: Prover::new(checkpoint.checkpoint().size),
            kept: Vec::new(),
            heads: CaseHeads::default(),
            end: None,
        }
    }

    /// Adds the digest of the ledger's next line, and the line itself if the extract shows it.
    pub(crate) fn push(&mut self, digest: &Digest, shown: Option<&[u8]>) {
        let ends = self.lines() + 1 == self.checkpoint.checkpoint().size;
        self.end = self.end.take().filter(|_| ends);
        self.prover.push(digest, shown.is_some() || self.end.is_some());
        self.kept.extend(shown.map(<[u8]>::to_vec));
    }

    /// Returns the number of lines so far.
    const fn lines(&self) -> u64 {
        self.prover.size()
    }

    /// Keeps the line that is added next, because it states the last lines of all cases.
    pub(crate) fn end_with_heads(&mut self, line: &[u8]) {
        self.end = Some(line.to_vec());
    }

    /// Writes the extract, when all lines that the checkpoint covers were added. Returns the number of records, and whether it
    /// shows that they are all.
    pub(crate) fn finish(self, case: Uuid, mut out: impl Write) -> Result<(u64, bool), ExtractError> {
        let Self { checkpoint, prover, kept, mut heads, end } = self;
        let (size, expected, found) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root, prover.root());
        if found != expected {
            return Err(ExtractError::Root { size, expected, found });
        }
        if kept.len() < 2 {
            return Err(ExtractError::NoSuchCase { case });
        }
        let proofs = prover.finish().ok_or_else(|| io::Error::other("a proof has a gap; report this bug"))?;
        // A mirror that doesn't have all lines in full doesn't know the last lines of the other cases.
        let end = end.and_then(|line| Some((line, heads.path(case).filter(|_| heads.is_known())?)));
        let extract = if end.is_some() { EXTRACT_FORMAT } else { 1 };
        let head = HeadLine { case: case.to_string(), checkpoint: checkpoint.to_string(), extract };
        write_line(&mut out, &head)?;
        let lines = kept.iter().chain(end.iter().map(|(line, _)| line));
        for (line, (index, proof)) in lines.zip(proofs) {
            out.write_all(line)?;
            out.write_all(b"\n")?;
            write_line(&mut out, &ProofLine { index, proof: proof.iter().map(encode_hash).collect() })?;
        }
        if let Some((_, (index, path))) = end {
            write_line(&mut out, &PathLine { index, path: path.iter().map(encode_hash).collect() })?;
        }
        out.flush()?;
        Ok((u64::try_from(kept.len()).unwrap_or(u64::MAX) - 1, extract > 1))
    }
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// The content of an extract whose lines are all proved.
#[derive(Debug, Clone)]
pub struct Extract {
    /// The case.
    pub case: Uuid,
    /// The checkpoint under which its lines are proved.
    pub signed: SignedCheckpoint,
    /// The trusted key that signed the checkpoint. `None` if no key was given.
    pub signer: Option<String>,
    /// The ledger's first line.
    pub opening: Opening,
    /// Up to which line of the ledger the extract has every record of the case. `None` if it doesn't show that: an extract
    /// of an old ledger, or from a mirror that doesn't have all lines. Later records might then exist, even under its
    /// checkpoint.
    pub complete_up_to: Option<u64>,
    /// When the line with the state of all cases was recorded, with which the checkpoint ends.
    pub heads_logged: Option<At>,
    /// The records of the case from its first one on, without a gap. Their `line` and `offset` are those in the extract.
    pub records: Vec<LineRecord>,
}

/// Why an extract proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractFault {
    /// The stream can't be read.
    #[error("cannot read the extract: {0}")]
    Io(#[from] io::Error),
    /// No trusted key signed the checkpoint.
    #[error("the extract's checkpoint: {0}")]
    Signature(#[from] SignatureError),
    /// A line of the extract is wrong.
    #[error("line {line} of the extract: {reason}; ask for the extract again")]
    Line {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

impl ExtractFault {
    /// Returns a stable code for programs, which an audit uses too. An extract that can't be read proves nothing either.
    ///
    /// ```
    /// let fault = ibbi_seal::verify_extract(&b"{\"case\":\"\n"[..], &[]).unwrap_err();
    /// assert_eq!(fault.code(), "extract.unproved");
    /// ```
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Signature(error) => error.code(),
            Self::Io(_) | Self::Line { .. } => "extract.unproved",
        }
    }
}

/// Returns whether a file begins as an extract, so that a program can accept both ledgers and extracts.
pub fn is_extract(beginning: &[u8]) -> bool {
    beginning.starts_with(b"{\"case\":\"")
}

/// Reads an extract and checks every proof in it.
///
/// Without keys it doesn't check the signature. The extract then proves only that it is consistent.
///
/// # Errors
/// Returns [`ExtractFault`] about the first fault. An extract with a fault proves nothing.
pub fn verify_extract(source: impl Read, keys: &[PublicKey]) -> Result<Extract, ExtractFault> {
    verify_extract_with_head(source, keys).1
}

/// Reads an extract as [`verify_extract`] does. Also returns the checkpoint in its first line if that can be read, even if a
/// later line has a fault. Its signature was not necessarily checked.
///
/// ```
/// let (first, verified) = ibbi_seal::verify_extract_with_head(&b"{\"case\":\"\n"[..], &[]);
/// assert!(first.is_none() && verified.is_err());
/// ```
pub fn verify_extract_with_head(
    source: impl Read,
    keys: &[PublicKey],
) -> (Option<SignedCheckpoint>, Result<Extract, ExtractFault>) {
    let mut head = None;
    let verified = verify_lines(source, keys, &mut head);
    (head, verified)
}

fn verify_lines(
    source: impl Read,
    keys: &[PublicKey],
    found: &mut Option<SignedCheckpoint>,
) -> Result<Extract, ExtractFault> {
    let (digest, last) = (Digest::ZERO, Digest::ZERO);
    let mut reader =
        Reader { lines: Lines::new(source), line: 0, offset: 0, index: 0, digest, last, heads_logged: None };
    let head = reader.next()?.ok_or_else(|| reader.wrong("the extract is empty"))?;
    let head: HeadLine = reader.json(&head)?;
    if head.extract == 0 || head.extract > EXTRACT_FORMAT {
        let found = head.extract;
        return Err(
            reader.wrong(format!("the format is {found}, but this program reads formats 1 to {EXTRACT_FORMAT}"))
        );
    }
    let case = read_uuid(&head.case).ok_or_else(|| reader.wrong("`case` must be a UUID"))?;
    let signed: SignedCheckpoint = head.checkpoint.parse().map_err(|error| reader.wrong(error))?;
    *found = Some(signed.clone());
    let signer = if keys.is_empty() { None } else { Some(signed.verify(keys)?) };

    let Some(LedgerLine::Opening(opening)) = reader.proved(&signed)? else {
        return Err(reader.wrong("this must be the ledger's first line"));
    };
    if opening.origin.as_str() != signed.checkpoint().origin {
        return Err(reader.wrong("the checkpoint is of another ledger"));
    }
    let mut records: Vec<LineRecord> = Vec::new();
    let mut complete_up_to = None;
    while let Some(entry) = reader.proved(&signed)? {
        let rev = records.last().map_or(1, |last| last.rev + 1);
        match entry {
            LedgerLine::Record(record) if record.case == case && record.rev == rev => {
                reader.last = reader.digest;
                records.push(record);
            }
            LedgerLine::Heads(heads) if head.extract > 1 && rev > 1 => {
                complete_up_to = Some(reader.complete(&heads, (case, rev - 1), &signed)?);
                break;
            }
            LedgerLine::Record(record) => {
                let (found, of) = (record.rev, record.case);
                if of == case && found > rev {
                    return Err(
                        reader.wrong(format!("record {rev} of the case is missing here: this is record {found}"))
                    );
                }
                return Err(reader.wrong(format!(
                    "this must be record {rev} of case {case}, but it is record {found} of case {of}"
                )));
            }
            LedgerLine::Opening(_) => return Err(reader.wrong("the ledger's first line appears again")),
            LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_) => {
                return Err(reader.wrong(format!("this must be record {rev} of case {case}, but it is of no case")));
            }
        }
    }
    if records.is_empty() {
        return Err(reader.wrong("the extract has no record of the case"));
    }
    if head.extract > 1 && complete_up_to.is_none() {
        return Err(reader.wrong(format!(
            "the line with the state of all cases must be here: the extract was shortened, and records of the case can be missing \
             after record {}",
            records.len()
        )));
    }
    Ok(Extract { case, signed, signer, opening, complete_up_to, heads_logged: reader.heads_logged, records })
}

struct Reader<R> {
    lines: Lines<R>,
    /// The number and the offset of the last line.
    line: u64,
    offset: u64,
    /// The index and the digest of the last proved line.
    index: u64,
    digest: Digest,
    /// The digest of the case's last record so far.
    last: Digest,
    /// When the line with the state of all cases was recorded.
    heads_logged: Option<At>,
}

impl<R: Read> Reader<R> {
    /// Reads the last line of an extract, and checks that the state of all cases has this last record. Returns the number of
    /// the line that states it.
    fn complete(
        &mut self,
        heads: &Heads,
        (case, rev): (Uuid, u64),
        signed: &SignedCheckpoint,
    ) -> Result<u64, ExtractFault> {
        let size = signed.checkpoint().size;
        if self.index + 1 != size {
            return Err(self.wrong(format!(
                "the line with the state of all cases must be the last line that the checkpoint covers, line {size}"
            )));
        }
        let path = self.next()?.ok_or_else(|| self.wrong("the case's path in the state of all cases is missing"))?;
        let path: PathLine = self.json(&path)?;
        let hashes = path.path.iter().map(|text| decode_hash(text)).collect::<Option<Vec<_>>>();
        let hashes = hashes.ok_or_else(|| self.wrong("a hash of the path is not base64 of 32 bytes"))?;
        if !shows_last(heads, (case, rev, &self.last), path.index, &hashes) {
            return Err(self.wrong(format!(
                "record {rev} is not the last one of the case, or the path was changed: records of the case are missing after \
                 record {rev}"
            )));
        }
        if self.next()?.is_some() {
            return Err(self.wrong("nothing must follow the case's path"));
        }
        Ok(size)
    }

    fn wrong(&self, reason: impl ToString) -> ExtractFault {
        ExtractFault::Line { line: self.line, reason: reason.to_string() }
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, ExtractFault> {
        self.line += 1;
        let line = self.line;
        let wrong = |reason: &str| ExtractFault::Line { line, reason: reason.to_owned() };
        match self.lines.next()? {
            None => Ok(None),
            Some(RawLine { content: LineContent::Whole(bytes, _), offset, .. }) => {
                self.offset = offset;
                Ok(Some(bytes.to_vec()))
            }
            Some(RawLine { content: LineContent::TooLong(_), .. }) => Err(wrong("the line is too long")),
            Some(RawLine { content: LineContent::Torn, .. }) => Err(wrong("the line feed at the end is missing")),
        }
    }

    fn json<T: for<'a> Deserialize<'a> + Serialize>(&self, line: &[u8]) -> Result<T, ExtractFault> {
        let read: T = serde_json::from_slice(line).map_err(|error| self.wrong(error))?;
        // As in a ledger, a line that is not in canonical form was changed.
        let again = serde_json::to_vec(&read).map_err(|error| self.wrong(error))?;
        if again == line { Ok(read) } else { Err(self.wrong("the line is not in canonical form")) }
    }

    /// Reads the next line of the ledger and its proof, and checks both.
    fn proved(&mut self, signed: &SignedCheckpoint) -> Result<Option<LedgerLine>, ExtractFault> {
        let Some(bytes) = self.next()? else { return Ok(None) };
        let mut entry = read_line(&bytes).map_err(|(_, kind)| match serde_json::from_slice::<ProofLine>(&bytes) {
            Ok(proof) => self.wrong(format!(
                "a line of the ledger is missing here: this is the proof of its line {}, but the line itself isn't before it",
                proof.index.saturating_add(1)
            )),
            Err(_) => self.wrong(kind),
        })?;
        let seq = match &mut entry {
            LedgerLine::Record(record) => {
                (record.line, record.offset) = (self.line, self.offset);
                record.seq
            }
            LedgerLine::Opening(_) => 1,
            LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_) => {
                let links = Links::read(&bytes);
                self.heads_logged = links.and_then(|links| links.logged());
                links.map_or(0, |links| links.seq)
            }
        };
        let proof = self.next()?.ok_or_else(|| self.wrong("the line before has no proof"))?;
        if read_line(&proof).is_ok() {
            return Err(self.wrong("the proof of the line before is missing here"));
        }
        let proof: ProofLine = self.json(&proof)?;
        if proof.index + 1 != seq {
            return Err(self.wrong(format!("the proof is of index {}, but the line before has seq {seq}", proof.index)));
        }
        let hashes = proof.proof.iter().map(|text| decode_hash(text)).collect::<Option<Vec<_>>>();
        let hashes = hashes.ok_or_else(|| self.wrong("a hash of the proof is not base64 of 32 bytes"))?;
        let (size, root) = (signed.checkpoint().size, signed.checkpoint().root);
        (self.index, self.digest) = (proof.index, Digest::sha256(&bytes));
        if root_from_proof(&self.digest, proof.index, size, &hashes) != Some(root) {
            return Err(self.wrong("the proof does not lead from the line before to the checkpoint's root"));
        }
        Ok(Some(entry))
    }
}
