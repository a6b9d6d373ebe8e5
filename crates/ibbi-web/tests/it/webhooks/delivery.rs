//! What arrives, in which order, and with which texts.

use super::{note, quick, state, wait, webhook};
use crate::access::{EVERYONE, Matrix, Who, search};
use crate::support::{Answer, Running};
use ibbi_access::Principal;
use ibbi_testing::receiver::{Receiver, Reply};
use ibbi_webhook::{DeliveryEvent, DeliveryLog, Secret, Webhooks, deliveries_path, webhooks_path};
use serde_json::{Value, json};

#[test]
fn every_record_arrives_once_in_order_and_signed() {
    let server = Running::start_with(|config| quick(config, 3));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(204));
    let (id, secret) = webhook(&server, &receiver, &json!({ "role": "staff", "after": 0 }));
    for number in 0..30 {
        note(&server, &case, &format!("note {number}"));
    }
    let received = receiver.wait_for_record(32);
    let records = server.get("/api/v1/records?limit=1000").json()["records"].as_array().unwrap().clone();
    assert_eq!(received.iter().map(|one| one.json()).collect::<Vec<_>>(), records);
    let secret: Secret = secret.parse().unwrap();
    for one in &received {
        let seconds: i64 = one.header("webhook-timestamp").parse().unwrap();
        let expected = secret.signature(one.json()["id"].as_str().unwrap(), seconds, one.body.as_bytes());
        assert_eq!(one.header("webhook-signature"), expected);
        assert_eq!(one.header("webhook-id"), one.json()["id"]);
        assert!(one.header("content-type").starts_with("application/cloudevents+json"));
        assert!(one.head.starts_with("POST /hook HTTP/1.1\r\n") && !one.headers.contains_key("authorization"));
        assert!((seconds - crate::support::clock().unwrap().millis() / 1000).abs() < 600, "{seconds}");
    }
    let now = wait(&server, &id, "up to date", |webhook| webhook["position"] == 32);
    assert_eq!((&now["delivered"], &now["failed"], &now["behind"]), (&json!(31), &json!(0), &json!(0)), "{now}");
    // The next one begins with the next record.
    let late = Receiver::start(|_| Reply::Status(200));
    webhook(&server, &late, &json!({ "name": "late" }));
    note(&server, &case, "x");
    assert_eq!(late.wait_for(1)[0].record(), 33);
    let metrics = server.get("/metrics").text().to_owned();
    for line in ["ibbi_webhook_sends_total{result=\"delivered\"}", "ibbi_webhook_dead_letters 0"] {
        assert!(metrics.lines().any(|found| found.starts_with(line)), "{line}: {metrics}");
    }
    let log = server.log();
    let lines = log.iter().filter(|line| line["message"] == "a message was delivered" && line["webhook"] == id);
    assert!(lines.clone().count() >= 31 && !format!("{log:?}").contains("note 1"), "{log:?}");
}

/// Each role gets what the API gives a program with that role, byte for byte.
#[test]
fn webhook_reads_what_its_role_reads() {
    let matrix = Matrix::new();
    let server = &matrix.server;
    let last = server.get("/api/v1/cases").json()["lines"].as_u64().unwrap();
    let mut texts = 0;
    for who in EVERYONE {
        let (own, district) = (json!(matrix.own), json!("Maple Hollow"));
        let role = match who {
            Who::Staff => json!({ "role": "staff" }),
            Who::Auditor => json!({ "role": "auditor" }),
            Who::Facilitator => json!({ "role": "facilitator", "case": own }),
            Who::Labor => json!({ "role": "party", "party": "labor", "district": district }),
            Who::Management => json!({ "role": "party", "party": "management", "case": own }),
            Who::Service => json!({ "role": "service", "district": district }),
            Who::Nobody => json!({ "role": "facilitator", "case": uuid::Uuid::from_u128(9) }),
        };
        let token = &matrix.tokens.iter().find(|(known, _)| *known == who).unwrap().1;
        let expected: Value = matrix.get(token, "/api/v1/records?limit=1000").json();
        let expected = expected["records"].as_array().unwrap();
        let receiver = Receiver::start(|_| Reply::Status(200));
        let mut more = role;
        more["after"] = json!(0);
        let (id, _) = webhook(server, &receiver, &more);
        let now = wait(server, &id, "all records", |webhook| webhook["position"].as_u64().unwrap() + 200 > last);
        let received = receiver.wait(&format!("{who:?}: {now}"), |all| all.len() >= expected.len());
        assert_eq!(received.iter().map(|one| one.json()).collect::<Vec<_>>(), *expected, "{who:?}");
        for one in &received {
            let own = one.json()["subject"] == matrix.own.as_str();
            let answer = Answer { status: 200, headers: Vec::new(), body: one.body.clone().into_bytes() };
            texts += search(&matrix, (who, own), "webhook", &answer);
        }
        // Reading confidential texts is logged, under the name of the webhook.
        let reads = std::fs::read_to_string(format!("{}.reads", server.ledger().display())).unwrap();
        let logged = reads.lines().filter(|line| line.contains(&format!("\"subject\":\"{id}\""))).count();
        let read = received.iter().filter(|one| one.body.contains("-text\"")).count();
        assert_eq!(logged, read, "{who:?}");
        server.connect().ask("DELETE", &format!("/api/v1/webhooks/{id}"), &[], b"");
    }
    assert!(texts > 20, "{texts}");
}

