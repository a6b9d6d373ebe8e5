//! The JSON Schema (2020-12) of a scenario, for editors that know TOML.

use super::{DayPart, Role, Scenario, Weekday};
use crate::assumptions::{Chance, Duration, ThreePoint};
use ibbi_core::{County, Format, MemberId, Name, Party, Seat};
use serde_json::{Map, Value, json};

/// Returns the JSON Schema of a scenario.
///
/// It covers names, types, and ranges. Only [`Scenario::parse`] checks what concerns several entries at once: that
/// there is a neutral, that each person is listed once, and that ranges are in order.
///
/// ```
/// let schema = ibbi_sim::schema();
/// assert_eq!(schema["properties"]["format"]["enum"][0], "full_day");
/// ```
pub fn schema() -> Value {
    let name =
        |about: &str| json!({"type": "string", "minLength": 1, "maxLength": Name::MAX_CHARS, "description": about});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario for ibbi: a district, its calendar, its people, and assumptions",
        "type": "object",
        "additionalProperties": false,
        "required": ["district", "people", "start"],
        "properties": {
            "assumptions": assumptions(),
            "calendar": calendar(),
            "contract_expires": day("The date on which the current contract expires."),
            "district": name("The district's name."),
            "evergreen": {"type": "boolean", "default": false,
                "description": "Whether an evergreen clause extends the contract past its expiration."},
            "format": {"enum": Format::CODES, "default": Format::FullDay.code(),
                "description": "One full day of facilitation, or two half-days."},
            "people": {"type": "array", "minItems": 1, "maxItems": Scenario::MAX_PEOPLE, "items": person(name("The name."))},
            "start": day("The date on which the three key leaders are asked."),
            "time_zone": {"type": "string", "default": "America/New_York",
                "description": "The IANA name of the district's time zone."},
        },
    })
}

fn day(about: &str) -> Value {
    json!({"type": "string", "format": "date", "description": about})
}

fn half() -> Value {
    json!({"enum": [DayPart::Morning, DayPart::Afternoon], "description": "Only the morning (08:00 to 12:00) or only the afternoon (12:00 to 16:00)."})
}

fn time_properties() -> Map<String, Value> {
    let fields = [
        ("from", day("The first day.")),
        ("half", half()),
        ("on", day("A single day.")),
        ("to", day("The last day.")),
        ("weekday", json!({"enum": Weekday::CODES, "description": "Only this day of the week."})),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn calendar() -> Value {
    let mut closed = time_properties();
    closed.insert("name".to_owned(), json!({"type": "string", "description": "Its name, such as a vacation week."}));
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": "The district's calendar, in addition to the legal holidays of Massachusetts.",
        "properties": {
            "closed": {"type": "array", "maxItems": Scenario::MAX_CLOSED, "items": {
                "type": "object", "additionalProperties": false, "required": ["name"], "properties": closed}},
            "county": {"enum": County::CODES, "description": "Suffolk has two more holidays."},
            "working_days": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"enum": Weekday::CODES},
                "default": Weekday::CODES[..5]},
        },
    })
}

fn person(name: Value) -> Value {
    let id = format!("^[a-z0-9][a-z0-9._-]{{0,{}}}$", MemberId::MAX_CHARS - 1);
    let time = json!({"anyOf": [
        day("A day."),
        {"enum": Weekday::CODES},
        {"type": "object", "additionalProperties": false, "properties": time_properties()},
    ]});
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "name", "role"],
        "properties": {
            "id": {"type": "string", "pattern": id, "description": "A unique id."},
            "name": name,
            "party": {"enum": Party::CODES, "description": "The negotiating team, for a person at the table."},
            "required": {"type": "boolean", "default": true,
                "description": "Whether meetings and sessions wait for this person."},
            "role": {"enum": Role::CODES},
            "seat": {"enum": Seat::CODES, "description": "For a leader."},
            "unavailable": {"type": "array", "maxItems": Scenario::MAX_UNAVAILABLE, "items": time,
                "description": "The times at which the person is not available."},
        },
    })
}

fn assumptions() -> Value {
    let mut fields = Map::new();
    for which in Duration::ALL {
        let number = json!({"type": "number", "minimum": 0, "maximum": ThreePoint::MAX});
        let field = json!({"type": "array", "minItems": 3, "maxItems": 3, "items": number,
            "default": which.default_value(), "description": format!("[least, likely, most] {}.", which.about())});
        fields.insert(which.code().to_owned(), field);
    }
    for which in Chance::ALL {
        let field = json!({"type": "number", "minimum": 0, "maximum": 1, "default": which.default_value(),
            "description": format!("The {}.", which.about())});
        fields.insert(which.code().to_owned(), field);
    }
    json!({"type": "object", "additionalProperties": false, "properties": fields,
        "description": "Estimates: no figures are published. Reports list them as assumptions."})
}
