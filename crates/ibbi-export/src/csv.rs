//! Records as a table: one row an event, in the order of the ledger.
//!
//! RFC 4180: comma, CRLF at the end of every row, a header, and quotes around a field that holds a comma, a quote or a
//! line end. UTF-8 without a byte order mark.
//!
//! | column | what it holds |
//! |---|---|
//! | `case`, `district` | the case's id, and the district from its opening |
//! | `seq`, `rev`, `id` | the record's number in the ledger, its number in the case, its id |
//! | `type` | the kind of event |
//! | `at`, `logged` | when it happened and when it was written down, UTC |
//! | `actor` | who recorded it |
//! | `from`, `to` | the stages before and after it, as recorded; `unopened` before the first |
//! | `voided_by` | the number of the record that voids it |
//! | `party`, `seat`, `body` | the party, the key leader's seat or the supporting body that it is about |
//! | `part` | the part of the training or the facilitation; for what happens in a session, that of the session |
//! | `member`, `concern` | the ids |
//! | `name` | the one person it names |
//! | `data` | all that it carries, as JSON, byte for byte as in the ledger |
//!
//! Voided events and voids are rows like all others.
//!
//! # The formula guard
//!
//! A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, and runs it. Names come from people, so
//! such a field gets an apostrophe before it, which a spreadsheet takes for "this is text". The full-width forms of the
//! four signs are guarded too, for some spreadsheets take them for the plain ones. Only `district`, `actor` and `name` can
//! be concerned; who wants the very text finds it in `data`, which begins with a brace, or in the ledger.

use crate::context::{Context, Place};
use crate::facts::Facts;
use crate::{CHUNK, Corrections, ExportError, text};
use ibbi_log::Record;
use std::io::Write;

const HEADER: &str =
    "case,district,seq,rev,id,type,at,logged,actor,from,to,voided_by,party,seat,body,part,member,concern,name,data\r\n";

/// Writes records as a table. See the [module](self).
///
/// Memory: some 100 bytes a case, and a chunk of the output.
///
/// # Errors
/// [`ExportError`]; what was written until then is not a whole export.
pub fn write<E: std::error::Error + 'static>(
    records: impl IntoIterator<Item = Result<Record, E>>,
    corrections: &Corrections,
    out: &mut impl Write,
) -> Result<(), ExportError<E>> {
    let mut context = Context::default();
    let mut buffer = HEADER.as_bytes().to_vec();
    let mut data = Vec::new();
    for record in records {
        let record = record.map_err(ExportError::Read)?;
        let place = context.place(&record, corrections.counts(&record));
        data.clear();
        text::data(&record.event, &mut data)?;
        row(&record, &place, corrections.voided_by(&record), &data, &mut buffer);
        if buffer.len() >= CHUNK {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    Ok(out.flush()?)
}

fn row(record: &Record, place: &Place, voided_by: Option<u64>, data: &[u8], out: &mut Vec<u8>) {
    let facts = Facts::of(&record.event);
    let code = |code: Option<&str>, out: &mut Vec<u8>| {
        out.extend_from_slice(code.unwrap_or_default().as_bytes());
        out.push(b',');
    };
    text::uuid(record.case, out);
    out.push(b',');
    guarded(place.district.as_ref().map_or("", |name| name.as_str()), out);
    number(Some(record.seq), out);
    number(Some(record.rev), out);
    text::uuid(record.id, out);
    out.push(b',');
    code(Some(record.event.kind().code()), out);
    text::instant(record.at, out);
    out.push(b',');
    text::instant(record.logged, out);
    out.push(b',');
    guarded(record.actor.as_str(), out);
    code(Some(place.from.code()), out);
    code(Some(record.to.code()), out);
    number(voided_by, out);
    code(facts.party.map(|party| party.code()), out);
    code(facts.seat.map(|seat| seat.code()), out);
    code(facts.body.map(|body| body.code()), out);
    number(place.part.map(u64::from), out);
    // Ids hold letters, digits, hyphens, underscores and dots alone, and begin with a letter or a digit.
    code(facts.member.as_ref().map(|member| member.as_str()), out);
    code(facts.concern.as_ref().map(|concern| concern.as_str()), out);
    guarded(facts.name.map_or("", |name| name.as_str()), out);
    quoted(data, out);
    out.extend_from_slice(b"\r\n");
}

fn number(value: Option<u64>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        text::number(value, out);
    }
    out.push(b',');
}

/// A text from people, with its comma: guarded against being run, and quoted where it must be.
fn guarded(text: &str, out: &mut Vec<u8>) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let special = text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    match (formula, special) {
        (false, false) => out.extend_from_slice(text.as_bytes()),
        (true, false) => {
            out.push(b'\'');
            out.extend_from_slice(text.as_bytes());
        }
        (false, true) => quoted(text.as_bytes(), out),
        (true, true) => {
            out.extend_from_slice(b"\"'");
            doubled(text.as_bytes(), out);
            out.push(b'"');
        }
    }
    out.push(b',');
}

fn quoted(field: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    doubled(field, out);
    out.push(b'"');
}

/// A field with its quotes doubled.
fn doubled(field: &[u8], out: &mut Vec<u8>) {
    for part in field.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(part);
        if part.last() == Some(&b'"') {
            out.push(b'"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_guarded_and_others_are_left_alone() {
        for (text, expected) in [
            ("Maple Hollow", "Maple Hollow,"),
            ("", ","),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\","),
            ("+1", "'+1,"),
            ("-1", "'-1,"),
            ("@sum", "'@sum,"),
            ("＝1+1", "'＝1+1,"),
            ("a=b", "a=b,"),
            ("Lee, Jr.", "\"Lee, Jr.\","),
            ("the \"chair\"", "\"the \"\"chair\"\"\","),
            ("'quoted", "'quoted,"),
        ] {
            let mut out = Vec::new();
            guarded(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{text}");
        }
    }
}