#[test]
fn other_roles_and_removal_count_from_the_next_message_on() {
    let server = Running::start_with(|config| quick(config, u32::MAX));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(200));
    let (id, _) = webhook(&server, &receiver, &json!({ "role": "staff" }));
    let first = note(&server, &case, "first-secret");
    assert!(receiver.wait_for_record(first)[0].body.contains("first-secret"));
    // It waits to be tried again when the role is changed: the text must not be sent any more.
    receiver.answer(|_| Reply::Status(503));
    let second = note(&server, &case, "second-secret");
    receiver.wait_for_record(second);
    let changed = server.post(&format!("/api/v1/webhooks/{id}/role"), &json!({ "role": "service" }));
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(state(&server, &id)["roles"][0]["role"], "service");
    // One message may have been on its way.
    let before = receiver.received().len() + 1;
    receiver.wait_for(before + 1);
    receiver.answer(|_| Reply::Status(200));
    let third = note(&server, &case, "third-secret");
    let received = receiver.wait_for_record(third);
    for one in &received[before..] {
        assert!(one.record() != second || one.json()["data"]["text"]["sha256"].is_string(), "{}", one.body);
        assert!(!one.body.contains("secret"), "{}", one.body);
    }
    // Another process removes it. A second webhook shows that time has passed.
    receiver.answer(|_| Reply::Status(503));
    let fourth = note(&server, &case, "x");
    receiver.wait_for_record(fourth);
    let mut command = Webhooks::open(webhooks_path(&server.ledger())).unwrap();
    let by = Principal::local("root", "P. Sullivan").unwrap();
    command.remove(&id, by, crate::support::clock().unwrap()).unwrap();
    let after_removal = receiver.received().len() + 1;
    let witness = Receiver::start(|_| Reply::Status(200));
    webhook(&server, &witness, &json!({ "name": "witness" }));
    for _ in 0..5 {
        witness.wait_for_record(note(&server, &case, "x"));
    }
    let late = &receiver.received()[after_removal.min(receiver.received().len())..];
    assert!(late.is_empty(), "{late:?}");
    assert_eq!(server.get(&format!("/api/v1/webhooks/{id}/dead-letters")).status, 404);
}

/// A message that is on its way when the server stops is sent again; nothing else is, and nothing is lost.
#[test]
fn restart_loses_nothing_and_repeats_what_was_not_acknowledged() {
    let mut server = Running::start_with(|config| quick(config, u32::MAX));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|one| if one.record() == 6 { Reply::Hang } else { Reply::Status(200) });
    webhook(&server, &receiver, &json!({ "after": 0 }));
    for number in 3..=10 {
        assert_eq!(note(&server, &case, "x"), number);
    }
    receiver.wait_for_record(6);
    server.stop();
    receiver.answer(|_| Reply::Status(200));
    let ledger = server.ledger();
    let next = Running::start_with(|config| {
        quick(config, u32::MAX);
        config.ledger.clone_from(&ledger);
    });
    receiver.wait_for_record(10);
    let records: Vec<u64> = receiver.received().iter().map(|one| one.record()).collect();
    assert_eq!(records, [2, 3, 4, 5, 6, 6, 7, 8, 9, 10]);
    drop(next);
}

/// What became of the messages can be newer than a restored ledger. The records that it gets then are sent too.
#[test]
fn position_after_the_end_of_a_restored_ledger_does_not_hide_records() {
    let mut server = Running::start();
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(200));
    let (id, _) = webhook(&server, &receiver, &json!({}));
    server.stop();
    let ledger = server.ledger();
    let mut log = DeliveryLog::open(deliveries_path(&ledger)).unwrap();
    let webhooks = Webhooks::open(webhooks_path(&ledger)).unwrap();
    log.add(&webhooks, &id, DeliveryEvent::Passed { record: 99 }, crate::support::clock().unwrap()).unwrap();
    let next = Running::start_with(|config| config.ledger.clone_from(&ledger));
    wait(&next, &id, "the end of the ledger", |webhook| webhook["position"] == 2);
    let record = note(&next, &case, "x");
    assert_eq!((record, receiver.wait_for(1)[0].record()), (3, 3));
}
