//! What is wrong in a filled-in form, in the words of the form: the labels of its fields, and what to do.

use super::{label, said};
use crate::describe::in_words;
use crate::input::{self, InputError};
use crate::shape::{Field, Shape, fields};
use crate::zone::{Zone, ZoneError};
use ibbi_common::spelling::{self, echo};
use ibbi_core::{
    At, ConcernId, Date, DocumentDigest, Event, EventKind, MemberId, Name, NoteText, Reason, Slot, TextError,
    TimeError, TimeZoneName, Topic,
};
use std::str::FromStr;

/// What the field is called that says when an event happened.
pub const WHEN: &str = "When it happened";
/// What the field is called that says who records it.
pub const WHO: &str = "Recorded by";

/// How many characters are repeated of what stands before one that cannot be seen.
const BEFORE: usize = 20;

/// Something that is wrong in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// The key of the field, if it is about one.
    pub field: Option<&'static str>,
    /// What is wrong and what to do, with the label of the field before it.
    pub message: String,
}

/// Why a filled-in form is no event: everything that is wrong with it. Nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct FormError {
    /// Everything that is wrong, in the order of the form.
    pub problems: Vec<FormProblem>,
}

fn lines(problems: &[FormProblem]) -> String {
    problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n")
}

impl FormError {
    /// What is in a form unseen is missing or changed: nobody types it, so the form itself is not whole.
    pub fn not_whole() -> Self {
        Self::one(None, "The form is not whole. Load the page again, and fill it in anew.".to_owned())
    }

    fn one(field: Option<&'static str>, message: String) -> Self {
        Self { problems: vec![FormProblem { field, message }] }
    }
}

/// Reads an event from the `key=value` pairs of a form; an empty value is one that was not filled in.
///
/// ```
/// use ibbi_app::{form, zone::Zone};
/// let kind = ibbi_core::EventKind::LeaderAgreed;
/// let pairs = [("seat".to_owned(), "superintendent".to_owned())];
/// let error = form::event(kind, &pairs, Zone::default()).unwrap_err();
/// assert_eq!(error.to_string(), "Name: fill this in.");
/// ```
///
/// # Errors
/// [`FormError`] says everything that is wrong, by the labels of the fields.
pub fn event(kind: EventKind, pairs: &[(String, String)], zone: Zone) -> Result<Event, FormError> {
    let filled: Vec<&(String, String)> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    let mut problems = Vec::new();
    let mut all: Vec<Field> = fields(kind).collect();
    all.sort_by_key(|field| !field.required);
    for field in all {
        let mut say = |message: String| {
            let message = format!("{}: {message}.", label(kind, field.name));
            problems.push(FormProblem { field: Some(field.name), message });
        };
        let mut values = filled.iter().filter(|(key, _)| key == field.name).peekable();
        if field.required && values.peek().is_none() {
            say(missing(field.shape).to_owned());
        }
        values.filter_map(|(_, value)| wrong(field.shape, value, zone)).for_each(&mut say);
    }
    if !problems.is_empty() {
        return Err(FormError { problems });
    }
    let pairs: Vec<String> = filled.iter().map(|(key, value)| format!("{key}={value}")).collect();
    input::from_pairs(kind, &pairs, zone).map_err(|error| rest(kind, &error))
}

/// The kind of event that a form records, out of the form's hidden field.
///
/// # Errors
/// [`FormError::not_whole`].
pub fn kind(name: &str) -> Result<EventKind, FormError> {
    EventKind::from_code(name).ok_or_else(FormError::not_whole)
}

