//! Small text files that people write: keys, lists of witnesses, rules, and goals.

use crate::error::AppError;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The character that some editors write at the beginning of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a text file of at most `most` bytes. A byte order mark at its beginning is left out.
///
/// # Errors
/// [`AppError::Io`] if it can't be read, is a directory, is longer, or isn't UTF-8.
pub(crate) fn read(path: &Path, most: u64) -> Result<String, AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than allowed, so that a longer file is reported and not cut.
    File::open(path).and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(failed(io::Error::other(format!("it has more than {most} bytes; name another file"))));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..place].iter().filter(|byte| **byte == b'\n').count() + 1;
        failed(io::Error::other(format!("line {line} is not UTF-8 text; save the file as UTF-8")))
    })?;
    Ok(without_mark(text))
}

/// Returns a text without the byte order mark at its beginning.
pub(crate) fn without_mark(mut text: String) -> String {
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    text
}

/// Opens a file whose content can be read once. A pipe or a device is refused, because reading it can wait forever.
///
/// # Errors
/// [`AppError::Io`] if it can't be opened or is not a regular file; `remedy` says which file to name.
pub(crate) fn open_regular(path: &Path, remedy: &str) -> Result<File, AppError> {
    let failed = |source| AppError::Io { doing: "open", path: path.to_owned(), source };
    let what = match std::fs::metadata(path).map_err(failed)? {
        found if found.is_dir() => "it is a directory",
        found if !found.is_file() => "it is not a file that can be read again, but a pipe or a device",
        _ => return File::open(path).map_err(failed),
    };
    Err(failed(io::Error::other(format!("{what}; {remedy}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_is_left_out_and_other_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for (bytes, expected) in [
            (&b"\xef\xbb\xbfone\r\n"[..], Ok("one\r\n")),
            (b"one", Ok("one")),
            (b"one\n\xff", Err("line 2 is not UTF-8 text; save the file as UTF-8")),
            (b"one two three", Err("it has more than 12 bytes; name another file")),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let found = read(&path, 12).map_err(|error| error.to_string());
            match expected {
                Ok(text) => assert_eq!(found.as_deref(), Ok(text)),
                Err(reason) => assert!(found.as_ref().is_err_and(|error| error.ends_with(reason)), "{found:?}"),
            }
        }
        let directory = read(folder.path(), 12).unwrap_err().to_string();
        assert!(directory.ends_with("it is a directory; name a file"), "{directory}");
    }
}
