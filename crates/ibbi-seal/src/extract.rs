//! Extracts: the lines of one case, with proofs that a checkpoint covers them.
//!
//! An extract shows only hashes of other cases. It proves that its lines are in the ledger. It doesn't prove that they are
//! all lines of the case, because the ledger can have later ones that the checkpoint doesn't cover.
//!
//! The file has JSON lines: a head, then the ledger's first line and each line of the case, with the same bytes as in the
//! ledger. Each is followed by a line with its index in the tree (from 0) and its inclusion proof (RFC 6962).

use crate::checkpoint::SignedCheckpoint;
use crate::key::{PublicKey, SignatureError};
use crate::merkle::{Prover, root_from_proof};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ibbi_log::{
    Digest, Fault, FaultKind, LedgerLine, LineContent, LineRecord, LineSubject, Lines, Opening, RawLine, Uuid, explain,
    read_line, read_uuid,
};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The version of the extract format that this crate reads and writes.
pub const EXTRACT_FORMAT: u32 = 1;

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

/// Writes the extract of a case from a ledger, in one pass over the lines that the checkpoint covers.
///
/// Returns the number of records in it. Memory grows with the case, not with the ledger.
///
/// # Errors
/// Returns [`ExtractError`]. What was written until then is not an extract.
pub fn extract(
    ledger: impl Read,
    checkpoint: &SignedCheckpoint,
    case: Uuid,
    mut out: impl Write,
) -> Result<u64, ExtractError> {
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
            Some(LineSubject::Case { case: of, .. }) => of == case,
            Some(LineSubject::Ledger) => number == 1,
            Some(LineSubject::Format | LineSubject::Heads) => false,
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
}

impl<'a> Extraction<'a> {
    pub(crate) fn new(checkpoint: &'a SignedCheckpoint) -> Self {
        Self { checkpoint, prover: Prover::new(checkpoint.checkpoint().size), kept: Vec::new() }
    }

    /// Adds the digest of the ledger's next line, and the line itself if the extract shows it.
    pub(crate) fn push(&mut self, digest: &Digest, shown: Option<&[u8]>) {
        self.prover.push(digest, shown.is_some());
        self.kept.extend(shown.map(<[u8]>::to_vec));
    }

    /// Writes the extract, when all lines that the checkpoint covers were added. Returns the number of records.
    pub(crate) fn finish(self, case: Uuid, mut out: impl Write) -> Result<u64, ExtractError> {
        let Self { checkpoint, prover, kept } = self;
        let (size, expected, found) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root, prover.root());
        if found != expected {
            return Err(ExtractError::Root { size, expected, found });
        }
        if kept.len() < 2 {
            return Err(ExtractError::NoSuchCase { case });
        }
        let proofs = prover.finish().ok_or_else(|| io::Error::other("a proof has a gap; report this bug"))?;
        let head = HeadLine { case: case.to_string(), checkpoint: checkpoint.to_string(), extract: EXTRACT_FORMAT };
        write_line(&mut out, &head)?;
        for (line, (index, proof)) in kept.iter().zip(proofs) {
            out.write_all(line)?;
            out.write_all(b"\n")?;
            let proof = proof.iter().map(|hash| STANDARD.encode(hash.as_bytes())).collect();
            write_line(&mut out, &ProofLine { index, proof })?;
        }
        out.flush()?;
        Ok(u64::try_from(kept.len()).unwrap_or(u64::MAX) - 1)
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
    let mut reader = Reader { lines: Lines::new(source), line: 0, offset: 0 };
    let head = reader.next()?.ok_or_else(|| reader.wrong("the extract is empty"))?;
    let head: HeadLine = reader.json(&head)?;
    if head.extract != EXTRACT_FORMAT {
        return Err(
            reader.wrong(format!("the format is {}, but this program reads format {EXTRACT_FORMAT}", head.extract))
        );
    }
    let case = read_uuid(&head.case).ok_or_else(|| reader.wrong("`case` must be a UUID"))?;
    let signed: SignedCheckpoint = head.checkpoint.parse().map_err(|error| reader.wrong(error))?;
    let signer = if keys.is_empty() { None } else { Some(signed.verify(keys)?) };

    let Some(LedgerLine::Opening(opening)) = reader.proved(&signed)? else {
        return Err(reader.wrong("this must be the ledger's first line"));
    };
    if opening.origin.as_str() != signed.checkpoint().origin {
        return Err(reader.wrong("the checkpoint is of another ledger"));
    }
    let mut records: Vec<LineRecord> = Vec::new();
    while let Some(entry) = reader.proved(&signed)? {
        let rev = records.last().map_or(1, |last| last.rev + 1);
        match entry {
            LedgerLine::Record(record) if record.case == case && record.rev == rev => records.push(record),
            LedgerLine::Record(record) => {
                let (found, of) = (record.rev, record.case);
                return Err(reader.wrong(format!(
                    "this must be record {rev} of case {case}, but it is record {found} of case {of}"
                )));
            }
            LedgerLine::Opening(_) => return Err(reader.wrong("the ledger's first line appears again")),
            LedgerLine::Format(_) | LedgerLine::Heads(_) => {
                return Err(reader.wrong(format!("this must be record {rev} of case {case}, but it is of no case")));
            }
        }
    }
    if records.is_empty() {
        return Err(reader.wrong("the extract has no record of the case"));
    }
    Ok(Extract { case, signed, signer, opening, records })
}

struct Reader<R> {
    lines: Lines<R>,
    /// The number and the offset of the last line.
    line: u64,
    offset: u64,
}

impl<R: Read> Reader<R> {
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
        let mut entry = read_line(&bytes).map_err(|(_, kind)| self.wrong(kind))?;
        let seq = match &mut entry {
            LedgerLine::Record(record) => {
                (record.line, record.offset) = (self.line, self.offset);
                record.seq
            }
            // A line of no case is refused by the caller, whatever its number.
            LedgerLine::Opening(_) | LedgerLine::Format(_) | LedgerLine::Heads(_) => 1,
        };
        let proof = self.next()?.ok_or_else(|| self.wrong("the line before has no proof"))?;
        let proof: ProofLine = self.json(&proof)?;
        if proof.index + 1 != seq {
            return Err(self.wrong(format!("the proof is of index {}, but the line before has seq {seq}", proof.index)));
        }
        let hash = |text: &String| STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        let hashes: Option<Vec<_>> = proof.proof.iter().map(|text| hash(text).map(Digest::from_bytes)).collect();
        let hashes = hashes.ok_or_else(|| self.wrong("a hash of the proof is not base64 of 32 bytes"))?;
        let (size, root) = (signed.checkpoint().size, signed.checkpoint().root);
        if root_from_proof(&Digest::sha256(&bytes), proof.index, size, &hashes) != Some(root) {
            return Err(self.wrong("the proof does not lead from the line before to the checkpoint's root"));
        }
        Ok(Some(entry))
    }
}
