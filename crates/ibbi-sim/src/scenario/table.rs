//! Reading a TOML table with a list of known keys. Unknown and missing keys are problems.

use super::diagnose::Problems;
use ibbi_common::spelling::{echo, nearest};
use ibbi_core::Date;
use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(crate) type Value<'i> = Spanned<DeValue<'i>>;

/// A table, its place, and its known keys.
pub(crate) struct Table<'a, 'i> {
    entries: &'a DeTable<'i>,
    /// The place of problems about missing keys.
    pub(crate) place: Range<usize>,
    /// The table's name in messages.
    what: &'static str,
    /// Known keys that a misspelled key was probably meant to be. They are not reported as missing too.
    meant: RefCell<Vec<String>>,
}

impl<'a, 'i> Table<'a, 'i> {
    /// Reads a table, and adds a problem for each unknown key.
    pub(crate) fn new(
        entries: &'a DeTable<'i>,
        place: Range<usize>,
        what: &'static str,
        known: &[&'static str],
        problems: &mut Problems<'_>,
    ) -> Self {
        Self::new_among(entries, place, what, known, &[], problems)
    }

    /// Does the same as [`Table::new`], without a problem for some other keys.
    pub(crate) fn new_among(
        entries: &'a DeTable<'i>,
        place: Range<usize>,
        what: &'static str,
        known: &[&'static str],
        others: &[&'static str],
        problems: &mut Problems<'_>,
    ) -> Self {
        let mut meant = Vec::new();
        for key in entries.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) && !others.contains(&name) {
                let near = nearest(name, known.iter().copied());
                meant.extend(near.clone());
                let expected = format!("one of {}", known.join(", "));
                problems.add_near(&key.span(), format!("unknown key `{}` in {what}", echo(name)), expected, near);
            }
        }
        Self { entries, place, what, meant: RefCell::new(meant) }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Value<'i>> {
        self.entries.get(key)
    }

    /// Returns the value, or adds a problem.
    pub(crate) fn need(&self, key: &str, expected: &str, problems: &mut Problems<'_>) -> Option<&'a Value<'i>> {
        let value = self.get(key);
        if value.is_none() && !self.meant.borrow().iter().any(|meant| meant == key) {
            problems.add(&self.place, format!("`{key}` is missing in {}", self.what), expected);
        }
        value
    }
}

/// Returns a value as a table, or adds a problem.
pub(crate) fn table_of<'a, 'i>(
    value: &'a Value<'i>,
    what: &'static str,
    known: &[&'static str],
    problems: &mut Problems<'_>,
) -> Option<Table<'a, 'i>> {
    let Some(entries) = value.get_ref().as_table() else {
        let found = format!("{what} is {}", describe(value.get_ref()));
        problems.add(&value.span(), found, format!("a table with {}", known.join(", ")));
        return None;
    };
    Some(Table::new(entries, value.span(), what, known, problems))
}

/// Describes a value for a message.
pub(crate) fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("`{}`", echo(text)),
        DeValue::Integer(number) => format!("`{}`", echo(number.as_str())),
        DeValue::Float(number) => format!("`{}`", echo(number.as_str())),
        DeValue::Boolean(is) => format!("`{is}`"),
        DeValue::Datetime(time) => format!("`{time}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// Returns a text, or adds a problem.
pub(crate) fn text<'a>(
    value: &'a Value<'_>,
    key: &str,
    expected: &str,
    problems: &mut Problems<'_>,
) -> Option<&'a str> {
    let text = value.get_ref().as_str();
    if text.is_none() {
        problems.add(&value.span(), format!("`{key}` is {}", describe(value.get_ref())), expected);
    }
    text
}

/// Returns a text as a type, or adds a problem with that type's own message.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    value: &Value<'_>,
    key: &str,
    expected: &str,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let parsed = text(value, key, expected, problems)?.parse::<T>();
    parsed.map_err(|error| problems.add(&value.span(), format!("in `{key}`, {error}"), expected)).ok()
}

/// Returns one of a fixed set of words, or adds a problem with the nearest word.
pub(crate) fn word<T>(
    value: &Value<'_>,
    key: &str,
    codes: &[&'static str],
    read: impl Fn(&str) -> Option<T>,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let expected = format!("one of {}", codes.join(", "));
    let found = text(value, key, &expected, problems)?;
    let read = read(found);
    if read.is_none() {
        let near = nearest(found, codes.iter().copied());
        problems.add_near(&value.span(), format!("`{key}` is `{}`", echo(found)), expected, near);
    }
    read
}

/// Returns `true` or `false`, or adds a problem.
pub(crate) fn flag(value: &Value<'_>, key: &str, problems: &mut Problems<'_>) -> Option<bool> {
    let flag = value.get_ref().as_bool();
    if flag.is_none() {
        problems.add(&value.span(), format!("`{key}` is {}", describe(value.get_ref())), "true or false");
    }
    flag
}

/// Returns a date (a TOML date or a text), or adds a problem.
pub(crate) fn date(value: &Value<'_>, key: &str, problems: &mut Problems<'_>) -> Option<Date> {
    let read = || match value.get_ref() {
        DeValue::String(text) => text.parse::<Date>().ok(),
        DeValue::Datetime(time) if time.time.is_none() => {
            let date = time.date?;
            Date::new(i32::from(date.year), u32::from(date.month), u32::from(date.day))
        }
        _ => None,
    };
    let date = read();
    if date.is_none() {
        let found = format!("`{key}` is {}", describe(value.get_ref()));
        problems.add(&value.span(), found, "a date that exists, such as 2026-10-20 (year-month-day)");
    }
    date
}

/// Returns a number, or adds a problem.
pub(crate) fn number(value: &Value<'_>, key: &str, expected: &str, problems: &mut Problems<'_>) -> Option<f64> {
    let plain = |text: &str| text.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite());
    let number = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => plain(number.as_str()),
        DeValue::Float(number) => plain(number.as_str()),
        _ => None,
    };
    if number.is_none() {
        problems.add(&value.span(), format!("`{key}` is {}", describe(value.get_ref())), expected);
    }
    number
}

/// Returns a whole number within limits, or adds a problem.
pub(crate) fn whole(
    value: &Value<'_>,
    key: &str,
    limits: RangeInclusive<u16>,
    problems: &mut Problems<'_>,
) -> Option<u16> {
    let expected = format!("a whole number from {} to {}", limits.start(), limits.end());
    let number = number(value, key, &expected, problems)?;
    let whole = limits.into_iter().find(|whole| f64::from(*whole) == number);
    if whole.is_none() {
        problems.add(&value.span(), format!("`{key}` is {number}"), expected);
    }
    whole
}

/// Returns a list within a limit, or adds a problem.
pub(crate) fn list<'a, 'i>(
    value: &'a Value<'i>,
    key: &str,
    expected: &str,
    limit: usize,
    problems: &mut Problems<'_>,
) -> Option<&'a [Value<'i>]> {
    let Some(items) = value.get_ref().as_array() else {
        problems.add(&value.span(), format!("`{key}` is {}", describe(value.get_ref())), expected);
        return None;
    };
    if items.len() > limit {
        problems.add(&value.span(), format!("`{key}` has {} entries", items.len()), format!("at most {limit}"));
    }
    Some(items)
}
