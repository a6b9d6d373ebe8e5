//! Reading times: texts, and tables of dates, patterns, and hours.

use super::SessionGroup;
use super::diagnose::Problems;
use super::table::{self, Table, Value, table_of};
use super::time::minute_of_day;
use super::{FixedSession, Hours, Scenario, TimeRule, WeekOfMonth, Weekday, Weekdays};
use ibbi_common::spelling::{echo, nearest};
use ibbi_core::Date;
use toml::de::DeValue;

const TIME_KEYS: &[&str] = &["every", "for", "from", "half", "hours", "on", "to", "week", "weekday"];
pub(super) const CLOSED_KEYS: &[&str] = &["every", "from", "half", "hours", "name", "on", "to", "week", "weekday"];
const FIXED_KEYS: &[&str] = &["at", "on", "part", "session"];
const TIME_FORM: &str = "a date (2026-10-20), a weekday (\"friday\"), hours (\"16:00-20:00\"), or a table such as \
                         { from = 2026-12-21, to = 2027-01-02 }, { on = 2026-10-20, half = \"morning\" }, or \
                         { weekday = \"friday\", hours = \"16:00-20:00\" }";
const HOURS_FORM: &str = "hours in steps of 15 minutes, such as \"16:00-20:00\"";

/// Reads a list of times.
pub(super) fn times(value: Option<&Value<'_>>, key: &str, problems: &mut Problems<'_>) -> Option<Vec<TimeRule>> {
    let Some(value) = value else { return Some(Vec::new()) };
    let before = problems.count();
    let expected = "a list of dates, weekdays, hours, and ranges";
    let entries = table::list(value, key, expected, Scenario::MAX_UNAVAILABLE, problems).unwrap_or_default();
    let read: Vec<_> = entries.iter().flat_map(|entry| time(entry, key, problems)).collect();
    (problems.count() == before).then_some(read)
}

/// Reads the hours when sessions can be held.
pub(super) fn opening_hours(value: &Value<'_>, problems: &mut Problems<'_>) -> Vec<TimeRule> {
    let expected = "a list of hours such as [\"8:00-16:00\", \"tuesday 16:00-20:00\"]";
    let entries = table::list(value, "hours", expected, 60, problems).unwrap_or_default();
    if entries.is_empty() {
        problems.add(&value.span(), "`hours` is empty", expected);
    }
    let mut read = Vec::new();
    for entry in entries {
        for rule in time(entry, "hours", problems) {
            if rule.session.is_some() {
                problems.add(
                    &entry.span(),
                    "an entry of `hours` has `for`",
                    "no `for`: the hours are those of all sessions",
                );
            }
            read.push(rule);
        }
    }
    read
}

/// Reads a time. A list of dates counts as several times.
pub(super) fn time(value: &Value<'_>, key: &str, problems: &mut Problems<'_>) -> Vec<TimeRule> {
    match value.get_ref() {
        DeValue::Table(_) => table_of(value, "a time", TIME_KEYS, problems)
            .map(|fields| time_range(&fields, problems))
            .unwrap_or_default(),
        DeValue::String(text) => {
            let read = time_text(text);
            if read.is_none() {
                let near = nearest(text, Weekday::CODES);
                problems.add_near(&value.span(), format!("`{key}` has `{}`", echo(text)), TIME_FORM, near);
            }
            read.into_iter().collect()
        }
        DeValue::Datetime(_) => table::date(value, key, problems).map(TimeRule::on).into_iter().collect(),
        other => {
            problems.add(&value.span(), format!("`{key}` has {}", table::describe(other)), TIME_FORM);
            Vec::new()
        }
    }
}

/// Reads a date, a weekday, hours, or a date or weekday with hours.
fn time_text(text: &str) -> Option<TimeRule> {
    let day = |text: &str| {
        let weekday = Weekday::from_code(text).map(TimeRule::weekday);
        weekday.or_else(|| text.parse().ok().map(TimeRule::on))
    };
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [one] => day(one).or_else(|| Some(TimeRule::ALWAYS.at(one.parse().ok()?))),
        [one, hours] => Some(day(one)?.at(hours.parse().ok()?)),
        _ => None,
    }
}

/// Reads a range of days: `on`, or `from` with `to`, or `weekday` with either or none, and their hours.
pub(super) fn time_range(fields: &Table<'_, '_>, problems: &mut Problems<'_>) -> Vec<TimeRule> {
    let before = problems.count();
    let rule = pattern(fields, problems);
    let on = fields.get("on").map(|value| days(value, problems));
    let place = &fields.place;
    let named = ["every", "from", "to", "week", "weekday"].iter().any(|key| fields.get(key).is_some());
    if on.is_some() && named {
        problems.add(place, "`on` is used with `from`, `to`, or `weekday`", "`on` alone, or the others without it");
    }
    if on.is_none() && rule == (TimeRule { session: rule.session, ..TimeRule::ALWAYS }) {
        problems.add(place, "the time has no days", "`on`, `from`, `to`, `weekday`, or `hours`");
    }
    if problems.count() > before {
        return Vec::new();
    }
    match on {
        None => vec![rule],
        Some(days) => days.into_iter().map(|day| TimeRule { from: Some(day), to: Some(day), ..rule }).collect(),
    }
}

