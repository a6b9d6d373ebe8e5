//! The OpenAPI document: generators make usable clients from it, and it describes what the server does.

use crate::support::{Running, errors};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Calls a function with every schema in a value, and its place.
fn each_schema(value: &Value, place: &str, look: &mut impl FnMut(&str, &Value)) {
    look(place, value);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, inner)| each_schema(inner, &format!("{place}/{key}"), look));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| each_schema(inner, &format!("{place}/{index}"), look));
        }
        _ => {}
    }
}

/// Returns every operation with its method and path.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(|(method, each)| (method.to_uppercase(), path.clone(), each.clone()))
    });
    all.collect()
}

/// Returns what is wrong with the choices of a document: each has a discriminator whose codes name its members.
fn faults_of_choices(document: &Value) -> (usize, Vec<String>) {
    let schemas = &document["components"]["schemas"];
    let (mut choices, mut wrong) = (0, Vec::new());
    each_schema(schemas, "", &mut |place, schema| {
        let Some(members) = schema.get("oneOf").and_then(Value::as_array) else { return };
        choices += 1;
        let Some(mapping) = schema["discriminator"]["mapping"].as_object() else {
            return wrong.push(format!("{place} has no discriminator"));
        };
        let key = schema["discriminator"]["propertyName"].as_str().unwrap();
        let named: BTreeSet<_> = mapping.values().map(Value::to_string).collect();
        let listed: BTreeSet<_> = members.iter().map(|member| member["$ref"].to_string()).collect();
        if named != listed {
            wrong.push(format!("{place} maps {named:?}, and has {listed:?}"));
        }
        for (code, target) in mapping {
            let name = target.as_str().unwrap().rsplit('/').next().unwrap();
            let member = &schemas[name];
            let required = member["required"].as_array().is_some_and(|required| required.contains(&json!(key)));
            if member["properties"][key]["const"] != *code || !required {
                wrong.push(format!("{name} doesn't have the {key} {code}"));
            }
        }
    });
    (choices, wrong)
}

#[test]
fn choices_have_discriminators_that_name_their_members() {
    let mut document = ibbi_web::openapi();
    let (choices, wrong) = faults_of_choices(&document);
    assert!(choices >= 10 && wrong.is_empty(), "{choices}: {wrong:#?}");
    for (choice, key) in [("Event", "type"), ("RecordedEvent", "type"), ("Found", "kind"), ("FieldKind", "kind")] {
        assert_eq!(document["components"]["schemas"][choice]["discriminator"]["propertyName"], key, "{choice}");
    }
    let kinds = document["components"]["schemas"]["Event"]["discriminator"]["mapping"].as_object().unwrap();
    assert!(kinds.keys().eq(BTreeSet::from_iter(ibbi_core::EventKind::CODES.iter()).into_iter().copied()), "{kinds:?}");
    // A document with a fault is found.
    document["components"]["schemas"]["NoteAdded"]["properties"]["type"]["const"] = json!("note");
    assert_eq!(faults_of_choices(&document).1, ["NoteAdded doesn't have the type note_added"]);
}

#[test]
fn schemas_are_named_and_have_no_boolean_constants() {
    let document = ibbi_web::openapi();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        assert!(name.chars().all(char::is_alphanumeric) && name.starts_with(char::is_uppercase), "{name}");
        each_schema(schema, name, &mut |place, inner| {
            assert!(inner.get("const").is_none_or(|value| !value.is_boolean()), "{place} is a boolean constant");
            let is_inside = place != name && !place.ends_with("/properties");
            let is_object = inner.get("properties").is_some_and(Value::is_object);
            assert!(!(is_inside && is_object), "{place} is an object without a name");
            assert!(!(is_inside && inner.get("enum").is_some_and(Value::is_array)), "{place} has codes without a name");
        });
    }
}

#[test]
fn operations_are_described_in_full() {
    let document = ibbi_web::openapi();
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        for key in ["operationId", "summary", "description"] {
            assert!(operation[key].as_str().is_some_and(|text| text.len() > 2), "{place} has no {key}");
        }
        assert!(operation["description"].as_str().unwrap().ends_with('.'), "{place}");
        assert!(operation["security"].is_array() && tags.contains(&operation["tags"][0]), "{place}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["description"].as_str().is_some_and(|text| text.len() > 5), "{place} {status}");
            if status.starts_with(['4', '5']) {
                let problem = &response["content"]["application/problem+json"];
                assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{place} {status}");
                assert_eq!(problem["example"]["status"].to_string(), *status, "{place}");
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let has_example = parameter.get("example").is_some() || parameter["schema"]["type"] == "array";
            assert!(has_example && parameter["description"].is_string(), "{place} {parameter}");
        }
        let json = &operation["requestBody"]["content"]["application/json"];
        assert!(json.is_null() || !json["examples"].as_object().unwrap().is_empty(), "{place} has no example");
    }
}

#[test]
fn examples_match_their_schemas_and_bodies_are_accepted() {
    let (_keys, server) = Running::start_with_key();
    let document = ibbi_web::openapi();
    let case = server.open("Maple Hollow");
    // An example is about a person of this case.
    server.case_before("meeting_held");
    let (mut sent, mut checked) = (0, 0);
    for (method, path, operation) in operations(&document) {
        let body = &operation["requestBody"]["content"]["application/json"];
        for (name, example) in body["examples"].as_object().into_iter().flatten() {
            let wrong = errors(&document, &body["schema"], &example["value"]);
            assert!(wrong.is_empty(), "{path} {name}: {wrong:#?}");
            if path.contains("{webhook}") || path.contains("{hold}") {
                continue;
            }
            let answer = server.post(&path.replace("{case}", &case), &example["value"]);
            assert!(matches!(answer.status, 200 | 201), "{method} {path} {name}: {}", answer.text());
            sent += 1;
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (kind, media) in response["content"].as_object().into_iter().flatten() {
                let Some(example) = media.get("example") else { continue };
                let wrong = errors(&document, &media["schema"], example);
                assert!(wrong.is_empty(), "{method} {path} {status} {kind}: {wrong:#?}");
                checked += 1;
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let Some(example) = parameter.get("example") else { continue };
            let wrong = errors(&document, &parameter["schema"], example);
            assert!(wrong.is_empty(), "{path} {parameter}: {wrong:#?}");
        }
    }
    println!("{sent} bodies sent, {checked} responses checked");
    assert!(sent >= 15 && checked > 100, "{sent} {checked}");
}
