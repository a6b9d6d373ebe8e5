//! The voided records of a ledger, read before an export is written.

use ibbi_core::{Event, EventKind};
use ibbi_log::{Record, Uuid};
use std::collections::HashMap;

/// The voided records of a ledger, with the records that void them.
///
/// A void counts if it names an earlier record of its own case that is neither the case's opening nor a void or a migration. Only the first
/// void of a record counts. The rules also require that the remaining events of the case replay; only an audit checks that.
/// In a ledger whose records are all legal, both definitions agree.
///
/// Memory: about 40 bytes for each void.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    /// By the number of the voided record: the case of the void, and its number.
    voided: HashMap<u64, (Uuid, u64)>,
}

impl Corrections {
    /// Reads the voids among some records.
    ///
    /// # Errors
    /// Returns the first error among the items.
    pub fn read<E>(records: impl IntoIterator<Item = Result<Record, E>>) -> Result<Self, E> {
        let mut corrections = Self::default();
        for record in records {
            corrections.add(&record?);
        }
        Ok(corrections)
    }

    /// Adds a record. Records must come in ledger order.
    pub fn add(&mut self, record: &Record) {
        if let Event::EventVoided(void) = &record.event
            && void.seq < record.seq
        {
            self.voided.entry(void.seq).or_insert((record.case, record.seq));
        }
    }

    /// Returns the number of the record that voids this one.
    pub fn voided_by(&self, record: &Record) -> Option<u64> {
        // Most ledgers have few voids or none, so a lookup is rarely needed.
        if self.voided.is_empty() || record.event.kind() == EventKind::CaseOpened || !record.event.kind().happens() {
            return None;
        }
        self.voided.get(&record.seq).filter(|(case, _)| *case == record.case).map(|(_, by)| *by)
    }

    /// Returns whether a record counts: it is neither voided, nor a void or a migration.
    pub fn counts(&self, record: &Record) -> bool {
        record.event.kind().happens() && self.voided_by(record).is_none()
    }
}
