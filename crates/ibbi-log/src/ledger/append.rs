//! Adding records.

use super::index::Place;
use super::observer::LineObserver;
use super::{Ledger, State};
use crate::chain::{Unlinked, link};
use crate::line_reader::{LedgerLine, RecordReader};
use crate::record::{self, LineFields, Middle};
use crate::storage::{Storage, StoredFile};
use crate::{Damage, Digest, Head, MAX_LINE};
use ibbi_core::At;
use ibbi_store::NewRecord;
use std::io;
use std::path::PathBuf;
use uuid::Uuid;

/// The most bytes that one call of [`Ledger::append`] writes: 4 MiB.
///
/// There is a limit because a batch is what a crash can leave in doubt, and what the next holder then writes again.
pub const MAX_BATCH: usize = 4 * 1024 * 1024;

/// What became of a record: it is in the ledger and safe on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Its line's number in the ledger.
    pub seq: u64,
    /// Its number in its case.
    pub rev: u64,
    /// Where its line begins in the file, in bytes from 0.
    pub offset: u64,
    /// The SHA-256 of its line.
    pub hash: Digest,
    /// When it was written down: the instant that the caller gave, or that of the line before if it is later.
    pub logged: At,
    /// Whether it had been there before: an earlier try under the same id has recorded it.
    pub existing: bool,
}

/// Why records were not added. Unless it says "in doubt", the ledger is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The ledger has damage and was opened for reading only.
    #[error("the ledger is open for reading only: {damage}")]
    Damaged {
        /// What is wrong with it.
        damage: Damage,
    },
    /// An earlier write failed; this handle takes no more.
    #[error(
        "an earlier write to the ledger is in doubt; open the ledger anew and send the same records with the same ids"
    )]
    Poisoned,
    /// The case has moved on since the event was checked.
    #[error(
        "case {case} has {found} records, not {expected}: somebody has recorded an event since; look at it again and retry"
    )]
    Conflict {
        /// The case.
        case: Uuid,
        /// The number of records that the caller had seen.
        expected: u64,
        /// The number that it has.
        found: u64,
    },
    /// The id is that of another record of the case.
    #[error(
        "id {id} is already that of record {rev} of case {case}, which says something else; a new record needs a new id"
    )]
    IdTaken {
        /// The case.
        case: Uuid,
        /// The id.
        id: Uuid,
        /// The record that bears it.
        rev: u64,
    },
    /// The same id twice in one batch.
    #[error("id {id} stands twice in the batch for case {case}; send each record once")]
    Repeated {
        /// The case.
        case: Uuid,
        /// The id.
        id: Uuid,
    },
    /// A line would be too long.
    #[error(
        "record {index} of the batch makes a line of {length} bytes; at most {MAX_LINE} are allowed: shorten its texts"
    )]
    LineTooLong {
        /// Which record of the batch, from 0.
        index: usize,
        /// The length of its line in bytes.
        length: usize,
    },
    /// The batch would be too long.
    #[error("the batch makes more than {MAX_BATCH} bytes; send it in parts")]
    BatchTooLong,
    /// What would be written does not read back.
    #[error(
        "record {index} of the batch does not read back as it was given; this is a fault of the program, and nothing was written"
    )]
    Unreadable {
        /// Which record of the batch, from 0.
        index: usize,
    },
    /// A recorded line could not be read for comparison.
    #[error("could not read the ledger: {source}")]
    Read {
        /// The system's reason.
        source: io::Error,
    },
    /// Another program has written to the file without its lock. This handle takes no more.
    #[error(
        "the ledger's file is {found} bytes long instead of {expected}: another program writes to it without its lock"
    )]
    Changed {
        /// The length that this handle left.
        expected: u64,
        /// The length that it has.
        found: u64,
    },
    /// The file is not where it was opened. This handle takes no more: what it wrote would be found by nobody.
    #[error(
        "{path} was deleted, renamed or replaced by another file while it was open; put it back, or restore it from a copy, and open the ledger anew",
        path = .path.display()
    )]
    Moved {
        /// Where it was.
        path: PathBuf,
    },
    /// A write or a sync failed: nobody knows which of the records are on the disk. This handle takes no more.
    #[error(
        "in doubt: {} may or may not be on the disk ({source}); open the ledger anew and send the same records with the same ids",
        counted(*.records, *.seq)
    )]
    InDoubt {
        /// The line's number that the first of them would have.
        seq: u64,
        /// How many there are.
        records: usize,
        /// The system's reason.
        source: io::Error,
    },
}

fn counted(records: usize, seq: u64) -> String {
    if records == 1 { format!("the record of line {seq}") } else { format!("{records} records from line {seq} on") }
}

/// A batch being made ready, beside its lines.
struct Plan {
    /// One for each record so far. New ones are known to the index already.
    committed: Vec<Committed>,
    /// What the ledger will be once they are safe.
    head: Head,
}

