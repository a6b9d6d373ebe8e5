//! Recorded request and response bodies, checked against the schemas of the OpenAPI document.
//!
//! The bodies were recorded before the schemas were derived from the types. The verdicts must not change: a schema that
//! refuses a body which it accepted before breaks a client, and one that accepts what it refused misleads one.

use crate::support::{Running, validator};
use ibbi_core::At;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A request body, with the verdict of the schema and of the server.
#[derive(Deserialize)]
struct Request {
    what: String,
    body: Value,
    /// Whether the schema of the operation accepts it.
    accepted: bool,
    /// Whether the server can read it. The rules of the process can still refuse it.
    readable: bool,
}

/// A response, with the changes for which its schema refuses it.
#[derive(Deserialize)]
struct Response {
    operation: String,
    status: u16,
    kind: String,
    body: Value,
    /// JSON pointers of members whose removal the schema refuses.
    required: Vec<String>,
    /// JSON pointers of values that the schema refuses when they have another type.
    typed: Vec<String>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(name)
}

fn files(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name)).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn clock() -> Result<At, ibbi_app::ledger::ClockError> {
    Ok("2027-01-04T15:00:00.000Z".parse().unwrap())
}

/// Returns the path, the method, and the description of the operation with an ID.
fn operation<'a>(document: &'a Value, id: &str) -> (&'a str, &'a str, &'a Value) {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |(method, each)| (path, method, each)))
        .find(|(.., each)| each["operationId"] == id)
        .map(|(path, method, each)| (path.as_str(), method.as_str(), each))
        .unwrap()
}

#[test]
fn recorded_requests_get_the_recorded_verdict() {
    let document = ibbi_web::openapi();
    let server = Running::start_with(|config| config.clock = std::sync::Arc::new(clock));
    let case = server.open("Maple Hollow");
    for file in files("requests") {
        let id = file.file_stem().unwrap().to_str().unwrap();
        let (path, _, operation) = operation(&document, id);
        let validator = validator(&document, &operation["requestBody"]["content"]["application/json"]["schema"]);
        let path = path.replace("{case}", &case);
        let text = std::fs::read_to_string(&file).unwrap();
        let mut client = server.connect();
        let mut wrong = Vec::new();
        for line in text.lines() {
            let request: Request = serde_json::from_str(line).unwrap();
            let body: Value = serde_json::from_str(&request.body.to_string().replace("$CASE", &case)).unwrap();
            let accepted = validator.is_valid(&body);
            let status = client.ask("POST", &path, &[], body.to_string().as_bytes()).status;
            if (accepted, status != 400) != (request.accepted, request.readable) {
                wrong.push(format!("{}: accepted {accepted}, status {status}", request.what));
            }
        }
        assert!(wrong.is_empty(), "{id}: {wrong:#?}");
    }
}

#[test]
fn recorded_responses_are_valid_and_their_damaged_forms_are_not() {
    let document = ibbi_web::openapi();
    for file in files("responses") {
        let response: Response = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let (.., operation) = operation(&document, &response.operation);
        let described = &operation["responses"][response.status.to_string()];
        let described = if described.is_null() { &operation["responses"]["default"] } else { described };
        let schema = &described["content"][&response.kind]["schema"];
        assert!(!schema.is_null(), "{file:?}: {} {} is not described", response.status, response.kind);
        let validator = validator(&document, schema);
        let errors: Vec<_> = validator.iter_errors(&response.body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{file:?}: {errors:#?}");
        let mut wrong = Vec::new();
        let removed = |pointer: &str| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let mut body = response.body.clone();
            body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
            validator.is_valid(&body)
        };
        let retyped = |pointer: &str| {
            let mut body = response.body.clone();
            *body.pointer_mut(pointer).unwrap() = json!([["another type"]]);
            validator.is_valid(&body)
        };
        let extended = |pointer: &str| {
            let mut body = response.body.clone();
            body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert("more".to_owned(), json!(1));
            validator.is_valid(&body)
        };
        wrong.extend(response.required.iter().filter(|pointer| removed(pointer)).map(|each| format!("without {each}")));
        wrong.extend(response.typed.iter().filter(|pointer| retyped(pointer)).map(|each| format!("changed {each}")));
        // The members of `forms` are the kinds of events.
        if response.body.is_object() && response.operation != "forms" && !extended("") {
            wrong.push("a member that a later version adds".to_owned());
        }
        assert!(wrong.is_empty(), "{file:?}: {wrong:#?}");
    }
}
