//! A file of JSON lines beside the ledger, one record a line.
//!
//! The file has mode 0600, and it is never opened through a link. A line without its end was cut off by a crash: it doesn't
//! count, and the next line replaces it.

use crate::error::AccessError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Returns the path of a file beside a ledger: the ledger's path with an end such as `.access`.
///
/// ```
/// let path = ibbi_access::beside("cases.ledger".as_ref(), ".access");
/// assert_eq!(path.to_str(), Some("cases.ledger.access"));
/// ```
pub fn beside(ledger: &Path, end: &str) -> PathBuf {
    // As for the other files beside a ledger: all links to a ledger lead to the same ones.
    let is_link = std::fs::symlink_metadata(ledger).is_ok_and(|found| found.is_symlink());
    let real = if is_link { std::fs::canonicalize(ledger).ok() } else { None };
    let mut name = real.map_or_else(|| ledger.as_os_str().to_owned(), PathBuf::into_os_string);
    name.push(end);
    name.into()
}

/// A record on a line of its own.
pub trait FileRecord: Serialize + DeserializeOwned {
    /// What a line is, in errors: "a change of access".
    const WHAT: &'static str;
}

/// Tells whether a file has changed: its length, its time, and which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp(Option<(u64, Option<SystemTime>, u64)>);

/// A file of records. It doesn't need to exist.
#[derive(Debug)]
pub struct RecordFile<T> {
    path: PathBuf,
    record: PhantomData<fn() -> T>,
}

impl<T> Clone for RecordFile<T> {
    fn clone(&self) -> Self {
        Self::new(self.path.clone())
    }
}

impl<T> RecordFile<T> {
    /// Returns the file at a path.
    pub const fn new(path: PathBuf) -> Self {
        Self { path, record: PhantomData }
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns a value that differs after the file has changed.
    ///
    /// # Errors
    /// [`AccessError::Io`].
    pub fn stamp(&self) -> Result<Stamp, AccessError> {
        match std::fs::symlink_metadata(&self.path) {
            Ok(found) => Ok(Stamp(Some((found.len(), found.modified().ok(), inode(&found))))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stamp(None)),
            Err(source) => Err(self.failed("look at")(source)),
        }
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(io::Error) -> AccessError + '_ {
        move |source| AccessError::Io { doing, path: self.path.clone(), source }
    }
}

impl<T: FileRecord> RecordFile<T> {
    /// Returns all records, oldest first; none if the file doesn't exist.
    ///
    /// # Errors
    /// [`AccessError::Io`], also if the path is a symbolic link, and [`AccessError::Line`].
    pub fn read(&self) -> Result<Vec<T>, AccessError> {
        let mut file = match private_options(OpenOptions::new().read(true)).open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.failed("open")(source)),
        };
        check_is_file(&file).map_err(self.failed("open"))?;
        self.read_from(&mut file).map(|(records, _)| records)
    }

    /// Returns the records, and the length of the lines that are whole.
    fn read_from(&self, file: &mut File) -> Result<(Vec<T>, u64), AccessError> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(self.failed("read"))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        bytes.truncate(whole);
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate();
        let read = |(number, line): (usize, &[u8])| {
            serde_json::from_slice(line).map_err(|error| AccessError::Line {
                path: self.path.clone(),
                line: number + 1,
                what: T::WHAT,
                why: error.to_string(),
            })
        };
        Ok((lines.map(read).collect::<Result<_, _>>()?, whole as u64))
    }

    /// Adds a record that depends on those before it, and syncs it. No other process changes the file in the meantime.
    ///
    /// # Errors
    /// The error of `change`; [`AccessError`] as [`RecordFile::read`]. The file then stays as it was.
    pub fn update<E: From<AccessError>>(&self, change: impl FnOnce(&[T]) -> Result<T, E>) -> Result<T, E> {
        let mut options = OpenOptions::new();
        let mut file = private_options(options.read(true).write(true).create(true).truncate(false))
            .open(&self.path)
            .map_err(self.failed("open"))?;
        check_is_file(&file).map_err(self.failed("open"))?;
        file.lock().map_err(self.failed("lock"))?;
        let (records, whole) = self.read_from(&mut file)?;
        let record = change(&records)?;
        let line = line(&record)?;
        file.set_len(whole).map_err(self.failed("shorten"))?;
        file.seek(SeekFrom::Start(whole)).map_err(self.failed("write"))?;
        file.write_all(&line).and_then(|()| file.sync_all()).map_err(self.failed("write"))?;
        if records.is_empty() {
            self.sync_folder();
        }
        Ok(record)
    }

    /// Replaces all records at once, and returns what adds further ones. A reader gets the old records or the new ones. There must be
    /// one writer only.
    ///
    /// # Errors
    /// [`AccessError::Io`]. The file then stays as it was.
    pub fn replace(&self, records: &[T]) -> Result<RecordAppender<T>, AccessError> {
        let bytes = records.iter().map(line).collect::<Result<Vec<_>, _>>()?.concat();
        let new = beside(&self.path, ".new");
        let mut options = OpenOptions::new();
        let opened = private_options(options.read(true).write(true).create(true).truncate(false)).open(&new);
        let mut file = opened.map_err(self.failed("replace"))?;
        check_is_file(&file).map_err(self.failed("replace"))?;
        let written = file.set_len(0).and_then(|()| file.write_all(&bytes)).and_then(|()| file.sync_all());
        written.and_then(|()| std::fs::rename(&new, &self.path)).map_err(self.failed("replace"))?;
        self.sync_folder();
        Ok(RecordAppender { of: self.clone(), file, whole: bytes.len() as u64 })
    }

    /// Makes the name of a new file survive a crash.
    fn sync_folder(&self) {
        if let Some(folder) = self.path.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
    }
}

