//! The JSON Schema (2020-12) of a ledger's lines, made from the table of event fields.
//!
//! A schema sees one line at a time: it can't check the chain, the order of keys, or white space. `ibbi verify` can.

use ibbi_core::{
    ActPlace, AdviserRole, Capacity, EventKind, FieldInfo, FieldKind, MAX_NUMBER, Party, Presence, Program,
    Requirement, Stage,
};
use ibbi_log::{
    FORMAT_TYPE, HEADS_TYPE, HOLD_LIFTED_TYPE, HOLD_PLACED_TYPE, OPENING_TYPE, TEXTS_DESTROYED_TYPE, TextOwner,
};
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
        "digested": object(pairs(&[("sha256", reference("sha256"))]), &["sha256"]),
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
        "adviser": object(
            pairs(&[
                ("name", reference("name")),
                ("party", json!({ "enum": Party::CODES })),
                ("role", json!({ "enum": AdviserRole::CODES })),
            ]),
            &["name", "party", "role"],
        ),
        "substitute": object(pairs(&[("member", reference("id")), ("person", reference("person"))]), &["member", "person"]),
        // The first edition of the rules has other keys than the later ones.
        "program": { "oneOf": [
            object(
                pairs(&[
                    ("full_day", parts.clone()),
                    ("grace", number(0, 1439)),
                    ("presence", json!({ "enum": Presence::CODES })),
                    ("training", part),
                    ("two_half_days", parts.clone()),
                ]),
                &["full_day", "grace", "presence", "training", "two_half_days"],
            ),
            object(
                pairs(&[
                    ("activities", json!({ "type": "array", "items": reference("id"), "maxItems": Program::MAX_ACTIVITIES,
                        "uniqueItems": true })),
                    ("edition", number(2, 65535)),
                    ("edition_digest", reference("sha256")),
                    ("formats", json!({ "type": "object", "propertyNames": reference("id"), "additionalProperties": parts,
                        "minProperties": 1, "maxProperties": 20 })),
                    ("grace", number(0, 1439)),
                    ("name", reference("name")),
                    ("presence", json!({ "enum": Presence::CODES })),
                    ("same_day_parts", json!({ "const": true })),
                    ("source", reference("name")),
                    ("training", parts),
                ]),
                &["activities", "edition", "edition_digest", "formats", "grace", "presence", "training"],
            ),
        ] },
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
        FieldKind::MemberId | FieldKind::ConcernId | FieldKind::Format(_) | FieldKind::Activity(_) => reference("id"),
        FieldKind::Person => reference("person"),
        FieldKind::MemberIds => list(&reference("id"), field.requirement),
        FieldKind::Names => list(&reference("name"), field.requirement),
        FieldKind::Topics(set) => list(&json!({ "enum": set.codes }), field.requirement),
        FieldKind::Observers(_) => list(&reference("observer"), field.requirement),
        FieldKind::People => list(&reference("person"), field.requirement),
        FieldKind::Substitutes => list(&reference("substitute"), field.requirement),
        FieldKind::Advisers(_) => list(&reference("adviser"), field.requirement),
        // Editions are numbered from 1.
        FieldKind::Number { max } => number(u64::from(field.name == "edition"), max),
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
        // Input can name a preset.
        FieldKind::Program => {
            let names: Vec<String> = crate::presets::presets().unwrap_or_default().into_keys().collect();
            json!({ "anyOf": [reference("program"), { "enum": names }] })
        }
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

/// The versions of the line format.
const VERSIONS: [u8; 2] = [1, 2];

/// Returns the name of a definition of a version. Version 1 has the plain name.
fn versioned(name: &str, version: u8) -> String {
    if version == 1 { name.to_owned() } else { format!("{name}_{version}") }
}

/// Returns whether the data of a kind of event differ between the versions: they have a confidential text.
fn has_text(kind: EventKind) -> bool {
    kind.fields().iter().any(|field| matches!(field.kind, FieldKind::NoteText { .. }))
}

/// Returns the schema of an event's data on a line of version 2: a confidential text is a digest.
fn digested_data(kind: EventKind) -> Value {
    data(kind, FieldInfo::is_required_on_line, |field| match field.kind {
        FieldKind::NoteText { .. } => reference("digested"),
        _ => value(field),
    })
}

fn record(version: u8) -> Value {
    let stages: Vec<_> =
        Stage::ALL.iter().filter(|stage| **stage != Stage::Unopened).map(|stage| stage.code()).collect();
    let cases: Vec<_> = EventKind::ALL
        .iter()
        .map(|kind| {
            let data = if has_text(*kind) { versioned(kind.code(), version) } else { kind.code().to_owned() };
            json!({
                "if": { "properties": { "type": { "const": kind.code() } } },
                "then": { "properties": { "data": reference(&data) } },
            })
        })
        .collect();
    let mut properties = envelope(version);
    properties.insert("case".into(), reference("uuid"));
    properties.insert("rev".into(), number(1, MAX_NUMBER));
    properties.insert("to".into(), json!({ "enum": stages }));
    properties.insert("type".into(), json!({ "enum": EventKind::CODES }));
    let required: Vec<String> = properties.keys().cloned().collect();
    if version > 1 {
        properties.extend(details());
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "allOf": cases,
    })
}

