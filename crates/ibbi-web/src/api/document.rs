//! The OpenAPI 3.1 document, made from the table of operations.

use super::schemas::{self, reference};
use super::{Given, OPERATIONS, Operation, Parameter, examples};
use serde_json::{Map, Value, json};

/// The groups of operations.
const TAGS: &[(&str, &str)] = &[
    ("Cases", "Open a case, record events in it, and see where it stands."),
    ("Records", "Follow what is recorded."),
    ("Polls", "Ask people for their availability, and see their answers."),
    ("Webhooks", "Send what is recorded to other programs."),
    ("Calendars", "Show dates in calendar programs."),
    ("Retention", "Legal holds, and the destruction of confidential texts."),
    ("Ledger", "Check, audit, and export the server's ledger."),
    ("Uploads", "Check, audit, and replay a ledger that you send."),
    ("Scenarios", "Plan a schedule and forecast it."),
    ("Reference", "The process, its rules, and the forms of events."),
];

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
                (RFC 9457), and its `refusal` lists each unmet rule. If you send an event again with its ID, it is recorded once. \
                A list of what a ledger has comes in pages: `limit` and `after` choose one, and `next` is the `after` of the one \
                after it. A scenario is a JSON object.",
            "license": { "name": "MIT or Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The server from which this document comes." }],
        "tags": TAGS.iter().map(|(name, about)| json!({ "name": name, "description": about })).collect::<Vec<_>>(),
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
        "description": operation.about,
        "tags": [operation.tag],
        "security": [{ "token": [] }],
        "responses": responses(operation),
    });
    if !operation.parameters.is_empty() {
        value["parameters"] = operation.parameters.iter().map(parameter).collect();
    }
    if let Some((kind, schema)) = operation.body {
        let mut media = json!({ "schema": reference(schema) });
        let examples = examples::bodies(operation.id);
        if !examples.is_empty() {
            media["examples"] = Value::Object(examples);
        }
        let mut content = Map::new();
        content.insert(kind.to_owned(), media);
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
    } else {
        value["example"] = examples::parameter(schema);
    }
    value
}

/// The problems of every operation.
const PROBLEMS: &[(u16, &str)] = &[
    (400, "The request can't be read, or a parameter is wrong. `detail` says where and what to send."),
    (401, "There is no token, or one that doesn't count: it has expired, or it was revoked."),
    (
        403,
        "Your role doesn't allow this. `needs` has the roles that do, and `granted_by` the people who can grant one.",
    ),
    (421, "The server doesn't have the name in the request's `Host`."),
    (429, "There were too many failures to sign in from your address."),
    (500, "An error in ibbi."),
    (502, "A header of the trusted proxy can't be read."),
    (503, "The ledger or the records of access can't be read or written now. The server tries again by itself."),
];
/// The problem of an operation that can name what doesn't exist.
const NOT_FOUND: (u16, &str) = (
    404,
    "There is no such case that you can see, no such format or document, or no such poll, webhook, dead letter, calendar address, or legal hold.",
);
/// The problems of an operation with a body.
const OF_A_BODY: &[(u16, &str)] = &[
    (408, "The request did not arrive in time."),
    (413, "The body is longer than the limit."),
    (415, "The body is compressed."),
];
/// The problem of an operation that reads a ledger, an event, or a scenario.
const NOT_VALID: (u16, &str) = (
    422,
    "It can be read and is not valid: an event that a rule refuses, a destruction that a legal hold or a retention rule forbids, a scenario with problems, or a ledger that isn't sound.",
);
/// The problem of an operation that records an event.
const TAKEN: (u16, &str) = (409, "The `id` belongs to another event.");
/// The problem of an operation that can depend on the state of a case.
const CHANGED: (u16, &str) =
    (412, "The case has changed since the ETag in `If-Match`. `found` has its number of records.");

/// Returns the problems of an operation: each status that it can have, with a description.
fn problems(operation: &Operation) -> Vec<(u16, &'static str)> {
    let mut problems = PROBLEMS.to_vec();
    let (has_body, tag) = (operation.body.is_some(), operation.tag);
    let records = operation.answers.iter().any(|given| given.schema == "Recorded");
    let names = operation.path.contains('{') || operation.parameters.iter().any(|one| one.name == "after");
    let continues = tag == "Scenarios" && !matches!(operation.id, "checkScenario" | "compare" | "importAvailability");
    if names
        || continues
        || matches!(operation.id, "checkpoints" | "publicKey" | "goals" | "placeHold" | "releaseRecords")
    {
        problems.push(NOT_FOUND);
    }
    if has_body {
        problems.extend(OF_A_BODY);
    }
    let reads = operation.path.contains("{case}") || tag == "Ledger";
    if has_body || reads {
        problems.push(NOT_VALID);
    }
    if records {
        problems.push(TAKEN);
    }
    if operation.id == "releaseRecords" {
        problems.push((409, "The release would have other files than the one that `seen` names."));
    }
    if operation.parameters.iter().any(|one| one.name == "If-Match") {
        problems.push(CHANGED);
    }
    if operation.parameters.iter().any(|one| one.name == "If-None-Match") {
        problems.push((412, "The content is not what `If-Match` names."));
    }
    problems.sort_unstable();
    problems
}

/// Returns the responses of an operation. Each problem has a description.
fn responses(operation: &Operation) -> Value {
    let mut responses = Map::new();
    for (status, about) in problems(operation) {
        let mut media = json!({ "schema": reference("Problem") });
        if let Some(example) = examples::problem(status) {
            media["example"] = example;
        }
        let content = json!({ "application/problem+json": media });
        responses.insert(status.to_string(), json!({ "description": about, "content": content }));
    }
    if operation.parameters.iter().any(|parameter| parameter.name == "If-None-Match") {
        let about = "You have the content already: its ETag is in `If-None-Match`.";
        responses.insert("304".to_owned(), json!({ "description": about }));
    }
    for Given { status, kind, schema, about } in operation.answers {
        let response =
            responses.entry(status.to_string()).or_insert_with(|| json!({ "description": about, "content": {} }));
        let mut media = json!({ "schema": reference(schema) });
        if let Some(example) = examples::response(schema) {
            media["example"] = example;
        }
        response["content"][*kind] = media;
        if matches!(*schema, "Status" | "Survey" | "Recorded") {
            response["headers"]["ETag"] = header("The number of records of the case.", "ETag");
        }
        if *status == 201 {
            response["headers"]["Location"] = header("The address of the case.", "Text");
        }
    }
    let content = json!({ "application/problem+json": { "schema": reference("Problem") } });
    let about = "The request was not done, and why.";
    responses.insert("default".to_owned(), json!({ "description": about, "content": content }));
    Value::Object(responses)
}

fn header(about: &str, schema: &str) -> Value {
    json!({ "description": about, "schema": reference(schema) })
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
