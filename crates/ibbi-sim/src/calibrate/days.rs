//! The days on which an office works, and on which a meeting or a session fits.

use crate::assumptions::Model;
use crate::calendar::{Calendar, HORIZON};
use crate::scenario::{Scenario, SessionGroup};
use chrono::{Datelike as _, NaiveDate};
use ibbi_core::{Date, Slot};

/// What a day is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayUse {
    /// Office work: an answer, a letter, an acceptance, or a decision.
    Office,
    /// The introductory meeting.
    Meeting,
    /// A session of at most half a day.
    HalfDay,
    /// A longer session.
    FullDay,
}

impl DayUse {
    const COUNT: usize = 4;

    /// Returns the use of a day for a session with this slot.
    pub(crate) fn session(slot: Slot) -> Self {
        if slot.minutes() > 240 { Self::FullDay } else { Self::HalfDay }
    }
}

/// Returns the number of a day.
pub(crate) fn number(date: Date) -> i32 {
    date.to_chrono().num_days_from_ce()
}

/// The open days of a scenario's calendar, from one date to another.
///
/// A wait that ended on a Monday can have ended on the weekend. To find out, the evidence needs the open day before.
#[derive(Debug, Clone)]
pub struct OpenDays {
    first: i32,
    /// The model whose durations the evidence is about.
    pub(crate) model: Model,
    /// For each day and each use, the last open day that is not later.
    last: Vec<[i32; DayUse::COUNT]>,
}

impl OpenDays {
    /// Computes the open days from the first date to the last. The scenario gives the calendar and the people.
    pub fn new(scenario: &Scenario, from: Date, to: Date) -> Self {
        let (first, end) = (number(from), number(to));
        let mut last: Vec<[i32; DayUse::COUNT]> = Vec::new();
        let mut open = [first - 1; DayUse::COUNT];
        let mut start = from;
        // A calendar has as many days as the horizon of the model.
        loop {
            let calendar = Calendar::new(&Scenario { start, ..scenario.clone() });
            for (day, number) in (0..HORIZON).zip(number(start)..) {
                let fits = |group, minutes| calendar.fits(group, day, minutes);
                let uses = [
                    calendar.works(day),
                    fits(SessionGroup::Meeting, scenario.sessions.meeting),
                    fits(SessionGroup::Facilitation, 240),
                    fits(SessionGroup::Facilitation, 480),
                ];
                for (open, _) in open.iter_mut().zip(uses).filter(|(_, fits)| *fits) {
                    *open = number;
                }
                last.push(open);
            }
            let next = NaiveDate::from_num_days_from_ce_opt(number(start) + HORIZON as i32);
            match next.and_then(|next| Date::try_from(next).ok()) {
                Some(next) if number(next) <= end => start = next,
                _ => return Self { first, model: scenario.model, last },
            }
        }
    }

    /// Returns the last open day before a day.
    pub(crate) fn before(&self, day: i32, for_use: DayUse) -> i32 {
        let index = usize::try_from(day - 1 - self.first).ok();
        index.and_then(|index| self.last.get(index)).map_or(day - 1, |open| open[for_use as usize])
    }

    /// Returns whether a day is open. Days outside the calendar are.
    pub(crate) fn is_open(&self, day: i32, for_use: DayUse) -> bool {
        self.before(day + 1, for_use) == day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_days_are_those_of_the_calendar() {
        let scenario = Scenario::parse(crate::EXAMPLE).unwrap();
        let date = |text: &str| text.parse::<Date>().unwrap();
        let days = OpenDays::new(&scenario, date("2026-09-08"), date("2030-01-01"));
        let before = |day: &str, for_use| {
            let found = NaiveDate::from_num_days_from_ce_opt(days.before(number(date(day)), for_use)).unwrap();
            found.to_string()
        };
        // Columbus Day is the Monday after a weekend.
        assert_eq!(before("2026-10-13", DayUse::Office), "2026-10-09");
        assert!(!days.is_open(number(date("2026-10-12")), DayUse::Office));
        // J. Ortiz is not available on this afternoon.
        assert!(days.is_open(number(date("2026-10-14")), DayUse::HalfDay));
        assert!(!days.is_open(number(date("2026-10-14")), DayUse::FullDay));
        // The second calendar, beyond the first horizon, has holidays too.
        assert!(!days.is_open(number(date("2029-07-04")), DayUse::Office));
        assert!(days.is_open(number(date("2029-07-05")), DayUse::Office));
        // Outside, all days count as open.
        assert_eq!(before("2026-09-01", DayUse::Office), "2026-08-31");
    }
}
