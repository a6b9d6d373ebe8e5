//! Files that a user can make again: reports, calendars, exports.

use crate::error::AppError;
use ibbi_log::LedgerReader;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file that a user can make again: into a new file beside it first, then under its name, so that there is
/// never half of it. An existing file is replaced, unless it is a ledger; a pipe or a device is written to as it is.
///
/// # Errors
/// [`AppError::Io`]; [`AppError::Usage`] for the name of a ledger.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), AppError> {
    let failed = |source| AppError::Io { doing: "write", path: path.to_owned(), source };
    write_file_with(path, |file| file.write_all(content).map_err(failed)).map(|_| ())
}

/// As [`write_file`], for what is written piece by piece; the number of bytes.
///
/// # Errors
/// As [`write_file`], or what the writing itself says.
pub fn write_file_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), AppError>,
) -> Result<u64, AppError> {
    let failed = |source| AppError::Io { doing: "write", path: path.to_owned(), source };
    let found = std::fs::metadata(path).ok();
    let is_file = found.as_ref().is_some_and(std::fs::Metadata::is_file);
    if found.is_some_and(|found| !found.is_file() && !found.is_dir()) {
        let file = File::options().write(true).open(path).map_err(failed)?;
        let mut out = Counted { out: BufWriter::new(file), bytes: 0 };
        write(&mut out)?;
        out.flush().map_err(failed)?;
        return Ok(out.bytes);
    }
    if is_file && LedgerReader::open(path).is_ok_and(|mut reader| reader.opening().is_some()) {
        let message = format!("{} is a ledger, and would be lost; give another name to write to", path.display());
        return Err(AppError::Usage(message));
    }
    // A link stays, and what it names is replaced.
    let path = if is_file { path.canonicalize().map_err(failed)? } else { path.to_owned() };
    replace(&path, write, failed)
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), AppError>,
    failed: impl Fn(io::Error) -> AppError,
) -> Result<u64, AppError> {
    let name = path.file_name().ok_or_else(|| failed(io::Error::other("it has no file name")))?;
    let mut beside = name.to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside: PathBuf = path.with_file_name(beside);
    let mut file = BufWriter::new(File::create_new(&beside).map_err(&failed)?);
    let written = write(&mut file).and_then(|()| {
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        let bytes = file.metadata().map_err(&failed)?.len();
        file.sync_all().and_then(|()| std::fs::rename(&beside, path)).map_err(&failed)?;
        Ok(bytes)
    });
    if written.is_err() {
        // The new file is of no use; if it cannot be removed either, the first error says why.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Counts what goes to a pipe or a device, which does not tell.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += u64::try_from(written).unwrap_or(u64::MAX);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
