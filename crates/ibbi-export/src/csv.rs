//! Records as a table: one row for each event, in ledger order.
//!
//! RFC 4180: commas, CRLF after every row, a header, and quotes around a field with a comma, a quote, or a line break. The
//! field `data` always has quotes. UTF-8 without a byte order mark.
//!
//! | column | content |
//! |---|---|
//! | `case`, `district` | the case's ID, and the district from its opening |
//! | `seq`, `rev`, `id` | the record's number in the ledger, its number within the case, its ID |
//! | `type` | the kind of event |
//! | `at`, `logged` | when it happened and when it was recorded, UTC |
//! | `actor` | the actor who recorded it |
//! | `from`, `to` | the stages before and after it, as recorded; `unopened` before the first |
//! | `voided_by` | the number of the record that voids it |
//! | `party`, `seat`, `body` | the party, the key leader's seat, or the supporting body that it is about |
//! | `part` | the part of the training or the facilitation; for an event in a session, that of the session |
//! | `member`, `concern` | the IDs |
//! | `name` | the one person that it names |
//! | `data` | its fields as JSON, byte for byte as in the ledger |
//!
//! Voided events and voids are rows like any other.
//!
//! # The formula guard
//!
//! A spreadsheet runs a field that begins with `=`, `+`, `-`, or `@` as a formula. Names come from people, so such a field
//! gets a leading apostrophe, which makes it text. The full-width forms of the four signs are guarded too, because some
//! spreadsheets treat them like the plain ones. Only `district`, `actor`, and `name` can begin with such a sign. The exact
//! text is in `data`, which begins with a brace, and in the ledger.

use crate::record_context::{CaseContexts, RecordContext};
use crate::subjects::Subjects;
use crate::{CHUNK, Corrections, ExportError, append};
use ibbi_log::Record;
use std::io::Write;

const HEADER: &str =
    "case,district,seq,rev,id,type,at,logged,actor,from,to,voided_by,party,seat,body,part,member,concern,name,data\r\n";

/// Writes records as a table. See the [module](self).
///
/// Memory: about 100 bytes for each case, and a chunk of the output.
///
/// # Errors
/// Returns an [`ExportError`]; the output written so far is incomplete.
pub fn write<E: std::error::Error + 'static>(
    records: impl IntoIterator<Item = Result<Record, E>>,
    corrections: &Corrections,
    out: &mut impl Write,
) -> Result<(), ExportError<E>> {
    let mut contexts = CaseContexts::default();
    let mut buffer = HEADER.as_bytes().to_vec();
    let mut data = Vec::new();
    for record in records {
        let record = record.map_err(ExportError::Read)?;
        let context = contexts.add(&record, corrections.counts(&record));
        data.clear();
        append::data(&record.event, &mut data)?;
        row(&record, &context, corrections.voided_by(&record), &data, &mut buffer);
        if buffer.len() >= CHUNK {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    Ok(out.flush()?)
}

fn row(record: &Record, context: &RecordContext, voided_by: Option<u64>, data: &[u8], out: &mut Vec<u8>) {
    let subjects = Subjects::new(&record.event);
    let code = |code: Option<&str>, out: &mut Vec<u8>| {
        out.extend_from_slice(code.unwrap_or_default().as_bytes());
        out.push(b',');
    };
    append::uuid(record.case, out);
    out.push(b',');
    guarded(context.district.as_ref().map_or("", |name| name.as_str()), out);
    number(Some(record.seq), out);
    number(Some(record.rev), out);
    append::uuid(record.id, out);
    out.push(b',');
    code(Some(record.event.kind().code()), out);
    append::instant(record.at, out);
    out.push(b',');
    append::instant(record.logged, out);
    out.push(b',');
    guarded(record.actor.as_str(), out);
    code(Some(context.from.code()), out);
    code(Some(record.to.code()), out);
    number(voided_by, out);
    code(subjects.party.map(|party| party.code()), out);
    code(subjects.seat.map(|seat| seat.code()), out);
    code(subjects.body.map(|body| body.code()), out);
    number(context.part.map(u64::from), out);
    // IDs contain only letters, digits, hyphens, underscores, and dots, and begin with a letter or a digit.
    code(subjects.member.as_ref().map(|member| member.as_str()), out);
    code(subjects.concern.as_ref().map(|concern| concern.as_str()), out);
    guarded(subjects.name.map_or("", |name| name.as_str()), out);
    quoted(data, out);
    out.extend_from_slice(b"\r\n");
}

fn number(value: Option<u64>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        append::number(value, out);
    }
    out.push(b',');
}

/// Appends a text that a person entered, with the formula guard and quotes where needed, and a comma.
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

/// Appends a field with its quotes doubled.
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
    fn texts_that_a_spreadsheet_would_run_are_guarded() {
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