impl<S: Storage, O: LineObserver> Ledger<S, O> {
    /// Appends records in their order: all of them, or none. When this returns without an error, they are on the disk.
    ///
    /// `now` is the time on the caller's clock. A record whose ID its case already has is not appended again. If it has the
    /// same content (actor, `at`, and event), its place is returned; if not, that is an error.
    ///
    /// A record is appended only as the core accepted it. There is no way to pass a stage that the core didn't compute:
    ///
    /// ```compile_fail,E0308
    /// use ibbi_core::{At, Event, Name, Stage};
    /// fn forge(ledger: &mut ibbi_log::Ledger, event: Event, at: At, actor: Name) {
    ///     let closed = (event, at, Stage::Closed);
    ///     let _ = ledger.append(&[ibbi_store::NewRecord { accepted: closed, actor }], at);
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns [`AppendError`].
    pub fn append(&mut self, records: &[NewRecord], now: At) -> Result<Vec<Committed>, AppendError> {
        match &self.state {
            State::Writable => {}
            State::Damaged(damage) => return Err(AppendError::Damaged { damage: damage.clone() }),
            State::Poisoned => return Err(AppendError::Poisoned),
        }
        let mut lines = core::mem::take(&mut self.buffer);
        lines.clear();
        let mut plan = Plan { committed: Vec::with_capacity(records.len()), head: self.head };
        let planned = self.plan(records, now.max(self.logged), &mut lines, &mut plan);
        let outcome = planned.and_then(|()| self.commit(&plan, &lines));
        if outcome.is_err() {
            // Nothing of the batch was acknowledged, so nothing of it stays known.
            let added = records.iter().zip(&plan.committed).filter(|(_, committed)| !committed.existing);
            added.rev().for_each(|(record, _)| self.index.remove(record.accepted.case(), record.accepted.id()));
        }
        self.buffer = lines;
        outcome.map(|()| plan.committed)
    }

    /// Makes a batch ready.
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
            let (case, id) = (record.accepted.case(), record.accepted.id());
            let room = match self.index.room(case, id) {
                Ok(room) => room,
                Err(place) if place.line > self.head.lines => return Err(AppendError::Repeated { case, id }),
                Err(place) => {
                    plan.committed.push(self.existing(record.into(), place, &mut reader)?);
                    continue;
                }
            };
            let found = room.rev();
            let expected = record.accepted.revision();
            if expected != found {
                return Err(AppendError::Conflict { case, expected, found });
            }
            let (rev, seq) = (found + 1, plan.head.lines + 1);
            let line = write_line(index, record.into(), (rev, seq), &middle, lines)?;
            let (offset, length) = (plan.head.bytes, line.end - line.start);
            unlinked.push(line);
            let place = Place { offset, line: seq, length: u32::try_from(length).unwrap_or(u32::MAX) };
            room.fill(place);
            plan.committed.push(Committed { seq, rev, offset, hash: Digest::ZERO, logged, existing: false });
            plan.head.lines = seq;
            plan.head.bytes = offset + u64::from(place.length) + 1;
        }
        let hashes = link(lines, &unlinked, self.head.hash);
        debug_assert!(unlinked.iter().all(|line| crate::line::Links::read(&lines[line.start..line.end]).is_some()));
        let added = plan.committed.iter_mut().filter(|committed| !committed.existing);
        added.zip(&hashes).for_each(|(committed, hash)| committed.hash = *hash);
        plan.head.hash = hashes.last().copied().unwrap_or(self.head.hash);
        Ok(())
    }

    /// The record that stands under this id already, if it says the same.
    fn existing(
        &self,
        record: LineFields<'_>,
        place: Place,
        reader: &mut RecordReader,
    ) -> Result<Committed, AppendError> {
        let line = self.line(place).map_err(|source| AppendError::Read { source })?;
        let Some((LedgerLine::Record(found), _)) = reader.read(&line, place.offset, place.line) else {
            let source = io::Error::new(io::ErrorKind::InvalidData, "a line changed after the ledger was opened");
            return Err(AppendError::Read { source });
        };
        if !record::is_same(&line, record) {
            return Err(AppendError::IdTaken { case: record.case, id: record.id, rev: found.rev });
        }
        Ok(Committed {
            seq: found.seq,
            rev: found.rev,
            offset: place.offset,
            hash: Digest::sha256(line.as_bytes()),
            logged: found.logged,
            existing: true,
        })
    }

    fn commit(&mut self, plan: &Plan, lines: &[u8]) -> Result<(), AppendError> {
        let added = plan.committed.iter().filter(|committed| !committed.existing);
        let records = added.clone().count();
        if records == 0 {
            return Ok(());
        }
        let in_doubt = |source| AppendError::InDoubt { seq: self.head.lines + 1, records, source };
        let found = self.length_in_place().map_err(|source| AppendError::Read { source })?;
        self.state = State::Poisoned;
        let Some(found) = found else { return Err(AppendError::Moved { path: self.path.clone() }) };
        if found != self.head.bytes {
            return Err(AppendError::Changed { expected: self.head.bytes, found });
        }
        self.reserve.extend(&self.file, self.head.bytes, plan.head.bytes);
        self.file.write_all_at(lines, self.head.bytes).and_then(|()| self.file.sync_data()).map_err(in_doubt)?;
        self.state = State::Writable;
        self.head = plan.head;
        added.for_each(|committed| self.observer.appended(&committed.hash));
        self.logged = plan.committed.iter().map(|committed| committed.logged).max().unwrap_or(self.logged);
        Ok(())
    }
}

/// Appends a record's line with its LF, not linked yet, within the limits of a line and of a batch.
fn write_line(
    index: usize,
    record: LineFields<'_>,
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
    // A line that cannot be read would close the ledger to all further writing, so it is never written. The types of the
    // core make only what reads back; where all tests run, that is looked at line by line.
    debug_assert!(core::str::from_utf8(line).is_ok_and(|line| record::reads_back(line, record)));
    lines.push(b'\n');
    if lines.len() > MAX_BATCH {
        return Err(AppendError::BatchTooLong);
    }
    Ok(Unlinked { start, prev, end })
}
