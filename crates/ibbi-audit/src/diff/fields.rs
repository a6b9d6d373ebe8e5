//! The fields in which two lines differ.

use super::facts::names;
use super::line::ComparedLine;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A field that differs between two lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The path of the field in the line, such as `actor` or `data.slot.starts`. A person in a list is in brackets:
    /// `data.substitutes[lee].person.name`. `order` is the place among the other lines, and `bytes` the way in which the same
    /// values are written.
    pub field: String,
    /// The value in the first ledger as JSON, if it has one.
    pub first: Option<String>,
    /// The value in the second ledger as JSON, if it has one.
    pub second: Option<String>,
    /// The characters that differ, with their code points, if the texts look alike or have unusual characters.
    pub code_points: Option<String>,
    /// A sentence for people, without the name of the record.
    pub text: String,
}

impl FieldChange {
    fn new(field: &str, first: Option<&Value>, second: Option<&Value>) -> Self {
        let (first, second) = (first.map(Value::to_string), second.map(Value::to_string));
        Self { field: field.to_owned(), first, second, code_points: None, text: String::new() }
    }

    /// Returns the change of a line that is in another place.
    pub(super) fn order(first: u64, second: u64) -> Self {
        Self::new("order", Some(&first.into()), Some(&second.into()))
    }

    /// Returns the field's name in totals, without the names of list entries.
    pub(super) fn total(&self) -> String {
        let mut name = String::new();
        let mut depth = 0_u32;
        for char in self.field.chars() {
            match char {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                char if depth == 0 => name.push(char),
                _ => {}
            }
        }
        name
    }
}

/// Returns the fields in which two different lines differ; at least one.
pub(super) fn compare_fields(first: &ComparedLine, second: &ComparedLine) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    match (&first.fields, &second.fields) {
        (Some(one), Some(other)) => objects("", one, other, &mut changes),
        _ => {
            let text = |line: &ComparedLine| Value::from(String::from_utf8_lossy(&line.bytes).into_owned());
            if first.bytes != second.bytes || first.bytes.is_empty() {
                changes.push(FieldChange::new("bytes", Some(&text(first)), Some(&text(second))));
            }
        }
    }
    if changes.is_empty() && (first.bytes != second.bytes || first.digest != second.digest) {
        let column = first.bytes.iter().zip(&second.bytes).take_while(|(one, other)| one == other).count();
        let rest = |line: &ComparedLine| {
            let rest = line.bytes.get(column..).unwrap_or_default();
            Value::from(String::from_utf8_lossy(rest).chars().take(40).collect::<String>())
        };
        changes.push(FieldChange::new("bytes", Some(&rest(first)), Some(&rest(second))));
    }
    changes
}

fn objects(path: &str, one: &Map<String, Value>, other: &Map<String, Value>, into: &mut Vec<FieldChange>) {
    let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
    for key in keys {
        let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        compare(&place, one.get(key), other.get(key), into);
    }
}

fn compare(path: &str, one: Option<&Value>, other: Option<&Value>, into: &mut Vec<FieldChange>) {
    match (one, other) {
        (one, other) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => objects(path, one, other, into),
        (Some(Value::Array(list)), Some(Value::Array(others))) => match (names(list), names(others)) {
            (Some(ids), Some(other_ids))
                if list.iter().all(Value::is_object) && others.iter().all(Value::is_object) =>
            {
                let before = into.len();
                let entry = |list: &[Value], ids: &[String], id: &String| {
                    ids.iter().position(|known| known == id).and_then(|place| list.get(place)).cloned()
                };
                for id in ids.iter().chain(other_ids.iter().filter(|id| !ids.contains(id))) {
                    let (one, other) = (entry(list, &ids, id), entry(others, &other_ids, id));
                    compare(&format!("{path}[{id}]"), one.as_ref(), other.as_ref(), into);
                }
                if into.len() == before {
                    into.push(FieldChange::new(path, Some(&json!(ids)), Some(&json!(other_ids))));
                }
            }
            _ => into.push(FieldChange::new(path, Some(&json!(list)), Some(&json!(others)))),
        },
        _ => into.push(FieldChange::new(path, one, other)),
    }
}
