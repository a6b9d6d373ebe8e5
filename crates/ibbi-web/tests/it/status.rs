//! The status of a case as data: its state, the next steps, and the events that must wait.

use crate::support::Running;
use serde_json::{Value, json};

#[test]
fn status_has_state_and_next_steps_as_data() {
    let server = Running::start();
    let address = server.case_before("caucus_opened");
    let status = server.get(&format!("/api/v1{address}")).json();
    let state = &status["state"];
    assert_eq!(state["leaders"][0]["seat"], "superintendent");
    assert_eq!(state["teams"][0]["party"], "labor");
    assert!(state["teams"][0]["members"][0]["id"].is_string(), "{state}");
    assert!(state["training"]["minutes"].as_u64().unwrap() > 0, "{state}");
    // The sentences are about the same facts.
    let sentences = status["settled"].to_string();
    for fact in [&state["leaders"][0]["name"], &state["teams"][0]["members"][0]["name"], &state["acceptance"]["by"]] {
        assert!(sentences.contains(fact.as_str().unwrap()), "{fact}: {sentences}");
    }
    let next = status["next"].as_array().unwrap();
    let caucus = next.iter().find(|one| one["event"] == "caucus_opened" && one["party"] == "labor").unwrap();
    assert_eq!(caucus["data"]["party"], "labor");
    assert!(caucus["missing"].as_array().unwrap().is_empty(), "{caucus}");
    assert!(caucus["earliest"].is_string() && caucus["rules"].is_array(), "{caucus}");
    // A step with nothing missing can be sent as it is, at its earliest time.
    let mut offer =
        json!({ "type": caucus["event"], "data": caucus["data"], "at": caucus["earliest"], "dry_run": true });
    let answer = server.post(&format!("/api/v1{address}/events"), &offer);
    assert_eq!(answer.status, 200, "{}", answer.text());
    offer["at"] = json!("2025-09-02 09:00");
    assert_eq!(server.post(&format!("/api/v1{address}/events"), &offer).status, 422);
    let note = next.iter().find(|one| one["event"] == "note_added").unwrap();
    assert_eq!((&note["missing"][0]["field"], &note["missing"][0]["takes"]["kind"]), (&json!("text"), &json!("text")));
    let blocked = status["blocked"].as_array().unwrap();
    let decision = blocked.iter().find(|one| one["event"] == "party_decided").unwrap();
    assert_eq!(decision["unmet"][0]["detail"]["kind"], "caucus_unopened", "{decision}");
}

#[test]
fn blocked_event_has_the_time_from_which_it_can_be_recorded() {
    let server = Running::start();
    let address = server.case_before("session_opened");
    let at = |at: &str| server.get(&format!("/api/v1{address}?at={at}")).json();
    let of = |status: &Value, list: &str| -> Value {
        let all = status[list].as_array().unwrap();
        all.iter().find(|one| one["event"] == "session_opened").cloned().unwrap_or_default()
    };
    // Booked for Oct 21, 2025. Midnight in Massachusetts is four hours later in UTC.
    let before = at("2025-10-20T16:00:00.000Z");
    assert_eq!(of(&before, "blocked")["earliest"], "2025-10-21T04:00:00.000Z", "{before}");
    let then = at("2025-10-21T16:00:00.000Z");
    assert_eq!(of(&then, "next")["earliest"], "2025-10-21T04:00:00.000Z", "{then}");
    assert_eq!(of(&then, "blocked"), Value::Null);
}
