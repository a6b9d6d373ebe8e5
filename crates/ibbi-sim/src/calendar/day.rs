//! Days as sets of quarter hours, also on days on which the clocks change.

use crate::scenario::{Hours, SLOT};
use chrono::NaiveTime;
use ibbi_common::zone::Zone;
use ibbi_core::{At, Date, LocalTime};
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign};

/// A set of slots of a day. A day has at most 100: 96, and four more when the clocks go back an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Slots(u128);

impl Slots {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u128::MAX);
    /// The most slots of a day.
    pub(crate) const MAX: u8 = 128;

    /// Returns the slots from one up to, but not including, another.
    pub(super) const fn range(from: u32, to: u32) -> Self {
        if to <= from {
            return Self::NONE;
        }
        let length = to - from;
        let ones = if length >= 128 { u128::MAX } else { (1 << length) - 1 };
        Self(ones << from)
    }

    pub(crate) const fn has(self, slot: u8) -> bool {
        self.0 >> slot & 1 == 1
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the slots at which a run of `length` slots begins.
    const fn starts(self, length: u32) -> Self {
        let (mut runs, mut have) = (self.0, 1);
        while have < length && runs != 0 {
            let step = if have < length - have { have } else { length - have };
            runs &= runs >> step;
            have += step;
        }
        Self(runs)
    }

    /// Returns every slot at which a run of `length` slots begins.
    pub(super) fn all_starts(self, length: u32) -> impl Iterator<Item = u8> {
        let starts = self.starts(length);
        (0..Self::MAX).filter(move |slot| starts.has(*slot))
    }

    /// Returns the first slot at which a run of `length` slots begins.
    pub(crate) fn first_run(self, length: u32) -> Option<u8> {
        let starts = self.starts(length).0;
        (starts != 0).then(|| u8::try_from(starts.trailing_zeros()).expect("below 128"))
    }

    /// Returns the length of the longest run.
    pub(crate) const fn longest_run(self) -> u8 {
        let (mut runs, mut length) = (self.0, 0);
        while runs != 0 {
            runs &= runs >> 1;
            length += 1;
        }
        length
    }
}

impl BitAnd for Slots {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitAndAssign for Slots {
    fn bitand_assign(&mut self, other: Self) {
        self.0 &= other.0;
    }
}

impl BitOr for Slots {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Slots {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// When each day begins, and the local times of its slots.
#[derive(Debug, Clone)]
pub(crate) struct DayShapes {
    zone: Zone,
    /// The first moment of each day, with its offset.
    firsts: Vec<LocalTime>,
    /// The days on which the clocks change, with the minute at which each slot begins.
    changed: Vec<(usize, Vec<u16>)>,
}

impl DayShapes {
    pub(super) fn new(dates: &[Date], zone: Zone) -> Self {
        let first =
            |day: Date| zone.local_at(day, NaiveTime::MIN).expect("the years of a scenario are within 1970 to 9999");
        let after = dates.last().and_then(|day| day.to_chrono().succ_opt()).and_then(|day| Date::try_from(day).ok());
        let firsts: Vec<_> = dates.iter().copied().chain(after).map(first).collect();
        let is_changed = |day: &usize| {
            let (one, next) = (firsts[*day], firsts[(day + 1).min(firsts.len() - 1)]);
            one.offset_minutes() != next.offset_minutes() || next.at().millis() - one.at().millis() != 24 * 3_600_000
        };
        let next = |day: usize| firsts.get(day + 1).map_or(i64::MAX, |next| next.at().millis());
        let changed = (0..dates.len()).filter(is_changed).map(|day| (day, minutes(zone, firsts[day], next(day))));
        Self { zone, changed: changed.collect(), firsts }
    }

    /// Returns the minutes of a day on which the clocks change.
    fn changed(&self, day: usize) -> Option<&[u16]> {
        let index = self.changed.binary_search_by_key(&day, |(day, _)| *day).ok()?;
        Some(&self.changed[index].1)
    }

    /// Returns the slots of a day that hours cover.
    pub(super) fn slots(&self, day: usize, hours: Hours) -> Slots {
        let Some(minutes) = self.changed(day) else {
            return Slots::range(u32::from(hours.from() / SLOT), u32::from(hours.to() / SLOT));
        };
        let covered = (0..).zip(minutes).filter(|(_, minute)| (hours.from()..hours.to()).contains(minute));
        covered.fold(Slots::NONE, |all, (slot, _)| all | Slots::range(slot, slot + 1))
    }

    /// Returns the slots that a day has.
    pub(super) fn all(&self, day: usize) -> Slots {
        Slots::range(0, self.changed(day).map_or(96, |minutes| u32::try_from(minutes.len()).unwrap_or(0)))
    }

