//! A folder of invitations. It is also the memory of what was sent: which entries, in which version, to whom.

use super::{InvitationChange, InvitationFile};
use crate::error::AppError;
use crate::output::Temporary;
use ibbi_report::ics::{EntryId, Invitation};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The longest invitation, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// The most files of a folder.
const MAX_FILES: usize = 10_000;

/// An invitation that was made before.
#[derive(Debug, Clone)]
pub(super) struct EarlierInvitation {
    /// The name of its file.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) invitation: Invitation,
}

/// A folder for invitations.
#[derive(Debug, Clone)]
pub struct InvitationFolder {
    path: PathBuf,
    exists: bool,
    files: Vec<EarlierInvitation>,
}

impl InvitationFolder {
    /// Returns no folder: there are no earlier invitations.
    pub fn none() -> Self {
        Self { path: PathBuf::new(), exists: false, files: Vec::new() }
    }

    /// Returns a folder with these invitations, without reading any file.
    #[cfg(test)]
    pub(super) fn with(invitations: Vec<Invitation>) -> Self {
        let files = invitations.into_iter().map(|invitation| EarlierInvitation {
            name: String::new(),
            text: String::new(),
            invitation,
        });
        Self { files: files.collect(), ..Self::none() }
    }

    /// Opens a folder to write invitations to it. It may be missing or empty. Only with `update` it may have earlier invitations.
    ///
    /// # Errors
    /// [`AppError::Usage`] if the folder has files and `update` is false, or other calendars than invitations that ibbi wrote;
    /// [`AppError::Io`].
    pub fn open(path: &Path, update: bool) -> Result<Self, AppError> {
        let failed = |source| AppError::Io { doing: "look at", path: path.to_owned(), source };
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                return Ok(Self { path: path.to_owned(), exists: false, files: Vec::new() });
            }
            Err(source) => return Err(failed(source)),
            Ok(found) if !found.is_dir() => {
                let message = format!("{} is a file; name a folder for the invitations", path.display());
                return Err(AppError::Usage(message));
            }
            Ok(_) => {}
        }
        if !update && fs::read_dir(path).map_err(failed)?.next().is_some() {
            let message = format!(
                "{} already has files; name another folder, or update the invitations in it with --update",
                path.display()
            );
            return Err(AppError::Usage(message));
        }
        Ok(Self { path: path.to_owned(), exists: true, files: read(path)? })
    }

    /// Reads the invitations of a folder.
    ///
    /// # Errors
    /// [`AppError::Usage`] if it has none, or other calendars than invitations that ibbi wrote; [`AppError::Io`].
    pub fn read(path: &Path) -> Result<Self, AppError> {
        let files = read(path)?;
        if files.is_empty() {
            let message =
                format!("{} has no invitations; name the folder that `ibbi calendar --invite` wrote", path.display());
            return Err(AppError::Usage(message));
        }
        Ok(Self { path: path.to_owned(), exists: true, files })
    }

    pub(super) fn files(&self) -> &[EarlierInvitation] {
        &self.files
    }

    /// Writes invitations: all of them, or none. Files of unchanged invitations stay as they are.
    ///
    /// # Errors
    /// [`AppError::Io`]; the folder is then as it was before.
    pub fn write(&self, invitations: &[InvitationFile]) -> Result<(), AppError> {
        let written = if self.exists { self.update(invitations) } else { self.create(invitations) };
        written.map_err(|source| AppError::Io { doing: "write", path: self.path.clone(), source })
    }

    /// Writes a new folder beside its place, and then gives it its name.
    fn create(&self, invitations: &[InvitationFile]) -> io::Result<()> {
        let temporary = Temporary::beside(&self.path)?;
        let place = temporary.path();
        let written = fs::create_dir(place).and_then(|()| {
            invitations.iter().try_for_each(|file| write_new(&place.join(&file.file), &file.text))?;
            if self.path.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(place, &self.path)
        });
        // Only this process knows the temporary name, so only its own files are removed.
        written.inspect_err(|_| drop(fs::remove_dir_all(place)))
    }

    /// Writes all new content beside the files, and then puts it in place. If that fails, what was replaced is put back.
    fn update(&self, invitations: &[InvitationFile]) -> io::Result<()> {
        let mut staged = Vec::new();
        for file in invitations.iter().filter(|file| file.change != InvitationChange::Unchanged) {
            let path = self.path.join(&file.file);
            let is_known = self.files.iter().any(|known| known.name == file.file);
            if !is_known && path.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let (content, backup) = (Temporary::beside(&path)?, Temporary::beside(&path)?);
            write_new(content.path(), &file.text)?;
            staged.push((path, is_known, content, backup));
        }
        for (done, (path, is_known, content, backup)) in staged.iter().enumerate() {
            let replaced = if *is_known { fs::rename(path, backup.path()) } else { Ok(()) };
            let Err(error) = replaced.and_then(|()| fs::rename(content.path(), path)) else { continue };
            if backup.path().exists() {
                fs::rename(backup.path(), path)?;
            }
            for (path, is_known, _, backup) in &staged[..done] {
                if *is_known { fs::rename(backup.path(), path)? } else { fs::remove_file(path)? }
            }
            return Err(error);
        }
        Ok(())
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Reads the invitations among the files of a folder, by their names.
fn read(folder: &Path) -> Result<Vec<EarlierInvitation>, AppError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| AppError::Io { doing: "read", path, source }
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let name = entry.map_err(failed(folder))?.file_name();
        let is_calendar = Path::new(&name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ics"));
        names.extend(name.to_str().filter(|_| is_calendar).map(ToOwned::to_owned));
        if names.len() > MAX_FILES {
            return Err(AppError::Usage(format!("{} has more than {MAX_FILES} calendar files", folder.display())));
        }
    }
    names.sort();
    let (mut files, mut seen) = (Vec::new(), HashSet::new());
    for name in names {
        let path = folder.join(&name);
        let mut bytes = Vec::new();
        File::open(&path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes)).map_err(failed(&path))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // A reply that was saved in the same folder is no invitation.
        if text.lines().any(|line| line.trim_end().eq_ignore_ascii_case("METHOD:REPLY")) {
            continue;
        }
        let wrong = |why: String| {
            AppError::Usage(format!(
                "{} is not an invitation that ibbi wrote: {why}; move it elsewhere",
                path.display()
            ))
        };
        let invitation = Invitation::from_ics(&text).map_err(|error| wrong(error.to_string()))?;
        if invitation.entry.uid.parse::<EntryId>().is_err() {
            return Err(wrong("its UID has no case and session".to_owned()));
        }
        if !seen.insert(invitation.entry.uid.clone()) {
            return Err(wrong("another file in the folder is for the same session".to_owned()));
        }
        files.push(EarlierInvitation { name, text, invitation });
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
