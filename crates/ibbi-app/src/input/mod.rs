//! Input: reads an event from what a person or a program writes.

mod json;
mod names;
pub(crate) mod value;

pub use crate::json_text::json_error_text;
pub use json::{from_json, read_json};
pub(crate) use names::composed_name;

use crate::zone::Zone;
use ibbi_common::spelling::{self, echo};
use ibbi_core::{Event, EventKind, FieldInfo, FieldKind, Program, Requirement};
use serde_json::{Map, Value, json};

/// An error that says why input is not an event. Nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// An unknown kind of event.
    #[error("there is no event `{found}`{}; `ibbi chart` lists them all", spelling::did_you_mean(.nearest.as_deref()))]
    UnknownEvent {
        /// The unknown kind.
        found: String,
        /// The nearest kind.
        nearest: Option<String>,
    },
    /// A word that is not `key=value`.
    #[error("`{found}` is not key=value; {event} takes {keys}")]
    NotAPair {
        /// The word.
        found: String,
        /// The kind of event.
        event: EventKind,
        /// Its keys.
        keys: String,
    },
    /// A key that the event does not have.
    #[error("{event} has no `{found}`{}; it takes {keys}", spelling::did_you_mean(.nearest.as_deref()))]
    UnknownKey {
        /// The key.
        found: String,
        /// The kind of event.
        event: EventKind,
        /// Its keys.
        keys: String,
        /// The nearest key.
        nearest: Option<String>,
    },
    /// A key that is given twice.
    #[error("`{0}` is given twice; give it once")]
    Repeated(&'static str),
    /// A placeholder that was not replaced.
    #[error("fill in the value of `{key}`: {placeholder}")]
    Placeholder {
        /// The key.
        key: &'static str,
        /// What to write.
        placeholder: String,
    },
    /// An invalid value.
    #[error("{key}: {reason}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong and what to write.
        reason: String,
    },
    /// Missing keys.
    #[error("{event} also needs {missing}")]
    Missing {
        /// The kind of event.
        event: EventKind,
        /// What to add.
        missing: String,
    },
    /// JSON that is not an event.
    #[error("the JSON is not an event: {0}")]
    Json(String),
    /// A slot whose offset is not that of the case's time zone.
    #[error("slot: {0}")]
    Zone(#[from] crate::zone::ZoneError),
}

/// Returns the kind of event with this name.
///
/// # Errors
/// Returns [`InputError::UnknownEvent`] with the nearest name.
pub fn event_kind(name: &str) -> Result<EventKind, InputError> {
    EventKind::from_code(name).ok_or_else(|| InputError::UnknownEvent {
        found: echo(name),
        nearest: spelling::nearest(name, EventKind::CODES.iter().copied()),
    })
}

