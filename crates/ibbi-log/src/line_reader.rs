//! Reading lines in full, into the core's types.

use crate::custody::{CustodyLine, read_custody_data};
use crate::explain::explain;
use crate::ledger_data::{FormatChange, Heads, Opening, opening_of, read_format_data, read_heads_data};
use crate::line::{Line, LineDetails, LineSubject, unescape};
use crate::record::{LineRecord, read_event_fast};
use crate::{Digest, FaultKind};
use ibbi_core::{ActPlace, IdentityText, Name};
use ibbi_store::{Identity, Record, RecordDetails};
use uuid::Uuid;

/// Reads records from lines, and keeps what makes the next one faster.
#[derive(Debug, Default)]
pub(crate) struct RecordReader {
    scratch: Vec<u8>,
    /// Actors of the lines before, each at the place that its bytes give. A few people record most lines, and a clone shares its
    /// text.
    actors: [Option<(String, Name)>; ACTORS],
}

/// The most actors that a reader keeps.
const ACTORS: usize = 16;

/// A line that was read in full.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // Nearly every line is a record, and a box would need an allocation for each.
pub enum LedgerLine {
    /// A ledger's first line.
    Opening(Opening),
    /// The line after which a ledger that began in format 1 has format 2.
    Format(FormatChange),
    /// A line with the state of all cases.
    Heads(Heads),
    /// A line about the custody of confidential texts.
    Custody(Box<CustodyLine>),
    /// Any other line.
    Record(LineRecord),
}

impl LedgerLine {
    /// Returns the case and the place of a record that belongs to an act.
    pub(crate) fn act(&self) -> Option<(Uuid, ActPlace)> {
        match self {
            Self::Record(record) => Some((record.case, record.details.act?)),
            _ => None,
        }
    }

    /// Returns the salted digest of a record's confidential text, if it has one.
    pub fn text_digest(&self) -> Option<Digest> {
        if let Self::Record(record) = self { record.text_digest() } else { None }
    }
}

/// Reads one line without its LF. The record's `offset` and `line` are 0.
///
/// # Errors
/// Returns what is wrong with the line, and at which of its bytes.
pub fn read_line(line: &[u8]) -> Result<LedgerLine, (usize, FaultKind)> {
    LineReader::default().read(line)
}

/// Reads many lines, and keeps its buffers for the next one. See [`read_line`].
#[derive(Debug, Default)]
pub struct LineReader(RecordReader);

impl LineReader {
    /// Reads one line without its LF. The record's `offset` and `line` are 0.
    ///
    /// # Errors
    /// Returns what is wrong with the line, and at which of its bytes.
    pub fn read(&mut self, line: &[u8]) -> Result<LedgerLine, (usize, FaultKind)> {
        let mut record = None;
        match self.read_record_into(line, (0, 0), &mut record)? {
            Some(other) => Ok(other),
            None => record.map(LedgerLine::Record).ok_or((0, FaultKind::Unexplained)),
        }
    }

    /// Reads one line as [`LineReader::read`] does. It puts a record into a place of the caller, because moving such a large value
    /// takes time, and returns any other line. The line's offset and number in its file are those of the record. The place must
    /// be empty; it stays empty if the line is wrong.
    ///
    /// # Errors
    /// Those of [`LineReader::read`].
    pub fn read_record_into(
        &mut self,
        line: &[u8],
        (offset, number): (u64, u64),
        record: &mut Option<LineRecord>,
    ) -> Result<Option<LedgerLine>, (usize, FaultKind)> {
        if let Some(parsed) = simdutf8::basic::from_utf8(line).ok().and_then(Line::parse) {
            if matches!(parsed.subject, LineSubject::Case { .. }) {
                *record = self.0.record(parsed, offset, number);
                if record.is_some() {
                    return Ok(None);
                }
            } else if let Some(other) = self.0.other(&parsed) {
                return Ok(Some(other));
            }
        }
        Err(explain(line).unwrap_or((0, FaultKind::Unexplained)))
    }
}

