//! Signed notes: a text that people can read, followed by Ed25519 signatures.
//!
//! The format is that of C2SP, <https://c2sp.org/signed-note@v1.0.0>. Other tools that read such notes can read these.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt;

/// The prefix of a signature line: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// The character that some editors write at the beginning of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The most signatures that a note can have here.
const MAX_SIGNATURES: usize = 64;

/// The largest note that is read, in bytes.
const MAX_NOTE: usize = 1024 * 1024;

/// A text with signatures, which aren't checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The key's ID: a short hash of its name and the key itself.
    pub key_id: u32,
    /// The signature itself.
    pub bytes: Vec<u8>,
}

/// Why a text is not a signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedNoteError {
    /// There is no empty line with signatures after it, or no line feed at the end.
    #[error("a signed note must have a text, an empty line, and signature lines that begin with an em dash")]
    Form,
    /// It begins with a byte order mark.
    #[error(
        "it begins with a byte order mark (BOM), which a text editor added; copy it again without opening it in an editor"
    )]
    ByteOrderMark,
    /// It has carriage returns.
    #[error(
        "it has carriage returns (CRLF), which a mail program or a text editor added; copy it again as a binary file"
    )]
    CarriageReturn,
    /// There is a control character.
    #[error("a signed note can't have control characters other than line feeds")]
    ControlCharacter,
    /// A signature line has another form.
    #[error("signature line {line} must have an em dash, the key's name, and base64 of at least 5 bytes")]
    Signature {
        /// Which one, from 1.
        line: usize,
    },
    /// The note is too large.
    #[error("a signed note can have at most {MAX_SIGNATURES} signatures and {MAX_NOTE} bytes")]
    TooLarge,
}

impl SignedNote {
    /// Returns a note without signatures.
    pub(crate) const fn unsigned(text: String) -> Self {
        Self { text, signatures: Vec::new() }
    }

    pub(crate) fn add(&mut self, signature: Signature) {
        self.signatures.push(signature);
    }

    /// Adds a signature in place of an earlier one of the same key.
    pub(crate) fn replace(&mut self, signature: Signature) {
        self.signatures.retain(|known| (&known.name, known.key_id) != (&signature.name, signature.key_id));
        self.signatures.push(signature);
    }

    /// Adds the signatures of a note with the same text that this one doesn't have, as many as a note can have.
    pub(crate) fn merge(&mut self, other: &Self) {
        for signature in &other.signatures {
            if self.signatures.len() < MAX_SIGNATURES && !self.signatures.contains(signature) {
                self.signatures.push(signature.clone());
            }
        }
    }

    /// Reads a note. It doesn't check the signatures; see [`SignedNote::verify`].
    ///
    /// # Errors
    /// Returns [`SignedNoteError`] if the text has another form.
    pub fn parse(note: &str) -> Result<Self, SignedNoteError> {
        if note.len() > MAX_NOTE {
            return Err(SignedNoteError::TooLarge);
        }
        if let Some(error) = rewritten(note) {
            return Err(error);
        }
        if note.chars().any(|character| character < ' ' && character != '\n') {
            return Err(SignedNoteError::ControlCharacter);
        }
        let blank = note.rfind("\n\n").ok_or(SignedNoteError::Form)?;
        let (text, signed) = (&note[..=blank], &note[blank + 2..]);
        let lines = signed.strip_suffix('\n').ok_or(SignedNoteError::Form)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(SignedNoteError::TooLarge);
        }
        let read = |(index, line)| read_signature(line).ok_or(SignedNoteError::Signature { line: index + 1 });
        let signatures = lines.split('\n').enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Returns the signed text, with the line feed at its end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the signatures, which aren't checked.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

fn read_signature(line: &str) -> Option<Signature> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = STANDARD.decode(signature).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    let good = is_key_name(name) && !bytes.is_empty();
    good.then(|| Signature { name: name.to_owned(), key_id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
}

/// Returns whether a text can be the name of a key: not empty, without spaces and plus signs.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && !name.chars().any(|character| character.is_whitespace() || character.is_control() || character == '+')
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| {
            let bytes = [&signature.key_id.to_be_bytes()[..], &signature.bytes].concat();
            writeln!(f, "{DASH}{} {}", signature.name, STANDARD.encode(bytes))
        })
    }
}

/// Splits a text into its notes, and returns them with the rest at the end that is not a whole note.
///
/// The text of a note must not have an empty line; that of a checkpoint never has one. Empty lines between notes are
/// skipped.
pub(crate) fn split_notes(text: &str) -> (Vec<&str>, &str) {
    let mut notes = Vec::new();
    let mut rest = text.trim_start_matches('\n');
    while let Some(end) = end_of_note(rest) {
        let (note, after) = rest.split_at(end);
        notes.push(note);
        rest = after.trim_start_matches('\n');
    }
    (notes, rest)
}

/// Returns why a text is not even the beginning of a signed note: an editor or a transfer changed all of it.
pub(crate) fn rewritten(text: &str) -> Option<SignedNoteError> {
    if text.starts_with(BYTE_ORDER_MARK) {
        return Some(SignedNoteError::ByteOrderMark);
    }
    text.contains('\r').then_some(SignedNoteError::CarriageReturn)
}

fn end_of_note(text: &str) -> Option<usize> {
    let mut end = text.find("\n\n")? + 2;
    let signatures = end;
    while text[end..].starts_with(DASH)
        && let Some(length) = text[end..].find('\n')
    {
        end += length + 1;
    }
    (end > signatures).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_split_and_an_unfinished_one_remains() {
        let (one, two) = ("a\n1\nr\n\n\u{2014} k AAAAAAA=\n", "b\n2\nr\n\n\u{2014} k AAAAAAA=\n\u{2014} l AAAAAAA=\n");
        assert_eq!(split_notes(&format!("{one}{two}")), (vec![one, two], ""));
        assert_eq!(split_notes(&format!("{one}\n\n{two}b\n2")), (vec![one, two], "b\n2"));
        assert_eq!(split_notes(&format!("{one}b\n2\nr\n\n\u{2014} k AA")).1, "b\n2\nr\n\n\u{2014} k AA");
        assert_eq!(split_notes(""), (vec![], ""));
    }
}
