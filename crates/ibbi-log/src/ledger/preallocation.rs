//! Allocating disk space before it is written.
//!
//! A sync that must allocate blocks writes more than the blocks. A file that grows a little at a time is fragmented: on
//! ext4, a file with more than four fragments takes one more block to write with each sync. Space that is allocated ahead
//! is in one piece and adds nothing to the sync.

use crate::storage::StoredFile;

/// The space that a new ledger gets, and the bytes that are written to an opened ledger before it gets more: 64 KiB.
/// A program that appends a few records needs no more.
const FIRST: u64 = 64 * 1024;

/// The space that is allocated at a time from then on: 1 MiB. What isn't used stays with the file for the next writer.
const AHEAD: u64 = 1024 * 1024;

/// The end of the allocated space as far as the handle knows, in bytes from the start of the file.
#[derive(Debug)]
pub(super) struct Preallocation {
    end: u64,
}

impl Preallocation {
    /// Returns the state for a ledger that was opened.
    pub(super) const fn opened(length: u64) -> Self {
        Self { end: length + FIRST }
    }

    /// Allocates space for a new ledger before anything is written, so that its first line isn't a fragment of its own.
    pub(super) fn created(file: &impl StoredFile) -> Self {
        file.reserve(0, FIRST);
        Self { end: FIRST }
    }

    /// Allocates space for the bytes that will be written between two places, if it isn't allocated yet.
    pub(super) fn extend(&mut self, file: &impl StoredFile, from: u64, to: u64) {
        if to > self.end {
            self.end = to + AHEAD;
            file.reserve(from, self.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Disk, Storage as _};
    use std::cell::RefCell;
    use std::fs::TryLockError;
    use std::io;

    /// A file that remembers the space that was allocated.
    #[derive(Default)]
    struct Asked(RefCell<Vec<(u64, u64)>>);

    impl StoredFile for Asked {
        fn try_lock(&self) -> Result<(), TryLockError> {
            Ok(())
        }
        fn unlock(&self) -> io::Result<()> {
            Ok(())
        }
        fn length(&self) -> io::Result<u64> {
            Ok(0)
        }
        fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
            Ok(0)
        }
        fn write_at(&self, bytes: &[u8], _: u64) -> io::Result<usize> {
            Ok(bytes.len())
        }
        fn set_length(&self, _: u64) -> io::Result<()> {
            Ok(())
        }
        fn reserve(&self, from: u64, to: u64) {
            self.0.borrow_mut().push((from, to));
        }
        fn sync_data(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Writes from one place to another, `step` bytes at a time.
    fn write(reserve: &mut Preallocation, file: &Asked, places: std::ops::Range<u64>, step: u64) {
        let mut from = places.start;
        while from < places.end {
            reserve.extend(file, from, from + step);
            from += step;
        }
    }

    #[test]
    fn room_is_reserved_one_mebibyte_ahead() {
        let file = Asked::default();
        let mut reserve = Preallocation::created(&file);
        write(&mut reserve, &file, 0..2 * AHEAD, 1024);
        let second = (FIRST, FIRST + 1024 + AHEAD);
        let third = (second.1, second.1 + 1024 + AHEAD);
        assert_eq!(file.0.borrow()[..], [(0, FIRST), second, third]);
    }

    #[test]
    fn few_records_reserve_no_room() {
        let file = Asked::default();
        let mut reserve = Preallocation::opened(5000);
        write(&mut reserve, &file, 5000..5000 + FIRST, 512);
        assert_eq!(file.0.borrow()[..], []);
        write(&mut reserve, &file, 5000 + FIRST..5000 + 2 * FIRST, 512);
        assert_eq!(file.0.borrow()[..], [(5000 + FIRST, 5000 + FIRST + 512 + AHEAD)]);
    }

    #[test]
    fn reserved_room_does_not_change_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = Disk.create_new(&path).unwrap();
        file.reserve(0, AHEAD);
        assert_eq!(file.length().unwrap(), 0);
        file.write_at(b"a line\n", 0).unwrap();
        file.reserve(7, AHEAD);
        assert_eq!(std::fs::read(&path).unwrap(), b"a line\n");
    }
}