impl RecordReader {
    /// Reads a line in full, with its `prev`. Returns `None`, without a reason, if the line is wrong.
    pub(crate) fn read(&mut self, text: &str, offset: u64, number: u64) -> Option<(LedgerLine, Digest)> {
        let mut entry = None;
        let prev = self.read_into(text, offset, number, &mut entry)?;
        Some((entry?, prev))
    }

    /// Reads as [`RecordReader::read`] does, into a place of the caller, because moving such a large value takes time.
    #[inline]
    pub(crate) fn read_into(
        &mut self,
        text: &str,
        offset: u64,
        number: u64,
        entry: &mut Option<LedgerLine>,
    ) -> Option<Digest> {
        let line = Line::parse(text)?;
        let prev = Digest::from_hex(line.prev)?;
        *entry = Some(match line.subject {
            LineSubject::Case { .. } => LedgerLine::Record(self.record(line, offset, number)?),
            _ => self.other(&line)?,
        });
        Some(prev)
    }

    /// Reads the record of a line about a case. It is inlined because moving such a large value takes time.
    #[inline(always)]
    fn record(&mut self, line: Line<'_>, offset: u64, number: u64) -> Option<LineRecord> {
        let LineSubject::Case { case, rev, to, kind } = line.subject else { return None };
        let actor = self.actor(line.actor)?;
        let event = read_event_fast(kind, line.version, line.data, &mut self.scratch).ok()?;
        let details = match line.details {
            None => RecordDetails { in_order: line.version == 1, ..RecordDetails::default() },
            Some(details) => read_details(*details)?,
        };
        let (seq, id, at, logged) = (line.seq, line.id, line.at, line.logged);
        let record = Record { seq, rev, case, id, actor, at, logged, to, event, details };
        Some(LineRecord { record, offset, line: number })
    }

    /// Reads a line that is about no case.
    #[inline(never)]
    fn other(&mut self, line: &Line<'_>) -> Option<LedgerLine> {
        Some(match line.subject {
            LineSubject::Case { .. } => return None,
            LineSubject::Ledger => LedgerLine::Opening(opening_of(line)?),
            LineSubject::Custody => {
                let actor = self.actor(line.actor)?;
                let done = read_custody_data(line.kind, line.data).ok()?;
                LedgerLine::Custody(Box::new(CustodyLine { seq: line.seq, actor, at: line.at, done }))
            }
            LineSubject::Heads => {
                self.actor(line.actor)?;
                LedgerLine::Heads(read_heads_data(line.data).ok()?)
            }
            LineSubject::Format => {
                self.actor(line.actor)?;
                LedgerLine::Format(read_format_data(line.data, line.version).ok()?)
            }
        })
    }

    fn actor(&mut self, escaped: &str) -> Option<Name> {
        let place = escaped.bytes().fold(0_u8, u8::wrapping_add);
        let kept = &mut self.actors[usize::from(place) % ACTORS];
        if let Some((known, name)) = kept
            && known == escaped
        {
            return Some(name.clone());
        }
        let name = Name::new(&unescape(escaped)?).ok()?;
        *kept = Some((escaped.to_owned(), name.clone()));
        Some(name)
    }
}

/// Reads what only some lines have.
fn read_details(details: LineDetails<'_>) -> Option<RecordDetails> {
    let LineDetails { act, identity, on_behalf, precision, replaces } = details;
    let identity = match identity {
        None => None,
        Some((issuer, subject)) => Some(Box::new(Identity {
            issuer: IdentityText::new(&unescape(issuer)?).ok()?,
            subject: IdentityText::new(&unescape(subject)?).ok()?,
        })),
    };
    let on_behalf = match on_behalf {
        None => None,
        Some(name) => Some(Name::new(&unescape(name)?).ok()?),
    };
    Some(RecordDetails { act, precision, replaces, on_behalf, identity, in_order: false })
}
