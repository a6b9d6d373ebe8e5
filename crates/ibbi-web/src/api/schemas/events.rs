//! The schemas of events: their data, the bodies that offer them, and events that are recorded.
//!
//! The data of an event comes from the table of event fields, as the schema of the ledger's lines does.

use super::tidy::{reference, type_name};
use ibbi_app::schema;
use ibbi_core::{EventKind, FieldKind};
use serde_json::{Map, Value, json};

/// The definitions of the ledger's lines that events use, each with its name in this document.
const NAMES: &[(&str, &str)] = &[
    ("name", "Name"),
    ("reason", "Reason"),
    ("note", "NoteText"),
    ("instant", "At"),
    ("date", "Date"),
    ("localTime", "LocalTime"),
    ("uuid", "Uuid"),
    ("sha256", "Sha256"),
    ("id", "Identifier"),
    ("slot", "Slot"),
    ("person", "Person"),
    ("observer", "Observer"),
    ("adviser", "Adviser"),
    ("substitute", "Substitute"),
    ("program", "Program"),
];
/// The formats of definitions that only have a pattern.
const FORMATS: &[(&str, &str)] = &[("date", "date"), ("localTime", "date-time"), ("uuid", "uuid")];

/// Returns the schemas of events.
pub(super) fn events() -> Map<String, Value> {
    let mut schemas = Map::new();
    let lines = schema::ledger_line();
    // Instants are those of responses. An event's data has none.
    for (name, title) in NAMES.iter().filter(|(name, _)| *name != "instant") {
        let mut schema = with_references(&lines["$defs"][name]);
        if let Some((_, format)) = FORMATS.iter().find(|(known, _)| known == name) {
            schema["format"] = json!(format);
        }
        schemas.insert((*title).to_owned(), schema);
    }
    for (index, title) in ["FirstEditionProgram", "EditionProgram"].into_iter().enumerate() {
        schemas["Program"]["oneOf"][index]["title"] = json!(title);
    }
    let program = &mut schemas["Program"];
    let choices = program.as_object_mut().and_then(|members| members.remove("oneOf"));
    program["anyOf"] = choices.unwrap_or_default();
    program["description"] =
        json!("The program's parameters, in the form of the first edition of the rules or of later ones.");
    schemas.insert("TextDigest".to_owned(), digest());
    let (mut offered, mut recorded) = (Vec::new(), Vec::new());
    for kind in EventKind::ALL {
        let name = type_name(kind.code());
        let mut data = with_references(&schema::input_data(*kind));
        data["description"] = json!(format!("The data of {}: {}.", kind.code(), kind.label()));
        if *kind == EventKind::CaseOpened {
            data["properties"]["program"]["anyOf"][1]["title"] = json!("ProgramName");
            let about = data["properties"]["time_zone"]["description"].take();
            data["properties"]["time_zone"] = described(reference("TimeZoneName"), about);
        }
        let (shown_name, shown) = shown_data(*kind, &name, &data);
        schemas.insert(format!("{name}Data"), data);
        if let Some(shown) = shown {
            schemas.insert(shown_name.clone(), shown);
        }
        schemas.insert(name.clone(), offer(*kind, &format!("{name}Data"), &["type", "data"]));
        schemas.insert(format!("Recorded{name}"), typed(*kind, &shown_name));
        offered.push((kind.code(), name.clone()));
        recorded.push((kind.code(), format!("Recorded{name}")));
    }
    // The operation that opens a case knows the type.
    let mut opening = offer(EventKind::CaseOpened, "CaseOpenedData", &["data"]);
    opening["properties"]["case"] = described(
        reference("Uuid"),
        "The ID that the case gets: the `id` of its scenario, so that its calendar entries stay the same. Default: a new one.",
    );
    schemas.insert("Opening".to_owned(), opening);
    schemas.insert("Event".to_owned(), choice(&offered, "An event to record, by its `type`."));
    schemas.insert("RecordedEvent".to_owned(), choice(&recorded, "A recorded event, by its `type`."));
    schemas
}

fn digest() -> Value {
    json!({
        "type": "object",
        "description": "The salted digest of a confidential text that you may not read, or that was forgotten.",
        "properties": { "sha256": reference("Sha256") },
        "required": ["sha256"],
    })
}

/// Returns the data of a recorded event: those with a confidential text can have its digest in its place.
fn shown_data(kind: EventKind, name: &str, data: &Value) -> (String, Option<Value>) {
    let is_text = |field: &&ibbi_core::FieldInfo| matches!(field.kind, FieldKind::NoteText { .. });
    let Some(field) = kind.fields().iter().find(is_text) else { return (format!("{name}Data"), None) };
    let mut shown = data.clone();
    let about = shown["properties"][field.name]["description"].clone();
    shown["properties"][field.name] =
        json!({ "anyOf": [reference("NoteText"), reference("TextDigest")], "description": about });
    (format!("Recorded{name}Data"), Some(shown))
}

fn choice(kinds: &[(&str, String)], about: &str) -> Value {
    let mapping: Map<String, Value> =
        kinds.iter().map(|(code, name)| ((*code).to_owned(), reference(name)["$ref"].clone())).collect();
    json!({
        "description": about,
        "oneOf": kinds.iter().map(|(_, name)| reference(name)).collect::<Vec<_>>(),
        "discriminator": { "propertyName": "type", "mapping": mapping },
    })
}

fn described(mut schema: Value, about: impl Into<Value>) -> Value {
    schema["description"] = about.into();
    schema
}

fn typed(kind: EventKind, data: &str) -> Value {
    json!({
        "type": "object",
        "description": kind.label(),
        "properties": { "type": { "type": "string", "const": kind.code() }, "data": reference(data) },
        "required": ["type", "data"],
    })
}

/// Returns the schema of a body that offers an event of a kind.
fn offer(kind: EventKind, data: &str, required: &[&str]) -> Value {
    let mut schema = typed(kind, data);
    schema["required"] = json!(required);
    let more = [
        ("at", described(reference("Time"), "When it happened. Default: now.")),
        (
            "id",
            described(
                reference("Uuid"),
                "The ID of the record. Make one before you send the event: if you send it again with this ID, it is recorded once.",
            ),
        ),
        (
            "actor",
            described(
                reference("Name"),
                "The name of the person or program that records it: yours, or leave it out. Another name is refused.",
            ),
        ),
        ("on_behalf", described(reference("Name"), "The person or body for whom you record it.")),
        (
            "replaces",
            json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": ibbi_app::MAX_NUMBER,
                "description": "The number of the record that this event replaces." }),
        ),
        (
            "dry_run",
            json!({ "type": "boolean", "description": "Only check it, and record nothing. Default: `false`." }),
        ),
    ];
    for (key, value) in more {
        schema["properties"][key] = value;
    }
    schema["additionalProperties"] = json!(false);
    schema
}

/// Returns a part of the ledger line's schema with references to this document.
fn with_references(schema: &Value) -> Value {
    let text = NAMES.iter().fold(schema.to_string(), |text, (name, title)| {
        text.replace(&format!("\"#/$defs/{name}\""), &format!("\"#{}/{title}\"", super::PLACE))
    });
    serde_json::from_str(&text).unwrap_or_default()
}
