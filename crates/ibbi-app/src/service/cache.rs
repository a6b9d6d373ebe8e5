//! The cases in memory.

use crate::case_log::CaseLog;
use std::collections::HashMap;
use uuid::Uuid;

/// How many records the cases in memory may have together. Beyond that, the cases that were not used the longest go first.
const MAX_RECORDS: usize = 200_000;

/// The cases in memory, with the order in which they were last used.
#[derive(Debug, Default)]
pub(super) struct CaseCache {
    cases: HashMap<Uuid, Cached>,
    /// How many records the cases have together.
    records: usize,
    uses: u64,
}

#[derive(Debug)]
struct Cached {
    log: CaseLog,
    used: u64,
}

impl CaseCache {
    pub(super) fn get(&self, case: Uuid) -> Option<&CaseLog> {
        self.cases.get(&case).map(|cached| &cached.log)
    }

    pub(super) fn get_mut(&mut self, case: Uuid) -> Option<&mut CaseLog> {
        self.cases.get_mut(&case).map(|cached| &mut cached.log)
    }

    /// Returns a case and notes that it was used.
    pub(super) fn touch(&mut self, case: Uuid) -> Option<&CaseLog> {
        self.uses += 1;
        let cached = self.cases.get_mut(&case)?;
        cached.used = self.uses;
        Some(&cached.log)
    }

    pub(super) fn insert(&mut self, log: CaseLog) {
        self.remove(log.id);
        self.uses += 1;
        self.records += log.records.len();
        self.cases.insert(log.id, Cached { log, used: self.uses });
    }

    pub(super) fn remove(&mut self, case: Uuid) {
        if let Some(cached) = self.cases.remove(&case) {
            self.records = self.records.saturating_sub(cached.log.records.len());
        }
    }

    /// Counts records that were added to a case in memory.
    pub(super) const fn count(&mut self, records: usize) {
        self.records += records;
    }

    /// Forgets cases if there are too many.
    pub(super) fn make_room(&mut self) {
        if self.records <= MAX_RECORDS {
            return;
        }
        let mut by_use: Vec<(u64, Uuid)> = self.cases.iter().map(|(case, cached)| (cached.used, *case)).collect();
        by_use.sort_unstable();
        for (_, case) in by_use {
            if self.records <= MAX_RECORDS / 2 {
                break;
            }
            self.remove(case);
        }
    }
}
