//! The canonical form of a scenario and its digest.

use super::Scenario;
use crate::assumptions::{Chance, Duration};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

pub(super) fn canonical(scenario: &Scenario) -> String {
    let mut value = serde_json::to_value(scenario).expect("a scenario has string keys and finite numbers only");
    // Whether a value is the default depends on how the file is written, not on what it means.
    let mut assumptions = Map::new();
    for which in Duration::ALL {
        assumptions.insert(which.code().to_owned(), json!(scenario.assumptions.duration(*which).value));
    }
    for which in Chance::ALL {
        assumptions.insert(which.code().to_owned(), json!(scenario.assumptions.chance(*which).value));
    }
    value["assumptions"] = Value::Object(assumptions);
    // `serde_json::Map` keeps insertion order if some crate enables that. Sorting makes the form certain.
    sorted(value).to_string()
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
