//! The confidential texts, which are in a table of their own.

use crate::connection::{Connection, value};
use crate::error::PostgresError;
use ibbi_core::NoteText;
use ibbi_log::{CustodyState, Record, Texts};

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
