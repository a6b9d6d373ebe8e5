//! Appending records.

use super::index::Place;
use super::observer::{LineObserver, ObservedLine};
use super::{Ledger, State};
use crate::chain::{Unlinked, link};
use crate::ledger_data::Heads;
use crate::line_reader::{LedgerLine, RecordReader, read_line};
use crate::record::{self, LineFields, LineRecord, Middle};
use crate::storage::{Storage, StoredFile};
use crate::texts::{NewTexts, Texts, texts_path};
use crate::{Damage, Digest, Head, KeyId, MAX_LINE};
use ibbi_core::{At, Name};
use ibbi_store::{NewRecord, check_acts, check_clock};
use std::io;
use std::path::PathBuf;
use uuid::Uuid;

/// The most bytes that one call of [`Ledger::append`] writes: 4 MiB.
///
/// A crash can leave a batch in doubt, and the next writer then writes that many bytes again.
pub const MAX_BATCH: usize = 4 * 1024 * 1024;

/// A record that is in the ledger and synced to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Its line's number in the ledger.
    pub seq: u64,
    /// Its number in its case.
    pub rev: u64,
    /// The start of its line in the file, in bytes from 0.
    pub offset: u64,
    /// The SHA-256 of its line.
    pub hash: Digest,
    /// When it was written: the time that the caller gave.
    pub logged: At,
    /// Whether it was there before, because an earlier try with the same ID recorded it.
    pub existing: bool,
}

/// Why records were not appended. Except for [`AppendError::InDoubt`], the ledger is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The ledger is damaged, and open for reading only.
    #[error("the ledger is damaged and can only be read: {damage}")]
    Damaged {
        /// What is wrong with it.
        damage: Damage,
    },
    /// An earlier write failed. This handle accepts no more records.
    #[error(
        "an earlier write to the ledger is in doubt; open the ledger again and send the same records with the same IDs"
    )]
    Poisoned,
    /// The case has more records than when the event was checked.
    #[error(
        "case {case} has {}, not {expected}: another event was recorded first; read the case again, then retry",
        counted(*.found)
    )]
    Conflict {
        /// The case.
        case: Uuid,
        /// The number of records when the event was checked.
        expected: u64,
        /// The number that it has.
        found: u64,
    },
    /// The case was forgotten with [`Ledger::forget`], so this handle takes no more records of it.
    #[error("case {case} was forgotten, so it takes no more records; open the ledger again to continue it")]
    Forgotten {
        /// The case.
        case: Uuid,
    },
    /// Another record of the case has the same ID.
    #[error("record {rev} of case {case} already has the ID {id}, with other content; use a new ID")]
    IdTaken {
        /// The case.
        case: Uuid,
        /// The ID.
        id: Uuid,
        /// The number of the record that has it.
        rev: u64,
    },
    /// A batch has the same ID twice.
    #[error("the batch has the ID {id} twice for case {case}; send each record once")]
    Repeated {
        /// The case.
        case: Uuid,
        /// The ID.
        id: Uuid,
    },
    /// A line would be too long.
    #[error(
        "record {index} of the batch makes a line of {length} bytes; the limit is {MAX_LINE} bytes: shorten its texts"
    )]
    LineTooLong {
        /// The record's place in the batch, from 0.
        index: usize,
        /// The length of its line in bytes.
        length: usize,
    },
    /// The batch would be too long.
    #[error("the batch makes more than {MAX_BATCH} bytes; send it in smaller parts")]
    BatchTooLong,
    /// The line of a record would not read back as the same record.
    #[error("record {index} of the batch can't be written as a line; nothing was written: report this bug")]
    Unreadable {
        /// The record's place in the batch, from 0.
        index: usize,
    },
    /// The ledger still has format 1, and the line exists only in format 2.
    #[error("the ledger still has format 1, which has no such line; record an event first")]
    Format,
    /// The batch or the clock is not as every store asks for it.
    #[error(transparent)]
    NotAccepted(ibbi_store::AppendError),
    /// The confidential texts of the records can't be stored beside the ledger.
    #[error("cannot store the confidential texts in {path}: {source}; fix the cause and try again", path = .path.display())]
    Texts {
        /// The file with the texts.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The legal holds and destructions of the ledger don't allow it.
    #[error("{reason}")]
    Custody {
        /// Why, and what to do.
        reason: String,
    },
    /// The destruction of texts is recorded, but their key can't be destroyed yet.
    #[error(
        "the destruction is recorded, but the file of key {key} can't be destroyed: {source}; fix the cause, and open the ledger again to finish it"
    )]
    KeyLeft {
        /// The key.
        key: KeyId,
        /// The system's error.
        source: io::Error,
    },
    /// The ledger's file can't be read.
    #[error("cannot read the ledger: {source}")]
    Read {
        /// The system's error.
        source: io::Error,
    },
    /// Another program wrote to the file without its lock. This handle accepts no more records.
    #[error(
        "the ledger's file is {found} bytes long instead of {expected}: another program wrote to it without its lock; stop that program and open the ledger again"
    )]
    Changed {
        /// The length after this handle's last write, in bytes.
        expected: u64,
        /// The length now, in bytes.
        found: u64,
    },
    /// The file is not at its path any more. This handle accepts no more records, because nothing could find them.
    #[error(
        "{path} was deleted, renamed, or replaced by another file while it was open; put it back or restore it from a copy, then open the ledger again",
        path = .path.display()
    )]
    Moved {
        /// The path.
        path: PathBuf,
    },
    /// A write or a sync failed, so the records may or may not be on the disk. This handle accepts no more records.
    #[error(
        "in doubt: {} may or may not be on the disk ({source}); open the ledger again and send the same records with the same IDs",
        records_from(*.records, *.seq)
    )]
    InDoubt {
        /// The line number of the first of them.
        seq: u64,
        /// The number of records.
        records: usize,
        /// The system's error.
        source: io::Error,
    },
}

