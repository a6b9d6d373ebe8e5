//! Webhooks: what is sent to a real receiver, in which order, and what happens when it fails.

mod delivery;
mod failures;
mod letters;
mod managing;

use crate::support::Running;
use ibbi_testing::receiver::Receiver;
use ibbi_web::{Config, RetrySchedule};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Tries messages quickly, and as often as a test needs.
pub(super) fn quick(config: &mut Config, tries: u32) {
    let millis = Duration::from_millis;
    config.limits.webhook_retry = RetrySchedule { first: millis(2), longest: millis(20), tries };
    config.limits.webhook_poll = millis(10);
}

/// Makes a webhook. Returns its ID and its secret.
pub(super) fn webhook(server: &Running, receiver: &Receiver, more: &Value) -> (String, String) {
    let mut body = json!({ "name": "board", "url": receiver.url(), "role": "service" });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    let made = server.post("/api/v1/webhooks", &body);
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

/// Returns a webhook as the API describes it.
pub(super) fn state(server: &Running, id: &str) -> Value {
    let all = server.get("/api/v1/webhooks").json();
    let all = all["webhooks"].as_array().unwrap();
    all.iter().find(|webhook| webhook["id"] == id).unwrap_or_else(|| panic!("{id}: {all:?}")).clone()
}

/// Waits until this is so of a webhook.
pub(super) fn wait(server: &Running, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let now = state(server, id);
        if is_so(&now) {
            return now;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {now}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Records a note. Returns its number.
pub(super) fn note(server: &Running, case: &str, text: &str) -> u64 {
    let body = json!({ "type": "note_added", "data": { "text": text } });
    let answer = server.post(&format!("/api/v1/cases/{case}/events"), &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["seq"].as_u64().unwrap()
}
