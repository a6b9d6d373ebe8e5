//! A line of a ledger or an extract, as a comparison matches it with a line of the other one.

use ibbi_log::{
    Digest, FORMAT_TYPE, HEADS_TYPE, HOLD_LIFTED_TYPE, HOLD_PLACED_TYPE, OPENING_TYPE, TEXTS_DESTROYED_TYPE, Uuid,
    case_of,
};
use serde::Serialize;
use serde_json::{Map, Value};

/// The kinds of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A record of a case.
    Record,
    /// The ledger's first line.
    Opening,
    /// A change of the ledger's format.
    Format,
    /// The last lines of all cases.
    Heads,
    /// A legal hold, or the destruction of texts.
    Custody,
    /// The first line of an extract, with the checkpoint.
    ExtractHead,
    /// The proof of a line of an extract.
    Proof,
    /// The place of an extract's case in the last lines of all cases.
    CasePath,
    /// A JSON object that isn't any of these.
    Other,
    /// A line that isn't a JSON object, or an incomplete last line.
    Unreadable,
}

impl LineKind {
    /// Returns whether only extracts have such lines.
    pub(super) const fn is_of_extract(self) -> bool {
        matches!(self, Self::ExtractHead | Self::Proof | Self::CasePath)
    }

    fn of(fields: &Map<String, Value>, case: Option<Uuid>) -> Self {
        match fields.get("type").and_then(Value::as_str) {
            Some(OPENING_TYPE) => Self::Opening,
            Some(FORMAT_TYPE) => Self::Format,
            Some(HEADS_TYPE) => Self::Heads,
            Some(HOLD_PLACED_TYPE | HOLD_LIFTED_TYPE | TEXTS_DESTROYED_TYPE) => Self::Custody,
            Some(_) if case.is_some() => Self::Record,
            _ if fields.contains_key("extract") => Self::ExtractHead,
            _ if fields.contains_key("proof") => Self::Proof,
            _ if fields.contains_key("path") => Self::CasePath,
            _ if case.is_some() => Self::Record,
            _ => Self::Other,
        }
    }
}

/// A line to match.
pub(super) struct ComparedLine {
    /// Its number in the file, from 1.
    pub(super) number: u64,
    /// Its digest; nothing for an incomplete last line.
    pub(super) digest: Option<Digest>,
    /// The digest of the line before it.
    pub(super) before: Option<Digest>,
    pub(super) bytes: Vec<u8>,
    pub(super) kind: LineKind,
    pub(super) case: Option<Uuid>,
    /// Its place among the records of its case, or among the lines of its kind, from 1.
    pub(super) ordinal: u64,
    /// Its fields, unless it is unreadable.
    pub(super) fields: Option<Map<String, Value>>,
}

impl ComparedLine {
    /// Reads a line. Its ordinal and the digest before it are not known yet.
    pub(super) fn read(number: u64, digest: Option<Digest>, bytes: Vec<u8>) -> Self {
        let fields = match serde_json::from_slice(&bytes) {
            Ok(Value::Object(fields)) if digest.is_some() => Some(fields),
            _ => None,
        };
        let case = match &fields {
            // The head of an extract also has a case.
            Some(fields) if !fields.contains_key("extract") => {
                fields.get("case").and_then(Value::as_str).and_then(|case| case.parse().ok())
            }
            Some(_) => None,
            None => case_of(&bytes),
        };
        let kind = fields.as_ref().map_or(LineKind::Unreadable, |fields| LineKind::of(fields, case));
        Self { number, digest, before: None, bytes, kind, case, ordinal: 0, fields }
    }

    /// Returns a field that is a text.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.fields.as_ref()?.get(field)?.as_str()
    }

    /// Returns a field that is a whole number.
    pub(super) fn whole(&self, field: &str) -> Option<u64> {
        self.fields.as_ref()?.get(field)?.as_u64()
    }

    /// Returns what a line is matched by first: its case and its ID.
    pub(super) fn id(&self) -> Option<(Option<Uuid>, String)> {
        Some((self.case, self.text("id")?.to_owned()))
    }

    /// Returns whether the line states the digest of the line before it.
    pub(super) fn is_chained(&self) -> bool {
        let before = self.before.map(|digest| digest.to_string());
        before.is_some_and(|before| self.text("prev") == Some(before.as_str()))
    }
}
