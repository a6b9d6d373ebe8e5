//! Receivers that fail, hang, or don't want messages.

use super::{note, quick, state, wait, webhook};
use crate::support::Running;
use ibbi_testing::receiver::{Receiver, Reply};
use serde_json::json;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn failed_message_is_tried_again_with_the_same_id() {
    let server = Running::start_with(|config| quick(config, 10));
    let case = server.open("Maple Hollow");
    let count = AtomicUsize::new(0);
    let receiver = Receiver::start(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Status(500),
        1 => Reply::Close,
        2 => Reply::EndlessHead,
        _ => Reply::Status(200),
    });
    let (id, _) = webhook(&server, &receiver, &json!({}));
    let (first, second) = (note(&server, &case, "x"), note(&server, &case, "y"));
    let received = receiver.wait_for_record(second);
    assert_eq!(received.iter().map(|one| one.record()).collect::<Vec<_>>(), [first, first, first, first, second]);
    assert!(received[..4].windows(2).all(|two| two[0].header("webhook-id") == two[1].header("webhook-id")));
    let now = wait(&server, &id, "done", |webhook| webhook["position"] == second);
    assert_eq!((&now["delivered"], &now["failed"], &now["failing"]), (&json!(2), &json!(3), &json!(null)), "{now}");
}

#[test]
fn refused_connection_is_tried_again() {
    let server = Running::start_with(|config| quick(config, u32::MAX));
    let case = server.open("Maple Hollow");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let body = json!({ "name": "board", "url": format!("http://{address}/"), "role": "service" });
    let id = server.post("/api/v1/webhooks", &body).json()["id"].as_str().unwrap().to_owned();
    let record = note(&server, &case, "x");
    let failing = wait(&server, &id, "fails", |webhook| webhook["failing"]["tries"].as_u64() > Some(1));
    assert_eq!(failing["failing"]["record"], record);
    let page = server.get("/webhooks");
    assert!(page.text().contains(&format!("Trying record {record} again after ")), "{}", page.text());
    let receiver = Receiver::start_on(TcpListener::bind(address).unwrap(), |_| Reply::Status(200));
    assert_eq!(receiver.wait_for(1)[0].record(), record);
}

/// Receivers that never answer, or answer without an end, keep neither writers nor other receivers waiting.
#[test]
fn slow_receivers_hold_up_only_themselves() {
    let server = Running::start_with(|config| {
        quick(config, u32::MAX);
        config.limits.webhook_time = Duration::from_secs(600);
    });
    let case = server.open("Maple Hollow");
    let hanging = Receiver::start(|_| Reply::Hang);
    let endless = Receiver::start(|_| Reply::EndlessBody);
    let good = Receiver::start(|_| Reply::Status(200));
    let ids = [&hanging, &endless, &good].map(|receiver| webhook(&server, receiver, &json!({})).0);
    let notes: Vec<u64> = (0..40).map(|number| note(&server, &case, &format!("note {number}"))).collect();
    let last = notes[39];
    assert_eq!(good.wait_for_record(last).len(), 40);
    // The status is the answer: the rest of it is not read.
    assert_eq!(endless.wait_for_record(last).len(), 40);
    assert_eq!(hanging.received().len(), 1, "one message is on its way at a time");
    assert_eq!(state(&server, &ids[0])["position"], 2);
    assert_eq!(server.get("/webhooks").status, 200, "the page doesn't wait either");
}

#[test]
fn receiver_that_does_not_answer_in_time_is_tried_again() {
    let server = Running::start_with(|config| {
        quick(config, u32::MAX);
        config.limits.webhook_time = Duration::from_millis(100);
    });
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Hang);
    let (id, _) = webhook(&server, &receiver, &json!({}));
    note(&server, &case, "x");
    let now = wait(&server, &id, "fails", |webhook| webhook["failing"]["tries"].as_u64() > Some(1));
    assert_eq!(now["failing"]["why"], "there was no answer within 0.1 seconds");
    receiver.answer(|_| Reply::Status(200));
    wait(&server, &id, "delivered", |webhook| webhook["delivered"] == 1);
}

#[test]
fn receiver_that_is_gone_gets_nothing_more() {
    let server = Running::start_with(|config| quick(config, 5));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(410));
    let (id, _) = webhook(&server, &receiver, &json!({}));
    let first = note(&server, &case, "x");
    let now = wait(&server, &id, "stopped", |webhook| webhook["stopped"].is_object());
    assert_eq!(
        (&now["stopped"]["why"], &now["position"]),
        (&json!("the receiver answered 410 Gone"), &json!(first - 1))
    );
    let witness = Receiver::start(|_| Reply::Status(200));
    webhook(&server, &witness, &json!({ "name": "witness" }));
    witness.wait_for_record(note(&server, &case, "y"));
    assert_eq!(receiver.received().len(), 1);
    assert!(server.get("/webhooks").text().contains("the receiver answered 410 Gone. Nothing more is sent."));
    let log = server.log();
    assert!(log.iter().any(|line| line["message"] == "the receiver of a webhook wants no more messages"), "{log:?}");
}

#[test]
fn redirect_is_not_followed() {
    let server = Running::start_with(|config| quick(config, u32::MAX));
    let case = server.open("Maple Hollow");
    let elsewhere = Receiver::start(|_| Reply::Status(200));
    let port = elsewhere.address.port();
    let receiver = Receiver::start(move |_| Reply::Redirect(port));
    let (id, _) = webhook(&server, &receiver, &json!({}));
    note(&server, &case, "x");
    let now = wait(&server, &id, "fails", |webhook| webhook["failing"]["tries"].as_u64() > Some(1));
    let why = now["failing"]["why"].as_str().unwrap();
    assert!(why.contains("307") && why.contains("redirects aren't followed"), "{why}");
    assert!(elsewhere.received().is_empty());
}
