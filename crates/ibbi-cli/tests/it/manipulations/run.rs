//! Running the three tools on one piece of evidence, and what each of them reports.

use crate::support::Place;
use serde_json::Value;
use std::process::Command;

/// What a tool reports about a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reported {
    pub(crate) code: i32,
    pub(crate) sound: bool,
    /// The codes of the faults or findings with their lines. Those of a verification are in its order.
    pub(crate) found: Vec<(String, u64)>,
    /// The lines of which one must have changed, or that are missing, if they are known.
    pub(crate) changed: Option<(u64, u64)>,
    /// How many forks were found.
    pub(crate) forks: usize,
    /// How many faults are not in the list, and what is wrong with each checkpoint.
    pub(crate) unlisted: u64,
    pub(crate) failed: Vec<String>,
    /// How many errors an audit reports.
    pub(crate) errors: u64,
}

impl Reported {
    pub(crate) fn has(&self, code: &str, line: u64) -> bool {
        self.found.iter().any(|found| found.0 == code && found.1 == line)
    }

    /// Whether a checkpoint has a fault that the list has no place for.
    pub(crate) fn has_failed(&self, code: &str) -> bool {
        let text = match code {
            "checkpoint.root" => "Merkle root",
            "checkpoint.truncated" => "covers",
            _ => return false,
        };
        self.unlisted > 0 && self.failed.iter().any(|fault| fault.contains(text))
    }

    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.found.iter().any(|found| found.0 == code)
    }
}

/// Runs `ibbi verify`.
pub(crate) fn verify(place: &Place, file: &str, args: &[&str]) -> Reported {
    let (code, json) = place.json(&[&["verify", file], args].concat());
    let rows = json["faults"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let mut found: Vec<_> = rows.map(|row| (text(&row["code"]), row["line"].as_u64().unwrap())).collect();
    if json["error"].is_object() {
        let error = &json["error"];
        found.push((text(&error["code"]), line_of(error["message"].as_str().unwrap_or_default())));
    }
    let remarks = json["clock"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    found.extend(remarks.map(|row| (text(&row["code"]), row["line"].as_u64().unwrap())));
    for (code, key) in [("texts.missing", "missing"), ("texts.altered", "altered")] {
        let lines = json["texts"][key].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        found.extend(lines.filter_map(|line| Some((code.to_owned(), line.as_u64()?))));
    }
    let span = |key: &str| Some((json[key]["first"].as_u64()?, json[key]["last"].as_u64()?));
    let forks = json["forks"].as_array().map_or(0, Vec::len);
    let changed = span("changed").or_else(|| span("missing"));
    let listed = json["faults"].as_array().map_or(0, |faults| faults.len() as u64);
    let unlisted = json["fault_count"].as_u64().unwrap_or(0).saturating_sub(listed);
    let checkpoints = json["checkpoints"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let failed = checkpoints.filter_map(|row| row["fault"].as_str().map(str::to_owned)).collect();
    Reported { code, sound: json["sound"] == true, found, changed, forks, unlisted, failed, errors: 0 }
}

/// Runs `ibbi audit`.
pub(crate) fn audit(place: &Place, file: &str, args: &[&str]) -> Reported {
    let (code, json) = place.json(&[&["audit", file, "--show", "1000", "--threads", "1"], args].concat());
    let mut found = Vec::new();
    for row in json["findings"].as_array().map(Vec::as_slice).unwrap_or_default() {
        for first in row["first"].as_array().unwrap() {
            found.push((text(&row["code"]), first["line"].as_u64().unwrap_or(0)));
        }
    }
    let errors = json["errors"].as_u64().unwrap_or(0);
    Reported { code, sound: json["sound"] == true, found, errors, ..Reported::default() }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether Python is there.
pub(crate) fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: python3 is not installed");
    }
    found
}

/// Returns the number after the first `line ` of a text, or 0.
pub(crate) fn line_of(text: &str) -> u64 {
    let Some((_, rest)) = text.split_once("line ") else { return 0 };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().unwrap_or(0)
}

/// Returns the codes of an audit for a fault of a verification.
pub(crate) fn audit_codes(code: &'static str) -> Vec<&'static str> {
    match code {
        code if code.starts_with("line.") => vec!["line.malformed"],
        "ledger.opening" => vec!["ledger.no-opening", "ledger.second-opening"],
        code => vec![code],
    }
}

/// Returns whether a verification of the chain alone reports a fault: one of the links, or of a checkpoint.
pub(crate) fn is_of_chain(code: &str) -> bool {
    matches!(code, "chain.prev" | "chain.seq") || code.starts_with("checkpoint.")
}