fn counted(records: u64) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}

fn records_from(records: usize, seq: u64) -> String {
    if records == 1 { format!("the record of line {seq}") } else { format!("{records} records from line {seq} on") }
}

/// A batch that is being prepared, without its lines.
struct Plan {
    /// One for each record so far. The index has the new ones already.
    committed: Vec<Committed>,
    /// The SHA-256 of the line that changes the ledger's format, if the batch begins with one.
    change: Option<Digest>,
    /// The confidential texts of the new records.
    texts: NewTexts,
    /// The end of the ledger after the batch.
    head: Head,
}

impl<S: Storage, O: LineObserver> Ledger<S, O> {
    /// Appends records in their order: all of them, or none. When this returns without an error, they are on the disk.
    ///
    /// `now` is the time on the caller's clock. The ledger takes it as it is, if it isn't earlier than the last line by more
    /// than [`ibbi_store::MAX_STEP_BACK`] or [`Ledger::trust_clock`] was called. A record whose ID its case already has is not appended again. If it has the
    /// same content (actor, `at`, event, and details), its place is returned; if not, that is an error.
    ///
    /// Confidential texts are stored beside the ledger first (see [`crate::Texts`]); the lines have their digests. A ledger
    /// that began in format 1 gets a line that says where format 2 begins.
    ///
    /// A record is appended only as the core accepted it. There is no way to pass a stage that the core didn't compute:
    ///
    /// ```compile_fail,E0308
    /// use ibbi_core::{At, Event, Name, Stage};
    /// fn forge(ledger: &mut ibbi_log::Ledger, event: Event, at: At, actor: Name) {
    ///     let closed = (event, at, Stage::Closed);
    ///     let _ = ledger.append(&[ibbi_store::NewRecord::new(closed, actor)], at);
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns [`AppendError`].
    pub fn append(&mut self, records: &[NewRecord], now: At) -> Result<Vec<Committed>, AppendError> {
        self.check_writable()?;
        self.check_batch(records, now)?;
        let mut lines = core::mem::take(&mut self.buffer);
        lines.clear();
        let mut plan = Plan {
            committed: Vec::with_capacity(records.len()),
            change: None,
            texts: NewTexts::default(),
            head: self.head,
        };
        let planned = self.plan(records, now, &mut lines, &mut plan);
        let outcome = planned.and_then(|()| self.commit(records, &plan, &lines));
        if outcome.is_err() {
            // Nothing of the batch was acknowledged, so the index forgets it.
            let added = records.iter().zip(&plan.committed).filter(|(_, committed)| !committed.existing);
            added.rev().for_each(|(record, _)| self.index.remove(record.accepted.case(), record.accepted.id()));
        }
        self.buffer = lines;
        outcome.map(|()| plan.committed)
    }

    /// Takes any clock from now on, even one that is much earlier than the last line.
    pub const fn trust_clock(&mut self) {
        self.trusts_clock = true;
    }

    /// Returns whether lines can be written at this time on the caller's clock.
    pub fn accepts_clock(&self, now: At) -> bool {
        self.check_batch(&[], now).is_ok()
    }

