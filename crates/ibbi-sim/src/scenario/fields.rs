//! Reading the calendar, the unavailable times, and the assumptions.

use super::diagnose::Problems;
use super::table::{self, Table, Value, table_of};
use super::{CalendarInput, Closure, Scenario, Weekday, times};
use crate::assumptions::{Assumptions, BY_MONTH, Chance, Duration, MONTHS, Model, Notice, PACE_SPREAD};
use crate::three_point::ThreePoint;
use ibbi_core::{County, Name};
use std::ops::Range;

pub(super) const CALENDAR_KEYS: &[&str] = &["closed", "county", "hours", "working_days"];

pub(super) fn calendar(value: Option<&Value<'_>>, problems: &mut Problems<'_>) -> CalendarInput {
    let monday_to_friday = Weekday::ALL[..5].to_vec();
    let mut input =
        CalendarInput { closed: Vec::new(), county: None, hours: Vec::new(), working_days: monday_to_friday };
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
            input.closed.extend(closures(entry, problems));
        }
    }
    if let Some(value) = fields.get("hours") {
        input.hours = times::opening_hours(value, problems);
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

/// Reads a closed range. One with several dates counts as several.
fn closures(value: &Value<'_>, problems: &mut Problems<'_>) -> Vec<Closure> {
    let no_name = || Name::new(Closure::NO_NAME).ok();
    if !value.get_ref().is_table() {
        let times = times::time(value, "closed", problems);
        return times.into_iter().filter_map(|when| Some(Closure { name: no_name()?, when })).collect();
    }
    let Some(fields) = table_of(value, "a closed range", times::CLOSED_KEYS, problems) else { return Vec::new() };
    let name: Option<Name> = match fields.get("name") {
        None => no_name(),
        Some(name) => table::parsed(name, "name", "a name on one line", problems),
    };
    let when = times::time_range(&fields, problems);
    let Some(name) = name else { return Vec::new() };
    when.into_iter().map(|when| Closure { name: name.clone(), when }).collect()
}

pub(super) fn assumption_keys(model: Model) -> Vec<&'static str> {
    let mut keys: Vec<_> = Duration::of(model).iter().map(|which| which.code()).collect();
    if model == Model::Second {
        keys.extend([PACE_SPREAD, Notice::Meeting.code(), Notice::Session.code()]);
    }
    keys.extend(Chance::CODES);
    if model == Model::Second {
        keys.push(BY_MONTH);
    }
    keys
}

pub(super) fn assumptions(value: Option<&Value<'_>>, model: Model, problems: &mut Problems<'_>) -> Assumptions {
    let mut read = Assumptions::of(model);
    let keys = assumption_keys(model);
    let Some(fields) = value.and_then(|value| table_of(value, "`assumptions`", &keys, problems)) else {
        return read;
    };
    for which in Duration::of(model) {
        if let Some(value) = fields.get(which.code())
            && let Some(days) = three_points(value, which.code(), problems)
        {
            read.set_duration(*which, days);
        }
    }
    for which in Chance::ALL {
        let Some(value) = fields.get(which.code()) else { continue };
        if model == Model::Second && value.get_ref().is_array() {
            if let Some(range) = range(value, which.code(), problems) {
                read.set_range(*which, range);
            }
        } else if let Some(chance) = chance(value, which.code(), problems) {
            read.set_chance(*which, chance);
        }
    }
    if model == Model::Second {
        only_second(&fields, &mut read, problems);
    }
    read
}

/// Reads the assumptions that only the second model has.
fn only_second(fields: &Table<'_, '_>, read: &mut Assumptions, problems: &mut Problems<'_>) {
    for which in Notice::ALL {
        if let Some(value) = fields.get(which.code())
            && let Some(days) = table::whole(value, which.code(), 1..=365, problems)
        {
            read.set_notice(which, days);
        }
    }
    if let Some(value) = fields.get(PACE_SPREAD) {
        let expected = "a number from 0 to 4, such as 0.25";
        let spread = table::number(value, PACE_SPREAD, expected, problems);
        if let Some(spread) = spread {
            if (0.0..=Assumptions::MAX_PACE_SPREAD).contains(&spread) {
                read.set_pace_spread(spread);
            } else {
                problems.add(&value.span(), format!("`{PACE_SPREAD}` is {spread}"), expected);
            }
        }
    }
    if let Some(value) = fields.get(BY_MONTH)
        && let Some(months) = table_of(value, "`session_postponed_in`", &MONTHS, problems)
    {
        let mut chances = [None; 12];
        for (month, into) in MONTHS.iter().zip(&mut chances) {
            *into = months.get(month).and_then(|value| chance(value, month, problems));
        }
        read.set_months(chances);
    }
}

/// Reads a chance that is a range: low, likely, and high.
fn range(value: &Value<'_>, key: &str, problems: &mut Problems<'_>) -> Option<[f64; 3]> {
    let expected = "a chance from 0 to 1, or three of them in ascending order, such as [0.6, 0.8, 0.9]";
    let entries = table::list(value, key, expected, 3, problems)?;
    let read: Vec<_> = entries.iter().map(|entry| chance(entry, key, problems)).collect::<Option<_>>()?;
    let range = <[f64; 3]>::try_from(read).ok().filter(|range| range.is_sorted());
    if range.is_none() {
        problems.add(&value.span(), format!("`{key}` is not a range of chances"), expected);
    }
    range
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
