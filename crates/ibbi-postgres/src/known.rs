//! What a store remembers of the lines of its ledger.

use ibbi_core::{At, BookingRecord};
use ibbi_log::{
    CustodyState, Digest, Head, LedgerEnd, LedgerLine, LineObserver as _, LineReader, LinkedLines, Links, ObservedLine,
    Opening, Record,
};
use ibbi_seal::Sealer;
use ibbi_store::{Catalog, Committed, NewRecord};
use uuid::Uuid;

/// The list of cases, and the state of the ledger, as far as its lines were read.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) catalog: Catalog,
    pub(crate) custody: CustodyState,
    pub(crate) sealer: Sealer,
    pub(crate) opening: Option<Opening>,
    pub(crate) end: LedgerEnd,
    /// When the last record was written.
    pub(crate) last_record: Option<At>,
    reader: LineReader,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            catalog: Catalog::default(),
            custody: CustodyState::default(),
            sealer: Sealer::default(),
            opening: None,
            end: LedgerEnd { head: Head::EMPTY, logged: At::MIN, version: 1 },
            last_record: None,
            reader: LineReader::default(),
        }
    }
}

/// Why the next line was not taken.
#[derive(Debug)]
pub(crate) enum NotNext {
    /// It doesn't continue the lines that are known: others are in their place.
    Unlinked,
    /// It can't be read, or says something else than the lines before it give.
    Wrong(String),
}

impl Known {
    /// Takes the next line, without its LF. Returns the case, the number in the case, and the ID of a record.
    pub(crate) fn add(&mut self, line: &[u8]) -> Result<Option<(Uuid, u64, Uuid)>, NotNext> {
        let links = Links::read(line).ok_or_else(|| NotNext::Wrong("it is not a ledger's line".to_owned()))?;
        let before = self.end.head;
        if Digest::from_hex(links.prev) != Some(before.hash) || links.seq != before.lines + 1 {
            return Err(NotNext::Unlinked);
        }
        let read = self.reader.read(line).map_err(|(_, kind)| NotNext::Wrong(kind.to_string()))?;
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        let head = Head { lines: before.lines + 1, bytes: before.bytes + length + 1, hash: Digest::sha256(line) };
        let (mut faults, mut keys) = (Vec::new(), None);
        let observed = ObservedLine::from(&read);
        match read {
            LedgerLine::Opening(opening) => {
                self.end.version = u8::try_from(opening.format).unwrap_or(u8::MAX);
                self.opening = Some(opening);
            }
            LedgerLine::Format(change) => self.end.version = u8::try_from(change.format).unwrap_or(u8::MAX),
            LedgerLine::Heads(_) => {}
            LedgerLine::Custody(line) => {
                if let Some(kind) = self.custody.follow(&line) {
                    return Err(NotNext::Wrong(kind.to_string()));
                }
            }
            LedgerLine::Record(record) => {
                keys = Some((record.case, record.rev, record.id));
                if self.rev(record.case) + 1 != record.rev {
                    return Err(NotNext::Wrong(format!(
                        "record {} of its case doesn't follow the one before it",
                        record.rev
                    )));
                }
                self.add_record(&record.record);
            }
        }
        self.sealer.line(head, observed, self.opening.as_ref(), &mut faults);
        self.end.head = head;
        self.end.logged = links.logged().unwrap_or(self.end.logged);
        match faults.into_iter().next() {
            Some(fault) => Err(NotNext::Wrong(fault.kind.to_string())),
            None => Ok(keys),
        }
    }

    fn add_record(&mut self, record: &Record) {
        self.last_record = Some(record.logged);
        self.catalog.add(record);
    }

    /// Takes records that this program has just written after the lines that are known.
    pub(crate) fn add_new<'a>(
        &mut self,
        linked: &LinkedLines,
        records: impl Iterator<Item = (&'a NewRecord, &'a Committed)>,
    ) {
        if let Some(change) = linked.lines.first().filter(|_| linked.changes_format) {
            self.sealer.appended(&change.digest, ObservedLine::Other);
        }
        for ((new, written), line) in records.zip(linked.records()) {
            let accepted = &new.accepted;
            let record = BookingRecord {
                case: accepted.case(),
                seq: written.seq,
                at: accepted.at(),
                replaces: accepted.replaces(),
                event: accepted.event(),
                to: accepted.to(),
            };
            self.catalog.add_parts((accepted.id(), written.rev), &new.actor, record);
            self.sealer.appended(&line.digest, ObservedLine::Record { case: accepted.case(), rev: written.rev });
            self.last_record = Some(written.logged);
        }
        self.end = linked.end;
    }

    /// Returns the number of records of a case.
    pub(crate) fn rev(&self, case: Uuid) -> u64 {
        self.catalog.summary(case).map_or(0, |summary| summary.records)
    }
}
