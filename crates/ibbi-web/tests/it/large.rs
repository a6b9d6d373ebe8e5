//! Large ledgers: lists with pages, the size of pages, and damaged ledgers.

use crate::support::{Answer, Client, Running, multipart};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Read as _;

const KEPT: (&str, &str) = ("connection", "keep-alive");
/// The most bytes of a page, with its style sheet and script.
const WEIGHT: usize = 170_000;

fn post(client: &mut Client, path: &str, body: &Value) -> Value {
    let answer = client.ask("POST", path, &[KEPT], body.to_string().as_bytes());
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

/// Starts a server with many cases, one of which has many records. Also returns the IDs of the cases in their order.
fn large(cases: usize, notes: usize) -> (Running, Vec<String>) {
    let server = Running::start();
    let mut client = server.connect();
    let ids = (0..cases).map(|number| {
        let name = if number % 50 == 7 { "Cedar & Elm" } else { "Maple Hollow <Regional>" };
        let district = format!("{name} School District of a Rather Long Name, Number {number}");
        let opened = post(&mut client, "/api/v1/cases", &json!({ "data": { "district": district } }));
        opened["case"].as_str().unwrap().to_owned()
    });
    let ids: Vec<String> = ids.collect();
    for number in 0..notes {
        let text =
            format!("note {number}: what was said on the telephone about the calendar of the committee & others");
        let body = json!({ "type": "note_added", "data": { "text": text } });
        post(&mut client, &format!("/api/v1/cases/{}/events", ids[0]), &body);
    }
    (server, ids)
}

/// Asserts that a page is not too large. Prints its size.
fn weigh(server: &Running, path: &str, page: &Answer) {
    assert_eq!(page.status, 200, "{path}");
    let loaded = ["/style.css", "/script.js", "/icon.svg"].map(|file| server.get(file).body.len());
    let weight = page.body.len() + loaded.iter().sum::<usize>();
    println!("{path}: {weight} bytes");
    assert!(weight <= WEIGHT, "{path} has {weight} bytes");
}

#[test]
fn list_of_cases_has_pages_with_each_case_once() {
    let (server, ids) = large(250, 0);
    for limit in [1, 7, 100, 250, 1000] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let list = server.get(&format!("/api/v1/cases?limit={limit}{after}")).json();
            let cases = list["cases"].as_array().unwrap();
            assert!(!cases.is_empty() && cases.len() <= limit && list["total"] == 250, "{limit}");
            found.extend(cases.iter().map(|case| case["case"].as_str().unwrap().to_owned()));
            let Some(next) = list["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(found, ids, "{limit}");
    }
    assert_eq!(server.get("/api/v1/cases").json()["cases"].as_array().unwrap().len(), 100, "without a limit");
    let cedar = server.get("/api/v1/cases?district=CEDAR%20%26").json();
    assert_eq!((cedar["cases"].as_array().unwrap().len(), &cedar["next"]), (5, &Value::Null));
    for (query, status) in [
        ("limit=0", 400),
        ("limit=1001", 400),
        ("limit=x", 400),
        ("after=x", 400),
        ("after=01920000-0000-7000-8000-00000000ffff", 404),
    ] {
        assert_eq!(server.get(&format!("/api/v1/cases?{query}")).status, status, "{query}");
    }
    // The links lead from page to page, and each case is on one of them.
    let (mut seen, mut path) = (BTreeSet::new(), "/cases".to_owned());
    loop {
        let page = server.get(&path);
        weigh(&server, &path, &page);
        let text = page.text();
        let listed = ids.iter().filter(|id| text.contains(&format!("href=\"/cases/{id}\"")));
        for id in listed {
            assert!(seen.insert(id.clone()), "{id} twice");
        }
        let Some(at) = text.find("/cases?before=") else { break };
        path = text[at..].split('"').next().unwrap().to_owned();
    }
    assert_eq!(seen.len(), 250);
    let found = server.get("/cases?of=cedar");
    assert_eq!(found.text().matches("<bdi>Cedar &amp; Elm").count(), 5);
    assert!(server.get("/cases?of=nowhere").text().contains("name contains this"));
}

#[test]
fn pages_do_not_grow_with_the_ledger() {
    let (server, ids) = large(300, 400);
    let case = &ids[0];
    let (mut seen, mut path) = (BTreeSet::new(), format!("/cases/{case}"));
    loop {
        let page = server.get(&path);
        weigh(&server, &path, &page);
        let text = page.text();
        let numbers = text.split("Note: note ").skip(1);
        for number in numbers.map(|rest| rest.split(':').next().unwrap().parse::<u32>().unwrap()) {
            assert!(seen.insert(number), "{number} twice");
        }
        let Some(at) = text.find(&format!("/cases/{case}?before=")) else { break };
        path = text[at..].split(['"', '#']).next().unwrap().to_owned();
    }
    assert_eq!(seen.len(), 400, "every event is on one of the pages");
    let sound = std::fs::read(server.ledger()).unwrap();
    // Every second line of the case is damaged.
    let lines = sound.split_inclusive(|byte| *byte == b'\n').enumerate();
    let kept = |number: usize| number < 320 || number.is_multiple_of(2);
    let damaged: Vec<&[u8]> = lines.map(|(number, line)| if kept(number) { line } else { &b"so\n"[..] }).collect();
    for (name, content) in [("sound", &sound), ("damaged", &damaged.concat())] {
        let (kind, body) = multipart(&[("ledger", content)]);
        let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
        let place = sent.header("location").unwrap().to_owned();
        for path in [place.clone(), format!("{place}/cases/{case}"), format!("{place}/cases/{case}?step=100")] {
            let page = server.get(&path);
            weigh(&server, &format!("{name} {path}"), &page);
        }
    }
}

#[test]
fn damaged_ledger_still_has_a_timeline() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let offer = |kind: &str, data: Value| {
        post(&mut server.connect(), &format!("/api/v1/cases/{case}/events"), &json!({ "type": kind, "data": data }));
    };
    offer("leader_agreed", json!({ "name": "R. Amari", "seat": "superintendent" }));
    offer("note_added", json!({ "text": "to be lost" }));
    offer("leader_agreed", json!({ "name": "J. Ortiz", "seat": "union_president" }));
    let ledger = std::fs::read(server.ledger()).unwrap();
    let lines: Vec<&[u8]> = ledger.split_inclusive(|byte| *byte == b'\n').collect();
    let look = |content: &[u8], query: &str| {
        let (kind, body) = multipart(&[("ledger", content)]);
        let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
        server.get(&format!("{}/cases/{case}{query}", sent.header("location").unwrap()))
    };
    let damaged = [lines[0], lines[1], lines[2], &b"{\"no\":\"record\"}\n"[..], lines[4]].concat();
    let page = look(&damaged, "");
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    assert!(
        text.contains("The ledger is damaged. This page shows the part of the case that can still be read."),
        "{text}"
    );
    assert!(text.contains("After event 3 of 3") && text.contains("J. Ortiz") && !text.contains("to be lost"), "{text}");
    assert!(text.contains("line 5: "), "the finding about the case names its line: {text}");
    // Before the damage, the state is the same as in the whole ledger.
    for step in 1..=2 {
        let query = format!("?step={step}&part=state");
        let settled = |answer: &Answer| answer.text().split_once("Done at that time").unwrap().1.to_owned();
        let (then, whole) = (look(&damaged, &query), look(&ledger, &query));
        assert_eq!(settled(&then), settled(&whole), "{step}");
    }
    // Also if the beginning is lost.
    let headless = [&b"?\n"[..], lines[1], lines[2], lines[3], lines[4]].concat();
    assert!(look(&headless, "?step=2").text().contains("After event 2 of 4"));
    let (kind, body) = multipart(&[("ledger", b"nothing at all\n")]);
    assert_eq!(
        server.connect().ask("POST", "/audit", &[("content-type", kind)], &body).status,
        422,
        "no ledger at all"
    );
}

