//! Sealing the texts of a ledger that has them in plain text.

use super::key::{KeyFolder, TextKey};
use super::line::{SaltedText, TextLine};
use super::new_texts::{NewKeys, named_folder};
use super::{if_found, text_digest, texts_path};
use crate::Digest;
use crate::custody::CustodyState;
use crate::key_id::KeyId;
use crate::storage::{Storage, StoredFile, sidecar_path};
use ibbi_core::At;
use ibbi_store::TextOwner;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// What the name of the new file adds to the ledger's until it takes the place of the old one.
const NEW: &str = ".texts.new";

/// Whose texts are, by their digests: the case, and the party in it.
pub type TextOwners = HashMap<Digest, (Uuid, TextOwner)>;

/// What sealing the texts of a ledger did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SealedTexts {
    /// How many texts were sealed.
    pub sealed: u64,
    /// How many texts were sealed before.
    pub already: u64,
    /// How many texts were left out because no record has their digest: what a crash left before it could be recorded.
    pub dropped: u64,
}

/// Seals all texts beside a ledger with the keys of a folder, and names the folder in the first line of the file.
///
/// The new file takes the place of the old one at once, and the old one is overwritten. Before, its keys are on the disk.
pub(crate) fn seal<S: Storage>(
    storage: &S,
    ledger: &Path,
    folder: PathBuf,
    owners: &TextOwners,
    (custody, now): (&CustodyState, At),
) -> io::Result<SealedTexts> {
    let (path, new) = (texts_path(ledger), sidecar_path(ledger, NEW));
    let keys = KeyFolder::at(folder.clone());
    keys.check(storage, Some(ledger))?;
    let old = if_found(storage.open_sidecar(&path))?;
    let text = old.as_ref().map(StoredFile::read_all).transpose()?.unwrap_or_default();
    let named = named_folder(&text);
    let mut ring = NewKeys::new(storage, &keys, now);
    let (mut done, mut bytes) = (SealedTexts::default(), Vec::new());
    let (mut accounted, mut unread, mut has_plain) = (HashSet::new(), None, false);
    let mut old_keys = OldKeys { storage, folder: &keys, known: HashMap::new() };
    let refused = |message: String| Err(io::Error::new(io::ErrorKind::InvalidData, message));
    TextLine::write_head(folder.clone(), &mut bytes)?;
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        match TextLine::read(line) {
            Some(TextLine::Sealed(digest, key, sealed)) => {
                let is_moved = named.as_ref() != Some(&folder) && custody.destruction(&key).is_none();
                if is_moved && !old_keys.open(&key, &digest, &sealed)? {
                    return refused(format!(
                        "line {number} is sealed with key {key}, and {} doesn't open it; name the folder that has all keys of \
                         the file",
                        keys.file(&key).display()
                    ));
                }
                accounted.insert(digest);
                TextLine::write_sealed(&digest, &key, sealed, &mut bytes)?;
                done.already += 1;
            }
            Some(TextLine::Plain(digest, found)) => match (owners.get(&digest), found) {
                (Some((case, owner)), Some(found)) => {
                    let id = custody.next_key(*case, *owner);
                    let plain = found.text.text().unwrap_or_default();
                    debug_assert_eq!(text_digest(&found.salt, plain), digest);
                    let sealed = ring.key(id, || Ok(text.clone()))?.seal(&digest, &found.salt, plain)?;
                    TextLine::write_sealed(&digest, &id, sealed, &mut bytes)?;
                    accounted.insert(digest);
                    has_plain = true;
                    done.sealed += 1;
                }
                (Some(_), None) => {
                    return refused(format!(
                        "line {number} has a text with another digest, which would be lost: it was altered; restore the file from \
                         a copy, or remove the line"
                    ));
                }
                (None, _) => {
                    has_plain = true;
                    done.dropped += 1;
                }
            },
            Some(TextLine::Head(_)) if index == 0 => {}
            None if line.trim_ascii().is_empty() => {}
            Some(TextLine::Head(_)) | None => {
                if serde_json::from_slice::<serde_json::Value>(line).is_ok() {
                    return refused(format!(
                        "line {number} is not readable by this version of the program; use the version that wrote it, or restore \
                         the file from a copy"
                    ));
                }
                unread.get_or_insert(number);
            }
        }
    }
    // A crash leaves a part of a line whose text was never recorded. Any other line that can't be read has the text of a record.
    if let Some(number) = unread
        && owners.keys().any(|digest| !accounted.contains(digest))
    {
        return refused(format!("line {number} is not readable, and would be lost; restore the file from a copy"));
    }
    has_plain |= unread.is_some();
    match storage.remove(&new) {
        // What a program that was killed has left behind.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = storage.create_new(&new)?;
    file.write_all_at(&bytes, 0)?;
    file.sync_data()?;
    storage.rename(&new, &path)?;
    storage.sync_directory_of(&path)?;
    if let Some(old) = old.filter(|_| has_plain) {
        // The file has no name any more. Its bytes would stay on the disk.
        old.write_all_at(&vec![0; text.len()], 0).and_then(|()| old.sync_data()).map_err(|error| {
            let text = format!("the texts are sealed, but the file that had them could not be overwritten: {error}");
            io::Error::new(error.kind(), text)
        })?;
    }
    Ok(done)
}

