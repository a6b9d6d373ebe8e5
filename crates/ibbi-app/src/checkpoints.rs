//! The checkpoints of a ledger, and what else it is checked against.

use crate::error::AppError;
use ibbi_log::open_sidecar;
use ibbi_seal::{Checkpoints, checkpoints_path};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What to check a ledger against.
#[derive(Debug, Clone, Default)]
pub struct VerifySettings {
    /// The file of checkpoints. `None` means the file next to the ledger, if it exists.
    pub checkpoints: Option<PathBuf>,
    /// Public keys, or files with a public key.
    pub keys: Vec<String>,
    /// Whether to check only the chain. That is faster, and memory doesn't grow with the number of cases.
    pub chain_only: bool,
}

/// Returns the checkpoints to check a ledger against: those of the given file, or of the file next to the ledger.
pub(crate) fn known_checkpoints(path: &Path, settings: &VerifySettings) -> Result<Option<Checkpoints>, AppError> {
    match (&settings.checkpoints, path == Path::new("-")) {
        (Some(file), _) => read_checkpoints(file, |path| File::open(path)).map(Some),
        (None, true) => Ok(None),
        (None, false) => {
            let beside = checkpoints_path(path);
            let there = beside.try_exists().map_err(|source| AppError::Io {
                doing: "look for",
                path: beside.clone(),
                source,
            })?;
            if there { read_checkpoints(&beside, open_sidecar).map(Some) } else { Ok(None) }
        }
    }
}

/// Reads a file of checkpoints, which the user named or which is beside the ledger.
pub(crate) fn read_checkpoints(path: &Path, open: fn(&Path) -> io::Result<File>) -> Result<Checkpoints, AppError> {
    let mut text = Vec::new();
    let read = open(path).and_then(|mut file| file.read_to_end(&mut text));
    read.map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })?;
    let text = String::from_utf8_lossy(&text);
    Checkpoints::parse(&text).map_err(|source| AppError::Checkpoints { path: path.to_owned(), source })
}
