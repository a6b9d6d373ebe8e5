//! Room on the disk ahead of what is written.
//!
//! A sync that has to find room for new blocks writes more than these, and a file that grows a little at a time lies in
//! pieces: when a file of ext4 has more than four, each sync has one block more to write. Room that was asked for
//! beforehand comes in one piece and costs the sync nothing.

use crate::storage::StoredFile;

/// How much room a new ledger is given, and how much is written to one that was opened before any is asked for: who adds
/// a few records needs none. 64 KiB.
const FIRST: u64 = 64 * 1024;

/// How much room is asked for at a time from then on: 1 MiB. What is not used stays with the file, for whoever writes to
/// it next.
const AHEAD: u64 = 1024 * 1024;

/// How far there is room, as far as the handle knows, in bytes from the file's beginning.
#[derive(Debug)]
pub(super) struct Preallocation {
    end: u64,
}

impl Preallocation {
    /// Of a ledger that was opened.
    pub(super) const fn opened(length: u64) -> Self {
        Self { end: length + FIRST }
    }

    /// Of a new ledger, before anything is written: its first line shall not lie in a piece of its own.
    pub(super) fn created(file: &impl StoredFile) -> Self {
        file.reserve(0, FIRST);
        Self { end: FIRST }
    }

    /// Sees to it that there is room for what is written between two places.
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

    /// A file that takes note of the room that it is asked for.
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

    /// Writes so many bytes at a time, from one place to another.
    fn write(reserve: &mut Preallocation, file: &Asked, places: std::ops::Range<u64>, step: u64) {
        let mut from = places.start;
        while from < places.end {
            reserve.extend(file, from, from + step);
            from += step;
        }
    }

    #[test]
    fn room_is_asked_for_before_it_is_written_and_a_mebibyte_at_a_time() {
        let file = Asked::default();
        let mut reserve = Preallocation::created(&file);
        write(&mut reserve, &file, 0..2 * AHEAD, 1024);
        let second = (FIRST, FIRST + 1024 + AHEAD);
        let third = (second.1, second.1 + 1024 + AHEAD);
        assert_eq!(file.0.borrow()[..], [(0, FIRST), second, third]);
    }

    #[test]
    fn a_few_records_in_a_ledger_that_was_opened_ask_for_nothing() {
        let file = Asked::default();
        let mut reserve = Preallocation::opened(5000);
        write(&mut reserve, &file, 5000..5000 + FIRST, 512);
        assert_eq!(file.0.borrow()[..], []);
        write(&mut reserve, &file, 5000 + FIRST..5000 + 2 * FIRST, 512);
        assert_eq!(file.0.borrow()[..], [(5000 + FIRST, 5000 + FIRST + 512 + AHEAD)]);
    }

    #[test]
    fn a_file_with_room_is_as_long_as_before_and_reads_the_same() {
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
