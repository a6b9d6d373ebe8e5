//! The file of checkpoints beside a ledger, and adding to it.

use super::{Ledger, State, beside, directory};
use crate::checkpoint::{Checkpoint, CheckpointError, Checkpoints, CheckpointsError, SignedCheckpoint};
use crate::key::PrivateKey;
use crate::storage::{Storage, StoredFile, Stream, write_all_at};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What the file's name adds to the ledger's.
const SUFFIX: &str = ".checkpoints";

/// Why no checkpoint was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The ledger is damaged or a write is in doubt: whoever signs it now may sign what will not be.
    #[error("the ledger is not open for writing; a checkpoint is only written for a sound one")]
    ReadOnly,
    /// The checkpoint cannot be written down.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The file of checkpoints cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointsError,
    },
    /// The system refused something.
    #[error("could not write {path}: {source}; try again", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// The path of the file that keeps a ledger's checkpoints, newest last.
pub fn checkpoints_path(ledger: &Path) -> PathBuf {
    beside(ledger, SUFFIX)
}

/// Reads the checkpoints beside a ledger; none if there is no file.
pub(super) fn read(storage: &impl Storage, ledger: &Path) -> io::Result<Result<Checkpoints, CheckpointsError>> {
    match storage.open(&checkpoints_path(ledger)) {
        Ok(file) => Ok(Checkpoints::parse(&read_text(&file)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ok(Checkpoints::default())),
        Err(error) => Err(error),
    }
}

fn read_text(file: &impl StoredFile) -> io::Result<String> {
    let mut bytes = Vec::new();
    Stream::new(file, 0, u64::MAX).read_to_end(&mut bytes)?;
    // What is no UTF-8 is part of no checkpoint, and is found to be none in its place.
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().iter().map(|byte| ascii(*byte)).collect()))
}

/// A byte of a text that is no UTF-8, one character for each byte, so that places in the text are places in the file.
fn ascii(byte: u8) -> char {
    if byte.is_ascii() { char::from(byte) } else { '\u{1}' }
}

impl<S: Storage> Ledger<S> {
    /// Signs the ledger as it is now and adds the checkpoint to the file beside it, safe on the disk when this returns.
    ///
    /// If the newest checkpoint covers the same lines and was signed by the same key, it is returned instead.
    ///
    /// # Errors
    /// [`SignError`]. The ledger itself is never in doubt by it.
    pub fn checkpoint(&mut self, key: &PrivateKey) -> Result<SignedCheckpoint, SignError> {
        if !matches!(self.state, State::Writable) {
            return Err(SignError::ReadOnly);
        }
        let path = checkpoints_path(&self.path);
        let failed = |source| SignError::Io { path: path.clone(), source };
        let checkpoint = Checkpoint {
            origin: self.opening.origin.as_str().to_owned(),
            size: self.tree.size(),
            root: self.tree.root(),
        };
        let signed = checkpoint.sign(key)?;
        let file = match self.storage.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.storage.create_new(&path),
            other => other,
        };
        let file = file.map_err(failed)?;
        let text = read_text(&file).map_err(failed)?;
        let known = Checkpoints::parse(&text).map_err(|source| SignError::File { path: path.clone(), source })?;
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX) - known.torn;
        // Ed25519 signs the same text with the same key in the same way.
        let repeated = known.list.last() == Some(&signed);
        // A checkpoint that an earlier try left may be in the system's memory only, so it is written once more too.
        let line = signed.to_string();
        let found = text.rfind(&line).filter(|_| repeated).and_then(|place| u64::try_from(place).ok());
        let from = found.unwrap_or(length);
        let written = (|| {
            if known.torn > 0 {
                file.set_length(length)?;
            }
            write_all_at(&file, line.as_bytes(), from)?;
            file.sync_data()?;
            self.storage.sync_directory(directory(&self.path))
        })();
        written.map_err(failed)?;
        self.covered = signed.checkpoint().size;
        Ok(signed)
    }

    /// How many lines the largest checkpoint beside the ledger covers; 0 if there is none.
    pub const fn covered(&self) -> u64 {
        self.covered
    }
}
