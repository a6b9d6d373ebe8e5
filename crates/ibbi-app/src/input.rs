//! Input: from what a person or a program writes to an event.

use crate::shape::fields;
use crate::zone::Zone;
use ibbi_common::spelling::{self, echo};
use ibbi_core::{County, Date, Event, EventKind, Name, Program, TimeZoneName, events::CaseOpened};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Why input is no event. Nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// No such kind of event.
    #[error("there is no event `{found}`{}; `ibbi chart` lists them all", spelling::did_you_mean(.nearest.as_deref()))]
    UnknownEvent {
        /// What was asked for.
        found: String,
        /// The nearest kind.
        nearest: Option<String>,
    },
    /// Not `key=value`.
    #[error("`{found}` is not key=value; {event} takes {keys}")]
    NotAPair {
        /// What was found.
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
    /// A key given twice.
    #[error("`{0}` is given twice; give it once")]
    Repeated(&'static str),
    /// A value still to be filled in.
    #[error("fill in the value of `{key}`: {placeholder}")]
    Placeholder {
        /// The key.
        key: &'static str,
        /// What to write.
        placeholder: String,
    },
    /// A value that is not what its key takes.
    #[error("{key}: {reason}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// Keys that are missing.
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

/// The kind of event with this name.
///
/// # Errors
/// [`InputError::UnknownEvent`], with the nearest name.
pub fn event_kind(name: &str) -> Result<EventKind, InputError> {
    EventKind::from_code(name).ok_or_else(|| InputError::UnknownEvent {
        found: echo(name),
        nearest: spelling::nearest(name, EventKind::CODES.iter().copied()),
    })
}

/// The keys of a kind of event as a person writes them: `seat=…`, optional ones in brackets.
pub fn usage(kind: EventKind) -> String {
    let shown = fields(kind).map(|field| {
        let value = field.shape.to_write();
        if field.required { format!("{}={value}", field.name) } else { format!("[{}={value}]", field.name) }
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Reads an event from `key=value` pairs; local times are those of the zone.
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
/// [`InputError`] says which key is wrong and what would be right.
pub fn from_pairs<S: AsRef<str>>(kind: EventKind, pairs: &[S], zone: Zone) -> Result<Event, InputError> {
    let mut data = Map::new();
    for pair in pairs {
        let pair = pair.as_ref();
        let not_a_pair = || InputError::NotAPair { found: echo(pair), event: kind, keys: usage(kind) };
        let (key, text) = pair.split_once('=').ok_or_else(not_a_pair)?;
        let field = fields(kind).find(|field| field.name == key).ok_or_else(|| InputError::UnknownKey {
            found: echo(key),
            event: kind,
            keys: usage(kind),
            nearest: spelling::nearest(key, kind.fields().iter().copied()),
        })?;
        if text.starts_with('<') && text.ends_with('>') {
            return Err(InputError::Placeholder { key: field.name, placeholder: field.shape.to_write() });
        }
        let value = field.shape.read(text, zone).map_err(|reason| InputError::Value { key: field.name, reason })?;
        match (data.get_mut(field.name), value) {
            (None, value) => {
                data.insert(field.name.to_owned(), value);
            }
            (Some(Value::Array(list)), Value::Array(more)) if field.shape.repeats() => list.extend(more),
            (Some(_), _) => return Err(InputError::Repeated(field.name)),
        }
    }
    let missing: Vec<_> = fields(kind)
        .filter(|field| field.required && !data.contains_key(field.name))
        .map(|field| format!("{}={}", field.name, field.shape.to_write()))
        .collect();
    if !missing.is_empty() {
        return Err(InputError::Missing { event: kind, missing: missing.join(" ") });
    }
    from_data(kind, data, zone)
}

fn from_data(kind: EventKind, data: Map<String, Value>, zone: Zone) -> Result<Event, InputError> {
    let wrong = |error: serde_json::Error| InputError::Json(plain(&error));
    let data = Value::Object(data);
    let event = match kind {
        EventKind::CaseOpened => Opening::deserialize(data).map_err(wrong)?.event(zone)?,
        _ => Event::deserialize_data(kind, data).map_err(wrong)?,
    };
    check_zone(&event, zone)?;
    Ok(event)
}

/// What is read of the opening of a case: its data, of which the program and the time zone may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    contract_expires: Option<Date>,
    county: Option<County>,
    district: Name,
    #[serde(default)]
    evergreen: bool,
    follows: Option<uuid::Uuid>,
    program: Option<Program>,
    time_zone: Option<TimeZoneName>,
}

impl Opening {
    /// The event: with the published program and with this zone where none is given.
    fn event(self, zone: Zone) -> Result<Event, InputError> {
        let Self { contract_expires, county, district, evergreen, follows, program, time_zone } = self;
        let named = || TimeZoneName::new(zone.name()).map_err(|error| InputError::Json(error.to_string()));
        let time_zone = time_zone.map_or_else(named, Ok)?;
        let program = program.unwrap_or_default();
        Ok(CaseOpened { contract_expires, county, district, evergreen, follows, program, time_zone }.into())
    }
}

/// An event as JSON, its data left for later.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    r#type: String,
    #[serde(rename = "data")]
    _data: Object,
}

/// Any JSON object. Without it, a list of the right values would pass for one.
struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Object)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// The opening of a case with its type.
#[derive(Deserialize)]
struct OpeningEnvelope {
    data: Opening,
}

/// Reads an event from JSON: the data alone if the kind is known, otherwise `{"type": …, "data": {…}}`.
///
/// # Errors
/// [`InputError`] says what is wrong and where.
pub fn from_json(kind: Option<EventKind>, json: &[u8], zone: Zone) -> Result<Event, InputError> {
    let event = read_json(kind, json, zone)?;
    check_zone(&event, zone)?;
    Ok(event)
}

/// The same where the zone of the case is not known yet: [`check_zone`] is still to be asked.
///
/// # Errors
/// [`InputError`] says what is wrong and where.
pub fn read_json(kind: Option<EventKind>, json: &[u8], zone: Zone) -> Result<Event, InputError> {
    let wrong = |error: serde_json::Error| InputError::Json(plain(&error));
    if json.trim_ascii().is_empty() {
        return Err(InputError::Json("there is nothing".to_owned()));
    }
    serde_json::from_slice::<Object>(json).map_err(wrong)?;
    let event = if let Some(kind) = kind {
        match kind {
            EventKind::CaseOpened => serde_json::from_slice::<Opening>(json).map_err(wrong)?.event(zone)?,
            _ => Event::deserialize_data(kind, &mut serde_json::Deserializer::from_slice(json)).map_err(wrong)?,
        }
    } else {
        let envelope: Envelope = serde_json::from_slice(json).map_err(wrong)?;
        match event_kind(&envelope.r#type)? {
            EventKind::CaseOpened => {
                serde_json::from_slice::<OpeningEnvelope>(json).map_err(wrong)?.data.event(zone)?
            }
            _ => serde_json::from_slice(json).map_err(wrong)?,
        }
    };
    crate::objects::check(json, kind.is_none(), &event)?;
    Ok(event)
}

/// An error of the JSON reader without the words of its trade, the place first.
///
/// ```
/// let error = serde_json::from_str::<Vec<u8>>("[1, 300]").unwrap_err();
/// let expected = "line 1, column 7: invalid value: integer `300`, expected a whole number from 0 to 255";
/// assert_eq!(ibbi_app::input::plain(&error), expected);
/// ```
pub fn plain(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let mut text = match text.strip_suffix(&place) {
        Some(text) => format!("line {}, column {}: {text}", error.line(), error.column()),
        None => text,
    };
    for (word, plain) in [
        ("EOF while parsing ", "it ends in the middle of "),
        ("invalid type: sequence,", "wrong kind of value: a list,"),
        ("invalid type: map,", "wrong kind of value: an object,"),
        ("invalid type: ", "wrong kind of value: "),
        ("unknown field ", "unknown key "),
        ("missing field ", "missing key "),
        ("duplicate field ", "duplicate key "),
        ("expected u8", "expected a whole number from 0 to 255"),
        ("expected u64", "expected a whole number"),
    ] {
        text = text.replace(word, plain);
    }
    if let Some(at) = text.find("UUID parsing failed") {
        text.truncate(at);
        text.push_str("not an id such as 01920000-0000-7000-8000-000000000001");
    }
    if let Some(at) = text.find("expected struct ") {
        let name = text[at + 16..].find([' ', ',']).map_or(text.len(), |end| at + 16 + end);
        text.replace_range(at..name, "expected an object");
    }
    text
}

/// Checks what the core cannot know: that a slot has the offsets of the case's zone, and that a zone exists.
///
/// # Errors
/// [`InputError::Zone`].
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
    use crate::shape::Shape;

    fn read(kind: EventKind, line: &[&str]) -> Result<Event, String> {
        from_pairs(kind, line, Zone::default()).map_err(|error| error.to_string())
    }

    /// A right value for every key of every kind of event.
    fn example(shape: Shape) -> &'static str {
        match shape {
            Shape::Name | Shape::Reason | Shape::Note | Shape::Names => "Ann Lee",
            Shape::Code(codes) => codes[0],
            Shape::Date => "2026-10-20",
            Shape::Slot => "2026-10-20 08:00-16:00",
            Shape::Member | Shape::Concern => "lee",
            Shape::Person => "lee:Ann Lee",
            Shape::Members => "lee,kim",
            Shape::Topics => "services,interests",
            Shape::Observers => "union_board:Ann Lee",
            Shape::Number(_) => "1",
            Shape::Flag => "true",
            Shape::Digest => "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            Shape::Uuid => "01920000-0000-7000-8000-000000000001",
            Shape::Zone => "America/New_York",
            Shape::Object => {
                r#"{"full_day":[480],"grace":15,"presence":"everyone","training":480,"two_half_days":[240,240]}"#
            }
        }
    }

    #[test]
    fn every_key_of_every_event_can_be_written_and_what_is_required_is_required() {
        for kind in EventKind::ALL.iter().copied() {
            let all: Vec<_> =
                fields(kind).map(|field| (field, format!("{}={}", field.name, example(field.shape)))).collect();
            let lines: Vec<_> = all.iter().map(|(_, pair)| pair.as_str()).collect();
            let event = read(kind, &lines).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!(event.kind(), kind);
            for (field, pair) in &all {
                let without: Vec<_> = lines.iter().copied().filter(|line| line != pair).collect();
                let result = read(kind, &without);
                assert_eq!(result.is_err(), field.required, "{kind} without {pair}: {result:?}");
            }
        }
    }

    #[test]
    fn every_mistake_is_named_with_its_remedy() {
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
                "member: `lee` is not ID:NAME; write an id, a colon and the name, such as a.lee:Ann Lee",
            ),
            (
                SessionScheduled,
                &["slot=2026-02-30 08:00-16:00"],
                "slot: `2026-02-30 08:00-16:00` is not a slot; write the day and both times, such as 2026-10-20 08:00-16:00",
            ),
            (
                ActivityRun,
                &["kind=exersise"],
                "kind: `exersise` is not known (did you mean exercise?); use one of: exercise, bargaining_simulation",
            ),
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

    #[test]
    fn json_errors_say_where_and_in_plain_words_what_is_wrong() {
        for (json, expected) in [
            (" ", "there is nothing"),
            ("[]", "line 1, column 0: wrong kind of value: a list, expected an object"),
            (r#"{"type":"note_added"}"#, "line 1, column 21: missing key `data`"),
            (
                r#"{"type":"session_postponed","data":{"part":300,"reason":"so"}}"#,
                "line 1, column 46: invalid value: integer `300`, expected a whole number from 0 to 255",
            ),
            (
                r#"{"type":"member_named","data":{"member":"lee","party":"labor"}}"#,
                "line 1, column 45: wrong kind of value: string \"lee\", expected an object",
            ),
            (
                "{\n\"type\":\"note_added\",\n\"data\":{\"text\":\"\"}}",
                "line 3, column 17: the text is empty; write at least one visible character",
            ),
        ] {
            let error = from_json(None, json.as_bytes(), Zone::default()).unwrap_err();
            assert_eq!(error, InputError::Json(expected.to_owned()), "{json}");
        }
    }

    #[test]
    fn the_opening_of_a_case_may_leave_out_the_program_and_the_zone_in_every_form() {
        let zone = Zone::default();
        let pairs = from_pairs(EventKind::CaseOpened, &["district=A"], zone);
        let data = from_json(Some(EventKind::CaseOpened), br#"{"district":"A"}"#, zone);
        let whole = from_json(None, br#"{"type":"case_opened","data":{"district":"A"}}"#, zone);
        assert!(pairs.is_ok() && pairs == data && data == whole, "{pairs:?} {data:?} {whole:?}");
    }

    #[test]
    fn json_is_read_strictly_and_a_foreign_offset_is_refused() {
        let zone = Zone::default();
        let read = |json: &str| from_json(None, json.as_bytes(), zone).map(|event| event.kind());
        assert_eq!(read(r#"{"type":"note_added","data":{"text":"so"}}"#), Ok(EventKind::NoteAdded));
        for wrong in [
            "",
            "[]",
            "null",
            r#"{"type":"note_added"}"#,
            r#"{"type":"note_added","data":{"text":1}}"#,
            r#"{"type":"note_added","data":{"text":"a","text":"b"}}"#,
            r#"{"type":"nothing","data":{}}"#,
            r#"{"type":"note_added","data":{"text":"so","more":1}}"#,
            r#"{"type":"note_added","data":{"text":"so"}} 1"#,
            r#"{"type":"note_added","data":["so"]}"#,
            r#"["note_added",{"text":"so"}]"#,
            r#"{"type":"case_opened","data":{"district":"A","district":"B"}}"#,
            r#"{"type":"meeting_scheduled","data":{"slot":{"starts":"2026-10-20T08:00:00-05:00","ends":"2026-10-20T09:00:00-05:00"}}}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
