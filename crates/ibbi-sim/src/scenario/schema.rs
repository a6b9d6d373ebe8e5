//! The JSON Schema (2020-12) of a scenario, for editors that know TOML.

use super::SessionGroup;
use super::{Hours, Role, Scenario, SessionsInput, TimeRule, WeekOfMonth, Weekday};
use crate::assumptions::{Assumptions, BY_MONTH, Chance, Duration, MONTHS, Model, Notice, PACE_SPREAD};
use crate::three_point::ThreePoint;
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
    let for_model = |model: Model, others: &[&str]| {
        let mut properties: Map<String, Value> = others.iter().map(|key| ((*key).to_owned(), json!(false))).collect();
        properties.insert("assumptions".to_owned(), assumptions(model));
        json!({"properties": properties})
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario for ibbi: a district, its calendar, its people, and assumptions",
        "type": "object",
        "additionalProperties": false,
        "required": ["district", "people", "start"],
        "properties": {
            "assumptions": {"type": "object", "description": "Estimates: no figures are published. Reports list them as assumptions."},
            "calendar": calendar(),
            "contract_expires": day("The date on which the current contract expires."),
            "deadlines": {"type": "array", "maxItems": Scenario::MAX_DEADLINES, "items": {
                "type": "object", "additionalProperties": false, "required": ["name", "on"], "properties": {
                    "margin_days": {"type": "integer", "minimum": 0, "maximum": 730, "default": 0,
                        "description": "How many days before the date the facilitation should be complete."},
                    "name": name("Its name, such as a town meeting."),
                    "on": day("The date."),
                }}, "description": "Dates by which the facilitation should be complete. Format 2."},
            "district": name("The district's name."),
            "evergreen": {"type": "boolean", "default": false,
                "description": "Whether an evergreen clause extends the contract past its expiration."},
            "format": {"enum": Format::CODES, "default": Format::FullDay.code(),
                "description": "One full day of facilitation, or two half-days. Format 1."},
            "id": {"type": "string", "format": "uuid",
                "description": "The ID that the case gets when it is opened. Its calendar entries have it from the plan on."},
            "people": {"type": "array", "minItems": 1, "maxItems": Scenario::MAX_PEOPLE, "items": person()},
            "sessions": sessions(),
            "start": day("The date on which the three key leaders are asked."),
            "time_zone": {"type": "string", "default": "America/New_York",
                "description": "The IANA name of the district's time zone."},
            "version": {"enum": [1, 2], "default": 1, "description": "The format. It decides the model: see `docs/simulation.md`."},
        },
        "if": {"properties": {"version": {"const": 2}}, "required": ["version"]},
        "then": for_model(Model::Second, &["format"]),
        "else": for_model(Model::First, &["deadlines", "sessions"]),
    })
}

fn name(about: &str) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": Name::MAX_CHARS, "description": about})
}

fn day(about: &str) -> Value {
    json!({"type": "string", "format": "date", "description": about})
}

fn one_or_more(item: Value, about: &str) -> Value {
    json!({"anyOf": [item.clone(), {"type": "array", "minItems": 1, "items": item}], "description": about})
}

fn time_properties() -> Map<String, Value> {
    let halves = Hours::NAMED.map(|(name, _)| name);
    let fields = [
        (
            "every",
            json!({"type": "integer", "minimum": 1, "maximum": TimeRule::MAX_EVERY,
            "description": "Every so many weeks, counted from the week of `from`."}),
        ),
        ("from", day("The first day.")),
        ("half", json!({"enum": halves, "description": "8:00-12:00, 12:00-16:00, or 16:00-20:00."})),
        ("hours", json!({"type": "string", "description": "From an hour to an hour, such as 16:00-20:00."})),
        ("on", one_or_more(day("A single day."), "A date, or a list of dates.")),
        ("to", day("The last day.")),
        ("week", json!({"enum": WeekOfMonth::CODES, "description": "That weekday of each month."})),
        ("weekday", one_or_more(json!({"enum": Weekday::CODES}), "A day of the week, or a list of them.")),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn time() -> Value {
    let mut properties = time_properties();
    let kinds = json!({"enum": SessionGroup::CODES, "description": "Only for such sessions."});
    properties.insert("for".to_owned(), kinds);
    json!({"anyOf": [
        {"type": "string", "description": "A date, a weekday, hours, or a date or weekday with hours."},
        {"type": "object", "additionalProperties": false, "properties": properties},
    ]})
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
                "type": "object", "additionalProperties": false, "properties": closed}},
            "county": {"enum": County::CODES, "description": "Suffolk has two more holidays."},
            "hours": {"type": "array", "minItems": 1, "maxItems": 60, "items": time(),
                "description": "The times when sessions can be held. 8:00-16:00 on working days if left out."},
            "working_days": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"enum": Weekday::CODES},
                "default": Weekday::CODES[..5]},
        },
    })
}

