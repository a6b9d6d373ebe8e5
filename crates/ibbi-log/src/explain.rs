//! The slow reader, which finds what is wrong with a line that the fast reader refuses.

use crate::custody::read_custody_data;
use crate::ledger_data::{self, DataFault};
use crate::line::{CUSTODY_TYPES, FORMAT_TYPE, HEADS_TYPE, LINE_VERSION, MAX_LINE, OPENING_TYPE, read_uuid, stage};
use crate::record;
use crate::scan::act_place;
use crate::strict_json::{self, Found, Node, Value};
use crate::{Digest, FaultKind};
use ibbi_core::{At, EventKind, IdentityText, Name};

/// The keys of a line about the ledger itself, in their order.
const OPENING_KEYS: &[&str] = &["actor", "at", "data", "id", "logged", "prev", "seq", "type", "v"];
/// The keys of a line about a case, in their order.
const EVENT_KEYS: &[&str] = &["actor", "at", "case", "data", "id", "logged", "prev", "rev", "seq", "to", "type", "v"];
/// The keys that a line about a case can have in format 2.
const DETAIL_KEYS: &[&str] = &["act", "identity", "on_behalf", "precision", "replaces"];

/// Returns what is wrong with a line by itself, and at which of its bytes. Returns `None` if the line is valid.
///
/// The line has no LF. Its place in a ledger (`prev`, `seq`, `rev`) isn't checked; [`crate::LedgerReader`] does that.
///
/// ```
/// let (column, fault) = ibbi_log::explain(b"{\"actor\": \"a\"}").unwrap();
/// assert_eq!((column, fault.code()), (9, "line.white-space"));
/// ```
pub fn explain(line: &[u8]) -> Option<(usize, FaultKind)> {
    check(line).err()
}

fn check(line: &[u8]) -> Result<(), Found> {
    if line.is_empty() {
        return Err((0, FaultKind::Empty));
    }
    if line.len() > MAX_LINE {
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        return Err((MAX_LINE, FaultKind::TooLong { length }));
    }
    if line.starts_with("\u{feff}".as_bytes()) {
        return Err((0, FaultKind::ByteOrderMark));
    }
    if line.ends_with(b"\r") {
        return Err((line.len() - 1, FaultKind::CarriageReturn));
    }
    let line = core::str::from_utf8(line).map_err(|error| (error.valid_up_to(), FaultKind::NotUtf8))?;
    let node = strict_json::read(line)?;
    let Value::Object(fields) = node.value else {
        return Err((0, FaultKind::Syntax { expected: "an object" }));
    };
    Envelope { line, fields: &fields }.check()
}

struct Envelope<'a> {
    line: &'a str,
    fields: &'a [(String, usize, Node)],
}

