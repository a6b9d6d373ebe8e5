//! A ledger in a PostgreSQL database, through the whole program. `IBBI_POSTGRES` names the server (`host=… user=… dbname=…`); without
//! it, each test says that it was skipped.

use crate::support::server::Server;
use crate::support::{Place, RunOutput};
use ibbi_testing::repository;
use serde_json::Value;
use std::process::Command;

/// A password that must not appear anywhere.
const PASSWORD: &str = "Tr0ub4dor";

/// Returns the address of a ledger that doesn't exist yet, with a password that the server doesn't ask for.
fn address() -> Option<String> {
    let Ok(server) = std::env::var("IBBI_POSTGRES") else {
        println!("skipped: IBBI_POSTGRES names no server; see bench/peers/postgres.sh");
        return None;
    };
    let part = |key: &str| server.split_whitespace().find_map(|word| word.strip_prefix(key)).map(str::to_owned);
    let (host, user, database) = (part("host=")?, part("user=")?, part("dbname=")?);
    let ledger = uuid::Uuid::new_v4();
    Some(format!("postgres://{user}:{PASSWORD}@/{database}?host={host}&ledger=cli-{ledger}"))
}

/// Runs the program, and checks that it doesn't show the password.
fn ibbi(place: &Place, args: &[&str]) -> RunOutput {
    let run = place.ibbi(args);
    for text in [&run.out, &run.err] {
        assert!(!text.contains(PASSWORD), "{args:?} shows the password: {text}");
    }
    run
}

/// Runs the program, which must succeed.
fn done(place: &Place, args: &[&str]) -> RunOutput {
    let run = ibbi(place, args);
    assert_eq!(run.code, 0, "{args:?}: {}{}", run.out, run.err);
    run
}

#[test]
fn every_command_takes_the_address_of_a_ledger() {
    let Some(address) = address() else { return };
    let (place, address) = (Place::new(), address.as_str());
    done(&place, &["store", "init", address, "--origin", "example.org/office"]);
    assert!(done(&place, &["store", "init", address]).out.contains("the ledger is there"));
    assert!(done(&place, &["store", "check", address]).out.contains("takes writes"));
    done(&place, &["store", "migrate", address]);
    done(&place, &["new", address, "--district", "Maple Hollow"]);
    done(&place, &["record", address, "note_added", "text=The chair called."]);
    assert!(done(&place, &["status", address]).out.contains("Maple Hollow"));
    assert!(done(&place, &["replay", address]).out.contains("The chair called."), "the text is in the database");
    done(&place, &["amend", address, "3", "text=The vice chair called."]);
    let recorded = ibbi(&place, &["record", address, "application_accepted", "by=dlr"]);
    assert_eq!(recorded.code, 3, "a rule refuses it as in a file: {}", recorded.err);
    done(&place, &["hold", "place", address, "--case", "Maple", "--reason", "Litigation is expected."]);
    assert!(done(&place, &["hold", "list", address]).out.contains("Litigation"));
    done(&place, &["keygen", "example.org/key", "key"]);
    let signed = done(&place, &["checkpoint", address, "--key", "key"]);
    assert!(signed.err.contains("covers 6 lines"), "a line with the state of all cases comes first: {}", signed.err);
    for command in [
        &["verify"][..],
        &["audit"],
        &["cases"],
        &["extract", "--case", "Maple"],
        &["export", "--to", "csv"],
        &["export", "--to", "cloudevents"],
        &["route", "training"],
    ] {
        let args = [&command[..1], &[address], &command[1..]].concat();
        done(&place, &args);
    }

    let exported = done(&place, &["export", address, "--to", "ledger", "--texts", "-o", "copy.ledger"]);
    assert!(exported.out.contains("6 lines"), "{}", exported.out);
    assert_eq!(ibbi(&place, &["export", address, "--to", "ledger", "-o", "copy.ledger"]).code, 5, "the file exists");
    let verified = done(&place, &["verify", "copy.ledger"]).out;
    assert!(verified.contains("sound") && verified.contains("covers 6 lines"), "{verified}");
    assert!(done(&place, &["replay", "copy.ledger"]).out.contains("The vice chair called."), "the texts are beside it");
    let compared = done(&place, &["diff", address, "copy.ledger"]);
    assert!(compared.out.contains("identical"), "{}", compared.out);
    let script = repository("docs/verify_ledger.py");
    let python = Command::new("python3").arg(script).arg(place.path("copy.ledger")).output();
    if let Ok(python) = python {
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stdout));
    }

    let again = address.replace("ledger=cli-", "ledger=again-");
    done(&place, &["import", "ledger", "copy.ledger", "--into", &again]);
    let bytes = done(&place, &["export", &again, "--to", "ledger"]).out;
    assert!(bytes.as_bytes() == std::fs::read(place.path("copy.ledger")).expect("the copy"), "other bytes came back");
    done(&place, &["record", &again, "note_added", "text=It goes on here."]);
    let refused = ibbi(&place, &["import", "ledger", "copy.ledger", "--into", &again]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("already has a ledger"), "{}", refused.err);
    std::fs::write(place.path("cut.ledger"), &bytes.as_bytes()[..bytes.len() - 9]).expect("a file");
    let refused = ibbi(&place, &["import", "ledger", "cut.ledger", "--into", &address.replace("cli-", "cut-")]);
    assert_eq!(refused.code, 3, "a ledger that isn't sound isn't imported: {}", refused.err);
}

