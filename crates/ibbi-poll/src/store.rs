//! The polls of a ledger: a folder beside it, with a file for each poll.

use crate::{Poll, PollError, poll_file};
use ibbi_access::{LockedFolder, PrivateFolder, beside, check_is_file, private_options};
use ibbi_core::At;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// How the files of polls end.
const END: &str = "json";
/// How a file ends that is written before it takes the place of another.
const NEW: &str = "new";
/// The longest file, in bytes. It has room for the largest scenario and the longest notes.
const MAX_BYTES: u64 = 8 << 20;

/// Returns the folder with the polls of a ledger.
///
/// ```
/// let folder = ibbi_poll::polls_path("cases.ledger".as_ref());
/// assert_eq!(folder.to_str(), Some("cases.ledger.polls"));
/// ```
pub fn polls_path(ledger: &Path) -> PathBuf {
    beside(ledger, ".polls")
}

/// The polls of a ledger. The folder doesn't need to exist.
///
/// The folder has mode 0700 and the files 0600, and neither is opened through a link. A file is replaced at once: a reader gets the
/// old poll or the new one, also after a crash.
#[derive(Debug, Clone)]
pub struct PollStore {
    folder: PrivateFolder,
}

/// The polls of a folder, newest first, and why others can't be read.
#[derive(Debug, Default)]
pub struct ListedPolls {
    /// The polls.
    pub polls: Vec<Poll>,
    /// What is wrong with other files.
    pub broken: Vec<PollError>,
}

impl PollStore {
    /// The most polls.
    pub const MAX_POLLS: usize = 1000;

