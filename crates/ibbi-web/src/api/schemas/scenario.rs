//! The schemas of a scenario as a JSON object, from the schema that the planner gives to editors.

use super::tidy::reference;
use serde_json::{Map, Value, json};

/// The parts of a scenario that have a name, each after the parts inside of it.
const PARTS: &[(&str, &str)] = &[
    ("/properties/calendar/properties/hours/items", "ScenarioTime"),
    ("/properties/calendar/properties/closed/items", "ScenarioClosure"),
    ("/properties/calendar", "ScenarioCalendar"),
    ("/properties/people/items/properties/also/items", "ScenarioTime"),
    ("/properties/people/items/properties/available/items", "ScenarioTime"),
    ("/properties/people/items/properties/if_need_be/items", "ScenarioTime"),
    ("/properties/people/items/properties/unavailable/items", "ScenarioTime"),
    ("/properties/people/items", "ScenarioPerson"),
    ("/properties/sessions/properties/fixed/items", "ScenarioFixedSession"),
    ("/properties/sessions", "ScenarioSessions"),
    ("/properties/deadlines/items", "ScenarioDeadline"),
];

/// Returns the schemas of a scenario. The keys that only one format has are in their descriptions.
pub(super) fn scenario() -> Map<String, Value> {
    let mut whole = ibbi_app::sim::schema();
    let mut schemas = Map::new();
    for (place, name) in PARTS {
        let Some(part) = whole.pointer_mut(place) else { continue };
        let about = part.get("description").cloned();
        let mut own = std::mem::replace(part, reference(name));
        if let Some(about) = about {
            part["description"] = about;
        }
        if *name == "ScenarioTime" {
            own["anyOf"][1]["title"] = json!("ScenarioTimeRule");
        }
        schemas.insert((*name).to_owned(), own);
    }
    let [first, second] =
        ["else", "then"].map(|branch| whole[branch]["properties"]["assumptions"]["properties"].clone());
    schemas.insert("ScenarioAssumptions".to_owned(), assumptions(&first, &second));
    let about = whole["properties"]["assumptions"]["description"].clone();
    whole["properties"]["assumptions"] = reference("ScenarioAssumptions");
    whole["properties"]["assumptions"]["description"] = about;
    if let Some(members) = whole.as_object_mut() {
        for key in ["$schema", "title", "if", "then", "else"] {
            members.remove(key);
        }
    }
    whole["properties"]["version"] = json!({ "type": "integer", "minimum": 1, "maximum": 2,
        "description": "The format of the scenario. Default: `1`." });
    whole["description"] = json!(
        "A scenario: a district, its calendar, its people, and assumptions. `deadlines` and `sessions` need `version` 2; \
         `format` needs `version` 1. An assumption that only one format has says so."
    );
    schemas.insert("Scenario".to_owned(), whole);
    schemas
}

/// Returns the assumptions of both formats. Those that differ can be of either form.
fn assumptions(first: &Value, second: &Value) -> Value {
    let mut properties = Map::new();
    let all = [(first, second, "1"), (second, first, "2")];
    for (own, other, version) in all {
        for (key, value) in own.as_object().into_iter().flatten() {
            let mut value = value.clone();
            let about = value["description"].as_str().unwrap_or_default().to_owned();
            match other.get(key) {
                None => value["description"] = json!(format!("{about} Only in format {version}.")),
                Some(same) if *same == value => {}
                Some(_) if properties.contains_key(key) => continue,
                Some(differs) => value = in_both_forms(&value, differs),
            }
            properties.insert(key.clone(), value);
        }
    }
    json!({
        "type": "object", "additionalProperties": false, "properties": properties,
        "description": "Estimates: no figures are published. Durations are [least, likely, most] days, and chances are from 0 to 1.",
    })
}

/// Returns the schema of an assumption whose form in the first format is different from the one in the second.
fn in_both_forms(first: &Value, second: &Value) -> Value {
    let bare = |schema: &Value| {
        let mut schema = schema.clone();
        if let Some(members) = schema.as_object_mut() {
            members.remove("description");
            members.remove("default");
        }
        schema
    };
    let text = |schema: &Value| schema["description"].as_str().unwrap_or_default().to_owned();
    let mut forms = vec![bare(first)];
    match second.get("anyOf").and_then(Value::as_array) {
        Some(several) => forms.extend(several.iter().filter(|form| **form != bare(first)).cloned()),
        None => forms.push(bare(second)),
    }
    json!({ "anyOf": forms, "description": format!("In format 1: {} In format 2: {}", text(first), text(second)) })
}
