//! Dates, times, and numbers as people in the United States read them.
//!
//! These texts go on pages, into reports, and to the terminal. Machine output (JSON, CSV, calendars, command lines)
//! keeps ISO 8601. The core formats whole dates and times itself (`readable`), since its refusals mention them.

use ibbi_core::{Date, LocalTime, Slot};

/// How a time of day is written, in chrono's notation.
pub(crate) const TIME: &str = "%-I:%M %p";
/// How a date and time are written, in chrono's notation.
pub(crate) const DATE_TIME: &str = "%a, %b %-d, %Y, %-I:%M %p";

/// Returns a date: `Sep 2, 2025`.
///
/// ```
/// let day = "2025-09-02".parse()?;
/// assert_eq!(ibbi_common::format::date(day), "Sep 2, 2025");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn date(day: Date) -> String {
    day.to_chrono().format("%b %-d, %Y").to_string()
}

/// Returns a date as people type it: `9/2/2025`.
///
/// ```
/// let day = "2025-09-02".parse()?;
/// assert_eq!(ibbi_common::format::us_date(day), "9/2/2025");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn us_date(day: Date) -> String {
    day.to_chrono().format("%-m/%-d/%Y").to_string()
}

/// Returns a date with its weekday: `Tue, Sep 2, 2025`.
///
/// ```
/// let day = "2025-09-02".parse()?;
/// assert_eq!(ibbi_common::format::weekday_date(day), "Tue, Sep 2, 2025");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn weekday_date(day: Date) -> String {
    day.readable()
}

/// Returns the time of day that a clock shows: `9:00 AM`.
///
/// ```
/// let time = "2025-09-02T09:00:00-04:00".parse()?;
/// assert_eq!(ibbi_common::format::time(time), "9:00 AM");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn time(time: LocalTime) -> String {
    time.to_chrono().format(TIME).to_string()
}

/// Returns a date and the time of day: `Tue, Sep 2, 2025, 9:00 AM`.
///
/// ```
/// let time = "2025-09-02T09:00:00-04:00".parse()?;
/// assert_eq!(ibbi_common::format::date_time(time), "Tue, Sep 2, 2025, 9:00 AM");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn date_time(time: LocalTime) -> String {
    time.readable()
}

/// Returns the times of a slot without its day: `8:00 AM to 4:00 PM`.
///
/// A slot that ends on another day, other than at midnight, has that day too.
pub fn time_range(slot: Slot) -> String {
    let ends = if slot.is_one_local_day() { time(slot.ends()) } else { date_time(slot.ends()) };
    format!("{} to {ends}", time(slot.starts()))
}

/// Returns a slot: `Tue, Sep 2, 2025, 8:00 AM to 4:00 PM`.
///
/// ```
/// use ibbi_core::Slot;
/// let slot = Slot::new("2025-09-02T08:00:00-04:00".parse()?, "2025-09-02T16:00:00-04:00".parse()?)?;
/// assert_eq!(ibbi_common::format::slot(slot), "Tue, Sep 2, 2025, 8:00 AM to 4:00 PM");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn slot(slot: Slot) -> String {
    format!("{}, {}", weekday_date(slot.local_day()), time_range(slot))
}

/// Returns a number with commas between the thousands: `10,000`.
///
/// ```
/// assert_eq!(ibbi_common::format::number(10_000), "10,000");
/// ```
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a share in whole percent: `43%`. A share near 0 or 1 is not rounded to it: `<1%`, `>99%`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.5 {
        "<1%".to_owned()
    } else if (99.5..100.0).contains(&percent) {
        ">99%".to_owned()
    } else {
        format!("{:.0}%", percent.round())
    }
}

/// Returns a number with its noun: `1 run`, `10,000 runs`.
///
/// ```
/// use ibbi_common::format::count;
/// assert_eq!(count(1, "entry", "entries"), "1 entry");
/// assert_eq!(count(10_000, "run", "runs"), "10,000 runs");
/// ```
pub fn count(count: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", number(count), if count == 1 { singular } else { plural })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot_of(starts: &str, ends: &str) -> Slot {
        Slot::new(starts.parse().unwrap(), ends.parse().unwrap()).unwrap()
    }

    #[test]
    fn times_of_day_have_twelve_hours() {
        for (text, expected) in [
            ("2025-09-02T00:00:00-04:00", "Tue, Sep 2, 2025, 12:00 AM"),
            ("2025-09-02T00:05:00-04:00", "Tue, Sep 2, 2025, 12:05 AM"),
            ("2025-09-02T11:59:00-04:00", "Tue, Sep 2, 2025, 11:59 AM"),
            ("2025-09-02T12:00:00-04:00", "Tue, Sep 2, 2025, 12:00 PM"),
            ("2025-09-02T23:59:00-04:00", "Tue, Sep 2, 2025, 11:59 PM"),
            // The offset counts, not UTC: this is January 1 in UTC.
            ("2025-12-31T20:30:00-05:00", "Wed, Dec 31, 2025, 8:30 PM"),
        ] {
            assert_eq!(date_time(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn slots_have_the_other_day_only_when_it_is_needed() {
        for (starts, ends, expected) in [
            ("2025-09-02T08:00:00-04:00", "2025-09-02T12:00:00-04:00", "Tue, Sep 2, 2025, 8:00 AM to 12:00 PM"),
            ("2025-09-02T18:00:00-04:00", "2025-09-03T00:00:00-04:00", "Tue, Sep 2, 2025, 6:00 PM to 12:00 AM"),
            (
                "2025-09-02T22:00:00-04:00",
                "2025-09-03T01:00:00-04:00",
                "Tue, Sep 2, 2025, 10:00 PM to Wed, Sep 3, 2025, 1:00 AM",
            ),
            // The clocks go back at 2:00 AM: the slot is an hour longer than its times look.
            ("2026-11-01T00:30:00-04:00", "2026-11-01T07:30:00-05:00", "Sun, Nov 1, 2026, 12:30 AM to 7:30 AM"),
        ] {
            assert_eq!(slot(slot_of(starts, ends)), expected);
        }
    }

    #[test]
    fn commas_are_between_thousands() {
        for (value, expected) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (123_456, "123,456"), (u64::MAX, "18,446,744,073,709,551,615")]
        {
            assert_eq!(number(value), expected);
        }
        assert_eq!(count(0, "run", "runs"), "0 runs");
    }
}