/// Reads when an event happened, in the time of the district.
///
/// # Errors
/// [`FormError`] says what is wrong, with the label [`WHEN`].
pub fn instant(text: &str, zone: Zone, now: At) -> Result<At, FormError> {
    let text = text.trim();
    zone.read(text, now).map_err(|error| {
        let said = match error {
            ZoneError::TimeMissing(day) => format!("\u{201c}{day}\u{201d} has no time; add one, such as {day} 16:00"),
            ZoneError::Skipped(..) | ZoneError::Twice(..) | ZoneError::OutOfRange(_) => in_words(&error.to_string()),
            _ => format!(
                "\u{201c}{}\u{201d} is not a time; write the day and the time, such as 2026-10-20 16:00, or leave it \
                 empty if it happened just now",
                echo(text)
            ),
        };
        FormError::one(Some("at"), format!("{WHEN}: {said}."))
    })
}

/// Reads who records an event.
///
/// # Errors
/// [`FormError`] says what is wrong, with the label [`WHO`].
pub fn recorder(text: &str) -> Result<Name, FormError> {
    let text = text.trim();
    Name::new(text).map_err(|error| FormError::one(Some("actor"), format!("{WHO}: {}.", of_text(&error, text))))
}

/// What to do with a field that must be filled in and is not.
const fn missing(shape: Shape) -> &'static str {
    match shape {
        Shape::Code(_) | Shape::Member | Shape::Flag => "choose one",
        Shape::Members | Shape::Topics => "choose at least one",
        Shape::Date => "choose a day",
        Shape::Slot => "give the day and both times",
        Shape::Names => "write at least one name",
        _ => "fill this in",
    }
}

/// What is wrong with a value, if anything is.
fn wrong(shape: Shape, text: &str, zone: Zone) -> Option<String> {
    let is = |good: bool, message: &str| (!good).then(|| message.to_owned());
    if text.starts_with('<') && text.ends_with('>') {
        return Some(
            "what begins with < and ends with > stands for something still to be filled in; leave them out".to_owned(),
        );
    }
    match shape {
        Shape::Name | Shape::Names => checked::<Name>(text),
        Shape::Reason => checked::<Reason>(text),
        Shape::Note => checked::<NoteText>(text),
        Shape::Code(codes) => is(codes.contains(&text), "choose one of those that are offered").map(|told| {
            let labels: Vec<&str> = codes.iter().map(|code| said(code)).collect();
            if labels.len() > 6 { told } else { format!("choose one of: {}", labels.join(", ")) }
        }),
        Shape::Date => is(text.parse::<Date>().is_ok(), "give a day that exists, such as 2026-10-20"),
        Shape::Slot => zone.read_slot(text).err().map(|error| of_slot(&error)),
        Shape::Member => is(text.parse::<MemberId>().is_ok(), "choose somebody who is on a team"),
        Shape::Members => {
            let good = text.split(',').all(|id| id.trim().parse::<MemberId>().is_ok());
            is(good, "choose among those who are on a team")
        }
        Shape::Concern => is(
            text.parse::<ConcernId>().is_ok(),
            "write it with at most 23 small letters, digits and hyphens and without blanks, such as grading",
        ),
        Shape::Person => {
            let (id, name) = text.split_once(':').unwrap_or(("", text));
            let id = id.parse::<MemberId>().is_ok();
            checked::<Name>(name.trim()).or_else(|| is(id, "this person is not known any more; type the name anew"))
        }
        Shape::Topics => is(
            text.split(',').all(|topic| Topic::from_code(topic.trim()).is_some()),
            "choose among the topics that are offered",
        ),
        Shape::Observers => {
            let (capacity, name) = text.split_once(':').unwrap_or(("", text));
            let known = ibbi_core::Capacity::from_code(capacity).is_some();
            let chosen = || (!known).then(|| format!("choose in which capacity {} is there", echo(name)));
            checked::<Name>(name.trim()).or_else(chosen)
        }
        Shape::Number(most) => {
            let good = text.parse::<u64>().is_ok_and(|number| number <= most);
            (!good).then(|| format!("write a whole number from 0 to {most}"))
        }
        Shape::Flag => is(matches!(text, "true" | "yes" | "false" | "no"), "choose yes or no"),
        Shape::Digest => is(
            text.parse::<DocumentDigest>().is_ok(),
            "write the 64 digits of the document's SHA-256, 0 to 9 and a to f in small letters, or leave it empty",
        ),
        Shape::Uuid => is(
            uuid::Uuid::parse_str(text).is_ok(),
            "this is not the id of a case; copy it from the top of the other case's page, or leave it empty",
        ),
        Shape::Zone => of_zone(text),
        Shape::Object => None,
    }
}

