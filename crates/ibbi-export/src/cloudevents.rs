//! Records as messages: CloudEvents 1.0 in its JSON format.
//!
//! | attribute | content |
//! |---|---|
//! | `specversion` | `1.0` |
//! | `id` | the case's ID, a slash, and the record's ID, which is unique in its case |
//! | `source` | the ledger's origin, percent-encoded where a URI requires it |
//! | `type` | `ibbi.`, the kind of event, and `.v` with the version of the line format: `ibbi.party_decided.v1` |
//! | `subject` | the case's ID |
//! | `time` | when it happened |
//! | `datacontenttype` | `application/json` |
//! | `data` | the fields of the event, byte for byte as in the ledger |
//!
//! There are also these extensions:
//!
//! | extension | content |
//! |---|---|
//! | `actor` | the actor who recorded it |
//! | `logged` | when it was recorded, a timestamp |
//! | `prevhash` | the SHA-256 of the line before it in the ledger |
//! | `rev` | the record's number within the case |
//! | `sequence` | its number in the ledger, in sixteen digits so that it sorts as text; this extension is published |
//! | `stage` | the stage after it, as recorded |
//! | `voidedby` | the `sequence` of the record that voids it |
//!
//! Numbers are texts, because an integer of CloudEvents has 32 bits and a ledger's numbers can be larger. There is no
//! `dataschema`: it must be an absolute URI, and this project has no domain for one.
//!
//! Voided events and voids are messages like any other. A stream can't take back a message. A consumer that reads records
//! as they arrive receives a void as a message of its own, `ibbi.event_voided.v1`.

use crate::{CHUNK, ChainedRecord, Corrections, ExportError, append};
use ibbi_log::{Digest, Opening, Record};
use std::io::{self, Write};

/// The framing of messages in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Framing {
    /// One message on each line, each `application/cloudevents+json`.
    #[default]
    Lines,
    /// One JSON array of all messages, `application/cloudevents-batch+json`.
    Batch,
}

/// Writes records as messages. See the [module](self), and [`ChainedReader`](crate::ChainedReader) for the records.
///
/// Memory: a chunk of the output.
///
/// # Errors
/// Returns an [`ExportError`]; the output written so far is incomplete.
pub fn write<E: std::error::Error + 'static>(
    opening: &Opening,
    records: impl IntoIterator<Item = Result<ChainedRecord, E>>,
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
    for record in records {
        let record = record.map_err(ExportError::Read)?;
        if framing == Framing::Batch {
            buffer.extend_from_slice(if first { b"\n" } else { b",\n" });
        }
        first = false;
        let ChainedRecord { record, prev } = &record;
        write_message(&source, (record, Some(prev)), corrections.voided_by(record), &mut buffer)?;
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

/// Returns a record as a message, as it is sent when it is recorded: without what only the ledger's file tells, which are `prevhash`
/// and `voidedby`. `origin` is the ledger's.
///
/// # Errors
/// Returns an error if the event can't be written as JSON.
pub fn message(origin: &str, record: &Record) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    write_message(&uri_reference(origin), (record, None), None, &mut out)?;
    Ok(out)
}

fn write_message(
    source: &str,
    (record, prev): (&Record, Option<&Digest>),
    voided_by: Option<u64>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    out.extend_from_slice(b"{\"specversion\":\"1.0\",\"id\":\"");
    append::uuid(record.case, out);
    out.push(b'/');
    append::uuid(record.id, out);
    out.extend_from_slice(b"\",\"source\":\"");
    out.extend_from_slice(source.as_bytes());
    out.extend_from_slice(b"\",\"type\":\"ibbi.");
    out.extend_from_slice(record.event.kind().code().as_bytes());
    out.extend_from_slice(b".v");
    append::number(if record.details.in_order { 1 } else { 2 }, out);
    out.extend_from_slice(b"\",\"subject\":\"");
    append::uuid(record.case, out);
    out.extend_from_slice(b"\",\"time\":\"");
    append::instant(record.at, out);
    out.extend_from_slice(b"\",\"datacontenttype\":\"application/json\",\"actor\":");
    append::json_string(&without_noncharacters(record.actor.as_str()), out)?;
    out.extend_from_slice(b",\"logged\":\"");
    append::instant(record.logged, out);
    if let Some(prev) = prev {
        out.extend_from_slice(b"\",\"prevhash\":\"");
        write!(out, "{prev}")?;
    }
    out.extend_from_slice(b"\",\"rev\":\"");
    append::number(record.rev, out);
    out.extend_from_slice(b"\",\"sequence\":\"");
    sequence(record.seq, out);
    out.extend_from_slice(b"\",\"stage\":\"");
    out.extend_from_slice(record.to.code().as_bytes());
    if let Some(by) = voided_by {
        out.extend_from_slice(b"\",\"voidedby\":\"");
        sequence(by, out);
    }
    out.extend_from_slice(b"\",\"data\":");
    append::data(&record.event, out)?;
    out.push(b'}');
    Ok(())
}

/// Appends a number in sixteen digits, as many as the largest number of a ledger has.
fn sequence(number: u64, out: &mut Vec<u8>) {
    let from = out.len();
    append::number(number, out);
    let zeros = 16_usize.saturating_sub(out.len() - from);
    out.splice(from..from, core::iter::repeat_n(b'0', zeros));
}

/// Returns a text as a relative reference: unreserved characters and slashes as they are, all others percent-encoded. A colon
/// is encoded too, because it would end a scheme.
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

/// Returns a text without Unicode noncharacters, which an attribute must not contain: each becomes U+FFFD. The core already
/// refuses control characters, which an attribute must not contain either.
fn without_noncharacters(text: &str) -> std::borrow::Cow<'_, str> {
    let noncharacter = |c: char| u32::from(c) & 0xFFFE == 0xFFFE || ('\u{FDD0}'..='\u{FDEF}').contains(&c);
    if text.contains(noncharacter) { text.replace(noncharacter, "\u{FFFD}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_becomes_a_relative_reference() {
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
    fn sequences_sort_as_texts() {
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
    fn noncharacters_are_replaced_in_attributes() {
        assert_eq!(
            without_noncharacters("a\u{FFFE}\u{1FFFF}\u{FDD0}b\u{1F600}"),
            "a\u{FFFD}\u{FFFD}\u{FFFD}b\u{1F600}"
        );
        assert!(matches!(without_noncharacters("clerk"), std::borrow::Cow::Borrowed("clerk")));
    }
}
