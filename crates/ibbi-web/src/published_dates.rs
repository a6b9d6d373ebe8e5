//! The memory of published plans: the entries of each calendar that the server has made, by the ID of the scenario.
//!
//! A calendar program needs it: an entry that a plan no longer has is canceled, and an entry that moved gets a larger sequence than
//! before. Each memory is a calendar in the folder `.published` beside the ledger.
//!
//! **Whose it is.** An ID of a scenario can be guessed if it follows from names, and everyone who signs in can send a scenario with any ID. So
//! those who may put planned dates on the calendar of a case share the memory of its ID, and everyone else has a memory of
//! their own. No one reads or changes the dates of others by an ID that they know.

use ibbi_access::{AccessError, LockedFolder, Principal, PrivateFolder, beside, secret_hash};
use ibbi_app::AppError;
use ibbi_app::schedule::{ChangedDates, CurrentEntries, PlannedDates, publish_entries};
use ibbi_core::At;
use ibbi_report::ics::{IcsCalendar, PublishedEntries};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use uuid::Uuid;

/// The most memories. The oldest one of the person with the most makes room for another.
pub(crate) const MAX_MEMORIES: usize = 2000;
/// How long a memory is kept after its last publication, in milliseconds: 400 days.
pub(crate) const KEPT: i64 = 400 * 86_400_000;
/// The longest memory, in bytes. It has room for the most entries that a calendar of a case can have.
const MAX_BYTES: u64 = 8 << 20;
/// The first word of the name of a shared memory.
const SHARED: &str = "shared";
/// The end of the name of a memory.
const END: &str = ".ics";
/// The length of the first word of the name of a memory of one's own: digits of a hash.
const OWN: usize = 32;

/// The planned dates on the calendar of a case, as a file. They are kept as long as the ledger.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedFile {
    until: u64,
    at: At,
    calendar: String,
}

fn planned_name(case: Uuid) -> String {
    format!("planned.{case}.json")
}

/// Why a memory can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MemoryError {
    /// The system refused something.
    #[error(transparent)]
    File(#[from] AccessError),
    /// The file isn't what it was written as.
    #[error("the file `{name}` of the published dates beside the ledger is damaged: {why}")]
    Damaged { name: String, why: String },
    /// The calendar can't be made.
    #[error(transparent)]
    Calendar(#[from] AppError),
}

/// The memories of a ledger.
pub(crate) struct PublishedDates {
    folder: PrivateFolder,
}

/// A memory: whose it is, and of which scenario or case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemoryKey {
    /// Whether those who book the sessions of the case share it.
    is_shared: bool,
    /// The digits that stand for the person.
    own: String,
    id: Uuid,
}

impl MemoryKey {
    pub(crate) fn new(principal: &Principal, is_shared: bool, id: Uuid) -> Self {
        // Texts of IDs have no control characters, so two people have different texts.
        let mut own = secret_hash(&format!("{}\n{}", principal.issuer, principal.subject));
        own.truncate(OWN);
        Self { is_shared, own, id }
    }

    fn shared_name(id: Uuid) -> String {
        format!("{SHARED}.{id}{END}")
    }

    fn own_name(&self) -> String {
        format!("{}.{}{END}", self.own, self.id)
    }

    fn name(&self) -> String {
        if self.is_shared { Self::shared_name(self.id) } else { self.own_name() }
    }
}

impl PublishedDates {
    /// Returns the memories beside a ledger.
    pub(crate) fn new(ledger: &Path) -> Self {
        Self { folder: PrivateFolder::new(beside(ledger, ".published")) }
    }

    /// Returns the next publication of a calendar, and remembers it if it is to be kept.
    pub(crate) fn publish(
        &self,
        key: &MemoryKey,
        current: CurrentEntries,
        now: At,
        is_kept: bool,
    ) -> Result<String, MemoryError> {
        if !is_kept {
            return Ok(publish_entries(current, now, &self.before(key)?)?.0.text);
        }
        let folder = self.folder.lock()?;
        let made = publish_entries(current, now, &self.before(key)?)?.0.text;
        self.make_room(&folder, key)?;
        folder.write(&key.name(), made.as_bytes(), now)?;
        Ok(made)
    }

    /// Returns what was published. What someone published alone counts too after they began to share.
    fn before(&self, key: &MemoryKey) -> Result<PublishedEntries, MemoryError> {
        let own = self.read(&key.own_name(), key.id)?;
        if !key.is_shared {
            return Ok(own);
        }
        Ok(self.read(&MemoryKey::shared_name(key.id), key.id)?.merged(&own))
    }

