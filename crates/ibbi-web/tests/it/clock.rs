//! A clock that jumps ahead: the answer of the API and the page ask to check it, and the event is recorded.

use crate::support::Running;
use ibbi_core::At;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

#[test]
fn api_and_page_ask_to_check_a_clock_that_jumps_ahead() {
    let start: At = "2026-10-02T20:00:00.000Z".parse().unwrap();
    let time = Arc::new(AtomicI64::new(start.millis()));
    let read = Arc::clone(&time);
    let server = Running::start_with(|config| {
        config.clock = Arc::new(move || Ok(At::from_millis(read.load(Ordering::SeqCst)).unwrap()));
    });
    let case = server.open("Maple Hollow");
    let note = json!({"type": "note_added", "data": {"text": "The chair called."}});
    let record = || server.post(&format!("/api/v1/cases/{case}/events"), &note);
    assert_eq!(record().json()["advisories"], json!([]));

    let two_days = || time.fetch_add(2 * 24 * 60 * 60 * 1000, Ordering::SeqCst);
    two_days();
    let text = "the clock says Sun, Oct 4, 2026, 8:00 PM UTC, and the last record was written Fri, Oct 2, 2026, 8:00 PM UTC; \
                check the clock";
    let answer = record();
    assert_eq!(answer.status, 201, "the event is recorded all the same");
    assert_eq!(answer.json()["advisories"][0]["advisory"], "record.clock-ahead");
    assert_eq!(answer.json()["advisories"][0]["found"], text);
    assert_eq!(record().json()["advisories"], json!([]), "only the first record after the jump");

    two_days();
    let sent = server.form(&format!("/cases/{case}"), "type=note_added&text=So.&when=now");
    let page = server.get(sent.header("location").unwrap().split('#').next().unwrap());
    assert!(page.text().contains("The clock says Tue, Oct 6, 2026, 8:00 PM UTC"), "{}", page.text());
    assert!(!server.get(&format!("/cases/{case}")).text().contains("The clock says"));
}
