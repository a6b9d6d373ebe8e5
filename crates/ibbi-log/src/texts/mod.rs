//! Confidential texts, which are stored beside a ledger and not in it.
//!
//! A line of format 2 has the salted digest of a note, a concern, or a response: the SHA-256 of 16 random bytes followed by
//! the text's UTF-8. The file `LEDGER.texts` has the texts, one JSON object on each line:
//! `{"digest":"…","salt":"…","text":"…"}`. Without that file a ledger is still whole and can be checked and audited.
//!
//! The texts can be sealed. Then the first line of the file names the folder with the keys, and each text is a line
//! `{"digest":"…","key":"…","sealed":"…"}`: the random nonce of XChaCha20-Poly1305, the encrypted salt and text, and the tag, in
//! base64. The salt is sealed too, because with it the text could be guessed.

mod file;
mod fill;
mod key;
mod line;
mod new_texts;
mod rewrite;
mod row;

pub(crate) use file::TextsFile;
pub(crate) use key::KeyFolder;
pub use key::{misplaced_key_folder, use_key_folder};
pub(crate) use new_texts::{NewTexts, key_folder};
pub use rewrite::{SealedTexts, TextOwners};
pub(crate) use rewrite::{check_key, is_key_or_remains, seal};
pub use row::TextRow;

use crate::Digest;
use crate::custody::CustodyState;
use crate::key_id::KeyId;
use crate::storage::{Disk, Storage, StoredFile as _, open_sidecar, sidecar_path};
use ibbi_core::{Event, NoteText};
use key::TextKey;
use line::{SaltedText, TextLine};
use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What the name of the file adds to the ledger's.
const SUFFIX: &str = ".texts";

/// Returns the path of the file with a ledger's confidential texts.
pub fn texts_path(ledger: &Path) -> PathBuf {
    sidecar_path(ledger, SUFFIX)
}

/// Checks that the folder with the keys of a ledger's texts is there, and only its owner can read it. Returns the folder; `None` if the
/// texts aren't sealed.
///
/// # Errors
/// Returns the system's error with the folder, and what to do.
pub fn check_key_folder(ledger: &Path) -> io::Result<Option<PathBuf>> {
    let Some(file) = if_found(Disk.open_sidecar(&texts_path(ledger)))? else { return Ok(None) };
    let Some(folder) = key_folder(&file)? else { return Ok(None) };
    folder.check(&Disk, Some(ledger))?;
    Ok(Some(folder.path().to_owned()))
}

/// Returns the salted digest of a text, as a line of format 2 has it.
pub fn text_digest(salt: &[u8; 16], text: &str) -> Digest {
    let mut bytes = Vec::with_capacity(16 + text.len());
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(text.as_bytes());
    Digest::sha256(&bytes)
}

/// Whether a text is in the file of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextState {
    /// The file has the text.
    Available,
    /// A line of the file has this digest, but another text or salt.
    Altered,
    /// No line of the file has this digest.
    Missing,
    /// The text is sealed, and its key is not here.
    Closed,
    /// The text is sealed, and the file of its key is damaged, is that of other texts, or can't be read.
    KeyDamaged,
}

/// The confidential texts of a ledger, by their digests.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    found: HashMap<Digest, SaltedText>,
    /// The digests of the lines whose text is another one.
    altered: HashSet<Digest>,
    /// The keys of the texts that are sealed.
    keys: HashMap<Digest, KeyId>,
    /// The folder with the keys, if the texts are sealed.
    folder: Option<KeyFolder>,
    /// The keys that were not in the folder.
    absent: HashSet<KeyId>,
    /// The keys whose files are in the folder and are not the keys, or can't be read.
    damaged: HashSet<KeyId>,
}

impl Texts {
    /// Reads the texts that are stored beside a ledger. A ledger without such a file has none.
    ///
    /// A line that isn't a text with its own digest is skipped: a crash can leave a part of one.
    ///
    /// # Errors
    /// Returns the system's error if the file can't be read.
    pub fn beside(ledger: &Path) -> io::Result<Self> {
        Self::find(ledger).map(Option::unwrap_or_default)
    }

    /// Reads the texts as [`beside`](Self::beside) does, and returns `None` if the file doesn't exist.
    ///
    /// # Errors
    /// Returns the system's error if the file can't be read.
    pub fn find(ledger: &Path) -> io::Result<Option<Self>> {
        Ok(if_found(open_sidecar(&texts_path(ledger)).and_then(|mut file| {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map(|_| bytes)
        }))?
        .map(|bytes| Self::parse(&bytes)))
    }

    /// Reads the texts as [`beside`](Self::beside) does, from any storage.
    ///
    /// # Errors
    /// Returns the system's error if the file can't be read.
    pub fn read_in<S: Storage>(storage: &S, ledger: &Path) -> io::Result<Self> {
        let file = if_found(storage.open_sidecar(&texts_path(ledger)))?;
        let Some(bytes) = file.map(|file| file.read_all()).transpose()? else { return Ok(Self::default()) };
        let mut texts = Self::default();
        texts.add(&bytes, |path| storage.open_sidecar(path)?.read_all(), |_| false);
        Ok(texts)
    }

