//! The envelope of a line (every field except the inside of `data`), read fast and strictly.
//!
//! The fields before `data` are read from the front and those after it from the back. `data` is what remains in the
//! middle, so nothing is searched for. If a line is refused here, [`crate::explain`] reads it again slowly and finds what is
//! wrong.
//!
//! This reader is handwritten: with it, chain verification reads several million lines per second (docs/performance.md),
//! more than a general JSON parser allows.

use crate::digest::{are_hex, from_hex};
use crate::instant::instant;
use crate::scan::{Head, Tail};
use ibbi_core::{ActPlace, At, EventKind, Precision, Stage};
use std::borrow::Cow;
use uuid::Uuid;

/// The longest line, in bytes without its LF.
pub const MAX_LINE: usize = 64 * 1024;

/// The largest number in a line: 2^53 - 1, the largest that every JSON reader keeps exact.
pub use ibbi_core::MAX_NUMBER;

/// The version of the line format that this crate writes: the `v` of every new line. It also reads version 1.
pub const LINE_VERSION: u64 = 2;

/// The `type` of a ledger's first line.
pub const OPENING_TYPE: &str = "ledger_opened";

/// The `type` of the line after which a ledger that began in format 1 has format 2.
pub const FORMAT_TYPE: &str = "format_changed";

/// The `type` of a line with the state of all cases, which the writer adds before each checkpoint.
pub const HEADS_TYPE: &str = "heads";

/// The `type` of a line that places a legal hold.
pub const HOLD_PLACED_TYPE: &str = "hold_placed";

/// The `type` of a line that lifts a legal hold.
pub const HOLD_LIFTED_TYPE: &str = "hold_lifted";

/// The `type` of a line that destroys confidential texts.
pub const TEXTS_DESTROYED_TYPE: &str = "texts_destroyed";

/// The types of the lines about the custody of confidential texts.
pub(crate) const CUSTODY_TYPES: [&str; 3] = [HOLD_PLACED_TYPE, HOLD_LIFTED_TYPE, TEXTS_DESTROYED_TYPE];

/// A line's envelope. `actor` and `data` are still as they are in the line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line<'a> {
    /// The inside of the JSON string, escapes unresolved.
    pub(crate) actor: &'a str,
    pub(crate) at: At,
    pub(crate) data: &'a str,
    pub(crate) id: Uuid,
    pub(crate) logged: At,
    /// The digits of `prev`, which are those of a digest.
    pub(crate) prev: &'a [u8; 64],
    pub(crate) seq: u64,
    pub(crate) subject: LineSubject,
    /// The type of the line.
    pub(crate) kind: &'a str,
    /// The version of the format: 1 or 2.
    pub(crate) version: u8,
    /// What only some lines have.
    pub(crate) details: Option<Box<LineDetails<'a>>>,
}

/// The fields that only some lines of format 2 have. Texts are the inside of their JSON strings, escapes unresolved.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct LineDetails<'a> {
    pub(crate) act: Option<ActPlace>,
    /// The issuer and the subject.
    pub(crate) identity: Option<(&'a str, &'a str)>,
    pub(crate) on_behalf: Option<&'a str>,
    pub(crate) precision: Precision,
    pub(crate) replaces: Option<u64>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineSubject {
    /// The ledger itself: its first line.
    Ledger,
    /// The ledger itself: the change to format 2.
    Format,
    /// All cases: their last lines.
    Heads,
    /// Confidential texts: a legal hold, or a destruction.
    Custody,
    /// An event of a case.
    Case {
        /// The case.
        case: Uuid,
        /// The record's number in its case, from 1.
        rev: u64,
        /// The stage after the event.
        to: Stage,
        /// The kind of event.
        kind: EventKind,
    },
}

impl LineSubject {
    /// Reads what a line is about, from a line without its LF. Returns `None` if any field is wrong except `data`, which
    /// isn't read.
    pub fn read(line: &[u8]) -> Option<Self> {
        core::str::from_utf8(line).ok().and_then(Line::parse).map(|line| line.subject)
    }
}

impl<'a> Line<'a> {
    /// Reads an envelope in its canonical form. It doesn't read `data`.
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        if line.len() > MAX_LINE {
            return None;
        }
        let mut head = Head(line);
        let mut details = LineDetails::default();
        if head.expect("{\"actor\":\"").is_none() {
            details.act = Some(head.act()?);
            head.expect(",\"actor\":\"")?;
        }
        let actor = head.string()?;
        head.expect(",\"at\":\"")?;
        let at = instant(head.take(24)?)?;
        head.expect("\"")?;
        let case = if head.expect(",\"case\":\"").is_some() {
            let case = read_uuid(head.take(36)?)?;
            head.expect("\"")?;
            Some(case)
        } else {
            None
        };
        head.expect(",\"data\":")?;

