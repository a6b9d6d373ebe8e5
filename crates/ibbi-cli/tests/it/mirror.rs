//! `ibbi mirror`: what it writes and says, and that a kill or a full disk leaves a mirror that goes on.

use crate::support::server::Server;
use crate::support::{Place, program};
use ibbi_seal::{MirrorEntry, read_mirror};
use ibbi_testing::repository;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A ledger with a case, and the key that signs it.
fn ledger() -> Place {
    let place = Place::new();
    place.done(&["keygen", "example.org/ibbi", "key"]);
    place.done(&["new", "a.ledger", "--district", "Maple Hollow", "--at", "2025-09-02 09:00"]);
    notes(&place, 10);
    place
}

/// Records notes.
fn notes(place: &Place, count: usize) {
    let events: String =
        (0..count).map(|number| format!("{{\"type\":\"note_added\",\"data\":{{\"text\":\"{number}\"}}}}\n")).collect();
    for event in events.lines() {
        assert_eq!(place.ibbi_with(&["record", "a.ledger"], event.as_bytes()).code, 0);
    }
}

fn serve(place: &Place) -> Server {
    Server::start(place, &["a.ledger", "--sign", "key", "--every", "4", "--port", "0"])
}

/// Makes a token of the role staff in the file `token`.
fn token(place: &Place, server: &Server) {
    std::fs::write(place.path("token"), server.token(place)).unwrap();
}

/// Records a note through the server.
fn note(server: &Server, case: &str) {
    let body = r#"{"type":"note_added","data":{"text":"by the server"}}"#;
    assert_eq!(server.ask("POST", &format!("/api/v1/cases/{case}/events"), body).0, 201);
}

fn case(server: &Server) -> String {
    let list: serde_json::Value = serde_json::from_str(&server.ask("GET", "/api/v1/cases", "").1).unwrap();
    list["cases"][0]["case"].as_str().unwrap().to_owned()
}

/// Returns the bytes of the ledger that a mirror has in full.
fn ledger_of(file: &Path) -> String {
    let mut text = String::new();
    let read = read_mirror(std::fs::File::open(file).unwrap(), |entry, _| {
        if let MirrorEntry::Line(line) = entry {
            text.push_str(std::str::from_utf8(line).unwrap());
            text.push('\n');
        }
    });
    assert_eq!(read.unwrap().fault, None);
    text
}

const ONCE: [&str; 5] = ["mirror.file", "--token-file", "token", "--once", "--every=1"];

fn once(server: &Server) -> Vec<&str> {
    [&["mirror", &server.address], &ONCE[..]].concat()
}

#[test]
fn mirror_is_written_and_verified_by_two_programs() {
    let place = ledger();
    let server = serve(&place);
    token(&place, &server);
    let first = place.ibbi(&once(&server));
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.err.contains("trusting the server's key on first use: example.org/ibbi+"), "{}", first.err);
    assert!(first.out.contains("12 lines of ibbi.local/") && first.out.contains("12 new"), "{}", first.out);
    let case = case(&server);
    for _ in 0..5 {
        note(&server, &case);
    }
    let (code, second) = place.json(&once(&server));
    // Each checkpoint adds a line with the state of all cases.
    let lines = std::fs::read_to_string(place.path("a.ledger")).unwrap().lines().count();
    assert!(lines > 17, "{lines}");
    let expected = (0, &lines.into(), &(lines - 12).into(), &lines.into());
    assert_eq!((code, &second["lines"], &second["new"], &second["readable"]), expected);
    assert_eq!(ledger_of(&place.path("mirror.file")), std::fs::read_to_string(place.path("a.ledger")).unwrap());
    let covered = second["covered"].as_u64().unwrap();
    assert!(covered >= 16, "{second}");

    let key = second["key"].as_str().unwrap();
    let verified = place.done(&["verify", "mirror.file", "--key", key]);
    assert!(verified.starts_with("sound: mirror of ibbi.local/"), "{verified}");
    assert!(verified.contains("signed by example.org/ibbi"), "{verified}");
    let (_, json) = place.json(&["verify", "mirror.file"]);
    assert_eq!(
        (&json["what"], &json["readable"], &json["signatures_checked"]),
        (&"mirror".into(), &lines.into(), &true.into())
    );
    let script = |file: &str, key: &str| {
        let mut command = Command::new("python3");
        command.arg(repository("docs/verify_mirror.py")).arg(place.path(file)).arg(key);
        command.output().unwrap()
    };
    let independent = script("mirror.file", key);
    assert!(independent.status.success(), "{}", String::from_utf8_lossy(&independent.stdout));

    // The extract from the mirror is the one from the ledger.
    let from_mirror = place.done(&["extract", "mirror.file", "--case", "maple hollow"]);
    assert_eq!(from_mirror, place.done(&["extract", "a.ledger"]));
    std::fs::write(place.path("case.extract"), &from_mirror).unwrap();
    assert!(place.done(&["verify", "case.extract", "--key", key]).starts_with("sound: extract"));
    assert!(script("case.extract", key).status.success());
    assert_eq!(place.ibbi(&["extract", "mirror.file", "--case", "Cedar Falls"]).code, 2);

    // Both find a change.
    let text = std::fs::read_to_string(place.path("mirror.file")).unwrap();
    std::fs::write(place.path("changed"), text.replacen("Maple Hollow", "Maple Hallow", 1)).unwrap();
    assert_eq!(place.ibbi(&["verify", "changed"]).code, 4);
    assert_eq!(script("changed", key).status.code(), Some(4));
    let audited = place.ibbi(&["audit", "mirror.file"]);
    assert!(audited.code == 2 && audited.err.contains("this is a mirror"), "{}", audited.err);
}

