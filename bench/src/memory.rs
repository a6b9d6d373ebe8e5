//! A disk in memory, to separate the cost of a ledger from the cost of the disk.

use ibbi_log::{Storage, StoredFile};
use std::cell::RefCell;
use std::fs::TryLockError;
use std::io;
use std::path::Path;

/// Storage that holds one new file at a time in memory and syncs at once. It has no files to open, except an empty file of confidential
/// texts: what was written to that file before is dropped.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory;

/// A file in memory.
#[derive(Debug)]
pub struct MemoryFile(RefCell<Vec<u8>>);

/// Room for what a benchmark appends, so that it measures no growing.
const ROOM: usize = 1 << 26;

impl Storage for Memory {
    type File = MemoryFile;

    fn open(&self, path: &Path) -> io::Result<MemoryFile> {
        if path.extension().is_some_and(|extension| extension == "texts") {
            return Ok(MemoryFile(RefCell::default()));
        }
        Err(io::ErrorKind::NotFound.into())
    }

    fn create_new(&self, _: &Path) -> io::Result<MemoryFile> {
        Ok(MemoryFile(RefCell::new(Vec::with_capacity(ROOM))))
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl StoredFile for MemoryFile {
    fn try_lock(&self) -> Result<(), TryLockError> {
        Ok(())
    }

    fn unlock(&self) -> io::Result<()> {
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.borrow().len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let bytes = self.0.borrow();
        let from = usize::try_from(offset).map_or(bytes.len(), |offset| offset.min(bytes.len()));
        let read = buffer.len().min(bytes.len() - from);
        buffer[..read].copy_from_slice(&bytes[from..from + read]);
        Ok(read)
    }

    fn write_at(&self, new: &[u8], offset: u64) -> io::Result<usize> {
        let mut bytes = self.0.borrow_mut();
        let offset = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        bytes.resize(offset, 0);
        bytes.extend_from_slice(new);
        Ok(new.len())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.0.borrow_mut().resize(length, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Records, new_ledger, now};
    use ibbi_log::Ledger;

    #[test]
    fn a_ledger_in_memory_holds_the_bytes_of_one_on_the_disk() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("ledger");
        let records: Vec<_> = Records::default().take(120).collect();
        let mut on_disk = Ledger::create(&path, &new_ledger()).unwrap();
        let mut in_memory = Ledger::create_in(Memory, &path, &new_ledger()).unwrap();
        for batch in records.chunks(50) {
            let (one, other) = (on_disk.append(batch, now()).unwrap(), in_memory.append(batch, now()).unwrap());
            assert_eq!(one, other);
        }
        assert_eq!(on_disk.head(), in_memory.head());
    }
}
