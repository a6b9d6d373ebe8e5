//! A store in memory.

use crate::catalog::{CasePage, CaseQuery, CaseSummary, Catalog};
use crate::clock::{Clock, ClockError};
use crate::error::{AppendError, StoreError, check_acts, check_clock};
use crate::record::{Committed, NewRecord, Record};
use crate::store::EventStore;
use ibbi_core::events::SessionScheduled;
use ibbi_core::{Advisory, At, Name, OtherBooking};
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use uuid::Uuid;

/// A store that keeps its records in memory: for tests, and for programs that save cases in their own way.
pub struct MemoryStore {
    clock: Clock,
    /// Whether a clock that is earlier than the last record is right.
    clock_is_right: bool,
    content: RwLock<Content>,
}

#[derive(Debug, Default)]
struct Content {
    records: Vec<Record>,
    /// The places of each case's records.
    cases: HashMap<Uuid, Vec<usize>>,
    /// The place of each record, by case and ID.
    ids: HashMap<(Uuid, Uuid), usize>,
    catalog: Catalog,
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").field("records", &self.content().records.len()).finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// Returns an empty store that takes the time from this clock.
    pub fn with_clock(clock: impl Fn() -> Result<At, ClockError> + Send + Sync + 'static) -> Self {
        Self { clock: std::sync::Arc::new(clock), clock_is_right: false, content: RwLock::default() }
    }

    /// Returns the store, which now takes records even if its clock is much earlier than the last record.
    #[must_use]
    pub fn with_clock_that_is_right(self) -> Self {
        Self { clock_is_right: true, ..self }
    }

    fn content(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn revision(&self, case: Uuid) -> u64 {
        self.cases.get(&case).map_or(0, |places| places.len() as u64)
    }

    /// Returns the new records and the place of each record of the batch, or why there is none.
    fn plan(&self, batch: &[NewRecord], logged: At) -> Result<(Vec<Record>, Vec<Committed>), AppendError> {
        check_acts(batch)?;
        let (mut added, mut committed) = (Vec::new(), Vec::with_capacity(batch.len()));
        let (mut revisions, mut ids) = (HashMap::new(), HashSet::new());
        for new in batch {
            let accepted = &new.accepted;
            let (case, id) = (accepted.case(), accepted.id());
            if let Some(known) = self.ids.get(&(case, id)).and_then(|place| self.records.get(*place)) {
                if !new.has_content_of(known) {
                    return Err(AppendError::IdTaken { case, id, rev: known.rev });
                }
                committed.push(Committed { seq: known.seq, rev: known.rev, logged: known.logged, existing: true });
                continue;
            }
            if !ids.insert((case, id)) {
                return Err(AppendError::Repeated { case, id });
            }
            let revision = revisions.entry(case).or_insert_with(|| self.revision(case));
            if accepted.revision() != *revision {
                return Err(AppendError::Conflict { case, expected: accepted.revision(), found: *revision });
            }
            *revision += 1;
            let (seq, rev) = ((self.records.len() + added.len() + 1) as u64, *revision);
            let place = Committed { seq, rev, logged, existing: false };
            added.push(new.clone().into_record(place));
            committed.push(place);
        }
        Ok((added, committed))
    }

    fn add(&mut self, record: Record) {
        let place = self.records.len();
        self.catalog.add(&record);
        self.cases.entry(record.case).or_default().push(place);
        self.ids.insert((record.case, record.id), place);
        self.records.push(record);
    }
}

impl EventStore for MemoryStore {
    fn now(&self) -> Result<At, StoreError> {
        Ok((self.clock)()?)
    }

    fn revision(&self, case: Uuid) -> Result<u64, StoreError> {
        Ok(self.content().revision(case))
    }

    fn case(&self, case: Uuid) -> Result<Vec<Record>, StoreError> {
        let content = self.content();
        let places = content.cases.get(&case).map(Vec::as_slice).unwrap_or_default();
        Ok(places.iter().filter_map(|place| content.records.get(*place)).cloned().collect())
    }

    fn opened_by(&self, id: Uuid) -> Result<Option<Uuid>, StoreError> {
        Ok(self.content().catalog.opened_by(id))
    }

    fn case_of(&self, seq: u64) -> Result<Option<Uuid>, StoreError> {
        let place = seq.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        Ok(place.and_then(|place| self.content().records.get(place).map(|record| record.case)))
    }

    fn cases(&self, query: &CaseQuery) -> Result<CasePage, StoreError> {
        self.content().catalog.page(query)
    }

    fn summary(&self, case: Uuid) -> Result<Option<CaseSummary>, StoreError> {
        Ok(self.content().catalog.summary(case).cloned())
    }

    fn last_logged(&self) -> Result<Option<At>, StoreError> {
        let last = self.content().records.last().map(|record| record.logged);
        Ok(last.filter(|_| !self.clock_is_right))
    }

    fn double_booked(&self, case: Uuid, scheduled: &SessionScheduled) -> Result<Option<Advisory>, StoreError> {
        Ok(self.content().catalog.bookings().advise(case, scheduled))
    }

    fn double_bookings(&self, case: Uuid) -> Result<Vec<Advisory>, StoreError> {
        Ok(self.content().catalog.bookings().advise_case(case))
    }

    fn booked_elsewhere(&self, case: Uuid, neutrals: &[Name], as_of: At) -> Result<Vec<OtherBooking>, StoreError> {
        Ok(self.content().catalog.bookings().elsewhere(case, neutrals, as_of))
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let skipped = usize::try_from(after).unwrap_or(usize::MAX);
        Ok(self.content().records.iter().skip(skipped).take(limit).cloned().collect())
    }

    fn append(&self, records: &[NewRecord]) -> Result<Vec<Committed>, AppendError> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        let logged = self.now()?;
        if let Some(last) = content.records.last().filter(|_| !self.clock_is_right) {
            check_clock(last.logged, logged)?;
        }
        let (added, committed) = content.plan(records, logged)?;
        added.into_iter().for_each(|record| content.add(record));
        Ok(committed)
    }
}
