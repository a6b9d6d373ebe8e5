//! When neutrals were booked, in few bytes, because a ledger has many bookings.

use ibbi_core::events::SessionScheduled;
use ibbi_core::has_name;

/// The number of times in one allocation. One vector would double its capacity and leave half of it empty.
const CHUNK: usize = 256;

/// The bits of a time that hold the length of the session.
const LENGTH_BITS: u32 = 6;

/// The unit of that length, in minutes. The longest session is a day.
const LENGTH_UNIT: u32 = 30;

/// The times for which neutrals were booked in the cases of a shard.
#[derive(Debug, Default)]
pub(crate) struct BookedTimes(Vec<Vec<BookedTime>>);

/// The time for which a neutral was booked.
#[repr(Rust, packed(2))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BookedTime {
    /// A hash of the neutral's name.
    neutral: u16,
    /// When the session starts, in minutes since 1970, and its length in half hours, rounded up.
    time: u32,
    /// The index of the case in its shard.
    case: u32,
}

impl BookedTimes {
    /// Adds the times of a booking, one for each neutral.
    pub(super) fn add(&mut self, scheduled: &SessionScheduled, case: usize) {
        // All shards give a name the same hash.
        let hasher = ahash::RandomState::with_seeds(1, 2, 3, 4);
        let slot = scheduled.slot;
        let starts = u32::try_from(slot.starts().at().millis() / 60_000).unwrap_or(0);
        let length = slot.minutes().div_ceil(LENGTH_UNIT).min((1 << LENGTH_BITS) - 1);
        for person in scheduled.neutrals().filter(|person| has_name(person)) {
            let [.., high, low] = hasher.hash_one(&person.name).to_be_bytes();
            let booked = BookedTime {
                neutral: u16::from_be_bytes([high, low]),
                time: starts << LENGTH_BITS | length,
                case: u32::try_from(case).unwrap_or(u32::MAX),
            };
            match self.0.last_mut() {
                Some(chunk) if chunk.len() < CHUNK => chunk.push(booked),
                _ => {
                    let mut chunk = Vec::with_capacity(CHUNK);
                    chunk.push(booked);
                    self.0.push(chunk);
                }
            }
        }
    }

    /// Returns the times in the order in which they were recorded.
    pub(crate) fn iter(&self) -> impl Iterator<Item = BookedTime> {
        self.0.iter().flatten().copied()
    }
}

impl BookedTime {
    /// Returns a hash of the neutral's name.
    pub(crate) const fn neutral(self) -> u16 {
        self.neutral
    }

    /// Returns when the session starts, in minutes since 1970.
    pub(crate) const fn starts(self) -> u32 {
        self.time >> LENGTH_BITS
    }

    /// Returns when the session ends, or up to half an hour later.
    pub(crate) const fn ends(self) -> u32 {
        self.starts() + (self.time & ((1 << LENGTH_BITS) - 1)) * LENGTH_UNIT
    }

    /// Returns the index of the case in its shard.
    pub(crate) fn case(self) -> usize {
        let case = self.case;
        usize::try_from(case).unwrap_or(usize::MAX)
    }
}
