//! The state of a case as facts that can be compared with those of another, even in different stages.
//!
//! The core nests the results of earlier stages in the state of a stage. Here, each fact has the same path in every stage.

use super::names::DiffNames;
use super::{CaseDifference, StateChange, code_points};
use ibbi_core::stages::{ConcernStatus, Introduced};
use ibbi_core::{Body, Case, Party, Seat};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Returns the facts of a case.
pub(super) fn facts(case: &Case) -> Value {
    let mut facts = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            facts.insert(key.to_owned(), value);
        }
    };
    put("stage", to_json(case.stage()));
    put("outcome", to_json(case.outcome()));
    if let Case::Closed(closed) = case {
        put("closed", json!({"at": closed.at(), "by": closed.withdrawn_by(), "reason": closed.reason()}));
    }
    put("file", to_json(case.file()));
    put("leaders", to_json(Seat::ALL.iter().filter_map(|seat| case.leader(*seat)).collect::<Vec<_>>()));
    if let Some(introduced) = case.introduced() {
        put("introduction", introduction(introduced));
    }
    if let Case::Introduction(state) = case.last_open() {
        put("meeting", to_json(state.scheduled()));
    }
    put("letters", to_json(Body::ALL.iter().filter_map(|body| case.letter(*body)).collect::<Vec<_>>()));
    if let Some(admitted) = case.admitted() {
        put("acceptance", json!({"at": admitted.accepted(), "by": admitted.accepted_by()}));
    }
    put("teams", to_json(case.teams()));
    if let Some(trained) = case.trained() {
        put(
            "training",
            json!({
                "completed": trained.completed(), "exercises": trained.exercises(), "held": trained.held(),
                "simulations": trained.simulations(),
            }),
        );
    }
    if let Case::Training(state) = case.last_open() {
        let others: Vec<_> = state.other_activities_run().collect();
        put("activities", json!({"exercises": state.exercises(), "simulations": state.simulations()}));
        if !others.is_empty() {
            put("other_activities", json!(others));
        }
    }
    if let Case::Caucus(state) = case.last_open() {
        let opened = Party::ALL.iter().map(|party| (party.code().to_owned(), to_json(state.party(*party).opened)));
        put("caucuses", Value::Object(opened.collect()));
    }
    put("concerns", concerns(case));
    let decisions =
        Party::ALL.iter().filter_map(|party| Some((party.code().to_owned(), to_json(case.decided(*party)?))));
    put("decisions", Value::Object(decisions.collect()));
    if let Case::Facilitation(state) = case.last_open() {
        put("format", to_json(state.format()));
    }
    put("sessions", to_json(case.sessions()));
    Value::Object(facts)
}

fn introduction(introduced: &Introduced) -> Value {
    json!({"meetings": introduced.meetings(), "services": introduced.chosen(), "topics": introduced.topics()})
}

fn concerns(case: &Case) -> Value {
    let status = |status: ConcernStatus| to_json(status);
    let each = case
        .concerns()
        .iter()
        .map(|concern| json!({"id": concern.id, "party": concern.party, "status": status(concern.status)}));
    Value::Array(each.collect())
}

fn to_json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// The differences that were found so far.
struct StateChanges {
    found: Vec<StateChange>,
    names: DiffNames,
}

/// Returns the differences between two states.
pub(super) fn changes(first: &Value, second: &Value, names: DiffNames) -> Vec<StateChange> {
    let mut changes = StateChanges { found: Vec::new(), names };
    compare("", Some(first), Some(second), &mut changes);
    changes.found
}

fn compare(path: &str, first: Option<&Value>, second: Option<&Value>, into: &mut StateChanges) {
    if first == second || into.found.len() >= CaseDifference::MAX_CHANGES {
        return;
    }
    match (first, second) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            // The stage is the most important, so it comes first.
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            let (stage, rest): (Vec<_>, Vec<_>) = keys.partition(|key| *key == "stage");
            for key in stage.into_iter().chain(rest) {
                let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&place, one.get(key), other.get(key), into);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => lists(path, one, other, into),
        _ => {
            let change = change(path, first, second, into.names);
            into.found.push(change);
        }
    }
}

/// Compares lists by the names of their entries if every name is unique, or else by position.
fn lists(path: &str, one: &[Value], other: &[Value], into: &mut StateChanges) {
    let (names, others) = (names(one), names(other));
    if let (Some(names), Some(others)) = (names, others) {
        let find = |list: &[String], name: &String| list.iter().position(|known| known == name);
        for (index, name) in names.iter().enumerate() {
            let there = find(&others, name).and_then(|place| other.get(place));
            compare(&format!("{path}[{name}]"), one.get(index), there, into);
        }
        for (index, name) in others.iter().enumerate().filter(|(_, name)| find(&names, name).is_none()) {
            compare(&format!("{path}[{name}]"), None, other.get(index), into);
        }
        return;
    }
    for index in 0..one.len().max(other.len()) {
        compare(&format!("{path}[{}]", index + 1), one.get(index), other.get(index), into);
    }
}

/// Returns the name of each entry of a list, if every entry has one and they are unique.
pub(super) fn names(list: &[Value]) -> Option<Vec<String>> {
    let name = |entry: &Value| {
        let named = entry.get("person").unwrap_or(entry);
        ["id", "seat", "body", "service"].iter().find_map(|key| named.get(key)?.as_str().map(str::to_owned))
    };
    let names: Vec<String> = list.iter().map(name).collect::<Option<_>>()?;
    let twice = names.iter().enumerate().any(|(index, name)| names[..index].contains(name));
    (!twice).then_some(names)
}

fn change(path: &str, first: Option<&Value>, second: Option<&Value>, names: DiffNames) -> StateChange {
    let (in_first, _) = names.ledgers();
    let then = names.second_after_first();
    let texts = first.and_then(Value::as_str).zip(second.and_then(Value::as_str));
    let code_points = texts.and_then(|(one, other)| code_points::compare(one, other, names));
    let (first, second) = (first.map(Value::to_string), second.map(Value::to_string));
    let words = path.replace('.', ", ").replace(['_', '['], " ").replace(']', "");
    let mut text = match (&first, &second) {
        (Some(one), Some(other)) => format!("{words}: {one} in {in_first}, {other} in {then}"),
        (Some(one), None) => format!("{words}: {one} in {in_first}, nothing in {then}"),
        (None, Some(other)) => format!("{words}: nothing in {in_first}, {other} in {then}"),
        (None, None) => words,
    };
    if let Some(found) = &code_points {
        text.push_str(&format!(" ({found})"));
    }
    StateChange { path: path.to_owned(), first, second, code_points, text }
}
