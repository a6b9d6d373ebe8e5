//! Brings schemas into the form from which generators make usable clients.
//!
//! - The members of a choice are named schemas. If a key tells them apart, it is the choice's discriminator.
//! - Nested objects and lists of codes are named schemas. Equal lists of codes are one schema.
//! - In a response, a value that can be left out is never null.
//! - Defaults are in the descriptions. A client that filled them in would send keys that the other format doesn't have.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Returns the schemas with the ones that were nested in them. `sent` has the names of those that only requests have: in them, null
/// is the same as nothing.
pub(super) fn tidy(schemas: Map<String, Value>, sent: &[String]) -> Map<String, Value> {
    let mut tidied = Tidy { codes: BTreeMap::new(), made: Map::new(), keeps_null: false };
    let mut schemas: Vec<(String, Value)> = schemas.into_iter().collect();
    for (name, schema) in &mut schemas {
        merge_codes(schema);
        if let Some(codes) = codes_of(schema) {
            tidied.codes.entry(codes).or_insert_with(|| name.clone());
        }
    }
    for (name, mut schema) in schemas {
        tidied.keeps_null = sent.contains(&name);
        tidied.whole(&name, &mut schema);
        tidied.insert(name, schema);
    }
    tidied.made
}

/// Returns a reference to a schema of the document.
pub(in crate::api) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#{}/{name}", super::PLACE) })
}

/// Returns a name in the form of a type: `leader_agreed` becomes `LeaderAgreed`.
pub(super) fn type_name(code: &str) -> String {
    let words = code.split(['_', '-', '.', ' ']);
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    words.map(capital).collect()
}

struct Tidy {
    /// The named lists of codes.
    codes: BTreeMap<Vec<String>, String>,
    made: Map<String, Value>,
    keeps_null: bool,
}

impl Tidy {
    fn insert(&mut self, name: String, schema: Value) {
        if let Some(other) = self.made.get(&name) {
            debug_assert_eq!(*other, schema, "two schemas have the name {name}");
        }
        self.made.insert(name, schema);
    }

    /// Tidies a schema that has a name.
    fn whole(&mut self, name: &str, schema: &mut Value) {
        clean(schema);
        merge_codes(schema);
        if let Some(key) = discriminator_of(schema) {
            *schema = self.choice(name, &key, std::mem::take(schema));
            return;
        }
        self.inside(name, schema);
    }

    /// Tidies a schema inside of another one. `name` is its name if it needs one.
    fn nested(&mut self, name: &str, schema: &mut Value) {
        clean(schema);
        merge_codes(schema);
        if let Some(codes) = codes_of(schema) {
            let known = match self.codes.get(&codes) {
                Some(known) => known.clone(),
                None => {
                    self.codes.insert(codes, name.to_owned());
                    self.insert(name.to_owned(), without_description(schema).0);
                    name.to_owned()
                }
            };
            *schema = described_reference(&known, schema);
        } else if schema.get("properties").is_some() || discriminator_of(schema).is_some() {
            let description = schema.clone();
            let mut own = std::mem::take(schema);
            self.whole(name, &mut own);
            self.insert(name.to_owned(), own);
            *schema = described_reference(name, &description);
        } else {
            self.inside(name, schema);
        }
    }

