//! Availability: the half-days of the horizon as bit sets, and the next open day from every day.

use crate::scenario::{DayPart, Scenario, Unavailable, Weekday};
use chrono::{Datelike as _, NaiveTime};
use ibbi_common::zone::Zone;
use ibbi_core::holidays::{Holiday, holidays_in};
use ibbi_core::{Date, MemberId, Name};
use serde::Serialize;

/// The number of days that the model looks ahead. A run that reaches day 730 ends unfinished.
pub const HORIZON: usize = 730;

/// A day of the model. Day 0 is the start; [`NEVER`] is past the horizon.
pub(crate) type Day = u16;
/// A day past the horizon.
#[allow(clippy::cast_possible_truncation, reason = "730 fits")]
pub(crate) const NEVER: Day = HORIZON as Day;

/// The time at which a working day starts.
pub(crate) const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("08:00 is a time");

const WORDS: usize = HORIZON.div_ceil(64);

/// A set of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Days([u64; WORDS]);

impl Days {
    const fn add(&mut self, day: usize) {
        self.0[day / 64] |= 1 << (day % 64);
    }

    const fn remove(&mut self, day: usize) {
        self.0[day / 64] &= !(1 << (day % 64));
    }

    const fn has(&self, day: usize) -> bool {
        self.0[day / 64] & (1 << (day % 64)) != 0
    }

    fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }
}

/// A set of mornings and a set of afternoons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Halves {
    mornings: Days,
    afternoons: Days,
}

impl Halves {
    const fn of(&self, half: Half) -> &Days {
        match half {
            Half::Morning => &self.mornings,
            Half::Afternoon => &self.afternoons,
        }
    }

    fn join(&mut self, other: &Self) {
        self.mornings.join(&other.mornings);
        self.afternoons.join(&other.afternoons);
    }
}

/// A half of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// 8:00 AM to noon.
    Morning,
    /// Noon to 4:00 PM.
    Afternoon,
}

impl Half {
    /// Both halves.
    pub const ALL: [Self; 2] = [Self::Morning, Self::Afternoon];
}

/// The slot of a session: a day, from 8:00 AM or noon, for some minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunSlot {
    pub(crate) day: Day,
    pub(crate) half: Half,
    pub(crate) minutes: u16,
    /// The index of a booked slot of the resumed case, which has its own hours.
    pub(crate) real: Option<u8>,
}

/// A reason why a session can't be held on a half-day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Blocker {
    /// The district does not work on this day of the week.
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
    /// A person who is not available.
    Person {
        /// The person's id.
        id: MemberId,
        /// The person's name.
        name: Name,
    },
}

impl std::fmt::Display for Blocker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DayOff { weekday } => write!(f, "no working day ({})", weekday.code()),
            Self::Holiday { name } => f.write_str(name),
            Self::Closure { name } | Self::Person { name, .. } => name.fmt(f),
        }
    }
}

/// A person or closed range that could be asked to make room, by its index in the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    Person(usize),
    Closure(usize),
}

/// The people whose time a session needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attendees {
    /// The leaders and the representative.
    Meeting,
    /// The required negotiators and the neutral.
    Session,
}

/// The availability of all people in a scenario, per half-day, over the horizon.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(crate) dates: Vec<Date>,
    names: Vec<Blocker>,
    closure_names: Vec<Blocker>,
    /// Days of the week without work, and holidays.
    off: Days,
    holidays: Vec<(usize, Holiday)>,
    closures: Vec<Halves>,
    people: Vec<Halves>,
    meeting: Vec<usize>,
    session: Vec<usize>,
}