    /// Returns the polls in a folder.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder: PrivateFolder::new(folder) }
    }

    /// Returns a poll.
    ///
    /// # Errors
    /// [`PollError::Missing`] if there is none, [`PollError::File`] if its file is damaged, and [`PollError::Io`].
    pub fn read(&self, id: Uuid) -> Result<Poll, PollError> {
        self.check_folder()?;
        self.read_file(&self.path(id), id)
    }

    /// Returns all polls. A damaged file doesn't hide the others.
    ///
    /// # Errors
    /// [`PollError::Io`] if the folder can't be read.
    pub fn list(&self) -> Result<ListedPolls, PollError> {
        let mut listed = ListedPolls::default();
        for id in self.ids()? {
            match self.read_file(&self.path(id), id) {
                Ok(poll) => listed.polls.push(poll),
                // It was deleted in the meantime.
                Err(PollError::Missing) => {}
                Err(error) => listed.broken.push(error),
            }
        }
        Ok(listed)
    }

    /// Adds a poll. One that is there already stays as it is, even if it is damaged.
    ///
    /// # Errors
    /// [`PollError::Exists`] if there is one with this ID; [`PollError::Refused`] for a poll that is not valid, or if there are too many; [`PollError::Io`].
    pub fn create(&self, poll: &Poll) -> Result<(), PollError> {
        poll.check()?;
        let _lock = self.lock()?;
        let path = self.path(poll.id);
        match fs::symlink_metadata(&path) {
            Ok(_) => return Err(PollError::Exists),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(failed("look at", &path)(source)),
        }
        if self.ids()?.len() >= Self::MAX_POLLS {
            let why = format!("there are {} polls already; delete one first", Self::MAX_POLLS);
            return Err(PollError::Refused(why));
        }
        self.write(poll)
    }

    /// Changes a poll. No other program changes it in the meantime.
    ///
    /// # Errors
    /// The error of `change`, and those of [`PollStore::read`]. The poll then stays as it was.
    pub fn update<T, E: From<PollError>>(
        &self,
        id: Uuid,
        change: impl FnOnce(&mut Poll) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_folder()?;
        let _lock = self.lock()?;
        let mut poll = self.read_file(&self.path(id), id)?;
        let done = change(&mut poll)?;
        poll.check()?;
        self.write(&poll)?;
        Ok(done)
    }

    /// Deletes a poll with its answers.
    ///
    /// # Errors
    /// [`PollError::Missing`] if there is none, and [`PollError::Io`].
    pub fn delete(&self, id: Uuid) -> Result<(), PollError> {
        self.check_folder()?;
        let _lock = self.lock()?;
        self.remove(id)
    }

    /// Deletes the polls that closed 30 days ago or earlier, and the files that a program that was killed left behind. Returns the
    /// number of deleted polls.
    ///
    /// # Errors
    /// [`PollError::Io`] of the first file that can't be deleted. All others are deleted nevertheless.
    pub fn delete_old(&self, now: At) -> Result<usize, PollError> {
        if matches!(self.check_folder(), Err(PollError::Missing)) {
            return Ok(0);
        }
        let _lock = self.lock()?;
        let mut failures = Vec::new();
        for entry in self.entries()? {
            if entry.extension().is_some_and(|end| end == NEW) {
                failures.extend(fs::remove_file(&entry).map_err(failed("delete", &entry)).err());
            }
        }
        let mut deleted = 0;
        for poll in self.list()?.polls.iter().filter(|poll| poll.deleted_at() <= now) {
            match self.remove(poll.id) {
                Ok(()) => deleted += 1,
                Err(error) => failures.push(error),
            }
        }
        failures.into_iter().next().map_or(Ok(deleted), Err)
    }

    fn path(&self, id: Uuid) -> PathBuf {
        self.folder.path().join(format!("{id}.{END}"))
    }

    /// Checks that the folder is one, and not a link to one.
    fn check_folder(&self) -> Result<(), PollError> {
        if self.folder.exists()? { Ok(()) } else { Err(PollError::Missing) }
    }

    /// Makes the folder, and locks it until the result is dropped.
    fn lock(&self) -> Result<LockedFolder<'_>, PollError> {
        Ok(self.folder.lock()?)
    }

    /// Returns the paths in the folder.
    fn entries(&self) -> Result<Vec<PathBuf>, PollError> {
        match self.check_folder() {
            Err(PollError::Missing) => return Ok(Vec::new()),
            checked => checked?,
        }
        let folder = self.folder.path();
        let entries = fs::read_dir(folder).map_err(failed("read", folder))?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed("read", folder)));
        paths.collect()
    }

    /// Returns the IDs of all polls, newest first.
    fn ids(&self) -> Result<Vec<Uuid>, PollError> {
        let paths = self.entries()?;
        let named = paths.iter().filter(|path| path.extension().is_some_and(|end| end == END));
        // A copy under another form of the ID is not the poll.
        let is_own = |path: &Path, id: Uuid| self.path(id).file_name() == path.file_name();
        let id = |path: &PathBuf| path.file_stem()?.to_str()?.parse().ok().filter(|id| is_own(path, *id));
        let mut ids: Vec<Uuid> = named.filter_map(id).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        Ok(ids)
    }

    fn read_file(&self, path: &Path, id: Uuid) -> Result<Poll, PollError> {
        let mut file = match private_options(OpenOptions::new().read(true)).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(PollError::Missing),
            Err(source) => return Err(failed("open", path)(source)),
        };
        check_is_file(&file).map_err(failed("open", path))?;
        let mut bytes = Vec::new();
        (&mut file).take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed("read", path))?;
        let wrong = |why: String| PollError::File { path: path.to_owned(), why };
        if bytes.len() as u64 > MAX_BYTES {
            return Err(wrong(format!("it has more than {MAX_BYTES} bytes")));
        }
        let poll = poll_file::read(&bytes).map_err(wrong)?;
        if poll.id != id {
            return Err(wrong(format!("it has the poll {}", poll.id)));
        }
        Ok(poll)
    }

    fn write(&self, poll: &Poll) -> Result<(), PollError> {
        let path = self.path(poll.id);
        let bytes = poll_file::write(poll).map_err(PollError::Refused)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(PollError::Refused(format!("the poll has more than {MAX_BYTES} bytes; ask fewer people")));
        }
        let new = path.with_extension(NEW);
        // What a program that was killed has left behind.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("replace", &new)(error)),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let opened = private_options(options.write(true).create_new(true)).open(&new);
        let mut file = opened.map_err(failed("write", &new))?;
        let written = file.write_all(&bytes).and_then(|()| file.sync_all());
        let renamed = written.and_then(|()| fs::rename(&new, &path));
        if renamed.is_err() {
            let _ = fs::remove_file(&new);
        }
        renamed.map_err(failed("write", &path))?;
        self.folder.sync();
        Ok(())
    }

    fn remove(&self, id: Uuid) -> Result<(), PollError> {
        let path = self.path(id);
        let _ = fs::remove_file(path.with_extension(NEW));
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(PollError::Missing),
            removed => removed.map_err(failed("delete", &path))?,
        }
        self.folder.sync();
        Ok(())
    }
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> PollError + 'a {
    move |source| PollError::Io { doing, path: path.to_owned(), source }
}
