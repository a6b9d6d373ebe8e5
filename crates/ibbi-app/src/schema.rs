//! The JSON Schema (2020-12) of a ledger's lines, made from the table of event fields.
//!
//! A schema sees one line at a time: it can't check the chain, the order of keys, or white space. `ibbi verify` can.

use ibbi_core::{Capacity, EventKind, FieldInfo, FieldKind, MAX_NUMBER, Presence, Requirement, Stage};
use ibbi_log::OPENING_TYPE;
use serde_json::{Map, Value, json};

/// Characters that no text can have, as the inside of a character class.
const INVISIBLE: &str =
    r"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff";
/// The same characters without LF and TAB.
const INVISIBLE_BUT_LINES: &str = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff";

/// Returns the schema of a text of at most `limit` characters that begins and ends with a visible one.
fn text(limit: usize, invisible: &str) -> Value {
    let mut text = pattern(&format!(r"[^\s{invisible}]([^{invisible}]*[^\s{invisible}])?"));
    text["maxLength"] = json!(limit);
    text
}

/// Returns the schema of a text that has this form from its beginning to its end.
///
/// Regular expressions differ between languages. In some, `$` alone allows a line feed after it, and `\d` matches any
/// digit of Unicode. This form avoids both.
fn pattern(form: &str) -> Value {
    json!({ "type": "string", "pattern": format!(r"^{form}(?!\n)$") })
}

/// The years, months, and days of a calendar. The schema does not check the length of a month.
const DATE: &str = "(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const CLOCK: &str = "([01][0-9]|2[0-3]):[0-5][0-9]";
/// An offset of up to 14 hours in either direction. Zero is `+00:00`.
const OFFSET: &str = r"(?!-00:00)[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)";

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn list(items: &Value, requirement: Requirement) -> Value {
    // An optional list is omitted when it is empty.
    let least = usize::from(requirement == Requirement::Optional);
    json!({ "type": "array", "items": items, "minItems": least, "maxItems": 100, "uniqueItems": true })
}

