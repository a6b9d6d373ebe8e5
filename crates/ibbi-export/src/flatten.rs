//! The fields of an event as single values under flat names, for formats without nesting.

use ibbi_core::Event;
use serde_json::Value;
use std::io;

/// A single value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FlatValue {
    Text(String),
    /// An instant with its offset.
    Time(String),
    Number(u64),
    Bool(bool),
}

/// Calls a function for every value of an event, in the order of the ledger line.
///
/// A nested value gets both names, joined by an underscore (`slot_starts`, `neutral_id`). A list becomes one text, its JSON.
/// The times of a slot are times. Dates are texts, because the formats have no dates without a time.
pub(super) fn for_each_value(event: &Event, sink: &mut impl FnMut(&str, FlatValue)) -> io::Result<()> {
    let Value::Object(fields) = event.serialize_data(serde_json::value::Serializer)? else { return Ok(()) };
    let mut name = String::new();
    for (field, value) in fields {
        name.push_str(&field);
        flatten(&mut name, value, sink);
        name.clear();
    }
    Ok(())
}

fn flatten(name: &mut String, value: Value, sink: &mut impl FnMut(&str, FlatValue)) {
    match value {
        Value::Object(fields) => {
            let length = name.len();
            for (field, value) in fields {
                name.push('_');
                name.push_str(&field);
                flatten(name, value, sink);
                name.truncate(length);
            }
        }
        Value::String(text) if name.starts_with("slot_") => sink(name, FlatValue::Time(text)),
        Value::String(text) => sink(name, FlatValue::Text(text)),
        Value::Bool(value) => sink(name, FlatValue::Bool(value)),
        Value::Number(number) => match number.as_u64() {
            Some(whole) => sink(name, FlatValue::Number(whole)),
            None => sink(name, FlatValue::Text(number.to_string())),
        },
        Value::Array(_) => sink(name, FlatValue::Text(value.to_string())),
        Value::Null => {}
    }
}
