//! What an office needs to run the server: settings in a file, a socket of the system, backup and restore.

use crate::support::server::Server;
use crate::support::{Place, run};
use ibbi_testing::repository;
use serde_json::{Value, json};
use std::process::Command;

const EVENT: &str = r#"{"type":"note_added","data":{"text":"so"}}"#;

fn open_case(server: &Server) -> String {
    let (status, opened) = server.ask("POST", "/api/v1/cases", r#"{"data":{"district":"Maple Hollow"}}"#);
    assert_eq!(status, 201, "{opened}");
    serde_json::from_str::<Value>(&opened).unwrap()["case"].as_str().unwrap().to_owned()
}

#[test]
fn settings_of_the_example_are_valid_and_flags_override_them() {
    let place = Place::new();
    let example = std::fs::read_to_string(repository("docs/operations/ibbi.toml")).unwrap();
    // A path is relative to the folder of the file.
    std::fs::create_dir(place.path("settings")).unwrap();
    let text = example.replace("/var/lib/ibbi/cases.ledger", "cases.ledger");
    std::fs::write(place.path("settings/ibbi.toml"), &text).unwrap();
    let checked = place.ibbi(&["config", "check", "settings/ibbi.toml"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert!(checked.out.contains("signing in: by the header x-forwarded-user of a proxy"), "{}", checked.out);
    let server = Server::start(&place, &["--config", "settings/ibbi.toml", "--port", "0"]);
    assert_eq!(server.ledger, "settings/cases.ledger");
    assert!(!server.address.ends_with(":8420/"), "the flag counts: {}", server.address);
    assert_eq!(server.ask("GET", "/healthz", "").0, 200);
    assert_eq!(server.end("-TERM"), 0);
    let other = Server::start(&place, &["other.ledger", "--config", "settings/ibbi.toml", "--port", "0"]);
    assert_eq!(other.ledger, "other.ledger");
}

#[test]
fn wrong_settings_say_where_and_what() {
    let place = Place::new();
    for (text, says) in [
        ("ledgr = 'a'", "unknown field `ledgr`"),
        ("port = 'x'", "line 1"),
        ("address = '1.2.3'", "invalid IP address"),
        ("[limits]\nconnections = 0", "limits.connections is 0"),
        ("[limits]\nconnection = 1", "unknown field `connection`"),
        ("[proxy]\nfrom = ['127.0.0.1']\nheader = 'a b'", "`a b` is not the name of a header"),
        ("[proxy]\nheader = 'X-User'", "missing field `from`"),
        ("public_url = 'ibbi.example.org'", "give its scheme and its name"),
        ("[oidc]\nissuer = 'https://login.example.org'", "missing field `client_id`"),
        ("[oidc]\nissuer = 'https://login.example.org'\nclient_id = 'ibbi'", "with --public-url"),
        (
            "public_url = 'https://ibbi.example.org'\n[oidc]\nissuer = 'http://login.example.org'\nclient_id = 'ibbi'",
            "oidc.issuer: `http://login.example.org/` is not encrypted",
        ),
        (
            "public_url = 'http://127.0.0.1:1'\n[oidc]\nissuer = 'http://127.0.0.1:1'\nclient_id = 'ibbi'",
            "the identity provider http://127.0.0.1:1 can't be used",
        ),
        (
            "public_url = 'http://127.0.0.1:1'\n[oidc]\nissuer = 'https://a.example'\nclient_id = 'ibbi'\nca_file = 'a.toml'",
            "oidc.ca: the file has no certificate",
        ),
        ("[mail]\nserver = 'a.example'\nsecurity = 'ssl'\nfrom = 'a@a.example'", "unknown variant `ssl`"),
        ("[mail]\nserver = 'a.example'\nsecurity = 'tls'\nfrom = 'a'", "mail.from: `a` is not an email address"),
        ("[mail]\nserver = 'a.example'\nsecurity = 'none'\nfrom = 'a@a.example'", "mail.security: anyone on the way"),
        (
            "[mail]\nserver = 'a b'\nsecurity = 'tls'\nfrom = 'a@a.example'",
            "mail.server: it is not the name of a server",
        ),
        (
            "[mail]\nserver = 'a'\nsecurity = 'tls'\nfrom = 'a@a.example'\nuser = 'a'",
            "mail.password_file: a user needs",
        ),
        ("[mail]\nserver = 'a'\nsecurity = 'tls'\nfrom = 'a@a.example'\ntimeout = 0", "mail.timeout: give a number"),
        (
            "[mail]\nserver = 'a'\nsecurity = 'tls'\nfrom = 'a@a.example'\nca_file = 'a.toml'",
            "mail.ca_file: it has no certificate",
        ),
        (
            "[mail]\nserver = '127.0.0.1'\nport = 1\nsecurity = 'none'\nfrom = 'a@a.example'",
            "the mail server 127.0.0.1, port 1 failed while connecting",
        ),
        ("ledger = 'nowhere/a.ledger'", "there is no folder"),
        ("ledger = 'a.ledger'\naddress = '0.0.0.0'", "no one could sign in on 0.0.0.0"),
        ("ledger = ", "line 1"),
    ] {
        std::fs::write(place.path("a.toml"), text).unwrap();
        for args in [vec!["config", "check", "a.toml"], vec!["serve", "--config", "a.toml", "--port", "0"]] {
            // A server that can't reach its identity provider or mail server starts, because these can come back.
            if args[0] == "serve" && (says.ends_with("can't be used") || says.ends_with("while connecting")) {
                continue;
            }
            // A server makes its ledger's folder only by default, and says so itself.
            let result = place.ibbi(&args);
            assert!(matches!(result.code, 2 | 5), "{text}: {} {}", result.code, result.err);
            if args[0] == "config" {
                assert!(result.code == 2 && result.err.contains(says), "{text}: {}", result.err);
            }
        }
    }
    assert_eq!(place.ibbi(&["config", "check", "none.toml"]).code, 5);
    let lonely = place.ibbi(&["serve", "a.ledger", "--proxy-header", "X-User"]);
    assert!(lonely.code == 2 && lonely.err.contains("add --trust-proxy"), "{}", lonely.err);
}

/// On SIGHUP, a server with a file reads it again. A server without one ends, as when its terminal is closed.
#[cfg(unix)]
#[test]
fn settings_are_read_again_on_a_signal() {
    let place = Place::new();
    let write = |text: &str| std::fs::write(place.path("a.toml"), format!("ledger = 'a.ledger'\n{text}")).unwrap();
    write("hosts = ['old.example.org']");
    let server = Server::start(&place, &["--config", "a.toml", "--port", "0", "--log", "json"]);
    let reads = |host: &str| server.ask_as(host, "GET", "/healthz").0 == 200;
    assert!(reads("old.example.org") && !reads("new.example.org"));
    let signal = |text: &str, logged: &str| {
        write(text);
        let pid = server.child.id().to_string();
        // SIGHUP by its number: in Turkish, `kill` doesn't know its name.
        assert!(Command::new("kill").args(["-1", &pid]).status().unwrap().success());
        server.waits_for_log(logged);
    };
    signal("hosts = 'new'", "the settings stay as they are");
    assert!(reads("old.example.org"), "wrong settings change nothing");
    signal(
        "hosts = ['new.example.org']\naddress = '::1'\n[limits]\nuploads = 9",
        "\"after_restart\":\"address, limits\"",
    );
    assert!(reads("new.example.org") && !reads("old.example.org"));
    assert_eq!(server.end("-TERM"), 0);
    let without = Server::start(&place, &["b.ledger", "--port", "0"]);
    assert_eq!(without.end("-1"), 0);
}

/// A program that opens a socket as systemd does, and then becomes the server.
const ACTIVATE: &str = "
import os, socket, sys
listener = socket.create_server(('127.0.0.1', 0))
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ |= {'LISTEN_FDS': '1', 'LISTEN_PID': str(os.getpid())}
os.execvp(sys.argv[1], sys.argv[1:])
";

/// A log on a full disk, or one that no one reads any more, takes no request with it.
#[cfg(unix)]
#[test]
fn log_that_cannot_be_written_stops_no_request() {
    for log in ["/dev/full", "pipe"] {
        for format in ["json", "brief"] {
            let place = Place::new();
            std::fs::write(place.path("ibbi.toml"), "").unwrap();
            assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
            let server = Server::started(
                &place,
                place.shell(&format!(
                    "(: < pipe) & exec ibbi --json serve a.ledger --config ibbi.toml --port 0 --log {format} 2>{log}"
                )),
            );
            let case = open_case(&server);
            let note = server.ask("POST", &format!("/api/v1/cases/{case}/events"), EVENT);
            assert_eq!(note.0, 201, "{log} {format}: {}", note.1);
            // Failures are in both logs.
            assert_eq!(server.ask_with("wrong", "GET", "/api/v1/cases", "").0, 401, "{log} {format}");
            assert_eq!(server.ask("GET", "/answer/x/y", "").0, 404, "{log} {format}");
            assert_eq!(server.ask("GET", "/calendars/x", "").0, 404, "{log} {format}");
            std::fs::write(place.path("ibbi.toml"), "wrong").unwrap();
            assert!(Command::new("kill").args(["-1", &server.child.id().to_string()]).status().unwrap().success());
            assert_eq!(server.ask("GET", "/healthz", "").0, 200, "{log} {format}");
            assert_eq!(server.end("-TERM"), 0, "{log} {format}");
        }
    }
}

/// A pipe, a folder, or an endless device in the place of a file of the settings holds nothing up.
#[cfg(unix)]
#[test]
fn files_of_settings_that_are_no_files_stop_neither_requests_nor_the_end() {
    let place = Place::new();
    let oidc = "public_url = 'http://127.0.0.1:1'\n[oidc]\nissuer = 'http://127.0.0.1:1'\nclient_id = 'ibbi'\n";
    let mail = "[mail]\nserver = '127.0.0.1'\nsecurity = 'none'\nfrom = 'ibbi@example.org'\n";
    let settings = [
        ("ibbi.toml", String::new()),
        ("goals.json", "standards = 'goals.json'".to_owned()),
        ("rules.toml", "retention = 'rules.toml'".to_owned()),
        ("secret", format!("{oidc}secret_file = 'secret'")),
        ("provider.pem", format!("{oidc}ca_file = 'provider.pem'")),
        ("mail.pem", format!("{mail}ca_file = 'mail.pem'")),
        ("password", format!("{mail}user = 'ibbi'\npassword_file = 'password'")),
    ];
    let replace = |file: &str, kind: &str| {
        let path = place.path(file);
        let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir(&path));
        match kind {
            "pipe" => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
            "folder" => std::fs::create_dir(&path).unwrap(),
            "endless" => std::os::unix::fs::symlink("/dev/zero", &path).unwrap(),
            _ => std::fs::File::create(&path).unwrap().set_len(5_000_000_000).unwrap(),
        }
    };
    std::fs::write(place.path("ibbi.toml"), "").unwrap();
    let server = Server::start(&place, &["cases.ledger", "--config", "ibbi.toml", "--port", "0", "--log", "json"]);
    let pid = server.child.id().to_string();
    let mut failures = 0;
    for (file, text) in &settings {
        for (kind, says) in [
            ("pipe", "it is not a regular file"),
            ("folder", "it is not a regular file"),
            ("endless", "it is not a regular file"),
            ("huge", "it has more than 1048576 bytes"),
        ] {
            let _ =
                std::fs::remove_file(place.path("ibbi.toml")).or_else(|_| std::fs::remove_dir(place.path("ibbi.toml")));
            std::fs::write(place.path("ibbi.toml"), text).unwrap();
            replace(file, kind);
            let checked = place.ibbi(&["config", "check", "ibbi.toml"]);
            assert_eq!(checked.code, 5, "{file} {kind}: {}{}", checked.out, checked.err);
            assert!(checked.err.contains(file) && checked.err.contains(says), "{file} {kind}: {}", checked.err);
            failures += 1;
            assert!(Command::new("kill").args(["-1", &pid]).status().unwrap().success());
            while server.log().matches("the settings stay as they are").count() < failures {
                assert_eq!(server.ask("GET", "/healthz", "").0, 200, "{file} {kind}");
                server.waits_for_log("the settings stay as they are");
            }
        }
    }
    assert_eq!(server.end("-TERM"), 0);
}

#[test]
fn server_takes_the_socket_of_the_system() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: python3 is not installed");
        return;
    }
    let place = Place::new();
    let mut command = Command::new("python3");
    command.args(["-c", ACTIVATE, env!("CARGO_BIN_EXE_ibbi"), "--json", "serve", "a.ledger"]);
    command.current_dir(place.path("")).env_remove("IBBI_CONFIG");
    let server = Server::started(&place, command);
    open_case(&server);
    assert_eq!(server.end("-TERM"), 0);
}

