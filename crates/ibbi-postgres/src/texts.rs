//! The confidential texts, which are in a table of their own.

use crate::connection::{Connection, value};
use crate::error::PostgresError;
use ibbi_core::NoteText;
use ibbi_log::{CustodyState, LinkedLines, Record, TextRow, Texts};

/// Puts the texts that the database has into records whose lines have digests.
pub(crate) fn fill(
    connection: &Connection,
    ledger: i32,
    records: &mut [Record],
    custody: &CustodyState,
) -> Result<(), PostgresError> {
    let wanted: Vec<[u8; 32]> = records
        .iter()
        .filter_map(|record| record.event.note_text())
        .filter(|text| text.text().is_none())
        .filter_map(|text| NoteText::digest(text).copied())
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let wanted: Vec<&[u8]> = wanted.iter().map(<[u8; 32]>::as_slice).collect();
    let head = connection.first("SELECT texts_head FROM ibbi_ledger WHERE ledger = $1", &[&ledger])?;
    let rows =
        connection.query("SELECT line FROM ibbi_text WHERE ledger = $1 AND digest = ANY($2)", &[&ledger, &wanted])?;
    let mut lines = Vec::new();
    let mut add = |line: &[u8]| {
        lines.extend_from_slice(line);
        lines.push(b'\n');
    };
    if let Some(head) = head
        && let Some(head) = value::<Option<&[u8]>>(&head, 0, connection.label())?
    {
        add(head);
    }
    for row in &rows {
        add(value(row, 0, connection.label())?);
    }
    Texts::of_lines(&lines, custody).fill_records(records, custody);
    Ok(())
}

/// Returns the rows of the texts of new lines: sealed, if the ledger's texts are.
pub(crate) fn new_rows(
    connection: &Connection,
    ledger: i32,
    linked: &LinkedLines,
    custody: &CustodyState,
) -> Result<Vec<TextRow>, PostgresError> {
    if !linked.has_texts() {
        return Ok(Vec::new());
    }
    let label = connection.label();
    let head = connection.first("SELECT texts_head FROM ibbi_ledger WHERE ledger = $1", &[&ledger])?;
    let head: Option<Vec<u8>> = head.map_or(Ok(None), |row| value(&row, 0, label))?;
    let sealed_lines = || {
        let rows = connection
            .query("SELECT line FROM ibbi_text WHERE ledger = $1 AND key IS NOT NULL", &[&ledger])
            .map_err(std::io::Error::other)?;
        let mut lines = Vec::new();
        for row in &rows {
            lines.extend_from_slice(value(row, 0, label).map_err(std::io::Error::other)?);
            lines.push(b'\n');
        }
        Ok(lines)
    };
    linked
        .text_rows(head.as_deref(), custody, sealed_lines)
        .map_err(|error| PostgresError::Texts { label: label.to_owned(), reason: error.to_string() })
}
