//! Scales: from a value in its unit to a place from 0 to 1, and the values of the ticks.

use crate::format;
use chrono::Datelike;
use ibbi_core::Date;

/// The unit of a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days, counted as in [`Scale::of_date`].
    Date,
    /// Shares, from 0 to 1.
    Share,
    /// Differences of shares, from -1 to 1, shown in percentage points.
    Points,
    /// Counts.
    Count,
    /// Lengths of time in minutes, shown in hours or days.
    Time,
}

/// A range of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The unit.
    pub unit: Unit,
    /// The first value.
    pub from: f64,
    /// The last value, above the first.
    pub to: f64,
}

/// A tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Its place, in thousandths of the scale.
    pub place: u32,
    /// Its label.
    pub label: String,
    /// The label below: the year, at its first tick.
    pub below: Option<String>,
}

impl Scale {
    /// Returns whole months that include both days, and the day after the last.
    pub fn dates(first: Date, last: Date) -> Self {
        let (from, to) = (format::month_start(first), format::months_later(last.max(first), 1));
        Self { unit: Unit::Date, from: Self::of_date(from), to: Self::of_date(to).max(Self::of_date(from) + 1.0) }
    }

    /// Returns a scale from zero to a round share of at least `most`.
    pub fn shares(most: f64) -> Self {
        let to = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|round| most <= *round).unwrap_or(1.0);
        Self { unit: Unit::Share, from: 0.0, to }
    }

    /// Returns a scale of differences, to a round one of at least `most` on each side of zero.
    pub fn points(most: f64) -> Self {
        let to = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].into_iter().find(|round| most.abs() <= *round).unwrap_or(1.0);
        Self { unit: Unit::Points, from: -to, to }
    }

    /// Returns a scale from zero to a round number of at least `most`.
    pub fn counts(most: f64) -> Self {
        Self { unit: Unit::Count, from: 0.0, to: round_up(most) }
    }

    /// Returns a scale from zero to at least `most` minutes, round in hours or days.
    pub fn times(most: f64) -> Self {
        let unit = if most <= DAYS_FROM { HOUR } else { DAY };
        Self { unit: Unit::Time, from: 0.0, to: round_up(most / unit) * unit }
    }

    /// Returns a value as text, with the precision of a table.
    pub fn exactly(&self, value: f64) -> String {
        match self.unit {
            Unit::Share | Unit::Points | Unit::Date => format::exact_percent(value),
            Unit::Count | Unit::Time => self.briefly(value),
        }
    }

    /// Returns a value as short text.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts and minutes are not negative")]
    pub fn briefly(&self, value: f64) -> String {
        match self.unit {
            Unit::Share | Unit::Points | Unit::Date => format::percent(value),
            Unit::Count => format::number(value as u64),
            Unit::Time => format::lasting(value as u64),
        }
    }

    /// Returns the number of a date: days since January 1 of the year 1.
    pub fn of_date(date: Date) -> f64 {
        f64::from(date.to_chrono().num_days_from_ce())
    }

    /// Returns the place of a value: 0 at the first, 1 at the last. Values outside are moved to the nearer end.
    pub fn place(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Returns the place of a date.
    pub fn place_of(&self, date: Date) -> f64 {
        self.place(Self::of_date(date))
    }

    /// Returns whether a date is inside.
    pub fn holds(&self, date: Date) -> bool {
        (self.from..=self.to).contains(&Self::of_date(date))
    }

    /// Returns at most `most` ticks at round values. For dates, they are the first days of months.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        match self.unit {
            Unit::Date => self.months(most.max(1)),
            Unit::Share | Unit::Points => self.rounds(most.max(2)),
            Unit::Count => self.steps(most.max(2), 1.0, format::number),
            Unit::Time if self.to <= DAYS_FROM => self.steps(most.max(2), HOUR, |hours| format!("{hours} h")),
            Unit::Time => self.steps(most.max(2), DAY, |days| format!("{} d", format::number(days))),
        }
    }

    fn months(&self, most: usize) -> Vec<Tick> {
        let starts: Vec<Date> = self.month_starts();
        let fits = |step: &&u32| starts.iter().filter(|start| is_every(**start, **step)).count() <= most;
        let step = [1, 2, 3, 6, 12, 24, 60].iter().find(fits).copied().unwrap_or(1200);
        let mut year = None;
        let ticks = starts.into_iter().filter(|start| is_every(*start, step)).map(|start| {
            let this = start.to_chrono().year();
            let below = (year != Some(this)).then(|| this.to_string());
            year = Some(this);
            Tick {
                place: self.thousandths(Self::of_date(start)),
                label: start.to_chrono().format("%b").to_string(),
                below,
            }
        });
        ticks.collect()
    }

    fn month_starts(&self) -> Vec<Date> {
        let Some(first) = self.first_date() else { return Vec::new() };
        let mut starts = vec![first];
        while let Some(last) = starts.last() {
            let next = format::months_later(*last, 1);
            if Self::of_date(next) >= self.to || next <= *last {
                break;
            }
            starts.push(next);
        }
        starts
    }

    #[allow(clippy::cast_possible_truncation, reason = "a scale of dates begins at one")]
    fn first_date(&self) -> Option<Date> {
        let day = chrono::NaiveDate::from_num_days_from_ce_opt(self.from as i32)?;
        Date::try_from(day).ok()
    }

    /// Returns ticks at whole multiples of a unit.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
    fn steps(&self, most: usize, unit: f64, label: impl Fn(u64) -> String) -> Vec<Tick> {
        let width = self.to / unit;
        #[allow(clippy::cast_precision_loss, reason = "a handful of ticks")]
        let fits = |step: &f64| width / step <= most as f64 - 0.99;
        let steps = (0..19).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)));
        let step = steps.into_iter().find(fits).unwrap_or(width);
        (0..)
            .map(|index| f64::from(index) * step)
            .take_while(|value| *value <= width * 1.001)
            .map(|value| Tick { place: self.thousandths(value * unit), label: label(value as u64), below: None })
            .collect()
    }

    fn rounds(&self, most: usize) -> Vec<Tick> {
        let steps = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0];
        let width = self.to - self.from;
        #[allow(clippy::cast_precision_loss, reason = "a handful of ticks")]
        let fits = |step: &f64| *step <= width * 1.001 && width / step <= most as f64 - 0.99;
        let step = steps.into_iter().find(fits).unwrap_or(width);
        let label = |value: f64| {
            let percent = format::plain(value * 100.0);
            match self.unit {
                Unit::Points if value > 1e-9 => format!("+{percent}"),
                Unit::Points => {
                    if value.abs() < 1e-9 {
                        "0".to_owned()
                    } else {
                        percent
                    }
                }
                _ => percent + "%",
            }
        };
        // Counting steps instead of adding them keeps the values round.
        (0..)
            .map(|index| self.from + f64::from(index) * step)
            .take_while(|value| *value <= self.to + step / 1000.0)
            .map(|value| Tick { place: self.thousandths(value), label: label(value), below: None })
            .collect()
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    fn thousandths(&self, value: f64) -> u32 {
        (self.place(value) * 1000.0).round() as u32
    }
}

