//! The operations that a ledger needs from a disk, as a trait, so that tests can make each of them fail.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A place with files.
pub trait Storage {
    /// An open file of this place.
    type File: StoredFile;

    /// Opens an existing file for reading and writing.
    ///
    /// # Errors
    /// Returns the system's error; [`io::ErrorKind::NotFound`] if there is no file.
    fn open(&self, path: &Path) -> io::Result<Self::File>;

    /// Creates a new file for reading and writing.
    ///
    /// # Errors
    /// Returns the system's error; [`io::ErrorKind::AlreadyExists`] if the file exists.
    fn create_new(&self, path: &Path) -> io::Result<Self::File>;

    /// Opens a file that belongs to a ledger (see [`sidecar_path`]), as [`open`](Self::open) does, but not through a link: another
    /// user could have put it there.
    ///
    /// # Errors
    /// Returns the system's error; [`io::ErrorKind::NotFound`] if there is no such file.
    fn open_sidecar(&self, path: &Path) -> io::Result<Self::File> {
        self.open(path)
    }

    /// Gives a file another name, in place of the file that has it.
    ///
    /// # Errors
    /// Returns the system's error; [`io::ErrorKind::Unsupported`] from a storage without this operation.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let _ = (from, to);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Checks that a path leads to a folder, and not through a link, that only its owner can use. A storage without folders has
    /// nothing to check.
    ///
    /// # Errors
    /// Returns the system's error; [`io::ErrorKind::NotFound`] if there is nothing.
    fn check_private_folder(&self, path: &Path) -> io::Result<()> {
        let _ = path;
        Ok(())
    }

    /// Removes a file.
    ///
    /// # Errors
    /// Returns the system's error.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Returns the identity of an open file, if the storage has identities.
    ///
    /// # Errors
    /// Returns the system's error.
    fn identity(&self, file: &Self::File) -> io::Result<Option<FileId>> {
        let _ = file;
        Ok(None)
    }

    /// Returns the length of an open file in bytes, or `None` if the path leads to another file or to none. Without
    /// identities, the path is assumed to lead to the file.
    ///
    /// # Errors
    /// Returns the system's error.
    fn length_at(&self, path: &Path, file: &Self::File, identity: Option<FileId>) -> io::Result<Option<u64>> {
        let _ = (path, identity);
        file.length().map(Some)
    }

    /// Makes the creations and removals in a directory durable.
    ///
    /// # Errors
    /// Returns the system's error.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;

    /// Makes the creation or removal of a file durable: syncs the directory that it is in.
    ///
    /// # Errors
    /// Returns the system's error.
    fn sync_directory_of(&self, path: &Path) -> io::Result<()> {
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => self.sync_directory(parent),
            _ => self.sync_directory(Path::new(".")),
        }
    }
}

/// The identity of a file. It stays the same when the file is renamed; another file with the same name has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    number: u64,
}

impl FileId {
    /// Returns the identity of the file with this number on this device.
    pub const fn new(device: u64, number: u64) -> Self {
        Self { device, number }
    }
}

#[cfg(unix)]
impl FileId {
    fn from_metadata(metadata: &fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self::new(metadata.dev(), metadata.ino())
    }
}

/// An open file. What is written is safe only when [`StoredFile::sync_data`] has returned without an error.
pub trait StoredFile {
    /// Takes the file's exclusive lock, or fails at once. The lock lasts until the file is unlocked or closed.
    ///
    /// # Errors
    /// Returns [`TryLockError::WouldBlock`] if another handle has the lock.
    fn try_lock(&self) -> Result<(), TryLockError>;

    /// Releases the lock.
    ///
    /// # Errors
    /// Returns the system's error.
    fn unlock(&self) -> io::Result<()>;

    /// Returns the file's length in bytes.
    ///
    /// # Errors
    /// Returns the system's error.
    fn length(&self) -> io::Result<u64>;

