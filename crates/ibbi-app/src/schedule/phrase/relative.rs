//! Words that can't be dates by themselves: `next Thursday`, `yesterday`, and vacations that the scenario doesn't name.

use super::Unclear;
use super::cursor::Cursor;
use super::vocabulary::weekdays;
use chrono::{Datelike as _, Days, Months, NaiveDate};
use ibbi_core::Date;
use ibbi_sim::Weekday;

/// Words before a day that depend on the day on which they were written.
const NEXT: [&str; 4] = ["next", "this", "coming", "upcoming"];
/// Such words that are days.
const TODAY: [&str; 4] = ["yesterday", "today", "tomorrow", "tonight"];
/// Times of the year that have a vacation.
const SEASONS: &[&str] =
    &["spring", "winter", "summer", "fall", "autumn", "midwinter", "christmas", "easter", "holiday", "school"];
/// Names of a vacation.
pub(super) const VACATIONS: &[&str] = &["break", "vacation", "recess", "holidays"];
/// The most closed days that a question offers.
const OFFERED: usize = 4;

impl Cursor<'_> {
    /// Asks which dates such words mean.
    pub(super) fn relative(&mut self) -> Option<Unclear> {
        let start = self.at;
        let (first, second) = (self.word(0), self.word(1));
        if TODAY.contains(&first) {
            self.at += 1;
            let message = "which date? It depends on the day on which this was written. Write it, such as Oct 5";
            return Some(self.unclear(start, message, Vec::new()));
        }
        if NEXT.contains(&first) {
            let options = self.next_days(second)?;
            self.at += 2;
            let message = "which dates? They depend on the day on which this was written.";
            let message = if options.is_empty() { "which dates? Write them, such as Oct 5-9" } else { message };
            return Some(self.unclear(start, message, options));
        }
        if SEASONS.contains(&first) && VACATIONS.contains(&second) {
            self.at += 2;
            let names = self.context.closed.iter().map(|closed| closed.name.as_str());
            let is_vacation = |name: &&str| VACATIONS.iter().any(|word| name.to_lowercase().contains(word));
            let mut options: Vec<String> = names.filter(is_vacation).map(str::to_owned).collect();
            options.dedup();
            options.truncate(OFFERED);
            let message = "the scenario has no closed days with this name; write dates, such as Oct 5-9";
            return Some(self.unclear(start, message, options));
        }
        None
    }

    /// Asks what `in 10/6` and `I work Mondays` mean: that the person is there, or busy.
    pub(super) fn check_presence(&self, start: usize) -> Result<(), Unclear> {
        let words: Vec<&str> = (start..self.at).map(|at| self.word_at(at)).collect();
        let works = words.windows(2).position(|pair| matches!(pair, ["i" | "we", "work"]));
        let is_in = |(place, word): (usize, &&str)| *word == "in" && self.is_day_at(start + place + 1);
        let Some(place) = works.or_else(|| words.iter().enumerate().position(is_in)) else { return Ok(()) };
        let rest = start + place + 1 + usize::from(works.is_some());
        let times = self.source.get(self.start_of(rest)..self.place(start).end).unwrap_or_default();
        let options = vec![format!("can also {times}"), format!("can't {times}")];
        Err(self.unclear(start, "can the person come then, or not?", options))
    }

    /// Returns the next two such days, weeks, or months after the reference date.
    fn next_days(&self, word: &str) -> Option<Vec<String>> {
        let weekday = weekdays(word).and_then(|(days, ..)| days.single());
        if weekday.is_none() && !matches!(word, "week" | "month") {
            return None;
        }
        let Some(reference) = self.context.reference.map(Date::to_chrono) else { return Some(Vec::new()) };
        let span =
            |from: NaiveDate, to: NaiveDate| if from == to { from.to_string() } else { format!("{from} to {to}") };
        let both = |of: &dyn Fn(u32) -> Option<(NaiveDate, NaiveDate)>| -> Vec<String> {
            [0, 1].into_iter().filter_map(of).map(|(from, to)| span(from, to)).collect()
        };
        let after = |day: NaiveDate, days: u32| day.checked_add_days(Days::new(days.into()));
        Some(match weekday {
            Some(weekday) => {
                let is_it = |day: &NaiveDate| Date::try_from(*day).is_ok_and(|day| Weekday::from_date(day) == weekday);
                let first = reference.iter_days().skip(1).take(7).find(is_it)?;
                both(&|turn| after(first, 7 * turn).map(|day| (day, day)))
            }
            None if word == "week" => {
                let monday =
                    reference.checked_sub_days(Days::new(reference.weekday().num_days_from_monday().into()))?;
                both(&|turn| Some((after(monday, 7 * turn)?, after(monday, 7 * turn + 6)?)))
            }
            None => {
                let month = |turn: u32| reference.with_day(1)?.checked_add_months(Months::new(turn));
                both(&|turn| Some((month(turn)?, month(turn + 1)?.pred_opt()?)))
            }
        })
    }
}
