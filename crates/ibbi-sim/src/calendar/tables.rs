//! The next days that fit, looked up in tables for many runs, or searched for a single one.

use super::{Calendar, Day, Free, Freed, HORIZON, NEVER, Slots};
use crate::scenario::{SLOT, SessionGroup};
use std::cell::RefCell;

/// How many days after the first possible one a session waits for a day on which everyone can come, before it takes one that
/// needs someone who comes only if need be.
const SOON: Day = 13;

/// For every day, the first day that is not earlier and fits.
#[derive(Debug, Clone)]
struct NextDays(Box<[Day; HORIZON + 1]>);

impl NextDays {
    fn new(fits: impl Fn(usize) -> bool) -> Self {
        let mut next = Box::new([NEVER; HORIZON + 1]);
        for (day, number) in (0..HORIZON).zip(0..NEVER).rev() {
            next[day] = if fits(day) { number } else { next[day + 1] };
        }
        Self(next)
    }

    fn from(&self, day: Day) -> Day {
        self.0[usize::from(day.min(NEVER))]
    }
}

/// The next days for sessions of a group, by their number of slots, from 1.
#[derive(Debug, Clone)]
struct GroupTables {
    free: Vec<Free>,
    well: Vec<NextDays>,
    /// `None` if no one comes only if need be, so that all that fit fit well.
    fits: Option<Vec<NextDays>>,
}

impl GroupTables {
    fn new(free: Vec<Free>, slots: u8) -> Self {
        let tables = |longest: Vec<u8>| (1..=slots).map(|slots| NextDays::new(|day| longest[day] >= slots)).collect();
        let longest = |of: fn(&Free) -> Slots| free.iter().map(|free| of(free).longest_run()).collect::<Vec<_>>();
        let same = free.iter().all(|free| free.well == free.fits);
        let well = tables(longest(|free| free.well));
        let fits = (!same).then(|| tables(longest(|free| free.fits)));
        Self { well, fits, free }
    }
}

/// The next days, computed once for a calendar.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    working: NextDays,
    groups: [GroupTables; 3],
}

/// A way to find the next days: in tables, or by a search through the calendar.
#[derive(Clone, Copy)]
pub(crate) enum DayFinder<'a> {
    /// Lookup, which is fast for many runs.
    Tables(&'a Tables),
    /// Search, which needs no tables and is fast for one run.
    Search(&'a Calendar, Freed<'a>),
    /// A search that notes what was looked for.
    Noted(&'a Calendar, Freed<'a>, &'a RefCell<Vec<DaySearch>>),
}

/// A search for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DaySearch {
    /// The group of a session, and its number of slots; `None` for a working day.
    pub(crate) session: Option<(SessionGroup, u32)>,
    pub(crate) from: Day,
    /// The day that was found, or [`NEVER`].
    pub(crate) found: Day,
}

/// Returns the number of slots that a session needs.
pub(crate) const fn slots_of(minutes: u16) -> u32 {
    minutes.div_ceil(SLOT) as u32
}

impl Calendar {
    /// Returns whether the district works on a day.
    pub(crate) fn works(&self, day: usize) -> bool {
        self.is_working(day, Freed::NOTHING)
    }

    /// Returns whether a session of so many minutes fits on a day.
    pub(crate) fn fits(&self, group: SessionGroup, day: usize, minutes: u16) -> bool {
        self.free(group, day, Freed::NOTHING).fits.first_run(slots_of(minutes)).is_some()
    }

    /// Returns the tables in which a run looks up days, for sessions up to a length of each group.
    pub(crate) fn tables(&self, longest: [u16; 3]) -> Tables {
        self.tables_freeing(longest, Freed::NOTHING)
    }

    /// Returns the tables as if these people and closed ranges made room.
    pub(crate) fn tables_freeing(&self, longest: [u16; 3], freed: Freed<'_>) -> Tables {
        let group = |group: SessionGroup| {
            let free = (0..HORIZON).map(|day| self.free(group, day, freed)).collect();
            let slots = slots_of(longest[group as usize]).clamp(1, Slots::MAX.into());
            GroupTables::new(free, u8::try_from(slots).unwrap_or(Slots::MAX))
        };
        Tables { working: NextDays::new(|day| self.is_working(day, freed)), groups: SessionGroup::ALL.map(group) }
    }
}

impl DayFinder<'_> {
    /// Returns the first working day from a day on, or [`NEVER`].
    pub(crate) fn working(&self, day: Day) -> Day {
        match self {
            Self::Tables(tables) => tables.working.from(day),
            Self::Search(calendar, freed) => search(day, |day| calendar.is_working(day, *freed)),
            Self::Noted(calendar, freed, noted) => {
                let found = search(day, |day| calendar.is_working(day, *freed));
                noted.borrow_mut().push(DaySearch { session: None, from: day, found });
                found
            }
        }
    }

    /// Returns the first day for a session and the slot at which it starts, other than the days that are taken.
    pub(crate) fn session(
        &self,
        group: SessionGroup,
        minutes: u16,
        from: Day,
        taken: impl Fn(Day) -> bool,
    ) -> Option<(Day, u8)> {
        let slots = slots_of(minutes);
        let next = |well: bool| {
            let mut day = self.next(group, slots, from, well);
            while day < NEVER && taken(day) {
                day = self.next(group, slots, day + 1, well);
            }
            day
        };
        let mut day = next(true);
        if (day >= NEVER || day > from.saturating_add(SOON)) && !self.is_simple(group) {
            day = next(false);
        }
        if let Self::Noted(.., noted) = self {
            noted.borrow_mut().push(DaySearch { session: Some((group, slots)), from, found: day });
        }
        if day >= NEVER {
            return None;
        }
        let free = self.free(group, day);
        let start = free.well.first_run(slots).or_else(|| free.fits.first_run(slots))?;
        Some((day, start))
    }

    /// Returns whether no one comes only if need be.
    const fn is_simple(&self, group: SessionGroup) -> bool {
        match self {
            Self::Tables(tables) => tables.groups[group as usize].fits.is_none(),
            Self::Search(..) | Self::Noted(..) => false,
        }
    }

    fn free(&self, group: SessionGroup, day: Day) -> Free {
        match self {
            Self::Tables(tables) => tables.groups[group as usize].free[usize::from(day)],
            Self::Search(calendar, freed) | Self::Noted(calendar, freed, _) => {
                calendar.free(group, usize::from(day), *freed)
            }
        }
    }

    fn next(&self, group: SessionGroup, slots: u32, from: Day, well: bool) -> Day {
        let fits = |free: Free| if well { free.well } else { free.fits };
        match self {
            Self::Tables(tables) => {
                let tables = &tables.groups[group as usize];
                let list = if well { &tables.well } else { tables.fits.as_ref().unwrap_or(&tables.well) };
                list.get(slots as usize - 1).map_or(NEVER, |table| table.from(from))
            }
            Self::Search(calendar, freed) | Self::Noted(calendar, freed, _) => {
                search(from, |day| fits(calendar.free(group, day, *freed)).first_run(slots).is_some())
            }
        }
    }
}

fn search(from: Day, fits: impl Fn(usize) -> bool) -> Day {
    (from..NEVER).find(|day| fits(usize::from(*day))).unwrap_or(NEVER)
}
