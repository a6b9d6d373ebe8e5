//! Working days: the days without Saturdays, Sundays, and the legal holidays of Massachusetts.

use chrono::{Datelike as _, Days, NaiveDate};
use ibbi_core::holidays::{holidays_in, is_weekend};
use ibbi_core::{County, Date};

/// The working days of a range of years, counted once. A question then takes a few steps.
///
/// ```
/// use ibbi_common::working_days::WorkingDays;
/// let days = WorkingDays::new(2026, 2027, None);
/// // From Friday, July 3, 2026: Monday is the first working day. July 4 is a Saturday, and is not moved.
/// assert_eq!(days.between("2026-07-03".parse().unwrap(), "2026-07-06".parse().unwrap()), 1);
/// assert_eq!(days.after("2026-12-24".parse().unwrap(), 1), "2026-12-28".parse().ok());
/// ```
#[derive(Debug, Clone)]
pub struct WorkingDays {
    first: NaiveDate,
    /// For each day, the number of working days from the first day to it.
    counts: Vec<u32>,
}

impl WorkingDays {
    /// Counts the working days from January 1 of a year to December 31 of another, in a county.
    ///
    /// Without a county, the two holidays of Suffolk County are working days. Years from 1970 to 9999 have days.
    pub fn new(from: i32, to: i32, county: Option<County>) -> Self {
        let (from, to) = (from.clamp(1970, 9999), to.clamp(1970, 9999));
        let first = NaiveDate::from_ymd_opt(from, 1, 1).unwrap_or_default();
        let (mut counts, mut count) = (Vec::new(), 0);
        for year in from..=to {
            let holidays: Vec<_> = holidays_in(year, county).map(|(day, _)| day.to_chrono()).collect();
            let Some(start) = NaiveDate::from_ymd_opt(year, 1, 1) else { continue };
            for day in start.iter_days().take_while(|day| day.year() == year) {
                let closed = Date::try_from(day).is_ok_and(is_weekend) || holidays.contains(&day);
                count += u32::from(!closed);
                counts.push(count);
            }
        }
        Self { first, counts }
    }

    /// Returns the number of working days after a day, up to and including another; 0 if that is not later.
    ///
    /// Days outside the years have the count of the first or the last day.
    pub fn between(&self, after: Date, until: Date) -> u32 {
        self.count(until).saturating_sub(self.count(after))
    }

    /// Returns whether a day is a working day. Days outside the years are not.
    pub fn has(&self, day: Date) -> bool {
        let before = day.to_chrono().pred_opt().and_then(|day| Date::try_from(day).ok());
        self.count(day) > before.map_or(0, |before| self.count(before))
    }

    /// Returns the working day that is this many working days after a day, or `None` if it is outside the years.
    pub fn after(&self, day: Date, days: u32) -> Option<Date> {
        let wanted = self.count(day) + days;
        let index = self.counts.partition_point(|count| *count < wanted);
        (index < self.counts.len())
            .then(|| self.first.checked_add_days(Days::new(index as u64)))?
            .and_then(|day| Date::try_from(day).ok())
    }

    fn count(&self, day: Date) -> u32 {
        let index = (day.to_chrono() - self.first).num_days();
        match usize::try_from(index) {
            Ok(index) => self.counts.get(index).or(self.counts.last()).copied().unwrap_or(0),
            Err(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::holidays::holiday_on;

    #[test]
    fn counts_are_those_of_each_day() {
        for county in [None, Some(County::Suffolk)] {
            let days = WorkingDays::new(2025, 2027, county);
            let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
            let start: Date = first.try_into().unwrap();
            let mut count = 0;
            for day in first.iter_days().skip(1).take(900) {
                let day: Date = day.try_into().unwrap();
                let works = !is_weekend(day) && holiday_on(day, county).is_none();
                assert_eq!(days.has(day), works, "{day}");
                if works {
                    count += 1;
                    assert_eq!(days.after(start, count), Some(day));
                }
                assert_eq!(days.between(start, day), count, "{day}");
                assert_eq!(days.between(day, start), 0, "{day}");
            }
            assert_eq!(days.after(start, 10_000), None);
        }
    }
}
