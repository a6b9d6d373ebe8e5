//! A disk that is full under a running server, and files that are moved away: nothing that was acknowledged is lost, the log and
//! `/readyz` say why, and the server goes on by itself.

use crate::support::Place;
use crate::support::disk::SmallDisk;
use crate::support::server::Server;
use ibbi_log::{LedgerReader, Uuid};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Waits until something holds. A server that doesn't get there fails the test.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "still not: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ids(path: &Path) -> BTreeSet<Uuid> {
    let records = LedgerReader::new(fs::File::open(path).expect("a ledger"));
    records.map(|record| record.expect("every line is good").id).collect()
}

/// A server with one case, and what it has acknowledged.
struct Office<'a> {
    place: &'a Place,
    server: Server,
    case: String,
    acknowledged: BTreeSet<Uuid>,
}

impl<'a> Office<'a> {
    fn open(place: &'a Place, ledger: &str, more: &[&str]) -> Self {
        let server = Server::start(place, &[&["--ledger", ledger, "--port", "0"], more].concat());
        let opened = server.ask("POST", "/api/v1/cases", r#"{"data":{"district":"Maple Hollow"}}"#);
        assert_eq!(opened.0, 201, "{}", opened.1);
        let case = serde_json::from_str::<Value>(&opened.1).expect("JSON")["case"].as_str().expect("an ID").to_owned();
        Self { place, server, case, acknowledged: BTreeSet::new() }
    }

    fn offer(&mut self, id: Uuid, event: Value) -> (u16, Value) {
        let mut event = event;
        event["id"] = json!(id);
        let (status, body) =
            self.server.ask("POST", &format!("/api/v1/cases/{}/events", self.case), &event.to_string());
        if matches!(status, 200 | 201) {
            self.acknowledged.insert(id);
        }
        (status, serde_json::from_str(&body).expect("JSON"))
    }

    /// Offers events until one is not acknowledged. Returns its ID and the answer.
    fn until_refused(&mut self, event: &Value) -> (Uuid, Value) {
        for number in 0..20_000 {
            let id = Uuid::from_u128(7_000_000 + self.acknowledged.len() as u128 * 100_000 + number);
            let (status, answer) = self.offer(id, event.clone());
            if status != 201 {
                assert_eq!(status, 503, "{answer}");
                return (id, answer);
            }
        }
        panic!("the space never ends");
    }

    fn ready(&self) -> (u16, String) {
        self.server.ask("GET", "/readyz", "")
    }

    /// Waits until the server is not ready, and says so with these words in its log.
    fn is_not_ready(&self, words: &[&str]) {
        until("not ready", || self.ready().0 == 503);
        words.iter().for_each(|word| self.server.waits_for_log(word));
    }

    /// Stops the server, and looks at the ledger: every event that was acknowledged is in it once, and it is sound.
    fn close(self, ledger: &str) {
        assert_eq!(self.server.end("-TERM"), 0);
        let result = self.place.done(&["verify", ledger]);
        assert!(result.starts_with("sound"), "{result}");
        let found = ids(&self.place.path(ledger));
        assert!(self.acknowledged.is_subset(&found), "lost: {:?}", self.acknowledged.difference(&found));
        let text = fs::read_to_string(self.place.path(ledger)).expect("a ledger");
        // Each checkpoint adds a line with the state of all cases.
        let lines = text.lines().filter(|line| !line.contains("\"type\":\"heads\"")).count();
        assert_eq!(lines, found.len() + 1, "each record once, after the ledger's first line");
    }
}

fn plain() -> Value {
    json!({ "type": "contract_dates_changed", "data": { "contract_expires": "2030-06-30", "evergreen": true } })
}

fn note() -> Value {
    json!({ "type": "note_added", "data": { "text": "a private note ".repeat(100).trim() } })
}

fn full_ledger(place: &Place, disk: &SmallDisk) {
    let mut office = Office::open(place, "small/my.ledger", &[]);
    for number in 0..5 {
        assert_eq!(office.offer(Uuid::from_u128(number + 1), plain()).0, 201);
    }
    disk.fill();
    let (doubtful, answer) = office.until_refused(&plain());
    assert!(matches!(answer["code"].as_str(), Some("in-doubt" | "read-only")), "{answer}");
    assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains("No space left")), "{answer}");
    assert!(!answer.to_string().contains(place.path("").to_str().expect("UTF-8")), "no folder: {answer}");
    office.is_not_ready(&["nothing is recorded any more", "No space left"]);
    // Reading goes on, and nothing is recorded while the disk is full.
    assert_eq!(office.server.ask("GET", &format!("/api/v1/cases/{}", office.case), "").0, 200);
    assert_eq!(office.offer(Uuid::from_u128(9), plain()).0, 503);
    let full = office.acknowledged.len();
    disk.free();
    // Without a restart.
    until("ready again", || office.ready().0 == 200);
    office.server.waits_for_log("events are recorded again");
    assert!(matches!(office.offer(doubtful, plain()).0, 200 | 201));
    assert_eq!(office.offer(Uuid::from_u128(9), plain()).0, 201);
    println!("a full disk under the server: {full} events acknowledged before, all there; the log has the cause");
    office.close("small/my.ledger");
}

