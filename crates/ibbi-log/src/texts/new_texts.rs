//! Texts that are about to be stored.

use super::key::{KeyFolder, TextKey};
use super::line::TextLine;
use super::{TextRow, if_found, text_digest, texts_path};
use crate::Digest;
use crate::custody::CustodyState;
use crate::key_id::KeyId;
use crate::storage::{Disk, Storage, StoredFile, Stream};
use ibbi_core::{At, Event, NoteText};
use ibbi_store::{NewRecord, TextOwner};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The longest first line of a file with sealed texts, in bytes. A path has at most 4 KiB.
const LONGEST_HEAD: u64 = 32 * 1024;

/// The texts of a batch of records.
#[derive(Debug, Default)]
pub(crate) struct NewTexts(Vec<NewText>);

#[derive(Debug)]
struct NewText {
    case: Uuid,
    owner: TextOwner,
    digest: Digest,
    salt: [u8; 16],
    text: NoteText,
}

impl NewTexts {
    /// Returns whether the batch has no texts.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Returns the rows that a store has for the texts. See [`crate::LinkedLines::text_rows`].
    pub(crate) fn rows(
        &self,
        head: Option<&[u8]>,
        custody: &CustodyState,
        now: At,
        sealed: impl Fn() -> io::Result<Vec<u8>>,
    ) -> io::Result<Vec<TextRow>> {
        let refused = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason);
        match head {
            Some(head) => {
                let folder =
                    folder_in(head).ok_or_else(|| refused("the name of the folder with their keys can't be read"))?;
                folder.check(&Disk, None)?;
                self.sealed(&Disk, &folder, sealed, custody, now)
            }
            None if custody.destroyed.is_empty() => self.plain(),
            None => {
                Err(refused("the texts of this ledger were sealed, but the folder of their keys is not named any more"))
            }
        }
    }

    /// Takes the text of a record's event, and returns the event with its digest. Returns `None` if the event has no text.
    pub(crate) fn take(&mut self, record: &NewRecord) -> Option<Event> {
        let event = record.accepted.event();
        let note = event.note_text()?;
        let text = note.text()?;
        let salt = record.salt.unwrap_or_else(|| Uuid::new_v4().into_bytes());
        let digest = text_digest(&salt, text);
        let owner = record.text_owner.or_else(|| TextOwner::of(event, [])).unwrap_or(TextOwner::Unknown);
        self.0.push(NewText { case: record.accepted.case(), owner, digest, salt, text: note.clone() });
        let mut event = event.clone();
        if let Some(place) = event.note_text_mut() {
            *place = NoteText::from_digest(*digest.as_bytes());
        }
        Some(event)
    }

    /// Appends the texts to the file beside a ledger: sealed, if its texts are. When this returns without an error, they are on
    /// the disk, and so are the keys with which they are sealed.
    ///
    /// `has_texts` tells whether earlier records have texts. Then a missing file, or one that was sealed and lost its first line, is
    /// an error, and nothing is stored in plain text.
    pub(crate) fn store<S: Storage>(
        &self,
        storage: &S,
        ledger: &Path,
        (custody, has_texts): (&CustodyState, bool),
        now: At,
    ) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let path = texts_path(ledger);
        let known = if_found(storage.open_sidecar(&path))?;
        let keys = known.as_ref().map(key_folder).transpose()?.flatten();
        let lines = match (&keys, &known) {
            (Some(keys), Some(file)) => {
                keys.check(storage, Some(ledger))?;
                self.sealed(storage, keys, || file.read_all(), custody, now)?
            }
            _ => {
                check_plain(known.as_ref(), has_texts, custody)?;
                self.plain()?
            }
        };
        let file = match known {
            Some(file) => file,
            None => {
                let file = storage.create_new(&path)?;
                storage.sync_directory_of(&path)?;
                file
            }
        };
        let end = file.length()?;
        let mut last = [0];
        let torn = end > 0 && file.read_at(&mut last, end - 1)? == 1 && last != *b"\n";
        let mut bytes = if torn { vec![b'\n'] } else { Vec::new() };
        for TextRow { line, .. } in &lines {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        file.write_all_at(&bytes, end)?;
        file.sync_data()
    }

    fn plain(&self) -> io::Result<Vec<TextRow>> {
        let row = |NewText { digest, salt, text, .. }: &NewText| {
            let mut line = Vec::new();
            TextLine::write_plain(digest, salt, text.text().unwrap_or_default(), &mut line)?;
            Ok(TextRow::of(*digest, None, line))
        };
        self.0.iter().map(row).collect()
    }

    /// Returns the sealed texts. `texts` reads the lines of those that are stored.
    fn sealed<S: Storage>(
        &self,
        storage: &S,
        keys: &KeyFolder,
        texts: impl Fn() -> io::Result<Vec<u8>>,
        custody: &CustodyState,
        now: At,
    ) -> io::Result<Vec<TextRow>> {
        let mut ring = NewKeys::new(storage, keys, now);
        let row = |NewText { case, owner, digest, salt, text }: &NewText| {
            let id = custody.next_key(*case, *owner);
            let key = ring.key(id, &texts)?;
            let sealed = key.seal(digest, salt, text.text().unwrap_or_default())?;
            let mut line = Vec::new();
            TextLine::write_sealed(digest, &id, sealed, &mut line)?;
            Ok(TextRow::of(*digest, Some(id), line))
        };
        self.0.iter().map(row).collect()
    }
}

