//! The files of a release: their names, and their entries in canonical form.

use ibbi_log::{Digest, Uuid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) const HEAD: &str = "release.json";
pub(super) const NOTE: &str = "release.note";
pub(super) const LINES: &str = "lines.jsonl";
pub(super) const TEXTS: &str = "released-texts.jsonl";
pub(super) const WITHHELD: &str = "withheld.jsonl";
/// The files that are checked entry by entry.
pub(super) const DATA: [&str; 3] = [LINES, TEXTS, WITHHELD];

/// The content of `release.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// The cases that the release is about, in the order of their IDs; all cases if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cases: Option<Vec<Uuid>>,
    /// The signed checkpoint.
    pub(super) checkpoint: String,
    /// The SHA-256 of each other file.
    pub(super) files: BTreeMap<String, String>,
    /// The version of the format.
    pub(super) release: u32,
    /// The name of the key that signed `release.note`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signer: Option<String>,
}

/// An entry of `released-texts.jsonl`: a text with what is needed to check it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextEntry {
    #[serde(with = "hexadecimal")]
    pub(super) digest: Digest,
    pub(super) line: u64,
    pub(super) salt: String,
    pub(super) text: String,
}

/// Whether something is withheld because the law exempts it, or because the office doesn't have it any more or can't find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Basis {
    /// The text was destroyed under a retention rule.
    Destroyed,
    Exempt,
    NotAvailable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    Line,
    Text,
}

/// An entry of `withheld.jsonl`: what is withheld, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithheldEntry {
    pub(super) basis: Basis,
    pub(super) case: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exemption: Option<String>,
    /// The type of the event.
    pub(super) kind: String,
    pub(super) line: u64,
    pub(super) reason: String,
    pub(super) rev: u64,
    /// The digest of the text as it is in the line, or that of the line.
    #[serde(with = "hexadecimal")]
    pub(super) sha256: Digest,
    pub(super) what: Part,
}

/// An entry that belongs to a line of the ledger.
pub(super) trait LineEntry: Serialize + for<'a> Deserialize<'a> {
    fn line(&self) -> u64;
}

impl LineEntry for TextEntry {
    fn line(&self) -> u64 {
        self.line
    }
}

impl LineEntry for WithheldEntry {
    fn line(&self) -> u64 {
        self.line
    }
}

/// A digest as 64 digits.
mod hexadecimal {
    use ibbi_log::Digest;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(digest)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Returns a value in canonical form, with a line feed.
pub(super) fn json_line(value: &impl Serialize) -> Vec<u8> {
    // Writing such a value to memory can't fail.
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Reads a value in canonical form only, without its line feed.
pub(super) fn read_json<T: Serialize + for<'a> Deserialize<'a>>(bytes: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(bytes).ok()?;
    (serde_json::to_vec(&read).ok()? == bytes).then_some(read)
}

/// Reads a file with one entry for each line of the ledger.
///
/// # Errors
/// Returns what is wrong, with the name of the file.
pub(super) fn entries_by_line<T: LineEntry>(name: &str, bytes: &[u8]) -> Result<BTreeMap<u64, T>, String> {
    let mut entries: BTreeMap<u64, T> = BTreeMap::new();
    if bytes.is_empty() {
        return Ok(entries);
    }
    let text = bytes.strip_suffix(b"\n").ok_or_else(|| format!("{name}: the file is cut off"))?;
    for (line, place) in text.split(|byte| *byte == b'\n').zip(1..) {
        let entry: T = read_json(line)
            .filter(|entry: &T| entry.line() > 0)
            .ok_or_else(|| format!("{name}: entry {place}: it is not an entry of this file"))?;
        let number = entry.line();
        if entries.last_key_value().is_some_and(|(last, _)| *last >= number) {
            let reason = "its entry must be once in the file, in the order of the lines";
            return Err(format!("{name}: line {number}: {reason}"));
        }
        entries.insert(number, entry);
    }
    Ok(entries)
}
