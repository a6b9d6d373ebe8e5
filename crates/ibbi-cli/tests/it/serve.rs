//! `ibbi serve` as its users have it: how it starts and ends, and that its API and `--json` say the same.

use crate::support::server::Server;
use crate::support::{Place, documented, run};
use ibbi_testing::sample_scenario;
use serde_json::{Value, json};
use std::process::Command;

/// Runs a client of the page against a server; nothing if what it is written in is not there.
fn client(tool: &str, file: &str, text: &str) -> Option<String> {
    if Command::new(tool).arg("--version").output().is_err() {
        println!("skipped: {tool} is not installed");
        return None;
    }
    let place = Place::new();
    let server = Server::start(&place, &["--port", "0"]);
    std::fs::write(place.path(file), text).unwrap();
    let mut command = Command::new(tool);
    command.arg(place.path(file)).arg(&server.address).env("IBBI_API_TOKEN", server.token(&place));
    let result = run(command, b"");
    assert_eq!(result.code, 0, "{}{}", result.out, result.err);
    assert_eq!(server.end("-TERM"), 0);
    Some(result.out)
}

#[test]
fn documented_python_client_works() {
    let Some(result) = client("python3", "client.py", &documented("docs/embedding.md", "python", "python")) else {
        return;
    };
    let lines: Vec<_> = result.lines().collect();
    assert_eq!(lines[..2], ["201 inquiry is recorded", "200 inquiry was there before"], "{result}");
    assert!(
        lines[2].starts_with("422 process.stage - ") && lines[3].starts_with("422 leaders.all-agreed - "),
        "{result}"
    );
    assert!(lines[4].starts_with("the sample's plan ends on 20"), "{result}");
}

#[test]
fn documented_javascript_client_works() {
    let Some(result) = client("node", "client.mjs", &documented("docs/embedding.md", "javascript", "js")) else {
        return;
    };
    let lines: Vec<_> = result.lines().collect();
    assert_eq!(lines[..2], ["201 412 2", "inquiry needs leaders.all-agreed"], "{result}");
    assert!(lines[2].starts_with("true 20000 runs, completed "), "{result}");
}

/// Starts a server without arguments, asks it, and ends it with a signal.
fn opens_and_ends(signal: &str) {
    let place = Place::new();
    let server = Server::start(&place, &[]);
    assert_eq!(server.ledger, place.path("data/ibbi/cases.ledger").display().to_string());
    assert!(server.address.starts_with("http://127.0.0.1:8"), "{}", server.address);
    let (status, page) = server.ask("GET", "/", "");
    assert!(status == 200 && page.contains("Plan a schedule"));
    let (status, _) = server.ask("POST", "/api/v1/cases", r#"{"data":{"district":"Maple Hollow"}}"#);
    assert_eq!(status, 201);
    let ledger = server.ledger.clone();
    // Others may read, and learn who writes.
    let refused = [vec!["record", &ledger, "note_added", "text=x"], vec!["serve", "--ledger", &ledger, "--port", "0"]];
    std::thread::scope(|scope| {
        for args in &refused {
            let place = &place;
            scope.spawn(move || {
                let result = place.ibbi(args);
                assert!(result.code == 5 && result.err.contains("is locked by process"), "{}", result.err);
            });
        }
    });
    assert_eq!(place.ibbi(&["status", &ledger]).code, 0);
    // A second one on another ledger takes the next port.
    let other = place.path("other.ledger").display().to_string();
    let second = Server::start(&place, &["--ledger", &other]);
    assert_ne!(second.address, server.address);
    assert_eq!((second.end(signal), server.end(signal)), (0, 0));
    assert_eq!(place.ibbi(&["verify", &ledger]).code, 0);
    assert_eq!(place.ibbi(&["record", &ledger, "note_added", "text=x"]).code, 0, "the lock is given back");
}

#[test]
fn default_ledger_is_in_the_data_folder() {
    std::thread::scope(|scope| {
        for signal in ["-TERM", "-INT"] {
            scope.spawn(move || opens_and_ends(signal));
        }
    });
}

#[test]
fn used_port_is_an_error_and_open_address_a_warning() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let result = place.ibbi(&["serve", "--ledger", "x.ledger", "--port", &port]);
    assert!(
        result.code == 5 && result.err.contains(&format!("cannot listen on 127.0.0.1, port {port}")),
        "{}",
        result.err
    );
    assert!(!place.path("x.ledger").exists(), "nothing was begun");
    let open = ["--ledger", "x.ledger", "--port", "0", "--address", "0.0.0.0"];
    let refused = place.ibbi(&[&["serve"], open.as_slice()].concat());
    assert!(refused.code == 2 && refused.err.contains("no one could sign in on 0.0.0.0"), "{}", refused.err);
    assert_eq!(place.ibbi(&["token", "new", "x.ledger", "client", "--role", "auditor"]).code, 0);
    let server = Server::start(&place, &open);
    server.waits_for_log("other machines can reach this address");
    server.end("-TERM");
}

