//! Dates and ranges of dates, with and without a year.

use super::Unclear;
use super::cursor::{Cursor, Join};
use super::vocabulary::{self, month, title, weekdays};
use chrono::{Datelike as _, Days, NaiveDate};
use ibbi_common::typed::MONTHS;
use ibbi_core::Date;

/// The first and the last day of a range.
pub(super) type Days2 = (Date, Date);

/// Days that repeat every year, or have a year.
pub(super) struct YearlyDays {
    year: Option<i32>,
    in_year: Box<dyn Fn(i32) -> Option<Days2>>,
    /// The month, if it is a single day of a month.
    month: Option<u32>,
}

impl YearlyDays {
    fn day(year: Option<i32>, month: u32, day: u32) -> Self {
        let in_year = move |year| Date::new(year, month, day).map(|day| (day, day));
        Self { year, in_year: Box::new(in_year), month: Some(month) }
    }

    fn part_of_month(year: Option<i32>, month: u32, first: u32, last: u32) -> Self {
        let in_year = move |year| {
            // The last day of a month is the 28th or later.
            let last = (28..=last).rev().find_map(|day| Date::new(year, month, day)).or(Date::new(year, month, last));
            Some((Date::new(year, month, first)?, last?))
        };
        Self { year, in_year: Box::new(in_year), month: None }
    }

    fn map(self, change: impl Fn(Days2) -> Option<Days2> + 'static) -> Self {
        let in_year = self.in_year;
        Self { year: self.year, in_year: Box::new(move |year| change(in_year(year)?)), month: None }
    }

    fn at(&self, year: i32) -> Option<Days2> {
        (self.in_year)(year)
    }
}

/// Days that were read.
pub(super) struct FoundDays {
    pub(super) days: Vec<Days2>,
    /// The year and month of the last one, if it is a day of a month.
    month: Option<(i32, u32)>,
    /// Whether they were written as a range.
    pub(super) is_range: bool,
}

fn shifted(day: Date, by: i64) -> Option<Date> {
    let chrono = day.to_chrono();
    let moved = if by < 0 {
        chrono.checked_sub_days(Days::new(by.unsigned_abs()))
    } else {
        chrono.checked_add_days(Days::new(by.unsigned_abs()))
    };
    Date::try_from(moved?).ok()
}

/// Returns the day before.
pub(super) fn before(day: Date) -> Option<Date> {
    shifted(day, -1)
}

/// Returns the day after.
pub(super) fn after(day: Date) -> Option<Date> {
    shifted(day, 1)
}

/// Returns whether two words of the name of a vacation are the same: `feb` and `february`, or `break` and `vacation`.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    let both = |is: &dyn Fn(&str) -> bool| is(one) && is(other);
    one == other
        || month(one).is_some_and(|number| month(other) == Some(number))
        || both(&|word| super::relative::VACATIONS.contains(&word))
}

/// Returns Monday to Sunday of the week of a day.
fn week(day: Date) -> Option<Days2> {
    let monday = day.to_chrono().weekday().num_days_from_monday();
    let monday = shifted(day, -i64::from(monday))?;
    Some((monday, shifted(monday, 6)?))
}

