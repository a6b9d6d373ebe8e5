//! What an event carries, as single values under flat names: what formats without nesting ask for.

use ibbi_core::Event;
use serde_json::Value;
use std::io;

/// A single value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flat {
    Text(String),
    /// An instant with its offset.
    Time(String),
    Number(u64),
    Truth(bool),
}

/// Hands out every value that an event carries, in the order of the ledger.
///
/// What lies inside another value gets both names with an underscore between (`slot_starts`, `neutral_id`). A list is
/// one text, its JSON. The times of a slot are times; dates are texts, for the formats know no day without an hour.
pub(super) fn each(event: &Event, sink: &mut impl FnMut(&str, Flat)) -> io::Result<()> {
    let Value::Object(fields) = event.serialize_data(serde_json::value::Serializer)? else { return Ok(()) };
    let mut name = String::new();
    for (field, value) in fields {
        name.push_str(&field);
        flatten(&mut name, value, sink);
        name.clear();
    }
    Ok(())
}

fn flatten(name: &mut String, value: Value, sink: &mut impl FnMut(&str, Flat)) {
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
        Value::String(text) if name.starts_with("slot_") => sink(name, Flat::Time(text)),
        Value::String(text) => sink(name, Flat::Text(text)),
        Value::Bool(truth) => sink(name, Flat::Truth(truth)),
        Value::Number(number) => match number.as_u64() {
            Some(whole) => sink(name, Flat::Number(whole)),
            None => sink(name, Flat::Text(number.to_string())),
        },
        Value::Array(_) => sink(name, Flat::Text(value.to_string())),
        Value::Null => {}
    }
}
