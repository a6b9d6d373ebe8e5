//! The file of a mirror: one process at a time, and only whole entries.

use crate::error::MirrorError;
use ibbi_log::Digest;
use ibbi_seal::{Mirror, MirrorEntry, MirrorFault, MirrorFile, is_mirror, read_mirror};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The most bytes at the end that are dropped if a crash left zeros in them: those of one write.
const ONE_WRITE: u64 = 4 * 1024 * 1024;

/// A mirror's file that this process writes.
#[derive(Debug)]
pub(crate) struct LockedFile {
    path: PathBuf,
    file: File,
    /// The number of bytes of the whole entries.
    bytes: u64,
}

/// A file that was opened: what it holds, and the number of bytes of an unfinished entry that were dropped.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: LockedFile,
    /// There is none if the file is empty.
    pub(crate) mirror: Option<Mirror>,
    pub(crate) dropped: u64,
}

impl LockedFile {
    /// Opens and reads a file, if it exists.
    pub(crate) fn open(path: &Path) -> Result<Option<Opened>, MirrorError> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(failed("open", path)(source)),
        };
        // A ledger that a server holds is not a mirror, even if its lock is taken.
        check_kind(path, &file)?;
        let mut locked = Self::lock(path, file)?;
        let length = locked.file.metadata().map_err(failed("read", path))?.len();
        let MirrorFile { mut mirror, bytes, fault, .. } = locked.read(|_| {})?;
        match fault {
            Some((_, MirrorFault::Zeros)) if length - bytes <= ONE_WRITE => {}
            Some((entry, fault)) => return Err(MirrorError::Damaged { path: path.to_owned(), entry, fault }),
            None => {}
        }
        if bytes == 0 {
            mirror = None;
        }
        if length > bytes {
            // A write that was cut off. The server has these lines too.
            locked.file.set_len(bytes).and_then(|()| locked.file.sync_data()).map_err(failed("repair", path))?;
        }
        locked.bytes = bytes;
        Ok(Some(Opened { file: locked, mirror, dropped: length - bytes }))
    }

    /// Creates a file for a new mirror.
    pub(crate) fn create(path: &Path) -> Result<Self, MirrorError> {
        match OpenOptions::new().read(true).write(true).create_new(true).open(path) {
            Ok(file) => Self::lock(path, file),
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(MirrorError::Locked { path: path.to_owned() })
            }
            Err(source) => Err(failed("create", path)(source)),
        }
    }

    fn lock(path: &Path, file: File) -> Result<Self, MirrorError> {
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), file, bytes: 0 }),
            Err(TryLockError::WouldBlock) => Err(MirrorError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed("lock", path)(source)),
        }
    }

    fn read(&self, mut each: impl FnMut(&MirrorEntry)) -> Result<MirrorFile, MirrorError> {
        let mut file = &self.file;
        let read = file.rewind().and_then(|()| read_mirror(file, |entry, _| each(entry)));
        read.map_err(failed("read", &self.path))
    }

    /// Returns the SHA-256 of each line.
    pub(crate) fn digests(&self) -> Result<Vec<Digest>, MirrorError> {
        let mut digests = Vec::new();
        self.read(|entry| match entry {
            MirrorEntry::Hash(digest) => digests.push(*digest),
            MirrorEntry::Line(bytes) => digests.push(Digest::sha256(bytes)),
            MirrorEntry::Key(_) | MirrorEntry::Checkpoint(_) => {}
        })?;
        Ok(digests)
    }

    /// Appends entries. They are on the disk when this returns. After an error, the file is as it was, or ends in an unfinished
    /// entry that the next run drops.
    pub(crate) fn append(&mut self, entries: &[u8]) -> Result<(), MirrorError> {
        if entries.is_empty() {
            return Ok(());
        }
        let is_new = self.bytes == 0;
        let written = (|| {
            self.file.seek(SeekFrom::Start(self.bytes))?;
            self.file.write_all(entries)?;
            self.file.sync_data()?;
            if is_new { sync_folder(&self.path) } else { Ok(()) }
        })();
        if let Err(source) = written {
            let _ = self.file.set_len(self.bytes);
            return Err(failed("write", &self.path)(source));
        }
        self.bytes += u64::try_from(entries.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Writes what a fork shows beside the file, for those who look into it. It replaces nothing.
    pub(crate) fn keep_evidence(&self, text: &str) -> Result<PathBuf, MirrorError> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".fork");
        let path = self.path.with_file_name(name);
        match std::fs::symlink_metadata(&path) {
            Ok(found) if !found.is_file() => {
                let why = io::Error::other("it is a link or not a file; move it away");
                return Err(failed("write", &path)(why));
            }
            _ => {}
        }
        let written = OpenOptions::new().append(true).create(true).open(&path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_data()
        });
        written.map_err(failed("write", &path)).map(|()| path)
    }
}

/// Refuses a file of another kind. An empty file and the beginning of a head are those of a mirror.
fn check_kind(path: &Path, mut file: &File) -> Result<(), MirrorError> {
    if !file.metadata().map_err(failed("read", path))?.is_file() {
        // Reading a pipe or a device could never end.
        let why = io::Error::other("it is not a file that can be read again; name another file");
        return Err(failed("open", path)(why));
    }
    let mut beginning = Vec::new();
    file.take(16).read_to_end(&mut beginning).and_then(|_| file.rewind()).map_err(failed("read", path))?;
    let is_torn = beginning.iter().all(|byte| *byte == 0) || b"{\"mirror\":1,\"ori".starts_with(&beginning);
    if is_mirror(&beginning) || is_torn {
        return Ok(());
    }
    Err(MirrorError::Usage(format!("{} is not a mirror; name another file, which is created", path.display())))
}

/// Makes the name of a new file last.
fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> MirrorError + 'a {
    move |source| MirrorError::Io { doing, path: path.to_owned(), source }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_added_to_a_file_and_to_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mirror");
        let file = LockedFile::create(&path).unwrap();
        let (evidence, other) = (folder.path().join("a.mirror.fork"), folder.path().join("other"));
        assert_eq!(file.keep_evidence("one\n").unwrap(), evidence);
        assert_eq!(file.keep_evidence("two\n").unwrap(), evidence);
        assert_eq!(std::fs::read_to_string(&evidence).unwrap(), "one\ntwo\n");
        std::fs::write(&other, "kept").unwrap();
        let make: [&dyn Fn(); 3] = [
            &|| std::os::unix::fs::symlink(&other, &evidence).unwrap(),
            &|| assert!(std::process::Command::new("mkfifo").arg(&evidence).status().unwrap().success()),
            &|| std::fs::create_dir(&evidence).unwrap(),
        ];
        std::fs::remove_file(&evidence).unwrap();
        for make in make {
            make();
            let failed = file.keep_evidence("three\n").unwrap_err().to_string();
            assert!(failed.contains("it is a link or not a file; move it away"), "{failed}");
            assert_eq!(std::fs::read_to_string(&other).unwrap(), "kept");
            let _ = std::fs::remove_file(&evidence).or_else(|_| std::fs::remove_dir(&evidence));
        }
    }
}
