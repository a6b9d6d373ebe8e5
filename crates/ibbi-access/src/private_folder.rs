//! A folder of small files beside the ledger, for what isn't a record.
//!
//! The folder has mode 0700 and its files 0600, and neither is opened through a link. A file is replaced at once: a reader gets the
//! old one or the new one, also after a crash.

use crate::error::AccessError;
use crate::record_file::{check_is_file, private_options};
use ibbi_core::At;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The file that a program locks while it changes others.
const LOCK: &str = "lock";
/// How a file ends that is written before it takes the place of another.
const NEW: &str = ".new";

/// A private folder. It doesn't need to exist.
///
/// ```
/// # let place = tempfile::tempdir()?;
/// use ibbi_access::PrivateFolder;
/// let folder = PrivateFolder::new(place.path().join("cases.ledger.published"));
/// assert_eq!(folder.read("a.ics", 100)?, None);
/// let at = "2026-09-01T12:00:00.000Z".parse()?;
/// folder.lock()?.write("a.ics", b"text", at)?;
/// assert_eq!(folder.read("a.ics", 100)?.as_deref(), Some(b"text".as_slice()));
/// assert_eq!(folder.files()?[0].written, at);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PrivateFolder {
    path: PathBuf,
}

/// A file of a private folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateFile {
    /// Its name.
    pub name: String,
    /// When it was last written.
    pub written: At,
}

/// A private folder that no other program or thread changes.
#[derive(Debug)]
pub struct LockedFolder<'a> {
    folder: &'a PrivateFolder,
    _lock: File,
}

impl PrivateFolder {
    /// Returns the folder at a path.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the content of a file; nothing if there is none.
    ///
    /// # Errors
    /// [`AccessError::Io`] if it can't be read, is a link, a pipe, or a folder, or has more than `most` bytes.
    pub fn read(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, AccessError> {
        if !self.exists()? {
            return Ok(None);
        }
        let path = self.path.join(name);
        let mut file = match private_options(OpenOptions::new().read(true)).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("open", &path)(explained(&path, error))),
        };
        check_is_file(&file).map_err(failed("open", &path))?;
        let mut bytes = Vec::new();
        (&mut file).take(most + 1).read_to_end(&mut bytes).map_err(failed("read", &path))?;
        if bytes.len() as u64 > most {
            return Err(failed("read", &path)(io::Error::other(format!(
                "it has more than {most} bytes; move it away"
            ))));
        }
        Ok(Some(bytes))
    }

    /// Returns the files of the folder, in no order, without those that a program that was killed left behind.
    ///
    /// # Errors
    /// [`AccessError::Io`].
    pub fn files(&self) -> Result<Vec<PrivateFile>, AccessError> {
        Ok(self.all()?.into_iter().filter(|file| file.name != LOCK && !file.name.ends_with(NEW)).collect())
    }

    /// Makes the folder if there is none, and locks it until the result is dropped.
    ///
    /// # Errors
    /// [`AccessError::Io`].
    pub fn lock(&self) -> Result<LockedFolder<'_>, AccessError> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed("make", &self.path)(error));
            }
            _ => self.exists()?,
        };
        let path = self.path.join(LOCK);
        let mut options = OpenOptions::new();
        let opened = private_options(options.write(true).create(true).truncate(false)).open(&path);
        let file = opened.map_err(|error| failed("open", &path)(explained(&path, error)))?;
        check_is_file(&file).and_then(|()| file.lock()).map_err(failed("lock", &path))?;
        Ok(LockedFolder { folder: self, _lock: file })
    }

    /// Returns whether the folder exists. Refuses a link or another file in its place.
    ///
    /// # Errors
    /// [`AccessError::Io`] if it isn't a folder, or can't be looked at.
    pub fn exists(&self) -> Result<bool, AccessError> {
        match fs::symlink_metadata(&self.path) {
            Ok(found) if found.is_dir() => Ok(true),
            Ok(_) => Err(failed("open", &self.path)(io::Error::other("it is not a folder; move it away"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(failed("open", &self.path)(source)),
        }
    }

    fn all(&self) -> Result<Vec<PrivateFile>, AccessError> {
        if !self.exists()? {
            return Ok(Vec::new());
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed("read", &self.path))? {
            let entry = entry.map_err(failed("read", &self.path))?;
            // No program of ours writes other names.
            let Ok(name) = entry.file_name().into_string() else { continue };
            match entry.metadata() {
                Ok(found) if found.is_file() => {
                    let modified = found.modified().map_err(failed("read", &self.path))?;
                    files.push(PrivateFile { name, written: instant(modified) });
                }
                Ok(_) => {}
                // It was removed in the meantime.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(failed("read", &self.path)(source)),
            }
        }
        Ok(files)
    }

    /// Makes the names of files survive a crash.
    pub fn sync(&self) {
        let _ = File::open(&self.path).and_then(|folder| folder.sync_all());
    }
}

impl LockedFolder<'_> {
    /// Writes a file in place of the one with its name. `at` is kept as the time at which it was written.
    ///
    /// # Errors
    /// [`AccessError::Io`]. The earlier file then stays.
    pub fn write(&self, name: &str, bytes: &[u8], at: At) -> Result<(), AccessError> {
        let path = self.folder.path.join(name);
        let new = self.folder.path.join(format!("{name}{NEW}"));
        // What a program that was killed has left behind.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("replace", &new)(error)),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let opened = private_options(options.write(true).create_new(true)).open(&new);
        let mut file = opened.map_err(failed("write", &new))?;
        let written = file
            .write_all(bytes)
            .and_then(|()| file.set_modified(system_time(at)))
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&new, &path));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written.map_err(failed("write", &path))?;
        self.folder.sync();
        Ok(())
    }

    /// Removes a file, if there is one.
    ///
    /// # Errors
    /// [`AccessError::Io`].
    pub fn remove(&self, name: &str) -> Result<(), AccessError> {
        let path = self.folder.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("delete", &path)(error)),
            _ => self.folder.sync(),
        }
        Ok(())
    }

    /// Removes what programs that were killed have left behind.
    ///
    /// # Errors
    /// [`AccessError::Io`].
    pub fn tidy(&self) -> Result<(), AccessError> {
        self.folder.all()?.iter().filter(|file| file.name.ends_with(NEW)).try_for_each(|file| self.remove(&file.name))
    }
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> AccessError + 'a {
    move |source| AccessError::Io { doing, path: path.to_owned(), source }
}

