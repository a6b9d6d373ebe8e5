//! The file with a ledger's texts, which is read again only if it changed.

use super::{Texts, if_found, is_missing, texts_path};
use crate::custody::CustodyState;
use crate::key_id::KeyId;
use crate::storage::{Disk, FileId, Storage as _, open_sidecar};
use ibbi_store::Record;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

/// The texts of a ledger, as far as its file was read.
#[derive(Debug, Default)]
pub(crate) struct TextsFile {
    texts: Texts,
    /// How many bytes of whole lines were read.
    read: u64,
    /// The file, its length, and the time of its last change when it was read.
    version: Option<FileVersion>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileVersion {
    file: Option<FileId>,
    length: u64,
    changed: Option<SystemTime>,
}

impl TextsFile {
    /// Puts the texts that are stored beside a ledger into its records. The file is read only if a record has a digest. A text
    /// that was destroyed is marked as such.
    ///
    /// # Errors
    /// Returns the system's error, with the name of the file, if the file can't be read.
    pub(crate) fn fill(&mut self, ledger: &Path, records: &mut [Record], custody: &CustodyState) -> io::Result<()> {
        if !records.iter().any(is_missing) {
            return Ok(());
        }
        let path = texts_path(ledger);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        self.refresh(&path, custody).map_err(named)?;
        self.texts.fill_records(records, custody);
        Ok(())
    }

    /// Forgets the texts of keys that were destroyed.
    pub(crate) fn forget_destroyed(&mut self, custody: &CustodyState) {
        self.texts.forget(|key| custody.destruction(key).is_some());
    }

    /// Reads what was appended, or all of the file if it is another one or has texts whose keys weren't there.
    fn refresh(&mut self, path: &Path, custody: &CustodyState) -> io::Result<()> {
        let Some(mut file) = if_found(open_sidecar(path))? else {
            *self = Self::default();
            return Ok(());
        };
        let metadata = file.metadata()?;
        let version =
            FileVersion { file: Disk.identity(&file)?, length: metadata.len(), changed: metadata.modified().ok() };
        let is_destroyed = |key: &KeyId| custody.destruction(key).is_some();
        self.texts.forget(is_destroyed);
        let lacks_keys = self.texts.closed().any(|key| !is_destroyed(key));
        if self.version == Some(version) && !lacks_keys {
            return Ok(());
        }
        let grew = self.version.is_some_and(|old| old.file == version.file && old.length < version.length);
        if !grew || lacks_keys {
            *self = Self::default();
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        self.texts.add_readable(&bytes[..whole], is_destroyed);
        self.read += whole as u64;
        self.version = Some(version);
        Ok(())
    }
}
