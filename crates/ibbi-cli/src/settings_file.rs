//! The files that the settings of the server name, and their own. They are read again while the server runs.

use ibbi_app::AppError;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The longest file of settings, in bytes.
pub(crate) const MAX_BYTES: u64 = 1 << 20;

/// Reads a file of the settings. A pipe or a device is refused: it can't be read twice, and reading it could never end.
///
/// # Errors
/// [`AppError::Io`] if it can't be read, is not a regular file, or has more than `most` bytes.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    check(path, most)?;
    let mut bytes = Vec::new();
    // It may have grown since.
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(failed)?;
    Ok(bytes)
}

/// Checks that a path leads to a regular file with at most `most` bytes.
///
/// # Errors
/// As [`read`].
pub(crate) fn check(path: &Path, most: u64) -> Result<(), AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let found = std::fs::metadata(path).map_err(failed)?;
    if !found.is_file() {
        let why = "it is not a regular file; write the text into a file, because the server reads it again on SIGHUP";
        return Err(failed(io::Error::other(why)));
    }
    if found.len() > most {
        return Err(failed(io::Error::other(format!("it has more than {most} bytes; name another file"))));
    }
    Ok(())
}
