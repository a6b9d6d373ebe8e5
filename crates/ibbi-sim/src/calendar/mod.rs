//! The calendar: each day as a set of quarter hours, and who can come when.

mod blocked;
mod day;
mod freed;
mod grid;
mod tables;

pub use blocked::{BlockedHours, Blocker};
pub(crate) use day::Slots;
#[cfg(test)]
pub(crate) use freed::Half;
pub(crate) use freed::{Favor, FavorDays, Freed};
pub use grid::HalfDay;
pub(crate) use tables::{DayFinder, DaySearch, Tables};

use crate::scenario::{Hours, Participant, Scenario, SessionGroup, TimeRule, Weekday};
use blocked::Labels;
use chrono::{Datelike as _, NaiveTime};
pub(crate) use day::DayShapes;
use ibbi_common::zone::Zone;
use ibbi_core::Date;
use ibbi_core::holidays::{Holiday, holidays_in};
use std::sync::Arc;

/// The number of days that the model looks ahead. A run that reaches day 730 ends unfinished.
pub const HORIZON: usize = 730;

/// A day of the model. Day 0 is the start; [`NEVER`] is past the horizon.
pub(crate) type Day = u16;
/// A day past the horizon.
#[allow(clippy::cast_possible_truncation, reason = "730 fits")]
pub(crate) const NEVER: Day = HORIZON as Day;

/// The time at which a working day starts.
pub(crate) const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("08:00 is a time");

/// The time of a session of a run: a day, a slot of the day, and minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunSlot {
    pub(crate) day: Day,
    /// The first slot, counted from the start of the day.
    pub(crate) start: u8,
    pub(crate) minutes: u16,
    /// The index of a booked slot of the resumed case, which has its own hours.
    pub(crate) real: Option<u8>,
}

/// A person or closed range that could be asked to make room, by its index in the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cause {
    Person(usize),
    Closure(usize),
}

/// When a person can come on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Free {
    /// The slots at which the person can come.
    well: Slots,
    /// The same, and those at which the person can come if need be.
    fits: Slots,
}

impl Free {
    const ALWAYS: Self = Self { well: Slots::ALL, fits: Slots::ALL };
}

/// When a person can come on each day, for each kind of session. Kinds with the same times share them.
type PersonDays = [Arc<[Free]>; 3];

/// The availability of all people in a scenario, per quarter hour, over the horizon.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(crate) dates: Vec<Date>,
    pub(crate) shapes: Arc<DayShapes>,
    labels: Labels,
    holidays: Vec<(usize, Holiday)>,
    /// The slots in the district's hours. A holiday has none.
    hours: Vec<Slots>,
    /// The slots in the office's hours of working days. The office is closed if a closed range covers them.
    office: Vec<Slots>,
    closures: Vec<Vec<(usize, Slots)>>,
    /// All closed ranges together.
    closed: Vec<Slots>,
    people: Vec<PersonDays>,
    groups: [Vec<usize>; 3],
    /// Whether the training can be held on a day, if the scenario lists its days.
    training_days: Option<Vec<bool>>,
}

