//! Dead letters: shown, sent again, and deleted.

use super::{note, quick, wait, webhook};
use crate::support::Running;
use ibbi_access::Principal;
use ibbi_testing::receiver::{Receiver, Reply};
use ibbi_webhook::{Webhooks, webhooks_path};
use serde_json::{Value, json};

fn letters(server: &Running, id: &str) -> Vec<Value> {
    server.get(&format!("/api/v1/webhooks/{id}/dead-letters")).json()["dead_letters"].as_array().unwrap().clone()
}

fn numbers(server: &Running, id: &str) -> Vec<u64> {
    letters(server, id).iter().map(|letter| letter["record"].as_u64().unwrap()).collect()
}

#[test]
fn dead_letters_are_shown_sent_again_and_deleted() {
    let server = Running::start_with(|config| quick(config, 3));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|one| Reply::Status(if one.body.contains("bad") { 422 } else { 200 }));
    let (id, _) = webhook(&server, &receiver, &json!({ "role": "staff" }));
    let bad: Vec<u64> = (0..4).map(|number| note(&server, &case, &format!("bad {number}"))).collect();
    let good = note(&server, &case, "good");
    let tries = receiver.wait_for_record(good);
    assert_eq!(tries.len(), 13, "each of the four is tried three times, and the next ones go on");
    let now = wait(&server, &id, "done", |webhook| webhook["position"] == good);
    assert_eq!((&now["dead_letters"], &now["failed"]), (&json!(4), &json!(12)), "{now}");
    let listed = letters(&server, &id);
    assert_eq!(numbers(&server, &id), bad);
    assert_eq!(listed[0]["why"], "the receiver answered 422 Unprocessable Entity");
    assert_eq!((&listed[0]["tries"], &listed[0]["event"]), (&json!(3), &json!("note_added")));
    assert_eq!((&listed[0]["case"], &listed[0]["resend_requested"]), (&json!(case), &json!(false)));
    let page = server.get("/webhooks").text().to_owned();
    let forms = page.matches(&format!("action=\"/webhooks/{id}/letters/")).count();
    assert!(forms == 8 && page.contains("422 Unprocessable Entity (3 tries, last on "), "{page}");
    assert!(server.get("/metrics").text().contains("ibbi_webhook_dead_letters 4\n"));
    // One that fails again stays. It is sent once.
    let resend = |record: u64| format!("/api/v1/webhooks/{id}/dead-letters/{record}/resend");
    let asked = server.post(&resend(bad[0]), &json!({}));
    assert_eq!(asked.status, 202, "{}", asked.text());
    receiver.wait_for(14);
    wait(&server, &id, "failed again", |webhook| webhook["failed"] == 13);
    assert_eq!(
        (&letters(&server, &id)[0]["tries"], &letters(&server, &id)[0]["resend_requested"]),
        (&json!(4), &json!(false))
    );
    // The receiver is repaired: one is sent again over the API, one on the page, and one by another process.
    receiver.answer(|_| Reply::Status(200));
    assert_eq!(server.post(&resend(bad[0]), &json!({})).status, 202);
    receiver.wait_for(15);
    let sent = server.form(&format!("/webhooks/{id}/letters/{}/resend", bad[1]), "");
    assert_eq!((sent.status, sent.header("location")), (303, Some("/webhooks")), "{}", sent.text());
    receiver.wait_for(16);
    let mut command = Webhooks::open(webhooks_path(&server.ledger())).unwrap();
    let by = Principal::local("root", "P. Sullivan").unwrap();
    command.request_resend(&id, bad[2], by, crate::support::clock().unwrap()).unwrap();
    let received = receiver.wait_for(17);
    assert_eq!(received[14..].iter().map(|one| one.record()).collect::<Vec<_>>(), bad[..3]);
    assert_eq!(received[14].header("webhook-id"), received[0].header("webhook-id"));
    wait(&server, &id, "one left", |webhook| webhook["dead_letters"] == 1);
    assert_eq!(numbers(&server, &id), bad[3..]);
    let path = format!("/api/v1/webhooks/{id}/dead-letters/{}", bad[3]);
    assert_eq!(server.connect().ask("DELETE", &path, &[], b"").status, 200);
    assert_eq!((numbers(&server, &id).len(), receiver.received().len()), (0, 17));
    // What isn't there any more is answered as such, on the page too.
    let page = server.form(&format!("/webhooks/{id}/letters/{}/resend", bad[3]), "");
    assert!(page.status == 404 && page.text().contains("is not a dead letter of the webhook board"), "{}", page.text());
    for (method, path) in [
        ("POST", resend(bad[0])),
        ("POST", resend(999)),
        ("POST", format!("/api/v1/webhooks/{id}/dead-letters/x/resend")),
        ("DELETE", path),
        ("GET", "/api/v1/webhooks/none/dead-letters".to_owned()),
        ("DELETE", "/api/v1/webhooks/none".to_owned()),
    ] {
        let answer = server.connect().ask(method, &path, &[], b"");
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not-found")), "{path}: {}", answer.text());
    }
}

/// A dead letter has no text: it is made again, with the roles of the moment.
#[test]
fn dead_letter_is_made_again_for_the_roles_of_the_moment() {
    let mut server = Running::start_with(|config| quick(config, 2));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(500));
    let (id, _) = webhook(&server, &receiver, &json!({ "role": "staff" }));
    let record = note(&server, &case, "note-secret");
    wait(&server, &id, "dead", |webhook| webhook["dead_letters"] == 1);
    assert!(receiver.received().iter().all(|one| one.body.contains("note-secret")));
    let kept = std::fs::read_to_string(format!("{}.deliveries", server.ledger().display())).unwrap();
    assert!(!kept.contains("note-secret"), "{kept}");
    let role = |role: Value| server.post(&format!("/api/v1/webhooks/{id}/role"), &role).status;
    assert_eq!(role(json!({ "role": "service" })), 200);
    receiver.answer(|_| Reply::Status(200));
    // The server is asked while it doesn't run, by the command line.
    server.stop();
    let ledger = server.ledger();
    let mut command = Webhooks::open(webhooks_path(&ledger)).unwrap();
    let by = Principal::local("root", "P. Sullivan").unwrap();
    command.request_resend(&id, record, by, crate::support::clock().unwrap()).unwrap();
    let next = Running::start_with(|config| {
        quick(config, 2);
        config.ledger.clone_from(&ledger);
    });
    wait(&next, &id, "sent", |webhook| webhook["dead_letters"] == 0);
    let last = receiver.received().last().unwrap().clone();
    assert!(last.record() == record && !last.body.contains("note-secret"), "{}", last.body);
    assert!(last.json()["data"]["text"]["sha256"].is_string());
}

#[test]
fn dead_letter_that_the_webhook_can_not_see_any_more_is_not_sent() {
    let server = Running::start_with(|config| quick(config, 2));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(500));
    let (id, _) = webhook(&server, &receiver, &json!({}));
    let record = note(&server, &case, "x");
    wait(&server, &id, "dead", |webhook| webhook["dead_letters"] == 1);
    let role = json!({ "role": "service", "district": "Cedar Falls" });
    assert_eq!(server.post(&format!("/api/v1/webhooks/{id}/role"), &role).status, 200);
    let before = receiver.received().len();
    server.post(&format!("/api/v1/webhooks/{id}/dead-letters/{record}/resend"), &json!({}));
    wait(&server, &id, "answered", |webhook| webhook["failed"] == 3);
    assert_eq!(letters(&server, &id)[0]["why"], "the roles of the webhook don't cover this record any more");
    assert_eq!(receiver.received().len(), before);
}