    /// Returns the minute of the day at which a slot begins.
    pub(super) fn minute(&self, day: usize, slot: u8) -> u16 {
        let minutes = self.changed(day);
        minutes.and_then(|minutes| minutes.get(usize::from(slot)).copied()).unwrap_or(u16::from(slot) * SLOT)
    }

    /// Returns the slot that begins at a minute of a day; the next one if the clocks skip that minute.
    pub(super) fn slot_at(&self, day: usize, minute: u16) -> u8 {
        let slot = match self.changed(day) {
            None => usize::from(minute / SLOT),
            Some(minutes) => minutes.iter().position(|begins| *begins >= minute).unwrap_or(0),
        };
        u8::try_from(slot).unwrap_or(0)
    }

    /// Returns the local time at which a slot begins.
    pub(crate) fn local(&self, day: usize, slot: u8) -> LocalTime {
        let first = self.firsts[day];
        let at = At::from_millis(first.at().millis() + i64::from(slot) * i64::from(SLOT) * 60_000);
        let at = at.expect("the years of a scenario are within bounds");
        let local = match self.changed(day) {
            None => LocalTime::new(at, first.offset_minutes()),
            Some(_) => self.zone.local(at),
        };
        local.expect("whole minutes with an offset in use")
    }

    /// Returns the local time at which a session that starts with a slot ends.
    pub(crate) fn ends(&self, day: usize, slot: u8, minutes: u16) -> LocalTime {
        let starts = self.local(day, slot);
        let at = At::from_millis(starts.at().millis() + i64::from(minutes) * 60_000);
        let at = at.expect("the years of a scenario are within bounds");
        let local = match self.changed(day) {
            None => LocalTime::new(at, starts.offset_minutes()),
            Some(_) => self.zone.local(at),
        };
        local.expect("whole minutes with an offset in use")
    }
}

/// Returns the minutes of the day at which its slots begin: every 15 minutes from its first moment to that of the next day.
fn minutes(zone: Zone, first: LocalTime, next: i64) -> Vec<u16> {
    let moments = (0..i64::from(Slots::MAX)).map(|slot| first.at().millis() + slot * i64::from(SLOT) * 60_000);
    let times = moments.take_while(|moment| *moment < next).map_while(At::from_millis).map_while(|at| zone.local(at));
    let minute = |time: LocalTime| {
        let minutes = time.at().millis() / 60_000 + i64::from(time.offset_minutes());
        u16::try_from(minutes.rem_euclid(24 * 60)).unwrap_or(0)
    };
    times.map(minute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(zone: &str, day: &str) -> DayShapes {
        let zone = Zone::find(&zone.parse().unwrap()).unwrap();
        DayShapes::new(&[day.parse().unwrap()], zone)
    }

    #[test]
    fn runs_are_found() {
        let slots = Slots::range(3, 7) | Slots::range(10, 42);
        for length in 1..=32 {
            assert_eq!(slots.first_run(length), Some(if length <= 4 { 3 } else { 10 }), "{length}");
        }
        assert_eq!((slots.first_run(33), slots.longest_run()), (None, 32));
        assert_eq!((Slots::ALL.longest_run(), Slots::NONE.longest_run()), (128, 0));
    }

    #[test]
    fn clock_changes_drop_or_add_slots() {
        for (zone, day, slots, starts) in [
            ("America/New_York", "2026-10-20", 96, "2026-10-20T00:00:00-04:00"),
            ("America/New_York", "2026-11-01", 100, "2026-11-01T00:00:00-04:00"),
            ("America/New_York", "2027-03-14", 92, "2027-03-14T00:00:00-05:00"),
            ("Australia/Lord_Howe", "2026-10-04", 94, "2026-10-04T00:00:00+10:30"),
            ("Pacific/Apia", "2011-12-30", 0, "2011-12-31T00:00:00+14:00"),
        ] {
            let shapes = shapes(zone, day);
            let all = shapes.all(0);
            assert_eq!((0..Slots::MAX).filter(|slot| all.has(*slot)).count(), slots, "{zone} {day}");
            assert_eq!(shapes.local(0, 0), starts.parse().unwrap(), "{zone} {day}");
            // At 4:00 PM, the clocks show 4:00 PM.
            if slots > 0 {
                let slot = shapes.slot_at(0, 16 * 60);
                assert_eq!(shapes.minute(0, slot), 16 * 60);
                assert!(shapes.local(0, slot).to_string().contains("T16:00"), "{}", shapes.local(0, slot));
                assert_eq!(shapes.slots(0, Hours::EVENING).longest_run(), 16);
            }
        }
        // The hour from 1:00 to 2:00 comes twice.
        let twice = shapes("America/New_York", "2026-11-01");
        assert_eq!(twice.slots(0, Hours::new(60, 120).unwrap()).longest_run(), 8);
        assert_eq!(shapes("America/New_York", "2027-03-14").slot_at(0, 150), 8);
    }
}