/// A copy that is made while events are recorded is a sound ledger with its texts, and a server goes on with it.
#[test]
fn backup_of_a_running_server_is_restored() {
    let place = Place::new();
    let server = Server::start(&place, &["a.ledger", "--port", "0"]);
    let case = open_case(&server);
    let path = format!("/api/v1/cases/{case}/events");
    let script = repository("docs/operations/backup.sh").display().to_string();
    let recorded = std::thread::scope(|scope| {
        let copying = scope.spawn(|| {
            for number in 0..5 {
                let mut command = place.shell(&format!("sh '{script}' a.ledger backup{number}"));
                command.stdin(std::process::Stdio::null());
                let copied = run(command, b"");
                assert_eq!(copied.code, 0, "{} {}", copied.out, copied.err);
            }
        });
        let mut count = 0;
        while !copying.is_finished() || count < 5 {
            assert_eq!(server.ask("POST", &path, EVENT).0, 201);
            count += 1;
        }
        copying.join().unwrap();
        count
    });
    assert_eq!(server.end("-TERM"), 0);
    let restored = Server::start(&place, &["backup4/a.ledger", "--port", "0"]);
    assert_eq!(restored.ask("POST", &path, EVENT).0, 201);
    let timeline: Value =
        serde_json::from_str(&restored.ask("GET", &format!("/api/v1/cases/{case}/replay"), "").1).unwrap();
    let moments = timeline["moments"].as_array().unwrap();
    assert!(moments.len() > 1 && moments.len() <= recorded + 2, "{}", moments.len());
    assert!(moments[1..].iter().all(|moment| moment["event"]["data"]["text"] == json!("so")), "every text is there");
    assert_eq!(restored.end("-TERM"), 0);
}

