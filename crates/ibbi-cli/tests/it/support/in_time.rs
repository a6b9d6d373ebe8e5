//! Ledgers as they are if each event was recorded when it happened.

use super::Place;
use ibbi_log::Digest;
use serde_json::{Value, json};

/// Gives each line of a ledger without checkpoints the time of its event as the time when it was written, and links the lines again. The
/// time of a retention rule counts from then on, and tests must not wait for it.
pub(crate) fn record_in_time(place: &Place, ledger: &str) {
    let text = std::fs::read_to_string(place.path(ledger)).expect("a ledger");
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut logged = lines[1]["at"].as_str().expect("a time").to_owned();
    lines[0]["at"] = json!(logged);
    let (mut out, mut prev) = (String::new(), lines[0]["prev"].clone());
    for mut line in lines {
        if let Some(at) = line["case"].as_str().and(line["at"].as_str()).filter(|at| *at > &*logged) {
            logged = at.to_owned();
        }
        (line["logged"], line["prev"]) = (json!(logged), prev);
        let line = line.to_string();
        prev = json!(Digest::sha256(line.as_bytes()).to_string());
        out += &(line + "\n");
    }
    std::fs::write(place.path(ledger), out).expect("a file");
    place.done(&["verify", ledger]);
}