    /// Reads some bytes from `offset` on, and returns how many; 0 at the end.
    ///
    /// # Errors
    /// Returns the system's error.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes some of the bytes, starting at `offset`, and returns how many.
    ///
    /// # Errors
    /// Returns the system's error.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Writes all of the bytes, starting at `offset`.
    ///
    /// # Errors
    /// Returns the system's error; some of the bytes may be written.
    fn write_all_at(&self, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write_at(bytes, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    offset += u64::try_from(written).unwrap_or(u64::MAX);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads the whole file.
    ///
    /// # Errors
    /// Returns the system's error.
    fn read_all(&self) -> io::Result<Vec<u8>>
    where
        Self: Sized,
    {
        let mut bytes = Vec::new();
        Stream::new(self, 0, u64::MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Cuts the file, or fills it up with zeros.
    ///
    /// # Errors
    /// Returns the system's error.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Asks for room on the disk between two places, behind the file's end. What is written there later is synced
    /// sooner, for its room need not be looked for. The file's length and what is read from it stay as they are. It is a
    /// favour: where it is not known or there is no room, nothing happens.
    fn reserve(&self, from: u64, to: u64) {
        let _ = (from, to);
    }

    /// Returns when everything written is on the disk.
    ///
    /// # Errors
    /// Returns the system's error. After one, nobody knows what is on the disk, and asking again does not help: the system may have
    /// given up what it could not write and report success the next time.
    fn sync_data(&self) -> io::Result<()>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Storage for Disk {
    type File = File;

    // The user can name a ledger by a link. It is followed here, and then no longer.
    fn open(&self, path: &Path) -> io::Result<File> {
        let real = if path.is_symlink() { fs::canonicalize(path)? } else { path.to_owned() };
        private(OpenOptions::new().read(true).write(true)).open(real)
    }

    fn open_sidecar(&self, path: &Path) -> io::Result<File> {
        private(OpenOptions::new().read(true).write(true)).open(path).map_err(explain_link).and_then(only_a_file)
    }

    fn create_new(&self, path: &Path) -> io::Result<File> {
        private(OpenOptions::new().read(true).write(true).create_new(true)).open(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn check_private_folder(&self, path: &Path) -> io::Result<()> {
        let found = fs::symlink_metadata(path)?;
        if !found.is_dir() {
            return Err(io::Error::other("it is not a folder; move it away"));
        }
        only_for_owner(&found)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    #[cfg(unix)]
    fn identity(&self, file: &File) -> io::Result<Option<FileId>> {
        file.metadata().map(|metadata| Some(FileId::from_metadata(&metadata)))
    }

    // One system call for both, because it runs before every write.
    #[cfg(unix)]
    fn length_at(&self, path: &Path, _: &File, identity: Option<FileId>) -> io::Result<Option<u64>> {
        match fs::metadata(path) {
            Ok(found) => Ok((identity == Some(FileId::from_metadata(&found))).then_some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        // Windows has no such call, and can't open a directory as a file.
        if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
    }
}

impl StoredFile for File {
    fn try_lock(&self) -> Result<(), TryLockError> {
        File::try_lock(self)
    }

    fn unlock(&self) -> io::Result<()> {
        File::unlock(self)
    }

    fn length(&self) -> io::Result<u64> {
        self.metadata().map(|metadata| metadata.len())
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }

    #[cfg(unix)]
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::write_at(self, bytes, offset)
    }

    #[cfg(not(unix))]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut file = self;
        io::Seek::seek(&mut file, io::SeekFrom::Start(offset))?;
        file.read(buffer)
    }

    #[cfg(not(unix))]
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut file = self;
        io::Seek::seek(&mut file, io::SeekFrom::Start(offset))?;
        io::Write::write(&mut file, bytes)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    #[cfg(target_os = "linux")]
    fn reserve(&self, from: u64, to: u64) {
        use rustix::fs::{FallocateFlags, fallocate};
        // An error doesn't matter here: a write without space returns an error of its own.
        let _ = fallocate(self, FallocateFlags::KEEP_SIZE, from, to.saturating_sub(from));
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }
}

/// A stream over part of a stored file.
#[derive(Debug)]
pub(crate) struct Stream<'a, F> {
    file: &'a F,
    offset: u64,
    end: u64,
}

impl<'a, F> Stream<'a, F> {
    /// Returns a stream over the bytes from `offset` to `end`, or to the end of the file if that is first.
    pub(crate) const fn new(file: &'a F, offset: u64, end: u64) -> Self {
        Self { file, offset, end }
    }
}

impl<F: StoredFile> Read for Stream<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = self.file.read_at(&mut buffer[..wanted], self.offset)?;
        self.offset += u64::try_from(read).unwrap_or(u64::MAX);
        Ok(read)
    }
}

/// Opens a file that belongs to a ledger to read it (see [`sidecar_path`]), but not through a link.
///
/// # Errors
/// Returns the system's error; [`io::ErrorKind::NotFound`] if there is no such file.
pub fn open_sidecar(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().read(true)).open(path).map_err(explain_link).and_then(only_a_file)
}

/// How much room a file beside a ledger needs to be written, in bytes.
#[cfg(unix)]
const ROOM: u64 = 16 * 1024;

/// Checks whether a file that belongs to a ledger can be written: that it is a file and no link, and that the disk has room after its
/// end. Its content stays as it is. A file that doesn't exist needs room in its folder.
///
/// # Errors
/// Returns the system's error.
pub fn check_sidecar(path: &Path) -> io::Result<()> {
    match private(OpenOptions::new().append(true)).open(path).map_err(explain_link).and_then(only_a_file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => check_folder(path),
        opened => check_end(&opened?),
    }
}

/// Reserves room after the end of a file, which its next lines use.
#[cfg(target_os = "linux")]
fn check_end(file: &File) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::KEEP_SIZE, file.metadata()?.len(), ROOM) {
        // Where nothing can be reserved, nothing is known against the file.
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "as on Linux")]
const fn check_end(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn check_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = rustix::fs::statvfs(folder)?;
    if found.f_bavail.saturating_mul(found.f_frsize) < ROOM { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
const fn check_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a new file readable for its owner only, and doesn't open one through a link.
#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    // A pipe in its place must not stop the program.
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    options.mode(0o600).custom_flags(i32::try_from(flags).unwrap_or_default())
}

#[cfg(not(unix))]
const fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn only_for_owner(folder: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match folder.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(io::Error::other("other users can read it; run `chmod 700` on it")),
    }
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
const fn only_for_owner(_: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Returns the file if it is one, and not a pipe or a device.
fn only_a_file(file: File) -> io::Result<File> {
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a file; move it away")),
    }
}

/// Says what to do about a link.
fn explain_link(error: io::Error) -> io::Error {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        let text =
            "it is a link, and a file beside a ledger is never opened through one; replace the link with the file";
        return io::Error::other(text);
    }
    error
}

/// Returns the path of a file that belongs to a ledger: the ledger's path with a suffix.
///
/// If the path is a link, it is followed first. All links to a ledger lead to the same checkpoints that way.
pub fn sidecar_path(ledger: &Path, suffix: &str) -> PathBuf {
    let is_link = std::fs::symlink_metadata(ledger).is_ok_and(|found| found.is_symlink());
    let real = if is_link { std::fs::canonicalize(ledger).ok() } else { None };
    let mut name = real.map_or_else(|| ledger.as_os_str().to_owned(), PathBuf::into_os_string);
    name.push(suffix);
    name.into()
}
