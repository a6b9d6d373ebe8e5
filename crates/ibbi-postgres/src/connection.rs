//! Connections, and the server's answers as values and errors of this crate.

use crate::address::Address;
use crate::error::PostgresError;
use crate::tls::connector;
use crate::wait::{runtime, wait};
use futures_util::StreamExt as _;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio_postgres::error::Severity;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, CopyOutStream, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What every session sets.
///
/// A commit is acknowledged when it is on the disk, and on the standbys that the server names. The rows that a transaction has
/// locked are free again if its program stands still for half a minute. Nothing else has a limit: a commit must end. Warnings are
/// asked for, and the setting of commits is fixed for the session, whatever the server, the database, or the role has or gets.
const SESSION: &str = "
    SET statement_timeout = 0;
    SET lock_timeout = 0;
    SET idle_in_transaction_session_timeout = '30s';
    SET client_min_messages = 'warning';
    SELECT set_config('synchronous_commit', coalesce(nullif(nullif(current_setting('synchronous_commit'), 'off'), 'local'), 'on'), false)";

/// The longest time between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How long after a request that tried in vain others try only once.
const FRESH_FAILURE: Duration = Duration::from_secs(1);

/// A connection to a server.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// The warnings that the server sent and nobody took.
    warnings: Arc<Mutex<Vec<String>>>,
    statements: Mutex<HashMap<&'static str, Statement>>,
    label: String,
}

impl Connection {
    /// Connects: to a server that takes writes, or to any.
    pub(crate) fn open(address: &Address, for_writing: bool, tls: &MakeRustlsConnect) -> Result<Self, PostgresError> {
        let (config, tls) = (address.config(for_writing)?, tls.clone());
        let label = address.to_string();
        let task = runtime()?.spawn(async move { config.connect(tls).await });
        let connected = wait(task).map_err(|error| PostgresError::Runtime(error.to_string()))?;
        let (client, mut connection) = connected.map_err(|error| PostgresError::from_connect(&label, &error))?;
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&warnings);
        runtime()?.spawn(async move {
            let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = messages.next().await {
                // The messages are in the order of the server's, so a warning is here before the answer to its command.
                if let AsyncMessage::Notice(notice) = message
                    && (notice.code().code().starts_with("01") || notice.parsed_severity() == Some(Severity::Warning))
                {
                    let text = format!("{} [{}]", notice.message(), notice.code().code());
                    seen.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                }
            }
        });
        let connection = Self { client, warnings, statements: Mutex::default(), label };
        connection.run(SESSION)?;
        connection.take_warnings();
        Ok(connection)
    }

    /// Returns the warnings since the last call.
    pub(crate) fn take_warnings(&self) -> Vec<String> {
        core::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Returns the error for one of the client's.
    pub(crate) fn failed(&self, error: &tokio_postgres::Error) -> PostgresError {
        PostgresError::from_server(&self.label, error)
    }

    /// Runs commands that return nothing.
    pub(crate) fn run(&self, commands: &str) -> Result<(), PostgresError> {
        wait(self.client.batch_execute(commands)).map_err(|error| self.failed(&error))
    }

    /// Returns a statement, which is prepared once for each connection.
    pub(crate) fn prepared(&self, sql: &'static str) -> Result<Statement, PostgresError> {
        let mut statements = self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = wait(self.client.prepare(sql)).map_err(|error| self.failed(&error))?;
        statements.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Returns the rows of a query.
    pub(crate) fn query(&self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, PostgresError> {
        let statement = self.prepared(sql)?;
        wait(self.client.query(&statement, values)).map_err(|error| self.failed(&error))
    }

    /// Returns the first row of a query.
    pub(crate) fn first(
        &self,
        sql: &'static str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, PostgresError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) fn execute(&self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, PostgresError> {
        let statement = self.prepared(sql)?;
        wait(self.client.execute(&statement, values)).map_err(|error| self.failed(&error))
    }

    /// Starts to copy rows out of the database.
    pub(crate) fn copy_out(&self, sql: &str) -> Result<CopyOutStream, PostgresError> {
        wait(self.client.copy_out(sql)).map_err(|error| self.failed(&error))
    }
}

/// Returns a value of a row.
pub(crate) fn value<'a, T: tokio_postgres::types::FromSql<'a>>(
    row: &'a Row,
    place: usize,
    label: &str,
) -> Result<T, PostgresError> {
    row.try_get(place).map_err(|error| PostgresError::from_server(label, &error))
}

/// Returns a number that the database has as a signed one.
pub(crate) fn number(row: &Row, place: usize, label: &str) -> Result<u64, PostgresError> {
    Ok(u64::try_from(value::<i64>(row, place, label)?).unwrap_or(0))
}

/// Returns a number as the database has it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The connections that are not in use, to read.
pub(crate) struct Pool {
    address: Address,
    for_writing: bool,
    idle: Mutex<Vec<Connection>>,
    tls: OnceLock<MakeRustlsConnect>,
    /// How long a server that doesn't answer is tried again.
    patience: Duration,
    /// When that was last in vain.
    given_up: Mutex<Option<Instant>>,
}

impl Pool {
    pub(crate) const fn new(address: Address, for_writing: bool, patience: Duration) -> Self {
        Self {
            address,
            for_writing,
            idle: Mutex::new(Vec::new()),
            tls: OnceLock::new(),
            patience,
            given_up: Mutex::new(None),
        }
    }

    pub(crate) const fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the attempts of one request. If another one has just tried in vain for the whole time, there is only one: requests that
    /// wait in a line would otherwise each wait as long.
    pub(crate) fn attempts(&self) -> Attempts {
        let given_up = *self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = given_up.is_some_and(|when| when.elapsed() < FRESH_FAILURE);
        Attempts::new(if is_fresh { Duration::ZERO } else { self.patience })
    }

    /// Notes that a request has tried in vain.
    pub(crate) fn give_up(&self) {
        *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Opens a connection. To read, a server that takes writes is preferred, because a standby can be behind.
    pub(crate) fn connect(&self) -> Result<Connection, PostgresError> {
        let tls = match self.tls.get() {
            Some(tls) => tls,
            None => {
                let made = connector(self.address.certificates())?;
                self.tls.get_or_init(|| made)
            }
        };
        match Connection::open(&self.address, true, tls) {
            Err(_) if !self.for_writing => Connection::open(&self.address, false, tls),
            opened => opened,
        }
    }

    /// Reads on a connection. If the server is stopping or starting, it is tried again for a while, on the server that answers.
    pub(crate) fn read<T>(&self, read: impl Fn(&Connection) -> Result<T, PostgresError>) -> Result<T, PostgresError> {
        let mut attempts = self.attempts();
        loop {
            match self.read_once(&read) {
                Err(error) if error.may_pass() => {
                    if !attempts.pause() {
                        self.give_up();
                        return Err(error);
                    }
                }
                done => return done,
            }
        }
    }

    /// Reads on a connection, and doesn't try again.
    pub(crate) fn read_once<T>(
        &self,
        read: impl Fn(&Connection) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(idle) if !idle.is_closed() => idle,
            _ => self.connect()?,
        };
        let found = read(&connection)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(found)
    }
}

/// Attempts with pauses that grow, until a time is over.
pub(crate) struct Attempts {
    end: Instant,
    pause: Duration,
}

impl Attempts {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { end: Instant::now() + patience, pause: Duration::from_millis(5) }
    }

    /// Waits before the next attempt. Returns `false` if the time is over.
    pub(crate) fn pause(&mut self) -> bool {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(self.pause.min(left));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}
