//! The lines of new records: the one piece of code that makes them, for a ledger's file and for a database that keeps the
//! same lines.

use crate::append_error::{AppendError, Committed, MAX_BATCH};
use crate::chain::{Unlinked, link};
use crate::custody::{Custody, CustodyState};
use crate::ledger_data::Heads;
use crate::line_reader::{LedgerLine, read_line};
use crate::record::{self, LineFields, Middle};
use crate::texts::{NewTexts, TextRow};
use crate::{Digest, Head, MAX_LINE};
use ibbi_core::{At, Name};
use ibbi_store::{NewRecord, check_acts, check_clock};
use uuid::Uuid;

/// The end of a ledger, as far as its next line depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerEnd {
    /// Its lines, its bytes, and the hash of its last line.
    pub head: Head,
    /// When the last line was written.
    pub logged: At,
    /// The version of the format of the next line.
    pub version: u8,
}

impl LedgerEnd {
    /// Checks what doesn't depend on the records that the ledger has: that the batch has whole acts, and that the clock isn't
    /// much earlier than the last line.
    ///
    /// # Errors
    /// Returns [`AppendError::NotAccepted`].
    pub fn check(&self, records: &[NewRecord], now: At, trusts_clock: bool) -> Result<(), AppendError> {
        check_acts(records).map_err(AppendError::NotAccepted)?;
        if trusts_clock { Ok(()) } else { check_clock(self.logged, now).map_err(AppendError::NotAccepted) }
    }
}

/// The records that a ledger has, by case and ID, with those of the batch that is being prepared.
pub trait RecordIndex {
    /// Room for the next record of a case.
    type Room<'a>: RecordRoom
    where
        Self: 'a;

    /// Returns room for a record, or its place if the ledger has a record of its case with its ID and the same content.
    ///
    /// # Errors
    /// Returns [`AppendError::Repeated`] if the batch has the ID already, [`AppendError::IdTaken`] if the content is another
    /// one, or why the index can't be read.
    fn find<'a>(&'a mut self, record: &NewRecord) -> Result<FoundRecord<Self::Room<'a>>, AppendError>;
}

/// What an index says about a new record.
#[derive(Debug)]
pub enum FoundRecord<R> {
    /// The ledger has it: an earlier try wrote it.
    Known(Committed),
    /// The ledger has no record of this case with this ID.
    New(R),
}

/// Room for one more record of a case. The index doesn't change until it is filled.
pub trait RecordRoom {
    /// Returns the number of records that the case has.
    fn rev(&self) -> u64;

    /// Takes the record: its line's number, start, and length without the LF, in bytes.
    fn fill(self, seq: u64, offset: u64, length: u32);
}

/// The lines of a batch that is being prepared, to be appended to a ledger with one write.
///
/// Each [`add`](Self::add) is one caller's batch: all of its records get lines, or none. Nothing is written anywhere.
pub struct NewLines {
    before: LedgerEnd,
    now: At,
    middle: Middle,
    lines: Vec<u8>,
    unlinked: Vec<Unlinked>,
    texts: NewTexts,
    head: Head,
}

impl core::fmt::Debug for NewLines {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NewLines").field("before", &self.before).field("lines", &self.unlinked.len()).finish()
    }
}

/// The lines of a batch, linked to each other and to the ledger.
#[derive(Debug)]
pub struct LinkedLines {
    /// Their bytes, each line with its LF.
    pub bytes: Vec<u8>,
    /// The lines, in their order.
    pub lines: Vec<LinkedLine>,
    /// Whether the first line is the one after which the ledger has format 2.
    pub changes_format: bool,
    /// The end of the ledger after them.
    pub end: LedgerEnd,
    /// The confidential texts of their records.
    pub(crate) texts: NewTexts,
}

/// A line of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkedLine {
    /// Its start in the bytes of the batch.
    pub start: usize,
    /// Its end in the bytes of the batch, before its LF.
    pub end: usize,
    /// Its SHA-256.
    pub digest: Digest,
}

impl NewLines {
    /// Returns a batch without lines, for the end of a ledger. `now` is when the lines are written. `buffer` is reused.
    pub fn new(before: LedgerEnd, now: At, mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self {
            before,
            now,
            middle: Middle::new(now),
            lines: buffer,
            unlinked: Vec::new(),
            texts: NewTexts::default(),
            head: before.head,
        }
    }

    /// Returns whether the batch has no lines.
    pub const fn is_empty(&self) -> bool {
        self.unlinked.is_empty()
    }

