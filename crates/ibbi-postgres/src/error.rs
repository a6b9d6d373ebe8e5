//! What can go wrong, and what to do.

use ibbi_store::{AppendError, StoreError};
use std::io;
use std::path::PathBuf;
use tokio_postgres::error::SqlState;

/// Why a database can't be used. No message has a password.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The address can't be read.
    #[error("{label}: {reason}; an address is such as postgres://ibbi@db1,db2/ibbi?ledger=cases")]
    Address {
        /// The address without its password.
        label: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that the address needs can't be read: a store file, a file of passwords, or certificates.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// No server of the address answers.
    #[error("{label}: no server answers ({reason}); start PostgreSQL, or correct the host and the port")]
    Unreachable {
        /// The address without its password.
        label: String,
        /// The system's error.
        reason: String,
    },
    /// The servers that answer don't take writes.
    #[error(
        "{label}: the server takes no writes: it is a standby, or read-only; name all servers in the address, so that the one that takes writes is found, or wait until one does"
    )]
    ReadOnly {
        /// The address without its password.
        label: String,
    },
    /// The password is wrong, or there is none.
    #[error(
        "{label}: the server refuses the user ({reason}); set PGPASSWORD, or add the password to ~/.pgpass or to the file of --store-file"
    )]
    Password {
        /// The address without its password.
        label: String,
        /// The server's message.
        reason: String,
    },
    /// The server has no such database, or the user may not use it.
    #[error("{label}: {reason}; create the database with `createdb`, or grant the user access to it")]
    Database {
        /// The address without its password.
        label: String,
        /// The server's message.
        reason: String,
    },
    /// The database has no tables of this program.
    #[error("{label}: the database has no ledger yet; create the tables with `ibbi store init`")]
    NoSchema {
        /// The address without its password.
        label: String,
    },
    /// The tables are of an older version of this program.
    #[error("{label}: the tables have version {found}, this program needs {expected}; run `ibbi store migrate`")]
    Old {
        /// The address without its password.
        label: String,
        /// The version of the tables.
        found: i32,
        /// The version that this program needs.
        expected: i32,
    },
    /// The tables are of a newer version of this program.
    #[error("{label}: the tables have version {found}, this program knows up to {expected}; use a newer ibbi")]
    New {
        /// The address without its password.
        label: String,
        /// The version of the tables.
        found: i32,
        /// The version that this program knows.
        expected: i32,
    },
    /// The database has no ledger with this name.
    #[error("{label}: the database has no ledger `{name}`; {has}, and `ibbi store init` creates one")]
    NoLedger {
        /// The address without its password.
        label: String,
        /// The name.
        name: String,
        /// The names that there are, as a clause.
        has: String,
    },
    /// The database has a ledger with this name already.
    #[error("{label}: the database already has a ledger `{name}`; choose another name with `?ledger=NAME`")]
    Exists {
        /// The address without its password.
        label: String,
        /// The name.
        name: String,
    },
    /// The first line of a ledger would be too long.
    #[error("the first line would be {length} bytes long; choose shorter names")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// A line in the database is not what the lines before it ask for.
    #[error("{label}: line {line}: {reason}; export the ledger, and look at it with `ibbi verify`")]
    Damaged {
        /// The address without its password.
        label: String,
        /// The line's number.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The confidential texts of new records can't be sealed.
    #[error("{label}: cannot store the confidential texts: {reason}; fix the cause and try again")]
    Texts {
        /// The address without its password.
        label: String,
        /// What is wrong.
        reason: String,
    },
    /// A commit was acknowledged with a warning, or its connection was lost.
    #[error("{label}: in doubt: {reason}; the records may or may not last: send them again with the same IDs")]
    InDoubt {
        /// The address without its password.
        label: String,
        /// The warning, or the error.
        reason: String,
    },
    /// Any other error of the server.
    #[error("{label}: {reason}")]
    Server {
        /// The address without its password.
        label: String,
        /// The server's message, with its code.
        reason: String,
        /// The code, if the server sent one.
        code: Option<SqlState>,
        /// Whether the connection is lost.
        is_lost: bool,
    },
    /// No thread could be started.
    #[error("cannot start threads for the connections: {0}")]
    Runtime(String),
}

impl PostgresError {
    /// Returns the error of the server or of a connection to it.
    pub(crate) fn from_server(label: &str, error: &tokio_postgres::Error) -> Self {
        let (label, reason) = (label.to_owned(), reason(error));
        let Some(code) = error.code() else {
            if error.is_closed() || source_of::<io::Error>(error).is_some() {
                return Self::Server { label, reason, code: None, is_lost: true };
            }
            return Self::Server { label, reason, code: None, is_lost: false };
        };
        match code.code() {
            "28P01" | "28000" => Self::Password { label, reason },
            "3D000" | "42501" => Self::Database { label, reason },
            "42P01" => Self::NoSchema { label },
            "25006" => Self::ReadOnly { label },
            _ => Self::Server { label, reason, code: Some(code.clone()), is_lost: is_shutdown(code) },
        }
    }

    /// Returns the error of an attempt to connect.
    pub(crate) fn from_connect(label: &str, error: &tokio_postgres::Error) -> Self {
        match Self::from_server(label, error) {
            Self::Server { label, reason, code: None, .. } => {
                if reason.contains("does not allow writes") || reason.contains("read only") {
                    Self::ReadOnly { label }
                } else if reason.contains("password missing") {
                    Self::Password { label, reason }
                } else {
                    Self::Unreachable { label, reason }
                }
            }
            other => other,
        }
    }

    /// Returns whether a new try on another connection may succeed: a server stops, starts, or changes its role.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::ReadOnly { .. } => true,
            Self::Server { code, is_lost, .. } => {
                *is_lost || code.as_ref().is_some_and(|code| matches!(code.code(), "40001" | "40P01" | "53300"))
            }
            _ => false,
        }
    }

    /// Returns whether a unique key was violated.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Server { code: Some(code), .. } if *code == SqlState::UNIQUE_VIOLATION)
    }
}

/// Returns whether the server ended the connection.
fn is_shutdown(code: &SqlState) -> bool {
    code.code().starts_with("08") || matches!(code.code(), "57P01" | "57P02" | "57P03" | "57P05")
}

fn source_of<'a, T: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    let mut error = Some(error);
    while let Some(now) = error {
        if let Some(found) = now.downcast_ref() {
            return Some(found);
        }
        error = now.source();
    }
    None
}

/// Returns the message of the server with its code, or the chain of errors of a connection.
fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(found) = error.as_db_error() {
        let detail = found.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        return format!("{}{detail} [{}]", found.message(), found.code().code());
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(next) = source {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = next.source();
    }
    text
}

impl From<PostgresError> for StoreError {
    fn from(error: PostgresError) -> Self {
        Self::Unreadable(Box::new(error))
    }
}

impl From<PostgresError> for AppendError {
    fn from(error: PostgresError) -> Self {
        match error {
            PostgresError::InDoubt { .. } => Self::InDoubt { source: Box::new(error) },
            PostgresError::Damaged { .. } => Self::ReadOnly { source: Box::new(error) },
            other => Self::Store(other.into()),
        }
    }
}
