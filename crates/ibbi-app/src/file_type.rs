//! The type of an uploaded file that is not a ledger, by its first bytes, so that the user finds the right file.

use crate::error::AppError;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// How many bytes of a file are examined.
const LOOKED_AT: usize = 4096;

const NOT_TEXT: &str = "a file that is not text";
const OTHER_TEXT: &str = "another kind of text";
const EMPTY: &str = "an empty text";

/// The beginnings of common file types.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"BEGIN:VCALENDAR", "a calendar"),
    (b"-----BEGIN", "a key or a certificate"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<", "XML, such as an export of a ledger's events"),
    (b"{\"digest\":", "the confidential texts of a ledger, which belong beside it"),
    (b"{\"logs\":", "the state of a witness"),
    (b"[", "JSON of another kind, such as an export of a ledger's events"),
    (b"{", "JSON of another kind, such as a report or an export of a ledger's events"),
];

/// Returns whether a file is a private key.
pub fn is_private_key(content: &[u8]) -> bool {
    let text = begin(content);
    text.starts_with(b"PRIVATE+KEY+") || (text.starts_with(b"-----BEGIN") && has(text, b"PRIVATE KEY-----"))
}

/// The message for a user who uploads a private key.
pub const PRIVATE: &str = "this is a private key. It was not kept. Don't send it to other people: they could sign in your \
                                  name. To check signatures, use the public key, which starts with its name";

/// The message for a user who checks one file of a release.
pub const RELEASE: &str = "this is part of a public-records release; check the whole folder: ibbi verify FOLDER, or \
                                  verify_release.py";

/// Returns whether a file is one of a public-records release, by the lines that only a release has. The lines of a release of all
/// cases look like those of a ledger, up to the first line that is withheld.
///
/// ```
/// use ibbi_app::file_type::is_release;
/// assert!(is_release(b"{\"basis\":\"exempt\",\"case\":\"01910000-0000-7000-8000-000100000001\""));
/// assert!(!is_release(b"{\"actor\":\"P. Sullivan\""));
/// ```
pub fn is_release(content: &[u8]) -> bool {
    let text = begin(content);
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_entry = |line: &[u8]| {
        (line.starts_with(b"{\"index\":") && has(line, b"\"proof\":["))
            || (line.starts_with(b"{\"case\":\"") && has(line, b"\"path\":["))
            || line.starts_with(b"{\"sha256\":\"")
    };
    text.starts_with(b"ibbi release ")
        || text.starts_with(b"{\"basis\":\"")
        || (text.starts_with(b"{\"cases\":[") && has(first, b"\"checkpoint\":\""))
        || (text.starts_with(b"{\"checkpoint\":\"") && has(first, b"\"release\":"))
        || (text.starts_with(b"{\"digest\":\"") && has(first, b"\"line\":") && has(first, b"\"salt\":"))
        // An extract and a mirror have such lines too, but they don't begin with a line of a ledger.
        || (is_first_line(first) && text.split(|byte| *byte == b'\n').skip(1).any(is_entry))
}

/// Returns whether a line is the first of a ledger.
fn is_first_line(line: &[u8]) -> bool {
    line.starts_with(b"{") && has(line, b"\"prev\":")
}

/// The most bytes of the end of a file that are examined.
const END: u64 = 64 << 10;

/// Refuses a file of a public-records release, by its beginning and its end. Another file, or one that can't be read, passes.
///
/// # Errors
/// [`AppError::Usage`] for a file of a release.
pub(crate) fn refuse_release(path: &Path) -> Result<(), AppError> {
    // A pipe can be read only once.
    if !path.is_file() {
        return Ok(());
    }
    let Ok(text) = beginning_and_end(path) else { return Ok(()) };
    if is_release(&text) { Err(AppError::Usage(format!("{}: {RELEASE}", path.display()))) } else { Ok(()) }
}

/// Reads the beginning of a file and its end, with a line feed between them.
fn beginning_and_end(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut text = Vec::new();
    file.by_ref().take(END).read_to_end(&mut text)?;
    let length = file.metadata()?.len();
    if length > END {
        text.push(b'\n');
        file.seek(SeekFrom::Start(END.max(length - END)))?;
        file.take(END).read_to_end(&mut text)?;
    }
    Ok(text)
}

/// Returns why a file is not a ledger or an extract, and its probable type. Returns `None` if it has a line of a
/// ledger, even a damaged one.
pub fn why_no_ledger(content: &[u8]) -> Option<String> {
    if content.split(|byte| *byte == b'\n').any(is_line) {
        return None;
    }
    let looks = looks_like(content);
    Some(format!(
        "this is not a ledger: it looks like {looks}. Choose the ledger file or an extract, a text file with one record per \
         line"
    ))
}

/// Returns whether a line is a line of a ledger, an extract, or a mirror, even a damaged one.
fn is_line(line: &[u8]) -> bool {
    begin(line).starts_with(b"{")
        && [&b"\"prev\":"[..], b"\"extract\":", b"\"mirror\":"].iter().any(|key| has(line, key))
}

