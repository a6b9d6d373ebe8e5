//! What has been published, and what comes next: sequences that only increase, and cancellations.

use super::identity::is_earlier_uid;
use super::{EntryId, IcsEntry, IcsStatus, line};
use ibbi_core::At;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The largest `SEQUENCE`: an integer of a calendar has 32 bits with a sign (RFC 5545, 3.3.8).
pub const MAX_SEQUENCE: u32 = i32::MAX as u32;

/// The start of 2020, in milliseconds.
const START_OF_SEQUENCES: i64 = 1_577_836_800_000;

/// Returns the sequence of an entry that was last changed at an instant: the seconds since the start of 2020. It fits until 2088.
///
/// Every place that computes a sequence from the same instant has the same value, and a later instant has a larger one.
///
/// ```
/// use ibbi_report::ics::sequence_at;
/// assert_eq!(sequence_at("2020-01-01T00:00:00.000Z".parse()?), 0);
/// assert_eq!(sequence_at("2020-01-02T00:00:01.000Z".parse()?), 86_401);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sequence_at(at: At) -> u32 {
    let seconds = (at.millis() - START_OF_SEQUENCES).max(0) / 1000;
    u32::try_from(seconds).unwrap_or(MAX_SEQUENCE).min(MAX_SEQUENCE)
}

/// The entries that a calendar had when it was last published, canceled ones included.
///
/// You can keep them as the calendar itself: [`PublishedEntries::from_ics`] reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishedEntries {
    pub(super) entries: Vec<IcsEntry>,
}

impl PublishedEntries {
    /// Returns the entries, each `UID` once.
    pub fn entries(&self) -> &[IcsEntry] {
        &self.entries
    }

    /// Returns the entries of both. For a `UID` that both have, the entry with the larger sequence counts.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        for entry in &other.entries {
            match self.entries.iter_mut().find(|known| known.uid == entry.uid) {
                Some(known) if known.sequence < entry.sequence => known.clone_from(entry),
                Some(_) => {}
                None => self.entries.push(entry.clone()),
            }
        }
        self
    }

    /// Returns the entry with a `UID`.
    pub fn get(&self, uid: &str) -> Option<&IcsEntry> {
        self.entries.iter().find(|entry| entry.uid == uid)
    }

    /// Returns the cases of the entries. An entry that ibbi didn't write has none.
    pub fn cases(&self) -> BTreeSet<Uuid> {
        self.entries.iter().filter_map(|entry| entry.uid.parse::<EntryId>().ok()).map(|id| id.case).collect()
    }

    /// Returns the `UID` of the first entry that none of these cases has, if there is one. The entries that ibbi wrote before they
    /// had the ID of their case don't count: they can be of any case.
    pub fn of_another_case(&self, cases: &[Uuid]) -> Option<&str> {
        let is_other = |uid: &&str| match uid.parse::<EntryId>() {
            Ok(id) => !cases.contains(&id.case),
            Err(_) => !is_earlier_uid(uid),
        };
        self.entries.iter().map(|entry| entry.uid.as_str()).find(is_other)
    }
}

impl FromIterator<IcsEntry> for PublishedEntries {
    /// Takes each `UID` once, as it is written in a calendar. Of two entries with the same one, that with the larger sequence
    /// counts.
    fn from_iter<T: IntoIterator<Item = IcsEntry>>(all: T) -> Self {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut entries: Vec<IcsEntry> = Vec::new();
        for entry in all.into_iter().map(as_written) {
            match places.get(&entry.uid) {
                Some(place) if entries[*place].sequence < entry.sequence => entries[*place] = entry,
                Some(_) => {}
                None => {
                    places.insert(entry.uid.clone(), entries.len());
                    entries.push(entry);
                }
            }
        }
        Self { entries }
    }
}

/// A calendar's next publication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publication {
    /// The entries to publish, canceled ones last. They are what the next publication needs as `before`.
    pub published: PublishedEntries,
    /// How many entries are new, or have another time, place, or status than before.
    pub changed: usize,
}

