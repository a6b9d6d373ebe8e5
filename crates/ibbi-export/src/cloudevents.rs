//! Records as messages: CloudEvents 1.0 in its JSON format.
//!
//! | attribute | what it holds |
//! |---|---|
//! | `specversion` | `1.0` |
//! | `id` | the case's id, a slash, and the record's id, which is unique in its case |
//! | `source` | the ledger's origin, with what no URI may hold percent-encoded |
//! | `type` | `ibbi.`, the kind of event, and `.v` with the version of the line format: `ibbi.party_decided.v1` |
//! | `subject` | the case's id |
//! | `time` | when it happened |
//! | `datacontenttype` | `application/json` |
//! | `data` | what the event carries, byte for byte as in the ledger |
//!
//! and these extensions:
//!
//! | extension | what it holds |
//! |---|---|
//! | `actor` | who recorded it |
//! | `logged` | when it was written down, a timestamp |
//! | `prevhash` | the SHA-256 of the line before it in the ledger |
//! | `rev` | the record's number in its case |
//! | `sequence` | its number in the ledger: the published extension of this name, sixteen digits, so that it orders as text |
//! | `stage` | the stage after it, as recorded |
//! | `voidedby` | the `sequence` of the record that voids it |
//!
//! Numbers are texts, for an integer of CloudEvents has 32 bits and a ledger's numbers go further. There is no
//! `dataschema`: it has to be an absolute URI, and this project has no domain to make one of.
//!
//! Voided events and voids are messages like all others. A stream cannot take back what was sent; a consumer that sees
//! records as they come learns of a void by its own message, `ibbi.event_voided.v1`.

use crate::{CHUNK, Corrections, ExportError, Line, text};
use ibbi_log::{LINE_VERSION, Opening};
use std::io::{self, Write};

/// How messages stand in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Framing {
    /// One message a line, each `application/cloudevents+json`.
    #[default]
    Lines,
    /// One JSON array of all, `application/cloudevents-batch+json`.
    Batch,
}

/// Writes records as messages. See the [module](self), and [`Chained`](super::Chained) for where the lines come from.
///
/// Memory: a chunk of the output.
///
/// # Errors
/// [`ExportError`]; what was written until then is not a whole export.
pub fn write<E: std::error::Error + 'static>(
    opening: &Opening,
    lines: impl IntoIterator<Item = Result<Line, E>>,
    corrections: &Corrections,
    framing: Framing,
    out: &mut impl Write,
) -> Result<(), ExportError<E>> {
    let source = uri_reference(opening.origin.as_str());
    let mut buffer = Vec::new();
    let mut first = true;
    if framing == Framing::Batch {
        buffer.push(b'[');
    }
    for line in lines {
        let line = line.map_err(ExportError::Read)?;
        if framing == Framing::Batch {
            buffer.extend_from_slice(if first { b"\n" } else { b",\n" });
        }
        first = false;
        message(&source, &line, corrections.voided_by(&line.record), &mut buffer)?;
        if framing == Framing::Lines {
            buffer.push(b'\n');
        }
        if buffer.len() >= CHUNK {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    if framing == Framing::Batch {
        buffer.extend_from_slice(b"\n]\n");
    }
    out.write_all(&buffer)?;
    Ok(out.flush()?)
}

fn message(source: &str, line: &Line, voided_by: Option<u64>, out: &mut Vec<u8>) -> io::Result<()> {
    let Line { record, prev } = line;
    out.extend_from_slice(b"{\"specversion\":\"1.0\",\"id\":\"");
    text::uuid(record.case, out);
    out.push(b'/');
    text::uuid(record.id, out);
    out.extend_from_slice(b"\",\"source\":\"");
    out.extend_from_slice(source.as_bytes());
    out.extend_from_slice(b"\",\"type\":\"ibbi.");
    out.extend_from_slice(record.event.kind().code().as_bytes());
    out.extend_from_slice(b".v");
    text::number(LINE_VERSION, out);
    out.extend_from_slice(b"\",\"subject\":\"");
    text::uuid(record.case, out);
    out.extend_from_slice(b"\",\"time\":\"");
    text::instant(record.at, out);
    out.extend_from_slice(b"\",\"datacontenttype\":\"application/json\",\"actor\":");
    text::json_string(&allowed(record.actor.as_str()), out)?;
    out.extend_from_slice(b",\"logged\":\"");
    text::instant(record.logged, out);
    out.extend_from_slice(b"\",\"prevhash\":\"");
    write!(out, "{prev}")?;
    out.extend_from_slice(b"\",\"rev\":\"");
    text::number(record.rev, out);
    out.extend_from_slice(b"\",\"sequence\":\"");
    sequence(record.seq, out);
    out.extend_from_slice(b"\",\"stage\":\"");
    out.extend_from_slice(record.to.code().as_bytes());
    if let Some(by) = voided_by {
        out.extend_from_slice(b"\",\"voidedby\":\"");
        sequence(by, out);
    }
    out.extend_from_slice(b"\",\"data\":");
    text::data(&record.event, out)?;
    out.push(b'}');
    Ok(())
}

/// A number in sixteen digits: as many as the largest one of a ledger has.
fn sequence(number: u64, out: &mut Vec<u8>) {
    let from = out.len();
    text::number(number, out);
    let zeros = 16_usize.saturating_sub(out.len() - from);
    out.splice(from..from, core::iter::repeat_n(b'0', zeros));
}

/// A text as a relative reference: unreserved characters and slashes as they are, all others percent-encoded. A colon
/// too, for what stands before one would be a scheme.
fn uri_reference(text: &str) -> String {
    let mut reference = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            reference.push(byte.into());
        } else {
            reference.push_str(&format!("%{byte:02X}"));
        }
    }
    reference
}

/// A text without the characters that Unicode sets aside as no characters, which an attribute must not hold: each becomes
/// U+FFFD. Control characters, which it must not hold either, the core has refused.
fn allowed(text: &str) -> std::borrow::Cow<'_, str> {
    let stray = |c: char| u32::from(c) & 0xFFFE == 0xFFFE || ('\u{FDD0}'..='\u{FDEF}').contains(&c);
    if text.contains(stray) { text.replace(stray, "\u{FFFD}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_becomes_a_reference_that_no_reader_takes_for_something_else() {
        for (origin, expected) in [
            ("example.org/ibbi", "example.org/ibbi"),
            ("mailto:a b", "mailto%3Aa%20b"),
            ("élan?#", "%C3%A9lan%3F%23"),
            ("100%", "100%25"),
        ] {
            assert_eq!(uri_reference(origin), expected);
        }
    }

    #[test]
    fn sequences_order_as_texts() {
        let made = |number| {
            let mut out = Vec::new();
            sequence(number, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(made(212), "0000000000000212");
        assert_eq!(made(ibbi_log::MAX_NUMBER), "9007199254740991");
        assert!(made(9) < made(10));
    }

    #[test]
    fn what_is_no_character_is_replaced_in_attributes() {
        assert_eq!(allowed("a\u{FFFE}\u{1FFFF}\u{FDD0}b\u{1F600}"), "a\u{FFFD}\u{FFFD}\u{FFFD}b\u{1F600}");
        assert!(matches!(allowed("clerk"), std::borrow::Cow::Borrowed("clerk")));
    }
}
