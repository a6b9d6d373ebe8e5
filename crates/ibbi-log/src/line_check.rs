//! One pass over a stream of lines that reads each line in full and checks its place in the ledger.

use crate::act::{ActFollower, OpenAct};
use crate::custody::CustodyState;
use crate::head::Head;
use crate::id_table::IdTable;
use crate::line_reader::{LedgerLine, RecordReader};
use crate::lines::{LineContent, Lines, RawLine};
use crate::links::Links;
use crate::{Digest, Fault, FaultKind, explain};
use ibbi_core::At;
use ibbi_store::Record;
use std::io::{self, Read};
use uuid::Uuid;

/// A line that was checked.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) length: u64,
    /// `None` for an unfinished line.
    pub(crate) digest: Option<Digest>,
}

/// Reads a ledger line by line, and keeps what the next line is checked against.
#[derive(Debug)]
pub(crate) struct LineChecker<R> {
    lines: Lines<R>,
    records: RecordReader,
    head: Head,
    next_seq: u64,
    logged: At,
    revs: IdTable<Uuid, u64>,
    /// The version of the format at this place; none before the first line.
    version: Option<u8>,
    acts: ActFollower,
    custody: CustodyState,
}

impl<R: Read> LineChecker<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            lines: Lines::new(source),
            records: RecordReader::default(),
            head: Head::EMPTY,
            next_seq: 1,
            logged: At::MIN,
            revs: IdTable::default(),
            version: None,
            acts: ActFollower::default(),
            custody: CustodyState::default(),
        }
    }

    /// Returns the act that the lines so far have only a part of.
    pub(crate) const fn open_act(&self) -> Option<&OpenAct> {
        self.acts.open()
    }

    /// Returns the version of the format at the end of the lines so far.
    pub(crate) const fn version(&self) -> Option<u8> {
        self.version
    }

    /// Returns the legal holds and destructions so far.
    pub(crate) const fn custody(&self) -> &CustodyState {
        &self.custody
    }

    pub(crate) const fn head(&self) -> Head {
        self.head
    }

    /// Returns `logged` of the last valid line, of whatever kind.
    pub(crate) const fn logged(&self) -> At {
        self.logged
    }

    /// Drops an unfinished line at the end, so that the source can be read again from the end of the last whole line.
    pub(crate) fn forget_fragment(&mut self) -> &mut R {
        self.lines.forget_fragment()
    }

    /// Reads the next line into `entry`, if it is valid, and adds what is wrong with it to `faults`.
    /// With `follow`, an unfinished line is not a line yet.
    pub(crate) fn step(
        &mut self,
        follow: bool,
        entry: &mut Option<LedgerLine>,
        faults: &mut Vec<Fault>,
    ) -> io::Result<Option<Step>> {
        *entry = None;
        let next = if follow { self.lines.next_whole()? } else { self.lines.next()? };
        let Some(RawLine { number, offset, length, content }) = next else { return Ok(None) };
        let mut fault = |column, kind| faults.push(Fault { line: number, offset, column, kind });
        let (digest, bytes) = match content {
            LineContent::Torn => {
                fault(0, FaultKind::Torn { length });
                return Ok(Some(Step { length, digest: None }));
            }
            LineContent::TooLong(digest) => {
                fault(0, FaultKind::TooLong { length });
                (digest, None)
            }
            LineContent::Whole(bytes, digest) => (digest, Some(bytes)),
        };

        let text = bytes.and_then(|bytes| simdutf8::basic::from_utf8(bytes).ok());
        let prev = text.and_then(|text| self.records.read_into(text, offset, number, entry));
        // A line that can't be read in full may still have its links.
        let found = match (prev, &*entry) {
            (Some(prev), Some(LedgerLine::Record(record))) => Some((prev, record.seq)),
            (Some(prev), _) => Some((prev, bytes.and_then(Links::read).map_or(1, |links| links.seq))),
            (None, _) => {
                if let Some(bytes) = bytes {
                    let (column, kind) = explain(bytes).unwrap_or((0, FaultKind::Unexplained));
                    fault(column, kind);
                }
                bytes.and_then(Links::read).and_then(|links| Some((Digest::from_hex(links.prev)?, links.seq)))
            }
        };
        if let Some((prev, _)) = found.filter(|(prev, _)| *prev != self.head.hash) {
            fault(0, FaultKind::Chain { expected: self.head.hash, found: prev });
        }
        let seq = found.map_or(self.next_seq, |(_, seq)| seq);
        if seq != self.next_seq {
            fault(0, FaultKind::Seq { expected: self.next_seq, found: seq });
        }
        self.next_seq = seq.saturating_add(1);
        let is_other = matches!(entry, Some(LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_)));
        if let Some(logged) = bytes.filter(|_| is_other).and_then(Links::read).and_then(|links| links.logged()) {
            self.logged = logged;
        }
        let is_opening = matches!(entry, Some(LedgerLine::Opening(_)));
        if entry.is_some() && is_opening != (number == 1) {
            fault(0, FaultKind::Opening { first: number == 1 });
        }
        match entry {
            Some(LedgerLine::Record(record)) => {
                self.rev(record).into_iter().for_each(|kind| fault(0, kind));
                if record.details.in_order {
                    self.check_logged(record.logged).into_iter().for_each(|kind| fault(0, kind));
                } else {
                    self.logged = record.logged;
                }
                let version = if record.details.in_order { 1 } else { 2 };
                self.check_version(version).into_iter().for_each(|kind| fault(0, kind));
            }
            Some(LedgerLine::Opening(opening)) => {
                self.check_logged(opening.logged).into_iter().for_each(|kind| fault(0, kind));
                if number == 1 {
                    self.version = u8::try_from(opening.format).ok();
                }
            }
            Some(LedgerLine::Format(_)) => {
                if let Some(format @ 2..) = self.version.replace(2) {
                    fault(0, FaultKind::FormatRepeated { format });
                }
            }
            Some(LedgerLine::Custody(line)) => {
                self.check_version(2).into_iter().for_each(|kind| fault(0, kind));
                self.custody.follow(line).into_iter().for_each(|kind| fault(0, kind));
            }
            Some(LedgerLine::Heads(_)) => self.check_version(2).into_iter().for_each(|kind| fault(0, kind)),
            None => {}
        }
        if let Some(entry) = entry {
            self.acts.follow(entry.act(), self.head).into_iter().for_each(|kind| fault(0, kind));
        }
        self.head = Head { lines: number, bytes: offset + length + 1, hash: digest };
        Ok(Some(Step { length, digest: Some(digest) }))
    }
}

impl<R> LineChecker<R> {
    fn rev(&mut self, record: &Record) -> Option<FaultKind> {
        let last = self.revs.entry(record.case).or_insert(0);
        let expected = *last + 1;
        *last = record.rev;
        (record.rev != expected).then_some(FaultKind::Rev { case: record.case, expected, found: record.rev })
    }

    fn check_version(&self, found: u8) -> Option<FaultKind> {
        let expected = self.version?;
        (found != expected).then_some(FaultKind::Version { expected, found })
    }

    fn check_logged(&mut self, found: At) -> Option<FaultKind> {
        let earlier = self.logged;
        self.logged = found;
        (found < earlier).then_some(FaultKind::Logged { earlier, found })
    }
}
