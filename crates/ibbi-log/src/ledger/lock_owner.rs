//! The note beside a locked ledger: who holds the lock, for the message that a second writer gets.
//!
//! The lock itself is on the ledger's file; the note decides nothing about it. It is removed when the ledger is closed
//! in good order, so a note found by one who has just got the lock means that the holder before died or lost track of
//! what it had written.

use super::sidecar_path;
use crate::storage::{Storage, StoredFile, Stream};
use std::io::{self, Read as _};
use std::path::Path;

const SUFFIX: &str = ".holder";

/// The longest note that is read.
const LIMIT: u64 = 400;

/// Who holds the ledger, as its note says, if it does.
pub(super) fn read(storage: &impl Storage, path: &Path) -> Option<String> {
    let note = storage.open(&sidecar_path(path, SUFFIX)).ok()?;
    let mut text = String::new();
    Stream::new(&note, 0, LIMIT).read_to_string(&mut text).ok()?;
    let text = text.trim();
    (!text.is_empty() && !text.contains(char::is_control)).then(|| text.to_owned())
}

/// Leaves the note that this process holds the ledger. Says whether there was one of a holder that did not take it away.
pub(super) fn write(storage: &impl Storage, path: &Path) -> io::Result<bool> {
    let note = sidecar_path(path, SUFFIX);
    let (file, unclean) = match storage.create_new(&note) {
        Ok(file) => (file, false),
        // Overwritten, not replaced: were this process to die in between, the sign would be lost.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (storage.open(&note)?, true),
        Err(error) => return Err(error),
    };
    let text = format!("process {} on {}\n", std::process::id(), host());
    file.set_length(0)?;
    file.write_all_at(text.as_bytes(), 0)?;
    Ok(unclean)
}

/// Takes the note away. If that fails, the next holder does a little more work than needed, and no harm is done.
pub(super) fn remove(storage: &impl Storage, path: &Path) {
    let _ = storage.remove(&sidecar_path(path, SUFFIX));
}

/// This machine's name, for people only.
fn host() -> String {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = named.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    let plain = named.map(|name| name.trim().chars().filter(|c| !c.is_control()).take(100).collect::<String>());
    plain.filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".to_owned())
}