#[test]
fn killed_mirror_goes_on() {
    let place = ledger();
    let server = serve(&place);
    token(&place, &server);
    let case = case(&server);
    let rounds: u64 = std::env::var("IBBI_KILL_ROUNDS").map_or(20, |text| text.parse().expect("a number"));
    let (mut killed, mut torn, mut seed) = (0, 0, 88_172_645_463_325_252_u64);
    for _ in 0..rounds {
        let args = ["mirror", &server.address, "mirror.file", "--token-file", "token"];
        let mut child = place.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        std::thread::sleep(Duration::from_micros(seed % 40_000));
        note(&server, &case);
        child.kill().unwrap();
        killed += u64::from(child.wait().unwrap().code().is_none());
        let bytes = std::fs::read(place.path("mirror.file")).unwrap_or_default();
        torn += u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
        let read = read_mirror(&bytes[..], |_, _| {}).unwrap();
        assert_eq!(read.fault, None);
    }
    assert_eq!(place.ibbi(&once(&server)).code, 0);
    assert_eq!(ledger_of(&place.path("mirror.file")), std::fs::read_to_string(place.path("a.ledger")).unwrap());
    println!("killed {killed} mirrors, {torn} of them within a write");
    assert!(killed > 0);
}

#[test]
fn full_disk_leaves_a_mirror_that_goes_on() {
    let place = ledger();
    notes(&place, 30);
    let server = serve(&place);
    token(&place, &server);
    let line = format!("trap '' XFSZ; ulimit -f 8; ibbi mirror {} {}", server.address, ONCE.join(" "));
    let full = place.type_line(&line);
    assert_eq!(full.code, 5, "{full:?}");
    assert!(full.err.contains("cannot write mirror.file: File too large"), "{}", full.err);
    // What there is of it is whole.
    assert!(read_mirror(std::fs::File::open(place.path("mirror.file")).unwrap(), |_, _| {}).unwrap().fault.is_none());
    assert_eq!(place.ibbi(&once(&server)).code, 0);
    assert_eq!(ledger_of(&place.path("mirror.file")), std::fs::read_to_string(place.path("a.ledger")).unwrap());
}

#[test]
fn exit_code_says_why_a_mirror_ends() {
    let place = ledger();
    let server = serve(&place);
    token(&place, &server);
    assert_eq!(place.ibbi(&once(&server)).code, 0);
    let before = std::fs::read(place.path("mirror.file")).unwrap();
    let refused = |args: &[&str], code: i32, why: &str| {
        let result = place.ibbi(args);
        assert!(result.code == code && result.err.contains(why), "{args:?}: {} {}", result.code, result.err);
    };
    let url = server.address.as_str();
    refused(&["mirror", url, "new"], 2, "name the file with the token");
    refused(&["mirror", url, "new", "--token-file", "missing"], 5, "cannot read missing");
    refused(&["mirror", "http://example.org", "new", "--token-file", "token"], 2, "use https");
    refused(&["mirror", url, "new", "--token-file", "token", "--key", "x"], 2, "--key");
    refused(&["mirror", url, "new", "--token-file", "token", "--every", "0"], 2, "--every is 0");
    refused(&["mirror", url, "a.ledger", "--token-file", "token", "--once"], 2, "is not a mirror");
    // Reading one of these could never end.
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", place.path("endless")).unwrap();
    for name in ["pipe", "endless", "/dev/zero"] {
        refused(&["mirror", url, name, "--token-file", "token", "--once"], 5, "not a file that can be read again");
    }
    std::fs::write(place.path("wrong"), "ibbi_x_y\n").unwrap();
    refused(&["mirror", url, "new", "--token-file", "wrong", "--once"], 2, "expired or was revoked");
    // The file of the token by the environment.
    let mut command = place.command(&["mirror", url, "mirror.file", "--once"]);
    let by_environment = crate::support::run(
        {
            command.env("IBBI_TOKEN_FILE", "token");
            command
        },
        b"",
    );
    assert_eq!(by_environment.code, 0, "{}", by_environment.err);
    assert!(!place.path("new").exists());

    // Another history on the same ledger.
    drop(server);
    let text = std::fs::read_to_string(place.path("a.ledger")).unwrap();
    let shorter: String = text.split_inclusive('\n').take(6).collect();
    std::fs::write(place.path("a.ledger"), shorter).unwrap();
    let _ = std::fs::remove_file(place.path("a.ledger.checkpoints"));
    notes(&place, 9);
    let server = serve(&place);
    let (code, error) = place.json(&once(&server));
    assert_eq!((code, &error["error"]["code"]), (4, &"mirror.fork".into()), "{error}");
    assert_eq!(error["error"]["lines"], serde_json::json!({ "first": 7, "last": 7 }));
    assert!(std::fs::read(place.path("mirror.file")).unwrap() == before, "the mirror is as it was");
    assert!(program().exists());
}
