//! Why a session can't be held on a day: the hours, each with the people and closed ranges that block them.

use super::{Calendar, Cause, Slots, covered};
use crate::scenario::{Hours, SLOT, Scenario, SessionGroup, Weekday};
use ibbi_core::{MemberId, Name};
use serde::Serialize;

/// A reason why a session can't be held at some hours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Blocker {
    /// The district has no hours for sessions on this day of the week.
    DayOff {
        /// The day of the week.
        weekday: Weekday,
    },
    /// A legal holiday of Massachusetts.
    Holiday {
        /// Its name.
        name: &'static str,
    },
    /// A closed range of the scenario.
    Closure {
        /// Its name.
        name: Name,
    },
    /// The training is held only on other dates.
    NotATrainingDay,
    /// A person who is not available.
    Person {
        /// The person's id.
        id: MemberId,
        /// The person's name.
        name: Name,
        /// Whether the person can come if need be.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        if_need_be: bool,
    },
}

impl std::fmt::Display for Blocker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DayOff { weekday } => write!(f, "no working day ({})", weekday.code()),
            Self::Holiday { name } => f.write_str(name),
            Self::NotATrainingDay => f.write_str("not a training day"),
            Self::Person { name, if_need_be: true, .. } => write!(f, "{name} (if need be)"),
            Self::Closure { name } | Self::Person { name, .. } => name.fmt(f),
        }
    }
}

/// Hours of a day, with all that blocks them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockedHours {
    /// The hours, such as `8:00-12:00`.
    #[serde(serialize_with = "hours_text")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub hours: Hours,
    /// All that blocks them, with the calendar's reasons first. Empty if the hours are open.
    pub blockers: Vec<Blocker>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn hours_text<S: serde::Serializer>(hours: &Hours, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hours)
}

/// The names of the people and closed ranges.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    people: Vec<(MemberId, Name)>,
    closures: Vec<Name>,
    /// The hours that stand for a whole day on which there are none.
    usual: Hours,
}

impl Labels {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let usual = scenario
            .calendar
            .hours
            .iter()
            .filter_map(|rule| rule.hours)
            .reduce(|one, other| Hours::new(one.from().min(other.from()), one.to().max(other.to())).unwrap_or(one));
        Self {
            people: scenario.people.iter().map(|person| (person.id, person.name.clone())).collect(),
            closures: scenario.calendar.closed.iter().map(|closure| closure.name.clone()).collect(),
            usual: usual.unwrap_or(Hours::WORKING),
        }
    }

    pub(super) fn person(&self, index: usize, if_need_be: bool) -> Blocker {
        let (id, name) = self.people[index].clone();
        Blocker::Person { id, name, if_need_be }
    }
}

impl Calendar {
    /// Returns the name of a person or closed range.
    pub(crate) fn name(&self, cause: Cause) -> Blocker {
        match cause {
            Cause::Person(index) => self.labels.person(index, false),
            Cause::Closure(index) => Blocker::Closure { name: self.labels.closures[index].clone() },
        }
    }

    /// Returns the hours of a day, each with all that keeps a group from meeting well at that time. Hours that fit have no blockers.
    pub(crate) fn blocked(&self, group: SessionGroup, day: usize) -> Vec<BlockedHours> {
        let holiday = self.holidays.iter().find(|(kept, _)| *kept == day);
        let off = match holiday {
            Some((_, holiday)) => Some(Blocker::Holiday { name: holiday.label() }),
            None if self.hours[day] == Slots::NONE => {
                Some(Blocker::DayOff { weekday: Weekday::from_date(self.dates[day]) })
            }
            None => None,
        };
        let hours = if off.is_some() { self.shapes.slots(day, self.labels.usual) } else { self.hours[day] };
        let mut found: Vec<BlockedHours> = Vec::new();
        for slot in (0..Slots::MAX).filter(|slot| hours.has(*slot)) {
            let blockers: Vec<_> = off.iter().cloned().chain(self.slot_blockers(group, day, slot)).collect();
            let from = self.shapes.minute(day, slot);
            let before = found.last_mut().filter(|before| before.hours.to() == from && before.blockers == blockers);
            match before {
                Some(before) => before.hours = Hours::new(before.hours.from(), from + SLOT).unwrap_or(before.hours),
                None => found.extend(Hours::new(from, from + SLOT).map(|hours| BlockedHours { hours, blockers })),
            }
        }
        found
    }

    fn slot_blockers(&self, group: SessionGroup, day: usize, slot: u8) -> Vec<Blocker> {
        let mut found = Vec::new();
        if group == SessionGroup::Training && self.training_days.as_ref().is_some_and(|days| !days[day]) {
            found.push(Blocker::NotATrainingDay);
        }
        let closed = (0..self.closures.len()).filter(|index| covered(&self.closures[*index], day).has(slot));
        found.extend(closed.map(|index| self.name(Cause::Closure(index))));
        for index in &self.groups[group as usize] {
            let free = self.people[*index][group as usize][day];
            if !free.well.has(slot) {
                found.push(self.labels.person(*index, free.fits.has(slot)));
            }
        }
        found
    }
}
