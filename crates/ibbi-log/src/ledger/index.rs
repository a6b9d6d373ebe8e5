//! What the writer remembers of each record: where it stands and which id it bears. Nothing of what it means.

use crate::tables::Table;
use uuid::Uuid;

/// Where a record's line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) line: u64,
    /// In bytes, without its LF.
    pub(super) length: u32,
}

/// Every record's place, by case and by id.
#[derive(Debug, Default)]
pub(super) struct Index {
    cases: Table<Uuid, Vec<Place>>,
    ids: Table<(Uuid, Uuid), Place>,
}

impl Index {
    /// Adds the next record of a case; if its id is taken, nothing changes and the first bearer's place is returned.
    pub(super) fn add(&mut self, case: Uuid, id: Uuid, place: Place) -> Result<(), Place> {
        match self.ids.entry((case, id)) {
            std::collections::hash_map::Entry::Occupied(first) => Err(*first.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(place);
                self.cases.entry(case).or_default().push(place);
                Ok(())
            }
        }
    }

    /// Forgets the newest record of a case.
    pub(super) fn remove(&mut self, case: Uuid, id: Uuid) {
        self.ids.remove(&(case, id));
        if let Some(places) = self.cases.get_mut(&case) {
            places.pop();
            if places.is_empty() {
                self.cases.remove(&case);
            }
        }
    }

    pub(super) fn find(&self, case: Uuid, id: Uuid) -> Option<Place> {
        self.ids.get(&(case, id)).copied()
    }

    pub(super) fn places(&self, case: Uuid) -> &[Place] {
        self.cases.get(&case).map_or(&[], Vec::as_slice)
    }

    pub(super) fn rev(&self, case: Uuid) -> u64 {
        u64::try_from(self.places(case).len()).unwrap_or(u64::MAX)
    }

    pub(super) fn cases(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.cases.keys().copied()
    }
}
