//! The OpenAPI 3.1 document, made from the table of operations.

use super::{Given, OPERATIONS, Operation, Parameter, schemas};
use serde_json::{Map, Value, json};

/// Returns the description of the API as an OpenAPI 3.1 document. It is made from the same table as the router, so the
/// two can't differ.
///
/// ```
/// let document = ibbi_web::openapi();
/// assert_eq!(document["openapi"], "3.1.0");
/// assert!(document["paths"]["/api/v1/cases"]["post"]["operationId"] == "openCase");
/// ```
pub fn openapi() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let place = paths.entry(operation.path).or_insert_with(|| json!({}));
        place[operation.method.as_str().to_lowercase()] = described(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "ibbi",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The process of the Interest-Based Bargaining Institute over HTTP",
            "description": "An operation returns the same JSON as the command with --json. A refusal is a problem document \
                (RFC 9457), and its `refusal` lists each unmet rule. If you send an event again with its ID, it is recorded once.",
            "license": { "name": "MIT or Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer",
                    "description": "`ibbi token new` makes a token; docs/access.md has the roles" },
            },
        },
        "security": [{ "token": [] }],
    })
}

fn described(operation: &Operation) -> Value {
    let mut value = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": responses(operation),
    });
    if !operation.parameters.is_empty() {
        value["parameters"] = operation.parameters.iter().map(parameter).collect();
    }
    if let Some((kind, schema)) = operation.body {
        let mut content = Map::new();
        content.insert(kind.to_owned(), json!({ "schema": reference(schema) }));
        value["requestBody"] = json!({ "required": true, "content": content });
    }
    value
}

fn parameter(parameter: &Parameter) -> Value {
    let Parameter { name, place, schema, about } = parameter;
    let required = *place == "path" || matches!(*name, "goal" | "line" | "from");
    let mut value = json!({
        "name": name, "in": place, "required": required, "description": about, "schema": reference(schema),
    });
    if parameter.repeats() {
        value["schema"] = json!({ "type": "array", "items": reference(schema), "maxItems": 8 });
    }
    value
}

/// The problems of every operation.
const PROBLEMS: &[(u16, &str)] = &[
    (400, "the request can't be read, or a parameter is wrong; `detail` says where and what to send"),
    (401, "no token, or one that doesn't count: it has expired, or it was revoked"),
    (403, "your role doesn't allow this: `needs` has the roles that do, and `granted_by` who can grant one"),
    (408, "the request did not arrive in time"),
    (421, "the server doesn't have the name in the request"),
    (429, "there were too many failures to sign in from your address"),
    (500, "an error in ibbi"),
    (502, "a header of the trusted proxy can't be read"),
    (503, "the ledger or the records of access can't be read or written now; the server tries again by itself"),
];
/// The problem of an operation with a name in its path.
const NOT_FOUND: (u16, &str) = (404, "there is no such case or format");
/// The problems of an operation with a body.
const OF_A_BODY: &[(u16, &str)] = &[
    (413, "the body is longer than the limit"),
    (415, "the body is compressed"),
    (
        422,
        "it can be read and is not valid: an event that a rule refuses, a scenario with problems, or a ledger that isn't sound",
    ),
];
/// The problems of an operation that records an event.
const OF_AN_EVENT: &[(u16, &str)] = &[
    (409, "the `id` belongs to another event of the case"),
    (412, "the case has changed since the ETag in `If-Match`; `found` has its number of records"),
];

/// Returns the responses of an operation. Each problem has a description.
fn responses(operation: &Operation) -> Value {
    let mut responses = Map::new();
    let in_path = operation.path.contains('{').then_some(NOT_FOUND);
    let of_a_body = if operation.body.is_some() { OF_A_BODY } else { &[] };
    let of_an_event = if operation.answers.iter().any(|given| given.schema == "Recorded") { OF_AN_EVENT } else { &[] };
    for (status, about) in in_path.iter().chain(PROBLEMS).chain(of_a_body).chain(of_an_event) {
        let content = json!({ "application/problem+json": { "schema": reference("Problem") } });
        responses.insert(status.to_string(), json!({ "description": about, "content": content }));
    }
    if operation.parameters.iter().any(|parameter| parameter.name == "If-None-Match") {
        let about = "you have the content already: its ETag is in `If-None-Match`";
        responses.insert("304".to_owned(), json!({ "description": about }));
        let about = "the content is not what `If-Match` names";
        let content = json!({ "application/problem+json": { "schema": reference("Problem") } });
        responses.insert("412".to_owned(), json!({ "description": about, "content": content }));
    }
    for Given { status, kind, schema, about } in operation.answers {
        let response =
            responses.entry(status.to_string()).or_insert_with(|| json!({ "description": about, "content": {} }));
        response["content"][*kind] = json!({ "schema": reference(schema) });
    }
    let content = json!({ "application/problem+json": { "schema": reference("Problem") } });
    responses.insert("default".to_owned(), json!({ "description": "it was not done, and why", "content": content }));
    Value::Object(responses)
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_of_the_document_has_something_to_refer_to() {
        let document = openapi();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        let mut references = 0;
        for rest in text.split("\"$ref\":\"").skip(1) {
            let target = rest.split('"').next().unwrap();
            let name = target.strip_prefix("#/components/schemas/").unwrap_or_else(|| panic!("{target}"));
            assert!(schemas.contains_key(name), "{name}");
            references += 1;
        }
        assert!(references > 100);
    }

    #[test]
    fn every_value_in_a_path_is_described_and_every_name_is_its_own() {
        let mut ids: Vec<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), OPERATIONS.len());
        for operation in OPERATIONS {
            let in_path = operation.path.matches('{').count();
            let described = operation.parameters.iter().filter(|parameter| parameter.place == "path").count();
            assert_eq!(in_path, described, "{}", operation.path);
            assert!(operation.path.starts_with(crate::api::BASE));
        }
    }
}
