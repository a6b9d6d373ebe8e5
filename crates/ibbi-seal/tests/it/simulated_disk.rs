//! A simulated disk: lets the n-th operation fail, and loses at a crash what was not synced.

use ibbi_log::{Storage, StoredFile};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a disk writes at once, in bytes.
const SECTOR: usize = 512;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// With an I/O error, nothing done.
    Error,
    /// A write with half of it done and no space for the rest; other operations with an I/O error.
    NoSpace,
    /// A write that does only a part of its bytes and says so; other operations with an I/O error.
    ShortWrite,
}

/// How long operations fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    Once,
    FromThenOn,
}

/// What a crash leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    /// The process dies and the system lives: everything written is still seen, and still not safe.
    Process,
    /// The power goes, and nothing unsynced had reached the disk.
    Dropped,
    /// The power goes, and the first of the unsynced sectors had reached the disk, the last of them in part.
    Torn,
    /// The power goes, and any of the unsynced sectors, names and lengths had reached the disk.
    Reordered(u64),
}

#[derive(Debug, Clone, Default)]
struct Inode {
    seen: Vec<u8>,
    safe: Vec<u8>,
    /// Sectors that were written since they were last synced, in their order.
    dirty: Vec<usize>,
    locked: bool,
}

#[derive(Debug, Clone, Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    safe_names: BTreeMap<PathBuf, usize>,
    operations: u64,
    fault: Option<(u64, Lasting, Failure)>,
    /// Whether the fault has come.
    failed: bool,
    /// Whether a later sector may have reached the disk without an earlier one.
    out_of_order: bool,
}

/// The disk; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Rc<RefCell<State>>);

#[derive(Debug)]
pub(crate) struct File {
    disk: Disk,
    inode: usize,
    holds: Cell<bool>,
}

impl Disk {
    /// Another disk with the same content.
    pub(crate) fn copy(&self) -> Self {
        Self(Rc::new(RefCell::new(self.0.borrow().clone())))
    }

    /// Lets an operation fail, counted from now and from 1.
    pub(crate) fn fail(&self, operation: u64, lasting: Lasting, failure: Failure) {
        let mut state = self.0.borrow_mut();
        state.operations = 0;
        state.failed = false;
        state.fault = Some((operation, lasting, failure));
    }

    pub(crate) fn heal(&self) {
        let mut state = self.0.borrow_mut();
        state.fault = None;
        state.operations = 0;
    }

    /// How many operations there were since the last [`Disk::fail`] or [`Disk::heal`].
    pub(crate) fn operations(&self) -> u64 {
        self.0.borrow().operations
    }

    /// Whether the fault has come.
    pub(crate) fn has_failed(&self) -> bool {
        self.0.borrow().failed
    }

    /// Whether a later sector may have reached the disk without an earlier one.
    pub(crate) fn is_out_of_order(&self) -> bool {
        self.0.borrow().out_of_order
    }

    /// What a file holds, as it is seen now.
    pub(crate) fn content(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.0.borrow();
        state.names.get(path).map(|inode| state.inodes[*inode].seen.clone())
    }

    /// Returns what an opening depends on: the names and contents of all files, and [`Disk::is_out_of_order`].
    pub(crate) fn files(&self) -> (BTreeMap<PathBuf, Vec<u8>>, bool) {
        let state = self.0.borrow();
        let files = state.names.iter().map(|(name, inode)| (name.clone(), state.inodes[*inode].seen.clone()));
        (files.collect(), state.out_of_order)
    }

    pub(crate) fn crash(&self, crash: Crash) {
        let mut state = self.0.borrow_mut();
        let state = &mut *state;
        state.inodes.iter_mut().for_each(|inode| inode.locked = false);
        let mut chance = match crash {
            Crash::Process => return,
            Crash::Reordered(seed) => {
                state.out_of_order = true;
                Chance(seed * 2 + 1)
            }
            Crash::Dropped | Crash::Torn => Chance(1),
        };
        let mut names = state.safe_names.clone();
        if matches!(crash, Crash::Reordered(_)) {
            let all: BTreeSet<_> = state.names.keys().chain(state.safe_names.keys()).cloned().collect();
            for name in all.into_iter().filter(|_| chance.is_yes()) {
                match state.names.get(&name) {
                    Some(inode) => drop(names.insert(name, *inode)),
                    None => drop(names.remove(&name)),
                }
            }
        }
        state.names = names.clone();
        state.safe_names = names;
        for inode in &mut state.inodes {
            inode.lose(crash, &mut chance);
        }
    }

    fn operation(&self) -> Result<(), Failure> {
        let mut state = self.0.borrow_mut();
        state.operations += 1;
        let Some((at, lasting, failure)) = state.fault else { return Ok(()) };
        let fails = match lasting {
            Lasting::Once => state.operations == at,
            Lasting::FromThenOn => state.operations >= at,
        };
        state.failed |= fails;
        if fails { Err(failure) } else { Ok(()) }
    }

    fn plain_operation(&self) -> io::Result<()> {
        self.operation().map_err(|_| io::Error::other("simulated I/O error"))
    }

    fn file(&self, inode: usize) -> File {
        File { disk: self.clone(), inode, holds: Cell::new(false) }
    }
}

