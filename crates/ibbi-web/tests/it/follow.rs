//! Programs that follow the ledger: pages of records, and streams that break off.

use crate::support::{Client, Running};
use ibbi_access::{AccessFile, Grant, Principal, Registry, Role, Scope, access_path};
use ibbi_core::Name;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

/// Reads events of a stream until it has so many. Returns their IDs and data.
fn events(client: &mut Client, count: usize) -> Vec<(u64, Value)> {
    let (mut found, mut text) = (Vec::new(), String::new());
    while found.len() < count {
        let Some(piece) = client.chunk() else { break };
        text.push_str(std::str::from_utf8(&piece).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            if let (Some(id), Some(data)) = (field("id: "), field("data: ")) {
                found.push((id.parse().unwrap(), serde_json::from_str(data).unwrap()));
            }
            text = rest.to_owned();
        }
    }
    found
}

/// Begins a stream after a record.
fn stream(server: &Running, token: &str, after: u64) -> Client {
    let mut client = server.connect_as(token);
    let last = after.to_string();
    client.send("GET", "/api/v1/records", &[("accept", "text/event-stream"), ("last-event-id", &last)], b"");
    let status = client.line();
    assert!(status.contains("200"), "{status}");
    while !client.line().is_empty() {}
    client
}

fn note(server: &Running, case: &str, text: &str) {
    let body = json!({ "type": "note_added", "data": { "text": text } });
    assert_eq!(server.post(&format!("/api/v1/cases/{case}/events"), &body).status, 201);
}

#[test]
fn pages_have_every_record_once() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    for number in 0..25 {
        note(&server, &case, &format!("note {number}"));
    }
    for limit in [1, 7, 26, 1000] {
        let (mut found, mut after) = (Vec::new(), 0);
        loop {
            let page = server.get(&format!("/api/v1/records?after={after}&limit={limit}")).json();
            let records = page["records"].as_array().unwrap();
            assert!(records.len() <= limit);
            found.extend(records.iter().map(|record| record["sequence"].as_str().unwrap().parse::<u64>().unwrap()));
            match page["next"].as_u64() {
                Some(next) => after = next,
                None => break assert_eq!(page["position"], 27, "{limit}"),
            }
        }
        assert_eq!(found, (2..=27).collect::<Vec<_>>(), "{limit}");
    }
    let page = server.get("/api/v1/records?after=2&limit=1").json();
    let record = &page["records"][0];
    assert_eq!((&record["specversion"], &record["type"]), (&json!("1.0"), &json!("ibbi.note_added.v2")));
    assert_eq!((&record["subject"], &record["data"]["text"]), (&json!(case), &json!("note 0")));
    for wrong in ["after=x", "limit=0", "limit=1001", "from=1"] {
        assert_eq!(server.get(&format!("/api/v1/records?{wrong}")).status, 400, "{wrong}");
    }
}

/// A subscriber that breaks off again and again, while others record, gets every record once and in order.
#[test]
fn stream_that_breaks_off_goes_on_where_it_was() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let reconnects = if ibbi_testing::is_full() { 1000 } else { 100 };
    let done = AtomicBool::new(false);
    let found = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut count = 0;
            while !done.load(Ordering::Relaxed) {
                note(&server, &case, &format!("note {count}"));
                count += 1;
            }
            count
        });
        let (mut found, mut after) = (Vec::new(), 1);
        for number in 0..reconnects {
            let mut client = stream(&server, &server.token, after);
            for (id, data) in events(&mut client, 1 + number % 3) {
                assert_eq!(data["sequence"].as_str().unwrap().parse::<u64>().unwrap(), id);
                found.push(id);
                after = id;
            }
        }
        done.store(true, Ordering::Relaxed);
        let count = writing.join().unwrap();
        // The rest without a break.
        let rest = usize::try_from(count + 2 - after).unwrap();
        found.extend(events(&mut stream(&server, &server.token, after), rest).into_iter().map(|(id, _)| id));
        println!("{reconnects} reconnects, {} records", found.len());
        found
    });
    let lines = server.get("/api/v1/cases").json()["lines"].as_u64().unwrap();
    assert_eq!(found, (2..=lines).collect::<Vec<_>>());
}

#[test]
fn subscriber_gets_only_what_it_may_read() {
    let server = Running::start();
    let [own, other] = ["Maple Hollow", "Cedar Falls"].map(|district| server.open(district));
    note(&server, &other, "other-secret");
    note(&server, &own, "own-secret");
    let service = server.token("sync", Grant::new(Role::Service, Scope::District(Name::new("Maple Hollow").unwrap())));
    let answer = server.connect_as(&service).ask("GET", "/api/v1/records", &[], b"");
    assert!(!answer.text().contains("secret") && !answer.text().contains("Cedar"), "{}", answer.text());
    let page = answer.json();
    assert_eq!((page["records"].as_array().unwrap().len(), &page["position"]), (2, &json!(5)));
    // Its digest is the one that the ledger has.
    let digest = page["records"][1]["data"]["text"]["sha256"].as_str().unwrap().to_owned();
    assert!(std::fs::read_to_string(server.ledger()).unwrap().contains(&digest), "{digest}");
    // A stream learns of the positions that it can't see, and ends when its token is revoked.
    let mut client = stream(&server, &service, 5);
    note(&server, &other, "x");
    let seen = events(&mut client, 1);
    assert_eq!(seen, [(6, json!({}))]);
    note(&server, &own, "y");
    assert_eq!(events(&mut client, 1)[0].0, 7);
    let boss = Principal::local("root", "P. Sullivan").unwrap();
    let mut registry = Registry::open(AccessFile::new(access_path(&server.ledger()))).unwrap();
    registry.revoke(service.split('_').nth(1).unwrap(), boss, "2099-01-01T00:00:00.000Z".parse().unwrap()).unwrap();
    note(&server, &own, "z");
    assert_eq!(events(&mut client, 1), [], "nothing after the revocation");
}

#[test]
fn streams_end_with_the_server() {
    let mut server = Running::start();
    let mut client = stream(&server, &server.token.clone(), 0);
    let begun = std::time::Instant::now();
    server.stop();
    assert!(begun.elapsed() < std::time::Duration::from_secs(8), "a stream keeps the server from ending");
    assert_eq!(events(&mut client, 1), []);
}
