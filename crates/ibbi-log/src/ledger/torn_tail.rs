//! The unfinished line that a crash leaves at the end of a ledger: it is copied, cut off, and reported.

use crate::storage::{Storage, StoredFile, Stream, sidecar_path};
use core::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// How many bytes are copied at once.
const STEP: u64 = 64 * 1024;

/// How many unfinished lines from the same place are kept.
const KEPT: u32 = 100;

/// An unfinished line that was moved from the end of a ledger to a file of its own. It was never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// Its start in the ledger, in bytes from 0. This is the ledger's length now.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// The file that keeps it.
    pub kept_in: PathBuf,
}

impl fmt::Display for TornTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the last {}, from byte {}, were an unfinished line that a crash left; it was never acknowledged, and was moved to {}",
            if self.length == 1 { "byte".to_owned() } else { format!("{} bytes", self.length) },
            self.offset,
            self.kept_in.display()
        )
    }
}

/// Copies what follows `offset` to a file next to the ledger, and cuts it off when the copy is synced.
pub(super) fn set_aside<S: Storage>(storage: &S, path: &Path, file: &S::File, offset: u64) -> io::Result<TornTail> {
    let length = file.length()?.saturating_sub(offset);
    for number in 1..=KEPT {
        let suffix = if number == 1 { format!(".torn-{offset}") } else { format!(".torn-{offset}-{number}") };
        let kept_in = sidecar_path(path, &suffix);
        let copy = match storage.create_new(&kept_in) {
            Ok(copy) => copy,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let copy = storage.open_sidecar(&kept_in)?;
                // The same bytes are from an earlier try that was interrupted. Other bytes are kept as they are.
                if !is_copy(&copy, file, offset, length)? {
                    continue;
                }
                copy
            }
            Err(error) => return Err(error),
        };
        let mut done = 0;
        while done < length {
            let part = read_part(file, offset + done, STEP.min(length - done))?;
            copy.write_all_at(&part, done)?;
            done += STEP;
        }
        copy.sync_data()?;
        storage.sync_directory_of(path)?;
        file.set_length(offset)?;
        file.sync_data()?;
        return Ok(TornTail { offset, length, kept_in });
    }
    let text =
        format!("there are already {KEPT} files with unfinished lines from byte {offset}; move them to another folder");
    Err(io::Error::new(io::ErrorKind::AlreadyExists, text))
}

fn is_copy<F: StoredFile>(copy: &F, file: &F, offset: u64, length: u64) -> io::Result<bool> {
    if copy.length()? != length {
        return Ok(false);
    }
    let mut done = 0;
    while done < length {
        let step = STEP.min(length - done);
        if read_part(copy, done, step)? != read_part(file, offset + done, step)? {
            return Ok(false);
        }
        done += step;
    }
    Ok(true)
}

fn read_part(file: &impl StoredFile, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut part = Vec::new();
    Stream::new(file, offset, offset + length).read_to_end(&mut part)?;
    Ok(part)
}
