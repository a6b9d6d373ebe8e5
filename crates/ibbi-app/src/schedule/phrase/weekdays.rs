//! Days of the week and their patterns: `Mon-Thu`, `M/W/F`, `2nd and 4th Tuesdays`, `every other Thursday`.

use super::Unclear;
use super::cursor::{Cursor, Join};
use super::vocabulary::{ordinal, weekdays};
use ibbi_sim::{TimeRule, WeekOfMonth, Weekday, Weekdays};

/// Days of the week with their pattern.
#[derive(Debug, Clone, Default)]
pub(super) struct DaysOfWeek {
    pub(super) days: Weekdays,
    /// Whether the words are plurals.
    pub(super) plural: bool,
    /// Whether it is a list with nothing but commas.
    pub(super) only_commas: bool,
    /// The occurrences in the month; all of them if it is empty.
    pub(super) weeks: Vec<WeekOfMonth>,
    /// Every so many weeks.
    pub(super) every: Option<u8>,
}

impl Cursor<'_> {
    /// Reads days of the week, with the words before them that make a pattern.
    pub(super) fn days_of_week(&mut self) -> Result<Option<DaysOfWeek>, Unclear> {
        self.attempt(|cursor| {
            let start = cursor.at;
            let all = cursor.eat(&["every", "each", "all"]);
            let every = if all && cursor.eat(&["other"]) || cursor.eat(&["alternate", "alternating", "biweekly"]) {
                Some(2)
            } else {
                None
            };
            let weeks = cursor.weeks_of_month();
            let Some(mut found) = cursor.weekday_list() else { return Ok(None) };
            if all && !weeks.is_empty() {
                found.plural = true;
            }
            let monthly = cursor.eat_monthly();
            if let (true, false, [WeekOfMonth::Second | WeekOfMonth::Third | WeekOfMonth::Fourth]) =
                (all, monthly, weeks.as_slice())
            {
                return Err(cursor.every_nth(start, &found, weeks[0]));
            }
            Ok(Some(DaysOfWeek { weeks, every, ..found }))
        })
    }

    /// Asks what "every third Friday" means.
    fn every_nth(&self, start: usize, found: &DaysOfWeek, week: WeekOfMonth) -> Unclear {
        let names: Vec<&str> = found.days.iter().map(Weekday::code).collect();
        let names = names.join(" and ");
        let options =
            vec![format!("{} {names} of the month", week.code()), format!("every {} weeks on {names}", week as u8 + 1)];
        self.unclear(start, "once a month, or every so many weeks?", options)
    }

    /// Reads `first`, `2nd and 4th`: the occurrences in a month. They count only if a weekday follows.
    fn weeks_of_month(&mut self) -> Vec<WeekOfMonth> {
        let mut weeks = Vec::new();
        loop {
            let start = self.at;
            if !weeks.is_empty() && self.eat_join().is_none() {
                return weeks;
            }
            self.eat(&["the"]);
            let place = match self.number(0) {
                Some((number @ 1..=4, 1)) if matches!(self.word(1), "st" | "nd" | "rd" | "th") => {
                    self.at += 2;
                    Some(number as usize)
                }
                _ => ordinal(self.word(0)).inspect(|_| self.at += 1),
            };
            match place.and_then(|place| WeekOfMonth::ALL.get(place - 1)) {
                Some(week) => weeks.push(*week),
                None => {
                    self.at = start;
                    return weeks;
                }
            }
        }
    }

    fn weekday_list(&mut self) -> Option<DaysOfWeek> {
        let (days, plural) = self.weekday_range()?;
        let mut found = DaysOfWeek { days, plural, ..DaysOfWeek::default() };
        let (mut commas, mut words) = (0, 0);
        loop {
            let start = self.at;
            let join = self.eat_join();
            let direct = weekdays(self.word(0)).is_some_and(|(_, plural)| plural == found.plural);
            match self.weekday_range().filter(|_| direct) {
                Some((days, _)) => {
                    found.days = days.iter().fold(found.days, Weekdays::with);
                    match join {
                        Some(Join::Comma) => commas += 1,
                        _ => words += 1,
                    }
                }
                None => {
                    self.at = start;
                    found.only_commas = commas > 0 && words == 0;
                    return Some(found);
                }
            }
        }
    }

    /// Reads a weekday, or a range of them.
    fn weekday_range(&mut self) -> Option<(Weekdays, bool)> {
        let (first, plural) = weekdays(self.word(0))?;
        self.at += 1;
        let start = self.at;
        if self.eat_sign('-') || self.eat(&["to", "through", "thru", "until", "till"]) {
            let last = weekdays(self.word(0)).and_then(|(last, _)| last.single());
            if let (Some(first), Some(last)) = (first.single(), last) {
                self.at += 1;
                let places = (0..7).map(|step| (first as usize + step) % 7);
                let mut days = Weekdays::NONE;
                for day in places.filter_map(|place| Weekday::ALL.get(place)) {
                    days = days.with(*day);
                    if *day == last {
                        break;
                    }
                }
                return Some((days, plural));
            }
        }
        self.at = start;
        Some((first, plural))
    }

    /// Moves over `of the month` and the like.
    fn eat_monthly(&mut self) -> bool {
        let start = self.at;
        self.eat(&["of", "in", "per"]);
        self.eat(&["the", "each", "every", "a"]);
        let found = self.eat(&["month", "months", "monthly"]);
        if !found {
            self.at = start;
        }
        found
    }

    /// Reads `every 3 weeks` or `every other week`.
    pub(super) fn every_weeks(&mut self) -> Result<Option<u8>, Unclear> {
        self.attempt(|cursor| {
            let start = cursor.at;
            if !cursor.eat(&["every", "each"]) {
                return Ok(None);
            }
            if cursor.eat_all(["other", "week"]) {
                return Ok(Some(2));
            }
            let number = cursor.number(0).map(|(number, _)| number);
            if number.is_none() || !matches!(cursor.word(1), "week" | "weeks") {
                return Ok(None);
            }
            cursor.at += 2;
            let weeks = number.and_then(|number| u8::try_from(number).ok());
            match weeks.filter(|weeks| (1..=TimeRule::MAX_EVERY).contains(weeks)) {
                Some(weeks) => Ok(Some(weeks)),
                None => Err(cursor.unclear(start, "write a number of weeks from 1 to 52", Vec::new())),
            }
        })
    }
}
