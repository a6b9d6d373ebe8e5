//! Errors of a filled-in form: what is wrong and what to do, with the labels of the form.

use crate::describe::in_words;
use crate::input::value::is_placeholder;
use crate::input::{self, InputError};
use crate::zone::{MASSACHUSETTS, Zone, ZoneError};
use ibbi_common::spelling::{self, echo};
use ibbi_common::typed::{self, Year};
use ibbi_core::{
    ActivityId, At, ConcernId, DocumentDigest, Event, EventKind, FieldInfo, FieldKind, FormatId, MemberId, Name,
    NoteText, Party, Reason, Slot, TextError, TimeError, TimeZoneName,
};
use std::str::FromStr;

/// The label of the field for the time of an event.
pub const AT_LABEL: &str = "When it happened";
/// The label of the field for the person who records an event.
pub const ON_BEHALF_LABEL: &str = "On behalf of";

/// The most characters before an invisible character that a message repeats.
const QUOTED_BEFORE: usize = 20;

/// A problem in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// The key of the field, if the problem is in one field.
    pub field: Option<&'static str>,
    /// What is wrong and what to do, after the label of the field.
    pub message: String,
}

/// Every problem that keeps a filled-in form from being an event. Nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct FormError {
    /// The problems, in the order of the form.
    pub problems: Vec<FormProblem>,
}

fn lines(problems: &[FormProblem]) -> String {
    problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n")
}

impl FormError {
    /// Returns the error for a missing or changed hidden field, which no person types.
    pub fn incomplete() -> Self {
        Self::one(None, "The form is incomplete. Load the page again, then fill in the form again.".to_owned())
    }

    /// Returns the problems of two parts of a form.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.problems.extend(other.problems);
        self
    }

    /// Returns the error for one field, with its label.
    pub fn at(field: &'static str, label: &str, message: &str) -> Self {
        Self::one(Some(field), format!("{label}: {message}."))
    }

    /// Returns the error for an event from before its case was opened, with the day and the number of the opening.
    pub fn before_opening(opened: &str, seq: u64) -> Self {
        let message = format!(
            "{AT_LABEL}: this is before the case was opened ({opened}). If the case began earlier, first correct the day of entry {seq}, \
             \u{201c}case opened\u{201d}, in the history."
        );
        Self::one(Some("day"), message)
    }

    /// Returns the error for a correction that changes nothing.
    pub fn unchanged() -> Self {
        Self::one(None, "Nothing has changed. Change what is wrong first.".to_owned())
    }

    /// Returns the error with another name for a field.
    #[must_use]
    pub fn in_field(mut self, from: &str, to: &'static str) -> Self {
        for problem in self.problems.iter_mut().filter(|problem| problem.field == Some(from)) {
            problem.field = Some(to);
        }
        self
    }

    pub(super) fn one(field: Option<&'static str>, message: String) -> Self {
        Self { problems: vec![FormProblem { field, message }] }
    }
}

impl FormProblem {
    fn new(field: &FieldInfo, problem: &str) -> Self {
        Self { field: Some(field.name), message: format!("{}: {problem}.", super::label(field)) }
    }
}

/// Reads an event from the `key=value` pairs of a form. An empty value counts as omitted.
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
/// Returns a [`FormError`] with every problem, by the labels of the fields.
pub fn event(kind: EventKind, pairs: &[(String, String)], zone: Zone) -> Result<Event, FormError> {
    let filled: Vec<&(String, String)> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    let mut problems = Vec::new();
    let mut fields: Vec<&FieldInfo> = kind.fields().iter().collect();
    fields.sort_by_key(|field| !field.is_required());
    for field in fields {
        let mut values = filled.iter().filter(|(key, _)| key == field.name).peekable();
        if field.is_required() && values.peek().is_none() {
            problems.push(FormProblem::new(field, missing(field.kind)));
        }
        let wrong = values.filter_map(|(_, value)| problem(field.kind, value, zone));
        problems.extend(wrong.map(|problem| FormProblem::new(field, &problem)));
    }
    if !problems.is_empty() {
        return Err(FormError { problems });
    }
    let pairs: Vec<String> = filled.iter().map(|(key, value)| format!("{key}={value}")).collect();
    input::from_pairs(kind, &pairs, zone).map_err(|error| whole_event(kind, &error))
}

/// Returns the kind of event that a form records, from the form's hidden field.
///
/// # Errors
/// Returns [`FormError::incomplete`] for an unknown kind.
pub fn kind(name: &str) -> Result<EventKind, FormError> {
    EventKind::from_code(name).ok_or_else(FormError::incomplete)
}

