//! The slow reader, which finds what is wrong with a line that the fast reader refuses.

use crate::line::{LINE_VERSION, MAX_LINE, OPENING_TYPE, read_uuid, stage};
use crate::record::{self, DataFault};
use crate::strict_json::{self, Found, Node, Value};
use crate::{Digest, FaultKind};
use ibbi_core::{At, EventKind, Name};

/// The keys of a line about the ledger itself, in their order.
const OPENING_KEYS: &[&str] = &["actor", "at", "data", "id", "logged", "prev", "seq", "type", "v"];
/// The keys of a line about a case, in their order.
const EVENT_KEYS: &[&str] = &["actor", "at", "case", "data", "id", "logged", "prev", "rev", "seq", "to", "type", "v"];

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
        let opening = self.text("type").is_ok_and(|(_, kind)| kind == OPENING_TYPE);
        let keys = if opening { OPENING_KEYS } else { EVENT_KEYS };
        if let Some((key, place, _)) = self.fields.iter().find(|(key, ..)| !keys.contains(&key.as_str())) {
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
        if self.number("v")? != LINE_VERSION {
            return Err((self.field("v")?.span.start, FaultKind::Value { key: "v", expected: "1" }));
        }
        if opening {
            return self.data(|data| record::read_opening_data(data).map(drop), OPENING_TYPE);
        }
        self.value("case", UUID, |text| read_uuid(text).is_some())?;
        self.counting("rev")?;
        self.code("to", |code| stage(code).map(drop))?;
        let (_, kind) = self.text("type")?;
        let known = EventKind::from_code(kind);
        self.code("type", |_| known.map(drop))?;
        match known {
            Some(known) => self.data(|data| record::read_event(known, data, &mut Vec::new()).map(drop), kind),
            None => Ok(()),
        }
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
