//! The note next to a locked ledger: which process has the lock, for the message that a second writer gets.
//!
//! The lock itself is on the ledger's file; the note has no effect on it. The note is removed when the ledger closes
//! normally. A process that gets the lock and finds a note therefore knows that the process before it crashed, or that one
//! of its writes failed.

use crate::storage::{Storage, StoredFile, Stream, sidecar_path};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const SUFFIX: &str = ".holder";

/// Returns the path of the note about the process that writes to a ledger.
pub fn holder_path(ledger: &Path) -> PathBuf {
    sidecar_path(ledger, SUFFIX)
}

/// The largest number of bytes that is read of a note.
const LIMIT: u64 = 400;

/// Returns the process that has the lock, according to the note.
pub(super) fn read(storage: &impl Storage, path: &Path) -> Option<String> {
    let note = storage.open_sidecar(&sidecar_path(path, SUFFIX)).ok()?;
    let mut text = String::new();
    Stream::new(&note, 0, LIMIT).read_to_string(&mut text).ok()?;
    let text = text.trim();
    (!text.is_empty() && !text.contains(char::is_control)).then(|| text.to_owned())
}

/// Writes the note for this process. Returns whether an earlier process left its note.
pub(super) fn write(storage: &impl Storage, path: &Path) -> io::Result<bool> {
    let note = sidecar_path(path, SUFFIX);
    let (file, unclean) = match storage.create_new(&note) {
        Ok(file) => (file, false),
        // The file is overwritten, not replaced. If this process crashed in between, the note would be lost.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (storage.open_sidecar(&note)?, true),
        Err(error) => return Err(error),
    };
    if unclean {
        check_is_note(&file, &note)?;
    }
    let text = format!("process {} on {}\n", std::process::id(), host());
    file.set_length(0)?;
    file.write_all_at(text.as_bytes(), 0)?;
    Ok(unclean)
}

/// Checks that an existing file is a note that an earlier process left, and not another file of this name.
fn check_is_note(file: &impl StoredFile, note: &Path) -> io::Result<()> {
    let mut found = Vec::new();
    Stream::new(file, 0, LIMIT + 1).read_to_end(&mut found)?;
    // A crash can leave zeros where bytes were not written yet.
    let is_beginning = |(found, wanted): (&u8, &u8)| found == wanted || *found == 0;
    let begins = found.iter().zip(b"process ").all(is_beginning);
    let is_note = found.len() as u64 <= LIMIT && begins && !note.is_symlink();
    let message = || {
        let note = note.display();
        format!("{note} is in the place of the ledger's lock note and is another file; move it, and try again")
    };
    if is_note { Ok(()) } else { Err(io::Error::new(io::ErrorKind::AlreadyExists, message())) }
}

/// Removes the note. If that fails, the next process syncs the end of the file again, which does no harm.
pub(super) fn remove(storage: &impl Storage, path: &Path) {
    let _ = storage.remove(&sidecar_path(path, SUFFIX));
}

/// Returns this machine's name, for messages only.
fn host() -> &'static str {
    static HOST: LazyLock<String> = LazyLock::new(read_host);
    &HOST
}

fn read_host() -> String {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = named.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    let plain = named.map(|name| name.trim().chars().filter(|c| !c.is_control()).take(100).collect::<String>());
    plain.filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".to_owned())
}
