//! `ibbi webhook`, and `ibbi serve` with a receiver: what is printed, checked in Python, and kept through `kill -9`.

use crate::support::server::Server;
use crate::support::{Place, run};
use ibbi_testing::receiver::{Received, Receiver, Reply};
use ibbi_testing::repository;
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

const NOTE: &str = r#"{"type":"note_added","data":{"text":"so"}}"#;

fn new(place: &Place, receiver: &Receiver, more: &[&str]) -> (String, String) {
    let made = place.ibbi(&[&["--json", "webhook", "new", "a.ledger", "board", &receiver.url()], more].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    let made: Value = serde_json::from_str(&made.out).unwrap();
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

fn list(place: &Place) -> Vec<Value> {
    serde_json::from_str(&place.done(&["--json", "webhook", "list", "a.ledger"])).unwrap()
}

/// Waits until the list of the webhooks is as a test expects.
fn wait(place: &Place, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let now = list(place).remove(0);
        if is_so(&now) {
            return now;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {now}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn webhooks_are_made_listed_changed_and_removed() {
    let place = Place::new();
    assert_eq!(place.done(&["webhook", "list", "a.ledger"]), "There are no webhooks.\n");
    place.done(&["new", "a.ledger", "--district", "Maple Hollow"]);
    let url = "https://hooks.example.org/ibbi";
    let made = place.ibbi(&["webhook", "new", "a.ledger", "board", url, "--role", "service"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.starts_with("whsec_") && made.out.lines().count() == 1, "{}", made.out);
    assert!(made.err.contains("the records after number 2 that the role service may read"), "{}", made.err);
    let listed = place.done(&["webhook", "list", "a.ledger"]);
    let id = listed.split(' ').next().unwrap().to_owned();
    assert!(
        listed.contains(&format!("{id}  board: service, to {url}\n  delivered 0 messages up to record 2; ")),
        "{listed}"
    );
    assert!(!listed.contains("whsec_"), "{listed}");
    place.done(&[
        "webhook",
        "role",
        "a.ledger",
        &id,
        "--role",
        "party",
        "--party",
        "labor",
        "--district",
        "Maple Hollow",
    ]);
    assert!(place.done(&["webhook", "list", "a.ledger"]).contains("party member for labor in Maple Hollow"));
    for (args, says) in [
        (vec!["new", "a.ledger", "b", "http://hooks.example.org/", "--role", "service"], "use https"),
        (vec!["new", "a.ledger", "b", "x", "--role", "service"], "is not the address of a receiver"),
        (vec!["new", "a.ledger", "b", url, "--role", "facilitator"], "is for given cases"),
        (vec!["new", "a.ledger", "", url, "--role", "service"], "the name of the receiver"),
        (vec!["new", "a.ledger", "b", url, "--role", "service", "--after", "9"], "the ledger has 2 lines"),
        (vec!["resend", "a.ledger", &id], "required"),
        (vec!["resend", "a.ledger", &id, "2"], "record 2 is not a dead letter"),
        (vec!["resend", "a.ledger", "none", "2"], "there is no webhook `none`"),
        (vec!["remove", "a.ledger", "none"], "there is no webhook `none`"),
        (vec!["role", "a.ledger", "none", "--role", "staff"], "there is no webhook `none`"),
    ] {
        let refused = place.ibbi(&[vec!["webhook"], args.clone()].concat());
        assert!(refused.code == 2 && refused.err.contains(says), "{args:?}: {} {}", refused.code, refused.err);
    }
    place.done(&["webhook", "remove", "a.ledger", &id]);
    assert!(list(&place).is_empty());
    std::fs::write(place.path("a.ledger.webhooks"), "{}\n").unwrap();
    let damaged = place.ibbi(&["webhook", "list", "a.ledger"]);
    assert!(damaged.code == 5 && damaged.err.contains("line 1: this is not a change of a webhook"), "{}", damaged.err);
}

/// The script of the documentation accepts what the server really sends, and nothing that was changed.
#[test]
fn python_checks_the_signature() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: python3 is not installed");
        return;
    }
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Maple Hollow"]);
    let receiver = Receiver::start(|_| Reply::Status(200));
    let (_, secret) = new(&place, &receiver, &["--role", "staff", "--after", "0"]);
    let server = Server::start(&place, &["a.ledger", "--port", "0"]);
    let received = receiver.wait_for(1).remove(0);
    assert_eq!(server.end("-TERM"), 0);
    let check = |secret: &str, request: &[u8]| {
        let mut command = Command::new("python3");
        command.arg(repository("docs/verify_webhook.py")).arg(secret);
        let result = run(command, request);
        (result.code, result.out)
    };
    let id = received.header("webhook-id");
    assert_eq!(check(&secret, &received.raw()), (0, format!("right: ibbi.case_opened.v2 {id}\n")));
    let changed = |from: &str, to: &str| {
        let text = String::from_utf8(received.raw()).unwrap();
        assert!(text.contains(from), "{from}: {text}");
        text.replace(from, to).into_bytes()
    };
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (secret, request, says) in [
        (other, received.raw(), "the signature is wrong"),
        (&secret, changed("Maple Hollow", "Maple Hollom"), "the signature is wrong"),
        (&secret, changed(&format!("webhook-id: {id}"), "webhook-id: x"), "the signature is wrong"),
        (&secret, changed("webhook-timestamp: 1", "webhook-timestamp: 0"), "too old"),
        (&secret, changed("webhook-signature", "signature"), "the header webhook-signature is missing"),
    ] {
        let (code, out) = check(secret, &request);
        assert!(code == 4 && out.contains(says), "{says}: {code} {out}");
    }
}

#[test]
fn dead_letters_are_sent_again_from_the_command_line() {
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Maple Hollow"]);
    let receiver = Receiver::start(|_| Reply::Status(200));
    let (id, _) = new(&place, &receiver, &["--role", "service"]);
    // What a server leaves behind whose receiver has failed for hours.
    let dead = |record: u64| {
        let event =
            json!({ "type": "dead_lettered", "record": record, "tries": 12, "why": "the receiver answered 500" });
        json!({ "at": "2026-01-05T10:00:00.000Z", "webhook": id, "event": event }).to_string() + "\n"
    };
    place.done(&["record", "a.ledger", "note_added", "text=x"]);
    place.done(&["record", "a.ledger", "note_added", "text=y"]);
    std::fs::write(place.path("a.ledger.deliveries"), dead(3) + &dead(4)).unwrap();
    let listed = place.done(&["webhook", "list", "a.ledger"]);
    assert!(listed.contains("dead letter: record 3 (tries: 12, last on Mon, Jan 5, 2026, 5:00 AM): "), "{listed}");
    let asked = place.done(&["webhook", "resend", "a.ledger", &id, "3"]);
    assert!(asked.starts_with("Asked for 1 dead letter to be sent again."), "{asked}");
    assert!(place.done(&["webhook", "list", "a.ledger"]).contains("the receiver answered 500; to be sent again"));
    let server = Server::start(&place, &["a.ledger", "--port", "0"]);
    receiver.wait_for_record(3);
    // While the server runs, too.
    place.done(&["webhook", "resend", "a.ledger", &id, "--all"]);
    receiver.wait_for_record(4);
    let now = wait(&place, "no letters", |webhook| webhook["dead_letters"] == json!([]));
    assert_eq!((&now["delivered"], receiver.received().len()), (&json!(2), 2), "{now}");
    assert_eq!(server.end("-TERM"), 0);
}

/// Whenever the server is killed, nothing is lost, and at most the message that was on its way is sent twice.
#[test]
fn killed_server_loses_no_message() {
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Maple Hollow"]);
    let receiver = Receiver::start(|_| Reply::Status(200));
    new(&place, &receiver, &["--role", "staff", "--after", "0"]);
    let rounds = if ibbi_testing::is_full() { 40 } else { 8 };
    let mut acknowledged = 0;
    for round in 0..rounds {
        let mut server = Server::start(&place, &["a.ledger", "--port", "0"]);
        let (_, cases) = server.ask("GET", "/api/v1/cases", "");
        let cases: Value = serde_json::from_str(&cases).unwrap();
        let path = format!("/api/v1/cases/{}/events", cases["cases"][0]["case"].as_str().unwrap());
        for _ in 0..10 {
            assert_eq!(server.ask("POST", &path, NOTE).0, 201);
            acknowledged += 1;
        }
        // At different moments of the sending.
        let wanted = (round * 10 + round % 10 + 1).max(1);
        receiver.wait_for(wanted);
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    }
    let last = acknowledged + 2;
    let server = Server::start(&place, &["a.ledger", "--port", "0"]);
    receiver.wait_for_record(last);
    wait(&place, "up to date", |webhook| webhook["position"] == last);
    assert_eq!(server.end("-TERM"), 0);
    let records: Vec<u64> = receiver.received().iter().map(Received::record).collect();
    let mut once = records.clone();
    once.dedup();
    assert_eq!(once, (2..=last).collect::<Vec<_>>(), "in order, without a gap, and repeated only at once");
    let repeated = records.len() - once.len();
    println!("{rounds} kills, {} messages, {repeated} sent twice", once.len());
    assert!(repeated <= rounds, "{repeated} messages were sent twice after {rounds} kills");
}