/// Returns what a file is whose beginning shows that it is certainly not a ledger, even a damaged one.
///
/// ```
/// use ibbi_app::file_type::other_kind;
/// assert_eq!(other_kind(b"%PDF-1.7"), Some("a PDF document"));
/// assert_eq!(other_kind(b"words without a meaning"), None);
/// ```
pub fn other_kind(beginning: &[u8]) -> Option<&'static str> {
    let is_vague = [NOT_TEXT, OTHER_TEXT, EMPTY];
    Some(looks_like(beginning)).filter(|what| !is_vague.contains(what) && !what.starts_with("JSON"))
}

fn looks_like(content: &[u8]) -> &'static str {
    let begin = begin(content);
    let looked_at = begin.get(..LOOKED_AT).unwrap_or(begin);
    if let Some((_, what)) = BEGINNINGS.iter().find(|(beginning, _)| begin.starts_with(beginning)) {
        return what;
    }
    // The last character can be incomplete.
    let text = match std::str::from_utf8(looked_at) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            looked_at.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok()).unwrap_or_default()
        }
        Err(_) => return NOT_TEXT,
    };
    if text.contains('\0') {
        return NOT_TEXT;
    }
    let first = text.lines().next().unwrap_or_default();
    if text.trim().parse::<crate::PublicKey>().is_ok() {
        return "a public key, which belongs in the field for it";
    }
    if text.lines().any(|line| line.starts_with("\u{2014} ")) {
        return "a file of checkpoints, which belongs in the field for it";
    }
    if text.lines().any(|line| line.starts_with("district") && line.contains('=')) {
        return "a scenario, which \u{201c}Plan a schedule\u{201d} opens";
    }
    if [',', ';', '\t'].iter().any(|separator| first.matches(*separator).count() >= 2) {
        return "a table, such as an export of a ledger's events";
    }
    if text.trim().is_empty() { EMPTY } else { OTHER_TEXT }
}

/// Returns a text without a byte order mark, blanks, and empty lines at its beginning.
fn begin(content: &[u8]) -> &[u8] {
    content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).trim_ascii_start()
}

fn has(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|part| part == wanted)
}

/// Opens a ledger's file for reading its bytes.
pub(crate) fn open_file(path: &Path) -> Result<File, AppError> {
    check_file(path)?;
    File::open(path).map_err(|source| AppError::Io { doing: "open", path: path.to_owned(), source })
}

/// Refuses a file that begins as a compressed file.
pub(crate) fn check_unpacked(path: &Path, beginning: &[u8]) -> Result<(), AppError> {
    let packing = ibbi_audit::Compression::detect(beginning);
    packing.map_or(Ok(()), |packing| Err(AppError::Packed { path: path.to_owned(), packing: packing.code() }))
}

/// Refuses a path that exists and can't be a ledger. A program would wait for a pipe, for instance.
pub(crate) fn check_file(path: &Path) -> Result<(), AppError> {
    let what = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => "it is a directory",
        Ok(found) if !found.is_file() => "it is not a file that can be read again, but a pipe or a device",
        // Opening it reports whether it exists and can be read.
        _ => return Ok(()),
    };
    let source = io::Error::other(format!("{what}; give the ledger's file"));
    Err(AppError::Io { doing: "open", path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_types_are_recognized_by_their_first_bytes() {
        for (content, expected) in [
            (&b"%PDF-1.7\n%\xe2\xe3"[..], "a PDF document"),
            (b"PK\x03\x04\x14\x00", "a zip archive"),
            (b"\xef\xbb\xbf<?xml version=\"1.0\"?><log/>", "XML"),
            (b"seq;case;type\n1;2;note_added\n", "a table"),
            (b"example.org/ledger\n12\nAAAA\n\n\xe2\x80\x94 example.org/key AAAA\n", "a file of checkpoints"),
            (b"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n", "a public key"),
            (b"district = \"Maple Hollow\"\n", "a scenario"),
            (b"[{\"a\":1}]", "JSON"),
            (b"{\"what\":\"ledger\"}\n", "JSON"),
            (b"a\0b", "a file that is not text"),
            (b"no ledger\n", "another kind of text"),
            (b" \n", "an empty text"),
        ] {
            let reason = why_no_ledger(content).unwrap();
            assert!(reason.contains(&format!("it looks like {expected}")), "{reason}");
        }
        let long = "\u{e9}".repeat(LOOKED_AT);
        assert!(why_no_ledger(format!("x{long}").as_bytes()).unwrap().contains("another kind of text"));
    }

    #[test]
    fn damaged_ledger_lines_are_recognized() {
        for content in [
            &b"rubbish\n{\"actor\":\"x\",\"prev\":\"00\",\"seq\":1\n"[..],
            b"{\"case\":\"0\",\"checkpoint\":\"x\",\"extract\":1}\n",
        ] {
            assert_eq!(why_no_ledger(content), None);
        }
    }

    #[test]
    fn private_keys_are_recognized() {
        for (content, private) in [
            (&b"\nPRIVATE+KEY+name+00000000+AAAA\n"[..], true),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", true),
            (b"-----BEGIN CERTIFICATE-----\n", false),
            (b"name+00000000+AAAA", false),
        ] {
            assert_eq!(is_private_key(content), private);
        }
    }
}
