//! What those who run the server ask, and how it recovers.

use crate::support::Running;
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn health_is_public_and_metrics_are_not() {
    let server = Running::start();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.stranger().ask("GET", path, &[], b"").status, 200, "{path}");
    }
    assert_eq!(server.stranger().ask("GET", "/metrics", &[], b"").status, 303);
    assert_eq!(server.stranger().ask("GET", "/api/v1/cases", &[("authorization", "Bearer x")], b"").status, 401);
    server.open("Maple Hollow");
    let text = server.get("/metrics").text().to_owned();
    for line in [
        "# TYPE ibbi_responses_total counter",
        "ibbi_responses_total{class=\"4xx\"} 1",
        "ibbi_response_seconds_bucket{le=\"+Inf\"} 5",
        "ibbi_response_seconds_count 5",
        "ibbi_ledger_lines 2",
        "ibbi_writable 1",
        "ibbi_sign_in_failures_total 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(!text.contains("Maple"), "no names: {text}");
}

#[test]
fn server_recovers_when_the_ledger_is_back_in_its_place() {
    let server = Running::start_with(|config| config.limits.retry = Duration::from_millis(50));
    let case = server.open("Maple Hollow");
    let path = format!("/api/v1/cases/{case}/events");
    let note = || server.post(&path, &json!({ "type": "note_added", "data": { "text": "x" } }));
    assert_eq!(note().status, 201);
    let away = server.folder.path().join("away");
    let ready = || server.stranger().ask("GET", "/readyz", &[], b"").status;
    std::fs::rename(server.ledger(), &away).unwrap();
    assert_eq!(ready(), 503, "before anything is recorded");
    let refused = note();
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("read-only")), "{}", refused.text());
    assert!(!refused.text().contains(server.folder.path().to_str().unwrap()), "no path: {}", refused.text());
    // Another file in its place is not taken for the ledger.
    std::fs::write(server.ledger(), b"another\n").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!((note().status, ready()), (503, 503));
    assert_eq!(std::fs::read(server.ledger()).unwrap(), b"another\n");
    std::fs::rename(&away, server.ledger()).unwrap();
    let begun = Instant::now();
    while note().status != 201 {
        assert!(begun.elapsed() < Duration::from_secs(30), "it doesn't recover");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(ready(), 200);
    let mut log: Vec<_> = server.log().iter().map(|line| line["message"].clone()).collect();
    // Before someone tries to record, the server can find out by itself.
    log.retain(|message| !message.as_str().is_some_and(|message| message.starts_with("the ledger is")));
    assert_eq!(log, ["nothing is recorded any more", "events are recorded again"], "each is reported once");
    let verified = server.get("/api/v1/ledger/verify").json();
    assert_eq!(verified["sound"], true, "{verified}");
}
