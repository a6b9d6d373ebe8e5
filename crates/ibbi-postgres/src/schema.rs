//! The tables: creating them, bringing them up to date, and checking them.

use crate::address::Address;
use crate::connection::{Connection, Pool, number, signed, value};
use crate::error::PostgresError;
use core::time::Duration;
use ibbi_log::{LedgerEnd, NewLedger, opening_line};

/// The version of the tables that this program uses.
pub const SCHEMA: i32 = MIGRATIONS.len() as i32;

/// The commands that lead from each version to the next one.
const MIGRATIONS: [&str; 1] = [include_str!("../sql/0001.sql")];

/// Any number that other programs don't use for a lock of the whole database.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7594093801)";

const APPLIED: &str = "CREATE TABLE IF NOT EXISTS ibbi_migration (
    version integer PRIMARY KEY,
    applied timestamptz NOT NULL DEFAULT clock_timestamp(),
    program text NOT NULL
)";

/// The tables of a database, and what its server does with a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaState {
    /// The version of the server, such as `15.18`.
    pub server: String,
    /// The version of the tables; 0 if there are none.
    pub version: i32,
    /// Whether the server takes writes.
    pub takes_writes: bool,
    /// The settings that make what the server acknowledges unsafe, with their values.
    pub unsafe_settings: Vec<(String, String)>,
    /// The standbys that must have a commit before it is acknowledged, as the server's setting names them; empty without any.
    pub synchronous_standbys: String,
    /// The names of the ledgers with their numbers of lines.
    pub ledgers: Vec<(String, u64)>,
}

/// Creates the tables if there are none. Returns the version that they had, 0 for none.
///
/// # Errors
/// [`PostgresError`]; [`PostgresError::Old`] if the tables need [`migrate`].
pub fn init(address: &Address) -> Result<i32, PostgresError> {
    let connection = pool(address, true).connect()?;
    let found = version(&connection)?;
    match found {
        0 => apply(&connection).map(|_| 0),
        _ => check_version(&connection).map(|()| found),
    }
}

/// Brings the tables up to date, in one transaction. Returns the version that they had.
///
/// # Errors
/// [`PostgresError`]; [`PostgresError::NoSchema`] if there are none.
pub fn migrate(address: &Address) -> Result<i32, PostgresError> {
    let connection = pool(address, true).connect()?;
    match version(&connection)? {
        0 => Err(PostgresError::NoSchema { label: address.to_string() }),
        found if found > SCHEMA => check_version(&connection).map(|()| found),
        _ => apply(&connection),
    }
}

/// Looks at the tables and the server's settings.
///
/// # Errors
/// [`PostgresError`] if the server can't be asked.
pub fn check(address: &Address) -> Result<SchemaState, PostgresError> {
    let connection = pool(address, false).connect()?;
    let setting = |name: &str| -> Result<String, PostgresError> {
        let row = connection.first("SELECT current_setting($1)", &[&name])?;
        row.map_or(Ok(String::new()), |row| value(&row, 0, connection.label()))
    };
    let mut unsafe_settings = Vec::new();
    for name in ["fsync", "full_page_writes"] {
        let found = setting(name)?;
        if found != "on" {
            unsafe_settings.push((name.to_owned(), found));
        }
    }
    let row = connection.first("SELECT pg_is_in_recovery()", &[])?;
    let is_standby = row.map_or(Ok(false), |row| value(&row, 0, connection.label()))?;
    let version = version(&connection)?;
    let ledgers = if version == 0 { Vec::new() } else { all_ledgers(&connection)? };
    Ok(SchemaState {
        server: setting("server_version")?,
        version,
        takes_writes: !is_standby && setting("transaction_read_only")? == "off",
        unsafe_settings,
        synchronous_standbys: setting("synchronous_standby_names")?,
        ledgers,
    })
}

/// Returns the names of the ledgers of a database with their numbers of lines.
///
/// # Errors
/// [`PostgresError`].
pub fn ledgers(address: &Address) -> Result<Vec<(String, u64)>, PostgresError> {
    let connection = pool(address, false).connect()?;
    check_version(&connection)?;
    all_ledgers(&connection)
}

/// Creates the ledger that an address names, with its first line.
///
/// # Errors
/// [`PostgresError`]; [`PostgresError::Exists`] if there is one with its name, [`PostgresError::NoSchema`] without tables.
pub fn create_ledger(address: &Address, new: &NewLedger) -> Result<(), PostgresError> {
    let (line, end) = opening_line(new).map_err(|length| PostgresError::TooLong { length })?;
    let connection = pool(address, true).connect()?;
    check_version(&connection)?;
    connection.run(&format!("BEGIN; {LOCK}"))?;
    let inserted = insert_ledger(&connection, address.ledger(), &end).and_then(|ledger| {
        let line = &line[..line.len() - 1];
        connection.execute("INSERT INTO ibbi_line (ledger, seq, line) VALUES ($1, 1, $2)", &[&ledger, &line])
    });
    let name = || PostgresError::Exists { label: address.to_string(), name: address.ledger().to_owned() };
    match inserted {
        Ok(_) => commit(&connection),
        Err(error) => {
            connection.run("ROLLBACK")?;
            Err(if error.is_duplicate() { name() } else { error })
        }
    }
}

