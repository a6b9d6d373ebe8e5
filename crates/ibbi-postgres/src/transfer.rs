//! Moving whole ledgers into a database and out of it, byte for byte.

use crate::address::Address;
use crate::connection::{Connection, Pool, number, signed, value};
use crate::error::PostgresError;
use crate::known::{Known, NotNext};
use crate::lines::LineReader;
use crate::schema::{check_version, commit, find_ledger, insert_ledger, lock_ledgers};
use crate::shared::end_of;
use crate::wait::wait;
use core::pin::pin;
use core::time::Duration;
use ibbi_log::{Digest, Head, LedgerEnd, LineContent, Lines, TextRow};
use ibbi_seal::SignedCheckpoint;
use std::io::Read;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

/// What belongs to a ledger's file besides its lines.
#[derive(Debug, Clone, Default)]
pub struct Sidecars {
    /// The first line of a file of sealed texts, which names the folder with the keys, without its LF.
    pub texts_head: Option<Vec<u8>>,
    /// The confidential texts.
    pub texts: Vec<TextRow>,
    /// The checkpoints, oldest first.
    pub checkpoints: Vec<SignedCheckpoint>,
}

/// Creates the ledger that an address names from the lines of a ledger's file, exactly as they are, in one transaction. Each line
/// is read in full and must continue the line before it. Returns the end of the ledger.
///
/// The caller checks first what needs more than one line, such as acts and checkpoints.
///
/// # Errors
/// [`PostgresError`]; [`PostgresError::Exists`] if the database has a ledger of this name, and [`PostgresError::Damaged`] for a line
/// that isn't in order. Nothing was written then.
pub fn import(address: &Address, lines: impl Read, sidecars: &Sidecars) -> Result<Head, PostgresError> {
    let connection = Pool::new(address.clone(), true, Duration::ZERO).connect()?;
    check_version(&connection)?;
    connection.run("BEGIN")?;
    let imported = lock_ledgers(&connection).and_then(|()| import_under_lock(&connection, address, lines, sidecars));
    match imported {
        Ok(head) => commit(&connection).map(|()| head),
        Err(error) => {
            // A copy that was broken off can have closed the connection, which ends the transaction too.
            let _ = connection.run("ROLLBACK");
            Err(error)
        }
    }
}

fn import_under_lock(
    connection: &Connection,
    address: &Address,
    lines: impl Read,
    sidecars: &Sidecars,
) -> Result<Head, PostgresError> {
    let empty = Known::default().end;
    let ledger = insert_ledger(connection, address.ledger(), &empty).map_err(|error| match error.is_duplicate() {
        true => PostgresError::Exists { label: address.to_string(), name: address.ledger().to_owned() },
        false => error,
    })?;
    let known = copy_lines(connection, ledger, lines)?;
    let LedgerEnd { head, logged, version } = known.end;
    connection.execute(
        "UPDATE ibbi_ledger SET lines = $2, bytes = $3, hash = $4, logged = $5, version = $6, texts_head = $7
            WHERE ledger = $1",
        &[
            &ledger,
            &signed(head.lines),
            &signed(head.bytes),
            &head.hash.as_bytes().as_slice(),
            &logged.millis(),
            &i16::from(version),
            &sidecars.texts_head,
        ],
    )?;
    for TextRow { digest, key, line } in &sidecars.texts {
        let key = key.map(|key| key.to_string());
        let insert = "INSERT INTO ibbi_text (ledger, digest, key, line) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        connection.execute(insert, &[&ledger, &digest.as_bytes().as_slice(), &key, line])?;
    }
    for (checkpoint, place) in sidecars.checkpoints.iter().zip(1_i64..) {
        let (size, note) = (signed(checkpoint.checkpoint().size), checkpoint.to_string());
        let insert = "INSERT INTO ibbi_checkpoint (ledger, place, size, note) VALUES ($1, $2, $3, $4)";
        connection.execute(insert, &[&ledger, &place, &size, &note])?;
    }
    Ok(head)
}