    /// Adds the lines of records that the index doesn't have, and returns the place of each record. The `hash` of a new one is
    /// zeros until the lines are linked.
    ///
    /// # Errors
    /// Returns [`AppendError`]. The lines are then as before; the index has the new records up to the one that was refused.
    pub fn add<I: RecordIndex>(
        &mut self,
        records: &[NewRecord],
        index: &mut I,
    ) -> Result<Vec<Committed>, (AppendError, Vec<Committed>)> {
        let before = (self.lines.len(), self.unlinked.len(), self.texts.len(), self.head);
        let mut committed = Vec::with_capacity(records.len());
        for (number, record) in records.iter().enumerate() {
            match self.add_one((number, before.0), record, index) {
                Ok(place) => committed.push(place),
                Err(error) => {
                    self.lines.truncate(before.0);
                    self.unlinked.truncate(before.1);
                    self.texts.truncate(before.2);
                    self.head = before.3;
                    return Err((error, committed));
                }
            }
        }
        Ok(committed)
    }

    fn add_one<I: RecordIndex>(
        &mut self,
        (number, start): (usize, usize),
        record: &NewRecord,
        index: &mut I,
    ) -> Result<Committed, AppendError> {
        let room = match index.find(record)? {
            FoundRecord::Known(place) => return Ok(place),
            FoundRecord::New(room) => room,
        };
        let case = record.accepted.case();
        let (found, expected) = (room.rev(), record.accepted.revision());
        if expected != found {
            return Err(AppendError::Conflict { case, expected, found });
        }
        if self.before.version == 1 && self.unlinked.is_empty() {
            self.change_format(&record.actor)?;
        }
        let (rev, seq) = (found + 1, self.head.lines + 1);
        let sealed = self.texts.take(record);
        let fields = LineFields::new(record, sealed.as_ref().unwrap_or(record.accepted.event()));
        let line = write_line(number, &fields, (rev, seq), &self.middle, start, &mut self.lines)?;
        let (offset, length) = (self.head.bytes, u32::try_from(line.end - line.start).unwrap_or(u32::MAX));
        self.unlinked.push(line);
        room.fill(seq, offset, length);
        self.head.lines = seq;
        self.head.bytes = offset + u64::from(length) + 1;
        Ok(Committed { seq, rev, offset, hash: Digest::ZERO, logged: self.now, existing: false })
    }

    /// Adds the line after which the ledger has format 2.
    fn change_format(&mut self, actor: &Name) -> Result<(), AppendError> {
        let Self { before, now, .. } = *self;
        self.add_own(|lines| record::write_format_change(actor, now, (&before.head.hash, before.head.lines + 1), lines))
    }

    /// Adds a line with the state of all cases, which the caller computed from all lines of the ledger. It must be the only line
    /// of the batch.
    ///
    /// # Errors
    /// Returns [`AppendError::Format`] if the ledger still has format 1, which has no such lines.
    pub fn add_heads(&mut self, heads: &Heads, actor: &Name) -> Result<(), AppendError> {
        let Self { before, now, .. } = *self;
        if before.version == 1 {
            return Err(AppendError::Format);
        }
        self.add_own(|lines| {
            record::write_heads(heads, (actor, now), (&before.head.hash, before.head.lines + 1), lines)
        })
    }

    /// Adds a line about the custody of texts. It must be the only line of the batch, and the caller must have checked it.
    ///
    /// # Errors
    /// Returns [`AppendError::Format`] if the ledger still has format 1, which has no such lines.
    pub fn add_custody(&mut self, done: &Custody, actor: &Name) -> Result<(), AppendError> {
        let Self { before, now, .. } = *self;
        if before.version == 1 {
            return Err(AppendError::Format);
        }
        self.add_own(|lines| {
            record::write_custody(done, (actor, now), (&before.head.hash, before.head.lines + 1), lines)
        })
    }

    /// Adds a line that the ledger writes by itself, as the first of the batch: its ID comes from the line before.
    fn add_own(&mut self, write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<usize>) -> Result<(), AppendError> {
        debug_assert!(self.is_empty(), "the line's ID comes from the line before it");
        let start = self.lines.len();
        let prev = write(&mut self.lines).map_err(|_| AppendError::Unreadable { index: 0 })?;
        let line = Unlinked { start, prev, end: self.lines.len() };
        debug_assert!(read_line(&self.lines[start..]).is_ok(), "{}", String::from_utf8_lossy(&self.lines));
        self.lines.push(b'\n');
        self.unlinked.push(line);
        self.head.lines += 1;
        self.head.bytes += wide(self.lines.len() - start);
        Ok(())
    }

    /// Links the lines.
    pub fn link(mut self) -> LinkedLines {
        let hashes = link(&mut self.lines, &self.unlinked, self.before.head.hash);
        debug_assert!(
            self.unlinked.iter().all(|line| crate::links::Links::read(&self.lines[line.start..line.end]).is_some())
        );
        self.head.hash = hashes.last().copied().unwrap_or(self.before.head.hash);
        let lines = self.unlinked.iter().zip(&hashes);
        let is_empty = self.unlinked.is_empty();
        LinkedLines {
            lines: lines.map(|(line, hash)| LinkedLine { start: line.start, end: line.end, digest: *hash }).collect(),
            bytes: self.lines,
            changes_format: self.before.version == 1 && !is_empty,
            end: LedgerEnd {
                head: self.head,
                logged: if is_empty { self.before.logged } else { self.now },
                version: if is_empty { self.before.version } else { 2 },
            },
            texts: self.texts,
        }
    }
}

