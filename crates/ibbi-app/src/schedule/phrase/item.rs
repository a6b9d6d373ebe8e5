//! One time: days, dates, hours, and the kind of session, in any order.

use super::clock::{DayHours, End, Minutes};
use super::cursor::{Cursor, Join};
use super::dates::{Days2, after, before};
use super::vocabulary::title;
use super::weekdays::DaysOfWeek;
use super::{Kind, Unclear};
use ibbi_core::Date;
use ibbi_sim::{Hours, Scenario, SessionGroup, TimeRule, Weekday, Weekdays};
use std::ops::Range;

/// The parts of a time, before it is known whether the person can come.
#[derive(Debug, Default)]
pub(super) struct Item {
    days: Option<DaysOfWeek>,
    /// Dates and ranges; all days if it is empty.
    dates: Vec<Days2>,
    /// Whether the dates are a list with nothing but commas.
    date_commas: bool,
    bounds: (Option<Date>, Option<Date>),
    every: Option<u8>,
    hours: Vec<DayHours>,
    all_day: bool,
    /// Whether it says `every day` or the like.
    every_day: bool,
    /// Whether it says `anytime` or the like: words that people use for when they can come, even if the field asks when they can't.
    pub(super) is_any: bool,
    session: Option<SessionGroup>,
    /// Whether `only` is between the days and the hours: on these days, the person can come only at these hours.
    pub(super) only_hours: bool,
    /// The index of the token after the hours, if they are before the days.
    pub(super) hours_first: Option<usize>,
}

impl Item {
    const fn has_days(&self) -> bool {
        self.days.is_some()
            || !self.dates.is_empty()
            || self.every_day
            || self.bounds.0.is_some()
            || self.bounds.1.is_some()
            || self.every.is_some()
    }

    const fn is_empty(&self) -> bool {
        !self.has_days() && self.hours.is_empty() && !self.all_day && self.session.is_none()
    }

    fn within(&self) -> Option<Minutes> {
        self.hours.first().map(|hours| hours.minutes)
    }
}