/// Returns the keys that only some lines of version 2 have.
fn details() -> [(String, Value); 5] {
    let place = number(1, u64::from(ActPlace::MAX_COUNT));
    let identity = [("issuer", text(255, INVISIBLE)), ("subject", text(255, INVISIBLE))];
    let identity = identity.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    [
        ("act", json!({ "type": "array", "items": place, "minItems": 2, "maxItems": 2 })),
        ("identity", object(identity, &["issuer", "subject"])),
        ("on_behalf", reference("name")),
        ("precision", json!({ "const": "day" })),
        ("replaces", number(1, MAX_NUMBER)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
}

/// Returns the keys that every line has.
fn envelope(version: u8) -> Map<String, Value> {
    let shared = [
        ("actor", reference("name")),
        ("at", reference("instant")),
        ("data", json!({ "type": "object" })),
        ("id", reference("uuid")),
        ("logged", reference("instant")),
        ("prev", reference("sha256")),
        ("seq", number(1, MAX_NUMBER)),
        ("v", json!({ "const": version })),
    ];
    shared.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Returns the schema of the data of a line about the ledger.
fn ledger_data(fields: &[(&str, Value)]) -> Value {
    let keys: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
    object(fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(), &keys)
}

/// Returns the schema of a line about the ledger.
fn ledger_line_of(kind: &str, version: u8) -> Value {
    let mut properties = envelope(version);
    properties.insert("type".into(), json!({ "const": kind }));
    if kind == OPENING_TYPE {
        properties.insert("data".into(), reference(&versioned(kind, version)));
        properties.insert("prev".into(), json!({ "const": "0".repeat(64) }));
        properties.insert("seq".into(), json!({ "const": 1 }));
    } else {
        properties.insert("data".into(), reference(kind));
    }
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Returns the schema of the data of a line that places a legal hold. Without a case it is about all cases.
fn hold_placed() -> Value {
    let fields = [("case", reference("uuid")), ("reason", reference("reason"))];
    object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(), &["reason"])
}

/// Returns the schema of the data of a line about texts that were destroyed.
fn texts_destroyed() -> Value {
    let owners: Vec<&str> = TextOwner::ALL.into_iter().map(TextOwner::code).collect();
    let key = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.(labor|management|program|unknown)\\.[1-9][0-9]{0,8}$";
    ledger_data(&[
        ("after", json!({ "enum": ["closing", "last_event"] })),
        ("authority", reference("reason")),
        ("case", reference("uuid")),
        ("due", reference("date")),
        ("from", reference("date")),
        (
            "keep",
            json!({ "type": "string", "pattern": "^(1 (day|month|year)|([2-9]|[1-9][0-9]{1,2}) (day|month|year)s)$" }),
        ),
        ("key", json!({ "type": "string", "pattern": key })),
        ("party", json!({ "enum": owners })),
        ("reason", reference("reason")),
        ("retention", reference("sha256")),
        ("rule", reference("name")),
        ("texts", number(1, MAX_NUMBER)),
    ])
}

/// Returns the schema of one line of a ledger, of each version of the format. The data of each type of event is under its
/// code; version 2 of the types with a confidential text is under the code with `_2`.
pub fn ledger_line() -> Value {
    let mut definitions = definitions();
    for kind in EventKind::ALL {
        definitions[kind.code()] = line_data(*kind);
        if has_text(*kind) {
            definitions[versioned(kind.code(), 2)] = digested_data(*kind);
        }
    }
    let mut lines = Vec::new();
    for version in VERSIONS {
        let format = ("format", json!({ "const": version }));
        let chart = ("chart", reference("sha256"));
        let data = [chart.clone(), format.clone(), ("origin", reference("name")), ("program", reference("name"))];
        definitions[versioned(OPENING_TYPE, version)] = ledger_data(&data);
        definitions[versioned("opening", version)] = ledger_line_of(OPENING_TYPE, version);
        definitions[versioned("record", version)] = record(version);
        lines.extend([reference(&versioned("opening", version)), reference(&versioned("record", version))]);
        if version > 1 {
            definitions[FORMAT_TYPE] = ledger_data(&[chart, format]);
            definitions["format_line"] = ledger_line_of(FORMAT_TYPE, version);
            definitions[HEADS_TYPE] = ledger_data(&[("cases", number(0, MAX_NUMBER)), ("root", reference("sha256"))]);
            definitions["heads_line"] = ledger_line_of(HEADS_TYPE, version);
            definitions[HOLD_PLACED_TYPE] = hold_placed();
            definitions[HOLD_LIFTED_TYPE] =
                ledger_data(&[("hold", number(1, MAX_NUMBER)), ("reason", reference("reason"))]);
            definitions[TEXTS_DESTROYED_TYPE] = texts_destroyed();
            lines.extend([reference("format_line"), reference("heads_line")]);
            for kind in [HOLD_PLACED_TYPE, HOLD_LIFTED_TYPE, TEXTS_DESTROYED_TYPE] {
                let name = format!("{kind}_line");
                definitions[&name] = ledger_line_of(kind, version);
                lines.push(reference(&name));
            }
        }
    }
    // There is no `$id`: with one, some validators resolve the references inside to another document.
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an ibbi ledger, format version 1 or 2",
        "oneOf": lines,
        "$defs": definitions,
    })
}