impl Envelope<'_> {
    fn check(&self) -> Result<(), Found> {
        let version = self.number("v").ok().filter(|version| (1..=LINE_VERSION).contains(version));
        let kind = self.text("type").map(|(_, kind)| kind).unwrap_or_default();
        let is_later_kind =
            version != Some(1) && ([FORMAT_TYPE, HEADS_TYPE].contains(&kind) || CUSTODY_TYPES.contains(&kind));
        let is_of_ledger = kind == OPENING_TYPE || is_later_kind;
        let keys = if is_of_ledger { OPENING_KEYS } else { EVENT_KEYS };
        let details = if is_of_ledger || version == Some(1) { &[] } else { DETAIL_KEYS };
        let is_known = |key: &str| keys.contains(&key) || details.contains(&key);
        if let Some((key, place, _)) = self.fields.iter().find(|(key, ..)| !is_known(key)) {
            return Err((*place, FaultKind::UnknownKey { key: key.clone() }));
        }
        for key in keys {
            self.field(key)?;
        }

        self.name("actor")?;
        self.value("at", "an instant such as 2026-10-02T20:00:00.000Z", |text| text.parse::<At>().is_ok())?;
        self.value("id", UUID, |text| read_uuid(text).is_some())?;
        self.value("logged", "an instant such as 2026-10-02T20:00:00.000Z", |text| text.parse::<At>().is_ok())?;
        self.value("prev", "64 lower-case hexadecimal digits", |text| text.parse::<Digest>().is_ok())?;
        self.counting("seq")?;
        self.number("v")?;
        let Some(version) = version.and_then(|version| u8::try_from(version).ok()) else {
            return Err((self.field("v")?.span.start, FaultKind::Value { key: "v", expected: "1 or 2" }));
        };
        if is_of_ledger {
            return match kind {
                FORMAT_TYPE => self.data(|data| ledger_data::read_format_data(data, version).map(drop), kind),
                HEADS_TYPE => self.data(|data| ledger_data::read_heads_data(data).map(drop), kind),
                _ if is_later_kind => self.data(|data| read_custody_data(kind, data).map(drop), kind),
                _ => self.data(|data| ledger_data::read_opening_data(data, version).map(drop), kind),
            };
        }
        self.details()?;
        self.value("case", UUID, |text| read_uuid(text).is_some())?;
        self.counting("rev")?;
        self.code("to", |code| stage(code).map(drop))?;
        let (_, kind) = self.text("type")?;
        let known = EventKind::from_code(kind);
        self.code("type", |_| known.map(drop))?;
        match known {
            Some(known) => self.data(|data| record::read_event(known, version, data, &mut Vec::new()).map(drop), kind),
            None => Ok(()),
        }
    }

    /// Checks the fields that only some lines have.
    fn details(&self) -> Result<(), Found> {
        if self.has("act") {
            let span = self.field("act")?.span.clone();
            let start = span.start;
            let expected = "the place of a record in its act, such as [2,3], in an act of 2 to 500 records";
            act_place(&self.line[span]).ok_or((start, FaultKind::Value { key: "act", expected }))?;
        }
        if self.has("on_behalf") {
            self.name("on_behalf")?;
        }
        if self.has("precision") {
            self.value("precision", "`day`", |text| text == "day")?;
        }
        if self.has("replaces") {
            self.counting("replaces")?;
        }
        if self.has("identity") { self.identity() } else { Ok(()) }
    }

    fn identity(&self) -> Result<(), Found> {
        let node = self.field("identity")?;
        let wrong = |place| (place, FaultKind::Value { key: "identity", expected: "an issuer and a subject" });
        let Value::Object(fields) = &node.value else { return Err(wrong(node.span.start)) };
        let keys: Vec<&str> = fields.iter().map(|(key, ..)| key.as_str()).collect();
        if keys != ["issuer", "subject"] {
            return Err(wrong(node.span.start));
        }
        for (_, _, node) in fields {
            let Value::Text(text) = &node.value else { return Err(wrong(node.span.start)) };
            IdentityText::new(text).map_err(|_| wrong(node.span.start))?;
        }
        Ok(())
    }

    fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|(known, ..)| known == key)
    }

    fn field(&self, key: &'static str) -> Result<&Node, Found> {
        let found = self.fields.iter().find(|(known, ..)| known == key).map(|(_, _, node)| node);
        found.ok_or((self.line.len() - 1, FaultKind::MissingKey { key }))
    }

    fn text(&self, key: &'static str) -> Result<(usize, &str), Found> {
        let node = self.field(key)?;
        match &node.value {
            Value::Text(text) => Ok((node.span.start, text)),
            _ => Err((node.span.start, FaultKind::Value { key, expected: "a text" })),
        }
    }

    fn number(&self, key: &'static str) -> Result<u64, Found> {
        let node = self.field(key)?;
        match node.value {
            Value::Number(number) => Ok(number),
            _ => Err((node.span.start, FaultKind::Value { key, expected: "a number" })),
        }
    }

    /// Checks that a value is a number from 1.
    fn counting(&self, key: &'static str) -> Result<(), Found> {
        match self.number(key)? {
            0 => Err((self.field(key)?.span.start, FaultKind::Value { key, expected: "a number from 1" })),
            _ => Ok(()),
        }
    }

    fn value(&self, key: &'static str, expected: &'static str, good: impl Fn(&str) -> bool) -> Result<(), Found> {
        let (place, text) = self.text(key)?;
        if good(text) { Ok(()) } else { Err((place, FaultKind::Value { key, expected })) }
    }

    fn name(&self, key: &'static str) -> Result<(), Found> {
        let (place, text) = self.text(key)?;
        Name::new(text).map(drop).map_err(|error| (place, FaultKind::Text { key, reason: error.to_string() }))
    }

    fn code(&self, key: &'static str, known: impl Fn(&str) -> Option<()>) -> Result<(), Found> {
        let (place, found) = self.text(key)?;
        known(found).ok_or_else(|| (place, FaultKind::Code { key, found: found.chars().take(60).collect() }))
    }

    fn data(&self, read: impl Fn(&str) -> Result<(), DataFault>, kind: &str) -> Result<(), Found> {
        let span = self.field("data")?.span.clone();
        let start = span.start;
        read(&self.line[span]).map_err(|fault| match fault {
            DataFault::Refused { column, reason } => {
                (start + column, FaultKind::Payload { kind: kind.to_owned(), reason })
            }
            DataFault::Spelling { column, expected } => (start + column, FaultKind::NotCanonical { expected }),
        })
    }
}

const UUID: &str = "a UUID of 36 lower-case characters with hyphens";
