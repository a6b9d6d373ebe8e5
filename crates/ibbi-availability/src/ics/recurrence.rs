//! Recurrences: the times of a rule within a range (RFC 5545, section 3.3.10).
//!
//! The iterators of the crate `rrule` can't be stopped while they look for the next time, and they keep all times of a period in
//! memory. A rule without any time takes them minutes. This search starts near the range, and takes its steps from a budget.

use super::budget::{Budget, Exhausted};
use super::rule::Rule;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use rrule::Frequency;

/// Calls `visit` with the times of a rule from one time to another, in order, until it returns false.
///
/// All times are those of one clock on the wall, without a zone. `start` is the first time of the event. It isn't visited unless
/// the rule has it.
pub(super) fn visit_times(
    rule: &Rule,
    start: NaiveDateTime,
    range: (NaiveDateTime, NaiveDateTime),
    budget: &mut Budget,
    visit: &mut dyn FnMut(NaiveDateTime) -> bool,
) -> Result<(), Exhausted> {
    let search = Search { rule, start, range, left: rule.count, budget, visit };
    match rule.frequency {
        Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily => search.by_days(),
        Frequency::Hourly => search.by_clock(3_600),
        Frequency::Minutely => search.by_clock(60),
        Frequency::Secondly => search.by_clock(1),
    }
}

/// Whether a search goes on.
type GoesOn = bool;

struct Search<'a> {
    rule: &'a Rule,
    start: NaiveDateTime,
    range: (NaiveDateTime, NaiveDateTime),
    /// How many times of COUNT are left.
    left: Option<u32>,
    budget: &'a mut Budget,
    visit: &'a mut dyn FnMut(NaiveDateTime) -> bool,
}