/// Returns the next publication of a calendar. `before` is the last one, `now` has the entries of the current state, and `stamp`
/// is the time of this publication.
///
/// - An entry whose time, place, and status are the same keeps its sequence if it is tentative. Otherwise, its sequence is that
///   of `now`, but never smaller than before.
/// - An entry that has another time, place, or status gets a larger sequence than before, even if the clock was set back.
/// - An entry that `now` doesn't have is canceled with a larger sequence. It stays in the calendar, so that a program that reads
///   it later removes its date too. If it comes back, it gets a larger sequence again.
///
/// ```
/// use ibbi_core::Slot;
/// use ibbi_report::ics::{IcsEntry, IcsStatus, PublishedEntries, publish, sequence_at};
/// let slot = Slot::new("2026-10-20T08:00:00-04:00".parse()?, "2026-10-20T16:00:00-04:00".parse()?)?;
/// let stamp = "2026-09-01T12:00:00.000Z".parse()?;
/// let entry = IcsEntry { sequence: sequence_at(stamp), modified: stamp, ..IcsEntry::new("1@example.org", slot, "Training day") };
/// let first = publish(&PublishedEntries::default(), vec![entry.clone()], stamp);
/// let dropped = publish(&first.published, Vec::new(), stamp);
/// assert_eq!(dropped.published.entries()[0].status, IcsStatus::Cancelled);
/// assert_eq!(dropped.published.entries()[0].sequence, entry.sequence + 1);
/// let back = publish(&dropped.published, vec![entry.clone()], stamp);
/// assert_eq!(back.published.entries()[0].sequence, entry.sequence + 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn publish(before: &PublishedEntries, now: Vec<IcsEntry>, stamp: At) -> Publication {
    let known: HashMap<&str, &IcsEntry> = before.entries.iter().map(|entry| (entry.uid.as_str(), entry)).collect();
    let mut changed = 0;
    let mut entries: Vec<IcsEntry> = Vec::with_capacity(now.len());
    let mut seen = HashSet::new();
    for mut entry in now.into_iter().map(as_written) {
        match known.get(entry.uid.as_str()) {
            None => changed += 1,
            Some(old) if is_same(old, &entry) => {
                let is_planned = entry.status == IcsStatus::Tentative;
                entry.sequence = if is_planned { old.sequence } else { entry.sequence.max(old.sequence) };
                let same_texts =
                    IcsEntry { sequence: old.sequence, modified: old.modified, slot: old.slot, ..entry.clone() }
                        == **old;
                entry.modified = if same_texts && is_planned { old.modified } else { entry.modified.max(old.modified) };
            }
            Some(old) => {
                entry.sequence = entry.sequence.max(next(old.sequence));
                entry.modified = entry.modified.max(old.modified);
                changed += 1;
            }
        }
        // One entry has one ID. A second one with the same ID would hide the first.
        if seen.insert(entry.uid.clone()) {
            entries.push(entry);
        }
    }
    for old in before.entries.iter().filter(|old| !seen.contains(&old.uid)) {
        if old.status == IcsStatus::Cancelled {
            entries.push(old.clone());
            continue;
        }
        changed += 1;
        let (sequence, modified) = (sequence_at(stamp).max(next(old.sequence)), old.modified.max(stamp));
        entries.push(IcsEntry { status: IcsStatus::Cancelled, sequence, modified, odds: None, ..old.clone() });
    }
    Publication { published: PublishedEntries { entries }, changed }
}

/// Returns the sequence after one.
fn next(sequence: u32) -> u32 {
    sequence.saturating_add(1).min(MAX_SEQUENCE)
}

/// Returns whether two versions of an entry have the same time, place, and status. A change of one of them needs a larger sequence
/// (RFC 5546, 2.1.4).
fn is_same(one: &IcsEntry, other: &IcsEntry) -> bool {
    let time = |entry: &IcsEntry| (entry.slot.starts().at(), entry.slot.ends().at());
    time(one) == time(other) && one.status == other.status && one.location == other.location
}

