//! Dates and times of day as people type them: `9/9/2026 10:00 AM`, `Oct 21`, `8a`, and the ISO forms.
//!
//! The command line, the pages, and the API read every local date and time with these functions.

use chrono::{Datelike as _, NaiveTime, Timelike as _};
use ibbi_core::Date;

/// Which year a date without one has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Year {
    /// A year must be typed.
    Typed,
    /// The latest such date on or before this day.
    UpTo(Date),
    /// The date nearest to this day.
    Near(Date),
}

/// The names of the months, January first.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Reads a date: `2026-10-21`, `10/21/2026`, `10/21/26`, or `Wed, Oct 21, 2026`. `year` says how to complete `10/21`.
///
/// ```
/// use ibbi_common::typed::{Year, date};
/// let today = "2026-10-02".parse().unwrap();
/// for text in ["2026-09-09", "9/9/2026", "9/9/26", "Sep 9, 2026", "Wednesday, September 9th, 2026", "9 Sept 2026", "9/9"] {
///     assert_eq!(date(text, Year::UpTo(today)).unwrap().to_string(), "2026-09-09", "{text}");
/// }
/// assert_eq!(date("10/21", Year::UpTo(today)).unwrap().to_string(), "2025-10-21");
/// assert_eq!(date("10/21", Year::Near(today)).unwrap().to_string(), "2026-10-21");
/// assert_eq!(date("10/21", Year::Typed), None);
/// ```
pub fn date(text: &str, year: Year) -> Option<Date> {
    let text = text.trim();
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    if text.contains('/') {
        let parts: Vec<u32> = text.split('/').map(digits).collect::<Option<_>>()?;
        return match (parts.as_slice(), text.rsplit('/').next()?.len()) {
            ([month, day], _) => without_year(*month, *day, year),
            ([month, day, year], 4) => Date::new(i32::try_from(*year).ok()?, *month, *day),
            ([month, day, year], 2) => Date::new(2000 + i32::try_from(*year).ok()?, *month, *day),
            _ => None,
        };
    }
    let lower = text.to_lowercase();
    let mut words: Vec<&str> = lower.split([' ', ',', '.']).filter(|word| !word.is_empty()).collect();
    if words.first().is_some_and(|word| named(word, &WEEKDAYS).is_some()) {
        words.remove(0);
    }
    let day =
        |word: &str| digits(["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word));
    let (first, second) = (*words.first()?, *words.get(1)?);
    let (month, day) = match named(first, &MONTHS) {
        Some(month) => (month, day(second)?),
        None => (named(second, &MONTHS)?, day(first)?),
    };
    let month = u32::try_from(month).ok()? + 1;
    match words.get(2..)? {
        [] => without_year(month, day, year),
        [typed] if typed.len() == 4 => Date::new(i32::try_from(digits(typed)?).ok()?, month, day),
        _ => None,
    }
}

/// Reads a time of day: `16:00`, `4:00 PM`, `4p`, `noon`. A bare hour is not a time: it could be morning or evening.
///
/// ```
/// use ibbi_common::typed::time;
/// for text in ["16:00", "4:00 PM", "4pm", "4p", "4 p.m.", "1600"] {
///     assert_eq!(time(text).unwrap().to_string(), "16:00:00", "{text}");
/// }
/// assert_eq!((time("4"), time("16:00 PM"), time("0:30 AM")), (None, None, None));
/// ```
pub fn time(text: &str) -> Option<NaiveTime> {
    let lower = text.trim().to_lowercase();
    if let Some(time) = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(&lower, form).ok()) {
        // Chrono reads `:60` as a leap second, and a ledger has none.
        return Some(time).filter(|time| time.nanosecond() < 1_000_000_000);
    }
    match lower.as_str() {
        "noon" => return NaiveTime::from_hms_opt(12, 0, 0),
        "midnight" => return Some(NaiveTime::MIN),
        _ => {}
    }
    if lower.len() == 4
        && let Some(number) = digits(&lower)
    {
        return NaiveTime::from_hms_opt(number / 100, number % 100, 0);
    }
    let bare = lower.trim_end_matches('.');
    let is_after = |ends: [&str; 3]| ends.iter().find_map(|end| bare.strip_suffix(end)).map(str::trim);
    let (clock, noon) = match (is_after(["a.m", "am", "a"]), is_after(["p.m", "pm", "p"])) {
        (Some(clock), _) => (clock, 0),
        (None, Some(clock)) => (clock, 12),
        (None, None) => return None,
    };
    let (hour, minute) = clock.split_once(':').unwrap_or((clock, "0"));
    let hour = digits(hour).filter(|hour| (1..=12).contains(hour))? % 12;
    NaiveTime::from_hms_opt(hour + noon, digits(minute)?, 0)
}

/// Splits a text into a date and a time of day: `9/9/2026 10:00 AM`, `2026-09-09T10:00`, `Sep 9, 2026, at 10am`.
pub fn date_and_time(text: &str, year: Year) -> Option<(Date, NaiveTime)> {
    let text = text.trim();
    let places = text.char_indices().filter(|(_, letter)| matches!(letter, ' ' | 'T' | ','));
    places.into_iter().find_map(|(place, _)| {
        let (day, rest) = (text.get(..place)?, text.get(place + 1..)?);
        let rest = rest.trim_start_matches([' ', ',']);
        let rest = rest.strip_prefix("at ").unwrap_or(rest);
        Some((date(day.trim_end_matches(','), year)?, time(rest)?))
    })
}

fn without_year(month: u32, day: u32, year: Year) -> Option<Date> {
    let (near, latest) = match year {
        Year::Typed => return None,
        Year::UpTo(day) => (day, Some(day)),
        Year::Near(day) => (day, None),
    };
    let this = near.to_chrono().year();
    // February 29 can be eight years away.
    let years = (this - 8..=this + 8).filter_map(|year| Date::new(year, month, day));
    let years = years.filter(|date| latest.is_none_or(|latest| *date <= latest));
    years.min_by_key(|date| (date.to_chrono() - near.to_chrono()).num_days().abs())
}

/// Returns the place of a name, which can be shortened to three letters or more.
fn named(word: &str, names: &[&str]) -> Option<usize> {
    let is_it = |name: &&str| word.len() >= 3 && (name.starts_with(word) || (word == "sept" && **name == *"september"));
    names.iter().position(is_it)
}

fn digits(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_together() {
        for text in [
            "9/9/2026 10:00 AM",
            "9/9/2026 10am",
            "2026-09-09 10:00",
            "2026-09-09T10:00",
            "Wed, Sep 9, 2026, 10:00 AM",
            "September 9, 2026 at 10 a.m.",
            "9/9/26, 1000",
        ] {
            let (date, time) = date_and_time(text, Year::Typed).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (date.to_string(), time.to_string()),
                ("2026-09-09".to_owned(), "10:00:00".to_owned()),
                "{text}"
            );
        }
        for wrong in
            ["", "9/9/2026", "10:00 AM", "9/9/2026 10", "13/9/2026 10:00", "9/31/2026 10:00", "Foo 9, 2026 10am"]
        {
            assert_eq!(date_and_time(wrong, Year::Typed), None, "{wrong}");
        }
    }

    #[test]
    fn date_without_year_is_the_nearest_or_the_latest() {
        let today = "2027-01-03".parse().unwrap();
        let read = |text: &str, year| date(text, year).map(|date| date.to_string()).unwrap_or_default();
        assert_eq!(read("12/30", Year::UpTo(today)), "2026-12-30");
        assert_eq!(read("1/4", Year::UpTo(today)), "2026-01-04");
        assert_eq!(read("1/3", Year::UpTo(today)), "2027-01-03");
        assert_eq!(read("Jan 4", Year::Near(today)), "2027-01-04");
        assert_eq!(read("2/29", Year::Near(today)), "2028-02-29");
        assert_eq!(read("2/29", Year::UpTo(today)), "2024-02-29");
        for wrong in ["", "2/30", "/", "1/", "1/2/3", "1/2/034", "+1/2", "Janu 4 2026 x", "4"] {
            assert_eq!(read(wrong, Year::Near(today)), "", "{wrong}");
        }
    }

    #[test]
    fn times_of_day_are_unambiguous() {
        let read = |text: &str| time(text).map(|time| time.to_string()).unwrap_or_default();
        for (text, expected) in [
            ("12 AM", "00:00:00"),
            ("12pm", "12:00:00"),
            ("12:30 a.m.", "00:30:00"),
            ("8:05a", "08:05:00"),
            ("noon", "12:00:00"),
            ("23:59:59", "23:59:59"),
            ("0930", "09:30:00"),
            ("13pm", ""),
            ("8:60 am", ""),
            ("23:59:60", ""),
            ("2460", ""),
            ("am", ""),
            ("", ""),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