    /// Returns the planned dates on the calendar of a case, if some were ever put there.
    pub(crate) fn planned(&self, case: Uuid) -> Result<Option<PlannedDates>, MemoryError> {
        let name = planned_name(case);
        let Some(bytes) = self.folder.read(&name, MAX_BYTES)? else { return Ok(None) };
        let damaged = |why: String| MemoryError::Damaged { name: name.clone(), why };
        let read: PlannedFile = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        let entries = entries_of(&name, &read.calendar, case)?;
        Ok(Some(PlannedDates { until: read.until, at: read.at, entries }))
    }

    /// Returns the planned dates on the calendar of a case, and what was published of it in other calendars.
    pub(crate) fn of_case(&self, case: Uuid) -> Result<(Option<PlannedDates>, PublishedEntries), MemoryError> {
        Ok((self.planned(case)?, self.read(&MemoryKey::shared_name(case), case)?))
    }

    /// Changes the planned dates on the calendar of a case. `change` gets them, and what was published of the case in other calendars.
    pub(crate) fn change_planned<E: From<MemoryError>>(
        &self,
        case: Uuid,
        zone: &str,
        now: At,
        change: impl FnOnce(Option<&PlannedDates>, &PublishedEntries) -> Result<ChangedDates, E>,
    ) -> Result<ChangedDates, E> {
        let folder = self.folder.lock().map_err(MemoryError::from)?;
        let (before, shared) = self.of_case(case)?;
        let changed = change(before.as_ref(), &shared)?;
        self.write_planned(&folder, (case, zone, now), &changed.planned, shared)?;
        Ok(changed)
    }

    fn write_planned(
        &self,
        folder: &LockedFolder<'_>,
        (case, zone, now): (Uuid, &str, At),
        planned: &PlannedDates,
        shared: PublishedEntries,
    ) -> Result<(), MemoryError> {
        let text = |entries: &PublishedEntries| {
            let calendar = IcsCalendar { name: "IBBI", zone, stamp: now, entries: entries.entries() };
            calendar.to_ics().map_err(|error| AppError::Usage(error.to_string()))
        };
        let file = PlannedFile { until: planned.until, at: planned.at, calendar: text(&planned.entries)? };
        let bytes = serde_json::to_vec(&file).map_err(|error| AppError::Usage(error.to_string()))?;
        // The memory first: a crash between the two files must not lead to a sequence that was used before.
        folder.write(&MemoryKey::shared_name(case), text(&shared.merged(&planned.entries))?.as_bytes(), now)?;
        Ok(folder.write(&planned_name(case), &bytes, now)?)
    }

    fn read(&self, name: &str, id: Uuid) -> Result<PublishedEntries, MemoryError> {
        let Some(bytes) = self.folder.read(name, MAX_BYTES)? else { return Ok(PublishedEntries::default()) };
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| MemoryError::Damaged { name: name.to_owned(), why: "it is not UTF-8 text".to_owned() })?;
        entries_of(name, text, id)
    }

    /// Forgets a memory if there are too many: the oldest one of those who have the most.
    fn make_room(&self, folder: &LockedFolder<'_>, key: &MemoryKey) -> Result<(), MemoryError> {
        let mut files = self.folder.files()?;
        files.retain(|file| file.name.ends_with(END));
        while files.len() >= MAX_MEMORIES && !files.iter().any(|file| file.name == key.name()) {
            let whose = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
            let mut counts: HashMap<String, usize> = HashMap::new();
            files.iter().for_each(|file| *counts.entry(whose(&file.name)).or_default() += 1);
            let order = |place: &usize| {
                let file = &files[*place];
                (std::cmp::Reverse(counts[&whose(&file.name)]), file.written, file.name.clone())
            };
            let Some(place) = (0..files.len()).min_by_key(order) else { break };
            folder.remove(&files.swap_remove(place).name)?;
        }
        Ok(())
    }

    /// Forgets what was last published 400 days ago or earlier, and what a program that was killed left behind. Returns how many
    /// memories were deleted.
    pub(crate) fn delete_old(&self, now: At) -> Result<usize, AccessError> {
        if self.folder.files()?.is_empty() {
            return Ok(0);
        }
        let folder = self.folder.lock()?;
        folder.tidy()?;
        let is_old = |written: At| written.millis().saturating_add(KEPT) <= now.millis();
        let mut old = self.folder.files()?;
        old.retain(|file| file.name.ends_with(END) && is_old(file.written));
        old.iter().try_for_each(|file| folder.remove(&file.name))?;
        Ok(old.len())
    }
}

