//! A PostgreSQL server, as `bench/peers/postgres.sh start` leaves it, through `psql`.

use crate::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The database that the measurements use. It is created again for each.
const NAME: &str = "ibbi_load";

/// A server that listens on a socket in a folder.
pub(crate) struct Database {
    pub(crate) folder: PathBuf,
    /// The length of the server's log before the measurement.
    logged: usize,
}

impl Database {
    /// Creates the database, and removes what an earlier run has left.
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let database = Self { folder: folder.to_owned(), logged: log(folder)?.len() };
        database.run("postgres", &format!("DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))?;
        database.run("postgres", &format!("CREATE DATABASE {NAME}"))?;
        Ok(database)
    }

    /// Returns the address of the ledger for clients that reach the server at this host and port.
    pub(crate) fn address(&self, host: &str) -> String {
        format!("postgres://postgres@{host}/{NAME}?sslmode=disable")
    }

    /// Runs a query and returns its rows as lines.
    pub(crate) fn ask(&self, query: &str) -> Result<Vec<String>> {
        self.run(NAME, query)
    }

    fn run(&self, database: &str, query: &str) -> Result<Vec<String>> {
        let mut command = Command::new("psql");
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", query]);
        let done = command.arg("-h").arg(&self.folder).output()?;
        if !done.status.success() {
            return Err(format!("psql: {}", String::from_utf8_lossy(&done.stderr).trim()).into());
        }
        Ok(String::from_utf8(done.stdout)?.lines().map(str::to_owned).collect())
    }

    /// Ends the servers' sessions: all of them, or one. They roll back what they have begun.
    pub(crate) fn terminate(&self, all: bool) -> Result<usize> {
        let limit = if all { "" } else { "LIMIT 1" };
        let rows = self.ask(&format!(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = '{NAME}'
             AND pid <> pg_backend_pid() ORDER BY random() {limit}) AS chosen"
        ))?;
        Ok(rows.iter().filter(|row| *row == "t").count())
    }

    /// Takes the lock of the ledger's row for a moment and cancels the statements that wait for it, so that their transactions are
    /// rolled back. Returns how many.
    pub(crate) fn cancel(&self) -> Result<usize> {
        let rows = self.ask(&format!(
            "BEGIN; SELECT FROM ibbi_ledger FOR UPDATE; SELECT FROM pg_sleep(0.2);
             SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = '{NAME}' AND wait_event_type = 'Lock'; COMMIT"
        ))?;
        Ok(rows.iter().filter(|row| *row == "t").count())
    }

    /// Returns how many transactions wanted a number of a line that another one had taken, as the server's log has it. Under the
    /// lock of the ledger's row, that can't happen.
    pub(crate) fn clashes(&self) -> Result<usize> {
        let log = log(&self.folder)?;
        Ok(log.get(self.logged..).unwrap_or(&log).lines().filter(|line| line.contains("\"ibbi_line_pkey\"")).count())
    }

    /// Returns the lines of the ledger with their numbers, in order.
    pub(crate) fn lines(&self) -> Result<Vec<(u64, Vec<u8>)>> {
        let row = |row: &String| -> Result<(u64, Vec<u8>)> {
            let (seq, hex) = row.split_once('|').ok_or("a row has two columns")?;
            let digits = |place: usize| u8::from_str_radix(&hex[place..place + 2], 16);
            Ok((seq.parse()?, (0..hex.len()).step_by(2).map(digits).collect::<std::result::Result<_, _>>()?))
        };
        self.ask("SELECT seq, encode(line, 'hex') FROM ibbi_line ORDER BY seq, ctid")?.iter().map(row).collect()
    }

    /// Lets the database take lines with numbers, revisions, and IDs that it has already.
    pub(crate) fn drop_keys(&self) -> Result<()> {
        self.ask(
            "ALTER TABLE ibbi_line DROP CONSTRAINT ibbi_line_pkey;
             DROP INDEX ibbi_line_rev, ibbi_line_id, ibbi_line_opening;
             CREATE INDEX ON ibbi_line (ledger, seq);
             CREATE INDEX ON ibbi_line (ledger, case_id, rev);",
        )?;
        Ok(())
    }
}

/// Returns the log that `bench/peers/postgres.sh` has the server write.
fn log(folder: &Path) -> Result<String> {
    let path = folder.join("log");
    let bytes = std::fs::read(&path).map_err(|error| format!("{}, the server's log: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
