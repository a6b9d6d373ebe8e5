//! The events that count, and the state from which they are folded.

use super::{History, HistoryEntry};
use crate::case::Case;
use alloc::vec::Vec;

/// Up to so many events out of order are moved to their places one by one.
const FEW: usize = 24;

impl History {
    /// Returns the events that count, in the order in which they happened.
    pub fn in_effect(&self) -> Vec<&HistoryEntry> {
        // No two entries have the same number.
        let key = |entry: &HistoryEntry| (entry.at, entry.place, entry.seq);
        let mut sorted: Vec<&HistoryEntry> = Vec::with_capacity(self.entries.len());
        let mut moved = 0;
        for entry in self.entries.iter().filter(|entry| entry.counts()) {
            // Nearly all events are recorded in the order in which they happened, so the few others are moved one by one.
            if moved <= FEW && sorted.last().is_some_and(|last| key(last) > key(entry)) {
                moved += 1;
                sorted.insert(sorted.partition_point(|other| key(other) < key(entry)), entry);
            } else {
                sorted.push(entry);
            }
        }
        if moved > FEW {
            sorted.sort_unstable_by_key(|entry| key(entry));
        }
        sorted
    }

    /// Returns the state from which the events are folded: a case before its first event, in the edition to which the last
    /// migration moved it.
    pub fn start(&self) -> Case {
        Case::starting_in(self.entries.iter().rev().find_map(|entry| entry.event.edition()))
    }
}