    fn inside(&mut self, name: &str, schema: &mut Value) {
        let Some(members) = schema.as_object_mut() else { return };
        let required: Vec<String> =
            members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(text).collect();
        for (key, property) in members.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            if !required.contains(key) && !self.keeps_null {
                without_null(property);
            }
            self.nested(&format!("{name}{}", type_name(key)), property);
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = members.get_mut(key).filter(|inner| inner.is_object()) {
                self.nested(&format!("{name}Item"), inner);
            }
        }
        for key in ["oneOf", "anyOf"] {
            let several = members.get_mut(key).and_then(Value::as_array_mut);
            for (index, inner) in several.into_iter().flatten().enumerate() {
                let title = inner.as_object_mut().and_then(|inner| inner.remove("title"));
                let title = title.as_ref().and_then(Value::as_str);
                self.nested(&title.map_or_else(|| format!("{name}{}", index + 1), str::to_owned), inner);
            }
        }
    }

    /// Returns a choice with a discriminator. Its members have the keys that they share.
    fn choice(&mut self, name: &str, key: &str, schema: Value) -> Value {
        let Value::Object(mut shared) = schema else { return schema };
        let Some(Value::Array(members)) = shared.remove("oneOf") else { return Value::Object(shared) };
        let description = shared.remove("description");
        let (mut references, mut mapping) = (Vec::new(), Map::new());
        for mut member in members {
            let Some(code) = member["properties"][key]["const"].as_str().map(str::to_owned) else { continue };
            for (inner, value) in shared.get("properties").and_then(Value::as_object).into_iter().flatten() {
                member["properties"][inner] = value.clone();
            }
            if let Some(required) = member["required"].as_array_mut() {
                required.extend(shared.get("required").and_then(Value::as_array).into_iter().flatten().cloned());
            }
            let own = format!("{name}{}", type_name(&code));
            self.whole(&own, &mut member);
            mapping.insert(code, reference(&own)["$ref"].clone());
            references.push(reference(&own));
            self.insert(own, member);
        }
        let mut choice = json!({ "oneOf": references, "discriminator": { "propertyName": key, "mapping": mapping } });
        if let Some(description) = description {
            choice["description"] = description;
        }
        choice
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Returns the codes of a schema that is a list of codes.
fn codes_of(schema: &Value) -> Option<Vec<String>> {
    schema.get("enum")?.as_array()?.iter().map(text).collect()
}

/// Returns the key that tells the members of a choice apart: each has another code there.
fn discriminator_of(schema: &Value) -> Option<String> {
    let members = schema.get("oneOf")?.as_array()?;
    let keys = members.first()?.get("properties")?.as_object()?;
    let tells = |key: &&String| members.iter().all(|member| member["properties"][key.as_str()]["const"].is_string());
    keys.keys().find(tells).cloned()
}

/// Makes one list of codes from a choice of codes. Its description has the meaning of each.
fn merge_codes(schema: &mut Value) {
    let Some(members) = schema.get("oneOf").and_then(Value::as_array) else { return };
    let codes: Option<Vec<String>> = members.iter().map(|member| text(member.get("const")?)).collect();
    let Some(codes) = codes else { return };
    let meanings = codes.iter().zip(members).filter_map(|(code, member)| {
        let meaning = member.get("description")?.as_str()?;
        Some(format!("- `{code}`: {meaning}"))
    });
    let whole = schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let lines: Vec<String> = whole.into_iter().chain(meanings).collect();
    *schema = json!({ "type": "string", "enum": codes, "description": lines.join("\n") });
}

/// Removes null from what a value that can be left out can be.
fn without_null(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|each| each != "null");
        if let [one] = &types[..] {
            members["type"] = one.clone();
        }
    }
    let Some(Value::Array(several)) = members.get_mut("anyOf") else { return };
    several.retain(|each| each["type"] != "null");
    if let [one] = &several[..] {
        let one = one.clone();
        members.remove("anyOf");
        for (key, value) in one.as_object().into_iter().flatten() {
            members.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Changes what generators don't know: the forms of numbers, defaults, lists of codes without a type, and the signs of
/// documentation in Rust.
fn clean(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    if members.contains_key("enum") {
        members.entry("type").or_insert_with(|| json!("string"));
    }
    match members.get("format").and_then(Value::as_str) {
        // Larger than the largest number of the format.
        Some("uint64") if members.get("maximum") == Some(&json!(u64::MAX)) => drop(members.remove("format")),
        Some("uint64" | "uint" | "int") => members["format"] = json!("int64"),
        Some("uint8" | "uint16" | "uint32") => members["format"] = json!("int32"),
        _ => {}
    }
    if let Some(default) = members.remove("default").filter(|default| !default.is_null()) {
        let about = members.get("description").and_then(Value::as_str).unwrap_or_default();
        let text = format!("{about} Default: `{default}`.");
        members.insert("description".to_owned(), json!(text.trim()));
    }
    if let Some(Value::String(about)) = members.get_mut("description") {
        *about = about.replace("[`", "`").replace("`]", "`").replace("`None`", "null");
    }
    if let Some(Value::String(pattern)) = members.get_mut("pattern") {
        // Only some languages need this, and others can't read it.
        *pattern = pattern.replace("(?!\\n)$", "$");
    }
    if members.get("const").is_some_and(Value::is_boolean) {
        members.remove("const");
        members.insert("type".to_owned(), json!("boolean"));
    } else if members.get("const").is_some_and(Value::is_string) {
        members.entry("type").or_insert_with(|| json!("string"));
    }
}

fn without_description(schema: &Value) -> (Value, Option<Value>) {
    let mut schema = schema.clone();
    let description = schema.as_object_mut().and_then(|members| members.remove("description"));
    (schema, description)
}

fn described_reference(name: &str, schema: &Value) -> Value {
    let mut made = reference(name);
    if let (_, Some(description)) = without_description(schema) {
        made["description"] = description;
    }
    made
}