impl Calendar {
    /// Computes each person's availability.
    pub fn new(scenario: &Scenario) -> Self {
        let first = scenario.start.to_chrono();
        let dates: Vec<Date> = first.iter_days().take(HORIZON).filter_map(|day| Date::try_from(day).ok()).collect();
        let shapes = Arc::new(DayShapes::new(&dates, Zone::find(&scenario.time_zone).unwrap_or_default()));
        let holidays = holidays(scenario, &dates);
        let mut working = vec![false; dates.len()];
        for (day, date) in dates.iter().enumerate() {
            working[day] = scenario.calendar.working_days.contains(&Weekday::from_date(*date));
        }
        let marker = Marker { dates: &dates, shapes: &shapes };
        let working_hours = |hours| {
            let slots = |day: usize| if working[day] { shapes.slots(day, hours) } else { Slots::NONE };
            (0..dates.len()).map(slots).collect::<Vec<_>>()
        };
        let mut office = working_hours(Hours::WORKING);
        let mut hours = if scenario.calendar.hours.is_empty() { office.clone() } else { marker.nothing() };
        for rule in &scenario.calendar.hours {
            marker.mark(rule, &mut hours, |day| rule.names_days() || working[day]);
        }
        for (day, _) in &holidays {
            (hours[*day], office[*day]) = (Slots::NONE, Slots::NONE);
        }
        let closures: Vec<_> = scenario.calendar.closed.iter().map(|closure| marker.sparse(&closure.when)).collect();
        let mut closed = marker.nothing();
        for (day, slots) in closures.iter().flatten() {
            closed[*day] |= *slots;
        }
        let people = &scenario.people;
        let group = |binds: &dyn Fn(&Participant) -> bool| -> Vec<usize> {
            people.iter().enumerate().filter(|(_, person)| binds(person)).map(|(index, _)| index).collect()
        };
        let sessions = group(&Participant::binds_sessions);
        let allowed = |date: &Date| scenario.sessions.training_days.contains(date);
        Self {
            labels: Labels::new(scenario),
            people: people.iter().map(|person| marker.person(person)).collect(),
            groups: [group(&|person| scenario.binds_meeting(person)), sessions.clone(), sessions],
            training_days: (!scenario.sessions.training_days.is_empty()).then(|| dates.iter().map(allowed).collect()),
            holidays,
            hours,
            office,
            closures,
            closed,
            shapes,
            dates,
        }
    }

    /// Returns the date of a day of the model, if it is within the horizon.
    pub fn date(&self, day: usize) -> Option<Date> {
        self.dates.get(day).copied()
    }

    /// Returns the day of the model of a date, if it is within the horizon.
    pub fn day(&self, date: Date) -> Option<usize> {
        self.dates.binary_search(&date).ok()
    }

    /// Returns the first day of the model after a date; [`NEVER`] if it is past the horizon.
    pub(crate) fn day_after(&self, date: Date) -> Day {
        Day::try_from(self.dates.partition_point(|day| *day <= date)).unwrap_or(NEVER)
    }

    /// Returns the slot that begins at a minute of a day; the next one if the clocks skip that minute.
    pub(crate) fn slot_at(&self, day: Day, minute: u16) -> u8 {
        self.shapes.slot_at(usize::from(day).min(HORIZON - 1), minute)
    }

    /// Returns every person and closed range that has any unavailable time.
    pub(crate) fn causes(&self) -> Vec<Cause> {
        let busy = |index: &usize| {
            let groups = self.groups.iter().zip(&self.people[*index]);
            groups
                .filter(|(group, _)| group.contains(index))
                .any(|(_, days)| days.iter().any(|day| *day != Free::ALWAYS))
        };
        let people = (0..self.people.len()).filter(busy);
        let closures = (0..self.closures.len()).filter(|index| !self.closures[*index].is_empty());
        people.map(Cause::Person).chain(closures.map(Cause::Closure)).collect()
    }

    /// Returns the days on which only this cause keeps some group from some slot.
    pub(crate) fn blocked_only_by(&self, cause: Cause) -> Vec<usize> {
        let freed = [cause];
        let freeing = Freed::always(&freed);
        let differs = |day: &usize| {
            SessionGroup::ALL.iter().any(|group| {
                self.free(*group, *day, freeing).well.without(self.free(*group, *day, Freed::NOTHING).well)
                    != Slots::NONE
            })
        };
        (0..self.dates.len()).filter(differs).collect()
    }

    /// Returns the slots of a day at which a session of this group could be held.
    fn free(&self, group: SessionGroup, day: usize, freed: Freed<'_>) -> Free {
        if group == SessionGroup::Training && self.training_days.as_ref().is_some_and(|days| !days[day]) {
            return Free { well: Slots::NONE, fits: Slots::NONE };
        }
        let open = self.hours[day].without(self.closed_slots(day, freed));
        let mut free = Free { well: open, fits: open };
        for index in &self.groups[group as usize] {
            if open == Slots::NONE {
                break;
            }
            let person = self.people[*index][group as usize][day];
            let freed = freed.slots(self, Cause::Person(*index), day);
            free.well &= person.well | freed;
            free.fits &= person.fits | freed;
        }
        free
    }