impl LinkedLines {
    /// Returns the lines of the records, without the one that changes the format.
    pub fn records(&self) -> &[LinkedLine] {
        &self.lines[usize::from(self.changes_format)..]
    }

    /// Returns whether the records have confidential texts.
    pub const fn has_texts(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Returns the confidential texts for a store that keeps them in another place than a file. They are sealed if there is a first
    /// line of a file of sealed texts, which names the folder with the keys. A key that isn't there is made, unless the lines of
    /// sealed texts, which `sealed` returns, name it.
    ///
    /// # Errors
    /// Returns the system's error, with what to do.
    pub fn text_rows(
        &self,
        head: Option<&[u8]>,
        custody: &CustodyState,
        sealed: impl Fn() -> std::io::Result<Vec<u8>>,
    ) -> std::io::Result<Vec<TextRow>> {
        self.texts.rows(head, custody, self.end.logged, sealed)
    }
}

/// The digest and the place of a record that a store keeps: what a lookup by its ID returns.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownRecord {
    /// The record, with its confidential text if that is known.
    pub record: ibbi_store::Record,
    /// The SHA-256 of its line.
    pub hash: Digest,
    /// The start of its line in bytes, or 0 if the store doesn't count them.
    pub offset: u64,
}

impl KnownRecord {
    /// Returns the place of this record for a new one with its ID, if the content is the same.
    ///
    /// # Errors
    /// Returns [`AppendError::IdTaken`].
    pub fn settle(&self, record: &NewRecord) -> Result<Committed, AppendError> {
        let found = &self.record;
        if !record.has_content_of(found) {
            return Err(AppendError::IdTaken { case: found.case, id: found.id, rev: found.rev });
        }
        let (seq, rev, logged) = (found.seq, found.rev, found.logged);
        Ok(Committed { seq, rev, offset: self.offset, hash: self.hash, logged, existing: true })
    }
}

pub(crate) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Writes a record's line with its LF to `lines`, not linked yet, within the limits of a line and of a batch, which begins at
/// `from`.
fn write_line(
    index: usize,
    record: &LineFields<'_>,
    numbers: (u64, u64),
    middle: &Middle,
    from: usize,
    lines: &mut Vec<u8>,
) -> Result<Unlinked, AppendError> {
    let unreadable = || AppendError::Unreadable { index };
    if !record::is_writable(record) {
        return Err(unreadable());
    }
    let start = lines.len();
    let prev = record::write_record(record, numbers, middle, lines).map_err(|_| unreadable())?;
    let (line, end) = (&lines[start..], lines.len());
    if line.len() > MAX_LINE {
        return Err(AppendError::LineTooLong { index, length: line.len() });
    }
    // A line that can't be read would damage the ledger. The core's types make only lines that can be read; debug builds
    // check this for every line.
    debug_assert!(core::str::from_utf8(line).is_ok_and(|line| reads_back(line, record)));
    lines.push(b'\n');
    if lines.len() - from > MAX_BATCH {
        return Err(AppendError::BatchTooLong);
    }
    Ok(Unlinked { start, prev, end })
}

/// Returns whether a new line reads back as its record.
fn reads_back(line: &str, record: &LineFields<'_>) -> bool {
    matches!(read_line(line.as_bytes()), Ok(LedgerLine::Record(read)) if record.are_of(&read.record))
}

/// The content of the first line of a new ledger as its line, with its LF, and its end.
///
/// # Errors
/// Returns the length of the line in bytes if it is longer than [`MAX_LINE`].
pub fn opening_line(new: &crate::NewLedger) -> Result<(Vec<u8>, LedgerEnd), usize> {
    let mut line = Vec::new();
    // The serializer has no errors for these types; a line that can't be read back is caught below.
    let _ = record::write_opening(new, &mut line);
    if line.len() > MAX_LINE {
        return Err(line.len());
    }
    debug_assert!(matches!(read_line(&line), Ok(LedgerLine::Opening(_))));
    let hash = Digest::sha256(&line);
    line.push(b'\n');
    let end = LedgerEnd { head: Head { lines: 1, bytes: wide(line.len()), hash }, logged: new.at, version: 2 };
    Ok((line, end))
}

/// Returns the ID of a record's case and its own, which together find it in a ledger.
pub(crate) fn key_of(record: &NewRecord) -> (Uuid, Uuid) {
    (record.accepted.case(), record.accepted.id())
}
