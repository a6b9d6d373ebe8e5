//! Differences in sentences.

use super::code_points;
use super::fields::FieldChange;
use super::line::{ComparedLine, LineKind};
use super::names::DiffNames;
use ibbi_common::format;
use ibbi_common::zone::Zone;
use ibbi_core::{At, Date, EventKind, LocalTime, Name, Stage};
use serde_json::Value;

/// The most characters of a text that a sentence has.
const MAX_CHARS: usize = 120;

/// What sentences about a case need to know of it.
#[derive(Debug, Clone)]
pub(super) struct CaseWords {
    pub(super) district: Option<Name>,
    pub(super) zone: Zone,
    /// How the two files are named.
    pub(super) names: DiffNames,
}

/// Returns what a line is: `In case Maple Hollow, record 12 (session scheduled)`.
pub(super) fn subject(line: &ComparedLine, words: &CaseWords) -> String {
    let number = format::number(line.number);
    match line.kind {
        LineKind::Record => {
            let case = match (&words.district, line.case) {
                (Some(district), _) => format!("In case {district}, "),
                (None, Some(case)) => format!("In case {case}, "),
                (None, None) => String::new(),
            };
            let kind = line.text("type").and_then(EventKind::from_code);
            let kind = kind.map_or_else(String::new, |kind| format!(" ({})", kind.label()));
            format!("{case}record {}{kind}", line.whole("rev").unwrap_or(line.ordinal))
        }
        LineKind::Opening => "The opening of the ledger".to_owned(),
        LineKind::Format => format!("The change of the ledger's format on line {number}"),
        LineKind::Heads => format!("The state of all cases on line {number}"),
        LineKind::Custody => format!("The legal hold or destruction on line {number}"),
        LineKind::ExtractHead => "The first line of the extract, with the checkpoint".to_owned(),
        LineKind::Proof => format!("The proof on line {number} of the extract"),
        LineKind::CasePath => format!("The case's path on line {number} of the extract"),
        LineKind::Other => format!("Line {number}"),
        LineKind::Unreadable => format!("Line {number}, which can't be read"),
    }
}

/// Returns the sentence about a line that only one ledger has, without its subject.
pub(super) fn only(line: &ComparedLine, which: &str, zone: Zone) -> String {
    let mut text = format!("is only in {which}, on line {}", format::number(line.number));
    if let Some(at) = line.text("at").and_then(|at| at.parse::<At>().ok()) {
        text.push_str(&format!("; it happened on {}", zone.show(at)));
    }
    if let Some(actor) = line.text("actor") {
        text.push_str(&format!(" and was recorded by {actor}"));
    }
    text
}

/// Adds the sentence and the code points to a change.
pub(super) fn describe(change: &mut FieldChange, zone: Zone, names: DiffNames) {
    let (in_first, then) = (names.first(), names.second_after_first());
    let read = |json: &Option<String>| json.as_deref().and_then(|json| serde_json::from_str::<Value>(json).ok());
    let (first, second) = (read(&change.first), read(&change.second));
    let label = label(&change.field);
    if change.field == "order" {
        let (one, other) = (value_words(first.as_ref()), value_words(second.as_ref()));
        change.text = format!("it is on line {one} in {in_first} and on line {other} in {then}, in another order");
        return;
    }
    if let (Some(Value::Array(one)), Some(Value::Array(other))) = (&first, &second)
        && let Some(text) = lists(&label, (one, other), names)
    {
        change.text = text;
        change.code_points = entries_that_look_alike(one, other, names);
        if let Some(found) = &change.code_points {
            change.text.push_str(&format!("; {found}"));
        }
        return;
    }
    let (one, other) = both(&change.field, first.as_ref(), second.as_ref(), zone);
    change.text = match (&first, &second) {
        (Some(_), Some(_)) if change.field == "bytes" => {
            format!(
                "the line is written differently: from the first different byte on, {one} in {in_first} and {other} in {then}"
            )
        }
        (Some(_), Some(_)) => format!("{label} is {one} in {in_first} and {other} in {then}"),
        (Some(_), None) => format!("{label} is {one} in {in_first} and is missing in {then}"),
        (None, _) => format!("{label} is missing in {in_first} and is {other} in {then}"),
    };
    if let (Some(Value::String(one)), Some(Value::String(other))) = (&first, &second) {
        change.code_points = code_points::compare(one, other, names);
    }
    if let Some(found) = &change.code_points {
        change.text.push_str(&format!("; {found}"));
    }
}

