//! Writing times as text that reads back as the same times.

use super::clock::clock_text;
use super::vocabulary::{WEEKEND, WORKDAYS, title};
use super::{Entry, Kind};
use ibbi_core::Date;
use ibbi_sim::{Hours, TimeRule, Weekday, Weekdays};

/// How dates and hours are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `Oct 5, 2026` and `4:00 PM`.
    Plain,
    /// `2026-10-05` and `16:00`.
    Iso,
}

impl Style {
    fn date(self, date: Date) -> String {
        match self {
            Self::Plain => ibbi_common::format::date(date),
            Self::Iso => date.to_string(),
        }
    }

    fn hours(self, hours: Hours) -> String {
        if let Some(half) = hours.name() {
            return format!("in the {half}");
        }
        let (from, to) = (hours.from(), hours.to());
        match (self, from, to) {
            (Self::Iso, ..) => format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60),
            (_, 0, 1..1440) => format!("before {}", clock_text(to)),
            (_, 1.., 1440) => format!("after {}", clock_text(from)),
            _ => format!("from {} to {}", clock_text(from), clock_text(to)),
        }
    }

    fn weekday(self, day: &str) -> String {
        if self == Self::Plain { title(day) } else { day.to_owned() }
    }
}

/// Returns a time as text.
pub(super) fn rule_text(rule: TimeRule, style: Style) -> String {
    let TimeRule { from, to, weekdays, every, week, hours, session } = rule;
    let is_date = weekdays.is_empty() && every <= 1 && week.is_none();
    let half = hours.and_then(Hours::name).filter(|_| !weekdays.is_empty() && every <= 1 && week.is_none());
    let mut words = Vec::new();
    if !weekdays.is_empty() {
        words.push(match (week, half, every) {
            (Some(week), ..) => format!("{} {} of the month", week.code(), names(weekdays, "", style)),
            (None, Some(half), _) => format!("{} {half}s", names(weekdays, "", style)),
            (None, None, 2) if weekdays.single().is_some() => format!("every other {}", names(weekdays, "", style)),
            (None, None, _) => names(weekdays, "s", style),
        });
    }
    if every > 1 && !(every == 2 && week.is_none() && weekdays.single().is_some()) {
        words.push(format!("every {every} weeks"));
    }
    words.extend(match (from, to) {
        (Some(from), Some(to)) if from == to && is_date => Some(style.date(from)),
        (Some(from), Some(to)) if is_date && style == Style::Iso => Some(format!("{from} to {to}")),
        (Some(from), Some(to)) => Some(format!("from {} to {}", style.date(from), style.date(to))),
        (Some(from), None) => Some(format!("from {}", style.date(from))),
        (None, Some(to)) => Some(format!("until {}", style.date(to))),
        (None, None) => None,
    });
    words.extend(hours.filter(|_| half.is_none()).map(|hours| style.hours(hours)));
    if words.is_empty() {
        words.push("every day".to_owned());
    }
    words.extend(session.map(|session| format!("for the {}", session.code())));
    words.join(" ")
}

fn names(weekdays: Weekdays, end: &str, style: Style) -> String {
    let name = |name: &str| format!("{}{end}", style.weekday(name));
    if weekdays == WORKDAYS {
        return format!("weekday{end}");
    }
    if weekdays == WEEKEND {
        return format!("weekend{end}");
    }
    let names: Vec<String> = weekdays.iter().map(|day| name(Weekday::code(day))).collect();
    match names.as_slice() {
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        [] => String::new(),
    }
}

/// Returns a time in a sentence, with `on` if it needs it. `first` is whether nothing is before it.
fn in_sentence(rule: TimeRule, first: bool) -> String {
    let text = rule_text(rule, Style::Plain);
    let names_days =
        !rule.weekdays.is_empty() && (rule.every != 2 || rule.weekdays.single().is_none() || rule.week.is_some());
    let is_date = rule.weekdays.is_empty() && rule.every <= 1 && rule.from.is_some() && rule.from == rule.to;
    let only_hours = !rule.names_days() && rule.hours.is_some();
    match rule {
        _ if rule.week.is_some() => format!("on the {text}"),
        _ if names_days || is_date => format!("on {text}"),
        _ if only_hours && !first => format!("every day {text}"),
        _ => text,
    }
}

/// Returns a sentence for some times: `can't come on Tuesdays`.
pub(super) fn sentence(kind: Kind, rules: &[TimeRule]) -> String {
    let times: Vec<String> = rules.iter().enumerate().map(|(place, rule)| in_sentence(*rule, place == 0)).collect();
    let verb = match kind {
        Kind::Cannot => "can't come",
        Kind::Only => "can come only",
        Kind::IfNeedBe => "can come if need be",
        Kind::Can => "can also come",
    };
    format!("{verb} {}", times.join(", or "))
}

/// Returns one sentence for each kind of entry, in the order of the text.
pub(super) fn sentences(entries: &[Entry]) -> Vec<String> {
    let mut kinds: Vec<(Kind, Vec<TimeRule>)> = Vec::new();
    for entry in entries {
        match kinds.iter_mut().find(|(kind, _)| *kind == entry.kind) {
            Some((_, rules)) => rules.extend(&entry.rules),
            None => kinds.push((entry.kind, entry.rules.clone())),
        }
    }
    kinds.iter().map(|(kind, rules)| sentence(*kind, rules)).collect()
}

/// Returns a time with the word for its kind, such as `only tuesdays`, for a field that asks when a person can't come.
pub(super) fn statement(kind: Kind, rule: TimeRule) -> String {
    let text = rule_text(rule, Style::Iso);
    match kind {
        Kind::Cannot => text,
        Kind::Only => format!("only {text}"),
        Kind::IfNeedBe => format!("if need be {text}"),
        Kind::Can => format!("can also {text}"),
    }
}