/// The keys that seal texts, which are made if there are none.
pub(super) struct NewKeys<'a, S: Storage> {
    storage: &'a S,
    folder: &'a KeyFolder,
    now: At,
    known: HashMap<KeyId, TextKey>,
    /// The keys that the file of texts names, once it was read.
    used: Option<HashSet<KeyId>>,
}

impl<'a, S: Storage> NewKeys<'a, S> {
    pub(super) fn new(storage: &'a S, folder: &'a KeyFolder, now: At) -> Self {
        Self { storage, folder, now, known: HashMap::new(), used: None }
    }

    /// Returns a key, which is on the disk. `texts` reads the file of texts.
    pub(super) fn key(&mut self, id: KeyId, texts: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<&TextKey> {
        let Self { storage, folder, now, known, used } = self;
        let place = match known.entry(id) {
            Entry::Occupied(known) => return Ok(known.into_mut()),
            Entry::Vacant(place) => place,
        };
        let is_used = || {
            let used = match used {
                Some(used) => used,
                None => used.insert(used_keys(&texts()?)),
            };
            Ok(used.contains(&id))
        };
        Ok(place.insert(folder.key(*storage, &id, *now, is_used)?))
    }
}

/// Returns the keys that a file of texts names.
fn used_keys(texts: &[u8]) -> HashSet<KeyId> {
    let lines = texts.split(|byte| *byte == b'\n').filter_map(TextLine::read);
    lines.filter_map(|line| if let TextLine::Sealed(_, key, _) = line { Some(key) } else { None }).collect()
}

/// Returns the folder with the keys of a file of texts, if its texts are sealed.
pub(crate) fn key_folder(file: &impl StoredFile) -> io::Result<Option<KeyFolder>> {
    let mut head = Vec::new();
    Stream::new(file, 0, LONGEST_HEAD).read_to_end(&mut head)?;
    Ok(folder_in(&head))
}

/// What the lines of sealed texts have and no line of a plain text can have: there, a quotation mark in a text has a backslash
/// before it.
const SEALED_FIELD: &[u8] = b",\"sealed\":";

/// Checks that texts beside a ledger are stored in plain text, as far as anything shows.
fn check_plain(file: Option<&impl StoredFile>, has_texts: bool, custody: &CustodyState) -> io::Result<()> {
    let fix = "restore it from a copy, or run `ibbi texts seal LEDGER --keys DIR` to continue with sealed texts";
    let refused = |reason: &str| Err(io::Error::new(io::ErrorKind::InvalidData, format!("{reason}; {fix}")));
    let length = file.map(StoredFile::length).transpose()?.unwrap_or(0);
    if has_texts && file.is_none() {
        return refused(
            "the file is missing, but earlier records have texts, which may have been sealed (if they were in plain text and are \
             lost, create an empty file with this name)",
        );
    }
    if !custody.destroyed.is_empty() {
        return refused(
            "the texts of this ledger were sealed, but the file doesn't begin with the folder of their keys",
        );
    }
    let Some(file) = file else { return Ok(()) };
    // The beginning shows a first line that was lost or damaged, and the end shows what was added last.
    for from in [0, length.saturating_sub(LONGEST_HEAD)] {
        let mut part = Vec::new();
        Stream::new(file, from, (from + LONGEST_HEAD).min(length)).read_to_end(&mut part)?;
        if part.windows(SEALED_FIELD.len()).any(|window| window == SEALED_FIELD) {
            return refused("the file has sealed texts, but its first line doesn't name the folder of their keys");
        }
    }
    Ok(())
}

/// Returns the folder with the keys that the first line of a file names.
fn folder_in(texts: &[u8]) -> Option<KeyFolder> {
    named_folder(texts).map(|folder| KeyFolder::named(&folder))
}

/// Returns the path of the folder that the first line of a file names.
pub(super) fn named_folder(texts: &[u8]) -> Option<PathBuf> {
    match TextLine::read(texts.split(|byte| *byte == b'\n').next()?)? {
        TextLine::Head(folder) => Some(folder),
        TextLine::Plain(..) | TextLine::Sealed(..) => None,
    }
}