    /// Returns whether the ledger takes any clock.
    pub const fn trusts_clock(&self) -> bool {
        self.trusts_clock
    }

    pub(super) fn check_writable(&self) -> Result<(), AppendError> {
        match &self.state {
            State::Writable => Ok(()),
            State::Damaged(damage) => Err(AppendError::Damaged { damage: damage.clone() }),
            State::Poisoned => Err(AppendError::Poisoned),
        }
    }

    /// Returns the version of the format of the next line, if it is not a record's.
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// Checks what doesn't need the ledger's index.
    pub(super) fn check_batch(&self, records: &[NewRecord], now: At) -> Result<(), AppendError> {
        check_acts(records).map_err(AppendError::NotAccepted)?;
        if self.trusts_clock { Ok(()) } else { check_clock(self.logged, now).map_err(AppendError::NotAccepted) }
    }

    /// Prepares a batch.
    fn plan(
        &mut self,
        records: &[NewRecord],
        logged: At,
        lines: &mut Vec<u8>,
        plan: &mut Plan,
    ) -> Result<(), AppendError> {
        let mut unlinked = Vec::with_capacity(records.len());
        let mut reader = RecordReader::default();
        let middle = Middle::new(logged);
        for (index, record) in records.iter().enumerate() {
            if self.version == 1
                && unlinked.is_empty()
                && self.index.find(record.accepted.case(), record.accepted.id()).is_none()
            {
                unlinked.push(change_format(&record.actor, logged, &self.head, lines)?);
                plan.head.lines += 1;
                plan.head.bytes += wide(lines.len());
            }
            let (case, id) = (record.accepted.case(), record.accepted.id());
            if self.index.is_forgotten(case) {
                return Err(AppendError::Forgotten { case });
            }
            let room = match self.index.room(case, id) {
                Ok(room) => room,
                Err(place) if place.line > self.head.lines => return Err(AppendError::Repeated { case, id }),
                Err(place) => {
                    plan.committed.push(self.existing(record, place, &mut reader)?);
                    continue;
                }
            };
            let found = room.rev();
            let expected = record.accepted.revision();
            if expected != found {
                return Err(AppendError::Conflict { case, expected, found });
            }
            let (rev, seq) = (found + 1, plan.head.lines + 1);
            let sealed = plan.texts.take(record);
            let fields = LineFields::new(record, sealed.as_ref().unwrap_or(record.accepted.event()));
            let line = write_line(index, &fields, (rev, seq), &middle, lines)?;
            let (offset, length) = (plan.head.bytes, line.end - line.start);
            unlinked.push(line);
            let place = Place { offset, line: seq, length: u32::try_from(length).unwrap_or(u32::MAX) };
            room.fill(place);
            plan.committed.push(Committed { seq, rev, offset, hash: Digest::ZERO, logged, existing: false });
            plan.head.lines = seq;
            plan.head.bytes = offset + u64::from(place.length) + 1;
        }
        let mut hashes = link(lines, &unlinked, self.head.hash);
        debug_assert!(unlinked.iter().all(|line| crate::links::Links::read(&lines[line.start..line.end]).is_some()));
        plan.head.hash = hashes.last().copied().unwrap_or(self.head.hash);
        let added = plan.committed.iter_mut().filter(|committed| !committed.existing);
        if self.version == 1 && !hashes.is_empty() {
            plan.change = Some(hashes.remove(0));
        }
        added.zip(&hashes).for_each(|(committed, hash)| committed.hash = *hash);
        Ok(())
    }

    /// Returns the record that already has this ID, if its content is the same.
    fn existing(&self, record: &NewRecord, place: Place, reader: &mut RecordReader) -> Result<Committed, AppendError> {
        let line = self.line(place).map_err(|source| AppendError::Read { source })?;
        let Some((LedgerLine::Record(LineRecord { record: mut found, .. }), _)) =
            reader.read(&line, place.offset, place.line)
        else {
            let source = io::Error::new(io::ErrorKind::InvalidData, "a line changed after the ledger was opened");
            return Err(AppendError::Read { source });
        };
        if found.event.note_text().is_some_and(|text| text.text().is_none()) {
            let texts = Texts::read_in(&self.storage, &self.path).map_err(|source| AppendError::Read { source })?;
            texts.fill(&mut found.event);
        }
        if !record.has_content_of(&found) {
            return Err(AppendError::IdTaken { case: found.case, id: found.id, rev: found.rev });
        }
        let hash = Digest::sha256(line.as_bytes());
        let (seq, rev, logged) = (found.seq, found.rev, found.logged);
        Ok(Committed { seq, rev, offset: place.offset, hash, logged, existing: true })
    }

