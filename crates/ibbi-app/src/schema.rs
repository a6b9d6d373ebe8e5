//! The JSON Schema (2020-12) of a ledger's lines, made from the same table as the command line's keys.
//!
//! A schema sees one line at a time: it cannot check the chain, the order of keys, or white space. `ibbi verify` can.

use crate::shape::{Field, Shape, fields};
use ibbi_core::{Capacity, EventKind, Presence, Stage, Topic};
use ibbi_log::{MAX_NUMBER, OPENING_TYPE};
use serde_json::{Map, Value, json};

/// Characters that no text may hold, as the inside of a character class.
const INVISIBLE: &str =
    r"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff";
/// The same, with LF and TAB allowed.
const INVISIBLE_BUT_LINES: &str = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff";

/// A text of so many characters that begins and ends with a visible one.
fn text(limit: usize, invisible: &str) -> Value {
    let mut text = pattern(&format!(r"[^\s{invisible}]([^{invisible}]*[^\s{invisible}])?"));
    text["maxLength"] = json!(limit);
    text
}

/// A text of this form from its beginning to its end.
///
/// Two things are said so that all regular expressions mean the same: `$` alone would let a line feed follow in some
/// languages, and `\d` would be any digit of Unicode.
fn pattern(form: &str) -> Value {
    json!({ "type": "string", "pattern": format!(r"^{form}(?!\n)$") })
}

/// The years, months and days of a calendar; which month has how many is not for a schema.
const DATE: &str = "(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const CLOCK: &str = "([01][0-9]|2[0-3]):[0-5][0-9]";
/// Up to 14 hours either way; zero is `+00:00`.
const OFFSET: &str = r"(?!-00:00)[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)";

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn list(of: &Value, least: usize) -> Value {
    json!({ "type": "array", "items": of, "minItems": least, "maxItems": 100, "uniqueItems": true })
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

fn value(kind: EventKind, field: &Field) -> Value {
    match field.shape {
        Shape::Name => reference("name"),
        Shape::Reason => reference("reason"),
        Shape::Note => reference("note"),
        Shape::Code(codes) => json!({ "enum": codes }),
        Shape::Date => reference("date"),
        Shape::Slot => reference("slot"),
        Shape::Member | Shape::Concern => reference("id"),
        Shape::Person => reference("person"),
        // What may be left out is left out when it is empty.
        Shape::Members => list(&reference("id"), usize::from(!field.required)),
        Shape::Names => list(&reference("name"), 0),
        Shape::Topics => list(&json!({ "enum": Topic::CODES }), 0),
        Shape::Observers => list(&reference("observer"), 1),
        Shape::Number(most) => number(0, most),
        Shape::Flag if kind == EventKind::CaseOpened => json!({ "const": true }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Digest => reference("sha256"),
        Shape::Uuid => reference("uuid"),
        Shape::Zone => pattern("[A-Za-z][A-Za-z0-9/_+-]{0,39}"),
        Shape::Object => reference("program"),
    }
}

/// What a kind of event carries. On a line nothing that has a default is left to it.
fn data(kind: EventKind) -> Value {
    let all: Vec<Field> = fields(kind).collect();
    let properties = all.iter().map(|field| (field.name.to_owned(), value(kind, field))).collect();
    let always = |field: &&Field| field.required || matches!(field.name, "program" | "time_zone");
    let required: Vec<_> = all.iter().filter(always).map(|field| field.name).collect();
    object(properties, &required)
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

/// The keys that the first line and all others share.
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

/// The schema of one line of a ledger of format version 1. What each type of event carries is defined under its code.
pub fn ledger_line() -> Value {
    let mut definitions = definitions();
    for kind in EventKind::ALL {
        definitions[kind.code()] = data(*kind);
    }
    definitions[OPENING_TYPE] = opening_data();
    definitions["opening"] = opening();
    definitions["record"] = record();
    // It has no `$id`: some validators then take references inside of it for ones to somewhere else.
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an ibbi ledger, format version 1",
        "oneOf": [reference("opening"), reference("record")],
        "$defs": definitions,
    })
}
