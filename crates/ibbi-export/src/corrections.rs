//! Which records were voided, gathered before anything is written.

use ibbi_core::{Event, EventKind};
use ibbi_log::{Record, Uuid};
use std::collections::HashMap;

/// Which records of a ledger were voided, and by which.
///
/// A void counts if it names an earlier record of its own case that is neither the case's opening nor a void; the first
/// void of a record counts. That the case's remaining events replay, which the rules ask besides, is not checked: it is
/// an audit's business. In a ledger whose records are all legal the two come to the same.
///
/// Memory: some 40 bytes for each void.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    /// By the number of the voided record: the case that says so, and the number of the void.
    voided: HashMap<u64, (Uuid, u64)>,
}

impl Corrections {
    /// Reads records and keeps what their voids say.
    ///
    /// # Errors
    /// The first error among the items.
    pub fn gather<E>(records: impl IntoIterator<Item = Result<Record, E>>) -> Result<Self, E> {
        let mut gathered = Self::default();
        for record in records {
            gathered.note(&record?);
        }
        Ok(gathered)
    }

    /// Keeps what one record says; records come in the order of the ledger.
    pub fn note(&mut self, record: &Record) {
        if let Event::EventVoided(void) = &record.event
            && void.seq < record.seq
        {
            self.voided.entry(void.seq).or_insert((record.case, record.seq));
        }
    }

    /// The number of the record that voided this one.
    pub fn voided_by(&self, record: &Record) -> Option<u64> {
        // Most ledgers have few voids and many none, and then nothing needs to be looked up.
        if self.voided.is_empty() || matches!(record.event.kind(), EventKind::CaseOpened | EventKind::EventVoided) {
            return None;
        }
        self.voided.get(&record.seq).filter(|(case, _)| *case == record.case).map(|(_, by)| *by)
    }

    /// Whether a record counts: it is neither voided nor itself a void.
    pub fn counts(&self, record: &Record) -> bool {
        record.event.kind() != EventKind::EventVoided && self.voided_by(record).is_none()
    }
}
