//! The command line and the web record through one service, so the same offer gets the same answer from both.

use crate::support::Place;
use crate::support::server::Server;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

const ID: &str = "01920000-0000-7000-8000-000000000001";

/// One of the two interfaces, on a ledger of its own with one case.
enum Interface {
    CommandLine { place: Place, case: String },
    Web { server: Server, case: String, _place: Place },
}

impl Interface {
    /// Returns both, each with a case that was opened an hour ago.
    fn both() -> [Self; 2] {
        let opened = text_of(now() - 3600);
        let place = Place::new();
        place.done(&["new", "a.ledger", "--district", "Maple Hollow", "--at", &opened]);
        let case = place.json(&["status", "a.ledger"]).1["case"].as_str().expect("an ID").to_owned();
        let served = Place::new();
        let server = Server::start(&served, &["--ledger", "b.ledger", "--port", "0"]);
        let body = json!({ "at": opened, "data": { "district": "Maple Hollow" } }).to_string();
        let (status, answer) = server.ask("POST", "/api/v1/cases", &body);
        assert_eq!(status, 201, "{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let other = answer["case"].as_str().expect("an ID").to_owned();
        [Self::CommandLine { place, case }, Self::Web { server, case: other, _place: served }]
    }

    /// Records a note, and returns whether it was recorded and the answer.
    fn note(&self, text: &str, at: Option<&str>, id: Option<&str>) -> (bool, Value) {
        match self {
            Self::CommandLine { place, case } => {
                let text = format!("text={text}");
                let mut args = vec!["record", "a.ledger", "--case", case, "note_added", &text];
                args.extend(at.into_iter().flat_map(|at| ["--at", at]));
                args.extend(id.into_iter().flat_map(|id| ["--id", id]));
                let (code, answer) = place.json(&args);
                (code == 0, answer)
            }
            Self::Web { server, case, .. } => {
                let mut body = json!({ "type": "note_added", "data": { "text": text } });
                for (key, value) in [("at", at), ("id", id)] {
                    if let Some(value) = value {
                        body[key] = value.into();
                    }
                }
                let (status, answer) = server.ask("POST", &format!("/api/v1/cases/{case}/events"), &body.to_string());
                (status < 300, serde_json::from_str(&answer).expect("JSON"))
            }
        }
    }
}

/// Returns the time in whole seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs()
}

/// Returns a time as RFC 3339 in UTC.
fn text_of(seconds: u64) -> String {
    let millis = i64::try_from(seconds).expect("a time") * 1000;
    ibbi_core::At::from_millis(millis).expect("a time").to_string()
}

#[test]
fn retry_by_id_without_a_time_is_recorded_once() {
    for interface in Interface::both() {
        let (recorded, first) = interface.note("so", None, Some(ID));
        assert!(recorded && first["existing"] == false, "{first}");
        // By then the clock has moved on.
        std::thread::sleep(std::time::Duration::from_millis(20));
        let (recorded, again) = interface.note("so", None, Some(ID));
        assert!(recorded, "{again}");
        assert_eq!((&again["existing"], &again["seq"], &again["at"]), (&json!(true), &first["seq"], &first["at"]));
        let (recorded, other) = interface.note("something else", None, Some(ID));
        assert!(!recorded, "the ID belongs to another record: {other}");
    }
}

#[test]
fn event_minutes_ahead_does_not_block_the_next_one() {
    for interface in Interface::both() {
        let ahead = text_of(now() + 3 * 60);
        let (recorded, first) = interface.note("from a clock that is three minutes fast", Some(&ahead), None);
        assert!(recorded, "{first}");
        let (recorded, next) = interface.note("without a time", None, None);
        assert!(recorded, "{next}");
        assert_eq!(next["at"], first["at"], "the next event gets the time of the last one");
        let (recorded, refused) = interface.note("ten minutes ahead", Some(&text_of(now() + 600)), None);
        assert!(!recorded, "{refused}");
    }
}

#[test]
fn sixteen_writers_get_no_false_refusal() {
    const WRITERS: usize = 16;
    const EACH: usize = 10;
    for interface in Interface::both() {
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let interface = &interface;
                scope.spawn(move || {
                    for number in 0..EACH {
                        let (recorded, answer) = interface.note(&format!("note {number} of {writer}"), None, None);
                        assert!(recorded, "{answer}");
                    }
                });
            }
        });
        let (_, last) = interface.note("the last one", None, None);
        assert_eq!(last["rev"], json!(1 + WRITERS * EACH + 1), "every event of every writer was recorded once");
    }
    println!("{WRITERS} writers, {EACH} events each, by both interfaces: 0 refusals");
}
