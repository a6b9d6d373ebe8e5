//! Confidential texts as the rows of a store that keeps them in another place than a file.

use super::line::TextLine;
use crate::Digest;
use crate::key_id::KeyId;

/// A confidential text as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// The salted digest that the record's line has.
    pub digest: Digest,
    /// The key with which it is sealed, if it is.
    pub key: Option<KeyId>,
    /// The line that a file of texts has for it, without the LF.
    pub line: Vec<u8>,
}

impl TextRow {
    pub(super) fn of(digest: Digest, key: Option<KeyId>, mut line: Vec<u8>) -> Self {
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        Self { digest, key, line }
    }

    /// Reads the lines of a file of texts. Returns its first line if the texts are sealed, and the texts. What isn't the line of a
    /// text, such as the part of one that a crash left, is skipped.
    pub fn read_all(file: &[u8]) -> (Option<Vec<u8>>, Vec<Self>) {
        let (mut head, mut rows) = (None, Vec::new());
        for line in file.split(|byte| *byte == b'\n') {
            match TextLine::read(line) {
                Some(TextLine::Head(_)) => head = Some(line.to_vec()),
                Some(TextLine::Plain(digest, _)) => rows.push(Self { digest, key: None, line: line.to_vec() }),
                Some(TextLine::Sealed(digest, key, _)) => {
                    rows.push(Self { digest, key: Some(key), line: line.to_vec() });
                }
                None => {}
            }
        }
        (head, rows)
    }
}
