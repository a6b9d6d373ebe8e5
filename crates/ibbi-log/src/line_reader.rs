//! Reading lines in full, into the core's types.

use crate::explain::explain;
use crate::line::{Line, LineSubject, unescape};
use crate::record::{LineRecord, Opening, opening_of, read_event};
use crate::{Digest, FaultKind};
use ibbi_core::Name;
use ibbi_store::Record;

/// Reads records from lines, and keeps what makes the next one faster.
#[derive(Debug, Default)]
pub(crate) struct RecordReader {
    scratch: Vec<u8>,
    /// The last actor. Neighboring lines often have the same one, and a clone shares its text.
    actor: Option<(String, Name)>,
}

/// A line that was read in full.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // Nearly every line is a record, and a box would need an allocation for each.
pub enum LedgerLine {
    /// A ledger's first line.
    Opening(Opening),
    /// Any other line.
    Record(LineRecord),
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
        let mut entry = None;
        if let Ok(text) = core::str::from_utf8(line) {
            self.0.read_into(text, 0, 0, &mut entry);
        }
        entry.ok_or_else(|| explain(line).unwrap_or((0, FaultKind::Unexplained)))
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
        let LineSubject::Case { case, rev, to, kind } = line.subject else {
            *entry = Some(LedgerLine::Opening(opening_of(&line)?));
            return Some(line.prev);
        };
        let actor = self.actor(line.actor)?;
        let event = read_event(kind, line.data, &mut self.scratch).ok()?;
        let (seq, id, at, logged) = (line.seq, line.id, line.at, line.logged);
        let record = Record { seq, rev, case, id, actor, at, logged, to, event };
        *entry = Some(LedgerLine::Record(LineRecord { record, offset, line: number }));
        Some(line.prev)
    }

    fn actor(&mut self, escaped: &str) -> Option<Name> {
        if let Some((known, name)) = &self.actor
            && known == escaped
        {
            return Some(name.clone());
        }
        let name = Name::new(&unescape(escaped)?).ok()?;
        self.actor = Some((escaped.to_owned(), name.clone()));
        Some(name)
    }
}
