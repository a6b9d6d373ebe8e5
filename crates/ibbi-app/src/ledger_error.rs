//! The errors of ledgers and stores that can't be read or written.

use crate::error::AppError;
use ibbi_log::ReadError;
use ibbi_postgres::PostgresError;
use ibbi_store::StoreError;
use std::io;
use std::path::Path;

impl AppError {
    /// Returns the error for a ledger that can't be read.
    pub(crate) fn from_read(path: &Path, error: ReadError) -> Self {
        let path = path.to_owned();
        match error {
            ReadError::Io { source, .. } => Self::Io { doing: "read", path, source },
            ReadError::Fault(fault) => Self::Damaged { path, fault: Box::new(fault), count: 1 },
            other => Self::Io { doing: "read", path, source: io::Error::other(other.to_string()) },
        }
    }

    /// Returns the error for a store that can't be read; `store` is its name.
    pub(crate) fn from_store(store: &str, error: StoreError) -> Self {
        match error {
            StoreError::NoCase(case) => Self::no_case(case),
            StoreError::Clock(error) => error.into(),
            StoreError::Unreadable(source) if source.is::<PostgresError>() => {
                let source = source.downcast::<PostgresError>();
                source.map_or_else(|source| Self::Usage(source.to_string()), |error| Self::Database(*error))
            }
            StoreError::Unreadable(source) => match source.downcast::<ReadError>() {
                Ok(error) => Self::from_read(Path::new(store), *error),
                Err(source) => Self::Io { doing: "read", path: store.into(), source: io::Error::other(source) },
            },
            other => Self::Io { doing: "read", path: store.into(), source: io::Error::other(other) },
        }
    }
}

/// Returns the error for a ledger that can't be written.
pub(crate) fn not_open() -> AppError {
    AppError::ReadOnly { cause: "the ledger is not open".to_owned() }
}

/// Returns the error for a line about custody. It has no ID under which it could be sent again, as a record has: the command is
/// repeated, and it finishes what an earlier try began.
pub(crate) fn from_ledger(path: &Path, error: ibbi_log::AppendError) -> AppError {
    let repeat =
        |text: String| AppError::Io { doing: "write", path: path.to_owned(), source: std::io::Error::other(text) };
    match error {
        ibbi_log::AppendError::InDoubt { seq, source, .. } => repeat(format!(
            "{source}; line {seq} may or may not be on the disk: fix the cause, and run the same command again"
        )),
        ibbi_log::AppendError::Poisoned => AppError::ReadOnly { cause: "an earlier write failed".to_owned() },
        ibbi_log::AppendError::KeyLeft { key, source } => repeat(format!(
            "the destruction is recorded, but the file of key {key} can't be destroyed: {source}; fix the cause, and run the same \
             command again to finish it"
        )),
        ibbi_log::AppendError::Custody { reason } => AppError::NotAllowed(reason),
        ibbi_log::AppendError::Format => AppError::NotAllowed(error.to_string()),
        ibbi_log::AppendError::Texts { path, source } => AppError::Io { doing: "write", path, source },
        error => AppError::Append(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_code::ExitCode;
    use ibbi_log::AppendError;

    #[test]
    fn line_without_an_id_is_never_sent_again_under_one() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let key = "01920000-0000-7000-8000-000000000001.labor.1".parse().unwrap();
        for (error, remedy) in [
            (AppendError::InDoubt { seq: 7, records: 1, source: full() }, "line 7 may or may not be on the disk"),
            (AppendError::KeyLeft { key, source: full() }, "the destruction is recorded"),
        ] {
            let error = from_ledger(Path::new("a.ledger"), error);
            let text = error.to_string();
            assert!(text.starts_with("cannot write a.ledger: ") && text.contains(remedy), "{text}");
            assert!(text.contains("run the same command again") && !text.contains("ID"), "{text}");
            assert_eq!(error.exit_code(), ExitCode::Io);
        }
        let poisoned = from_ledger(Path::new("a.ledger"), AppendError::Poisoned);
        assert_eq!((poisoned.code(), poisoned.to_string().contains("ID")), ("read-only", false), "{poisoned}");
    }
}