fn checked<T: FromStr<Err = TextError>>(text: &str) -> Option<String> {
    text.parse::<T>().err().map(|error| of_text(&error, text))
}

/// What is wrong with a text that somebody typed, and what to do; without a label and a full stop.
pub fn of_text(error: &TextError, text: &str) -> String {
    match error {
        TextError::Empty { .. } => "fill this in".to_owned(),
        TextError::TooLong { limit, found, .. } => {
            format!("this has {found} characters; shorten it to at most {limit}")
        }
        TextError::Character { code, position, .. } => {
            let what = match char::from_u32(*code) {
                Some('\t') => "a tab",
                Some('\n' | '\r') => "a line break",
                _ => "an invisible character",
            };
            let before: String = text.chars().take(position.saturating_sub(1)).collect();
            let count = before.chars().count();
            let shown = echo(&before.chars().skip(count.saturating_sub(BEFORE)).collect::<String>());
            let place = match count {
                0 => "at its beginning".to_owned(),
                _ => format!("after \u{201c}{}\u{201d}", shown.trim_start()),
            };
            format!("this holds {what} {place}; delete it there, or type the text anew")
        }
        TextError::Blank { .. } => "this begins or ends with a blank; delete it".to_owned(),
        other => in_words(&other.to_string()),
    }
}

/// What is wrong with a day and two times of it.
fn of_slot(error: &ZoneError) -> String {
    match error {
        ZoneError::Skipped(time, _) => {
            format!("{time} does not exist, for the clocks go forward over it; choose another time")
        }
        ZoneError::Twice(time, ..) => {
            format!("{time} comes twice, for the clocks go back that night; choose a time before or after that hour")
        }
        ZoneError::Time(TimeError::Reversed { .. }) => {
            "the end is not after the beginning; change one of the two times".to_owned()
        }
        ZoneError::Time(TimeError::TooLong { minutes }) => {
            let most = Slot::MAX_MINUTES;
            format!("this is {minutes} minutes long; at most {most} are allowed")
        }
        _ => "give a day that exists and both times, such as 2026-10-20 from 08:00 to 16:00".to_owned(),
    }
}

/// What is wrong with the name of a time zone, if anything is; without a label and a full stop.
pub fn of_zone(text: &str) -> Option<String> {
    let name = TimeZoneName::new(text).map_err(|_| None);
    let found = name.and_then(|name| Zone::new(&name).map_err(Some)).err()?;
    let near = match found {
        Some(ZoneError::Unknown { nearest: Some(nearest), .. }) => Some(nearest),
        _ => Zone::nearest(text),
    };
    let hint = spelling::did_you_mean(near.as_deref());
    let home = crate::zone::MASSACHUSETTS;
    Some(format!(
        "there is no time zone \u{201c}{}\u{201d}{hint}; write {home}, which is that of Massachusetts, or another one \
         as a region and a city",
        echo(text)
    ))
}

/// What only shows when the event is put together.
fn rest(kind: EventKind, error: &InputError) -> FormError {
    match error {
        InputError::Value { key, reason } => {
            FormError::one(Some(key), format!("{}: {}.", label(kind, key), in_words(reason)))
        }
        InputError::Repeated(key) => FormError::one(Some(key), format!("{}: give this once.", label(kind, key))),
        InputError::Json(reason) => FormError::one(None, format!("This does not fit together: {}.", in_words(reason))),
        other => FormError::one(None, in_words(&other.to_string())),
    }
}

#[cfg(test)]
mod tests;