/// Copies lines into the table, and returns what is known of them.
fn copy_lines(connection: &Connection, ledger: i32, lines: impl Read) -> Result<Known, PostgresError> {
    let damaged =
        |line: u64, reason: String| PostgresError::Damaged { label: connection.label().to_owned(), line, reason };
    let sql = "COPY ibbi_line (ledger, seq, case_id, rev, id, line) FROM STDIN (FORMAT binary)";
    let types = [Type::INT4, Type::INT8, Type::UUID, Type::INT8, Type::UUID, Type::BYTEA];
    let failed = |error: tokio_postgres::Error| {
        let error = connection.failed(&error);
        match &error {
            PostgresError::Server { reason, .. } if error.is_duplicate() => {
                damaged(0, format!("the ledger has an ID twice, which a database refuses ({reason})"))
            }
            _ => error,
        }
    };
    let sink = wait(connection.client.copy_in(sql)).map_err(failed)?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
    let (mut known, mut lines) = (Known::default(), Lines::new(lines));
    loop {
        let next = lines.next().map_err(|error| damaged(known.end.head.lines + 1, error.to_string()))?;
        let Some(line) = next else { break };
        let LineContent::Whole(bytes, _) = line.content else {
            return Err(damaged(line.number, "it is not a whole line".to_owned()));
        };
        let keys = known.add(bytes).map_err(|error| match error {
            NotNext::Unlinked => damaged(line.number, "it doesn't continue the line before it".to_owned()),
            NotNext::Wrong(reason) => damaged(line.number, reason),
        })?;
        let seq = signed(known.end.head.lines);
        let (case, rev, id) = match keys {
            Some((case, rev, id)) => (Some(case), Some(signed(rev)), Some(id)),
            None => (None, None, None),
        };
        let row: [&(dyn ToSql + Sync); 6] = [&ledger, &seq, &case, &rev, &id, &bytes];
        wait(writer.as_mut().write(&row)).map_err(failed)?;
    }
    wait(writer.as_mut().finish()).map_err(failed)?;
    Ok(known)
}

/// Reads all lines of the ledger that an address names, on any server that answers, without opening a store. Returns them with their
/// number of bytes when reading began.
///
/// # Errors
/// [`PostgresError`].
pub fn read_lines(address: &Address) -> Result<(LineReader, Head), PostgresError> {
    let connection = Pool::new(address.clone(), false, Duration::ZERO).connect()?;
    check_version(&connection)?;
    let ledger = find_ledger(&connection, address)?;
    let sql = "SELECT lines, bytes, hash, logged, version FROM ibbi_ledger WHERE ledger = $1";
    let row = connection.first(sql, &[&ledger])?;
    let head = row.map_or(Ok(Head::EMPTY), |row| end_of(&row, connection.label()).map(|end| end.head))?;
    Ok((LineReader::start(connection, ledger, 0, Some(head.lines))?, head))
}

/// Reads what belongs to the ledger that an address names besides its lines. Checkpoints that cover more than the first `lines` lines
/// are left out.
///
/// # Errors
/// [`PostgresError`].
pub fn read_sidecars(address: &Address, lines: u64) -> Result<Sidecars, PostgresError> {
    let connection = Pool::new(address.clone(), false, Duration::ZERO).connect()?;
    check_version(&connection)?;
    let ledger = find_ledger(&connection, address)?;
    let label = connection.label();
    let head = connection.first("SELECT texts_head FROM ibbi_ledger WHERE ledger = $1", &[&ledger])?;
    let texts_head = head.map_or(Ok(None), |row| value(&row, 0, label))?;
    let rows =
        connection.query("SELECT digest, key, line FROM ibbi_text WHERE ledger = $1 ORDER BY digest", &[&ledger])?;
    let mut texts = Vec::with_capacity(rows.len());
    for row in &rows {
        let digest: &[u8] = value(row, 0, label)?;
        let key: Option<&str> = value(row, 1, label)?;
        let digest = digest.try_into().map(Digest::from_bytes).unwrap_or(Digest::ZERO);
        texts.push(TextRow { digest, key: key.and_then(|key| key.parse().ok()), line: value(row, 2, label)? });
    }
    let rows =
        connection.query("SELECT size, note FROM ibbi_checkpoint WHERE ledger = $1 ORDER BY place", &[&ledger])?;
    let mut checkpoints = Vec::with_capacity(rows.len());
    for row in &rows {
        let note: &str = value(row, 1, label)?;
        if number(row, 0, label)? <= lines
            && let Ok(checkpoint) = note.parse()
        {
            checkpoints.push(checkpoint);
        }
    }
    Ok(Sidecars { texts_head, texts, checkpoints })
}
