//! Confidential texts, which are stored beside a ledger and not in it.
//!
//! A line of format 2 has the salted digest of a note, a concern, or a response: the SHA-256 of 16 random bytes followed by
//! the text's UTF-8. The file `LEDGER.texts` has the texts, one JSON object on each line:
//! `{"digest":"…","salt":"…","text":"…"}`. Without that file a ledger is still whole and can be checked and audited.

use crate::Digest;
use crate::digest::from_hex;
use crate::storage::{Storage, StoredFile, open_sidecar, sidecar_path};
use ibbi_core::{Event, NoteText};
use ibbi_store::Record;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the name of the file adds to the ledger's.
const SUFFIX: &str = ".texts";

/// Returns the path of the file with a ledger's confidential texts.
pub fn texts_path(ledger: &Path) -> PathBuf {
    sidecar_path(ledger, SUFFIX)
}

/// Returns the salted digest of a text, as a line of format 2 has it.
pub fn text_digest(salt: &[u8; 16], text: &str) -> Digest {
    let mut bytes = Vec::with_capacity(16 + text.len());
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(text.as_bytes());
    Digest::sha256(&bytes)
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextLine {
    digest: String,
    salt: String,
    text: String,
}

/// A text with its salt.
type SaltedText = ([u8; 16], NoteText);

/// Whether a text is in the file of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextState {
    /// The file has the text.
    Available,
    /// A line of the file has this digest, but another text or salt.
    Altered,
    /// No line of the file has this digest.
    Missing,
}

/// The confidential texts of a ledger, by their digests.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    found: HashMap<Digest, SaltedText>,
    /// The digests of the lines whose text is another one.
    altered: HashSet<Digest>,
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

    pub(crate) fn read<S: Storage>(storage: &S, ledger: &Path) -> io::Result<Self> {
        let file = if_found(storage.open_sidecar(&texts_path(ledger)))?;
        Ok(file.map(|file| file.read_all()).transpose()?.map(|bytes| Self::parse(&bytes)).unwrap_or_default())
    }

    fn parse(bytes: &[u8]) -> Self {
        let mut texts = Self::default();
        texts.add(bytes);
        texts
    }

    fn add(&mut self, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n').filter_map(read_line) {
            match line {
                (digest, Some(salted)) => drop(self.found.insert(digest, salted)),
                (digest, None) => drop(self.altered.insert(digest)),
            }
        }
    }

    /// Returns whether the text with this digest is available.
    pub fn state(&self, digest: &Digest) -> TextState {
        if self.found.contains_key(digest) {
            TextState::Available
        } else if self.altered.contains(digest) {
            TextState::Altered
        } else {
            TextState::Missing
        }
    }

    /// Returns the text with this digest.
    pub fn get(&self, digest: &Digest) -> Option<&NoteText> {
        self.found.get(digest).map(|(_, text)| text)
    }

    /// Returns the text with this digest, and its salt.
    ///
    /// A person who has both can check the text against its digest. Without the salt, no text can be tried against the digest. So a
    /// salt is as confidential as its text.
    ///
    /// ```
    /// use ibbi_log::{Texts, text_digest};
    /// let folder = tempfile::tempdir()?;
    /// let ledger = folder.path().join("my.ledger");
    /// let digest = text_digest(&[7; 16], "yes");
    /// let line = format!("{{\"digest\":\"{digest}\",\"salt\":\"{}\",\"text\":\"yes\"}}\n", "07".repeat(16));
    /// std::fs::write(ibbi_log::texts_path(&ledger), line)?;
    ///
    /// let texts = Texts::beside(&ledger)?;
    /// let (salt, text) = texts.salted(&digest).unwrap();
    /// assert_eq!((salt, text.text()), (&[7; 16], Some("yes")));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn salted(&self, digest: &Digest) -> Option<(&[u8; 16], &NoteText)> {
        self.found.get(digest).map(|(salt, text)| (salt, text))
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

/// The file with a ledger's texts, which is read again only if it changed.
#[derive(Debug, Default)]
pub(crate) struct TextsFile {
    texts: Texts,
    /// How many bytes of whole lines were read.
    read: u64,
    /// The length and the time of the last change when the file was read.
    version: Option<(u64, Option<SystemTime>)>,
}

impl TextsFile {
    /// Puts the texts that are stored beside a ledger into its records. The file is read only if a record has a digest.
    ///
    /// # Errors
    /// Returns the system's error, with the name of the file, if the file can't be read.
    pub(crate) fn fill<'a>(&mut self, ledger: &Path, records: impl Iterator<Item = &'a mut Record>) -> io::Result<()> {
        let mut missing =
            records.filter(|record| record.event.note_text().is_some_and(|text| text.text().is_none())).peekable();
        if missing.peek().is_none() {
            return Ok(());
        }
        let path = texts_path(ledger);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        self.refresh(&path).map_err(named)?;
        missing.for_each(|record| self.texts.fill(&mut record.event));
        Ok(())
    }

    /// Reads what was appended, or all of the file if it is another one.
    fn refresh(&mut self, path: &Path) -> io::Result<()> {
        let Some(mut file) = if_found(open_sidecar(path))? else {
            *self = Self::default();
            return Ok(());
        };
        let metadata = file.metadata()?;
        let version = (metadata.len(), metadata.modified().ok());
        if self.version == Some(version) {
            return Ok(());
        }
        if self.version.is_none_or(|(length, _)| metadata.len() <= length) {
            *self = Self::default();
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        self.texts.add(&bytes[..whole]);
        self.read += whole as u64;
        self.version = Some(version);
        Ok(())
    }
}

fn if_found<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a line: its digest, and its salt and its text if the digest is theirs.
fn read_line(line: &[u8]) -> Option<(Digest, Option<SaltedText>)> {
    let line: TextLine = serde_json::from_slice(line).ok()?;
    let digest: Digest = line.digest.parse().ok()?;
    let salt = line.salt.as_bytes().try_into().ok().and_then(from_hex::<32, 16>);
    let own = salt.filter(|salt| text_digest(salt, &line.text) == digest);
    Some((digest, own.and_then(|salt| Some((salt, NoteText::new(&line.text).ok()?)))))
}

/// Texts that are about to be stored.
#[derive(Debug, Default)]
pub(crate) struct NewTexts(Vec<u8>);

impl NewTexts {
    /// Takes the text of an event, and returns the event with its digest. Returns `None` if the event has no text.
    pub(crate) fn take(&mut self, event: &Event, salt: Option<[u8; 16]>) -> Option<io::Result<Event>> {
        let text = event.note_text()?.text()?;
        let salt = salt.unwrap_or_else(|| uuid::Uuid::new_v4().into_bytes());
        let digest = text_digest(&salt, text);
        let salt = salt.iter().map(|byte| format!("{byte:02x}")).collect();
        let line = TextLine { digest: digest.to_string(), salt, text: text.to_owned() };
        if let Err(error) = serde_json::to_writer(&mut self.0, &line) {
            return Some(Err(error.into()));
        }
        self.0.push(b'\n');
        let mut event = event.clone();
        if let Some(place) = event.note_text_mut() {
            *place = NoteText::from_digest(*digest.as_bytes());
        }
        Some(Ok(event))
    }

    /// Appends the texts to the file beside a ledger. When this returns without an error, they are on the disk.
    pub(crate) fn store<S: Storage>(&self, storage: &S, ledger: &Path) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let path = texts_path(ledger);
        let file = match if_found(storage.open_sidecar(&path))? {
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
        bytes.extend_from_slice(&self.0);
        file.write_all_at(&bytes, end)?;
        file.sync_data()
    }
}