    fn commit(&mut self, records: &[NewRecord], plan: &Plan, lines: &[u8]) -> Result<(), AppendError> {
        let added = records.iter().zip(&plan.committed).filter(|(_, committed)| !committed.existing);
        let count = added.clone().count();
        if count == 0 {
            return Ok(());
        }
        let not_stored = |source| AppendError::Texts { path: texts_path(&self.path), source };
        let now = plan.committed.iter().rfind(|committed| !committed.existing).map_or(self.logged, |last| last.logged);
        plan.texts.store(&self.storage, &self.path, (&self.custody, self.has_texts), now).map_err(not_stored)?;
        self.write(lines, count, plan.head)?;
        self.has_texts |= !plan.texts.is_empty();
        if let Some(change) = &plan.change {
            self.observer.appended(change, ObservedLine::Other);
            self.version = 2;
        }
        for (record, committed) in added {
            let line = ObservedLine::Record { case: record.accepted.case(), rev: committed.rev };
            self.observer.appended(&committed.hash, line);
        }
        self.logged = now;
        Ok(())
    }

    /// Adds a line with the state of all cases, which the caller computed from all lines of the ledger. When this returns
    /// without an error, the line is on the disk.
    ///
    /// `now` is the time on the caller's clock, within the limits of [`Ledger::append`].
    ///
    /// # Errors
    /// Returns [`AppendError`]; [`AppendError::Format`] if the ledger still has format 1, which has no such lines.
    pub fn append_heads(&mut self, heads: &Heads, actor: &Name, now: At) -> Result<Digest, AppendError> {
        self.check_writable()?;
        if self.version == 1 {
            return Err(AppendError::Format);
        }
        self.check_batch(&[], now)?;
        let mut lines = Vec::new();
        let (seq, unreadable) = (self.head.lines + 1, |_| AppendError::Unreadable { index: 0 });
        let prev = record::write_heads(heads, (actor, now), (&self.head.hash, seq), &mut lines).map_err(unreadable)?;
        let line = Unlinked { start: 0, prev, end: lines.len() };
        lines.push(b'\n');
        let hash = link(&mut lines, &[line], self.head.hash)[0];
        let bytes = self.head.bytes + wide(lines.len());
        self.write(&lines, 1, Head { lines: seq, bytes, hash })?;
        self.observer.appended(&hash, ObservedLine::Heads(*heads));
        self.logged = now;
        Ok(hash)
    }

    /// Writes and syncs lines at the end of the file, which then is `head`. `records` is their number.
    pub(super) fn write(&mut self, lines: &[u8], records: usize, head: Head) -> Result<(), AppendError> {
        let in_doubt = |source| AppendError::InDoubt { seq: self.head.lines + 1, records, source };
        let found = self.length_in_place().map_err(|source| AppendError::Read { source })?;
        self.state = State::Poisoned;
        let Some(found) = found else { return Err(AppendError::Moved { path: self.path.clone() }) };
        if found != self.head.bytes {
            return Err(AppendError::Changed { expected: self.head.bytes, found });
        }
        self.reserve.extend(&self.file, self.head.bytes, head.bytes);
        self.file.write_all_at(lines, self.head.bytes).and_then(|()| self.file.sync_data()).map_err(in_doubt)?;
        self.state = State::Writable;
        self.head = head;
        Ok(())
    }
}

/// Writes the line after which a ledger has format 2 to `lines`, with its LF, not linked yet.
fn change_format(actor: &Name, logged: At, head: &Head, lines: &mut Vec<u8>) -> Result<Unlinked, AppendError> {
    let written = record::write_format_change(actor, logged, (&head.hash, head.lines + 1), lines);
    let prev = written.map_err(|_| AppendError::Unreadable { index: 0 })?;
    let end = lines.len();
    lines.push(b'\n');
    Ok(Unlinked { start: 0, prev, end })
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Writes a record's line with its LF to `lines`, not linked yet, within the limits of a line and of a batch.
fn write_line(
    index: usize,
    record: &LineFields<'_>,
    numbers: (u64, u64),
    middle: &Middle,
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
    if lines.len() > MAX_BATCH {
        return Err(AppendError::BatchTooLong);
    }
    Ok(Unlinked { start, prev, end })
}

/// Returns whether a new line reads back as its record.
fn reads_back(line: &str, record: &LineFields<'_>) -> bool {
    matches!(read_line(line.as_bytes()), Ok(LedgerLine::Record(read)) if record.are_of(&read.record))
}