impl Search<'_> {
    /// Visits the times of a rule whose periods are days or longer.
    fn by_days(mut self) -> Result<(), Exhausted> {
        let or = |values: &[u32], default: u32| if values.is_empty() { vec![default] } else { values.to_vec() };
        let times = times(
            &or(&self.rule.hours, self.start.hour()),
            &or(&self.rule.minutes, self.start.minute()),
            &or(&self.rule.seconds, self.start.second()),
        );
        self.budget.take(times.len())?;
        let day_filter = DayFilter::new(self.rule, self.start.date());
        let mut days = Vec::new();
        let mut period = if self.left.is_some() { 0 } else { self.first_period() };
        loop {
            let Some((from, to)) = self.period(period) else { return Ok(()) };
            if from > self.range.1.date() {
                return Ok(());
            }
            days.clear();
            for day in from.iter_days().take_while(|day| *day < to) {
                self.budget.take(1)?;
                if day_filter.has(day) {
                    days.push(day);
                }
            }
            if !self.emit(&days, &times)? {
                return Ok(());
            }
            period += 1;
        }
    }

    /// Returns the number of a period that is at or before the range.
    fn first_period(&self) -> i64 {
        let (start, from) = (self.start.date(), self.range.0.date());
        let units = match self.rule.frequency {
            Frequency::Yearly => i64::from(from.year() - start.year()),
            Frequency::Monthly => months(from) - months(start),
            Frequency::Weekly => (from - start).num_days().div_euclid(7),
            _ => (from - start).num_days(),
        };
        (units.div_euclid(self.rule.interval) - 1).max(0)
    }

    /// Returns the first day of a period, and the day after its last.
    fn period(&self, number: i64) -> Option<(NaiveDate, NaiveDate)> {
        let steps = number.checked_mul(self.rule.interval)?;
        let start = self.start.date();
        let month = |month: i64| {
            let year = i32::try_from(month.div_euclid(12)).ok()?;
            NaiveDate::from_ymd_opt(year, u32::try_from(month.rem_euclid(12)).ok()? + 1, 1)
        };
        let after = |day: NaiveDate, days: i64| day.checked_add_days(Days::new(u64::try_from(days).ok()?));
        match self.rule.frequency {
            Frequency::Yearly => {
                let year = i64::from(start.year()) + steps;
                Some((month(year * 12)?, month((year + 1) * 12)?))
            }
            Frequency::Monthly => Some((month(months(start) + steps)?, month(months(start) + steps + 1)?)),
            Frequency::Weekly => {
                let back = (start.weekday().num_days_from_monday() + 7 - self.rule.week_start) % 7;
                let first = after(start.checked_sub_days(Days::new(back.into()))?, steps.checked_mul(7)?)?;
                Some((first, after(first, 7)?))
            }
            _ => {
                let first = after(start, steps)?;
                Some((first, after(first, 1)?))
            }
        }
    }

    /// Visits the times of a rule whose periods are hours, minutes, or seconds; `unit` is their length in seconds.
    fn by_clock(mut self, unit: i64) -> Result<(), Exhausted> {
        let day_filter = DayFilter::new(self.rule, self.start.date());
        let (minutes, seconds) = (&self.rule.minutes, &self.rule.seconds);
        let own = |values: &[u32], default: u32| if values.is_empty() { vec![default] } else { values.to_vec() };
        let first = seconds_of(self.start).div_euclid(unit);
        let interval = self.rule.interval;
        // The number of the first period at or after a time in seconds.
        let at_or_after = |seconds: i64| {
            let periods = -(-seconds).div_euclid(unit) - first;
            -(-periods).div_euclid(interval)
        };
        let mut number = if self.left.is_some() { 0 } else { at_or_after(seconds_of(self.range.0) - unit).max(0) };
        let mut checked: Option<(NaiveDate, bool)> = None;
        loop {
            self.budget.take(1)?;
            let begins = (first + number * interval) * unit;
            let Some(time) = chrono::DateTime::from_timestamp(begins, 0).map(|time| time.naive_utc()) else {
                return Ok(());
            };
            if time > self.range.1 {
                return Ok(());
            }
            let day = time.date();
            let has_day = match checked {
                Some((known, has)) if known == day => has,
                _ => day_filter.has(day),
            };
            checked = Some((day, has_day));
            let has = |values: &[u32], value: u32| values.is_empty() || values.contains(&value);
            let next = if !has_day {
                Some(begins.div_euclid(86_400) * 86_400 + 86_400)
            } else if !has(&self.rule.hours, time.hour()) {
                Some(begins.div_euclid(3_600) * 3_600 + 3_600)
            } else if unit < 3_600 && !has(minutes, time.minute()) {
                Some(begins.div_euclid(60) * 60 + 60)
            } else if unit == 1 && !has(seconds, time.second()) {
                Some(begins + 1)
            } else {
                None
            };
            if let Some(next) = next {
                number = at_or_after(next).max(number + 1);
                continue;
            }
            let minutes = if unit == 3_600 { own(minutes, self.start.minute()) } else { vec![time.minute()] };
            let seconds = if unit > 1 { own(seconds, self.start.second()) } else { vec![time.second()] };
            if !self.emit(&[day], &times(&[time.hour()], &minutes, &seconds))? {
                return Ok(());
            }
            number += 1;
        }
    }

    /// Visits the times of one period: those of BYSETPOS, or all.
    fn emit(&mut self, days: &[NaiveDate], times: &[NaiveTime]) -> Result<GoesOn, Exhausted> {
        let all = days.len() * times.len();
        if self.rule.positions.is_empty() {
            for day in days {
                for time in times {
                    if !self.emit_one(day.and_time(*time))? {
                        return Ok(false);
                    }
                }
            }
            return Ok(true);
        }
        let index = |position: &i32| {
            let distance = usize::try_from(position.unsigned_abs()).ok()?;
            if *position > 0 { Some(distance - 1) } else { all.checked_sub(distance) }
        };
        let mut chosen: Vec<usize> = self.rule.positions.iter().filter_map(index).filter(|at| *at < all).collect();
        chosen.sort_unstable();
        chosen.dedup();
        for at in chosen {
            if !self.emit_one(days[at / times.len()].and_time(times[at % times.len()]))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn emit_one(&mut self, time: NaiveDateTime) -> Result<GoesOn, Exhausted> {
        self.budget.take(1)?;
        if time < self.start {
            return Ok(true);
        }
        if let Some(left) = &mut self.left {
            let Some(fewer) = left.checked_sub(1) else { return Ok(false) };
            *left = fewer;
        }
        if time > self.range.1 {
            return Ok(false);
        }
        Ok(time < self.range.0 || (self.visit)(time))
    }
}

/// Tells whether a rule has a day, whatever the time is.
struct DayFilter<'a> {
    rule: &'a Rule,
    months: u16,
    month_days: Vec<i8>,
    week_days: Vec<(i16, u32)>,
    /// Whether numbers of BYDAY count within the year.
    counts_in_year: bool,
}

