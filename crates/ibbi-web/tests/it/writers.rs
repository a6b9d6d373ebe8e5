//! Concurrent clients, and shutdowns. Acknowledged events are in the ledger.

use crate::support::Running;
use ibbi_app::ledger::{self, Collect};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// The number of concurrent clients.
const CLIENTS: usize = 200;
/// The number of offers of each client.
const OFFERS: usize = 20;

fn records(server: &Running) -> Vec<Value> {
    let text = std::fs::read_to_string(server.ledger()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn responses_of_concurrent_clients_match_the_ledger() {
    let mut server = Running::start();
    let shared = server.open("Shared");
    let answers = Mutex::new(Vec::new());
    let (refused, times) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (server, shared, answers, refused, times) = (&server, &shared, &answers, &refused, &times);
            scope.spawn(move || {
                let mut client = server.connect();
                let open = json!({ "data": { "district": format!("District {number}") } }).to_string();
                let opened = client.ask("POST", "/api/v1/cases", &[], open.as_bytes());
                assert_eq!(opened.status, 201, "{}", opened.text());
                let own = opened.json()["case"].as_str().unwrap().to_owned();
                for offer in 0..OFFERS {
                    // Every second event goes to the shared case. The rules refuse every fourth.
                    let case = if offer % 2 == 0 { &own } else { shared };
                    let body = match offer % 4 {
                        3 => json!({ "type": "format_chosen", "data": { "format": "full_day" } }),
                        _ => json!({ "type": "note_added", "data": { "text": format!("{number} {offer}") } }),
                    };
                    let sent = Instant::now();
                    let path = format!("/api/v1/cases/{case}/events");
                    let answer = client.ask("POST", &path, &[], body.to_string().as_bytes());
                    times.lock().unwrap().push(sent.elapsed());
                    match answer.status {
                        201 => answers.lock().unwrap().push(answer.json()),
                        422 => {
                            assert_eq!(offer % 4, 3, "{}", answer.text());
                            assert_eq!(answer.json()["refusal"]["unmet"][0]["rule"], "process.stage");
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                        other => panic!("{other}: {}", answer.text()),
                    }
                }
            });
        }
    });
    let taken = begun.elapsed();
    server.stop();
    let answers = answers.into_inner().unwrap();
    let (accepted, expected) = (answers.len(), CLIENTS * OFFERS * 3 / 4);
    let lines = records(&server);
    assert_eq!(lines.len(), 2 + CLIENTS + accepted);
    for answer in &answers {
        let line = &lines[usize::try_from(answer["seq"].as_u64().unwrap()).unwrap() - 1];
        for key in ["id", "case", "rev", "seq", "at", "to"] {
            assert_eq!(line[key], answer[key], "{answer}");
        }
    }
    let distinct: HashSet<_> = answers.iter().map(|answer| answer["id"].as_str().unwrap()).collect();
    assert_eq!(distinct.len(), accepted);
    let verified = ibbi_app::signing::verify(&server.ledger(), &ibbi_app::signing::VerifySettings::default()).unwrap();
    assert!(verified.sound);
    let cases = ledger::read_cases(&server.ledger(), Collect::Everything).unwrap();
    for timeline in ibbi_app::replay::timelines(&cases, None, ibbi_app::replay::Until::End).unwrap() {
        assert_eq!(timeline.faults, 0);
    }
    let mut times = times.into_inner().unwrap();
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    println!(
        "{CLIENTS} clients: {accepted} accepted of {expected}, {} refused, {:.0} a second, p50 {:.1} ms, p99 {:.1} ms",
        refused.load(Ordering::Relaxed),
        (times.len() as f64) / taken.as_secs_f64(),
        at(50),
        at(99),
    );
}

#[test]
fn acknowledged_events_survive_a_shutdown() {
    let mut server = Running::start();
    let case = server.open("Maple Hollow");
    let (answers, going) = (Mutex::new(Vec::new()), AtomicBool::new(true));
    std::thread::scope(|scope| {
        for number in 0..20 {
            let (server, case, answers, going) = (&server, &case, &answers, &going);
            let mut client = server.connect();
            scope.spawn(move || {
                let path = format!("/api/v1/cases/{case}/events");
                for offer in 0.. {
                    if !going.load(Ordering::Relaxed) {
                        break;
                    }
                    let body =
                        json!({ "type": "note_added", "data": { "text": format!("{number} {offer}") } }).to_string();
                    // The connection ends here when the server stops.
                    let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        client.ask("POST", &path, &[], body.as_bytes())
                    }));
                    match asked {
                        Ok(answer) if answer.status == 201 => answers.lock().unwrap().push(answer.json()),
                        _ => break,
                    }
                }
            });
        }
        let begun = Instant::now();
        while answers.lock().unwrap().len() <= 20 && begun.elapsed() < std::time::Duration::from_secs(60) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // Not `Running::stop`, which takes the server by value.
        server.handle().stop();
        std::thread::sleep(std::time::Duration::from_millis(300));
        going.store(false, Ordering::Relaxed);
    });
    server.stop();
    let lines = records(&server);
    let answers = answers.into_inner().unwrap();
    assert!(answers.len() > 20, "{}", answers.len());
    for answer in &answers {
        let line = &lines[usize::try_from(answer["seq"].as_u64().unwrap()).unwrap() - 1];
        assert_eq!(line["id"], answer["id"]);
    }
    // After a clean shutdown, the next process can open the ledger at once.
    assert!(!server.ledger().with_extension("ledger.holder").exists());
    println!("{} acknowledged, {} in the ledger", answers.len(), lines.len() - 2);
}

#[test]
fn second_process_learns_who_holds_the_ledger() {
    let server = Running::start();
    server.open("Maple Hollow");
    let clock: ledger::Clock = std::sync::Arc::new(crate::support::clock);
    let options =
        ledger::OpenOptions { lock_wait: std::time::Duration::from_millis(50), ..ledger::OpenOptions::new(clock) };
    let error = ledger::open(&server.ledger(), ibbi_app::service::Ids::random(), &options).unwrap_err();
    assert!(error.to_string().contains("is locked by process"), "{error}");
    // Reading needs no lock.
    assert_eq!(ledger::read_all(&server.ledger()).unwrap().len(), 1);
}
