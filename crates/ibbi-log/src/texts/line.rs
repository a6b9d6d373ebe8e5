//! The lines of a file of texts.

use super::key::TextKey;
use super::text_digest;
use crate::Digest;
use crate::digest::from_hex;
use crate::key_id::KeyId;
use ibbi_core::NoteText;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

/// The version of the form of a file with sealed texts.
const SEALED: u32 = 1;

/// The first line of a file with sealed texts. It names the folder with their keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadLine {
    keys: PathBuf,
    sealed: u32,
}

/// A text with its salt.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainLine {
    digest: String,
    salt: String,
    text: String,
}

/// A sealed text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedLine {
    digest: String,
    key: String,
    sealed: String,
}

/// A line of a file of texts.
#[derive(Debug)]
pub(super) enum TextLine {
    /// The first line of a file with sealed texts: the folder with the keys.
    Head(PathBuf),
    /// A text, or nothing if its digest is another one.
    Plain(Digest, Option<SaltedText>),
    /// A sealed text.
    Sealed(Digest, KeyId, String),
}

/// A text and the salt of its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SaltedText {
    pub(super) salt: [u8; 16],
    pub(super) text: NoteText,
}

impl SaltedText {
    /// Returns the text if its digest is this one.
    fn of(digest: &Digest, salt: [u8; 16], text: &str) -> Option<Self> {
        let text = (text_digest(&salt, text) == *digest).then(|| NoteText::new(text).ok()).flatten()?;
        Some(Self { salt, text })
    }

    /// Decrypts a text. Returns `None` if it was altered.
    pub(super) fn open(digest: &Digest, key: &TextKey, sealed: &str) -> Option<Self> {
        let (salt, text) = key.open(digest, sealed)?;
        Self::of(digest, salt, &text)
    }
}

impl TextLine {
    /// Reads a line. Returns `None` for anything else, such as the part of a line that a crash leaves.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        if let Ok(line) = serde_json::from_slice::<SealedLine>(line) {
            return Some(Self::Sealed(line.digest.parse().ok()?, line.key.parse().ok()?, line.sealed));
        }
        if let Ok(head) = serde_json::from_slice::<HeadLine>(line) {
            return (head.sealed == SEALED).then_some(Self::Head(head.keys));
        }
        let line: PlainLine = serde_json::from_slice(line).ok()?;
        let digest: Digest = line.digest.parse().ok()?;
        let salt = line.salt.as_bytes().try_into().ok().and_then(from_hex::<32, 16>);
        let text = salt.and_then(|salt| SaltedText::of(&digest, salt, &line.text));
        Some(Self::Plain(digest, text))
    }

    /// Writes the first line of a file with sealed texts.
    pub(super) fn write_head(keys: PathBuf, out: &mut Vec<u8>) -> io::Result<()> {
        write(&HeadLine { keys, sealed: SEALED }, out)
    }

    pub(super) fn write_plain(digest: &Digest, salt: &[u8; 16], text: &str, out: &mut Vec<u8>) -> io::Result<()> {
        let salt = salt.iter().map(|byte| format!("{byte:02x}")).collect();
        write(&PlainLine { digest: digest.to_string(), salt, text: text.to_owned() }, out)
    }

    pub(super) fn write_sealed(digest: &Digest, key: &KeyId, sealed: String, out: &mut Vec<u8>) -> io::Result<()> {
        write(&SealedLine { digest: digest.to_string(), key: key.to_string(), sealed }, out)
    }
}

fn write(line: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.push(b'\n');
    Ok(())
}
