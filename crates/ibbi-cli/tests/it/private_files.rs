//! The files of a ledger: only their owner can read them, and none is opened through a link that someone else could have put there.
#![cfg(unix)]

use crate::support::Place;
use crate::support::server::Server;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Stdio;

/// Every file that the program writes beside a ledger, and whether a server keeps it open or writes it.
const BESIDE: [&str; 5] = [".texts", ".holder", ".checkpoints", ".access", ".reads"];

const NOTE: &str = r#"{"type":"note_added","data":{"text":"a private note"}}"#;

fn serve(place: &Place) -> Server {
    Server::start(place, &["--ledger", "my.ledger", "--port", "0", "--sign", "office.key", "--every", "1"])
}

fn prepared() -> Place {
    let place = Place::new();
    place.done(&["keygen", "example.org/office", "office.key"]);
    place
}

fn open(server: &Server) -> String {
    let opened = server.ask("POST", "/api/v1/cases", r#"{"data":{"district":"Maple Hollow"}}"#);
    assert_eq!(opened.0, 201, "{}", opened.1);
    serde_json::from_str::<Value>(&opened.1).expect("JSON")["case"].as_str().expect("an ID").to_owned()
}

#[test]
fn files_of_a_ledger_are_private_whatever_the_umask() {
    let place = prepared();
    let mut command =
        place.shell("umask 000; exec ibbi --json serve --ledger my.ledger --port 0 --sign office.key --every 1");
    command.stdin(Stdio::null());
    let server = Server::started(&place, command);
    let case = open(&server);
    assert_eq!(server.ask("POST", &format!("/api/v1/cases/{case}/events"), NOTE).0, 201);
    assert_eq!(server.ask("GET", &format!("/cases/{case}"), "").0, 200);
    let made = place.type_line("umask 000; ibbi token new my.ledger client --role staff");
    assert_eq!(made.code, 0, "{}", made.err);
    for name in BESIDE.iter().chain([&""]) {
        let path = place.path(&format!("my.ledger{name}"));
        let mode = fs::metadata(&path).unwrap_or_else(|error| panic!("{name}: {error}")).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "my.ledger{name}");
    }
    let others: Vec<_> =
        fs::read_dir(place.path("")).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    let known = |name: &str| {
        BESIDE.iter().any(|end| name == format!("my.ledger{end}"))
            || ["my.ledger", "office.key", "data"].contains(&name)
    };
    let unknown: Vec<_> = others.iter().filter_map(|name| name.to_str()).filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "this test doesn't look at {unknown:?}");
    assert_eq!(server.end("-TERM"), 0);
}

#[test]
fn link_that_is_there_before_the_start_is_not_followed() {
    for name in BESIDE {
        for exists in [true, false] {
            let place = prepared();
            place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
            let (victim, link) = (place.path("victim"), place.path(&format!("my.ledger{name}")));
            if exists {
                fs::write(&victim, "not for you\n").expect("a file");
            }
            let _ = fs::remove_file(&link);
            symlink(&victim, &link).expect("a link");
            // The command line and the server refuse what would open it, or leave it alone.
            let mut answers = vec![
                place.ibbi(&["record", "my.ledger", "note_added", "text=a private note"]).err,
                place.ibbi(&["token", "new", "my.ledger", "client", "--role", "staff"]).err,
                place.ibbi(&["checkpoint", "my.ledger", "--key", "office.key"]).err,
                place.ibbi(&["replay", "my.ledger"]).out,
                place.ibbi(&["verify", "my.ledger"]).out,
            ];
            let mut command = place.command(&[
                "--json",
                "serve",
                "--ledger",
                "my.ledger",
                "--port",
                "0",
                "--sign",
                "office.key",
                "--every",
                "1",
            ]);
            command.stdin(Stdio::null());
            if let Ok(server) = Server::try_start(&place, command) {
                let list: Value = serde_json::from_str(&server.ask("GET", "/api/v1/cases", "").1).expect("JSON");
                let case = list["cases"][0]["case"].as_str().expect("an ID");
                for (method, path, body) in [
                    ("POST", format!("/api/v1/cases/{case}/events"), NOTE),
                    ("GET", format!("/cases/{case}"), ""),
                    ("GET", "/api/v1/checkpoints".to_owned(), ""),
                    ("GET", "/api/v1/ledger/verify".to_owned(), ""),
                ] {
                    answers.push(server.ask(method, &path, body).1);
                }
                drop(server);
            }
            assert!(answers.iter().all(|answer| !answer.contains("not for you")), "{name}: {answers:?}");
            match exists {
                true => {
                    assert_eq!(fs::read_to_string(&victim).expect("a file"), "not for you\n", "{name} was followed")
                }
                false => assert!(!victim.exists(), "{name}: a file was created through a link"),
            }
        }
    }
}