/// Reads everything of a time except `on`.
fn pattern(fields: &Table<'_, '_>, problems: &mut Problems<'_>) -> TimeRule {
    let place = fields.place.clone();
    let mut day = |key: &str| fields.get(key).and_then(|value| table::date(value, key, problems));
    let (from, to) = (day("from"), day("to"));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        problems.add(
            &place,
            format!("the range ends on {to}, before it starts on {from}"),
            "`from` no later than `to`",
        );
    }
    let weekdays = fields.get("weekday").map(|value| weekdays(value, problems)).unwrap_or_default();
    let week = fields
        .get("week")
        .and_then(|value| table::word(value, "week", &WeekOfMonth::CODES, WeekOfMonth::from_code, problems));
    if week.is_some() && fields.get("weekday").is_none() {
        problems.add(&place, "`week` is used without `weekday`", "`weekday` as well, such as \"tuesday\"");
    }
    let every = fields.get("every").and_then(|value| every(value, problems)).unwrap_or(1);
    if every > 1 && fields.get("from").is_none() {
        problems.add(&place, "`every` is used without `from`", "`from`, a date in the first of these weeks");
    }
    let kinds = &SessionGroup::CODES;
    let session =
        fields.get("for").and_then(|value| table::word(value, "for", kinds, SessionGroup::from_code, problems));
    TimeRule { from, to, weekdays, every, week, hours: hours(fields, problems), session }
}

fn every(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<u8> {
    let expected = "a whole number of weeks, from 1 to 52; 2 is every other week";
    let number = table::number(value, "every", expected, problems)?;
    let weeks = (1..=TimeRule::MAX_EVERY).find(|weeks| f64::from(*weeks) == number);
    if weeks.is_none() {
        problems.add(&value.span(), format!("`every` is {number}"), expected);
    }
    weeks
}

fn hours(fields: &Table<'_, '_>, problems: &mut Problems<'_>) -> Option<Hours> {
    let half = fields.get("half");
    let hours = fields.get("hours");
    if half.is_some() && hours.is_some() {
        problems.add(&fields.place, "both `half` and `hours` are used", "one of them");
    }
    if let Some(value) = half {
        let names = Hours::NAMED.map(|(name, _)| name);
        let read = |text: &str| Hours::NAMED.iter().find(|(name, _)| *name == text).map(|(_, hours)| *hours);
        return table::word(value, "half", &names, read, problems);
    }
    hours.and_then(|value| table::parsed(value, "hours", HOURS_FORM, problems))
}

/// Reads a weekday, or a list of them.
fn weekdays(value: &Value<'_>, problems: &mut Problems<'_>) -> Weekdays {
    let one = std::slice::from_ref(value);
    let entries = match value.get_ref() {
        DeValue::Array(_) => table::list(value, "weekday", "a list of weekdays", 7, problems).unwrap_or_default(),
        _ => one,
    };
    if entries.is_empty() {
        problems.add(&value.span(), "`weekday` is empty", "at least one weekday");
    }
    let read =
        entries.iter().filter_map(|entry| table::word(entry, "weekday", &Weekday::CODES, Weekday::from_code, problems));
    read.collect()
}

/// Reads a date, or a list of them.
pub(super) fn days(value: &Value<'_>, problems: &mut Problems<'_>) -> Vec<Date> {
    let one = std::slice::from_ref(value);
    let entries = match value.get_ref() {
        DeValue::Array(_) => table::list(value, "on", "a date or a list of dates", Scenario::MAX_UNAVAILABLE, problems)
            .unwrap_or_default(),
        _ => one,
    };
    if entries.is_empty() {
        problems.add(&value.span(), "the list of dates is empty", "at least one date");
    }
    entries.iter().filter_map(|entry| table::date(entry, "on", problems)).collect()
}

/// Reads a session that is agreed.
pub(super) fn fixed(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<FixedSession> {
    let fields = table_of(value, "an agreed session", FIXED_KEYS, problems)?;
    let kinds = ["training", "facilitation"];
    let session = fields.need("session", "\"training\" or \"facilitation\"", problems);
    let session = session.and_then(|value| table::word(value, "session", &kinds, SessionGroup::from_code, problems));
    let session = session.filter(|session| *session != SessionGroup::Meeting);
    let part = fields.get("part").map_or(Some(1), |value| {
        let expected = "the number of the part, from 1";
        let number = table::number(value, "part", expected, problems)?;
        let part = (1..=8_u8).find(|part| f64::from(*part) == number);
        if part.is_none() {
            problems.add(&value.span(), format!("`part` is {number}"), expected);
        }
        part
    });
    let on = fields.need("on", "its date, such as on = 2026-10-20", problems);
    let on = on.and_then(|value| table::date(value, "on", problems));
    let form = "the time at which it starts, in steps of 15 minutes, such as at = \"16:00\"";
    let at = fields.need("at", form, problems);
    let at = at.and_then(|value| {
        let minute = minute_of_day(table::text(value, "at", form, problems)?);
        let minute = minute.filter(|minute| minute.is_multiple_of(15));
        if minute.is_none() {
            problems.add(&value.span(), format!("`at` is {}", table::describe(value.get_ref())), form);
        }
        minute
    });
    Some(FixedSession { session: session?, part: part?, on: on?, at: at? })
}