fn number(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn definitions() -> Value {
    let pairs = |pairs: &[(&str, Value)]| -> Map<String, Value> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let part = number(1, 1440);
    let parts = json!({ "type": "array", "items": part, "minItems": 1, "maxItems": 8 });
    json!({
        "name": text(120, INVISIBLE),
        "reason": text(500, INVISIBLE),
        "note": text(4000, INVISIBLE_BUT_LINES),
        "instant": pattern(&format!(r"{DATE}T{CLOCK}:[0-5][0-9]\.[0-9]{{3}}Z")),
        "date": pattern(DATE),
        "localTime": pattern(&format!("{DATE}T{CLOCK}:00{OFFSET}")),
        "uuid": pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        "sha256": pattern("[0-9a-f]{64}"),
        "id": pattern("[a-z0-9][a-z0-9._-]{0,22}"),
        "slot": object(pairs(&[("ends", reference("localTime")), ("starts", reference("localTime"))]), &["ends", "starts"]),
        "person": object(pairs(&[("id", reference("id")), ("name", reference("name"))]), &["id", "name"]),
        "observer": object(
            pairs(&[("capacity", json!({ "enum": Capacity::CODES })), ("name", reference("name"))]),
            &["capacity", "name"],
        ),
        "program": object(
            pairs(&[
                ("full_day", parts.clone()),
                ("grace", number(0, 1439)),
                ("presence", json!({ "enum": Presence::CODES })),
                ("training", part),
                ("two_half_days", parts),
            ]),
            &["full_day", "grace", "presence", "training", "two_half_days"],
        ),
    })
}

fn value(field: &FieldInfo) -> Value {
    match field.kind {
        FieldKind::Name { .. } => reference("name"),
        FieldKind::Reason { .. } => reference("reason"),
        FieldKind::NoteText { .. } => reference("note"),
        FieldKind::Code(set) => json!({ "enum": set.codes }),
        FieldKind::Date => reference("date"),
        FieldKind::Slot => reference("slot"),
        FieldKind::MemberId | FieldKind::ConcernId => reference("id"),
        FieldKind::Person => reference("person"),
        FieldKind::MemberIds => list(&reference("id"), field.requirement),
        FieldKind::Names => list(&reference("name"), field.requirement),
        FieldKind::Topics(set) => list(&json!({ "enum": set.codes }), field.requirement),
        FieldKind::Observers(_) => list(&reference("observer"), field.requirement),
        FieldKind::Number { max } => number(0, max),
        // An optional flag is omitted when it is false.
        FieldKind::Flag if field.requirement == Requirement::Optional => json!({ "const": true }),
        FieldKind::Flag => json!({ "type": "boolean" }),
        FieldKind::Digest => reference("sha256"),
        FieldKind::CaseId => reference("uuid"),
        FieldKind::TimeZone => pattern("[A-Za-z][A-Za-z0-9/_+-]{0,39}"),
        FieldKind::Program => reference("program"),
    }
}

/// Returns the schema of an event's data on a ledger line.
fn line_data(kind: EventKind) -> Value {
    data(kind, FieldInfo::is_required_on_line, value)
}

/// Returns the schema of an event's data as input: it can omit what the application fills in.
///
/// The references are those of [`ledger_line`].
pub fn input_data(kind: EventKind) -> Value {
    data(kind, FieldInfo::is_required, |field| match field.kind {
        FieldKind::Flag => json!({ "type": "boolean" }),
        _ => value(field),
    })
}

fn data(kind: EventKind, is_required: fn(&FieldInfo) -> bool, schema: fn(&FieldInfo) -> Value) -> Value {
    let described = |field: &FieldInfo| {
        let mut schema = schema(field);
        schema["description"] = json!(field.help);
        (field.name.to_owned(), schema)
    };
    let fields = kind.fields();
    let required: Vec<_> = fields.iter().filter(|field| is_required(field)).map(|field| field.name).collect();
    object(fields.iter().map(described).collect(), &required)
}

fn record() -> Value {
    let stages: Vec<_> =
        Stage::ALL.iter().filter(|stage| **stage != Stage::Unopened).map(|stage| stage.code()).collect();
    let cases: Vec<_> = EventKind::ALL
        .iter()
        .map(|kind| {
            json!({
                "if": { "properties": { "type": { "const": kind.code() } } },
                "then": { "properties": { "data": reference(kind.code()) } },
            })
        })
        .collect();
    let mut properties = envelope();
    properties.insert("case".into(), reference("uuid"));
    properties.insert("rev".into(), number(1, MAX_NUMBER));
    properties.insert("to".into(), json!({ "enum": stages }));
    properties.insert("type".into(), json!({ "enum": EventKind::CODES }));
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "allOf": cases,
    })
}

/// Returns the keys that every line has.
fn envelope() -> Map<String, Value> {
    let shared = [
        ("actor", reference("name")),
        ("at", reference("instant")),
        ("data", json!({ "type": "object" })),
        ("id", reference("uuid")),
        ("logged", reference("instant")),
        ("prev", reference("sha256")),
        ("seq", number(1, MAX_NUMBER)),
        ("v", json!({ "const": 1 })),
    ];
    shared.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn opening_data() -> Value {
    let data = [
        ("chart", reference("sha256")),
        ("format", json!({ "const": 1 })),
        ("origin", reference("name")),
        ("program", reference("name")),
    ];
    let properties = data.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    object(properties, &["chart", "format", "origin", "program"])
}

fn opening() -> Value {
    let mut properties = envelope();
    properties.insert("data".into(), reference(OPENING_TYPE));
    properties.insert("prev".into(), json!({ "const": "0".repeat(64) }));
    properties.insert("seq".into(), json!({ "const": 1 }));
    properties.insert("type".into(), json!({ "const": OPENING_TYPE }));
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Returns the schema of one line of a ledger of format version 1. The data of each type of event is under its code.
pub fn ledger_line() -> Value {
    let mut definitions = definitions();
    for kind in EventKind::ALL {
        definitions[kind.code()] = line_data(*kind);
    }
    definitions[OPENING_TYPE] = opening_data();
    definitions["opening"] = opening();
    definitions["record"] = record();
    // There is no `$id`: with one, some validators resolve the references inside to another document.
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an ibbi ledger, format version 1",
        "oneOf": [reference("opening"), reference("record")],
        "$defs": definitions,
    })
}