impl<'a> DayFilter<'a> {
    /// Returns the filter of a rule. Parts that are missing are those of the start.
    fn new(rule: &'a Rule, start: NaiveDate) -> Self {
        let has_days = !(rule.month_days.is_empty() && rule.year_days.is_empty() && rule.week_days.is_empty());
        let (mut months, mut month_days, mut week_days) =
            (rule.months, rule.month_days.clone(), rule.week_days.clone());
        let week_day = (0, start.weekday().num_days_from_monday());
        match rule.frequency {
            Frequency::Yearly if !rule.weeks.is_empty() && !has_days => week_days.push(week_day),
            Frequency::Yearly if !has_days => {
                month_days.push(i8::try_from(start.day()).unwrap_or(0));
                if months == 0 {
                    months = 1 << start.month();
                }
            }
            Frequency::Monthly if !has_days => month_days.push(i8::try_from(start.day()).unwrap_or(0)),
            Frequency::Weekly if !has_days => week_days.push(week_day),
            _ => {}
        }
        let counts_in_year = rule.frequency == Frequency::Yearly && rule.months == 0;
        Self { rule, months, month_days, week_days, counts_in_year }
    }

    fn has(&self, day: NaiveDate) -> bool {
        let is_leap = day.leap_year();
        let in_month = (i64::from(day.day()), i64::from(days_in_month(day)));
        let in_year = (i64::from(day.ordinal()), if is_leap { 366 } else { 365 });
        (self.months == 0 || self.months >> day.month() & 1 == 1)
            && (self.month_days.is_empty() || self.month_days.iter().any(|number| is_at((*number).into(), in_month)))
            && (self.rule.year_days.is_empty()
                || self.rule.year_days.iter().any(|number| is_at((*number).into(), in_year)))
            && (self.rule.weeks.is_empty() || self.has_week(day))
            && (self.week_days.is_empty()
                || self.has_week_day(day, if self.counts_in_year { in_year } else { in_month }))
    }

    fn has_week_day(&self, day: NaiveDate, (at, length): (i64, i64)) -> bool {
        let week_day = day.weekday().num_days_from_monday();
        self.week_days.iter().any(|(number, wanted)| {
            *wanted == week_day
                && match i64::from(*number) {
                    0 => true,
                    number if number > 0 => (at - 1) / 7 + 1 == number,
                    number => (length - at) / 7 + 1 == -number,
                }
        })
    }

    /// Whether BYWEEKNO has the week of a day. The first week of a year is the first that has at least four days of it.
    fn has_week(&self, day: NaiveDate) -> bool {
        let from_start = (day.weekday().num_days_from_monday() + 7 - self.rule.week_start) % 7;
        // The fourth day of the week is in the year that has the week.
        let fourth = if from_start <= 3 {
            day.checked_add_days(Days::new((3 - from_start).into()))
        } else {
            day.checked_sub_days(Days::new((from_start - 3).into()))
        };
        let Some(fourth) = fourth else { return false };
        let number = i64::from(fourth.ordinal0() / 7) + 1;
        let left_in_year = (if fourth.leap_year() { 365 } else { 364 }) - i64::from(fourth.ordinal0());
        let weeks = number + left_in_year / 7;
        self.rule.weeks.iter().any(|wanted| is_at((*wanted).into(), (number, weeks)))
    }
}

/// Whether a number counts to a place from the start, or from the end if it's negative.
const fn is_at(number: i64, (at, length): (i64, i64)) -> bool {
    number == at || number == at - length - 1
}

fn days_in_month(day: NaiveDate) -> u32 {
    match day.month() {
        2 => 28 + u32::from(day.leap_year()),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn months(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

fn seconds_of(time: NaiveDateTime) -> i64 {
    time.and_utc().timestamp()
}

/// Returns the times of a day, in order.
fn times(hours: &[u32], minutes: &[u32], seconds: &[u32]) -> Vec<NaiveTime> {
    let of_minute = |hour: u32, minute: u32| {
        seconds.iter().filter_map(move |second| NaiveTime::from_hms_opt(hour, minute, *second))
    };
    hours.iter().flat_map(|hour| minutes.iter().flat_map(move |minute| of_minute(*hour, *minute))).collect()
}

#[cfg(test)]
#[path = "recurrence_tests.rs"]
mod tests;