    fn closed_slots(&self, day: usize, freed: Freed<'_>) -> Slots {
        if !freed.has_closures() {
            return self.closed[day];
        }
        self.closures.iter().enumerate().fold(Slots::NONE, |all, (index, closure)| {
            all | covered(closure, day).without(freed.slots(self, Cause::Closure(index), day))
        })
    }

    fn is_working(&self, day: usize, freed: Freed<'_>) -> bool {
        self.office[day] != Slots::NONE && self.office[day].without(self.closed_slots(day, freed)) != Slots::NONE
    }
}

/// Returns the slots of a day that a closed range covers.
fn covered(closure: &[(usize, Slots)], day: usize) -> Slots {
    closure.binary_search_by_key(&day, |(day, _)| *day).map_or(Slots::NONE, |index| closure[index].1)
}

/// Returns the legal holidays within the horizon.
fn holidays(scenario: &Scenario, dates: &[Date]) -> Vec<(usize, Holiday)> {
    let year = |date: &Date| date.to_chrono().year();
    let (first, last) = (dates.first().map_or(0, year), dates.last().map_or(0, year));
    let all = (first..=last).flat_map(|year| holidays_in(year, scenario.calendar.county));
    all.filter_map(|(date, holiday)| Some((dates.binary_search(&date).ok()?, holiday))).collect()
}

/// Marks the slots that times cover.
struct Marker<'a> {
    dates: &'a [Date],
    shapes: &'a DayShapes,
}

impl Marker<'_> {
    fn nothing(&self) -> Vec<Slots> {
        vec![Slots::NONE; self.dates.len()]
    }

    /// Adds the slots that a time covers, on the days that count.
    fn mark(&self, rule: &TimeRule, into: &mut [Slots], counts: impl Fn(usize) -> bool) {
        for (day, slots) in self.covered(rule).filter(|(day, _)| counts(*day)) {
            into[day] |= slots;
        }
    }

    fn sparse(&self, rule: &TimeRule) -> Vec<(usize, Slots)> {
        self.covered(rule).collect()
    }

    fn covered<'r>(&'r self, rule: &'r TimeRule) -> impl Iterator<Item = (usize, Slots)> + 'r {
        let from = rule.from.map_or(0, |from| self.dates.partition_point(|date| *date < from));
        let to = rule.to.map_or(self.dates.len(), |to| self.dates.partition_point(|date| *date <= to));
        let covered = (from..to).filter(|day| rule.covers(self.dates[*day]));
        covered.map(|day| (day, rule.hours.map_or_else(|| self.shapes.all(day), |hours| self.shapes.slots(day, hours))))
    }

    fn person(&self, person: &Participant) -> PersonDays {
        let Participant { also, available, if_need_be, unavailable, .. } = person;
        let rules = [also, available, if_need_be, unavailable].into_iter().flatten();
        let one = self.person_for(person, SessionGroup::Meeting);
        if rules.clone().all(|rule| rule.session.is_none()) {
            return [one.clone(), one.clone(), one];
        }
        [one, self.person_for(person, SessionGroup::Training), self.person_for(person, SessionGroup::Facilitation)]
    }

    fn person_for(&self, person: &Participant, group: SessionGroup) -> Arc<[Free]> {
        let union = |rules: &[TimeRule]| {
            let own: Vec<_> = rules.iter().filter(|rule| rule.is_for(group)).collect();
            (!own.is_empty()).then(|| {
                let mut slots = self.nothing();
                own.into_iter().for_each(|rule| self.mark(rule, &mut slots, |_| true));
                slots
            })
        };
        let [also, available] = [&person.also, &person.available].map(|rules| union(rules));
        let [if_need_be, unavailable] = [&person.if_need_be, &person.unavailable].map(|rules| union(rules));
        let at =
            |list: &Option<Vec<Slots>>, day: usize, without: Slots| list.as_ref().map_or(without, |list| list[day]);
        let free = |day| {
            let (can, need) = (at(&available, day, Slots::ALL), at(&if_need_be, day, Slots::NONE));
            let (cannot, also) = (at(&unavailable, day, Slots::NONE), at(&also, day, Slots::NONE));
            Free { well: can.without(need).without(cannot) | also, fits: (can | need).without(cannot) | also }
        };
        (0..self.dates.len()).map(free).collect()
    }
}