#[test]
fn errors_say_what_to_do_and_show_no_password() {
    let Some(address) = address() else { return };
    let place = Place::new();
    let other = |from: &str, to: &str| address.replace(from, to);
    let database = address.split("@/").nth(1).and_then(|rest| rest.split('?').next()).expect("a database");
    for (address, code, says) in [
        (address.clone(), 5, "ibbi store init"),
        (other(&format!("/{database}?"), "/no_such_database?"), 5, "createdb"),
        (other("host=/", "host=/nowhere/"), 5, "start PostgreSQL"),
        (other("?host", "?options=-csearch_path%3Dnowhere&host"), 5, "ibbi store init"),
        (other("?host", "?unknown=1&host"), 2, "an address is such as"),
    ] {
        for command in [&["status"][..], &["audit"], &["verify"], &["export", "--to", "ledger"]] {
            let args = [&command[..1], &[address.as_str()], &command[1..]].concat();
            let run = ibbi(&place, &args);
            let is_missing_ledger = says == "ibbi store init" && run.err.contains("has no ledger `");
            assert!(run.code == code || (is_missing_ledger && run.code == 2), "{args:?}: {} {}", run.code, run.err);
            assert!(run.err.contains(says), "{args:?}: {}", run.err);
        }
    }
    let missing = ibbi(&place, &["store", "check", "cases.ledger"]);
    assert_eq!((missing.code, missing.err.contains("is a file")), (2, true), "{}", missing.err);
    std::fs::write(place.path("store"), &address).expect("a file");
    let readable = ibbi(&place, &["store", "check", "--store-file", "store"]);
    assert_eq!((readable.code, readable.err.contains("chmod 600")), (5, true), "{}", readable.err);
}

#[test]
fn two_servers_share_a_ledger() {
    let Some(address) = address() else { return };
    let place = Place::new();
    done(&place, &["store", "init", &address]);
    std::fs::write(place.path("store"), &address).expect("a file");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("store"), private).expect("permissions");
    let one = Server::start(&place, &["--store", &address, "--port", "0"]);
    let two = Server::start(&place, &["--store-file", "store", "--port", "0"]);
    assert!(!one.ledger.contains(PASSWORD) && one.ledger == two.ledger, "{}", one.ledger);
    let (status, opened) = one.ask("POST", "/api/v1/cases", r#"{"data":{"district":"Maple Hollow"}}"#);
    assert_eq!(status, 201, "{opened}");
    let case = serde_json::from_str::<Value>(&opened).expect("JSON")["case"].as_str().expect("a case").to_owned();
    let events = format!("/api/v1/cases/{case}/events");
    for (number, server) in [&two, &one, &two, &one].into_iter().enumerate() {
        let (status, recorded) = server.ask("POST", &events, r#"{"type":"note_added","data":{"text":"so"}}"#);
        assert_eq!(status, 201, "{recorded}");
        assert_eq!(serde_json::from_str::<Value>(&recorded).expect("JSON")["rev"], number + 2);
    }
    // The same event sent to both servers is recorded once.
    let same = r#"{"id":"01a22881-0000-7000-8000-000000000001","type":"note_added","data":{"text":"once"}}"#;
    let sent = [&one, &two].map(|server| server.ask("POST", &events, same));
    let existing = sent.map(|(_, body)| serde_json::from_str::<Value>(&body).expect("JSON")["existing"].clone());
    assert_eq!(existing, [false, true]);
    for server in [&one, &two] {
        let (status, page) = server.ask("GET", &format!("/cases/{case}"), "");
        assert_eq!((status, page.contains("once")), (200, true), "the page shows what the other server recorded");
        let (status, lines) = server.ask("GET", "/api/v1/ledger", "");
        assert_eq!(status, 200);
        assert!(lines.contains(&case) && !lines.contains(PASSWORD));
        assert_eq!(server.ask("GET", "/readyz", "").0, 200);
        assert!(!server.log().contains(PASSWORD), "{}", server.log());
    }
    assert_eq!((one.end("-TERM"), two.end("-TERM")), (0, 0));
    assert!(done(&place, &["verify", &address]).out.contains("sound"));
}
