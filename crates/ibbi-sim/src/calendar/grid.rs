//! Who is free when: for each half-day, the people of a group who can't come.

use super::{Blocker, Calendar, HORIZON, Slots};
use crate::scenario::{Hours, SessionGroup};
use ibbi_core::Date;
use serde::Serialize;

/// A half-day on which sessions can be held, and who can't come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HalfDay {
    /// The date.
    pub date: Date,
    /// `morning` (8:00 AM to noon), `afternoon` (noon to 4:00 PM), or `evening` (4:00 PM to 8:00 PM).
    pub half: &'static str,
    /// The people who can't come for some of these hours, and those who can come if need be.
    pub absent: Vec<Blocker>,
}

impl Calendar {
    /// Returns the half-days within a number of days from a day of the model on, with the people of a group who can't come.
    /// Half-days on which the district holds no sessions, or is closed, are left out.
    pub fn half_days(&self, group: SessionGroup, from: usize, days: usize) -> Vec<HalfDay> {
        let halves =
            (from..(from + days).min(HORIZON)).flat_map(|day| Hours::NAMED.map(|(half, hours)| (day, half, hours)));
        let found = halves.filter_map(|(day, half, hours)| {
            let open = self.hours[day].without(self.closed[day]) & self.shapes.slots(day, hours);
            (open != Slots::NONE).then(|| HalfDay {
                date: self.dates[day],
                half,
                absent: self.absent(group, day, open),
            })
        });
        found.collect()
    }

    fn absent(&self, group: SessionGroup, day: usize, open: Slots) -> Vec<Blocker> {
        let people = self.groups[group as usize].iter().map(|index| (*index, self.people[*index][group as usize][day]));
        let absent = people.filter(|(_, free)| free.well & open != open);
        absent.map(|(index, free)| self.labels.person(index, free.fits & open == open)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::calendar::Calendar;
    use crate::scenario::{Scenario, SessionGroup};

    #[test]
    fn half_days_list_who_is_away() {
        let calendar = Calendar::new(&Scenario::parse(crate::EXAMPLE).unwrap());
        let day = calendar.day("2026-10-14".parse().unwrap()).unwrap();
        let found = calendar.half_days(SessionGroup::Training, day, 2);
        let text: Vec<_> = found
            .iter()
            .map(|half| {
                let names: Vec<_> = half.absent.iter().map(ToString::to_string).collect();
                format!("{} {}: {}", half.date, half.half, names.join(", "))
            })
            .collect();
        assert_eq!(
            text,
            [
                "2026-10-14 morning: ",
                "2026-10-14 afternoon: J. Ortiz",
                "2026-10-15 morning: L. Haddad",
                "2026-10-15 afternoon: ",
            ]
        );
        // A holiday has no half-days.
        let holiday = calendar.day("2026-10-12".parse().unwrap()).unwrap();
        assert_eq!(calendar.half_days(SessionGroup::Training, holiday, 1), []);
    }
}