/// In minutes.
const HOUR: f64 = 60.0;
/// In minutes.
const DAY: f64 = 1440.0;
/// Up to this many minutes, a scale is in hours.
const DAYS_FROM: f64 = 2.0 * DAY;

/// Returns the next round number: a digit, then zeros.
fn round_up(number: f64) -> f64 {
    let power = (0..19).map(|power| 10_f64.powi(power)).find(|power| number <= 10.0 * power).unwrap_or(1e19);
    ((number / power).ceil() * power).max(1.0)
}

/// Returns whether a month is one of every `months`, counted from January.
fn is_every(start: Date, months: u32) -> bool {
    let day = start.to_chrono();
    (day.year().unsigned_abs() * 12 + day.month0()).is_multiple_of(months)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn date_ticks_are_months_with_each_year_once() {
        let shown = |from: &str, to: &str, most: usize| {
            let ticks = Scale::dates(date(from), date(to)).ticks(most);
            ticks
                .iter()
                .map(|tick| tick.label.clone() + tick.below.as_deref().unwrap_or(""))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(shown("2026-11-20", "2027-02-03", 12), "Nov2026 Dec Jan2027 Feb");
        assert_eq!(shown("2026-11-20", "2026-11-20", 12), "Nov2026");
        assert_eq!(shown("2026-09-01", "2028-08-31", 8), "Oct2026 Jan2027 Apr Jul Oct Jan2028 Apr Jul");
        assert_eq!(shown("2026-09-01", "2028-08-31", 1), "Jan2028");
        assert_eq!(shown("9999-11-01", "9999-12-31", 9), "Nov9999 Dec");
    }

    #[test]
    fn share_ticks_are_round_and_few_enough() {
        let shown = |scale: Scale, most: usize| {
            scale.ticks(most).iter().map(|tick| tick.label.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(Scale::shares(0.43), 6), "0% 20% 40% 60%");
        assert_eq!(shown(Scale::shares(0.043), 6), "0% 1% 2% 3% 4% 5%");
        assert_eq!(shown(Scale::shares(0.7), 6), "0% 20% 40% 60% 80%");
        assert_eq!(shown(Scale::points(0.03), 5), "-5 0 +5");
        for most in 2..20 {
            for scale in [Scale::shares(0.02), Scale::shares(0.3), Scale::points(0.7), Scale::points(0.0)] {
                let ticks = scale.ticks(most);
                assert!((2..=most).contains(&ticks.len()), "{most}: {ticks:?}");
            }
        }
    }

    #[test]
    fn counts_and_times_have_round_ticks() {
        let shown = |scale: Scale, most: usize| {
            scale.ticks(most).iter().map(|tick| tick.label.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(Scale::counts(7.0), 5), "0 2 4 6");
        assert_eq!(shown(Scale::counts(0.0), 5), "0 1");
        assert_eq!(shown(Scale::counts(12_345.0), 5), "0 5,000 10,000 15,000 20,000");
        assert_eq!(shown(Scale::times(7.0 * 60.0), 5), "0 h 2 h 4 h 6 h");
        assert_eq!(shown(Scale::times(30.0 * 1440.0), 5), "0 d 10 d 20 d 30 d");
        for most in [0.0, 1.0, 9.0, 11.0, 99.0, 101.0, 1e6, 1e15] {
            for scale in [Scale::counts(most), Scale::times(most)] {
                assert!(scale.to >= most && scale.ticks(6).len() <= 6, "{most}: {scale:?}");
            }
        }
    }

    #[test]
    fn values_outside_move_to_the_nearer_end() {
        let scale = Scale::dates(date("2026-11-20"), date("2026-11-21"));
        assert_eq!((scale.place_of(date("2026-01-01")), scale.place_of(date("2030-01-01"))), (0.0, 1.0));
        assert!(!scale.holds(date("2026-10-31")) && scale.holds(date("2026-12-01")));
    }
}
