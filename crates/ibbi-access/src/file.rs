//! The records of grants and tokens: a file of JSON lines beside the ledger.
//!
//! Lines are only added. The file has mode 0600, and it is never opened through a link. Each line is synced before it
//! counts. A line without its end was cut off by a crash: it doesn't count, and the next line replaces it.

use crate::grant::Grant;
use crate::principal::Principal;
use ibbi_core::{At, Name};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Returns the path of the file for a ledger.
pub fn access_path(ledger: &Path) -> PathBuf {
    beside(ledger, ".access")
}

pub(crate) fn beside(ledger: &Path, end: &str) -> PathBuf {
    // As for the other files beside a ledger: all links to a ledger lead to the same ones.
    let is_link = std::fs::symlink_metadata(ledger).is_ok_and(|found| found.is_symlink());
    let real = if is_link { std::fs::canonicalize(ledger).ok() } else { None };
    let mut name = real.map_or_else(|| ledger.as_os_str().to_owned(), PathBuf::into_os_string);
    name.push(end);
    name.into()
}

/// One line: a change, and who made it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessEntry {
    /// When the change was made.
    pub at: At,
    /// Who made it.
    pub by: Principal,
    /// The change.
    pub change: AccessChange,
}

/// A change of who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccessChange {
    /// A principal gets a role.
    Granted {
        /// The principal.
        to: Principal,
        /// The role.
        grant: Grant,
    },
    /// A principal loses a role.
    Removed {
        /// The principal.
        from: Principal,
        /// The role.
        grant: Grant,
    },
    /// A token was made.
    TokenIssued {
        /// The token's ID.
        token: String,
        /// The name of the program.
        name: Name,
        /// The SHA-256 of the token's text.
        hash: String,
        /// Its roles.
        grants: Vec<Grant>,
        /// When it stops to count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<At>,
    },
    /// A token no longer counts.
    TokenRevoked {
        /// The token's ID.
        token: String,
    },
}

/// Why the records of access can't be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The system refused something.
    #[error("can't {doing} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A line isn't a change of access.
    #[error("{path}, line {line}: this is not a change of access: {why}; restore the file from a backup, or correct the line", path = .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The change contradicts the file.
    #[error("{0}")]
    Refused(String),
}

/// What tells whether the file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stamp(Option<(u64, Option<SystemTime>, u64)>);

/// The file with the records of access.
#[derive(Debug, Clone)]
pub struct AccessFile {
    path: PathBuf,
}

impl AccessFile {
    /// Returns the file at a path. It doesn't need to exist.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(io::Error) -> AccessError + '_ {
        move |source| AccessError::Io { doing, path: self.path.clone(), source }
    }

    /// Returns what tells whether the file has changed.
    pub(crate) fn stamp(&self) -> Result<Stamp, AccessError> {
        match std::fs::symlink_metadata(&self.path) {
            Ok(found) => Ok(Stamp(Some((found.len(), found.modified().ok(), inode(&found))))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stamp(None)),
            Err(source) => Err(self.failed("look at")(source)),
        }
    }

    /// Returns all changes, oldest first; none if the file doesn't exist.
    ///
    /// # Errors
    /// [`AccessError::Io`], also if the path is a symbolic link, and [`AccessError::Line`].
    pub fn read(&self) -> Result<Vec<AccessEntry>, AccessError> {
        let mut file = match private(OpenOptions::new().read(true)).open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.failed("open")(source)),
        };
        check_is_file(&file).map_err(self.failed("open"))?;
        self.read_from(&mut file).map(|(entries, _)| entries)
    }

    /// Returns the changes, and the length of the lines that are whole.
    fn read_from(&self, file: &mut File) -> Result<(Vec<AccessEntry>, u64), AccessError> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(self.failed("read"))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        bytes.truncate(whole);
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate();
        let read = |(number, line): (usize, &[u8])| {
            serde_json::from_slice(line).map_err(|error| AccessError::Line {
                path: self.path.clone(),
                line: number + 1,
                why: error.to_string(),
            })
        };
        Ok((lines.map(read).collect::<Result<_, _>>()?, whole as u64))
    }

    /// Adds a change that depends on those before it. No other process changes the file in the meantime.
    ///
    /// # Errors
    /// The error of `change`; [`AccessError`] as [`AccessFile::read`]. The file then stays as it was.
    pub fn update(
        &self,
        change: impl FnOnce(&[AccessEntry]) -> Result<AccessEntry, AccessError>,
    ) -> Result<AccessEntry, AccessError> {
        let mut options = OpenOptions::new();
        let mut file = private(options.read(true).write(true).create(true).truncate(false))
            .open(&self.path)
            .map_err(self.failed("open"))?;
        check_is_file(&file).map_err(self.failed("open"))?;
        file.lock().map_err(self.failed("lock"))?;
        let (entries, whole) = self.read_from(&mut file)?;
        let entry = change(&entries)?;
        let mut line = serde_json::to_vec(&entry).map_err(|error| AccessError::Refused(error.to_string()))?;
        line.push(b'\n');
        file.set_len(whole).map_err(self.failed("shorten"))?;
        file.seek(SeekFrom::Start(whole)).map_err(self.failed("write"))?;
        file.write_all(&line).and_then(|()| file.sync_all()).map_err(self.failed("write"))?;
        if entries.is_empty()
            && let Some(folder) = self.path.parent()
        {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            // The name of a new file must survive a crash too.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(entry)
    }
}

/// Makes a file readable for its owner only, and never opens one through a link.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
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
pub(crate) fn check_is_file(file: &File) -> io::Result<()> {
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
