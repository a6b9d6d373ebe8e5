//! Reading the calendar, the unavailable times, and the assumptions.

use super::diagnose::Problems;
use super::table::{self, Table, Value};
use super::{CalendarInput, Closure, DayPart, Scenario, Unavailable, Weekday};
use crate::assumptions::{Assumptions, Chance, Duration, ThreePoint};
use ibbi_common::spelling::{echo, nearest};
use ibbi_core::{County, Date, Name};
use std::ops::Range;
use toml::de::DeValue;

pub(super) const CALENDAR_KEYS: &[&str] = &["closed", "county", "working_days"];
pub(super) const CLOSED_KEYS: &[&str] = &["from", "half", "name", "on", "to", "weekday"];
pub(super) const TIME_KEYS: &[&str] = &["from", "half", "on", "to", "weekday"];
const HALVES: &[&str] = &["morning", "afternoon"];
const TIME_FORM: &str = "a date (2026-10-20), a weekday (\"friday\"), or a table such as { from = 2026-12-21, to = 2027-01-02 }, \
                         { on = 2026-10-20, half = \"morning\" }, or { weekday = \"friday\", half = \"afternoon\" }";

/// Returns a value as a table, or adds a problem.
fn table_of<'a, 'i>(
    value: &'a Value<'i>,
    what: &'static str,
    known: &[&'static str],
    problems: &mut Problems<'_>,
) -> Option<Table<'a, 'i>> {
    let Some(entries) = value.get_ref().as_table() else {
        let found = format!("{what} is {}", table::describe(value.get_ref()));
        problems.add(&value.span(), found, format!("a table with {}", known.join(", ")));
        return None;
    };
    Some(Table::new(entries, value.span(), what, known, problems))
}

pub(super) fn calendar(value: Option<&Value<'_>>, problems: &mut Problems<'_>) -> CalendarInput {
    let mut input = CalendarInput { closed: Vec::new(), county: None, working_days: Weekday::ALL[..5].to_vec() };
    let Some(fields) = value.and_then(|value| table_of(value, "`calendar`", CALENDAR_KEYS, problems)) else {
        return input;
    };
    if let Some(value) = fields.get("county") {
        input.county = table::word(value, "county", County::CODES, County::from_code, problems);
    }
    if let Some(value) = fields.get("working_days") {
        working_days(value, &mut input, problems);
    }
    if let Some(value) = fields.get("closed") {
        let expected = "a list of tables such as { name = \"Winter break\", from = 2026-12-24, to = 2027-01-01 }";
        for entry in table::list(value, "closed", expected, Scenario::MAX_CLOSED, problems).unwrap_or_default() {
            if let Some(closure) = closure(entry, &input.closed, problems) {
                input.closed.push(closure);
            }
        }
    }
    input
}

fn working_days(value: &Value<'_>, input: &mut CalendarInput, problems: &mut Problems<'_>) {
    let expected = "a list of weekdays such as [\"monday\", \"tuesday\"]";
    let Some(entries) = table::list(value, "working_days", expected, 7, problems) else { return };
    let mut days = Vec::new();
    for entry in entries {
        let day = table::word(entry, "working_days", &Weekday::CODES, Weekday::from_code, problems);
        if day.is_some_and(|day| days.contains(&day)) {
            problems.add(&entry.span(), "`working_days` has a day twice", "each weekday once");
        }
        days.extend(day);
    }
    if entries.is_empty() {
        problems.add(&value.span(), "`working_days` is empty", "at least one weekday");
    }
    days.sort_unstable();
    input.working_days = days;
}

fn closure(value: &Value<'_>, earlier: &[Closure], problems: &mut Problems<'_>) -> Option<Closure> {
    let fields = table_of(value, "a closed range", CLOSED_KEYS, problems)?;
    let name = fields.need("name", "a name, such as name = \"Winter break\"", problems);
    let name_place = name.map_or_else(|| value.span(), Value::span);
    let name: Option<Name> = name.and_then(|name| table::parsed(name, "name", "a name on one line", problems));
    let when = time_range(&fields, problems);
    let name = name?;
    if earlier.iter().any(|closure| closure.name == name) {
        problems.add(&name_place, format!("the closed range `{name}` is listed twice"), "a different name for each");
    }
    Some(Closure { name, when: when? })
}

/// Reads an unavailable time.
pub(super) fn unavailable(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<Unavailable> {
    match value.get_ref() {
        DeValue::Table(_) => time_range(&table_of(value, "an unavailable time", TIME_KEYS, problems)?, problems),
        DeValue::String(text) => {
            if let Some(weekday) = Weekday::from_code(text) {
                return Some(Unavailable { from: None, half: DayPart::Whole, to: None, weekday: Some(weekday) });
            }
            if let Ok(day) = text.parse::<Date>() {
                return Some(on(day));
            }
            let near = nearest(text, Weekday::CODES);
            problems.add_near(&value.span(), format!("`unavailable` has `{}`", echo(text)), TIME_FORM, near);
            None
        }
        DeValue::Datetime(_) => table::date(value, "unavailable", problems).map(on),
        other => {
            problems.add(&value.span(), format!("`unavailable` has {}", table::describe(other)), TIME_FORM);
            None
        }
    }
}

const fn on(day: Date) -> Unavailable {
    Unavailable { from: Some(day), half: DayPart::Whole, to: Some(day), weekday: None }
}

/// Reads a range of days: `on`, or `from` with `to`, or `weekday` with either or none; each with an optional `half`.
fn time_range(fields: &Table<'_, '_>, problems: &mut Problems<'_>) -> Option<Unavailable> {
    let mut day = |key: &str| fields.get(key).map(|value| table::date(value, key, problems));
    let (single, from, to) = (day("on"), day("from"), day("to"));
    let weekday =
        fields.get("weekday").map(|value| table::word(value, "weekday", &Weekday::CODES, Weekday::from_code, problems));
    let half = match fields.get("half") {
        None => Some(DayPart::Whole),
        Some(value) => table::word(
            value,
            "half",
            HALVES,
            |text| match text {
                "morning" => Some(DayPart::Morning),
                "afternoon" => Some(DayPart::Afternoon),
                _ => None,
            },
            problems,
        ),
    };
    let place = &fields.place;
    if single.is_some() && (from.is_some() || to.is_some() || weekday.is_some()) {
        problems.add(place, "`on` is used with `from`, `to`, or `weekday`", "`on` alone, or the others without it");
        return None;
    }
    if let Some(day) = single {
        return Some(Unavailable { half: half?, ..on(day?) });
    }
    if weekday.is_none() && (from.is_none() || to.is_none()) {
        problems.add(place, "the time has no days", "`on`, or both `from` and `to`, or `weekday`");
        return None;
    }
    let flat = |day: Option<Option<Date>>| day.map_or(Some(None), |day| day.map(Some));
    let (from, to) = (flat(from)?, flat(to)?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        problems.add(place, format!("the range ends on {to}, before it starts on {from}"), "`from` no later than `to`");
        return None;
    }
    Some(Unavailable { from, half: half?, to, weekday: weekday.map_or(Some(None), |day| day.map(Some))? })
}

pub(super) fn assumption_keys() -> Vec<&'static str> {
    Duration::CODES.iter().chain(Chance::CODES).copied().collect()
}

pub(super) fn assumptions(value: Option<&Value<'_>>, problems: &mut Problems<'_>) -> Assumptions {
    let mut read = Assumptions::default();
    let Some(fields) = value.and_then(|value| table_of(value, "`assumptions`", &assumption_keys(), problems)) else {
        return read;
    };
    for which in Duration::ALL {
        if let Some(value) = fields.get(which.code())
            && let Some(days) = three_points(value, which.code(), problems)
        {
            read.set_duration(*which, days);
        }
    }
    for which in Chance::ALL {
        if let Some(value) = fields.get(which.code())
            && let Some(chance) = chance(value, which.code(), problems)
        {
            read.set_chance(*which, chance);
        }
    }
    read
}

fn three_points(value: &Value<'_>, key: &str, problems: &mut Problems<'_>) -> Option<ThreePoint> {
    let expected = "three numbers of days, [least, likely, most], such as [7, 14, 30]";
    let entries = table::list(value, key, expected, 3, problems)?;
    let [least, likely, most] = entries else {
        if entries.len() < 3 {
            problems.add(&value.span(), format!("`{key}` has {} numbers", entries.len()), expected);
        }
        return None;
    };
    let mut days = |entry: &Value<'_>| {
        let number = table::number(entry, key, expected, problems)?;
        let fits = (0.0..=ThreePoint::MAX).contains(&number);
        if !fits {
            problems.add(&entry.span(), format!("`{key}` has {number} days"), "0 to 730 days");
        }
        fits.then_some(number)
    };
    let (least_days, likely_days, most_days) = (days(least), days(likely), days(most));
    let (least_days, likely_days, most_days) = (least_days?, likely_days?, most_days?);
    let mut ordered = |low: f64, high: f64, names: [&str; 2], place: Range<usize>| {
        if low > high {
            let found = format!("in `{key}`, {} is {low}, above {}, which is {high}", names[0], names[1]);
            problems.add(&place, found, "[least, likely, most] in ascending order");
        }
        low <= high
    };
    let first = ordered(least_days, likely_days, ["least", "likely"], least.span());
    let second = ordered(likely_days, most_days, ["likely", "most"], likely.span());
    (first && second).then_some(ThreePoint { least: least_days, likely: likely_days, most: most_days })
}

fn chance(value: &Value<'_>, key: &str, problems: &mut Problems<'_>) -> Option<f64> {
    let expected = "a chance from 0 to 1, such as 0.15";
    let chance = table::number(value, key, expected, problems)?;
    let fits = (0.0..=1.0).contains(&chance);
    if !fits {
        // 15 must mean 15 percent. 1.2 could mean anything.
        let near = (2.0..=100.0).contains(&chance).then(|| format!("{}", chance / 100.0));
        problems.add_near(&value.span(), format!("`{key}` is {chance}"), expected, near);
    }
    fits.then_some(chance)
}
