//! Appending records.

use super::index::{Index, Place, Room};
use super::observer::{LineObserver, ObservedLine};
use super::{Ledger, State, line_at};
use crate::append_error::{AppendError, Committed};
use crate::ledger_data::Heads;
use crate::line_reader::{LedgerLine, RecordReader};
use crate::new_lines::{FoundRecord, KnownRecord, LedgerEnd, LinkedLines, NewLines, RecordIndex, RecordRoom, key_of};
use crate::record::LineRecord;
use crate::storage::{Storage, StoredFile};
use crate::texts::{Texts, texts_path};
use crate::{Digest, Head};
use ibbi_core::{At, Name};
use ibbi_store::NewRecord;
use std::io;
use std::path::Path;

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
        let mut lines = NewLines::new(self.end(), now, core::mem::take(&mut self.buffer));
        let mut known = KnownRecords {
            index: &mut self.index,
            source: LineSource { storage: &self.storage, path: &self.path, file: &self.file },
            lines: self.head.lines,
            reader: RecordReader::default(),
        };
        let added = lines.add(records, &mut known);
        let mut linked = lines.link();
        let outcome = match added {
            Ok(mut committed) => {
                let new = committed.iter_mut().filter(|committed| !committed.existing);
                new.zip(linked.records()).for_each(|(committed, line)| committed.hash = line.digest);
                match self.commit(records, &committed, &linked) {
                    Ok(()) => Ok(committed),
                    Err(error) => Err((error, committed)),
                }
            }
            Err(refused) => Err(refused),
        };
        self.buffer = core::mem::take(&mut linked.bytes);
        outcome.map_err(|(error, committed)| {
            // Nothing of the batch was acknowledged, so the index forgets it.
            let added = records.iter().zip(&committed).filter(|(_, committed)| !committed.existing);
            added.rev().for_each(|(record, _)| self.index.remove(record.accepted.case(), record.accepted.id()));
            error
        })
    }

    /// Returns the end of the ledger, as far as the next line depends on it.
    pub(super) const fn end(&self) -> LedgerEnd {
        LedgerEnd { head: self.head, logged: self.logged, version: self.version }
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
        self.end().check(records, now, self.trusts_clock)
    }

    fn commit(
        &mut self,
        records: &[NewRecord],
        committed: &[Committed],
        linked: &LinkedLines,
    ) -> Result<(), AppendError> {
        let added = records.iter().zip(committed).filter(|(_, committed)| !committed.existing);
        let count = added.clone().count();
        if count == 0 {
            return Ok(());
        }
        let not_stored = |source| AppendError::Texts { path: texts_path(&self.path), source };
        let now = linked.end.logged;
        linked.texts.store(&self.storage, &self.path, (&self.custody, self.has_texts), now).map_err(not_stored)?;
        self.write(&linked.bytes, count, linked.end.head)?;
        self.has_texts |= !linked.texts.is_empty();
        if let Some(change) = linked.lines.first().filter(|_| linked.changes_format) {
            self.observer.appended(&change.digest, ObservedLine::Other);
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
        self.check_batch(&[], now)?;
        let mut lines = NewLines::new(self.end(), now, Vec::new());
        lines.add_heads(heads, actor)?;
        let hash = self.write_own(lines.link(), ObservedLine::Heads(*heads))?;
        Ok(hash)
    }

    /// Writes a line that is about no case. Returns its hash.
    pub(super) fn write_own(&mut self, linked: LinkedLines, line: ObservedLine) -> Result<Digest, AppendError> {
        let hash = linked.end.head.hash;
        self.write(&linked.bytes, 1, linked.end.head)?;
        self.observer.appended(&hash, line);
        self.logged = linked.end.logged;
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

/// The records of the ledger, by case and ID, to find those that an earlier try wrote.
struct KnownRecords<'l, S: Storage> {
    index: &'l mut Index,
    source: LineSource<'l, S>,
    /// The number of lines that were written. A place after them is of the batch itself.
    lines: u64,
    reader: RecordReader,
}

/// Where the lines of known records are.
struct LineSource<'l, S: Storage> {
    storage: &'l S,
    path: &'l Path,
    file: &'l S::File,
}

impl<S: Storage> RecordIndex for KnownRecords<'_, S> {
    type Room<'a>
        = Room<'a>
    where
        Self: 'a;

    fn find<'a>(&'a mut self, record: &NewRecord) -> Result<FoundRecord<Room<'a>>, AppendError> {
        let (case, id) = key_of(record);
        if self.index.is_forgotten(case) {
            return Err(AppendError::Forgotten { case });
        }
        match self.index.room(case, id) {
            Ok(room) => Ok(FoundRecord::New(room)),
            Err(place) if place.line > self.lines => Err(AppendError::Repeated { case, id }),
            Err(place) => self.source.known(place, &mut self.reader)?.settle(record).map(FoundRecord::Known),
        }
    }
}

impl<S: Storage> LineSource<'_, S> {
    /// Reads a record that was written before, with its confidential text.
    fn known(&self, place: Place, reader: &mut RecordReader) -> Result<KnownRecord, AppendError> {
        let line = line_at(self.file, place).map_err(|source| AppendError::Read { source })?;
        let Some((LedgerLine::Record(LineRecord { mut record, .. }), _)) = reader.read(&line, place.offset, place.line)
        else {
            let source = io::Error::new(io::ErrorKind::InvalidData, "a line changed after the ledger was opened");
            return Err(AppendError::Read { source });
        };
        if record.event.note_text().is_some_and(|text| text.text().is_none()) {
            let texts = Texts::read_in(self.storage, self.path).map_err(|source| AppendError::Read { source })?;
            texts.fill(&mut record.event);
        }
        Ok(KnownRecord { record, hash: Digest::sha256(line.as_bytes()), offset: place.offset })
    }
}

impl RecordRoom for Room<'_> {
    fn rev(&self) -> u64 {
        Room::rev(self)
    }

    fn fill(self, seq: u64, offset: u64, length: u32) {
        Room::fill(self, Place { offset, line: seq, length });
    }
}