/// Returns an answer without the instant at which its audit was made.
fn without_instant(answer: &str) -> String {
    let Some((before, rest)) = answer.split_once("\"audited_at\":\"") else { return answer.to_owned() };
    let (_, after) = rest.split_once('"').expect("the end of the instant");
    format!("{before}{after}")
}

#[test]
fn api_returns_what_the_program_prints() {
    let place = Place::new();
    place.ibbi(&["tour", "--ledger", "tour.ledger"]);
    let server = Server::start(&place, &["--ledger", "tour.ledger", "--port", "0"]);
    let cases: Value = serde_json::from_str(&server.ask("GET", "/api/v1/cases", "").1).unwrap();
    let case = cases["cases"][0]["case"].as_str().unwrap().to_owned();
    let scenario = std::fs::read_to_string(sample_scenario("spring-days.toml")).unwrap();
    std::fs::write(place.path("s.toml"), &scenario).unwrap();
    let at = "2025-11-30T17:00:00.000Z";
    let get = |path: String| ("GET", path, String::new());
    let post = |path: &str, body: Value| ("POST", path.to_owned(), body.to_string());
    let asked = [
        (get(format!("/api/v1/cases/{case}?at={at}")), vec!["status", "tour.ledger", "--at", at]),
        (get(format!("/api/v1/cases/{case}/route?goal=completed")), vec!["route", "tour.ledger", "completed"]),
        (get("/api/v1/ledger/verify".to_owned()), vec!["verify", "tour.ledger"]),
        (get("/api/v1/ledger/audit".to_owned()), vec!["audit", "tour.ledger"]),
        (get("/api/v1/chart".to_owned()), vec!["chart"]),
        (get("/api/v1/rules".to_owned()), vec!["rules"]),
        (get("/api/v1/schema/ledger".to_owned()), vec!["schema"]),
        (get("/api/v1/schema/scenario".to_owned()), vec!["schema", "scenario"]),
        (post("/api/v1/plan", json!({ "scenario": scenario })), vec!["plan", "s.toml"]),
        (post("/api/v1/plan", json!({})), vec!["plan"]),
        (post("/api/v1/plan", json!({ "confidence": 65 })), vec!["plan", "--confidence", "65"]),
        (
            post("/api/v1/simulate", json!({ "scenario": scenario, "runs": 700, "seed": 5 })),
            vec!["simulate", "s.toml", "--runs", "700", "--seed", "5"],
        ),
        (post("/api/v1/compare", json!({ "runs": 700 })), vec!["compare", "--runs", "700"]),
        (post("/api/v1/who", json!({ "runs": 50 })), vec!["who", "--runs", "50"]),
        (post("/api/v1/favors", json!({})), vec!["who", "--favors"]),
    ];
    for ((method, path, body), args) in asked {
        let (status, answer) = server.ask(method, &path, &body);
        let result = place.ibbi(&[&["--json"][..], &args].concat());
        assert_eq!((status, result.code), (200, 0), "{path}: {answer} {}", result.err);
        assert_eq!(without_instant(&answer), without_instant(&result.out), "{path} and ibbi {args:?}");
    }
    // A timeline has pages, and the program prints it whole.
    for (query, args) in [("", vec![]), ("?to=20", vec!["--to", "20"]), (&*format!("?at={at}"), vec!["--at", at])] {
        let (_, answer) = server.ask("GET", &format!("/api/v1/cases/{case}/replay{query}"), "");
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer.as_object_mut().unwrap().remove("next"), Some(Value::Null), "{query}");
        let printed = place.ibbi(&[&["--json", "replay", "tour.ledger"][..], &args].concat());
        assert_eq!(json!([answer]), serde_json::from_str::<Value>(&printed.out).unwrap(), "{query}");
    }
    // A scenario can be sent again, so its assumptions are their values.
    let checked = server.ask("POST", "/api/v1/scenario", &json!({ "scenario": scenario }).to_string()).1;
    let checked: Value = serde_json::from_str(&checked).unwrap();
    let printed = place.ibbi(&["--json", "scenario", "check", "s.toml"]);
    assert_eq!(checked["digest"], serde_json::from_str::<Value>(&printed.out).unwrap()["digest"]);
    assert_eq!(server.end("-TERM"), 0);
}