impl Calendar {
    /// Computes each person's availability.
    pub fn new(scenario: &Scenario) -> Self {
        let first = scenario.start.to_chrono();
        let dates: Vec<Date> = first.iter_days().take(HORIZON).filter_map(|day| Date::try_from(day).ok()).collect();
        let mut off = Days::default();
        let mut holidays = Vec::new();
        let zone = Zone::find(&scenario.time_zone);
        // A zone that moves across the date line skips a day (Samoa, 2011). No one can meet on it.
        let skipped = |date: &Date| zone.is_some_and(|zone| zone.skips(*date, MORNING));
        for (day, date) in dates.iter().enumerate() {
            if skipped(date) || !scenario.calendar.working_days.contains(&Weekday::from_date(*date)) {
                off.add(day);
            }
        }
        let years = |date: &Date| date.to_chrono().year();
        let (first_year, last_year) = (dates.first().map_or(0, years), dates.last().map_or(0, years));
        for (date, holiday) in (first_year..=last_year).flat_map(|year| holidays_in(year, scenario.calendar.county)) {
            if let Ok(day) = dates.binary_search(&date) {
                off.add(day);
                holidays.push((day, holiday));
            }
        }
        let mark = |stretches: &[Unavailable]| {
            let mut halves = Halves::default();
            for stretch in stretches {
                for (day, _) in dates.iter().enumerate().filter(|(_, date)| stretch.covers(**date)) {
                    if stretch.half != DayPart::Afternoon {
                        halves.mornings.add(day);
                    }
                    if stretch.half != DayPart::Morning {
                        halves.afternoons.add(day);
                    }
                }
            }
            halves
        };
        let people = &scenario.people;
        let group = |binds: &dyn Fn(usize) -> bool| (0..people.len()).filter(|index| binds(*index)).collect();
        Self {
            names: people.iter().map(|one| Blocker::Person { id: one.id, name: one.name.clone() }).collect(),
            closure_names: scenario
                .calendar
                .closed
                .iter()
                .map(|closure| Blocker::Closure { name: closure.name.clone() })
                .collect(),
            closures: scenario.calendar.closed.iter().map(|closure| mark(&[closure.when])).collect(),
            people: people.iter().map(|person| mark(&person.unavailable)).collect(),
            meeting: group(&|index| scenario.binds_meeting(&people[index])),
            session: group(&|index| people[index].binds_sessions()),
            dates,
            off,
            holidays,
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

    pub(crate) fn group(&self, group: Attendees) -> &[usize] {
        match group {
            Attendees::Meeting => &self.meeting,
            Attendees::Session => &self.session,
        }
    }

    /// Returns every person and closed range that has any unavailable time.
    pub(crate) fn causes(&self) -> Vec<Cause> {
        let busy = |halves: &Halves| *halves != Halves::default();
        let bound = |index: &usize| self.meeting.contains(index) || self.session.contains(index);
        let people = (0..self.people.len()).filter(bound).filter(|index| busy(&self.people[*index]));
        let closures = (0..self.closures.len()).filter(|index| busy(&self.closures[*index]));
        people.map(Cause::Person).chain(closures.map(Cause::Closure)).collect()
    }

    pub(crate) fn name(&self, cause: Cause) -> Blocker {
        match cause {
            Cause::Person(index) => self.names[index].clone(),
            Cause::Closure(index) => self.closure_names[index].clone(),
        }
    }

    /// Returns whether a half-day is among the unavailable times of a person or a closed range.
    pub(crate) fn is_blocked_by(&self, cause: Cause, day: usize, half: Half) -> bool {
        match cause {
            Cause::Person(index) => self.people[index].of(half).has(day),
            Cause::Closure(index) => self.closures[index].of(half).has(day),
        }
    }

    /// Returns all blockers that keep a group from a half-day. The calendar's are first.
    pub(crate) fn blockers(&self, group: Attendees, day: usize, half: Half) -> Vec<Blocker> {
        let mut found = Vec::new();
        if let Some((_, holiday)) = self.holidays.iter().find(|(kept, _)| *kept == day) {
            found.push(Blocker::Holiday { name: holiday.label() });
        } else if self.off.has(day) {
            found.push(Blocker::DayOff { weekday: Weekday::from_date(self.dates[day]) });
        }
        let closed = self.closures.iter().zip(&self.closure_names).filter(|(halves, _)| halves.of(half).has(day));
        found.extend(closed.map(|(_, name)| name.clone()));
        let absent = self.group(group).iter().filter(|index| self.people[**index].of(half).has(day));
        found.extend(absent.map(|index| self.names[*index].clone()));
        found
    }

    /// Returns the tables in which a run looks up days.
    pub(crate) fn tables(&self) -> Tables {
        self.tables_freeing(&[], None)
    }

    /// Returns the tables as if these people and closed ranges made room, on one day or always.
    pub(crate) fn tables_freeing(&self, freed: &[Cause], on: Option<usize>) -> Tables {
        let busy = |cause: Cause, mut halves: Halves| {
            if freed.contains(&cause) {
                let Some(day) = on else { return Halves::default() };
                halves.mornings.remove(day);
                halves.afternoons.remove(day);
            }
            halves
        };
        let mut closed = Halves { mornings: self.off, afternoons: self.off };
        for (index, closure) in self.closures.iter().enumerate() {
            closed.join(&busy(Cause::Closure(index), *closure));
        }
        let taken = |group: &[usize]| {
            let mut halves = closed;
            group.iter().for_each(|index| halves.join(&busy(Cause::Person(*index), self.people[*index])));
            halves
        };
        let (meeting, session) = (taken(&self.meeting), taken(&self.session));
        let either = |halves: Halves| move |day: usize| !(halves.mornings.has(day) && halves.afternoons.has(day));
        let both = |halves: Halves| move |day: usize| !(halves.mornings.has(day) || halves.afternoons.has(day));
        Tables {
            working: NextDays::new(either(closed)),
            meeting: NextDays::new(either(meeting)),
            half: NextDays::new(either(session)),
            full: NextDays::new(both(session)),
            meeting_taken: meeting.mornings,
            session_taken: session.mornings,
        }
    }
}

/// For every day, the first open day that is not earlier.
#[derive(Debug, Clone)]
pub(crate) struct NextDays(Box<[Day; HORIZON + 1]>);

impl NextDays {
    fn new(fits: impl Fn(usize) -> bool) -> Self {
        let mut next = Box::new([NEVER; HORIZON + 1]);
        for (day, number) in (0..HORIZON).zip(0..NEVER).rev() {
            next[day] = if fits(day) { number } else { next[day + 1] };
        }
        Self(next)
    }

    /// Returns the first open day from this day on, or [`NEVER`].
    pub(crate) fn from(&self, day: Day) -> Day {
        self.0[usize::from(day.min(NEVER))]
    }
}

/// The next open days, computed once for a calendar.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    /// The district works at least half the day.
    pub(crate) working: NextDays,
    /// A half-day is open for the introductory meeting.
    pub(crate) meeting: NextDays,
    /// A half-day is open for a session.
    pub(crate) half: NextDays,
    /// Both halves are open for a session.
    pub(crate) full: NextDays,
    meeting_taken: Days,
    session_taken: Days,
}

impl Tables {
    /// Returns the half of an open day in which the group meets: the morning, if it is open.
    pub(crate) const fn half_of(&self, group: Attendees, day: Day) -> Half {
        let taken = match group {
            Attendees::Meeting => &self.meeting_taken,
            Attendees::Session => &self.session_taken,
        };
        if taken.has(day as usize) { Half::Afternoon } else { Half::Morning }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::new(&Scenario::parse(crate::EXAMPLE).unwrap())
    }

