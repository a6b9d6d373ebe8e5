//! The file of checkpoints that belongs to a ledger, the newest one last.

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::signed_note::{rewritten, split_notes};
use ibbi_log::sidecar_path;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The suffix that the file's name adds to the ledger's name.
const SUFFIX: &str = ".checkpoints";

/// The checkpoints of a file, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkpoints {
    /// The whole ones.
    pub list: Vec<SignedCheckpoint>,
    /// The number of bytes at the end of an unfinished checkpoint.
    pub torn: u64,
}

/// Why a file of checkpoints can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("checkpoint {number} of the file: {source}; keep the file as it is, and compare it with a copy")]
pub struct CheckpointsError {
    /// Which one, from 1.
    pub number: usize,
    /// What is wrong with it.
    pub source: CheckpointError,
}

impl Checkpoints {
    /// Reads the text of a file as [`Checkpoints::parse`] does, and skips the texts that are not checkpoints. Returns the
    /// checkpoints that can be read, and why each of the others can't.
    ///
    /// A checkpoint that appears again, as witnesses return it, adds its signatures to the first one.
    ///
    /// ```
    /// use ibbi_seal::Checkpoints;
    /// let (known, unreadable) = Checkpoints::parse_readable("not a checkpoint\n\n\u{2014} key AAAA\n");
    /// assert_eq!((known.list.len(), known.torn, unreadable.len()), (0, 0, 1));
    /// ```
    pub fn parse_readable(text: &str) -> (Self, Vec<CheckpointsError>) {
        let (notes, rest) = split_notes(text);
        let mut known = Self { list: Vec::new(), torn: length(rest) };
        let (mut unreadable, mut places) = (Vec::new(), HashMap::<u64, Vec<usize>>::new());
        for (index, note) in notes.iter().enumerate() {
            match note.parse::<SignedCheckpoint>() {
                Ok(signed) => {
                    let same_size = places.entry(signed.checkpoint().size).or_default();
                    if !same_size.iter().any(|place| known.list[*place].merge(&signed)) {
                        same_size.push(known.list.len());
                        known.list.push(signed);
                    }
                }
                // A crash leaves zeros in the last one if not all parts of a write reached the disk.
                Err(_) if index + 1 == notes.len() && note.contains('\0') => known.torn += length(note),
                Err(source) => unreadable.push(CheckpointsError { number: index + 1, source }),
            }
        }
        // No write that was cut off leaves such an end.
        if let Some(error) = rewritten(rest) {
            known.torn -= length(rest);
            unreadable.push(CheckpointsError { number: notes.len() + 1, source: error.into() });
        }
        (known, unreadable)
    }

    /// Reads the text of a file: checkpoints one after the other, with or without empty lines between them.
    ///
    /// # Errors
    /// Returns [`CheckpointsError`] about the first text that is not a checkpoint.
    pub fn parse(text: &str) -> Result<Self, CheckpointsError> {
        let (known, mut unreadable) = Self::parse_readable(text);
        if unreadable.is_empty() { Ok(known) } else { Err(unreadable.swap_remove(0)) }
    }

    /// Returns the checkpoint that covers the most lines.
    pub fn largest(&self) -> Option<&SignedCheckpoint> {
        self.list.iter().max_by_key(|signed| signed.checkpoint().size)
    }
}

/// Returns the path of the file that holds a ledger's checkpoints.
pub fn checkpoints_path(ledger: &Path) -> PathBuf {
    sidecar_path(ledger, SUFFIX)
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_mark_and_carriage_returns_are_named() {
        let note = "example.org/a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u{2014} key AAAAAAA=\n";
        assert_eq!(Checkpoints::parse(note).unwrap().list.len(), 1);
        for (text, number, shown) in [
            (format!("\u{feff}{note}"), 1, "a byte order mark (BOM)"),
            (format!("\u{feff}{}", note.replace('\n', "\r\n")), 1, "a byte order mark (BOM)"),
            (note.replace('\n', "\r\n"), 1, "carriage returns (CRLF)"),
            (format!("{note}{}", note.replace('\n', "\r\n")), 2, "carriage returns (CRLF)"),
            (format!("{note}{}{note}", note.replace('\n', "\r\n")), 2, "carriage returns (CRLF)"),
        ] {
            let error = Checkpoints::parse(&text).unwrap_err();
            assert!(error.number == number && error.to_string().contains(shown), "{error}: {text:?}");
        }
    }
}