/// Adds records to the end of a file of which it is the only writer.
#[derive(Debug)]
pub struct RecordAppender<T> {
    of: RecordFile<T>,
    file: File,
    whole: u64,
}

impl<T: FileRecord> RecordAppender<T> {
    /// Adds a record. Without `sync`, it survives the end of the program, but perhaps not a loss of power.
    ///
    /// # Errors
    /// [`AccessError::Io`]. The record then doesn't count, and the next one replaces it.
    pub fn append(&mut self, record: &T, sync: bool) -> Result<(), AccessError> {
        let line = line(record)?;
        let written = self.file.set_len(self.whole).and_then(|()| self.file.seek(SeekFrom::Start(self.whole)));
        let written = written.and_then(|_| self.file.write_all(&line));
        let written = written.and_then(|()| if sync { self.file.sync_data() } else { Ok(()) });
        written.map_err(self.of.failed("write"))?;
        self.whole += line.len() as u64;
        Ok(())
    }

    /// Returns the length of the file, in bytes.
    pub const fn length(&self) -> u64 {
        self.whole
    }
}

fn line<T: Serialize>(record: &T) -> Result<Vec<u8>, AccessError> {
    let mut line = serde_json::to_vec(record).map_err(|error| AccessError::Refused(error.to_string()))?;
    line.push(b'\n');
    Ok(line)
}

/// Makes a file that is opened readable for its owner only, and never opens one through a link.
pub fn private_options(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A pipe in its place must not stop the program.
        let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
        options.mode(0o600).custom_flags(i32::try_from(flags).unwrap_or_default());
    }
    options
}

/// Checks that an open file is a file, and not a pipe or a device.
///
/// # Errors
/// An error that says so.
pub fn check_is_file(file: &File) -> io::Result<()> {
    match file.metadata()?.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("it is not a file; move it away")),
    }
}

#[cfg(unix)]
fn inode(found: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
const fn inode(_: &std::fs::Metadata) -> u64 {
    0
}
