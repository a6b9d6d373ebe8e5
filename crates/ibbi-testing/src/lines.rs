//! A ledger as lines that a test changes.

use crate::golden;
use ibbi_log::Digest;
use serde_json::Value;

/// A ledger as lines that can be changed.
#[derive(Debug, Clone)]
pub struct Lines(
    /// The lines without line feeds.
    pub Vec<String>,
);

impl Lines {
    /// Returns the lines of a ledger.
    pub fn of(bytes: &[u8]) -> Self {
        Self(std::str::from_utf8(bytes).expect("UTF-8").lines().map(str::to_owned).collect())
    }

    /// Returns the lines of a golden ledger of format 1.
    pub fn golden(name: &str) -> Self {
        Self::of(&golden(name))
    }

    /// Returns the ledger as a file has it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.iter().map(|line| line.len() + 1).sum());
        for line in &self.0 {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
        }
        bytes
    }

    /// Returns a line, counted from 1, as JSON.
    pub fn json(&self, line: usize) -> Value {
        serde_json::from_str(&self.0[line - 1]).expect("a line is JSON")
    }

    /// Changes a line, counted from 1, as JSON. Its keys stay sorted.
    #[must_use]
    pub fn edit(mut self, line: usize, change: impl FnOnce(&mut Value)) -> Self {
        let mut value = self.json(line);
        change(&mut value);
        self.0[line - 1] = value.to_string();
        self
    }

    /// Sets a key of a line, such as `at` or `data.chart`.
    #[must_use]
    pub fn set(self, line: usize, key: &str, value: impl Into<Value>) -> Self {
        self.edit(line, |json| {
            let mut place = json;
            for part in key.split('.') {
                place = &mut place[part];
            }
            *place = value.into();
        })
    }

    /// Replaces text in a line.
    #[must_use]
    pub fn replace(mut self, line: usize, from: &str, to: &str) -> Self {
        assert!(self.0[line - 1].contains(from), "line {line} holds no {from}: {}", self.0[line - 1]);
        self.0[line - 1] = self.0[line - 1].replacen(from, to, 1);
        self
    }

    /// Removes a line, counted from 1.
    #[must_use]
    pub fn remove(mut self, line: usize) -> Self {
        self.0.remove(line - 1);
        self
    }

    /// Inserts a line, which then has this number.
    #[must_use]
    pub fn insert(mut self, line: usize, text: String) -> Self {
        self.0.insert(line - 1, text);
        self
    }

    /// Swaps two lines.
    #[must_use]
    pub fn swap(mut self, one: usize, other: usize) -> Self {
        self.0.swap(one - 1, other - 1);
        self
    }

    /// Corrects the chain: every line names the digest of the line before.
    #[must_use]
    pub fn chained(mut self) -> Self {
        let mut prev = Digest::ZERO;
        for line in &mut self.0 {
            let hex = prev.to_hex();
            let hex = core::str::from_utf8(&hex).expect("digits");
            // Only text after the event's data has this key without escapes.
            let key = "\"prev\":\"";
            let start = line.rfind(key).expect("a line has `prev`") + key.len();
            let end = start + line[start..].find('"').expect("the end of the digest");
            if &line[start..end] != hex {
                line.replace_range(start..end, hex);
            }
            prev = Digest::sha256(line.as_bytes());
        }
        self
    }

    /// Corrects the numbers of the ledger and of each case, then the chain.
    #[must_use]
    pub fn numbered(mut self) -> Self {
        let mut revs = std::collections::HashMap::new();
        for (index, line) in self.0.iter_mut().enumerate() {
            let mut value: Value = serde_json::from_str(line).expect("a line is JSON");
            value["seq"] = (index + 1).into();
            if let Some(case) = value["case"].as_str().map(str::to_owned) {
                let rev = revs.entry(case).or_insert(0_u64);
                *rev += 1;
                value["rev"] = (*rev).into();
            }
            *line = value.to_string();
        }
        self.chained()
    }

    /// Returns the first line with a kind of event, from 1.
    pub fn find(&self, kind: &str) -> usize {
        let key = format!("\"type\":\"{kind}\"");
        1 + self.0.iter().position(|line| line.contains(&key)).unwrap_or_else(|| panic!("no {kind}"))
    }
}
