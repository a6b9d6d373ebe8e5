//! The records of a transaction that is being prepared.

use crate::known::Known;
use ibbi_core::EventKind;
use ibbi_log::{AppendError, FoundRecord, KnownRecord, RecordIndex, RecordRoom};
use ibbi_store::NewRecord;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The records that the ledger has, with those of the transaction.
pub(crate) struct Pending<'k> {
    known: &'k Known,
    /// The records that the database has under the IDs of the transaction, as far as they were looked up.
    pub(crate) stored: HashMap<(Uuid, Uuid), KnownRecord>,
    revs: HashMap<Uuid, u64>,
    ids: HashSet<(Uuid, Uuid)>,
    openings: HashMap<Uuid, Uuid>,
    pub(crate) rows: Vec<NewRow>,
}

/// The keys of a new line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRow {
    pub(crate) case: Uuid,
    pub(crate) rev: u64,
    pub(crate) id: Uuid,
    opens: bool,
}

impl<'k> Pending<'k> {
    pub(crate) fn new(known: &'k Known, stored: HashMap<(Uuid, Uuid), KnownRecord>) -> Self {
        let (revs, ids, openings) = (HashMap::new(), HashSet::new(), HashMap::new());
        Self { known, stored, revs, ids, openings, rows: Vec::new() }
    }

    /// Returns whether another caller's records in this transaction have one of the IDs. Their outcome decides about these.
    pub(crate) fn waits(&self, records: &[NewRecord]) -> bool {
        records.iter().any(|record| {
            let (case, id) = (record.accepted.case(), record.accepted.id());
            self.ids.contains(&(case, id)) || (opens(record) && self.openings.contains_key(&id))
        })
    }

    /// Forgets the new records after the first ones, which are kept.
    pub(crate) fn truncate(&mut self, kept: usize) {
        // The last one first, so that a case is left at the number before its first one.
        for row in self.rows.drain(kept..).rev() {
            self.ids.remove(&(row.case, row.id));
            self.revs.insert(row.case, row.rev - 1);
            if row.opens {
                self.openings.remove(&row.id);
            }
        }
    }
}

/// Returns whether a record opens its case.
fn opens(record: &NewRecord) -> bool {
    record.accepted.revision() == 0 && record.accepted.event().kind() == EventKind::CaseOpened
}

impl<'k> RecordIndex for Pending<'k> {
    type Room<'a>
        = PendingRoom<'a, 'k>
    where
        Self: 'a;

    fn find<'a>(&'a mut self, record: &NewRecord) -> Result<FoundRecord<Self::Room<'a>>, AppendError> {
        let (case, id) = (record.accepted.case(), record.accepted.id());
        if let Some(stored) = self.stored.get(&(case, id)) {
            return stored.settle(record).map(FoundRecord::Known);
        }
        if self.ids.contains(&(case, id)) {
            return Err(AppendError::Repeated { case, id });
        }
        let opens = opens(record);
        if opens && let Some(other) = self.known.catalog.opened_by(id).filter(|other| *other != case) {
            return Err(AppendError::IdTaken { case: other, id, rev: 1 });
        }
        let rev = self.revs.get(&case).copied().unwrap_or_else(|| self.known.rev(case));
        Ok(FoundRecord::New(PendingRoom { pending: self, row: NewRow { case, rev: rev + 1, id, opens } }))
    }
}

/// Room for one more record of a case.
pub(crate) struct PendingRoom<'a, 'k> {
    pending: &'a mut Pending<'k>,
    row: NewRow,
}

impl RecordRoom for PendingRoom<'_, '_> {
    fn rev(&self) -> u64 {
        self.row.rev - 1
    }

    fn fill(self, _seq: u64, _offset: u64, _length: u32) {
        let Self { pending, row } = self;
        pending.revs.insert(row.case, row.rev);
        pending.ids.insert((row.case, row.id));
        if row.opens {
            pending.openings.insert(row.id, row.case);
        }
        pending.rows.push(row);
    }
}