impl Cursor<'_> {
    /// Reads dates and ranges, joined to a list. Returns whether the list has nothing but commas.
    pub(super) fn date_list(&mut self) -> Result<Option<(Vec<Days2>, bool)>, Unclear> {
        let first = self.at;
        let Some(FoundDays { days: mut spans, mut month, .. }) = self.dates()? else { return Ok(None) };
        let is_week = (first..self.at).any(|at| self.word_at(at) == "week" && self.word_at(at + 1) == "of");
        let (mut commas, mut words) = (0, 0);
        loop {
            let start = self.at;
            let join = self.eat_join();
            let next = match (join, month) {
                (None, _) => None,
                // `or on Oct 12` starts another item.
                _ if matches!(self.word(0), "on" | "in" | "during" | "throughout" | "over" | "of") => None,
                (Some(_), Some((year, month))) if self.is_day_number(0) => Some(self.day_of_month(year, month)?),
                _ => self.dates()?,
            };
            if is_week && next.as_ref().is_some_and(|next| matches!(next.days[..], [(from, to)] if from == to)) {
                let words = self.words(first).to_owned();
                let place = self.start_of(start).saturating_sub(self.start_of(first));
                let (week, day) = words.split_at(place.min(words.len()));
                let day = day.trim_start_matches([',', '&', '+', '/', ' ']).trim_start_matches("and ");
                let options = vec![format!("{week}; week of {day}"), format!("{week}; {day}")];
                return Err(self.unclear(first, "a week or a day?", options));
            }
            match next {
                Some(next) => {
                    spans.extend(next.days);
                    month = next.month;
                    match join {
                        Some(Join::Comma) => commas += 1,
                        _ => words += 1,
                    }
                }
                None => {
                    self.at = start;
                    return Ok(Some((spans, commas > 0 && words == 0)));
                }
            }
        }
    }

    /// Returns whether a number ahead can be a day of the month, and isn't a time of day or a part of a date.
    fn is_day_number(&self, ahead: usize) -> bool {
        let ordinal = matches!(self.word(ahead + 1), "st" | "nd" | "rd" | "th");
        let next = ahead + 1 + usize::from(ordinal);
        let is_clock = ['/', ':'].iter().any(|sign| self.is_sign(next, *sign))
            || matches!(self.word(next), "am" | "pm" | "a" | "p" | "oclock" | "of" | "on")
            || month(self.word(next)).is_some()
            || weekdays(self.word(next)).is_some();
        let is_day = matches!(self.number(ahead), Some((1..=31, 1 | 2))) && !is_clock;
        // In `9-12 pm`, 9 is not a day either.
        let is_range = self.is_sign(next, '-') && matches!(self.number(next + 1), Some((_, 1 | 2)));
        is_day && (!is_range || self.is_day_number(next + 1))
    }

    /// Reads the `9` or `9-12` of `Oct 5, 9` or `Oct 5, 9-12`.
    fn day_of_month(&mut self, year: i32, month: u32) -> Result<FoundDays, Unclear> {
        let start = self.at;
        let first = self.day_number();
        let last = if self.is_sign(0, '-') && self.is_day_number(1) {
            self.at += 1;
            self.day_number()
        } else {
            first
        };
        if last != first && last <= 12 {
            let name = MONTHS.get(month as usize - 1).map_or("", |name| name.get(..3).unwrap_or_default());
            let words = self.words(start);
            let options = vec![format!("{} {words}, {year}", title(name)), format!("from {first}:00 to {last}:00")];
            return Err(self.unclear(start, "are these days or hours?", options));
        }
        match (Date::new(year, month, first), Date::new(year, month, last)) {
            (Some(first), Some(last)) if first <= last => {
                Ok(FoundDays { days: vec![(first, last)], month: Some((year, month)), is_range: false })
            }
            _ => Err(self.unclear(start, "there is no such date", Vec::new())),
        }
    }

    fn day_number(&mut self) -> u32 {
        let day = self.number(0).map_or(0, |(day, _)| day);
        self.at += 1;
        self.eat(&["st", "nd", "rd", "th"]);
        day
    }

    /// Reads a date, a range of dates, or days with a name.
    pub(super) fn dates(&mut self) -> Result<Option<FoundDays>, Unclear> {
        self.attempt(|cursor| {
            let start = cursor.at;
            cursor.eat(&["during", "over", "throughout"]);
            cursor.eat(&["all", "the", "whole", "entire"]);
            cursor.eat(&["of"]);
            if let Some(closed) = cursor.closed_days() {
                return Ok(Some(FoundDays { days: closed, month: None, is_range: false }));
            }
            cursor.at = start;
            let Some(first) = cursor.yearly_days()? else { return Ok(None) };
            let connector = cursor.at;
            let is_until = matches!(cursor.word(0), "until" | "till");
            let last = if cursor.eat_connector() { cursor.last_day(&first)? } else { None };
            if is_until && cursor.at == connector + 2 && cursor.number(0).is_none() {
                let day = cursor.words(start).replace("until", "to").replace("till", "to");
                let hour = cursor.words(connector + 1).to_owned();
                cursor.at = connector;
                let options = vec![day, format!("{} until {hour}:00", cursor.words(start))];
                cursor.at = connector + 2;
                return Err(cursor.unclear(start, "until a day or an hour?", options));
            }
            if last.is_none() {
                cursor.at = connector;
            }
            let (from, to) = cursor.resolved(start, &first, last.as_ref())?;
            let year = to.to_chrono().year();
            let single = last.as_ref().unwrap_or(&first).month;
            let month = single.map(|month| (year, month));
            Ok(Some(FoundDays { days: vec![(from, to)], month, is_range: last.is_some() }))
        })
    }

    fn eat_connector(&mut self) -> bool {
        self.eat_sign('-') || self.eat_all(["up", "to"]) || self.eat(&["to", "through", "thru", "until", "till"])
    }

    /// Reads the end of a range: days, or the number of a day in the month of its start.
    fn last_day(&mut self, first: &YearlyDays) -> Result<Option<YearlyDays>, Unclear> {
        if let (Some(month), true) = (first.month, self.is_day_number(0)) {
            let day = self.day_number();
            let year = self.year().or(first.year);
            return Ok(Some(YearlyDays::day(year, month, day)));
        }
        self.yearly_days()
    }

    /// Reads a closed range of the scenario by its name.
    fn closed_days(&mut self) -> Option<Vec<Days2>> {
        let closed = self.context.closed;
        let mut longest: Option<(usize, &str)> = None;
        let start = self.at;
        for range in closed {
            let name = super::lexer::tokens(range.name.as_str());
            let same = name
                .iter()
                .enumerate()
                .all(|(ahead, token)| self.token(ahead).is_some_and(|found| is_same_name(&found.text, &token.text)));
            if same && !name.is_empty() && longest.is_none_or(|(length, _)| length < name.len()) {
                longest = Some((name.len(), range.name.as_str()));
            }
        }
        let (length, name) = longest?;
        let named = closed.iter().filter(|range| range.name.as_str() == name);
        let spans: Option<Vec<Days2>> = named.map(|range| range.when.from.zip(range.when.to)).collect();
        let spans = spans?;
        self.at = start + length;
        self.eat_week();
        Some(spans)
    }

    /// Moves over the `week` of `Thanksgiving week`, but not over that of `week of Oct 5`.
    fn eat_week(&mut self) -> bool {
        self.word(1) != "of" && self.eat(&["week"])
    }

    /// Reads days without deciding on their year.
    fn yearly_days(&mut self) -> Result<Option<YearlyDays>, Unclear> {
        self.attempt(|cursor| {
            cursor.eat(&["on", "in", "during", "throughout", "over", "the", "of"]);
            cursor.eat(&["the", "all", "whole", "entire"]);
            cursor.eat(&["whole", "entire", "of"]);
            cursor.eat(&["of"]);
            if cursor.eat_all(["week", "of"]) {
                cursor.eat(&["the"]);
                let days = cursor.yearly_days()?;
                return Ok(days.map(|days| days.map(|(first, _)| week(first))));
            }
            for (words, by) in [(["day", "after"], 1), (["day", "before"], -1)] {
                if cursor.eat_all(words) {
                    let days = cursor.yearly_days()?;
                    let moved = move |(first, last)| {
                        let day = shifted(if by < 0 { first } else { last }, by)?;
                        Some((day, day))
                    };
                    return Ok(days.map(|days| days.map(moved)));
                }
            }
            if let Some(days) = cursor.part_of_month() {
                return Ok(Some(days));
            }
            if let Some(days) = cursor.holiday() {
                return Ok(Some(days));
            }
            Ok(cursor.date_of_year())
        })
    }

    /// Reads `early March`, `the second half of December`, and the like.
    fn part_of_month(&mut self) -> Option<YearlyDays> {
        let start = self.at;
        let (first, last) = match (self.word(0), self.number(0)) {
            ("early", _) => (1, 10),
            ("mid" | "middle", _) => (11, 20),
            ("late", _) => (21, 31),
            ("beginning" | "start", _) if self.word(1) == "of" => (1, 10),
            ("end", _) if self.word(1) == "of" => (21, 31),
            ("first", _) | (_, Some((1, _))) => (1, 15),
            ("second", _) | (_, Some((2, _))) => (16, 31),
            _ => return None,
        };
        let half = matches!(self.word(0), "first" | "second") || self.number(0).is_some();
        self.at += 1;
        self.eat(&["st", "nd"]);
        let has_half = self.eat(&["half"]);
        self.eat_sign('-');
        self.eat(&["of"]);
        let found = month(self.word(0)).filter(|_| half == has_half);
        let Some(month) = found else {
            self.at = start;
            return None;
        };
        self.at += 1;
        let year = self.year();
        Some(YearlyDays::part_of_month(year, month, first, last))
    }

    fn holiday(&mut self) -> Option<YearlyDays> {
        let start = self.at;
        let (_, holiday) = vocabulary::holidays().find(|(words, _)| self.eat_all(words.iter().copied()))?;
        if self.word(0) == "weekend" {
            // Which days these are isn't clear, and they aren't the holiday.
            self.at = start;
            return None;
        }
        let is_week = self.eat_week();
        let year = self.year();
        let in_year = move |year| holiday.kept_in(year).map(|day| (day, day));
        let days = YearlyDays { year, in_year: Box::new(in_year), month: None };
        Some(if is_week { days.map(|(day, _)| week(day)) } else { days })
    }

    /// Reads a date or a whole month.
    fn date_of_year(&mut self) -> Option<YearlyDays> {
        if let Some((first, digits)) = self.number(0) {
            if digits == 4 && self.is_sign(1, '-') && self.is_sign(3, '-') {
                let (month, day) = (self.number(2)?.0, self.number(4)?.0);
                self.at += 5;
                return Some(YearlyDays::day(i32::try_from(first).ok(), month, day));
            }
            if digits <= 2 && self.is_sign(1, '/') {
                let (day, _) = self.number(2).filter(|(_, digits)| *digits <= 2)?;
                let year = self.number(4).filter(|(_, digits)| self.is_sign(3, '/') && matches!(digits, 2 | 4));
                self.at += if year.is_some() { 5 } else { 3 };
                let year =
                    year.and_then(|(year, digits)| i32::try_from(if digits == 2 { 2000 + year } else { year }).ok());
                return Some(YearlyDays::day(year, first, day));
            }
            let mut next = 1 + usize::from(matches!(self.word(1), "st" | "nd" | "rd" | "th"));
            next += usize::from(self.word(next) == "of");
            if digits > 2 {
                return None;
            }
            // `5-9 Oct` is a range; its start is `5`.
            let range = self.is_sign(1, '-') && matches!(self.number(2), Some((_, 1 | 2)));
            if let (true, Some(month)) = (range, month(self.word(3))) {
                self.at += 1;
                return Some(YearlyDays::day(None, month, first));
            }
            let month = month(self.word(next))?;
            self.at += next + 1;
            let year = self.year();
            return Some(YearlyDays::day(year, month, first));
        }
        let month = month(self.word(0))?;
        self.at += 1;
        if self.is_day_number(0) || self.number(0).is_some() && matches!(self.word(1), "st" | "nd" | "rd" | "th") {
            let day = self.day_number();
            let year = self.year();
            return Some(YearlyDays::day(year, month, day));
        }
        let year = self.year();
        Some(YearlyDays::part_of_month(year, month, 1, 31))
    }

    /// Reads a year of four digits, also after a comma.
    fn year(&mut self) -> Option<i32> {
        let ahead = usize::from(self.is_sign(0, ','));
        let (year, _) = self.number(ahead).filter(|(_, digits)| *digits == 4)?;
        // A date in the ISO form starts with a year, too.
        if self.is_sign(ahead + 1, '-') && self.is_sign(ahead + 3, '-') {
            return None;
        }
        self.at += ahead + 1;
        i32::try_from(year).ok()
    }

    /// Decides on the years of a date or a range: the first that ends on or after the reference date.
    fn resolved(&self, start: usize, first: &YearlyDays, last: Option<&YearlyDays>) -> Result<Days2, Unclear> {
        let end = last.unwrap_or(first);
        let invalid = || self.unclear(start, "there is no such date", Vec::new());
        let span = |year: i32, earlier: bool| {
            let (_, to) = end.at(end.year.unwrap_or(year))?;
            let from_year = first.year.unwrap_or(end.year.unwrap_or(year));
            let (from, _) = first.at(from_year - i32::from(earlier && first.year.is_none()))?;
            (from <= to).then_some((from, to))
        };
        let in_year = |year: i32| span(year, false).or_else(|| span(year, true).filter(|_| last.is_some()));
        if let Some(year) = end.year.or(first.year) {
            let found = in_year(year).or_else(|| in_year(year + 1).filter(|_| end.year.is_none()));
            let reversed = first.at(first.year.unwrap_or(year)).is_some() && end.at(end.year.unwrap_or(year)).is_some();
            return found.ok_or_else(|| match reversed {
                true => self.unclear(start, "it ends before it starts; write the earlier date first", Vec::new()),
                false => invalid(),
            });
        }
        let Some(reference) = self.context.reference else {
            // A year with 366 days, so that February 29 counts as a date.
            in_year(2028).ok_or_else(invalid)?;
            return Err(self.unclear(start, "in which year? Write the year as well, such as Oct 5, 2026", Vec::new()));
        };
        let this = reference.to_chrono().year();
        let spans: Vec<Days2> = (this - 1..=this + 2).filter_map(in_year).collect();
        let latest = NaiveDate::from_ymd_opt(this + 1, reference.to_chrono().month(), 1);
        let next = spans.iter().copied().find(|(_, to)| *to >= reference);
        let next = next.filter(|(from, _)| latest.is_none_or(|latest| from.to_chrono() < latest + Days::new(31)));
        let Some(next) = next.filter(|_| !spans.is_empty()) else { return Err(invalid()) };
        let just_over = spans
            .iter()
            .copied()
            .find(|(_, to)| *to < reference && (reference.to_chrono() - to.to_chrono()).num_days() <= 31);
        match just_over {
            None => Ok(next),
            Some(past) => {
                let options = [past, next].map(|(from, to)| match from == to {
                    true => from.to_string(),
                    false => format!("{from} to {to}"),
                });
                Err(self.unclear(start, "in which year?", options.to_vec()))
            }
        }
    }
}
