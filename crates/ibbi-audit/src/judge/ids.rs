//! The ids of a case's records, in few bytes while they are few.

use ibbi_log::Uuid;
use std::collections::HashMap;

/// The ids of a case's records, in the order of its trail: short of each while there are few, which leaves it to the line
/// itself to say whether it is the same.
pub(crate) struct Ids {
    short: Vec<u32>,
    whole: Option<Box<Whole>>,
}

/// The ids in full, each with its place in the trail.
#[derive(Default)]
struct Whole(HashMap<Uuid, u32, ahash::RandomState>);

/// Beyond so many a search from one to the next takes too long.
const MANY: usize = 256;

impl Ids {
    pub(crate) const fn new() -> Self {
        Self { short: Vec::new(), whole: None }
    }

    fn shorten(id: Uuid, hasher: &ahash::RandomState) -> u32 {
        let hash = hasher.hash_one(id).to_le_bytes();
        u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]])
    }

    /// Some of its numbers, to have it at hand.
    pub(super) fn glance(&self) -> usize {
        self.short.iter().step_by(16).fold(0, |seen, id| seen.wrapping_add(usize::try_from(*id).unwrap_or(0)))
    }

    /// The places in the trail where this id may be; nearly always none.
    pub(crate) fn places(&self, id: Uuid, hasher: &ahash::RandomState) -> Vec<usize> {
        if let Some(whole) = &self.whole {
            return whole.0.get(&id).map(|index| usize::try_from(*index).unwrap_or(usize::MAX)).into_iter().collect();
        }
        let short = Self::shorten(id, hasher);
        if !self.short.contains(&short) {
            return Vec::new();
        }
        self.short.iter().enumerate().filter(|(_, known)| **known == short).map(|(index, _)| index).collect()
    }

    /// Whether the next id makes so many that they are to be held whole.
    pub(crate) const fn is_due(&self) -> bool {
        self.whole.is_none() && self.short.len() >= MANY
    }

    /// Holds the ids whole from now on.
    pub(crate) fn hold(&mut self, ids: impl Iterator<Item = Uuid>) {
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
    fn ids_are_found_again_few_or_many() {
        let hasher = ahash::RandomState::new();
        let mut ids = Ids::new();
        for index in 0..1000 {
            if ids.is_due() {
                ids.hold((0..1000).map(Uuid::from_u128).take(index));
            }
            let id = Uuid::from_u128(index as u128);
            assert!(ids.places(id, &hasher).iter().all(|place| *place != index));
            ids.push(id, index, &hasher);
            assert!(ids.places(id, &hasher).contains(&index));
            assert!(ids.places(Uuid::from_u128(0), &hasher).contains(&0));
        }
    }
}
