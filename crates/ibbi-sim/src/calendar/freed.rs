//! People and closed ranges that make room: always, on one day, or at some half-days.

use super::{Calendar, Cause, Slots};
use crate::scenario::{Hours, SessionGroup, Weekday};

/// A half of a working day or the evening. The first one begins with the day, and the last one ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Half {
    Morning,
    Afternoon,
    Evening,
}

impl Half {
    pub(crate) const ALL: [Self; 3] = [Self::Morning, Self::Afternoon, Self::Evening];

    /// Returns its name, as in [`Hours::NAMED`].
    pub(crate) const fn name(self) -> &'static str {
        Hours::NAMED[self as usize].0
    }

    const fn hours(self) -> Hours {
        match self {
            Self::Morning => Hours::UNTIL_NOON,
            Self::Afternoon => Hours::AFTERNOON,
            Self::Evening => Hours::FROM_FOUR,
        }
    }
}

/// The days of a favor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FavorDays {
    On(usize),
    Every(Weekday),
}

/// A half-day at which a person or closed range makes room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Favor {
    pub(crate) days: FavorDays,
    pub(crate) half: Half,
    pub(crate) cause: Cause,
}

/// People and closed ranges that make room.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Freed<'a> {
    /// All of their time, on one day or always.
    Whole { causes: &'a [Cause], on: Option<usize> },
    /// Half-days.
    Favors(&'a [Favor]),
}

impl<'a> Freed<'a> {
    pub(crate) const NOTHING: Self = Self::Favors(&[]);

    pub(crate) const fn always(causes: &'a [Cause]) -> Self {
        Self::Whole { causes, on: None }
    }

    pub(crate) const fn on(causes: &'a [Cause], day: usize) -> Self {
        Self::Whole { causes, on: Some(day) }
    }

    pub(super) fn has_closures(self) -> bool {
        let is_closure = |cause: &Cause| matches!(cause, Cause::Closure(_));
        match self {
            Self::Whole { causes, .. } => causes.iter().any(is_closure),
            Self::Favors(favors) => favors.iter().any(|favor| is_closure(&favor.cause)),
        }
    }

    /// Returns the slots of a day at which a person or closed range makes room.
    pub(super) fn slots(self, calendar: &Calendar, cause: Cause, day: usize) -> Slots {
        match self {
            Self::Whole { causes, on } => match causes.contains(&cause) && on.is_none_or(|on| on == day) {
                true => Slots::ALL,
                false => Slots::NONE,
            },
            Self::Favors(favors) => {
                let own = favors.iter().filter(|favor| favor.cause == cause && calendar.is_on(favor.days, day));
                own.fold(Slots::NONE, |all, favor| all | calendar.half(favor.half, day))
            }
        }
    }
}

impl Calendar {
    fn is_on(&self, days: FavorDays, day: usize) -> bool {
        match days {
            FavorDays::On(on) => on == day,
            FavorDays::Every(weekday) => Weekday::from_date(self.dates[day]) == weekday,
        }
    }

    fn half(&self, half: Half, day: usize) -> Slots {
        self.shapes.slots(day, half.hours())
    }

    /// Returns the sets of at most `limit` freed half-days of a day that each make a session of so many slots fit. No set has
    /// another one as its part.
    pub(crate) fn openings(&self, group: SessionGroup, day: usize, slots: u32, limit: usize) -> Vec<Vec<Favor>> {
        if group == SessionGroup::Training && self.training_days.as_ref().is_some_and(|days| !days[day]) {
            return Vec::new();
        }
        self.minimal(day, self.hours[day], slots, limit, &self.groups[group as usize], group)
    }

    /// Returns the sets of at most `limit` freed half-days of closed ranges that each make a day a working day.
    pub(crate) fn working_openings(&self, day: usize, limit: usize) -> Vec<Vec<Favor>> {
        self.minimal(day, self.office[day], 1, limit, &[], SessionGroup::Meeting)
    }

    fn minimal(
        &self,
        day: usize,
        hours: Slots,
        slots: u32,
        limit: usize,
        people: &[usize],
        group: SessionGroup,
    ) -> Vec<Vec<Favor>> {
        let closures = (0..self.closures.len()).map(|index| {
            let closed = super::covered(&self.closures[index], day);
            (Cause::Closure(index), closed)
        });
        let people = people.iter().map(|index| {
            let busy = Slots::ALL.without(self.people[*index][group as usize][day].well);
            (Cause::Person(*index), busy)
        });
        let busy: Vec<(Cause, Slots)> =
            closures.chain(people).filter(|(_, busy)| *busy & hours != Slots::NONE).collect();
        let halves = Half::ALL.map(|half| (half, self.half(half, day)));
        let mut found: Vec<Vec<Favor>> = Vec::new();
        for start in hours.all_starts(slots) {
            let time = Slots::range(start.into(), u32::from(start) + slots);
            let mut needed = Vec::new();
            for (cause, busy) in &busy {
                for (half, covered) in &halves {
                    if *busy & time & *covered != Slots::NONE {
                        needed.push(Favor { days: FavorDays::On(day), half: *half, cause: *cause });
                    }
                }
            }
            needed.sort_unstable();
            let has = |whole: &[Favor], part: &[Favor]| part.iter().all(|favor| whole.contains(favor));
            if needed.len() <= limit && !found.iter().any(|kept| has(&needed, kept)) {
                found.retain(|kept| !has(kept, &needed));
                found.push(needed);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn openings_name_the_smallest_sets() {
        let calendar = Calendar::new(&Scenario::parse(crate::EXAMPLE).unwrap());
        let texts = |day: &str, slots: u32, limit: usize| {
            let day = calendar.day(day.parse().unwrap()).unwrap();
            let sets = calendar.openings(SessionGroup::Training, day, slots, limit);
            let text = |favor: &Favor| format!("{} {}", calendar.name(favor.cause), favor.half.name());
            sets.iter().map(|set| set.iter().map(text).collect::<Vec<_>>().join(", ")).collect::<Vec<_>>()
        };
        // J. Ortiz is away in the afternoon: the whole day needs that, and the morning needs no one.
        assert_eq!(texts("2026-10-14", 32, 3), ["J. Ortiz afternoon"]);
        assert_eq!(texts("2026-10-14", 16, 3), [""]);
        assert_eq!(texts("2026-10-14", 32, 0), [""; 0]);
        // No one can open a holiday.
        assert_eq!(texts("2026-10-12", 16, 3), [""; 0]);
    }
}
