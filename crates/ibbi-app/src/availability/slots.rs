//! Quarter hours of days.

use ibbi_availability::{ImportedTime, Mark};
use ibbi_core::Date;
use ibbi_sim::{Hours, TimeRule};
use std::collections::BTreeMap;

/// The minutes of a slot.
const SLOT: u16 = 15;
/// The slots of a day, on its clock. A clock change makes no difference here.
pub(super) const SLOTS: u16 = 96;
/// All slots of a day.
pub(super) const WHOLE_DAY: u128 = (1 << SLOTS) - 1;

/// A set of quarter hours. Bit 0 of a day is 12:00 AM to 12:15 AM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SlotMap(BTreeMap<Date, u128>);

/// Returns the slots of some hours; all of them without hours.
pub(super) fn bits(hours: Option<Hours>) -> u128 {
    hours.map_or(WHOLE_DAY, |hours| run(hours.from() / SLOT, hours.to() / SLOT))
}

/// Returns the slots from one up to, but not including, another.
fn run(from: u16, to: u16) -> u128 {
    ((1 << (to - from)) - 1) << from
}

/// Returns the runs of consecutive slots as hours; `None` for the whole day.
pub(super) fn runs(bits: u128) -> Vec<Option<Hours>> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < SLOTS {
        let to = (from..SLOTS).find(|slot| bits >> slot & 1 == 0).unwrap_or(SLOTS);
        if to > from {
            let hours = Hours::new(from * SLOT, to * SLOT).ok();
            found.push(hours.filter(|_| (from, to) != (0, SLOTS)));
        }
        from = to + 1;
    }
    found
}

impl SlotMap {
    pub(super) fn add(&mut self, day: Date, bits: u128) {
        if bits != 0 {
            *self.0.entry(day).or_default() |= bits;
        }
    }

    /// Returns the slots of rules on the days of another map.
    pub(super) fn of_rules<'a>(rules: impl Iterator<Item = &'a TimeRule> + Clone, days: &Self) -> Self {
        let mut map = Self::default();
        for day in days.0.keys() {
            let covered = rules.clone().filter(|rule| rule.covers(*day)).fold(0, |all, rule| all | bits(rule.hours));
            map.add(*day, covered);
        }
        map
    }

    pub(super) fn on(&self, day: Date) -> u128 {
        self.0.get(&day).copied().unwrap_or(0)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (Date, u128)> {
        self.0.iter().map(|(day, bits)| (*day, *bits))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the slots for which a function of the day's slots returns bits.
    pub(super) fn map(&self, of: impl Fn(Date, u128) -> u128) -> Self {
        let mut map = Self::default();
        self.iter().for_each(|(day, bits)| map.add(day, of(day, bits)));
        map
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        self.map(|day, bits| bits & !other.on(day))
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        self.map(|day, bits| bits & other.on(day))
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        let mut map = self.clone();
        other.iter().for_each(|(day, bits)| map.add(day, bits));
        map
    }
}

/// The slots with each mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MarkedSlots {
    pub(super) cannot: SlotMap,
    pub(super) if_need_be: SlotMap,
    pub(super) can: SlotMap,
}

impl MarkedSlots {
    /// Adds a time. If times overlap, the least that the person can do counts.
    pub(super) fn add(&mut self, time: &ImportedTime) {
        let bits = bits(time.hours);
        match time.mark {
            Mark::Cannot => self.cannot.add(time.day, bits),
            Mark::IfNeedBe => self.if_need_be.add(time.day, bits),
            Mark::Can => self.can.add(time.day, bits),
        }
    }

    /// Returns each slot with one mark only, and the days on which slots had several.
    pub(super) fn settled(self) -> (Self, Vec<Date>) {
        let Self { cannot, if_need_be, can } = self;
        let both = cannot.and(&if_need_be.or(&can)).or(&if_need_be.and(&can));
        let (if_need_be, can) = (if_need_be.minus(&cannot), can.minus(&cannot).minus(&if_need_be));
        (Self { cannot, if_need_be, can }, both.iter().map(|(day, _)| day).collect())
    }

    /// Returns all slots.
    pub(super) fn all(&self) -> SlotMap {
        self.cannot.or(&self.if_need_be).or(&self.can)
    }
}