impl Cursor<'_> {
    /// Reads a time, or nothing.
    pub(super) fn item(&mut self) -> Result<Option<Item>, Unclear> {
        let start = self.at;
        let mut item = Item::default();
        loop {
            let before = self.at;
            if !item.is_empty() && self.word(0) == "to" && (self.is_day_at(self.at + 1) || self.number(1).is_some()) {
                self.at += 2;
                let message = "from which day to which? Write dates, such as Oct 5 to Oct 9; or days, such as Fri-Sun";
                return Err(self.unclear(start, message, Vec::new()));
            }
            self.eat_fillers();
            self.eat_sign(':');
            if !self.part(&mut item)? {
                self.at = before;
                break;
            }
        }
        if item.is_empty() {
            self.at = start;
            return Ok(None);
        }
        item.hours_first = item.hours_first.filter(|_| item.has_days());
        self.more_hours(start, &mut item)?;
        self.check_list(start, &item)?;
        Ok(Some(item))
    }

    pub(super) fn eat_fillers(&mut self) {
        while self.eat(super::vocabulary::FILLERS) {}
    }

    /// Reads one part of a time.
    fn part(&mut self, item: &mut Item) -> Result<bool, Unclear> {
        if let Some(every) = self.every_weeks()? {
            item.every = Some(every);
            return Ok(true);
        }
        if item.days.is_none()
            && let Some(days) = self.days_of_week()?
        {
            item.days = Some(days);
            self.date_of_weekday(item)?;
            return Ok(true);
        }
        if item.dates.is_empty()
            && let Some((dates, commas)) = self.date_list()?
        {
            item.dates = dates;
            item.date_commas = commas;
            return Ok(true);
        }
        if self.date_bound(item)? {
            return Ok(true);
        }
        if let Some(is_any) = self.eat_every_day() {
            item.every_day = true;
            item.is_any = is_any;
            return Ok(true);
        }
        if self.eat_all(["all", "day"]) || self.eat_all(["whole", "day"]) {
            item.all_day = true;
            return Ok(true);
        }
        if let Some(session) = self.session() {
            item.session = Some(session);
            return Ok(true);
        }
        self.item_hours(item)
    }

    /// Reads hours. Hours after other hours, as in `mornings before 10`, are those in both.
    fn item_hours(&mut self, item: &mut Item) -> Result<bool, Unclear> {
        let start = self.at;
        let only = !item.only_hours && item.has_days() && item.hours.is_empty() && self.eat(&["only", "just"]);
        let Some(hours) = self.hours(item.within())? else {
            self.at = start;
            return Ok(false);
        };
        item.only_hours |= only;
        if item.hours.is_empty() && !item.has_days() {
            item.hours_first = Some(self.at);
        }
        match item.hours.pop() {
            None => item.hours.push(hours),
            Some(earlier) => {
                let (from, to) = (earlier.minutes.0.max(hours.minutes.0), earlier.minutes.1.min(hours.minutes.1));
                if from >= to {
                    return Err(self.unclear(start, "these hours are outside the hours before", Vec::new()));
                }
                item.hours.push(DayHours { minutes: (from, to), plural: earlier.plural });
            }
        }
        Ok(true)
    }

    /// Reads the date of `Tue, Oct 20, 2026`, and checks its weekday.
    fn date_of_weekday(&mut self, item: &mut Item) -> Result<(), Unclear> {
        let Some(days) = item.days.as_ref().filter(|days| !days.plural && days.weeks.is_empty()) else { return Ok(()) };
        let (Some(weekday), None) = (days.days.single(), days.every) else { return Ok(()) };
        let start = self.at;
        self.eat_sign(',');
        let read = self.at;
        let single = |days: &[Days2]| matches!(days, [(from, to)] if from == to);
        let found = self.dates()?.filter(|found| !found.is_range && single(&found.days));
        let Some(&(date, _)) = found.as_ref().and_then(|found| found.days.first()) else {
            self.at = start;
            return Ok(());
        };
        let actual = Weekday::from_date(date);
        if actual == weekday {
            item.days = None;
            // The list can go on: `Tue, Oct 20, and Oct 27`.
            self.at = read;
            if let Some((dates, commas)) = self.date_list()? {
                item.dates = dates;
                item.date_commas = commas;
            }
            return Ok(());
        }
        let words = self.words(read).to_owned();
        let options = vec![format!("{}s; {words}", weekday.code()), words];
        let message = format!("that date is a {}", title(actual.code()));
        Err(self.unclear(read.saturating_sub(1 + usize::from(read > start)), message, options))
    }

    /// Reads `from Oct 5`, `until Oct 9`, `after Oct 9`, or `between Oct 5 and Oct 9`.
    fn date_bound(&mut self, item: &mut Item) -> Result<bool, Unclear> {
        let start = self.at;
        if self.eat(&["between"]) {
            if let Some(first) = self.dates()?
                && self.eat(&["and"])
                && let Some(last) = self.dates()?
                && let (Some(first), Some(last)) = (first.days.first(), last.days.last())
            {
                if last.1 < first.0 {
                    let message = "it ends before it starts; write the earlier date first";
                    return Err(self.unclear(start, message, Vec::new()));
                }
                item.bounds = (Some(first.0), Some(last.1));
                return Ok(true);
            }
            self.at = start;
            return Ok(false);
        }
        let word = self.word(0);
        let end = if self.eat(&["from"]) { Some(End::From) } else { self.bound() };
        let Some(end) = end else { return Ok(false) };
        let Some(found) = self.dates()? else {
            self.at = start;
            return Ok(false);
        };
        self.eat(&["on", "onward", "onwards", "forward"]);
        let (Some(&(first, _)), Some(&(_, last))) = (found.days.first(), found.days.last()) else { return Ok(false) };
        let several = first != last;
        let (from, to) = match (end, word) {
            // `from Oct 5 to Oct 9` is a range.
            (End::From, "from") if found.is_range => (Some(first), Some(last)),
            (End::From, "from" | "since" | "starting" | "beginning") => (Some(first), None),
            (End::From, _) => (after(last), None),
            (End::To, "before" | "prior" | "earlier") => (None, before(first)),
            (End::To, "until" | "till") if several => {
                let options = [before(first), Some(last)].into_iter().flatten().map(|day| format!("{word} {day}"));
                return Err(self.unclear(start, "to the day before, or to the end of it?", options.collect()));
            }
            (End::To, _) => (None, Some(last)),
        };
        let bounds = &mut item.bounds;
        if from.is_some() && bounds.0.is_some() || to.is_some() && bounds.1.is_some() {
            return Err(self.unclear(
                start,
                "there are two such dates; write two times, separated by a semicolon",
                Vec::new(),
            ));
        }
        *bounds = (from.or(bounds.0), to.or(bounds.1));
        if let (Some(from), Some(to)) = *bounds
            && to < from
        {
            return Err(self.unclear(start, "it ends before it starts; write the earlier date first", Vec::new()));
        }
        Ok(true)
    }

    /// Moves over `every day` or the like. Returns whether the words are like `anytime`.
    fn eat_every_day(&mut self) -> Option<bool> {
        if self.eat_all(["any", "day"]) || self.eat_all(["any", "time"]) || self.eat(&["always", "anytime"]) {
            return Some(true);
        }
        let every = self.eat_all(["every", "day"])
            || self.eat_all(["each", "day"])
            || self.eat_all(["all", "days"])
            || self.eat_all(["all", "the", "time"])
            || self.eat(&["daily"]);
        every.then_some(false)
    }

    fn session(&mut self) -> Option<SessionGroup> {
        let start = self.at;
        if !self.eat(&["for"]) {
            return None;
        }
        self.eat(&["the", "a"]);
        self.eat(&["introductory"]);
        let session = SessionGroup::from_code(self.word(0));
        self.at = if session.is_some() { self.at + 1 } else { start };
        session
    }

    /// Reads hours after a comma or a join: `Friday, noon on`, `9-12 and 1-3`.
    fn more_hours(&mut self, start: usize, item: &mut Item) -> Result<(), Unclear> {
        loop {
            let before = self.at;
            let Some(join) = self.eat_join() else { return Ok(()) };
            let is_direct = !matches!(self.word(0), "on" | "in" | "at");
            let hours = if is_direct { self.hours(None)? } else { None };
            let Some(hours) = hours.filter(|_| self.is_stop()) else {
                self.at = before;
                return Ok(());
            };
            match (item.hours.is_empty(), join) {
                (false, Join::Word) => item.hours.push(hours),
                (false, Join::Comma) if item.hours.iter().all(|other| other.plural == hours.plural) => {
                    item.hours.push(hours)
                }
                (true, Join::Comma) if item.has_days() && !item.every_day => {
                    let plural = item.days.as_ref().is_some_and(|days| days.plural) || hours.plural;
                    if plural {
                        let words = self.words(start);
                        let (days, hours) = words.split_once(',').unwrap_or((words, ""));
                        let options = vec![format!("{days} {}", hours.trim()), format!("{days}; {}", hours.trim())];
                        return Err(self.unclear(start, "are these hours of those days, or of every day?", options));
                    }
                    item.hours.push(hours);
                }
                _ => {
                    self.at = before;
                    return Ok(());
                }
            }
        }
    }

    /// Asks whether what follows a list with commas counts for the whole list.
    fn check_list(&self, start: usize, item: &Item) -> Result<(), Unclear> {
        let narrowed = !item.hours.is_empty() || item.session.is_some();
        let is_list = match &item.days {
            Some(days) => days.plural && days.only_commas,
            None => item.date_commas,
        };
        let words = self.words(start);
        let Some((first, last)) = words.rsplit_once(',').filter(|_| is_list && narrowed && !item.only_hours) else {
            return Ok(());
        };
        let options = vec![format!("{first} and {}", last.trim()), format!("{first}; {}", last.trim())];
        Err(self.unclear(start, "does the last part count for the whole list?", options))
    }

    /// Returns the times of an item for a person who can, can't, or can only if need be come then.
    pub(super) fn rules(&self, place: &Range<usize>, item: &Item, kind: Kind) -> Result<Vec<TimeRule>, Unclear> {
        let unclear = |message: &str| self.unclear_at(place.clone(), message, Vec::new());
        let hours: Vec<Option<Hours>> = if item.hours.is_empty() {
            vec![None]
        } else {
            let read = item.hours.iter().flat_map(|hours| match item.only_hours {
                true => complement(hours.minutes),
                false => vec![rounded(hours.minutes, kind)],
            });
            read.flatten().map(Some).collect()
        };
        if hours.is_empty() {
            return Err(unclear("these hours are less than 15 minutes; write hours in steps of 15 minutes"));
        }
        let every = item.days.as_ref().and_then(|days| days.every).or(item.every).unwrap_or(1);
        let (weekdays, weeks) = item.days.as_ref().map_or((Weekdays::NONE, &[][..]), |days| (days.days, &days.weeks));
        let weeks = if weeks.is_empty() { vec![None] } else { weeks.iter().copied().map(Some).collect() };
        let dates: Vec<(Option<Date>, Option<Date>)> = match item.dates.as_slice() {
            [] => vec![item.bounds],
            dates => dates.iter().filter_map(|(from, to)| both((*from, *to), item.bounds)).collect(),
        };
        if dates.is_empty() {
            return Err(unclear("no such day is in the range of dates"));
        }
        let mut rules = Vec::new();
        for (from, to) in dates {
            let from = if every > 1 { from.or(self.context.reference) } else { from };
            if every > 1 && from.is_none() {
                let message = "from which week on? Add a date, such as from Oct 5, 2026";
                return Err(unclear(message));
            }
            for week in &weeks {
                rules.extend(hours.iter().map(|hours| TimeRule {
                    from,
                    to,
                    weekdays,
                    every,
                    week: *week,
                    hours: *hours,
                    session: item.session,
                }));
            }
        }
        if rules.len() > Scenario::MAX_UNAVAILABLE {
            return Err(unclear("these are too many times; write fewer"));
        }
        Ok(rules)
    }
}

fn both(dates: Days2, bounds: (Option<Date>, Option<Date>)) -> Option<(Option<Date>, Option<Date>)> {
    let from = bounds.0.map_or(dates.0, |from| from.max(dates.0));
    let to = bounds.1.map_or(dates.1, |to| to.min(dates.1));
    (from <= to).then_some((Some(from), Some(to)))
}

/// Rounds hours to 15 minutes: outward if the person can't come, and inward otherwise.
fn rounded((from, to): Minutes, kind: Kind) -> Option<Hours> {
    let (down, up) = (|minutes: u16| minutes / 15 * 15, |minutes: u16| minutes.div_ceil(15) * 15);
    match kind {
        Kind::Cannot => Hours::new(down(from), up(to)),
        _ => Hours::new(up(from), down(to)),
    }
    .ok()
}

/// Returns the hours before and after some hours, rounded outward.
fn complement((from, to): Minutes) -> Vec<Option<Hours>> {
    let parts = [(0, from), (to, 24 * 60)].into_iter().filter(|(from, to)| from < to);
    parts.map(|part| rounded(part, Kind::Cannot)).collect()
}
