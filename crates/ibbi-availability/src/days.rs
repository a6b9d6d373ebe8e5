//! Dates and days of the week, as the headings of tables have them.

use crate::times::{self, WrittenHours};
use crate::{ImportWindow, ImportedTime, Mark};
use chrono::Datelike as _;
use ibbi_common::format;
use ibbi_common::typed::{self, MONTHS, Year};
use ibbi_core::Date;
use ibbi_sim::{Hours, Weekday};

/// The days of a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadingDays {
    Date(Date),
    /// This day of every week.
    Weekday(Weekday),
}

/// When a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) days: HeadingDays,
    /// The hours; `None` for the whole day.
    pub(crate) hours: Option<Hours>,
}

/// Reads a heading: `Oct 5 AM`, `Tue`, `Thu 5 Nov 2026 8:00 AM - 4:00 PM`. Returns `None` if it isn't one, and a reason if it is one
/// that isn't clear.
pub(crate) fn heading(text: &str, window: &ImportWindow) -> Option<Result<Heading, String>> {
    let text = times::plain(text);
    let places = text.match_indices([' ', ',']).map(|(place, _)| place);
    let ends = std::iter::once(text.len()).chain(places.collect::<Vec<_>>().into_iter().rev());
    for end in ends {
        let (day, rest) = (text.get(..end)?, text.get(end..)?);
        let rest = rest.trim_matches([' ', ',', ':', '@', '|']);
        let day = day.trim_matches([' ', ',', ':', '.']);
        let Some(days) = days(day, window) else { continue };
        let hours = match (rest, times::hours(rest)) {
            ("", _) | (_, Some(WrittenHours::AllDay)) => None,
            (_, Some(WrittenHours::Hours(hours))) => Some(hours),
            (_, Some(WrittenHours::Start(_))) => {
                return Some(Err("the time has no end; write hours such as 8:00 AM-4:00 PM".to_owned()));
            }
            (_, Some(WrittenHours::Unclear(reason))) => return Some(Err(reason.to_owned())),
            (_, None) => continue,
        };
        return Some(days.map(|days| Heading { days, hours }));
    }
    None
}

fn days(text: &str, window: &ImportWindow) -> Option<Result<HeadingDays, String>> {
    if let Some(weekday) = weekday(text) {
        return Some(Ok(HeadingDays::Weekday(weekday)));
    }
    date(text, window).map(|found| found.map(HeadingDays::Date))
}

/// Returns the day of the week with this name: `Tue`, `tues.`, `Tuesdays`.
pub(crate) fn weekday(text: &str) -> Option<Weekday> {
    let word = text.trim().trim_end_matches(['.', ':']).to_lowercase();
    let word = word.strip_suffix('s').filter(|word| word.ends_with("day")).unwrap_or(&word);
    let short = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    let is = |(name, short): &(&str, &str)| word.len() >= 3 && name.starts_with(word) || word == *short;
    let found = Weekday::CODES.into_iter().zip(short).position(|it| is(&it));
    found.map(|index| Weekday::ALL[index])
}

/// Returns the number of the month with this name, from 1.
pub(crate) fn month(text: &str) -> Option<usize> {
    let word = text.trim().trim_end_matches(['.', ',']).to_lowercase();
    let is = |name: &&str| word.len() >= 3 && (name.starts_with(&word) || word == "sept" && **name == *"september");
    MONTHS.iter().position(is).map(|index| index + 1)
}

/// Reads a date. Without a year, it is the first one that isn't before the window; a day of the week must fit.
pub(crate) fn date(text: &str, window: &ImportWindow) -> Option<Result<Date, String>> {
    let (first, rest) = text.split_once([' ', ',']).unwrap_or(("", text));
    let weekday = weekday(first);
    let plain = if weekday.is_some() { rest.trim_matches([' ', ',', '.']) } else { text };
    // `2026-11-05 00:00` is a date in a spreadsheet.
    let plain = plain.strip_suffix(" 00:00").unwrap_or(plain);
    let fits = |day: &Date| weekday.is_none_or(|weekday| Weekday::from_date(*day) == weekday);
    if let Some(day) = typed::date(plain, Year::Typed) {
        let message = || format!("{} is not a {}", format::date(day), weekday.map_or("", Weekday::code));
        return Some(if fits(&day) { Ok(day) } else { Err(message()) });
    }
    if !plain.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let this = window.from.to_chrono().year();
    let sign = if plain.contains('/') { "/" } else { ", " };
    let years = (this - 1)..=(this + 3);
    let candidates: Vec<Date> =
        years.filter_map(|year| typed::date(&format!("{plain}{sign}{year}"), Year::Typed)).collect();
    let next = candidates.iter().copied().find(|day| *day >= window.from && fits(day));
    let past = candidates.iter().copied().rev().find(|day| *day < window.from && fits(day));
    match next.or(past) {
        Some(day) => Some(Ok(day)),
        None if candidates.is_empty() => None,
        None => Some(Err("the day of the week doesn't fit the date; write the year as well".to_owned())),
    }
}

