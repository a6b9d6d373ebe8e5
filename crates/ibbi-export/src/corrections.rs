//! The corrected records of a ledger, read before an export is written.

use ibbi_core::{Event, EventKind};
use ibbi_log::{Record, Uuid};
use std::collections::HashMap;

/// The voided and replaced records of a ledger, with the records that correct them.
///
/// A record that replaces another counts if it names an earlier record of its own case that is neither a void nor a
/// migration. A void counts if it also isn't of the case's opening. Only the first correction of a record counts. The rules
/// also require that the remaining events of the case replay; only an audit checks that.
/// In a ledger whose records are all legal, both definitions agree.
///
/// Memory: about 48 bytes for each correction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    /// By the number of the corrected record: the case of the correction, its number, and whether it is a void.
    corrected: HashMap<u64, (Uuid, u64, bool)>,
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
        let corrected = match &record.event {
            Event::EventVoided(void) => Some(void.seq),
            _ => record.details.replaces,
        };
        if let Some(seq) = corrected.filter(|seq| *seq < record.seq) {
            let is_void = record.event.kind() == EventKind::EventVoided;
            self.corrected.entry(seq).or_insert((record.case, record.seq, is_void));
        }
    }

    /// Returns the number of the record that voids or replaces this one.
    pub fn voided_by(&self, record: &Record) -> Option<u64> {
        // Most ledgers have few voids or none, so a lookup is rarely needed.
        if self.corrected.is_empty() || !record.event.kind().happens() {
            return None;
        }
        let (case, by, is_void) = self.corrected.get(&record.seq)?;
        let is_correctable = !is_void || record.event.kind() != EventKind::CaseOpened;
        (*case == record.case && is_correctable).then_some(*by)
    }

    /// Returns whether a record counts: it is neither voided, nor a void or a migration.
    pub fn counts(&self, record: &Record) -> bool {
        record.event.kind().happens() && self.voided_by(record).is_none()
    }
}