#[test]
fn link_that_is_put_there_while_the_server_runs_is_not_followed() {
    let place = prepared();
    let server = serve(&place);
    let case = open(&server);
    let (events, page) = (format!("/api/v1/cases/{case}/events"), format!("/cases/{case}"));
    assert_eq!(server.ask("POST", &events, NOTE).0, 201);
    assert_eq!(server.ask("GET", &page, "").0, 200);
    let victim = place.path("victim");
    for name in BESIDE {
        let (file, away) = (place.path(&format!("my.ledger{name}")), place.path("away"));
        fs::write(&victim, "not for you\n").expect("a file");
        let was_there = fs::rename(&file, &away).is_ok();
        symlink(&victim, &file).expect("a link");
        let answers = [
            server.ask("POST", &events, NOTE),
            server.ask("GET", &page, ""),
            server.ask("GET", "/api/v1/checkpoints", ""),
            server.ask("GET", "/api/v1/ledger/verify", ""),
            server.ask("GET", "/api/v1/records?after=0", ""),
        ];
        assert!(answers.iter().all(|(_, answer)| !answer.contains("not for you")), "{name}: {answers:?}");
        assert_eq!(fs::read_to_string(&victim).expect("a file"), "not for you\n", "{name} was followed");
        let folder = place.path("");
        let folder = folder.to_str().expect("UTF-8");
        assert!(answers.iter().all(|(_, answer)| !answer.contains(folder)), "{name}: {answers:?}");
        fs::remove_file(&file).expect("a link");
        if was_there {
            fs::rename(&away, &file).expect("a file");
        }
    }
    // The ledger itself: a link to another ledger is not read as if it were this one.
    place.done(&["new", "other.ledger", "--district", "Another District"]);
    fs::rename(place.path("my.ledger"), place.path("away")).expect("a file");
    symlink(place.path("other.ledger"), place.path("my.ledger")).expect("a link");
    let before = fs::read(place.path("other.ledger")).expect("a ledger");
    for (method, path, body) in [
        ("GET", "/api/v1/records?after=0".to_owned(), ""),
        ("GET", "/api/v1/ledger".to_owned(), ""),
        ("GET", "/api/v1/ledger/audit".to_owned(), ""),
        ("GET", page, ""),
        ("POST", events, NOTE),
    ] {
        let (status, answer) = server.ask(method, &path, body);
        assert!(!answer.contains("Another District"), "{path}: {status} {answer}");
    }
    assert_eq!(fs::read(place.path("other.ledger")).expect("a ledger"), before, "another ledger was written");
    fs::remove_file(place.path("my.ledger")).expect("a link");
    fs::rename(place.path("away"), place.path("my.ledger")).expect("a file");
    assert_eq!(server.end("-TERM"), 0);
    assert!(place.done(&["verify", "my.ledger"]).starts_with("sound"));
}

#[test]
fn links_to_a_ledger_lead_to_the_same_records_of_access() {
    let place = Place::new();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow"]);
    symlink(place.path("my.ledger"), place.path("link.ledger")).expect("a link");
    let token = place.done(&["token", "new", "link.ledger", "client", "--role", "staff"]);
    assert!(place.done(&["token", "list", "my.ledger"]).contains("client"));
    let server = Server::start(&place, &["--ledger", "link.ledger", "--port", "0"]);
    assert_eq!(server.ask_with(token.trim(), "GET", "/api/v1/cases", "").0, 200);
    assert!(!place.path("link.ledger.access").exists());
    assert_eq!(server.end("-TERM"), 0);
}