/// A district checks a copy of the ledger with what the server gives out: the lines, the checkpoints, and the public key.
#[test]
fn copy_is_checked_with_the_checkpoints_and_the_key_of_the_server() {
    let place = Place::new();
    place.done(&["keygen", "ibbi.example.org", "my.key"]);
    let server = Server::start(&place, &["a.ledger", "--port", "0", "--sign", "my.key", "--every", "1"]);
    let case = open_case(&server);
    assert_eq!(server.ask("POST", &format!("/api/v1/cases/{case}/events"), EVENT).0, 201);
    let get = |path: &str| {
        let (status, body) = server.ask("GET", &format!("/api/v1/{path}"), "");
        assert_eq!(status, 200, "{path}: {body}");
        body
    };
    let key = get("key").trim().to_owned();
    std::fs::write(place.path("copy.checkpoints"), get("checkpoints")).unwrap();
    // The ledger is sent in chunks, and this client leaves their lengths in, so it is copied from the disk.
    std::fs::copy(place.path("a.ledger"), place.path("copy.ledger")).unwrap();
    let verified = place.ibbi(&["verify", "copy.ledger", "--checkpoint", "copy.checkpoints", "--key", &key]);
    assert_eq!(verified.code, 0, "{} {}", verified.out, verified.err);
    assert!(verified.out.starts_with("sound"), "{}", verified.out);
    assert_eq!(server.end("-TERM"), 0);
}