/// Returns the error of a file that couldn't be opened, in words if it is a link.
fn explained(path: &Path, error: io::Error) -> io::Error {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => io::Error::other("it is a link; move it away"),
        _ => error,
    }
}

fn system_time(at: At) -> SystemTime {
    let millis = Duration::from_millis(at.millis().unsigned_abs());
    if at.millis() < 0 { UNIX_EPOCH - millis } else { UNIX_EPOCH + millis }
}

/// Returns an instant, in milliseconds. A time that can't be one counts as the earliest.
fn instant(time: SystemTime) -> At {
    let millis = time.duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_millis()).ok());
    millis.and_then(At::from_millis).unwrap_or(At::MIN)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    fn at(seconds: i64) -> At {
        At::from_millis(1_790_000_000_000 + seconds * 1000).unwrap()
    }

    #[test]
    fn files_are_private_and_replaced_at_once() {
        let place = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::new(place.path().join("f"));
        folder.lock().unwrap().write("a", b"one", at(0)).unwrap();
        let mode = |path: PathBuf| fs::symlink_metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(place.path().join("f")), mode(place.path().join("f/a"))), (0o700, 0o600));
        fs::write(place.path().join("f/a.new"), "left behind").unwrap();
        folder.lock().unwrap().write("a", b"two", at(5)).unwrap();
        assert_eq!(folder.read("a", 3).unwrap().unwrap(), b"two");
        assert_eq!(folder.files().unwrap(), [PrivateFile { name: "a".to_owned(), written: at(5) }]);
        let long = folder.read("a", 2).unwrap_err().to_string();
        assert!(long.ends_with("it has more than 2 bytes; move it away"), "{long}");
        fs::write(place.path().join("f/b.new"), "left behind").unwrap();
        folder.lock().unwrap().tidy().unwrap();
        folder.lock().unwrap().remove("a").unwrap();
        assert_eq!((folder.files().unwrap(), fs::read_dir(place.path().join("f")).unwrap().count()), (vec![], 1));
    }

    #[test]
    fn links_pipes_and_folders_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::new(place.path().join("f"));
        folder.lock().unwrap().write("a", b"one", at(0)).unwrap();
        symlink(place.path().join("f/a"), place.path().join("f/link")).unwrap();
        fs::create_dir(place.path().join("f/folder")).unwrap();
        let fifo = place.path().join("f/pipe");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        for (name, why) in [("link", "it is a link"), ("folder", "it is not a file"), ("pipe", "it is not a file")] {
            let error = folder.read(name, 100).unwrap_err().to_string();
            assert!(error.contains(why) && error.ends_with("move it away"), "{name}: {error}");
        }
        let linked = PrivateFolder::new(place.path().join("g"));
        symlink(place.path().join("f"), place.path().join("g")).unwrap();
        assert!(linked.read("a", 100).is_err() && linked.files().is_err() && linked.lock().is_err());
        fs::remove_file(place.path().join("f/lock")).unwrap();
        symlink(place.path().join("f/a"), place.path().join("f/lock")).unwrap();
        assert!(folder.lock().is_err());
        assert_eq!(fs::read(place.path().join("f/a")).unwrap(), b"one");
    }
}
