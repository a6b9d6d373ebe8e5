//! A release as one file, for a download.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Write as _};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Returns the files in one .zip file, in a folder of this name. Their time is that of the format's beginning, so equal files give equal
/// bytes.
///
/// # Errors
/// Returns an error if a file has more than 4 GiB.
pub(super) fn zip(folder: &str, files: &BTreeMap<&str, Vec<u8>>) -> io::Result<Vec<u8>> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o644);
    for (name, bytes) in files {
        out.start_file(format!("{folder}/{name}"), options)?;
        out.write_all(bytes)?;
    }
    Ok(out.finish()?.into_inner())
}
