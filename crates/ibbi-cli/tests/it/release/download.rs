//! A release that is downloaded from a server: unpacked, it is accepted by the program and by the Python script.

use super::office::{Folder, TEXTS, office};
use super::{MAPLE, python};
use crate::support::run;
use crate::support::server::Server;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

#[test]
fn downloaded_release_can_be_checked_and_is_that_of_the_command() {
    let place = office();
    place.done(
        &[&["release", "my.ledger", "--out", "written", "--exempt", "exempt.toml", "--key", "my.key"], &MAPLE[..]]
            .concat(),
    );
    let ledger = fs::read_to_string(place.path("my.ledger")).unwrap();
    let opened = ledger.lines().find(|line| line.contains("\"district\":\"Maple Hollow\"")).unwrap();
    let opened: Value = serde_json::from_str(opened).unwrap();
    let exempt: toml::Value = toml::from_str(super::office::EXEMPT).unwrap();
    let body = json!({ "cases": [opened["case"]], "exempt": exempt }).to_string();
    let server = Server::start(&place, &["my.ledger", "--port", "0", "--sign", "my.key"]);
    let token = server.token(&place);
    let (status, zip) = server.bytes_with(&token, "POST", "/api/v1/ledger/release", &body);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&zip));
    fs::write(place.path("release.zip"), zip).unwrap();
    // Python's own reader of .zip files unpacks it.
    let mut unpack = Command::new("python3");
    unpack.args(["-m", "zipfile", "-e", "release.zip", "."]).current_dir(place.path("."));
    let unpacked = run(unpack, b"");
    assert_eq!(unpacked.code, 0, "{}", unpacked.err);
    let said = place.done(&["verify", "release", "--key", "my.pub"]);
    for part in ["31 records of 1 case", "3 lines withheld", "checkpoint and release signed by example.org/ibbi"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let key = fs::read_to_string(place.path("my.pub")).unwrap();
    assert_eq!(python(&place, &["release".to_owned()], Some(key.trim())), [None]);
    let (downloaded, written) = (Folder::read(&place.path("release")), Folder::read(&place.path("written")));
    assert_eq!(downloaded, written, "no later line needed a new checkpoint");
    for (_, text, is_released) in TEXTS.iter().filter(|(line, ..)| *line != 32) {
        assert_eq!(downloaded.text("released-texts.jsonl").contains(text), *is_released, "{text}");
    }
    // Each changed byte of the .zip file's entries would be found: one in the page is.
    let mut altered = downloaded;
    altered.set("index.html", altered.text("index.html").replacen("Maple", "Maplo", 1));
    altered.write(&place.path("altered"));
    assert_eq!(place.ibbi(&["verify", "altered", "--key", "my.pub"]).code, 4);
}
