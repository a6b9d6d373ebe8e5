//! The hours of each week.

use super::slots::{self, MarkedSlots, SlotMap};
use chrono::{Datelike as _, Days};
use ibbi_common::format;
use ibbi_core::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// The times of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WeekRow {
    /// The Monday of the week.
    pub monday: Date,
    /// When the person can't come.
    pub cannot: WeekHours,
    /// When the person can come if need be.
    pub if_need_be: WeekHours,
    /// When the person can come.
    pub can: WeekHours,
}

/// How much of a week it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WeekHours {
    /// The whole days, from 0 to 7.
    pub days: u32,
    /// The minutes on the other days.
    pub minutes: u32,
}

impl WeekHours {
    /// Returns the times in words: `5 whole days and 2 hours`; nothing if there are none.
    ///
    /// ```
    /// use ibbi_app::availability::WeekHours;
    /// assert_eq!(WeekHours { days: 1, minutes: 150 }.text().as_deref(), Some("1 whole day and 2.5 hours"));
    /// assert_eq!(WeekHours { days: 0, minutes: 60 }.text().as_deref(), Some("1 hour"));
    /// assert_eq!(WeekHours::default().text(), None);
    /// ```
    pub fn text(self) -> Option<String> {
        let days = (self.days > 0).then(|| format::count(self.days.into(), "whole day", "whole days"));
        let hours = (self.minutes > 0).then(|| match self.minutes {
            60 => "1 hour".to_owned(),
            minutes @ ..60 => format!("{minutes} minutes"),
            minutes => format!("{} hours", f64::from(minutes) / 60.0),
        });
        let parts: Vec<String> = days.into_iter().chain(hours).collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }

    fn add(&mut self, bits: u128) {
        match bits {
            slots::WHOLE_DAY => self.days += 1,
            _ => self.minutes += bits.count_ones() * 15,
        }
    }
}

impl WeekRow {
    /// Returns the times in words: `can't come 35 hours; can come 4 hours`.
    pub fn text(&self) -> String {
        let Self { cannot, if_need_be, can, .. } = self;
        let parts = [("can't come", cannot), ("if need be", if_need_be), ("can come", can)];
        let parts = parts.into_iter().filter_map(|(verb, hours)| Some(format!("{verb} {}", hours.text()?)));
        parts.collect::<Vec<_>>().join("; ")
    }

    /// Returns whether a later week has the same times.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.cannot, self.if_need_be, self.can) == (other.cannot, other.if_need_be, other.can)
    }
}

/// Weeks in a row that have the same times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekRun {
    /// The first week, with the times of each.
    pub first: WeekRow,
    /// The Monday of the last week.
    pub last: Date,
    /// How many weeks there are.
    pub count: usize,
}

impl WeekRun {
    /// Returns the weeks in words: `weeks of Sep 14, 2026 to Sep 28, 2026 (3 weeks, each)`.
    pub fn label(&self) -> String {
        let (first, last) = (format::date(self.first.monday), format::date(self.last));
        match self.count {
            1 => format!("week of {first}"),
            count => format!("weeks of {first} to {last} ({count} weeks, each)"),
        }
    }
}

/// Returns weeks with those that follow one another with the same times as one run.
///
/// ```
/// use ibbi_app::availability::{WeekHours, WeekRow, week_runs};
/// let none = WeekHours::default();
/// let row = |monday: &str, minutes| WeekRow {
///     monday: monday.parse().unwrap(), cannot: WeekHours { days: 0, minutes }, if_need_be: none, can: none,
/// };
/// let runs = week_runs(&[row("2026-09-07", 60), row("2026-09-14", 60), row("2026-09-28", 60)]);
/// assert_eq!(runs[0].label(), "weeks of Sep 7, 2026 to Sep 14, 2026 (2 weeks, each)");
/// assert_eq!(runs.len(), 2);
/// ```
pub fn week_runs(rows: &[WeekRow]) -> Vec<WeekRun> {
    let mut runs: Vec<WeekRun> = Vec::new();
    for row in rows {
        match runs.last_mut() {
            Some(run) if run.first.is_like(row) && (row.monday.to_chrono() - run.last.to_chrono()).num_days() == 7 => {
                (run.last, run.count) = (row.monday, run.count + 1);
            }
            _ => runs.push(WeekRun { first: *row, last: row.monday, count: 1 }),
        }
    }
    runs
}

/// Returns the weeks that have any times.
pub(super) fn weeks(slots: &MarkedSlots) -> Vec<WeekRow> {
    let mut weeks: BTreeMap<Date, WeekRow> = BTreeMap::new();
    let mut add = |map: &SlotMap, of: fn(&mut WeekRow) -> &mut WeekHours| {
        for (day, bits) in map.iter() {
            let back = Days::new(u64::from(day.to_chrono().weekday().num_days_from_monday()));
            let monday = day.to_chrono().checked_sub_days(back).and_then(|day| Date::try_from(day).ok()).unwrap_or(day);
            let none = WeekHours::default();
            let row = weeks.entry(monday).or_insert(WeekRow { monday, cannot: none, if_need_be: none, can: none });
            of(row).add(bits);
        }
    };
    add(&slots.cannot, |row| &mut row.cannot);
    add(&slots.if_need_be, |row| &mut row.if_need_be);
    add(&slots.can, |row| &mut row.can);
    weeks.into_values().collect()
}
