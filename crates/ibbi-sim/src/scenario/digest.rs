//! The canonical form of a scenario and its digest.

use super::{CalendarInput, Deadline, FixedSession, Participant, Scenario, SessionsInput, TimeRule};
use crate::assumptions::{Assumptions, Model};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

pub(super) fn canonical(scenario: &Scenario) -> String {
    // `serde_json::Map` keeps insertion order if some crate enables that. Sorting makes the form certain.
    sorted(input(scenario)).to_string()
}

/// Returns a scenario as JSON with all defaults. Each assumption is its value.
pub(super) fn input(scenario: &Scenario) -> Value {
    value(scenario, &|assumptions| Value::Object(assumptions.canonical(scenario.model)))
}

impl Serialize for Scenario {
    /// Serializes the canonical form, in which each assumption also has whether it is the default.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        value(self, &|assumptions| Value::Object(assumptions.values(self.model))).serialize(serializer)
    }
}

/// Returns a scenario as JSON with all defaults. What format 1 can't express has a key only if it is used.
fn value(scenario: &Scenario, assumptions: &dyn Fn(&Assumptions) -> Value) -> Value {
    let CalendarInput { closed, county, hours, working_days } = &scenario.calendar;
    let closed: Vec<_> = closed
        .iter()
        .map(|closure| {
            let mut time = time(&closure.when);
            time.insert("name".to_owned(), json!(closure.name));
            Value::Object(time)
        })
        .collect();
    let mut calendar = object(json!({ "closed": closed, "county": county, "working_days": working_days }));
    add(&mut calendar, "hours", times(hours), !hours.is_empty());
    let mut whole = object(json!({
        "assumptions": assumptions(&scenario.assumptions),
        "calendar": calendar,
        "contract_expires": scenario.contract_expires,
        "district": scenario.district,
        "evergreen": scenario.evergreen,
        "people": scenario.people.iter().map(person).collect::<Vec<_>>(),
        "start": scenario.start,
        "time_zone": scenario.time_zone,
    }));
    add(&mut whole, "id", json!(scenario.id.map(|id| id.to_string())), scenario.id.is_some());
    match scenario.model {
        Model::First => add(&mut whole, "format", json!(scenario.format()), true),
        Model::Second => {
            let deadline = |one: &Deadline| json!({ "margin_days": one.margin_days, "name": one.name, "on": one.on });
            add(&mut whole, "deadlines", scenario.deadlines.iter().map(deadline).collect(), true);
            add(&mut whole, "sessions", sessions(&scenario.sessions), true);
            add(&mut whole, "version", json!(2), true);
        }
    }
    Value::Object(whole)
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { unreachable!("an object was given") };
    map
}

fn add(map: &mut Map<String, Value>, key: &str, value: Value, used: bool) {
    if used {
        map.insert(key.to_owned(), value);
    }
}

fn sessions(sessions: &SessionsInput) -> Value {
    let SessionsInput { facilitation, fixed, meeting, training, training_days } = sessions;
    let fixed: Vec<_> = fixed
        .iter()
        .map(|fixed| {
            let FixedSession { session, part, on, at } = fixed;
            json!({ "at": format!("{}:{:02}", at / 60, at % 60), "on": on, "part": part, "session": session })
        })
        .collect();
    json!({
        "facilitation": facilitation, "fixed": fixed, "meeting": meeting, "training": training, "training_days": training_days,
    })
}

fn person(person: &Participant) -> Value {
    let Participant { also, available, id, if_need_be, name, party, required, role, seat, unavailable } = person;
    let mut whole = object(json!({
        "id": id, "name": name, "party": party, "required": required, "role": role, "seat": seat, "unavailable": times(unavailable),
    }));
    for (key, list) in [("also", also), ("available", available), ("if_need_be", if_need_be)] {
        add(&mut whole, key, times(list), !list.is_empty());
    }
    Value::Object(whole)
}

fn times(rules: &[TimeRule]) -> Value {
    rules.iter().map(|rule| Value::Object(time(rule))).collect()
}

/// Returns a time. The keys of format 1 are always there, with the values that they had there.
fn time(rule: &TimeRule) -> Map<String, Value> {
    let TimeRule { from, to, weekdays, every, week, hours, session } = *rule;
    let half = match hours {
        None => Some("whole"),
        Some(hours) => hours.name(),
    };
    let weekday = match weekdays.single() {
        None if !weekdays.is_empty() => json!(weekdays.iter().collect::<Vec<_>>()),
        single => json!(single),
    };
    let mut time = object(json!({ "from": from, "half": half, "to": to, "weekday": weekday }));
    add(&mut time, "every", json!(every), every > 1);
    add(&mut time, "for", json!(session), session.is_some());
    add(&mut time, "hours", json!(hours.map(|hours| hours.to_string())), half.is_none());
    add(&mut time, "week", json!(week), week.is_some());
    time
}

pub(super) fn digest(scenario: &Scenario) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(canonical(scenario).as_bytes()) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
