//! Importing when people can come over the API.

use crate::support::Running;
use serde_json::{Value, json};

fn scenario() -> Value {
    let scenario = ibbi_app::schedule::load(None).unwrap();
    Value::Object(scenario.to_object())
}

#[test]
fn files_change_the_scenario_and_nothing_is_kept() {
    let server = Running::start();
    let poll = "Name,Mon 19 Oct 2026 8:00 AM - 12:00 PM\nHaddad,No\nGuest,Yes\n";
    let mut body = json!({ "files": [{ "name": "poll.csv", "text": poll }], "scenario": scenario() });
    let asked = server.post("/api/v1/scenarios/availability", &body).json();
    assert_eq!((&asked["ready"], &asked["questions"][0]["name"]), (&json!(false), &json!("Guest")));
    body["people"] = json!({ "Guest": "skip" });
    let answer = server.post("/api/v1/scenarios/availability", &body).json();
    assert_eq!((&answer["ready"], &answer["changed"]), (&json!(true), &json!(true)));
    let haddad = &answer["people"][0];
    assert_eq!((&haddad["id"], &haddad["weeks"][0]["cannot"]["minutes"]), (&json!("l-haddad"), &json!(240)));
    assert!(answer["toml"].as_str().unwrap().contains("{ on = 2026-10-19, half = \"morning\" }"));
    // The changed scenario can be planned, and importing again changes nothing.
    let plan = server.post("/api/v1/plan", &json!({ "scenario": answer["scenario"] }));
    assert_eq!(plan.status, 200);
    body["scenario"] = answer["toml"].clone();
    let again = server.post("/api/v1/scenarios/availability", &body).json();
    assert_eq!((&again["changed"], &again["toml"]), (&json!(false), &answer["toml"]));
}

#[test]
fn bytes_are_base64_and_comments_of_toml_stay() {
    let server = Running::start();
    let toml = format!("# My own comment.\n{}", ibbi_app::sim::EXAMPLE);
    // `K. Brandt: Mondays`
    let file = json!({ "name": "answers.txt", "content": "Sy4gQnJhbmR0OiBNb25kYXlz" });
    let answer = server.post("/api/v1/scenarios/availability", &json!({ "files": [file], "scenario": toml })).json();
    let changed = answer["toml"].as_str().unwrap();
    assert!(changed.starts_with("# My own comment.") && changed.contains("\"monday\","), "{changed}");
}

#[test]
fn wrong_bodies_say_what_to_send() {
    let server = Running::start();
    let file = |key: &str, value: &str| json!({ "files": [{ "name": "a.csv", key: value }] });
    for (body, part) in [
        (json!({}), "files"),
        (json!({ "files": [] }), "send at least one file"),
        (json!({ "files": [{ "name": "a.csv" }] }), "has no content"),
        (json!({ "files": [{ "name": "a.csv", "content": "", "text": "" }] }), "send one of them"),
        (file("content", "not base64!"), "isn't Base64"),
        (file("bytes", ""), "bytes"),
        (
            json!({ "files": [{ "name": "a", "text": "x" }], "from": "2026-10-01", "to": "2026-09-01" }),
            "earlier day first",
        ),
    ] {
        let answer = server.post("/api/v1/scenarios/availability", &body);
        assert!(answer.status == 400 && answer.text().contains(part), "{body}: {}", answer.text());
    }
    // A file that can't be read is in the answer, beside those that can.
    let answer = server.post("/api/v1/scenarios/availability", &file("text", "<html>")).json();
    assert!(answer["files"][0]["problem"].as_str().unwrap().contains("web page"));
    assert_eq!((&answer["ready"], &answer["scenario"]), (&json!(false), &Value::Null));
}
