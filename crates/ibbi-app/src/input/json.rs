//! Events as JSON: reads them strictly, and reports errors in plain words with their position.

use super::{InputError, check_zone, event_kind, names};
use crate::json_text::json_error_text;
use crate::zone::Zone;
use ibbi_core::{County, Date, Event, EventKind, Name, Program, TimeZoneName, events::CaseOpened};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// Reads an event from JSON: the data alone if the kind is known, otherwise `{"type": …, "data": {…}}`.
///
/// # Errors
/// Returns an [`InputError`] that says what is wrong and where.
pub fn from_json(kind: Option<EventKind>, json: &[u8], zone: Zone) -> Result<Event, InputError> {
    let event = read_json(kind, json, zone)?;
    check_zone(&event, zone)?;
    Ok(event)
}

/// Reads an event from JSON before the zone of the case is known. Call [`check_zone`] when it is.
///
/// # Errors
/// Returns an [`InputError`] that says what is wrong and where.
pub fn read_json(kind: Option<EventKind>, json: &[u8], zone: Zone) -> Result<Event, InputError> {
    let wrong = |error: serde_json::Error| InputError::Json(json_error_text(&error));
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
    check_objects(json, kind.is_none(), &event)?;
    // JSON can escape any character.
    let is_plain = json.is_ascii() && !json.windows(2).any(|pair| pair == b"\\u");
    if is_plain { Ok(event) } else { names::composed(event) }
}

/// The data of `case_opened` as input: it can omit the program and the time zone.
///
/// This repeats the fields of [`CaseOpened`] so that errors give the line and column of the input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    contract_expires: Option<Date>,
    county: Option<County>,
    district: Name,
    #[serde(default)]
    evergreen: bool,
    follows: Option<uuid::Uuid>,
    program: Option<NamedProgram>,
    time_zone: Option<TimeZoneName>,
}

impl Opening {
    /// Returns the event, with the published program and this zone if the input omits them.
    fn event(self, zone: Zone) -> Result<Event, InputError> {
        let Self { contract_expires, county, district, evergreen, follows, program, time_zone } = self;
        let named = || TimeZoneName::new(zone.name()).map_err(|error| InputError::Json(error.to_string()));
        let time_zone = time_zone.map_or_else(named, Ok)?;
        let program = program.map(|program| program.0).unwrap_or_default();
        Ok(CaseOpened { contract_expires, county, district, evergreen, follows, program, time_zone }.into())
    }
}

/// A program as input: the name of a preset, or the parameters.
struct NamedProgram(Program);

impl<'de> Deserialize<'de> for NamedProgram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrObject;
        impl<'de> Visitor<'de> for NameOrObject {
            type Value = NamedProgram;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the name of a preset or an object")
            }
            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<NamedProgram, E> {
                crate::presets::named(name).map(NamedProgram).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NamedProgram, A::Error> {
                Program::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(NamedProgram)
            }
        }
        deserializer.deserialize_any(NameOrObject)
    }
}

/// An event as JSON, with its data not read yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    r#type: String,
    #[serde(rename = "data")]
    _data: Object,
}

/// Any JSON object. Without this type, serde would accept a list of the right values for an object.
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

/// A `case_opened` event with its type.
#[derive(Deserialize)]
struct OpeningEnvelope {
    data: Opening,
}

/// Checks that the JSON has an object wherever the event has one: serde also accepts a list of the right values.
fn check_objects(json: &[u8], whole: bool, event: &Event) -> Result<(), InputError> {
    let wrong = |error: serde_json::Error| InputError::Json(error.to_string());
    let given: Value = serde_json::from_slice(json).map_err(wrong)?;
    let given = if whole { given.get("data").unwrap_or(&Value::Null) } else { &given };
    let read = event.serialize_data(serde_json::value::Serializer).map_err(wrong)?;
    match list_for_object("data", given, &read) {
        Some(key) => Err(InputError::Json(format!("`{key}` is a list where an object belongs"))),
        None => Ok(()),
    }
}