/// Returns a field's name in words, such as `the slot's start`.
fn label(field: &str) -> String {
    let known = match field {
        "actor" => "the actor",
        "at" => "the time when it happened",
        "logged" => "the time when it was recorded",
        "case" => "the case",
        "id" => "the record's ID",
        "prev" => "the link to the line before",
        "rev" => "the record's number in the case",
        "seq" => "the record's number in the ledger",
        "to" => "the stage after it",
        "type" => "the kind of event",
        "v" => "the version of the format",
        "act" => "the place among the records that belong together",
        "on_behalf" => "the person or body for whom it was recorded",
        "precision" => "how exactly the time is known",
        "replaces" => "the number of the record that it replaces",
        "data" => "the data of the event",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let parts = field.strip_prefix("data.").unwrap_or(field).split('.');
    let mut label = String::from("the ");
    for (index, part) in parts.enumerate() {
        if index > 0 {
            label.push_str("'s ");
        }
        let part = match part {
            "starts" => "start",
            "ends" => "end",
            "sha256" => "digest",
            "co_neutrals" => "other neutrals",
            part => part,
        };
        label.push_str(&part.replace('_', " ").replace('[', " (").replace(']', ")"));
    }
    label
}

/// Returns which entries only one of two lists of words or numbers has.
fn lists(label: &str, (one, other): (&[Value], &[Value]), names: DiffNames) -> Option<String> {
    let (in_first, in_second, then) = (names.first(), names.second(), names.second_after_first());
    let plain = |list: &[Value]| list.iter().all(|entry| entry.is_string() || entry.is_number());
    if !plain(one) || !plain(other) || one.iter().all(Value::is_number) && other.iter().all(Value::is_number) {
        return None;
    }
    let missing = |list: &[Value], from: &[Value]| {
        let mut rest = from.to_vec();
        let mut missing = Vec::new();
        for entry in list {
            match rest.iter().position(|known| known == entry) {
                Some(place) => _ = rest.swap_remove(place),
                None => missing.push(value_words(Some(entry))),
            }
        }
        missing
    };
    let (firsts, seconds) = (missing(one, other), missing(other, one));
    let label = label.strip_prefix("the ").unwrap_or(label);
    Some(match (firsts.is_empty(), seconds.is_empty()) {
        (true, true) => format!("the list \u{201c}{label}\u{201d} has the same entries in another order"),
        (false, true) => format!("the list \u{201c}{label}\u{201d} has {} only in {in_first}", firsts.join(", ")),
        (true, false) => format!("the list \u{201c}{label}\u{201d} has {} only in {in_second}", seconds.join(", ")),
        (false, false) => {
            let (one, other) = (firsts.join(", "), seconds.join(", "));
            format!("the list \u{201c}{label}\u{201d} has {one} only in {in_first} and {other} only in {then}")
        }
    })
}

/// Returns the characters that differ in the first entry of a list that looks like another one of the other list.
fn entries_that_look_alike(one: &[Value], other: &[Value], names: DiffNames) -> Option<String> {
    let only = |list: &[Value], from: &[Value]| -> Vec<String> {
        let entries = list.iter().filter(|entry| !from.contains(entry)).filter_map(Value::as_str);
        entries.map(str::to_owned).collect()
    };
    let (firsts, seconds) = (only(one, other), only(other, one));
    firsts.iter().find_map(|first| {
        let like = seconds.iter().find(|second| code_points::looks_alike(first, second))?;
        code_points::compare(first, like, names)
    })
}

/// Returns two different values in words that differ too.
fn both(field: &str, one: Option<&Value>, other: Option<&Value>, zone: Zone) -> (String, String) {
    let texts = (one.and_then(Value::as_str), other.and_then(Value::as_str));
    if let (Some(first), Some(second)) = texts
        && let Some(found) = times(first, second, zone)
    {
        return found;
    }
    let words = |value: Option<&Value>| field_words(field, value, zone);
    let (first, second) = (words(one), words(other));
    if first != second {
        return (first, second);
    }
    let json = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    (json(one), json(other))
}

/// Returns two instants or two local times in words, as exactly as they differ.
fn times(one: &str, other: &str, zone: Zone) -> Option<(String, String)> {
    if let (Ok(first), Ok(second)) = (one.parse::<At>(), other.parse::<At>())
        && one.ends_with('Z')
        && other.ends_with('Z')
    {
        let (short, long) = ((zone.show(first), zone.show(second)), |at: At| {
            format!("{} ({} UTC)", zone.show(at), at.to_string().get(11..23).unwrap_or_default())
        });
        return Some(if short.0 == short.1 { (long(first), long(second)) } else { short });
    }
    let (first, second) = (one.parse::<LocalTime>().ok()?, other.parse::<LocalTime>().ok()?);
    let mut words = if first.date() == second.date() {
        (format::time(first), format::time(second))
    } else {
        (format::date_time(first), format::date_time(second))
    };
    if words.0 == words.1 {
        words = (one.to_owned(), other.to_owned());
    }
    Some(words)
}

fn field_words(field: &str, value: Option<&Value>, zone: Zone) -> String {
    let Some(text) = value.and_then(Value::as_str) else { return value_words(value) };
    let label = match field {
        "to" => Stage::from_code(text).map(|stage| stage.label().to_owned()),
        "type" => EventKind::from_code(text).map(|kind| kind.label().to_owned()),
        _ => None,
    };
    let at = || text.parse::<At>().ok().filter(|_| text.ends_with('Z')).map(|at| zone.show(at));
    let local = || text.parse::<LocalTime>().ok().map(format::date_time);
    let date = || text.parse::<Date>().ok().map(format::date);
    label.or_else(at).or_else(local).or_else(date).unwrap_or_else(|| value_words(value))
}

/// Returns a value in words.
fn value_words(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => {
            let mut short: String = text.chars().take(MAX_CHARS).collect();
            if short.len() < text.len() {
                short.push('\u{2026}');
            }
            format!("\u{201c}{}\u{201d}", code_points::visible(&short))
        }
        Some(Value::Array(list)) if list.is_empty() => "empty".to_owned(),
        Some(Value::Array(list)) => list.iter().map(|entry| value_words(Some(entry))).collect::<Vec<_>>().join(", "),
        Some(Value::Object(fields)) => {
            let field =
                |(name, value): (&String, _)| format!("{} {}", name.replace('_', " "), value_words(Some(value)));
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
    }
}