/// The times of one person, quarter hour by quarter hour.
///
/// If options of a poll overlap, a person who can come to one of them can come then.
#[derive(Debug, Clone, Default)]
pub(crate) struct PersonSlots {
    days: std::collections::BTreeMap<Date, Box<[Option<Mark>; 96]>>,
    outside: usize,
}

impl PersonSlots {
    /// Adds a time on one day.
    pub(crate) fn add(&mut self, day: Date, hours: Option<Hours>, mark: Mark, window: &ImportWindow) {
        if day < window.from || day > window.to {
            self.outside += 1;
            return;
        }
        let (from, to) = hours.map_or((0, 96), |hours| (hours.from() / 15, hours.to() / 15));
        let slots = self.days.entry(day).or_insert_with(|| Box::new([None; 96]));
        for slot in &mut slots[usize::from(from)..usize::from(to)] {
            *slot = Some(slot.map_or(mark, |other| other.min(mark)));
        }
    }

    /// Adds a time on the days of a heading.
    pub(crate) fn add_days(&mut self, days: HeadingDays, hours: Option<Hours>, mark: Mark, window: &ImportWindow) {
        match days {
            HeadingDays::Date(day) => self.add(day, hours, mark, window),
            HeadingDays::Weekday(weekday) => {
                let days = window.from.to_chrono().iter_days().map_while(|day| Date::try_from(day).ok());
                let days = days.take_while(|day| *day <= window.to).filter(|day| Weekday::from_date(*day) == weekday);
                days.for_each(|day| self.add(day, hours, mark, window));
            }
        }
    }

    /// Returns how many times were outside the window.
    pub(crate) const fn outside(&self) -> usize {
        self.outside
    }

    /// Returns the times in order, without overlap.
    pub(crate) fn times(&self) -> Vec<ImportedTime> {
        let mut times = Vec::new();
        for (day, slots) in &self.days {
            let mut from = 0;
            while from < 96 {
                let to = (from..96).find(|slot| slots[*slot] != slots[from]).unwrap_or(96);
                if let Some(mark) = slots[from] {
                    let minute = |slot: usize| u16::try_from(slot * 15).unwrap_or(0);
                    let hours = Hours::new(minute(from), minute(to)).ok().filter(|_| to - from < 96);
                    times.push(ImportedTime { day: *day, hours, mark });
                }
                from = to;
            }
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn window() -> ImportWindow {
        let (from, to) = ("2026-09-08".parse().unwrap(), "2027-06-30".parse().unwrap());
        ImportWindow { from, to, zone: chrono_tz::America::New_York }
    }

    #[test]
    fn headings_are_days_with_hours() {
        for (text, days, hours) in [
            ("Oct 5", "2026-10-05", ""),
            ("10/5", "2026-10-05", ""),
            ("6/5", "2027-06-05", ""),
            ("Oct 5 AM", "2026-10-05", "8:00-12:00"),
            ("Mon 10/5 pm", "2026-10-05", "12:00-16:00"),
            ("2026-10-05", "2026-10-05", ""),
            ("2026-10-05 00:00", "2026-10-05", ""),
            ("Thu 5 Nov 2026 8:00 AM - 4:00 PM", "2026-11-05", "8:00-16:00"),
            ("Thursday, November 5th, 2026, 8–12", "2026-11-05", "8:00-12:00"),
            ("Thu 5 Nov 8:00 AM - 4:00 PM", "2026-11-05", "8:00-16:00"),
            ("Mon", "monday", ""),
            ("Tue am", "tuesday", "8:00-12:00"),
            ("Thursdays 3:30-5", "thursday", "15:30-17:00"),
            ("Fri.", "friday", ""),
        ] {
            let found = heading(text, &window()).unwrap_or_else(|| panic!("{text}")).unwrap();
            let shown = match found.days {
                HeadingDays::Date(day) => day.to_string(),
                HeadingDays::Weekday(day) => day.code().to_owned(),
            };
            let found = found.hours.map(|hours| hours.to_string()).unwrap_or_default();
            assert_eq!((shown.as_str(), found.as_str()), (days, hours), "{text}");
        }
        for text in ["Fri Nov 5 2026", "Oct 5 8:00 AM", "Tue 7-9"] {
            assert!(matches!(heading(text, &window()), Some(Err(_))), "{text}");
        }
        for text in ["", "Name", "Role", "5", "Not available", "Marcia", "Maybe", "Oct"] {
            assert_eq!(heading(text, &window()), None, "{text}");
        }
    }
}