/// Reads the time of an event, in the district's time zone.
///
/// # Errors
/// Returns a [`FormError`] with the label [`AT_LABEL`].
pub fn instant(text: &str, zone: Zone, now: At) -> Result<At, FormError> {
    let text = text.trim();
    zone.read(text, now).map_err(|error| {
        let problem = match error {
            ZoneError::TimeMissing(day) => format!("\u{201c}{day}\u{201d} has no time; add one, such as {day} 4:00 PM"),
            ZoneError::Skipped(..) | ZoneError::Twice(..) | ZoneError::OutOfRange(_) => in_words(&error.to_string()),
            _ => format!(
                "\u{201c}{}\u{201d} is not a time; enter the day and the time, such as 10/20/2026 4:00 PM, or leave this \
                 empty if it just happened",
                echo(text)
            ),
        };
        FormError::one(Some("at"), format!("{AT_LABEL}: {problem}."))
    })
}

/// Reads the name of the person or body for whom an event is recorded.
///
/// # Errors
/// Returns a [`FormError`] with the label [`ON_BEHALF_LABEL`].
pub fn on_behalf(text: &str) -> Result<Name, FormError> {
    let text = text.trim();
    Name::new(text).map_err(|error| {
        FormError::one(Some("on_behalf"), format!("{ON_BEHALF_LABEL}: {}.", text_problem(&error, text)))
    })
}

/// Returns what to do about a required field that is empty.
const fn missing(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Code(_) | FieldKind::MemberId | FieldKind::Flag => "choose one",
        FieldKind::MemberIds | FieldKind::Topics(_) => "choose at least one",
        FieldKind::Date => "choose a day",
        FieldKind::Slot => "enter the day and both times",
        FieldKind::Names | FieldKind::People => "enter at least one name",
        _ => "fill this in",
    }
}

/// Returns what is wrong with a value and what to do, without a label or a period.
fn problem(kind: FieldKind, text: &str, zone: Zone) -> Option<String> {
    let unless = |good: bool, message: &str| (!good).then(|| message.to_owned());
    if is_placeholder(text) {
        return Some("text between < and > is a placeholder; replace it".to_owned());
    }
    match kind {
        FieldKind::Name { .. } | FieldKind::Names => parse_problem::<Name>(text),
        FieldKind::Reason { .. } => parse_problem::<Reason>(text),
        FieldKind::NoteText { .. } => parse_problem::<NoteText>(text),
        FieldKind::Code(set) => unless(set.codes.contains(&text), "choose one from the list").map(|short| {
            if set.labels.len() > 6 { short } else { format!("choose one of: {}", set.labels.join(", ")) }
        }),
        FieldKind::Date => unless(typed::date(text, Year::Typed).is_some(), "enter a valid date, such as 10/20/2026"),
        FieldKind::Slot => zone.read_slot(text).err().map(|error| slot_problem(&error)),
        FieldKind::MemberId => unless(text.parse::<MemberId>().is_ok(), "choose a team member"),
        FieldKind::MemberIds => {
            let good = text.split(',').all(|id| id.trim().parse::<MemberId>().is_ok());
            unless(good, "choose only team members")
        }
        FieldKind::Format(_) => unless(text.parse::<FormatId>().is_ok(), "choose a format of the program"),
        FieldKind::Activity(_) => unless(text.parse::<ActivityId>().is_ok(), "choose an activity"),
        FieldKind::ConcernId => unless(
            text.parse::<ConcernId>().is_ok(),
            "use at most 23 lowercase letters, digits, and hyphens, and no spaces, such as grading",
        ),
        FieldKind::Person => person_problem(text),
        FieldKind::People => person_problem(text),
        FieldKind::Substitutes => {
            let (member, person) = text.split_once(':').unwrap_or(("", text));
            person_problem(person)
                .or_else(|| unless(member.parse::<MemberId>().is_ok(), "choose the member whom the person replaced"))
        }
        FieldKind::Advisers(roles) => {
            let mut parts = text.splitn(3, ':');
            let (party, role, name) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or(text));
            let chosen = Party::CODES.contains(&party) && role.is_some_and(|role| roles.codes.contains(&role));
            let choose = || format!("choose a party and a role for {}", echo(name));
            parse_problem::<Name>(name.trim()).or_else(|| (!chosen).then(choose))
        }
        FieldKind::Topics(set) => {
            unless(text.split(',').all(|topic| set.codes.contains(&topic.trim())), "choose only topics from the list")
        }
        FieldKind::Observers(set) => {
            let (capacity, name) = text.split_once(':').unwrap_or(("", text));
            let choose = || format!("choose a capacity for {}", echo(name));
            parse_problem::<Name>(name.trim()).or_else(|| (!set.codes.contains(&capacity)).then(choose))
        }
        FieldKind::Number { max } => {
            let good = text.parse::<u64>().is_ok_and(|number| number <= max);
            (!good).then(|| format!("enter a whole number from 0 to {max}"))
        }
        FieldKind::Flag => unless(matches!(text, "true" | "yes" | "false" | "no"), "choose yes or no"),
        FieldKind::Digest => unless(
            text.parse::<DocumentDigest>().is_ok(),
            "enter the 64 characters that a checksum program prints (0 to 9 and lowercase a to f), or leave this empty",
        ),
        FieldKind::CaseId => {
            unless(uuid::Uuid::parse_str(text).is_ok(), "choose a case from the list, or leave this empty")
        }
        FieldKind::TimeZone => zone_problem(text),
        FieldKind::Program => unless(crate::presets::read(text).is_ok(), "choose a program from the list"),
    }
}