#[test]
fn server_goes_on_after_its_disk_was_full() {
    let place = Place::new();
    if let Some(disk) = SmallDisk::in_memory(&place, "small", "1m") {
        full_ledger(&place, &disk);
    }
}

#[test]
fn server_goes_on_after_an_ext4_disk_was_full() {
    let place = Place::new();
    if let Some(disk) = SmallDisk::ext4(&place, "small") {
        full_ledger(&place, &disk);
    }
}

#[test]
fn texts_on_a_full_disk_are_not_recorded_and_later_they_are() {
    let place = Place::new();
    let Some(mut disk) = SmallDisk::in_memory(&place, "small", "64k") else { return };
    let mut office = Office::open(&place, "my.ledger", &[]);
    assert_eq!(office.offer(Uuid::from_u128(1), note()).0, 201);
    disk.bind(&place.path("my.ledger.texts"));
    disk.fill();
    let (refused, answer) = office.until_refused(&note());
    assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains("No space left")), "{answer}");
    office.is_not_ready(&["no confidential text is recorded any more", "No space left"]);
    assert!(office.ready().1.contains(".texts"), "{}", office.ready().1);
    // An event without such a text is recorded all the same.
    assert_eq!(office.offer(Uuid::from_u128(2), plain()).0, 201);
    disk.free();
    // No one has to try first.
    until("ready again", || office.ready().0 == 200);
    assert_eq!(office.offer(refused, note()).0, 201);
    let shown = place.done(&["replay", "my.ledger"]);
    assert_eq!(shown.matches("a private note a private").count(), 50 * (office.acknowledged.len() - 1), "every text");
    office.close("my.ledger");
}

#[test]
fn hold_on_a_full_disk_is_placed_by_the_same_command_again() {
    let place = Place::new();
    let Some(mut disk) = SmallDisk::in_memory(&place, "small", "64k") else { return };
    place.done(&["new", "my.ledger", "--district", "Maple Hollow", "--at", "2025-09-02 09:00"]);
    disk.bind(&place.path("my.ledger"));
    disk.fill();
    // What is left of the last page of the file takes a few lines.
    let reason = "Grievance ".repeat(40);
    let hold = ["hold", "place", "my.ledger", "--all", "--reason", reason.trim_end()];
    let refused = (0..40).map(|_| place.ibbi(&hold)).find(|result| result.code != 0).expect("a full disk");
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.err.contains("No space left") && refused.err.contains("run the same command again"), "{refused:?}");
    assert!(!refused.err.contains("same IDs"), "{refused:?}");
    disk.free();
    place.done(&hold);
    place.done(&["verify", "my.ledger"]);
}

#[test]
fn texts_are_not_shown_while_the_log_of_readers_is_full() {
    let place = Place::new();
    let Some(mut disk) = SmallDisk::in_memory(&place, "small", "64k") else { return };
    let mut office = Office::open(&place, "my.ledger", &[]);
    assert_eq!(office.offer(Uuid::from_u128(1), note()).0, 201);
    let path = format!("/cases/{}", office.case);
    assert_eq!(office.server.ask("GET", &path, "").0, 200);
    disk.bind(&place.path("my.ledger.reads"));
    disk.fill();
    let mut answer = (200, String::new());
    until("a page that can't be logged", || {
        answer = office.server.ask("GET", &path, "");
        answer.0 != 200
    });
    assert!(answer.0 == 503 && !answer.1.contains("a private note"), "{}", answer.1);
    assert!(!answer.1.contains(place.path("").to_str().expect("UTF-8")), "no folder: {}", answer.1);
    office.is_not_ready(&["no confidential text is shown any more", "No space left"]);
    assert_eq!(office.offer(Uuid::from_u128(2), plain()).0, 201, "recording goes on");
    disk.free();
    until("ready again", || office.ready().0 == 200);
    assert!(office.server.ask("GET", &path, "").1.contains("a private note"));
    // A line that was cut off doesn't take the next one with it.
    let reads = fs::read_to_string(place.path("my.ledger.reads")).expect("the log");
    let last: Value = serde_json::from_str(reads.lines().last().expect("a line")).expect("a whole line");
    assert_eq!(last["path"], json!(path));
    let torn = reads.lines().filter(|line| serde_json::from_str::<Value>(line).is_err()).count();
    assert!(torn <= 1 && reads.ends_with('\n'), "{reads}");
    office.close("my.ledger");
}