/// Reads the entries of a memory. All of them must be of its ID.
fn entries_of(name: &str, text: &str, id: Uuid) -> Result<PublishedEntries, MemoryError> {
    let damaged = |why: String| MemoryError::Damaged { name: name.to_owned(), why };
    let read = PublishedEntries::from_ics(text).map_err(|error| damaged(error.to_string()))?;
    match read.of_another_case(&[id]) {
        None => Ok(read),
        Some(uid) => Err(damaged(format!("it has the entry {uid} of another case"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::Slot;
    use ibbi_report::ics::{EntryId, IcsEntry, SessionRef, sequence_at};
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    fn at(seconds: i64) -> At {
        At::from_millis(1_790_000_000_000 + seconds * 1000).unwrap()
    }

    fn key(person: &str, is_shared: bool, id: u128) -> MemoryKey {
        MemoryKey::new(&Principal::local(person, person).unwrap(), is_shared, Uuid::from_u128(id))
    }

    /// Returns a plan with one session for each day.
    fn plan(id: u128, days: &[u8], stamp: At) -> CurrentEntries {
        let case = Uuid::from_u128(id);
        let entry = |(part, day): (u8, &u8)| {
            let [starts, ends] = [8, 16].map(|hour| format!("2026-10-{day:02}T{hour:02}:00:00-04:00").parse().unwrap());
            let uid = EntryId { case, session: SessionRef::facilitation(part) }.to_string();
            let sequence = sequence_at(stamp);
            IcsEntry { sequence, modified: stamp, ..IcsEntry::new(uid, Slot::new(starts, ends).unwrap(), "Part") }
        };
        let entries = (1..).zip(days).map(entry).collect();
        CurrentEntries { name: "Maple".to_owned(), zone: "America/New_York".to_owned(), cases: vec![case], entries }
    }

    /// Two different states of an entry never have the same sequence, whatever happens at the same time.
    #[test]
    fn publications_at_the_same_time_have_their_own_sequences() {
        let folder = tempfile::tempdir().unwrap();
        let memories = PublishedDates::new(&folder.path().join("a.ledger"));
        let (key, seen) = (key("ayun", true, 1), Mutex::new(BTreeMap::new()));
        std::thread::scope(|scope| {
            for thread in 0..8_u8 {
                let (memories, key, seen) = (&memories, &key, &seen);
                scope.spawn(move || {
                    for round in 0..12_u8 {
                        let days = [1 + (thread + round) % 5, 10 + thread];
                        let days = &days[..1 + usize::from(round % 2)];
                        let text = memories.publish(key, plan(1, days, at(0)), at(0), true).unwrap();
                        for entry in PublishedEntries::from_ics(&text).unwrap().entries() {
                            let state = (entry.slot.starts().at(), format!("{:?}", entry.status));
                            let known = (entry.uid.clone(), entry.sequence);
                            let other = seen.lock().unwrap().insert(known, state.clone());
                            assert!(other.is_none_or(|other| other == state), "{entry:?}");
                        }
                    }
                });
            }
        });
        assert!(seen.into_inner().unwrap().len() > 20);
    }

    #[test]
    fn oldest_memory_of_the_person_with_the_most_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let memories = PublishedDates::new(&folder.path().join("a.ledger"));
        let publish = |key: &MemoryKey, id, seconds| {
            memories.publish(key, plan(id, &[1], at(seconds)), at(seconds), true).unwrap();
        };
        let oldest = key("ayun", true, 1);
        publish(&oldest, 1, 0);
        {
            let lock = memories.folder.lock().unwrap();
            for (number, written) in (2..=MAX_MEMORIES as u128).zip(1..) {
                lock.write(&key("bob", false, number).name(), b"x", at(written)).unwrap();
            }
        }
        let is_kept = |key: &MemoryKey| memories.folder.files().unwrap().iter().any(|file| file.name == key.name());
        publish(&oldest, 1, 5000);
        assert!(is_kept(&key("bob", false, 2)), "a memory that is there needs no room");
        publish(&key("carla", false, 7), 7, 5001);
        assert!(is_kept(&oldest) && is_kept(&key("carla", false, 7)));
        assert!(!is_kept(&key("bob", false, 2)) && is_kept(&key("bob", false, 3)));
        assert_eq!(memories.folder.files().unwrap().len(), MAX_MEMORIES);
        assert_eq!(memories.delete_old(at(2 + KEPT / 1000)).unwrap(), 1, "one was written by then");
    }

    #[test]
    fn what_one_published_alone_counts_after_they_share() {
        let folder = tempfile::tempdir().unwrap();
        let memories = PublishedDates::new(&folder.path().join("a.ledger"));
        let publish = |key: &MemoryKey, days: &[u8]| {
            let text = memories.publish(key, plan(1, days, at(0)), at(0), true).unwrap();
            PublishedEntries::from_ics(&text).unwrap()
        };
        let alone = publish(&key("ayun", false, 1), &[1, 2]);
        let shared = publish(&key("ayun", true, 1), &[1]);
        assert_eq!(shared.entries()[0], alone.entries()[0]);
        assert!(shared.entries()[1].sequence > alone.entries()[1].sequence, "it is canceled");
        assert_eq!(publish(&key("bob", false, 1), &[5]).entries().len(), 1, "others see nothing of it");
        assert_eq!(publish(&key("bob", true, 1), &[1]).entries().len(), 2);
    }
}