/// Returns the key of a list that is in the place of an object.
fn list_for_object(key: &str, given: &Value, read: &Value) -> Option<String> {
    match (given, read) {
        (Value::Array(_), Value::Object(_)) => Some(key.to_owned()),
        (Value::Object(given), Value::Object(read)) => {
            given.iter().find_map(|(key, value)| list_for_object(key, value, read.get(key)?))
        }
        // Reading can sort the entries, but all of them have the same type.
        (Value::Array(given), Value::Array(read)) => {
            given.iter().find_map(|entry| list_for_object(key, entry, read.first()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_in_place_of_an_object_is_an_error_at_any_depth() {
        for (json, key) in [
            (
                r#"{"type":"meeting_scheduled","data":{"slot":["2025-10-20T09:00:00-04:00","2025-10-20T08:00:00-04:00"]}}"#,
                "slot",
            ),
            (r#"{"type":"member_named","data":{"party":"labor","member":["lee","Ann Lee"]}}"#, "member"),
            (
                r#"{"type":"session_opened","data":{"neutral":{"id":"n","name":"N"},"part":1,"present":[],
                    "observers":[["other","Ann Lee"]]}}"#,
                "observers",
            ),
        ] {
            let error = from_json(None, json.as_bytes(), Zone::default()).unwrap_err().to_string();
            assert!(error.ends_with(&format!("`{key}` is a list where an object belongs")), "{error}");
        }
        let good = r#"{"type":"member_named","data":{"party":"labor","member":{"id":"lee","name":"Ann Lee"}}}"#;
        assert!(from_json(None, good.as_bytes(), Zone::default()).is_ok());
    }

    #[test]
    fn json_errors_give_the_position_in_plain_words() {
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
                "line 3, column 17: the text is empty; enter at least one visible character",
            ),
        ] {
            let error = from_json(None, json.as_bytes(), Zone::default()).unwrap_err();
            assert_eq!(error, InputError::Json(expected.to_owned()), "{json}");
        }
    }

    #[test]
    fn every_form_of_case_opened_can_omit_program_and_zone() {
        let zone = Zone::default();
        let pairs = crate::input::from_pairs(EventKind::CaseOpened, &["district=A"], zone);
        let data = from_json(Some(EventKind::CaseOpened), br#"{"district":"A"}"#, zone);
        let whole = from_json(None, br#"{"type":"case_opened","data":{"district":"A"}}"#, zone);
        assert!(pairs.is_ok() && pairs == data && data == whole, "{pairs:?} {data:?} {whole:?}");
    }

    #[test]
    fn case_opened_takes_the_name_of_a_preset() {
        let zone = Zone::default();
        let pairs = ["district=A", "program=oregon-two-day"];
        let pairs = crate::input::from_pairs(EventKind::CaseOpened, &pairs, zone).unwrap();
        let data = br#"{"district":"A","program":"oregon-two-day"}"#;
        assert_eq!(from_json(Some(EventKind::CaseOpened), data, zone), Ok(pairs.clone()));
        let Event::CaseOpened(opened) = pairs else { panic!("another event") };
        assert_eq!(opened.program, crate::presets::named("oregon-two-day").unwrap());
        let unknown = br#"{"district":"A","program":"oregon"}"#;
        let error = from_json(Some(EventKind::CaseOpened), unknown, zone).unwrap_err().to_string();
        assert!(error.contains("there is no preset `oregon`; presets: cec-virtual, mep"), "{error}");
    }

    #[test]
    fn case_opened_takes_every_field_of_the_table() {
        let zone = Zone::default();
        let program = serde_json::json!(Program::default());
        let all = serde_json::json!({
            "contract_expires": "2027-06-30", "county": "worcester", "district": "A", "evergreen": true,
            "follows": "01920000-0000-7000-8000-000000000001", "program": program, "time_zone": "America/New_York",
        });
        let keys: Vec<&str> = all.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, EventKind::CaseOpened.fields().iter().map(|field| field.name).collect::<Vec<_>>());
        let event = from_json(Some(EventKind::CaseOpened), all.to_string().as_bytes(), zone).unwrap();
        assert_eq!(event.serialize_data(serde_json::value::Serializer).unwrap(), all);
    }

    #[test]
    fn json_is_read_strictly_and_a_wrong_offset_is_refused() {
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