fn person_problem(text: &str) -> Option<String> {
    let (id, name) = text.split_once(':').unwrap_or(("", text));
    let known = id.parse::<MemberId>().is_ok();
    let unknown = || "this person is no longer known; enter the name again".to_owned();
    parse_problem::<Name>(name.trim()).or_else(|| (!known).then(unknown))
}

fn parse_problem<T: FromStr<Err = TextError>>(text: &str) -> Option<String> {
    text.parse::<T>().err().map(|error| text_problem(&error, text))
}

/// Returns what is wrong with a text and what to do, without a label or a period.
pub fn text_problem(error: &TextError, text: &str) -> String {
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
            let before = text.chars().take(position.saturating_sub(1));
            let before: String = before.map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }).collect();
            let count = before.chars().count();
            let quoted = echo(&before.chars().skip(count.saturating_sub(QUOTED_BEFORE)).collect::<String>());
            let place = match count {
                0 => "at the beginning".to_owned(),
                _ => format!("after \u{201c}{}\u{201d}", quoted.trim_start()),
            };
            format!("this has {what} {place}; delete it, or type the text again")
        }
        TextError::Blank { .. } => "this begins or ends with a space; delete it".to_owned(),
        other => in_words(&other.to_string()),
    }
}

/// Returns what is wrong with a day and its two times.
fn slot_problem(error: &ZoneError) -> String {
    match error {
        ZoneError::Skipped(time, _) => {
            format!("{time} does not exist because the clocks go forward; choose another time")
        }
        ZoneError::Twice(time, ..) => {
            format!(
                "{time} occurs twice because the clocks go back that night; choose a time before or after that hour"
            )
        }
        ZoneError::Time(TimeError::Reversed { .. }) => {
            "the end must be after the beginning; change one of the two times".to_owned()
        }
        ZoneError::Time(TimeError::TooLong { minutes }) => {
            format!("this is {minutes} minutes long; the limit is {} minutes", Slot::MAX_MINUTES)
        }
        _ => "enter a valid date and both times, such as 10/20/2026 from 8:00 AM to 4:00 PM".to_owned(),
    }
}

/// Returns what is wrong with the name of a time zone, without a label or a period.
pub fn zone_problem(text: &str) -> Option<String> {
    if let Some(zone) = ibbi_common::zone::meant_by(text) {
        return Some(format!(
            "\u{201c}{}\u{201d} is not the name of a zone; if you mean {zone}, enter that",
            echo(text)
        ));
    }
    let name = TimeZoneName::new(text).map_err(|_| None);
    let found = name.and_then(|name| Zone::new(&name).map_err(Some)).err()?;
    let near = match found {
        Some(ZoneError::Unknown { nearest: Some(nearest), .. }) => Some(nearest),
        _ => Zone::nearest(text),
    };
    let hint = spelling::did_you_mean(near.as_deref());
    Some(format!(
        "there is no time zone \u{201c}{}\u{201d}{hint}; enter {MASSACHUSETTS} for Massachusetts, or another zone as a \
         region and a city",
        echo(text)
    ))
}

/// Returns a problem that appears only when the fields are read together.
fn whole_event(kind: EventKind, error: &InputError) -> FormError {
    let (key, problem) = match error {
        InputError::Value { key, reason } => (*key, in_words(reason)),
        InputError::Repeated(key) => (*key, "enter this only once".to_owned()),
        InputError::Json(reason) => {
            return FormError::one(None, format!("These values are not valid together: {}.", in_words(reason)));
        }
        other => return FormError::one(None, in_words(&other.to_string())),
    };
    match kind.field(key) {
        Some(field) => FormError { problems: vec![FormProblem::new(field, &problem)] },
        None => FormError::one(None, in_words(&error.to_string())),
    }
}

#[cfg(test)]
mod tests;
