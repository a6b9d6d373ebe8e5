//! The list of cases, a page at a time, for stores that hold it in memory.

use crate::error::StoreError;
use crate::record::Record;
use ibbi_core::{At, BookingRecord, Bookings, Event, Name, Stage};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A case as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseSummary {
    /// Its ID.
    pub case: Uuid,
    /// Its district.
    pub district: Name,
    /// The stage it is in.
    pub stage: Stage,
    /// How many records it has.
    pub records: u64,
    /// When the event of its last record happened.
    pub last_event: At,
}

impl CaseSummary {
    /// Returns whether a text means this case: the beginning of its ID, or its district, ignoring case.
    pub fn matches(&self, wanted: &str) -> bool {
        let wanted = wanted.to_lowercase();
        !wanted.is_empty()
            && (self.case.to_string().starts_with(&wanted) || self.district.as_str().to_lowercase() == wanted)
    }
}

/// Which cases a list begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The case that was opened first.
    #[default]
    Oldest,
    /// The case that was opened last.
    Newest,
}

/// A question for a page of the list of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseQuery {
    /// Only cases after this one, in the order of the list.
    pub after: Option<Uuid>,
    /// The order.
    pub order: Order,
    /// Only cases whose district contains this text, ignoring case; all cases if it is empty.
    pub district: String,
    /// The largest number of cases to return.
    pub limit: usize,
}

impl Default for CaseQuery {
    fn default() -> Self {
        Self { after: None, order: Order::Oldest, district: String::new(), limit: usize::MAX }
    }
}

/// A page of the list of cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CasePage {
    /// The cases.
    pub cases: Vec<CaseSummary>,
    /// The last of them if there are more: the `after` of the next query.
    pub next: Option<Uuid>,
    /// How many cases the store has.
    pub total: usize,
}

/// The list of cases of a store and their sessions, kept up to date record by record: about 1,000 bytes a case.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    summaries: Vec<CaseSummary>,
    places: HashMap<Uuid, usize>,
    openings: HashMap<Uuid, Uuid>,
    bookings: Bookings,
}

impl Catalog {
    /// Adds a record, in commit order.
    pub fn add(&mut self, record: &Record) {
        let Record { id, rev, case, seq, to, at, ref actor, ref event, ref details, .. } = *record;
        self.add_parts((id, rev), actor, BookingRecord { case, seq, at, replaces: details.replaces, event, to });
    }

    /// Adds a record that isn't in memory as a whole: its ID and number in the case, and what it says.
    pub fn add_parts(&mut self, (id, rev): (Uuid, u64), actor: &Name, record: BookingRecord<'_>) {
        self.bookings.add(record);
        let BookingRecord { case, at, to, event, .. } = record;
        let district = match event {
            Event::CaseOpened(opened) => {
                self.openings.insert(id, case);
                &opened.district
            }
            // The case doesn't begin with its opening; replaying it reports that.
            _ => actor,
        };
        let place = *self.places.entry(case).or_insert_with(|| {
            let district = district.clone();
            self.summaries.push(CaseSummary { case, district, stage: to, records: 0, last_event: at });
            self.summaries.len() - 1
        });
        if let Some(summary) = self.summaries.get_mut(place) {
            (summary.stage, summary.records, summary.last_event) = (to, rev, at);
        }
    }

    /// Forgets cases, as if they had never been added.
    pub fn forget(&mut self, cases: &[Uuid]) {
        let cases: BTreeSet<Uuid> = cases.iter().copied().collect();
        self.summaries.retain(|summary| !cases.contains(&summary.case));
        self.places = self.summaries.iter().enumerate().map(|(place, summary)| (summary.case, place)).collect();
        self.openings.retain(|_, case| !cases.contains(case));
        self.bookings.forget(&cases);
    }

    /// Returns every case, the one that was opened first at the beginning.
    pub fn all(&self) -> &[CaseSummary] {
        &self.summaries
    }

    /// Returns a case.
    pub fn summary(&self, case: Uuid) -> Option<&CaseSummary> {
        self.places.get(&case).and_then(|place| self.summaries.get(*place))
    }

    /// Returns the case that was opened by the record with this ID.
    pub fn opened_by(&self, id: Uuid) -> Option<Uuid> {
        self.openings.get(&id).copied()
    }

    /// Returns the sessions of all cases.
    pub const fn bookings(&self) -> &Bookings {
        &self.bookings
    }

    /// Returns a page of the list.
    ///
    /// # Errors
    /// [`StoreError::NoCase`] if the query continues after a case that doesn't exist.
    pub fn page(&self, query: &CaseQuery) -> Result<CasePage, StoreError> {
        let place = |case: Uuid| self.places.get(&case).copied().ok_or(StoreError::NoCase(case));
        let after = query.after.map(place).transpose()?;
        let wanted = query.district.to_lowercase();
        let mut page = CasePage { total: self.summaries.len(), ..CasePage::default() };
        let mut more = false;
        // Returns whether to go on.
        let mut take = |summary: &CaseSummary| {
            if !wanted.is_empty() && !summary.district.as_str().to_lowercase().contains(&wanted) {
                return true;
            }
            more = page.cases.len() == query.limit;
            if !more {
                page.cases.push(summary.clone());
            }
            !more
        };
        let all = &self.summaries;
        match query.order {
            Order::Oldest => all.iter().skip(after.map_or(0, |place| place + 1)).all(&mut take),
            Order::Newest => all.iter().take(after.unwrap_or(all.len())).rev().all(&mut take),
        };
        page.next = if more { page.cases.last().map(|last| last.case) } else { None };
        Ok(page)
    }
}
