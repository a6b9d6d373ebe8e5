//! Exceptions: the times of a rule without those of another.

use super::dates::{after, before};
use chrono::Days;
use ibbi_core::Date;
use ibbi_sim::{Hours, SessionGroup, TimeRule, Weekday, Weekdays};

const DAY: u16 = 24 * 60;

/// Returns rules for the times of `rule` that are not in `except`, or `None` if no rules can express them.
pub(super) fn subtract(rule: TimeRule, except: TimeRule) -> Option<Vec<TimeRule>> {
    let mut left = Vec::new();
    let mut rest = rule;
    if let Some(from) = except.from {
        left.extend(before(from).and_then(|last| narrowed(rest, None, Some(last))));
        match narrowed(rest, Some(from), None) {
            Some(common) => rest = common,
            None => return Some(vec![rule]),
        }
    }
    if let Some(to) = except.to {
        left.extend(after(to).and_then(|first| narrowed(rest, Some(first), None)));
        match narrowed(rest, None, Some(to)) {
            Some(common) => rest = common,
            None => return Some(vec![rule]),
        }
    }
    if !except.weekdays.is_empty() {
        let days = |excepted: bool| -> Weekdays {
            let all = if rest.weekdays.is_empty() { Weekday::ALL.into_iter().collect() } else { rest.weekdays };
            all.iter().filter(|day| except.weekdays.has(*day) == excepted).collect()
        };
        let (other, common) = (days(false), days(true));
        if common.is_empty() {
            return Some(vec![rule]);
        }
        if !other.is_empty() {
            left.push(TimeRule { weekdays: other, ..rest });
        }
        rest.weekdays = common;
    }
    // Other patterns leave weeks that no rule can name.
    let same_weeks = except.every <= 1 || (except.every, except.from) == (rule.every, rule.from);
    if !same_weeks || except.week.is_some() && except.week != rest.week {
        return None;
    }
    if let Some(hours) = except.hours {
        let (from, to) = rest.hours.map_or((0, DAY), |hours| (hours.from(), hours.to()));
        if hours.to() <= from || to <= hours.from() {
            return Some(vec![rule]);
        }
        let parts = [(from, hours.from().min(to)), (hours.to().max(from), to)];
        left.extend(parts.into_iter().filter_map(|(from, to)| Some(rest.at(Hours::new(from, to).ok()?))));
        rest.hours = Hours::new(from.max(hours.from()), to.min(hours.to())).ok();
    }
    if let Some(session) = except.session {
        match rest.session {
            Some(own) if own != session => return Some(vec![rule]),
            Some(_) => {}
            None => {
                let kinds = SessionGroup::CODES.into_iter().filter_map(SessionGroup::from_code);
                left.extend(kinds.filter(|kind| *kind != session).map(|kind| TimeRule { session: Some(kind), ..rest }));
            }
        }
    }
    Some(left)
}

/// Returns whether two rules can have a moment in common.
pub(super) fn overlap(one: &TimeRule, other: &TimeRule) -> bool {
    let days =
        one.weekdays.is_empty() || other.weekdays.is_empty() || one.weekdays.iter().any(|day| other.weekdays.has(day));
    let starts = |first: &TimeRule, second: &TimeRule| match (first.from, second.to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    let hours = match (one.hours, other.hours) {
        (Some(one), Some(other)) => one.from() < other.to() && other.from() < one.to(),
        _ => true,
    };
    days && hours && starts(one, other) && starts(other, one)
}

/// Returns a rule within a range of dates. The weeks of its pattern stay the same.
fn narrowed(rule: TimeRule, from: Option<Date>, to: Option<Date>) -> Option<TimeRule> {
    let start = match (rule.from, from) {
        (Some(own), Some(from)) if own < from => Some(aligned(rule, own, from)?),
        (own, from) => own.or(from),
    };
    let end = match (rule.to, to) {
        (Some(own), Some(to)) => Some(own.min(to)),
        (own, to) => own.or(to),
    };
    let is_empty = start.zip(end).is_some_and(|(start, end)| end < start);
    (!is_empty).then_some(TimeRule { from: start, to: end, ..rule })
}

/// Returns the first day on or after `from` in a week of the pattern.
fn aligned(rule: TimeRule, first: Date, from: Date) -> Option<Date> {
    let any_day = TimeRule { from: Some(first), to: None, weekdays: Weekdays::NONE, week: None, ..rule };
    let days =
        (0..=7 * u64::from(TimeRule::MAX_EVERY)).map_while(|by| from.to_chrono().checked_add_days(Days::new(by)));
    days.filter_map(|day| Date::try_from(day).ok()).find(|day| any_day.covers(*day))
}
