//! The writer's index: the place and the ID of each record.

use crate::id_table::IdTable;
use std::collections::HashSet;
use std::collections::hash_map::{Entry, VacantEntry};
use uuid::Uuid;

/// The place of a record's line in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) line: u64,
    /// Its length in bytes, without the LF.
    pub(super) length: u32,
}

/// The place of every record, by case and by ID.
#[derive(Debug, Default)]
pub(super) struct Index {
    cases: IdTable<Uuid, Vec<Place>>,
    ids: IdTable<(Uuid, Uuid), Place>,
    /// The cases whose places were forgotten.
    forgotten: HashSet<Uuid, ahash::RandomState>,
}

impl Index {
    /// Returns room for the next record of a case, or the place of the record that already has the ID.
    pub(super) fn room(&mut self, case: Uuid, id: Uuid) -> Result<Room<'_>, Place> {
        match self.ids.entry((case, id)) {
            Entry::Occupied(first) => Err(*first.get()),
            Entry::Vacant(id) => Ok(Room { id, case: self.cases.entry(case) }),
        }
    }

    /// Removes the newest record of a case.
    pub(super) fn remove(&mut self, case: Uuid, id: Uuid) {
        self.ids.remove(&(case, id));
        if let Some(places) = self.cases.get_mut(&case) {
            places.pop();
            if places.is_empty() {
                self.cases.remove(&case);
            }
        }
    }

    /// Forgets the places of the records of some cases.
    pub(super) fn forget(&mut self, cases: &[Uuid]) {
        self.forgotten.extend(cases);
        self.cases.retain(|case, _| !self.forgotten.contains(case));
        self.ids.retain(|(case, _), _| !self.forgotten.contains(case));
    }

    pub(super) fn is_forgotten(&self, case: Uuid) -> bool {
        self.forgotten.contains(&case)
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

/// Room for one more record. The index doesn't change until it is filled.
pub(super) struct Room<'a> {
    id: VacantEntry<'a, (Uuid, Uuid), Place>,
    case: Entry<'a, Uuid, Vec<Place>>,
}

impl Room<'_> {
    /// Returns the number of records that the case has.
    pub(super) fn rev(&self) -> u64 {
        let Entry::Occupied(places) = &self.case else { return 0 };
        u64::try_from(places.get().len()).unwrap_or(u64::MAX)
    }

    pub(super) fn fill(self, place: Place) {
        self.id.insert(place);
        self.case.or_default().push(place);
    }
}
