//! The IDs of a case's records, in few bytes while there are few.

use ibbi_log::Uuid;
use std::collections::HashMap;

/// The IDs of a case's records, in their order. While there are few, only a short hash of each is kept, and the line itself
/// tells whether the ID is the same.
pub(crate) struct RecordIds {
    short: Vec<u32>,
    whole: Option<Box<Whole>>,
}

/// The whole IDs, each with its index.
#[derive(Default)]
struct Whole(HashMap<Uuid, u32, ahash::RandomState>);

/// The number of IDs from which a linear search takes too long.
const MANY: usize = 256;

impl RecordIds {
    pub(crate) const fn new() -> Self {
        Self { short: Vec::new(), whole: None }
    }

    fn shorten(id: Uuid, hasher: &ahash::RandomState) -> u32 {
        let hash = hasher.hash_one(id).to_le_bytes();
        u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]])
    }

    /// Reads some of the hashes, to fetch them from memory.
    pub(super) fn touch(&self) -> usize {
        self.short.iter().step_by(16).fold(0, |seen, id| seen.wrapping_add(usize::try_from(*id).unwrap_or(0)))
    }

    /// Returns the indexes of the records that may have this ID; nearly always none.
    pub(crate) fn indexes(&self, id: Uuid, hasher: &ahash::RandomState) -> Vec<usize> {
        if let Some(whole) = &self.whole {
            return whole.0.get(&id).map(|index| usize::try_from(*index).unwrap_or(usize::MAX)).into_iter().collect();
        }
        let short = Self::shorten(id, hasher);
        if !self.short.contains(&short) {
            return Vec::new();
        }
        self.short.iter().enumerate().filter(|(_, known)| **known == short).map(|(index, _)| index).collect()
    }

    /// Returns whether there are so many IDs that they must be kept whole.
    pub(crate) const fn is_full(&self) -> bool {
        self.whole.is_none() && self.short.len() >= MANY
    }

    /// Keeps whole IDs from now on.
    pub(crate) fn keep_whole(&mut self, ids: impl Iterator<Item = Uuid>) {
        let mut whole = Whole::default();
        for (index, id) in (0..).zip(ids) {
            whole.0.entry(id).or_insert(index);
        }
        (self.short, self.whole) = (Vec::new(), Some(Box::new(whole)));
    }

    pub(crate) fn push(&mut self, id: Uuid, index: usize, hasher: &ahash::RandomState) {
        if let Some(whole) = &mut self.whole {
            whole.0.entry(id).or_insert(u32::try_from(index).unwrap_or(u32::MAX));
            return;
        }
        if self.short.len() == self.short.capacity() {
            self.short.reserve_exact(16);
        }
        self.short.push(Self::shorten(id, hasher));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_whether_few_or_many() {
        let hasher = ahash::RandomState::new();
        let mut ids = RecordIds::new();
        for index in 0..1000 {
            if ids.is_full() {
                ids.keep_whole((0..1000).map(Uuid::from_u128).take(index));
            }
            let id = Uuid::from_u128(index as u128);
            assert!(ids.indexes(id, &hasher).iter().all(|known| *known != index));
            ids.push(id, index, &hasher);
            assert!(ids.indexes(id, &hasher).contains(&index));
            assert!(ids.indexes(Uuid::from_u128(0), &hasher).contains(&0));
        }
    }
}