    fn day(calendar: &Calendar, date: &str) -> usize {
        calendar.day(date.parse().unwrap()).unwrap()
    }

    #[test]
    fn horizon_is_730_days() {
        let calendar = calendar();
        assert_eq!(calendar.dates.len(), HORIZON);
        assert_eq!(calendar.date(0).unwrap().to_string(), "2026-09-08");
        assert_eq!(calendar.date(729).unwrap().to_string(), "2028-09-06");
        assert_eq!(calendar.date(730), None);
    }

    #[test]
    fn blockers_are_named() {
        let calendar = calendar();
        let blockers = |group, date: &str, half| {
            let found = calendar.blockers(group, day(&calendar, date), half);
            found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        for (group, date, half, expected) in [
            (Attendees::Session, "2026-10-12", Half::Morning, "Columbus Day"),
            (Attendees::Session, "2026-10-17", Half::Morning, "no working day (saturday)"),
            (Attendees::Session, "2026-11-27", Half::Afternoon, "Day after Thanksgiving; E. Fournier"),
            (Attendees::Session, "2026-11-27", Half::Morning, "Day after Thanksgiving"),
            (Attendees::Session, "2026-10-14", Half::Morning, ""),
            (Attendees::Session, "2026-10-14", Half::Afternoon, "J. Ortiz"),
            // No session waits for A. Soares, who is not required.
            (Attendees::Session, "2026-10-19", Half::Morning, ""),
            (Attendees::Meeting, "2026-10-19", Half::Morning, "R. Amari; T. Okafor"),
            (Attendees::Meeting, "2026-10-15", Half::Morning, "P. Lindqvist"),
        ] {
            assert_eq!(blockers(group, date, half), expected, "{group:?} {date} {half:?}");
        }
    }

    #[test]
    fn tables_agree_with_blockers() {
        let calendar = calendar();
        let tables = calendar.tables();
        let free = |group, day, half| calendar.blockers(group, day, half).is_empty();
        for (index, number) in (0..HORIZON).zip(0..) {
            for (group, halves) in [(Attendees::Meeting, &tables.meeting), (Attendees::Session, &tables.half)] {
                let any = Half::ALL.iter().any(|half| free(group, index, *half));
                assert_eq!(halves.from(number) == number, any, "{group:?} {index}");
                if any {
                    assert!(free(group, index, tables.half_of(group, number)), "{group:?} {index}");
                }
            }
            let both = Half::ALL.iter().all(|half| free(Attendees::Session, index, *half));
            assert_eq!(tables.full.from(number) == number, both, "{index}");
        }
        assert_eq!(tables.full.from(NEVER), NEVER);
        assert_eq!(tables.full.from(Day::MAX), NEVER);
    }
}
