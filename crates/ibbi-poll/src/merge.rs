//! A scenario with the answers of a poll.
//!
//! A marked time counts before every list of the person's times. Other times stay as they are.

use crate::rules::{later, rules_of};
use crate::{Poll, PollAnswer, PollError, PollGrid, PollMark};
use ibbi_core::Date;
use ibbi_sim::{Hours, Participant, Scenario, SessionGroup, TimeRule, Weekday};

/// The minutes of a day.
const DAY: u16 = 24 * 60;

impl Poll {
    /// Returns the poll's scenario with the answers. People who haven't answered keep the times of the scenario, and so do those whose
    /// answer is only a note. A time that a person left blank counts as one at which the person can't come.
    ///
    /// # Errors
    /// [`PollError::Refused`] if the scenario of the poll's file is damaged, or if a list of a person would have more entries than a
    /// scenario can have.
    pub fn scenario_with_answers(&self) -> Result<Scenario, PollError> {
        let damaged = |error: &dyn std::fmt::Display| PollError::Refused(format!("the poll's scenario: {error}"));
        let mut scenario = Scenario::parse(&self.scenario).map_err(|error| damaged(&error))?;
        for person in &mut scenario.people {
            let Some(polled) = self.person(&person.id) else { continue };
            let Some(answer) = polled.answer.as_ref().filter(|answer| answer.has_marks()) else { continue };
            apply(person, &self.grid, answer);
            let lists = [&person.also, &person.unavailable, &person.if_need_be];
            if let Some(list) = lists.iter().find(|list| list.len() > Scenario::MAX_UNAVAILABLE) {
                let why = format!(
                    "{} would have {} entries in a list of times, and a scenario has at most {}; shorten the times of this person in \
                     the scenario",
                    polled.name,
                    list.len(),
                    Scenario::MAX_UNAVAILABLE
                );
                return Err(PollError::Refused(why));
            }
        }
        scenario.check().map_err(|error| damaged(&error))?;
        Ok(scenario)
    }
}

/// Adds an answer to a person's times. The order of the lists is `also`, `unavailable`, `if_need_be`, `available`.
fn apply(person: &mut Participant, grid: &PollGrid, answer: &PollAnswer) {
    let is = |mark: PollMark| move |cell: usize| answer.mark(cell) == mark;
    // Exceptions come first, so they must leave room for the marks that say something else.
    person.also = without(&person.also, grid, |cell| answer.mark(cell) != PollMark::Can);
    person.unavailable = without(&person.unavailable, grid, is(PollMark::IfNeedBe));
    let contradicted = |cell: usize| {
        let Some((day, hours)) = place(grid, cell) else { return false };
        let touches = |rule: &TimeRule| rule.covers(day) && rule.hours.is_none_or(|own| overlap(own, hours));
        let covers = |rule: &TimeRule| {
            rule.covers(day) && rule.hours.is_none_or(|own| own.from() <= hours.from() && hours.to() <= own.to())
        };
        let is_closed = |group: SessionGroup| {
            let mut own = person.available.iter().filter(|rule| rule.is_for(group)).peekable();
            own.peek().is_some() && !own.any(covers)
        };
        person.unavailable.iter().chain(&person.if_need_be).any(touches) || SessionGroup::ALL.into_iter().any(is_closed)
    };
    let also = rules_of(grid, |cell| answer.mark(cell) == PollMark::Can && contradicted(cell));
    person.also.extend(also);
    person.unavailable.extend(rules_of(grid, is(PollMark::Cannot)));
    person.if_need_be.extend(rules_of(grid, is(PollMark::IfNeedBe)));
}

/// Returns the day and the hours of a cell.
fn place(grid: &PollGrid, cell: usize) -> Option<(Date, Hours)> {
    let bands = grid.bands.len();
    Some((*grid.days.get(cell.checked_div(bands)?)?, *grid.bands.get(cell.checked_rem(bands)?)?))
}

const fn overlap(one: Hours, other: Hours) -> bool {
    one.from() < other.to() && other.from() < one.to()
}

/// Returns rules without the cells for which `is_out` returns true. Rules that have none of them stay as they are.
fn without(rules: &[TimeRule], grid: &PollGrid, is_out: impl Fn(usize) -> bool) -> Vec<TimeRule> {
    let (Some(first), Some(last)) = (grid.days.first(), grid.days.last()) else { return rules.to_vec() };
    let out = |rule: &TimeRule, index: usize| -> Vec<Hours> {
        let bands = grid.bands.iter().enumerate();
        let own = bands.filter(|(band, hours)| {
            is_out(index * grid.bands.len() + band) && rule.hours.is_none_or(|own| overlap(own, **hours))
        });
        own.map(|(_, hours)| *hours).collect()
    };
    let mut found = Vec::new();
    for rule in rules {
        let is_touched = |(index, day): (usize, &Date)| rule.covers(*day) && !out(rule, index).is_empty();
        if !grid.days.iter().enumerate().any(is_touched) {
            found.push(*rule);
            continue;
        }
        // Before the grid, each day of it that is left, and after it.
        if let Some(to) = later(*first, -1).filter(|to| rule.from.is_none_or(|from| from <= *to)) {
            found.push(TimeRule { to: Some(to), ..*rule });
        }
        let between = first.to_chrono().iter_days().take_while(|day| *day <= last.to_chrono());
        for day in between.filter_map(|day| Date::try_from(day).ok()).filter(|day| rule.covers(*day)) {
            let taken = grid.days.binary_search(&day).map(|index| out(rule, index)).unwrap_or_default();
            let whole = TimeRule { session: rule.session, hours: rule.hours, ..TimeRule::on(day) };
            match taken.is_empty() {
                true => found.push(whole),
                false => found.extend(rest(rule.hours, &taken).into_iter().map(|hours| whole.at(hours))),
            }
        }
        found.extend(from_on(rule, later(*last, 1)));
    }
    found
}

/// Returns the part of a rule from a day on. A pattern of every few weeks stays in step.
fn from_on(rule: &TimeRule, day: Option<Date>) -> Option<TimeRule> {
    let day = day.filter(|day| rule.to.is_none_or(|to| *day <= to))?;
    let from = match rule.from {
        Some(own) if own >= day => return Some(*rule),
        Some(own) if rule.every > 1 => {
            let monday = |day: Date| later(day, -(Weekday::from_date(day) as i64));
            let weeks = (monday(day)?.to_chrono() - monday(own)?.to_chrono()).num_days() / 7;
            let past = weeks % i64::from(rule.every);
            if past == 0 { day } else { later(monday(day)?, 7 * (i64::from(rule.every) - past))? }
        }
        _ => day,
    };
    rule.to.is_none_or(|to| from <= to).then_some(TimeRule { from: Some(from), ..*rule })
}

/// Returns hours without others, which are in order; the whole day if there are none.
fn rest(hours: Option<Hours>, taken: &[Hours]) -> Vec<Hours> {
    let (mut from, end) = hours.map_or((0, DAY), |hours| (hours.from(), hours.to()));
    let mut found = Vec::new();
    for hours in taken {
        found.extend(Hours::new(from, hours.from().min(end)).ok());
        from = from.max(hours.to());
    }
    found.extend(Hours::new(from, end).ok());
    found
}

#[cfg(test)]
mod tests;
