//! The end of a ledger that a crash cut off: set aside, cut, and reported.

use super::sidecar_path;
use crate::storage::{Storage, StoredFile, Stream};
use core::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// How many bytes are copied at once.
const STEP: u64 = 64 * 1024;

/// How many fragments from one place are kept apart.
const KEPT: u32 = 100;

/// A fragment that was cut off the end of a ledger. It was never acknowledged to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// Where it began, in bytes from 0: the ledger's length now.
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
            "the last {} bytes, from byte {}, were a line without its end, as a crash leaves one that was never acknowledged; they were cut, and are kept in {}",
            self.length,
            self.offset,
            self.kept_in.display()
        )
    }
}

/// Copies what follows `offset` into a file beside the ledger, and cuts it when the copy is safe.
pub(super) fn set_aside<S: Storage>(storage: &S, path: &Path, file: &S::File, offset: u64) -> io::Result<TornTail> {
    let length = file.length()?.saturating_sub(offset);
    for number in 1..=KEPT {
        let suffix = if number == 1 { format!(".torn-{offset}") } else { format!(".torn-{offset}-{number}") };
        let kept_in = sidecar_path(path, &suffix);
        let copy = match storage.create_new(&kept_in) {
            Ok(copy) => copy,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let copy = storage.open(&kept_in)?;
                // The same bytes are of this very end: an earlier try went no further. Others are kept as they are.
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
    let text = format!("there are {KEPT} torn ends from byte {offset} already; move them away");
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