#[test]
fn records_go_on_while_checkpoints_do_not_fit() {
    let place = Place::new();
    let Some(mut disk) = SmallDisk::in_memory(&place, "small", "64k") else { return };
    place.done(&["keygen", "example.org/office", "office.key"]);
    let mut office = Office::open(&place, "my.ledger", &["--sign", "office.key", "--every", "2"]);
    for number in 0..4 {
        assert_eq!(office.offer(Uuid::from_u128(number + 1), plain()).0, 201);
    }
    disk.bind(&place.path("my.ledger.checkpoints"));
    disk.fill();
    let mut number = 100;
    until("a checkpoint that doesn't fit", || {
        number += 1;
        assert_eq!(office.offer(Uuid::from_u128(number), plain()).0, 201, "the events are recorded");
        office.ready().0 == 503
    });
    office.is_not_ready(&["no checkpoint is signed any more", "No space left"]);
    assert!(office.ready().1.contains(".checkpoints"), "{}", office.ready().1);
    disk.free();
    until("ready again", || office.ready().0 == 200);
    assert_eq!(office.offer(Uuid::from_u128(50), plain()).0, 201);
    office.close("my.ledger");
}

#[test]
fn token_on_a_full_disk_is_an_error_and_the_server_goes_on() {
    let place = Place::new();
    let Some(mut disk) = SmallDisk::in_memory(&place, "small", "64k") else { return };
    let mut office = Office::open(&place, "my.ledger", &[]);
    let first = office.server.token(&place);
    disk.bind(&place.path("my.ledger.access"));
    disk.fill();
    let mut failed = None;
    for number in 0..2000 {
        let made = place.ibbi(&["token", "new", "my.ledger", &format!("client {number}"), "--role", "staff"]);
        if made.code != 0 {
            failed = Some(made);
            break;
        }
    }
    let failed = failed.expect("the space never ends");
    assert_eq!(failed.code, 5, "{failed:?}");
    assert!(failed.err.contains("my.ledger.access") && failed.err.contains("No space left"), "{}", failed.err);
    assert!(failed.out.is_empty(), "a token that isn't stored isn't printed: {}", failed.out);
    // The tokens before it count, and events are recorded.
    assert!(place.done(&["token", "list", "my.ledger"]).contains("client"));
    assert_eq!(office.server.ask_with(&first, "GET", "/api/v1/cases", "").0, 200);
    assert_eq!(office.offer(Uuid::from_u128(1), plain()).0, 201);
    disk.free();
    let token = office.server.token(&place);
    assert_eq!(office.server.ask_with(&token, "GET", "/api/v1/cases", "").0, 200);
    office.close("my.ledger");
}

#[test]
fn ledger_that_is_moved_away_and_back_is_in_the_log() {
    let place = Place::new();
    let mut office = Office::open(&place, "my.ledger", &[]);
    assert_eq!(office.offer(Uuid::from_u128(1), note()).0, 201);
    // Before anyone records, and after someone tried.
    for tried in [false, true] {
        fs::rename(place.path("my.ledger"), place.path("away")).expect("a file");
        if tried {
            assert_eq!(office.offer(Uuid::from_u128(2), plain()).0, 503);
            office.is_not_ready(&["nothing is recorded any more", "deleted, renamed, or replaced"]);
        } else {
            office.is_not_ready(&["the ledger isn't in its place"]);
        }
        fs::rename(place.path("away"), place.path("my.ledger")).expect("a file");
        until("ready again", || office.ready().0 == 200);
        until("recorded again", || office.offer(Uuid::from_u128(3 + u128::from(tried)), plain()).0 == 201);
    }
    office.close("my.ledger");
}
