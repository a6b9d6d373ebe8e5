//! Writing a scenario as a JSON object that reads back as the same scenario.

use super::{Scenario, digest};
use serde_json::{Map, Value};

/// Returns the canonical form without what an input leaves out: keys without a value, empty lists, and the whole day as a half.
pub(super) fn object(scenario: &Scenario) -> Map<String, Value> {
    match without_absent(digest::input(scenario)) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn without_absent(value: Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        Value::Array(items) if items.is_empty() => return None,
        Value::Object(entries) => {
            let is_whole_day = |key: &str, value: &Value| key == "half" && *value == "whole";
            let entries = entries.into_iter().filter(|(key, value)| !is_whole_day(key, value));
            entries.filter_map(|(key, value)| Some((key, without_absent(value)?))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().filter_map(without_absent).collect(),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_reads_back_as_the_same_scenario() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios");
        let mut read = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let scenario = Scenario::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let text = Value::Object(object(&scenario)).to_string();
            let again = Scenario::parse(&text).unwrap_or_else(|error| panic!("{}: {error:?}\n{text}", path.display()));
            assert_eq!(again.digest(), scenario.digest(), "{}", path.display());
            read += 1;
        }
        assert!(read >= 3, "{read} scenarios");
    }
}