#[test]
fn page_is_compressed_and_small_with_sixty_people() {
    let server = Running::start();
    let mut path = "/plan?d=Maple+Hollow&s=2026-09-08&p=R.+Amari~~superintendent%2Bmanagement~\
                    &p=J.+Ortiz~~union_president%2Blabor~&p=T.+Okafor~~school_committee%2Bmanagement~&p=N.+Eutral~~neutral~"
        .to_owned();
    for number in 0..56 {
        let side = if number % 2 == 0 { "labor" } else { "management" };
        path.push_str(&format!("&p=Member+Number+{number}~~{side}~fridays,2026-11-03"));
    }
    let gzip = [("accept-encoding", "gzip, br")];
    for path in ["/plan", &path, "/style.css", "/script.js", "/api/v1/rules"] {
        let plain = server.get(path);
        let packed = server.connect().ask("GET", path, &gzip, b"");
        assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("gzip")), "{path}");
        assert_eq!((plain.header("content-encoding"), packed.header("vary")), (None, Some("accept-encoding")));
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut text).unwrap();
        // Each page has its own IDs and time, so only the length is the same.
        assert!(text.len().abs_diff(plain.body.len()) < 100, "{path}");
        let name = &path[..path.len().min(30)];
        println!("{name}: {} bytes, packed {}", plain.body.len(), packed.body.len());
        assert!(packed.body.len() <= WEIGHT / 5, "{name}: {}", packed.body.len());
    }
    weigh(&server, "/plan", &server.get("/plan"));
    // Responses with an ETag and short responses are not compressed.
    let case = server.open("Maple Hollow");
    for path in [format!("/api/v1/cases/{case}"), "/icon.svg".to_owned()] {
        assert_eq!(server.connect().ask("GET", &path, &gzip, b"").header("content-encoding"), None, "{path}");
    }
    assert_eq!(server.connect().ask("HEAD", "/plan", &gzip, b"").status, 200);
}

/// Five clients that don't read an export cost the server little memory, and keep no one waiting.
#[cfg(target_os = "linux")]
#[test]
fn exports_for_slow_readers_take_little_memory() {
    // In a process of its own: other tests take memory at the same time.
    const ALONE: &str = "IBBI_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "large::exports_for_slow_readers_take_little_memory", "--nocapture"]).env(ALONE, "1");
        let output = child.output().unwrap();
        print!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let cases: u64 = if ibbi_testing::is_full() { 25_000 } else { 1_000 };
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made.ledger");
    ibbi_testing::simulated::write_ledger(&made, cases, 20).unwrap();
    let server = Running::start_with(|config| std::fs::copy(&made, &config.ledger).map(drop).unwrap());
    let memory = || -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    };
    // The first one makes what all later ones share.
    server.get("/api/v1/ledger/export/csv");
    let before = memory();
    let mut slow: Vec<Client> = Vec::new();
    for _ in 0..5 {
        let mut client = server.connect();
        client.send("GET", "/api/v1/ledger/export/cloudevents", &[], b"");
        // The head comes when the export is made. Then the client reads no further.
        let status = client.line();
        assert!(status.contains("200"), "{status:?}");
        slow.push(client);
    }
    assert_eq!(server.get("/cases").status, 200);
    let grown = memory().saturating_sub(before);
    drop(slow);
    let lines = server.get("/api/v1/cases?limit=1").json()["lines"].as_u64().unwrap();
    println!("five slow readers of {lines} lines: {} MiB more", grown >> 20);
    assert!(grown < 50 << 20, "{} MiB", grown >> 20);
}