/// The keys that earlier texts need in a folder, each read once.
struct OldKeys<'a, S> {
    storage: &'a S,
    folder: &'a KeyFolder,
    known: HashMap<KeyId, Option<TextKey>>,
}

impl<S: Storage> OldKeys<'_, S> {
    /// Returns whether the folder has a key that opens a text.
    fn open(&mut self, id: &KeyId, digest: &Digest, sealed: &str) -> io::Result<bool> {
        if !self.known.contains_key(id) {
            self.known.insert(*id, self.folder.read(self.storage, id)?.and_then(|bytes| TextKey::parse(&bytes, id)));
        }
        let key = self.known.get(id).and_then(Option::as_ref);
        Ok(key.is_some_and(|key| SaltedText::open(digest, key, sealed).is_some()))
    }
}

/// Returns whether a file is the key whose destruction is recorded, or what an interrupted destruction left of it: nothing, or zeros.
/// Another file with its name is not destroyed.
pub(crate) fn is_key_or_remains<S: Storage>(
    storage: &S,
    ledger: &Path,
    folder: &KeyFolder,
    id: &KeyId,
) -> io::Result<bool> {
    let Some(bytes) = folder.read(storage, id)? else { return Ok(false) };
    // The text of a key has no zeros.
    Ok(bytes.is_empty() || bytes.contains(&0) || check_key(storage, ledger, folder, id)?.is_none())
}

/// Returns why a key can't be destroyed: its file is missing, damaged, or that of another key. A key opens at least one of the
/// texts that were sealed with it.
pub(crate) fn check_key<S: Storage>(
    storage: &S,
    ledger: &Path,
    folder: &KeyFolder,
    id: &KeyId,
) -> io::Result<Option<String>> {
    let Some(bytes) = folder.read(storage, id)? else {
        return Ok(Some(format!("key {id} is not in the folder with the keys, so it can't be destroyed")));
    };
    let path = folder.file(id);
    let wrong =
        |reason| format!("{} is not key {id}: {reason}; restore the file from a copy of the keys", path.display());
    let Some(key) = TextKey::parse(&bytes, id) else {
        return Ok(Some(wrong("it is damaged, or the key of other texts")));
    };
    let texts = if_found(storage.open_sidecar(&texts_path(ledger)))?;
    let texts = texts.as_ref().map(StoredFile::read_all).transpose()?.unwrap_or_default();
    let mut opens = None;
    for line in texts.split(|byte| *byte == b'\n').filter_map(TextLine::read) {
        if let TextLine::Sealed(digest, used, sealed) = line
            && used == *id
        {
            opens = Some(opens.unwrap_or(false) || SaltedText::open(&digest, &key, &sealed).is_some());
        }
    }
    Ok((opens == Some(false)).then(|| wrong("it opens none of the texts that were sealed with it")))
}
