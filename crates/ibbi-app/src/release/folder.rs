//! Writing the folder of a release, wholly or not at all.

use crate::error::AppError;
use crate::output::Temporary;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Checks that nothing has the name of the folder.
///
/// # Errors
/// [`AppError::Io`] if something has.
pub(super) fn check_new(folder: &Path) -> Result<(), AppError> {
    match folder.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(failed(folder, source)),
        Ok(_) => Err(failed(folder, io::ErrorKind::AlreadyExists.into())),
    }
}

/// Writes the files to a folder under a temporary name, syncs them, and then gives the folder its name.
///
/// # Errors
/// [`AppError::Io`]. Nothing is left then. What a process that was killed has left is removed by the next release to the same folder.
pub(super) fn write_new(folder: &Path, files: &BTreeMap<&str, Vec<u8>>) -> Result<(), AppError> {
    let fail = |source| failed(folder, source);
    // It is locked as long as it is being written.
    let (temporary, _lock) = Temporary::folder_beside(folder).map_err(fail)?;
    let temporary = TemporaryFolder(temporary);
    let path = temporary.0.path();
    for (name, bytes) in files {
        let write = || {
            let mut file = File::create_new(path.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(fail)?;
    }
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(fail)?;
    }
    check_new(folder)?;
    temporary.0.rename_to(folder).map_err(fail)
}

fn failed(path: &Path, source: io::Error) -> AppError {
    AppError::Io { doing: "write", path: path.to_owned(), source }
}

/// A folder under a temporary name, which is removed unless it got its own.
struct TemporaryFolder(Temporary);

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // After a rename there is nothing to remove. If removing fails, the first error says why.
        let _ = fs::remove_dir_all(self.0.path());
    }
}