/// Commits what is done once and can be done again.
pub(crate) fn commit(connection: &Connection) -> Result<(), PostgresError> {
    connection.take_warnings();
    let in_doubt = |reason: String| PostgresError::InDoubt { label: connection.label().to_owned(), reason };
    if let Err(error) = connection.run("COMMIT") {
        // Without an answer of the server, the commit may be one.
        let is_answered = matches!(&error, PostgresError::Server { code: Some(_), is_lost: false, .. });
        return Err(if is_answered { error } else { in_doubt(error.to_string()) });
    }
    match connection.take_warnings().into_iter().next() {
        None => Ok(()),
        Some(reason) => Err(in_doubt(reason)),
    }
}

/// Adds the row of a ledger, under the lock of the caller's transaction. Returns its number.
pub(crate) fn insert_ledger(connection: &Connection, name: &str, end: &LedgerEnd) -> Result<i32, PostgresError> {
    let row = connection.first(
        "INSERT INTO ibbi_ledger (ledger, name, lines, bytes, hash, logged, version)
            SELECT coalesce(max(ledger), 0) + 1, $1, $2, $3, $4, $5, $6 FROM ibbi_ledger RETURNING ledger",
        &[
            &name,
            &signed(end.head.lines),
            &signed(end.head.bytes),
            &end.head.hash.as_bytes().as_slice(),
            &end.logged.millis(),
            &i16::from(end.version),
        ],
    )?;
    row.map_or(Ok(0), |row| value(&row, 0, connection.label()))
}

/// Has others that create a ledger wait until the end of the transaction.
pub(crate) fn lock_ledgers(connection: &Connection) -> Result<(), PostgresError> {
    connection.run(LOCK)
}

/// Refuses tables of another version.
pub(crate) fn check_version(connection: &Connection) -> Result<(), PostgresError> {
    let (label, expected) = (connection.label().to_owned(), SCHEMA);
    match version(connection)? {
        0 => Err(PostgresError::NoSchema { label }),
        found if found < expected => Err(PostgresError::Old { label, found, expected }),
        found if found > expected => Err(PostgresError::New { label, found, expected }),
        _ => Ok(()),
    }
}

/// Returns the number of the ledger that an address names.
pub(crate) fn find_ledger(connection: &Connection, address: &Address) -> Result<i32, PostgresError> {
    let found = connection.first("SELECT ledger FROM ibbi_ledger WHERE name = $1", &[&address.ledger()])?;
    if let Some(row) = found {
        return value(&row, 0, connection.label());
    }
    let rows = connection.query("SELECT name FROM ibbi_ledger ORDER BY name LIMIT 10", &[])?;
    let names: Vec<String> = rows.iter().filter_map(|row| value(row, 0, connection.label()).ok()).collect();
    Err(PostgresError::NoLedger {
        label: address.to_string(),
        name: address.ledger().to_owned(),
        has: if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) },
    })
}

fn pool(address: &Address, for_writing: bool) -> Pool {
    Pool::new(address.clone(), for_writing, Duration::ZERO)
}

/// Returns the version of the tables; 0 if there are none.
fn version(connection: &Connection) -> Result<i32, PostgresError> {
    let known = connection.first("SELECT to_regclass('ibbi_migration') IS NOT NULL", &[])?;
    if !known.map_or(Ok(false), |row| value(&row, 0, connection.label()))? {
        return Ok(0);
    }
    let row = connection.first("SELECT coalesce(max(version), 0) FROM ibbi_migration", &[])?;
    row.map_or(Ok(0), |row| value(&row, 0, connection.label()))
}

/// Applies the migrations that are missing, in one transaction that other programs wait for.
fn apply(connection: &Connection) -> Result<i32, PostgresError> {
    connection.run(&format!("BEGIN; {LOCK}; {APPLIED}"))?;
    let applied = (|| {
        let found = version(connection)?;
        let missing = MIGRATIONS.iter().zip(1..).skip(usize::try_from(found).unwrap_or(0));
        for (commands, version) in missing {
            connection.run(commands)?;
            let program = concat!("ibbi ", env!("CARGO_PKG_VERSION"));
            let insert = "INSERT INTO ibbi_migration (version, program) VALUES ($1, $2)";
            connection.execute(insert, &[&version, &program])?;
        }
        Ok(found)
    })();
    match applied {
        Ok(found) => commit(connection).map(|()| found),
        Err(error) => {
            connection.run("ROLLBACK")?;
            Err(error)
        }
    }
}

fn all_ledgers(connection: &Connection) -> Result<Vec<(String, u64)>, PostgresError> {
    let rows = connection.query("SELECT name, lines FROM ibbi_ledger ORDER BY ledger", &[])?;
    let label = connection.label();
    rows.iter().map(|row| Ok((value(row, 0, label)?, number(row, 1, label)?))).collect()
}
