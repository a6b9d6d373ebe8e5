//! How a poll's weeks, days, and hours read.

use chrono::{Datelike, NaiveDate};
use ibbi_core::Date;
use ibbi_poll::PollGrid;
use ibbi_sim::Hours;

/// Returns the days of each week, as indexes. Weeks begin on Monday.
pub(super) fn weeks(grid: &PollGrid) -> Vec<Vec<usize>> {
    let monday = |day: &Date| day.to_chrono().week(chrono::Weekday::Mon).checked_first_day();
    let mut weeks: Vec<(Option<NaiveDate>, Vec<usize>)> = Vec::new();
    for (index, day) in grid.days.iter().enumerate() {
        match weeks.last_mut() {
            Some((of, days)) if *of == monday(day) => days.push(index),
            _ => weeks.push((monday(day), vec![index])),
        }
    }
    weeks.into_iter().map(|(_, days)| days).collect()
}

/// Returns a day: `Mon, Nov 2`.
pub(super) fn day(day: Date) -> String {
    day.to_chrono().format("%a, %b %-d").to_string()
}

/// Returns a day with its year if it is in another year than the first: `Mon, Jan 4, 2027`.
pub(super) fn day_after(first: Date, day: Date) -> String {
    if first.to_chrono().year() == day.to_chrono().year() { self::day(day) } else { day.readable() }
}

/// Returns hours: `8:00 AM to noon`.
pub(super) fn hours(hours: Hours) -> String {
    format!("{} to {}", clock(hours.from()), clock(hours.to()))
}

fn clock(minutes: u16) -> String {
    match minutes {
        0 | 1440 => "midnight".to_owned(),
        720 => "noon".to_owned(),
        minutes => crate::format::clock(minutes),
    }
}