    /// Reads the lines of a file of texts that a store keeps in another place. Sealed texts are read with the keys in the folder
    /// that the first line names, except those that were destroyed.
    pub fn of_lines(lines: &[u8], custody: &CustodyState) -> Self {
        let mut texts = Self::default();
        texts.add_readable(lines, |key| custody.destruction(key).is_some());
        texts
    }

    fn parse(bytes: &[u8]) -> Self {
        let mut texts = Self::default();
        texts.add_readable(bytes, |_| false);
        texts
    }

    /// Adds lines, and reads the keys from files.
    fn add_readable(&mut self, bytes: &[u8], is_destroyed: impl Fn(&KeyId) -> bool) {
        let read = |path: &Path| {
            let mut bytes = Vec::with_capacity(512);
            open_sidecar(path)?.read_to_end(&mut bytes).map(|_| bytes)
        };
        self.add(bytes, read, is_destroyed);
    }

    /// Adds lines. A key that was destroyed opens nothing, even if a copy of its file is there.
    fn add(
        &mut self,
        bytes: &[u8],
        read_key: impl Fn(&Path) -> io::Result<Vec<u8>>,
        is_destroyed: impl Fn(&KeyId) -> bool,
    ) {
        let mut ring: HashMap<KeyId, Result<TextKey, Unusable>> = HashMap::new();
        for line in bytes.split(|byte| *byte == b'\n').filter_map(TextLine::read) {
            match line {
                TextLine::Head(folder) => self.folder = Some(KeyFolder::named(&folder)),
                TextLine::Plain(digest, Some(text)) => drop(self.found.insert(digest, text)),
                TextLine::Plain(digest, None) => drop(self.altered.insert(digest)),
                TextLine::Sealed(digest, id, sealed) => {
                    self.keys.insert(digest, id);
                    let key = ring.entry(id).or_insert_with(|| {
                        let folder = self.folder.as_ref().filter(|_| !is_destroyed(&id)).ok_or(Unusable::Absent)?;
                        let file = read_key(&folder.file(&id)).map_err(|error| match error.kind() {
                            io::ErrorKind::NotFound => Unusable::Absent,
                            _ => Unusable::Damaged,
                        })?;
                        TextKey::parse(&Zeroizing::new(file), &id).ok_or(Unusable::Damaged)
                    });
                    match key.as_ref().map(|key| SaltedText::open(&digest, key, &sealed)) {
                        Ok(Some(text)) => drop(self.found.insert(digest, text)),
                        Ok(None) => drop(self.altered.insert(digest)),
                        Err(Unusable::Absent) => drop(self.absent.insert(id)),
                        Err(Unusable::Damaged) => drop(self.damaged.insert(id)),
                    }
                }
            }
        }
    }

    /// Forgets the texts of keys that were destroyed.
    fn forget(&mut self, is_destroyed: impl Fn(&KeyId) -> bool) {
        let gone: Vec<Digest> =
            self.keys.iter().filter(|(_, key)| is_destroyed(key)).map(|(digest, _)| *digest).collect();
        for digest in gone {
            self.found.remove(&digest);
        }
    }

    /// Returns the keys that texts need and that are not in the folder, or are damaged.
    pub fn closed(&self) -> impl Iterator<Item = &KeyId> {
        self.absent.iter().chain(&self.damaged)
    }

    /// Returns the folder with the keys, if the texts are sealed.
    pub fn key_folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(KeyFolder::path)
    }

    /// Returns whether the folder has the file of a key.
    pub fn has_key(&self, id: &KeyId) -> bool {
        self.folder.as_ref().is_some_and(|folder| folder.file(id).symlink_metadata().is_ok())
    }

    /// Returns the key with which the text with this digest is sealed, if it is sealed.
    pub fn key(&self, digest: &Digest) -> Option<&KeyId> {
        self.keys.get(digest)
    }

    /// Returns the salt and the text with this digest.
    pub fn salted(&self, digest: &Digest) -> Option<(&[u8; 16], &NoteText)> {
        self.found.get(digest).map(|found| (&found.salt, &found.text))
    }

    /// Returns whether the text with this digest is available.
    pub fn state(&self, digest: &Digest) -> TextState {
        if self.found.contains_key(digest) {
            TextState::Available
        } else if self.altered.contains(digest) {
            TextState::Altered
        } else if let Some(key) = self.keys.get(digest) {
            if self.damaged.contains(key) { TextState::KeyDamaged } else { TextState::Closed }
        } else {
            TextState::Missing
        }
    }

    /// Returns the text with this digest.
    pub fn get(&self, digest: &Digest) -> Option<&NoteText> {
        self.found.get(digest).map(|found| &found.text)
    }

    /// Puts an event's text in the place of its digest, if the text is known.
    pub fn fill(&self, event: &mut Event) {
        if let Some(place) = event.note_text_mut()
            && let Some(text) = place.digest().and_then(|digest| self.get(&Digest::from_bytes(*digest)))
        {
            *place = text.clone();
        }
    }
}

/// Why a key opens nothing.
#[derive(Clone, Copy)]
enum Unusable {
    Absent,
    Damaged,
}

/// Returns whether a record has the digest of a text in its place.
fn is_missing(record: &ibbi_store::Record) -> bool {
    record.event.note_text().is_some_and(|text| text.text().is_none())
}

fn if_found<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