/// Returns the keys of a kind of event as a person writes them: `seat=…`, with optional keys in brackets.
pub fn usage(kind: EventKind) -> String {
    let shown = kind.fields().iter().map(|field| {
        let pair = pair(field);
        if field.is_required() { pair } else { format!("[{pair}]") }
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn pair(field: &FieldInfo) -> String {
    format!("{}={}", field.name, value::usage(field.kind))
}

/// Reads an event from `key=value` pairs. Local times are in the zone.
///
/// ```
/// use ibbi_app::{input, zone::Zone};
/// use ibbi_core::EventKind;
/// let pairs = ["seat=superintendent", "name=R. Amari"];
/// let event = input::from_pairs(EventKind::LeaderAgreed, &pairs, Zone::default()).unwrap();
/// assert_eq!(event.kind(), EventKind::LeaderAgreed);
/// let error = input::from_pairs(EventKind::LeaderAgreed, &["seat=janitor"], Zone::default()).unwrap_err();
/// assert!(error.to_string().starts_with("seat: `janitor` is not known"));
/// ```
///
/// # Errors
/// Returns an [`InputError`] that says which key is wrong and what to write.
pub fn from_pairs<S: AsRef<str>>(kind: EventKind, pairs: &[S], zone: Zone) -> Result<Event, InputError> {
    let mut data = Map::new();
    for pair in pairs {
        let (field, text) = split(kind, pair.as_ref())?;
        add(&mut data, field, value_of(field, text, zone)?)?;
    }
    complete(kind, data, zone)
}

/// Returns a recorded event with the fields changed that some `key=value` pairs name. An optional field without a value,
/// `key=`, is removed.
///
/// ```
/// use ibbi_app::{input, zone::Zone};
/// use ibbi_core::EventKind;
/// let recorded = input::from_pairs(EventKind::LeaderAgreed, &["seat=superintendent", "name=R. Amari"], Zone::default())?;
/// let amended = input::amended(&recorded, &["name=Rosa Amari"], Zone::default())?;
/// assert_eq!(amended, input::from_pairs(recorded.kind(), &["seat=superintendent", "name=Rosa Amari"], Zone::default())?);
/// # Ok::<(), input::InputError>(())
/// ```
///
/// # Errors
/// Returns an [`InputError`] that says which key is wrong and what to write.
pub fn amended<S: AsRef<str>>(recorded: &Event, pairs: &[S], zone: Zone) -> Result<Event, InputError> {
    let kind = recorded.kind();
    let data = recorded.serialize_data(serde_json::value::Serializer);
    let mut data = match data {
        Ok(Value::Object(data)) => data,
        other => return Err(InputError::Json(format!("the recorded event can't be read: {other:?}"))),
    };
    let mut changed = Map::new();
    for pair in pairs {
        let (field, text) = split(kind, pair.as_ref())?;
        if text.is_empty() && field.requirement == Requirement::Optional {
            data.remove(field.name);
        } else {
            add(&mut changed, field, value_of(field, text, zone)?)?;
        }
    }
    data.extend(changed);
    complete(kind, data, zone)
}

fn split(kind: EventKind, pair: &str) -> Result<(&'static FieldInfo, &str), InputError> {
    let not_a_pair = || InputError::NotAPair { found: echo(pair), event: kind, keys: usage(kind) };
    let (key, text) = pair.split_once('=').ok_or_else(not_a_pair)?;
    Ok((kind.field(key).ok_or_else(|| unknown_key(kind, key))?, text))
}

fn value_of(field: &'static FieldInfo, text: &str, zone: Zone) -> Result<Value, InputError> {
    if value::is_placeholder(text) {
        return Err(InputError::Placeholder { key: field.name, placeholder: value::usage(field.kind) });
    }
    value::read(field.kind, text, zone).map_err(|reason| InputError::Value { key: field.name, reason })
}

fn add(data: &mut Map<String, Value>, field: &'static FieldInfo, value: Value) -> Result<(), InputError> {
    match (data.get_mut(field.name), value) {
        (None, value) => {
            data.insert(field.name.to_owned(), value);
        }
        (Some(Value::Array(list)), Value::Array(more)) if value::repeats(field.kind) => list.extend(more),
        (Some(_), _) => return Err(InputError::Repeated(field.name)),
    }
    Ok(())
}

fn complete(kind: EventKind, mut data: Map<String, Value>, zone: Zone) -> Result<Event, InputError> {
    let is_missing = |field: &&FieldInfo| field.is_required() && !data.contains_key(field.name);
    let missing: Vec<_> = kind.fields().iter().filter(is_missing).map(pair).collect();
    if !missing.is_empty() {
        return Err(InputError::Missing { event: kind, missing: missing.join(" ") });
    }
    fill_in(kind, &mut data, zone);
    let event = Event::deserialize_data(kind, Value::Object(data))
        .map_err(|error| InputError::Json(json_error_text(&error)))?;
    check_zone(&event, zone)?;
    names::composed(event)
}

fn unknown_key(kind: EventKind, key: &str) -> InputError {
    InputError::UnknownKey {
        found: echo(key),
        event: kind,
        keys: usage(kind),
        nearest: spelling::nearest(key, kind.fields().iter().map(|field| field.name)),
    }
}

/// Adds the fields that input can omit and a ledger line must have.
fn fill_in(kind: EventKind, data: &mut Map<String, Value>, zone: Zone) {
    let omitted = |field: &&FieldInfo| field.requirement == Requirement::RequiredOnLine;
    for field in kind.fields().iter().filter(omitted) {
        let default = match field.kind {
            FieldKind::Program => json!(Program::default()),
            FieldKind::TimeZone => json!(zone.name()),
            _ => continue,
        };
        data.entry(field.name).or_insert(default);
    }
}

/// Checks what the core can't check: a slot must have the offsets of the case's zone, and a time zone must exist.
///
/// # Errors
/// Returns [`InputError::Zone`].
pub fn check_zone(event: &Event, zone: Zone) -> Result<(), InputError> {
    match event {
        Event::MeetingScheduled(event) => zone.check(event.slot)?,
        Event::SessionScheduled(event) => zone.check(event.slot)?,
        Event::CaseOpened(event) => Zone::new(&event.time_zone).map(|_| ())?,
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: EventKind, line: &[&str]) -> Result<Event, String> {
        from_pairs(kind, line, Zone::default()).map_err(|error| error.to_string())
    }

    /// Returns a valid value of a kind.
    fn example(kind: FieldKind) -> &'static str {
        match kind {
            FieldKind::Name { .. } | FieldKind::Reason { .. } | FieldKind::NoteText { .. } | FieldKind::Names => {
                "Ann Lee"
            }
            FieldKind::Code(set) => set.codes[0],
            FieldKind::Date => "2026-10-20",
            FieldKind::Slot => "2026-10-20 08:00-16:00",
            FieldKind::MemberId | FieldKind::ConcernId => "lee",
            FieldKind::Format(_) => "full_day",
            FieldKind::Activity(_) => "role_play",
            FieldKind::Person => "lee:Ann Lee",
            FieldKind::MemberIds => "lee,kim",
            FieldKind::Topics(_) => "services,interests",
            FieldKind::Observers(_) => "union_board:Ann Lee",
            FieldKind::People => "kim:Bo Kim",
            FieldKind::Substitutes => "lee:kim:Bo Kim",
            FieldKind::Advisers(_) => "labor:counsel:Jo Park",
            FieldKind::Number { .. } => "1",
            FieldKind::Flag => "true",
            FieldKind::Digest => "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            FieldKind::CaseId => "01920000-0000-7000-8000-000000000001",
            FieldKind::TimeZone => "America/New_York",
            FieldKind::Program => {
                r#"{"full_day":[480],"grace":15,"presence":"everyone","training":480,"two_half_days":[240,240]}"#
            }
        }
    }

    #[test]
    fn every_field_can_be_written_and_required_fields_are_required() {
        for kind in EventKind::ALL.iter().copied() {
            let written = |field: &'static FieldInfo| (field, format!("{}={}", field.name, example(field.kind)));
            let all: Vec<_> = kind.fields().iter().map(written).collect();
            let lines: Vec<_> = all.iter().map(|(_, pair)| pair.as_str()).collect();
            let event = read(kind, &lines).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!(event.kind(), kind);
            for (field, pair) in &all {
                let without: Vec<_> = lines.iter().copied().filter(|line| line != pair).collect();
                let result = read(kind, &without);
                assert_eq!(result.is_err(), field.is_required(), "{kind} without {pair}: {result:?}");
            }
        }
    }

    #[test]
    fn every_mistake_is_reported_with_its_remedy() {
        use EventKind::{ActivityRun, LeaderAgreed, MeetingHeld, MemberNamed, SessionPostponed, SessionScheduled};
        for (kind, line, expected) in [
            (
                LeaderAgreed,
                &["seet=superintendent"][..],
                "leader_agreed has no `seet` (did you mean seat?); it takes name=<name> [office=chair|vice_chair] \
                 seat=superintendent|union_president|school_committee",
            ),
            (LeaderAgreed, &["seat=superintendent"], "leader_agreed also needs name=<name>"),
            (LeaderAgreed, &["name=<name>"], "fill in the value of `name`: <name>"),
            (LeaderAgreed, &["name=A", "name=B"], "`name` is given twice; give it once"),
            (SessionPostponed, &["part=one"], "part: `one` is not a whole number from 0 to 255"),
            (
                MemberNamed,
                &["member=lee"],
                "member: `lee` is not ID:NAME; write an ID, a colon, and the name, such as a.lee:Ann Lee",
            ),
            (
                SessionScheduled,
                &["slot=2026-02-30 08:00-16:00"],
                "slot: `2026-02-30 08:00-16:00` is not a slot; write the date and both times, as in 2026-10-20 08:00-16:00",
            ),
            (ActivityRun, &["kind=exersise"], "kind: `exersise` is not known (did you mean exercise?)"),
            (
                MeetingHeld,
                &["present"],
                "`present` is not key=value; meeting_held takes present=<name> \
             representative=<name> topics=interests,next_steps,services",
            ),
        ] {
            assert_eq!(read(kind, line).unwrap_err(), expected, "{line:?}");
        }
        assert_eq!(
            event_kind("leader_agree").unwrap_err().to_string(),
            "there is no event `leader_agree` (did you mean leader_agreed?); `ibbi chart` lists them all"
        );
    }
}