        let mut tail = Tail(head.0);
        let version = tail.version()?;
        let kind = tail.code()?;
        tail.expect(",\"type\":")?;
        let to = if case.is_some() {
            let to = tail.code()?;
            tail.expect(",\"to\":")?;
            Some(to)
        } else {
            None
        };
        let seq = tail.number()?;
        tail.expect(",\"seq\":")?;
        let rev = if case.is_some() {
            let rev = tail.number()?;
            tail.expect(",\"rev\":")?;
            Some(rev)
        } else {
            None
        };
        if !tail.0.ends_with('"') {
            details.replaces = Some(tail.number()?);
            tail.expect(",\"replaces\":")?;
        }
        tail.expect("\"")?;
        let prev: &[u8; 64] = tail.take(64)?.as_bytes().try_into().ok()?;
        are_hex(prev).then_some(())?;
        tail.expect(",\"prev\":\"")?;
        let logged = match tail.logged() {
            Some(logged) => logged,
            None => {
                (details.precision, details.on_behalf) = tail.details()?;
                tail.logged()?
            }
        };
        if tail.0.ends_with('}') {
            details.identity = Some(tail.identity()?);
        }
        tail.expect("\"")?;
        let id = read_uuid(tail.take(36)?)?;
        tail.expect(",\"id\":\"")?;

        let subject = match (case, rev, to) {
            (Some(case), Some(rev), Some(to)) => {
                LineSubject::Case { case, rev, to: stage(to)?, kind: EventKind::from_code(kind)? }
            }
            _ => match kind {
                OPENING_TYPE => LineSubject::Ledger,
                FORMAT_TYPE if version > 1 => LineSubject::Format,
                HEADS_TYPE if version > 1 => LineSubject::Heads,
                kind if version > 1 && CUSTODY_TYPES.contains(&kind) => LineSubject::Custody,
                _ => return None,
            },
        };
        let details = (details != LineDetails::default()).then(|| Box::new(details));
        if details.is_some() && (version == 1 || case.is_none()) {
            return None;
        }
        Some(Self { actor, at, data: tail.0, id, logged, prev, seq, subject, kind, version, details })
    }
}

/// Resolves the inside of a JSON string, if every escape in it is in canonical form.
pub(crate) fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => escaped,
                _ => return None,
            },
            _ => character,
        });
    }
    Some(Cow::Owned(plain))
}

/// Returns the stage with this code, if a case can be in it after an event.
pub(crate) fn stage(code: &str) -> Option<Stage> {
    Stage::from_code(code).filter(|stage| *stage != Stage::Unopened)
}

/// Reads a UUID in the one form that ledgers use: 36 characters, lower case, with hyphens.
pub fn read_uuid(text: &str) -> Option<Uuid> {
    uuid_of(text.as_bytes())
}

/// Reads a UUID as [`read_uuid`] does, from bytes that need not be UTF-8.
#[inline]
pub(crate) fn uuid_of(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; 36] = text.try_into().ok()?;
    if [text[8], text[13], text[18], text[23]] != *b"----" {
        return None;
    }
    let mut digits = [0; 32];
    digits[..8].copy_from_slice(&text[..8]);
    digits[8..12].copy_from_slice(&text[9..13]);
    digits[12..16].copy_from_slice(&text[14..18]);
    digits[16..20].copy_from_slice(&text[19..23]);
    digits[20..].copy_from_slice(&text[24..]);
    from_hex(&digits).map(Uuid::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENING: &str = concat!(
        r#"{"actor":"a","at":"2026-10-02T20:00:00.000Z","data":{},"id":"00000000-0000-0000-0000-00000000000a","#,
        r#""logged":"2026-10-02T20:00:00.000Z","prev":"0000000000000000000000000000000000000000000000000000000000000000","#,
        r#""seq":1,"type":"ledger_opened","v":1}"#
    );

    #[test]
    fn opening_is_read() {
        let line = Line::parse(OPENING).unwrap();
        assert_eq!((line.actor, line.data, line.seq, line.subject), ("a", "{}", 1, LineSubject::Ledger));
        assert_eq!(line.id, Uuid::from_u128(10));
    }

    #[test]
    fn an_opening_with_a_field_of_an_event_is_refused() {
        for (from, to) in [
            ("\"seq\"", "\"rev\":1,\"seq\""),
            (",\"data\"", ",\"case\":\"00000000-0000-0000-0000-00000000000a\",\"data\""),
            ("\"type\"", "\"to\":\"closed\",\"type\""),
            ("ledger_opened", "note_added"),
        ] {
            assert_eq!(Line::parse(&OPENING.replace(from, to)), None, "{from} to {to}");
        }
    }

    #[test]
    fn a_uuid_has_one_spelling() {
        let text = "01234567-89ab-cdef-0123-456789abcdef";
        assert_eq!(read_uuid(text).unwrap().to_string(), text);
        for wrong in
            ["", &text.to_uppercase(), &text.replace('-', ""), &text.replace('-', "0"), &text.replace('a', "g")]
        {
            assert_eq!(read_uuid(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_quote_and_a_backslash_are_escaped() {
        assert_eq!(unescape("plain").as_deref(), Some("plain"));
        assert_eq!(unescape(r#"a\"b\\c"#).as_deref(), Some(r#"a"b\c"#));
        for wrong in [r"\/", r"\u0041", r"\n", "\\"] {
            assert_eq!(unescape(wrong), None, "{wrong}");
        }
    }
}
