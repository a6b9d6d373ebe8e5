//! The file with a ledger's texts, which is read again only if it changed.

use super::{Texts, if_found, texts_path};
use crate::Digest;
use crate::custody::{CustodyState, Destruction};
use crate::key_id::KeyId;
use crate::storage::{Disk, FileId, Storage as _, open_sidecar};
use ibbi_core::{Event, NoteText};
use ibbi_store::{Record, TextOwner};
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
        let is_missing = |record: &Record| record.event.note_text().is_some_and(|text| text.text().is_none());
        if !records.iter().any(is_missing) {
            return Ok(());
        }
        let path = texts_path(ledger);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        self.refresh(&path, custody).map_err(named)?;
        let mut unsure = Vec::new();
        for (index, record) in records.iter_mut().enumerate().filter(|(_, record)| is_missing(record)) {
            let Some(digest) = record.event.note_text().and_then(NoteText::digest).copied() else { continue };
            let is_later =
                |destruction: &Destruction| destruction.texts.key.case == record.case && destruction.seq > record.seq;
            if custody.destroyed.iter().any(is_later) {
                unsure.push((index, self.texts.key(&Digest::from_bytes(digest)).copied()));
            } else {
                self.texts.fill(&mut record.event);
            }
        }
        for (index, key) in unsure {
            let record = &records[index];
            // A text that was destroyed is not shown, even if the file has it again, in plain text or under a newer key.
            let found = match key {
                Some(key) => custody.destruction_of(record.case, key.owner, record.seq),
                None => destruction_by_owner(record, records, custody),
            };
            let event = &mut records[index].event;
            if let Some(destruction) = found
                && let Some(place) = event.note_text_mut()
                && let Some(digest) = place.digest().copied()
            {
                *place = NoteText::destroyed(digest, destruction.at.utc_date(), destruction.texts.rule.clone());
                continue;
            }
            self.texts.fill(event);
        }
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

/// Returns the destruction of a record's text if the file doesn't name its key. If the concern of a response is not among the
/// records, the destruction of either party's texts counts.
fn destruction_by_owner<'a>(record: &Record, records: &[Record], custody: &'a CustodyState) -> Option<&'a Destruction> {
    let concerns = records.iter().filter(|other| other.case == record.case).map(|other| &other.event);
    let owner = TextOwner::of(&record.event, concerns.filter(|event| matches!(event, Event::ConcernRaised(_))))?;
    let may_be_of =
        |other: &TextOwner| *other == owner || (owner == TextOwner::Unknown && *other != TextOwner::Program);
    let mut owners = TextOwner::ALL.into_iter().filter(may_be_of);
    owners.find_map(|owner| custody.destruction_of(record.case, owner, record.seq))
}