fn sessions() -> Value {
    let minutes = |about: &str, default: u16, most: usize| {
        let item =
            json!({"type": "integer", "minimum": SessionsInput::MIN_MINUTES, "maximum": SessionsInput::MAX_MINUTES});
        json!({"type": "array", "minItems": 1, "maxItems": most, "items": item, "default": [default],
            "description": about})
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": "The sessions. Format 2.",
        "properties": {
            "facilitation": minutes("The minutes of each part of the facilitation.", 480, SessionsInput::MAX_FACILITATION_PARTS),
            "fixed": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["at", "on", "session"], "properties": {
                    "at": {"type": "string", "description": "The time at which it starts, such as 16:00."},
                    "on": day("Its date."),
                    "part": {"type": "integer", "minimum": 1, "maximum": SessionsInput::MAX_FACILITATION_PARTS, "default": 1},
                    "session": {"enum": &SessionGroup::CODES[1..]},
                }}, "description": "Sessions that are agreed."},
            "meeting": {"type": "integer", "minimum": 15, "maximum": SessionsInput::MAX_MINUTES, "default": 240,
                "description": "The minutes of the introductory meeting."},
            "training": minutes("The minutes of each part of the training.", 480, SessionsInput::MAX_TRAINING_PARTS),
            "training_days": one_or_more(day("A date."), "The only dates on which the training can be held."),
        },
    })
}

fn person() -> Value {
    let id = format!("^[a-z0-9][a-z0-9._-]{{0,{}}}$", MemberId::MAX_CHARS - 1);
    let times = |about: &str| json!({"type": "array", "maxItems": Scenario::MAX_UNAVAILABLE, "items": time(), "description": about});
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "name", "role"],
        "properties": {
            "also": times("Exceptions: the person can come, whatever the other lists have."),
            "available": times("If there are any, the person can't come at other times."),
            "id": {"type": "string", "pattern": id, "description": "A unique id."},
            "if_need_be": times("The person can come if nothing else fits soon."),
            "name": name("The name."),
            "party": {"enum": Party::CODES, "description": "The negotiating team, for a person at the table."},
            "required": {"type": "boolean", "default": true,
                "description": "Whether meetings and sessions wait for this person."},
            "role": {"enum": Role::CODES},
            "seat": {"enum": Seat::CODES, "description": "For a leader."},
            "unavailable": times("The times at which the person is not available."),
        },
    })
}

fn assumptions(model: Model) -> Value {
    let mut fields = Map::new();
    for which in Duration::of(model) {
        let number = json!({"type": "number", "minimum": 0, "maximum": ThreePoint::MAX});
        let mut field = json!({"type": "array", "minItems": 3, "maxItems": 3, "items": number,
            "description": format!("[least, likely, most] {}.", which.about())});
        if *which != Duration::Ratification {
            field["default"] = json!(which.default_value());
        }
        fields.insert(which.code().to_owned(), field);
    }
    let chance = json!({"type": "number", "minimum": 0, "maximum": 1});
    for which in Chance::ALL {
        let range = json!({"type": "array", "minItems": 3, "maxItems": 3, "items": chance});
        let mut field = if model == Model::First { chance.clone() } else { json!({"anyOf": [chance, range]}) };
        field["default"] = json!(which.default_value());
        field["description"] = json!(format!("The {}.", which.about()));
        fields.insert(which.code().to_owned(), field);
    }
    if model == Model::Second {
        for which in Notice::ALL {
            let field = json!({"type": "integer", "minimum": 1, "maximum": 365, "default": which.default_value(),
                "description": format!("The {}.", which.about())});
            fields.insert(which.code().to_owned(), field);
        }
        let spread = json!({"type": "number", "minimum": 0, "maximum": Assumptions::MAX_PACE_SPREAD, "default": 0.25,
            "description": "How far the whole case can be slower or faster than its durations."});
        fields.insert(PACE_SPREAD.to_owned(), spread);
        let months: Map<_, _> = MONTHS.iter().map(|month| ((*month).to_owned(), chance.clone())).collect();
        let months = json!({"type": "object", "additionalProperties": false, "properties": months,
            "description": "The chance that a booked session is postponed, by its month."});
        fields.insert(BY_MONTH.to_owned(), months);
    }
    json!({"type": "object", "additionalProperties": false, "properties": fields})
}
