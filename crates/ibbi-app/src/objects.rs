//! Objects are objects: a reader made by serde also takes a list of the right values for one, which nobody means.

use crate::input::InputError;
use ibbi_core::Event;
use serde_json::Value;

/// Checks that what was given as JSON has an object wherever the event that was read of it has one.
pub(crate) fn check(json: &[u8], whole: bool, event: &Event) -> Result<(), InputError> {
    let wrong = |error: serde_json::Error| InputError::Json(error.to_string());
    let given: Value = serde_json::from_slice(json).map_err(wrong)?;
    let given = if whole { given.get("data").unwrap_or(&Value::Null) } else { &given };
    let read = event.serialize_data(serde_json::value::Serializer).map_err(wrong)?;
    match list_for_object("data", given, &read) {
        Some(key) => Err(InputError::Json(format!("`{key}` is a list where an object belongs"))),
        None => Ok(()),
    }
}

/// The key under which a list stands for an object.
fn list_for_object(key: &str, given: &Value, read: &Value) -> Option<String> {
    match (given, read) {
        (Value::Array(_), Value::Object(_)) => Some(key.to_owned()),
        (Value::Object(given), Value::Object(read)) => {
            given.iter().find_map(|(key, value)| list_for_object(key, value, read.get(key)?))
        }
        // Reading may have sorted the entries, but they are all of one kind.
        (Value::Array(given), Value::Array(read)) => {
            given.iter().find_map(|entry| list_for_object(key, entry, read.first()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{input::from_json, zone::Zone};

    #[test]
    fn a_list_does_not_pass_for_an_object_at_any_depth() {
        for (json, key) in [
            (
                r#"{"type":"meeting_scheduled","data":{"slot":["2025-10-20T09:00:00-04:00","2025-10-20T08:00:00-04:00"]}}"#,
                "slot",
            ),
            (r#"{"type":"member_named","data":{"party":"labor","member":["lee","Ann Lee"]}}"#, "member"),
            (
                r#"{"type":"session_opened","data":{"neutral":{"id":"n","name":"N"},"part":1,"present":[],
                    "observers":[["other","Ann Lee"]]}}"#,
                "observers",
            ),
        ] {
            let error = from_json(None, json.as_bytes(), Zone::default()).unwrap_err().to_string();
            assert!(error.ends_with(&format!("`{key}` is a list where an object belongs")), "{error}");
        }
        let good = r#"{"type":"member_named","data":{"party":"labor","member":{"id":"lee","name":"Ann Lee"}}}"#;
        assert!(from_json(None, good.as_bytes(), Zone::default()).is_ok());
    }
}