/// Returns an entry with its texts and times as they are written, so that it is equal to itself when it is read back.
fn as_written(entry: IcsEntry) -> IcsEntry {
    let IcsEntry { summary, description, location, modified, .. } = &entry;
    IcsEntry {
        summary: line::visible(summary),
        description: line::visible(description),
        location: location.as_deref().map(line::visible),
        modified: At::from_millis(modified.millis() - modified.millis().rem_euclid(1000)).unwrap_or(*modified),
        ..entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::{IcsCalendar, SessionRef};
    use ibbi_core::{LocalTime, Slot};
    use proptest::prelude::*;

    /// A state of a calendar: each session by its day and whether it is booked, and the place.
    type State = Vec<Option<(u8, bool, bool)>>;

    fn slot(day: u8) -> Slot {
        let at = |hour: i64| {
            let millis = 1_790_000_000_000 / 86_400_000 * 86_400_000 + (i64::from(day) * 24 + hour) * 3_600_000;
            LocalTime::new(At::from_millis(millis).unwrap(), 0).unwrap()
        };
        Slot::new(at(13), at(20)).unwrap()
    }

    fn entries(state: &State, stamp: At) -> Vec<IcsEntry> {
        let case = Uuid::from_u128(5);
        let made = (1..).zip(state).filter_map(|(part, session)| {
            let (day, is_booked, has_place) = (*session)?;
            let uid = EntryId { case, session: SessionRef::facilitation(part) }.to_string();
            let status = if is_booked { IcsStatus::Confirmed } else { IcsStatus::Tentative };
            let location = has_place.then(|| "Library, room 2; \\ \u{7} \"B\"".to_owned());
            let entry = IcsEntry::new(uid, slot(day), format!("Part {part}, with \u{202e} words"));
            Some(IcsEntry {
                sequence: sequence_at(stamp),
                modified: stamp,
                status,
                location,
                odds: Some(9731),
                ..entry
            })
        });
        made.collect()
    }

    proptest! {
        /// Over any states, with any clock, published by any program that keeps what was published.
        #[test]
        fn sequences_only_increase_and_what_disappears_is_canceled(
            steps in prop::collection::vec(
                (prop::collection::vec(prop::option::of((0_u8..4, any::<bool>(), any::<bool>())), 0..4), 0_i64..100_000),
                1..12,
            )
        ) {
            let mut before = PublishedEntries::default();
            for (state, seconds) in steps {
                let stamp = At::from_millis(1_780_000_000_000 + seconds * 1000).unwrap();
                let now = entries(&state, stamp);
                let made = publish(&before, now.clone(), stamp);
                let published = made.published.entries();
                let mut changes = 0;
                for entry in published {
                    let Some(old) = before.entries().iter().find(|old| old.uid == entry.uid) else {
                        changes += 1;
                        continue;
                    };
                    prop_assert!(entry.sequence >= old.sequence && entry.modified >= old.modified);
                    if !is_same(old, entry) {
                        changes += 1;
                        prop_assert!(entry.sequence > old.sequence);
                    }
                }
                prop_assert_eq!(changes, made.changed);
                let all_known = before.entries().iter().all(|old| published.iter().any(|entry| entry.uid == old.uid));
                prop_assert!(all_known, "no entry is forgotten");
                let current = |entries: &[IcsEntry]| {
                    let current = entries.iter().filter(|entry| entry.status != IcsStatus::Cancelled);
                    current.map(|entry| (entry.uid.clone(), entry.slot.starts().at(), entry.status)).collect::<HashSet<_>>()
                };
                prop_assert_eq!(current(published), current(&now));
                // The calendar itself is what the next publication needs.
                let text = IcsCalendar { name: "Maple", zone: "America/New_York", stamp, entries: published }.to_ics().unwrap();
                before = PublishedEntries::from_ics(&text).unwrap();
                let again = IcsCalendar { name: "Maple", zone: "America/New_York", stamp, entries: before.entries() };
                prop_assert_eq!(again.to_ics().unwrap(), text);
                let repeated = publish(&before, now, stamp);
                prop_assert_eq!(repeated.changed, 0);
            }
        }
    }

    #[test]
    fn entries_of_an_earlier_version_are_canceled() {
        let stamp = "2026-09-01T12:00:00.000Z".parse().unwrap();
        let uid = "0123456789abcdef0123456789abcdef@ibbi";
        let before = PublishedEntries { entries: vec![IcsEntry::new(uid, slot(0), "Training day")] };
        assert_eq!(before.of_another_case(&[]), None);
        let made = publish(&before, Vec::new(), stamp);
        assert_eq!(made.published.entries()[0].status, IcsStatus::Cancelled);
        let other = PublishedEntries { entries: vec![IcsEntry::new("1@example.org", slot(0), "Dentist")] };
        assert_eq!(other.of_another_case(&[]), Some("1@example.org"));
    }
}
