//! Who read confidential texts, and when: a file of JSON lines beside the ledger.

use crate::error::AccessError;
use crate::principal::Principal;
use crate::record_file::{beside, check_is_file, private_options};
use ibbi_core::At;
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Returns the path of the file for a ledger.
pub fn read_log_path(ledger: &Path) -> PathBuf {
    beside(ledger, ".reads")
}

/// The log of who read confidential texts.
#[derive(Debug, Clone)]
pub struct ReadLog {
    path: PathBuf,
}

#[derive(Serialize)]
struct Read<'a> {
    at: At,
    by: &'a Principal,
    /// The case; none for the whole ledger.
    case: Option<Uuid>,
    /// How many texts were shown; none if it isn't known.
    texts: Option<usize>,
    /// The address that showed them.
    path: &'a str,
}

impl ReadLog {
    /// Returns the log at a path. The file is created with the first line.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Adds a line before the texts are shown.
    ///
    /// # Errors
    /// [`AccessError::Io`]. The texts must not be shown then.
    pub fn add(
        &self,
        at: At,
        by: &Principal,
        case: Option<Uuid>,
        texts: Option<usize>,
        path: &str,
    ) -> Result<(), AccessError> {
        let failed = |source| AccessError::Io { doing: "write", path: self.path.clone(), source };
        let line = serde_json::to_string(&Read { at, by, case, texts, path });
        let line = line.map_err(|error| AccessError::Refused(error.to_string()))? + "\n";
        let mut options = OpenOptions::new();
        let mut file =
            private_options(options.read(true).append(true).create(true)).open(&self.path).map_err(failed)?;
        check_is_file(&file).map_err(failed)?;
        // A full disk can leave a part of a line. The next line must not continue it.
        let line = if is_torn(&mut file).map_err(failed)? { format!("\n{line}") } else { line };
        // One write, so that lines of several processes don't mix.
        file.write_all(line.as_bytes()).map_err(failed)
    }
}

/// Returns whether a file ends in the middle of a line.
fn is_torn(file: &mut File) -> io::Result<bool> {
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    Ok(last != *b"\n")
}