impl Inode {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if self.seen.len() < end {
            self.seen.resize(end, 0);
        }
        self.seen[offset..end].copy_from_slice(bytes);
        for sector in offset / SECTOR..end.div_ceil(SECTOR) {
            if !self.dirty.contains(&sector) {
                self.dirty.push(sector);
            }
        }
    }

    /// Brings a sector to the disk, or its first bytes.
    fn save(&mut self, sector: usize, bytes: usize) {
        let from = sector * SECTOR;
        let to = (from + bytes.min(SECTOR)).min(self.seen.len());
        if from < to {
            if self.safe.len() < to {
                self.safe.resize(to, 0);
            }
            self.safe[from..to].copy_from_slice(&self.seen[from..to]);
        }
    }

    /// A sync that works: what the system knows to be unwritten reaches the disk, and no more than that.
    fn sync(&mut self) {
        for sector in core::mem::take(&mut self.dirty) {
            self.save(sector, SECTOR);
        }
        self.safe.resize(self.seen.len(), 0);
    }

    /// A sync that failed: a part reached the disk, and the system takes the rest for written too.
    fn sync_in_vain(&mut self, chance: &mut Chance) {
        for sector in core::mem::take(&mut self.dirty) {
            if chance.is_yes() {
                self.save(sector, SECTOR);
            }
        }
    }

    fn lose(&mut self, crash: Crash, chance: &mut Chance) {
        let dirty = core::mem::take(&mut self.dirty);
        match crash {
            Crash::Process | Crash::Dropped => {}
            Crash::Torn => {
                let whole = dirty.len() / 2;
                dirty.iter().take(whole).for_each(|sector| self.save(*sector, SECTOR));
                dirty.get(whole).into_iter().for_each(|sector| self.save(*sector, SECTOR / 3));
            }
            Crash::Reordered(_) => {
                for sector in dirty {
                    match chance.next() % 3 {
                        0 => {}
                        1 => self.save(sector, SECTOR),
                        _ => self.save(sector, usize::try_from(chance.next() % 512).unwrap()),
                    }
                }
                // The length is kept apart from what it is the length of.
                if chance.is_yes() {
                    self.safe.resize(self.seen.len(), 0);
                }
            }
        }
        self.seen.clone_from(&self.safe);
    }
}

impl Storage for Disk {
    type File = File;

    fn open(&self, path: &Path) -> io::Result<File> {
        self.plain_operation()?;
        let inode = self.0.borrow().names.get(path).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(self.file(inode))
    }

    fn create_new(&self, path: &Path) -> io::Result<File> {
        self.plain_operation()?;
        let mut state = self.0.borrow_mut();
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let inode = state.inodes.len();
        state.inodes.push(Inode::default());
        state.names.insert(path.to_owned(), inode);
        drop(state);
        Ok(self.file(inode))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.plain_operation()?;
        self.0.borrow_mut().names.remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.plain_operation()?;
        let mut state = self.0.borrow_mut();
        let inode = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), inode);
        Ok(())
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.plain_operation()?;
        let mut state = self.0.borrow_mut();
        state.safe_names = state.names.clone();
        Ok(())
    }
}

impl StoredFile for File {
    fn try_lock(&self) -> Result<(), TryLockError> {
        self.disk.plain_operation().map_err(TryLockError::Error)?;
        let locked = &mut self.disk.0.borrow_mut().inodes[self.inode].locked;
        if *locked {
            return Err(TryLockError::WouldBlock);
        }
        *locked = true;
        self.holds.set(true);
        Ok(())
    }

    fn unlock(&self) -> io::Result<()> {
        self.disk.plain_operation()?;
        self.holds.set(false);
        self.disk.0.borrow_mut().inodes[self.inode].locked = false;
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        self.disk.plain_operation()?;
        Ok(u64::try_from(self.disk.0.borrow().inodes[self.inode].seen.len()).unwrap())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.disk.plain_operation()?;
        let state = self.disk.0.borrow();
        let seen = &state.inodes[self.inode].seen;
        let from = usize::try_from(offset).unwrap().min(seen.len());
        let length = buffer.len().min(seen.len() - from);
        buffer[..length].copy_from_slice(&seen[from..from + length]);
        Ok(length)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let outcome = self.disk.operation();
        let mut state = self.disk.0.borrow_mut();
        let inode = &mut state.inodes[self.inode];
        let offset = usize::try_from(offset).unwrap();
        match outcome {
            Ok(()) => {
                inode.write(bytes, offset);
                Ok(bytes.len())
            }
            Err(Failure::Error) => Err(io::Error::other("simulated I/O error")),
            Err(Failure::NoSpace) => {
                inode.write(&bytes[..bytes.len() / 2], offset);
                Err(io::ErrorKind::StorageFull.into())
            }
            Err(Failure::ShortWrite) => {
                let part = bytes.len().div_ceil(2);
                inode.write(&bytes[..part], offset);
                Ok(part)
            }
        }
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.disk.plain_operation()?;
        let mut state = self.disk.0.borrow_mut();
        let inode = &mut state.inodes[self.inode];
        inode.seen.resize(usize::try_from(length).unwrap(), 0);
        let last = inode.seen.len().div_ceil(SECTOR);
        inode.dirty.retain(|sector| *sector < last);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let outcome = self.disk.operation();
        let mut state = self.disk.0.borrow_mut();
        let mut chance = Chance(state.operations * 2 + 1);
        state.out_of_order |= outcome.is_err();
        let inode = &mut state.inodes[self.inode];
        if outcome.is_ok() {
            inode.sync();
            return Ok(());
        }
        inode.sync_in_vain(&mut chance);
        Err(io::Error::other("simulated I/O error"))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if self.holds.get()
            && let Ok(mut state) = self.disk.0.try_borrow_mut()
        {
            state.inodes[self.inode].locked = false;
        }
    }
}

/// Numbers that look random and are the same every time (xorshift64*).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn is_yes(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}
