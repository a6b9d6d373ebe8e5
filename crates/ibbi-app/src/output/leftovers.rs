//! What a process that was killed left of a file or a folder that it was writing.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;

/// The end of the names of files and folders that are being written. Their writers lock them.
pub(super) const END: &str = ".part";

/// Removes what killed processes left for a path: files and folders with its temporary names that no process has locked. What can't be looked
/// at, locked, or removed stays.
pub(super) fn remove(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(name), Ok(entries)) = (path.file_name(), fs::read_dir(folder)) else { return };
    for entry in entries.flatten().filter(|entry| is_leftover(&entry.file_name(), name)) {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if !kind.is_file() && !kind.is_dir() {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        let _ = if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    }
}

/// Returns whether a name is the temporary one of a file: the file's name, 32 hexadecimal digits, and [`END`].
fn is_leftover(found: &OsStr, name: &OsStr) -> bool {
    let digits = found
        .as_encoded_bytes()
        .strip_prefix(name.as_encoded_bytes())
        .and_then(|rest| rest.strip_prefix(b"."))
        .and_then(|rest| rest.strip_suffix(END.as_bytes()));
    digits.is_some_and(|digits| {
        digits.len() == 32 && digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Temporary, write_new};

    #[test]
    fn only_what_a_killed_process_left_for_this_path_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        let digits = "0123456789abcdef0123456789abcdef";
        let (left, folder) = (format!("a.html.{digits}.part"), format!("a.html.{}.part", digits.replace('0', "f")));
        let others = [
            format!("b.html.{digits}.part"),
            format!("a.html.{digits}.new"),
            format!("a.html.{}.part", digits.to_uppercase()),
            "a.html.part".to_owned(),
            "a.html.0.part".to_owned(),
        ];
        for name in others.iter().chain([&left]) {
            fs::write(path(name), "left").unwrap();
        }
        fs::create_dir(path(&folder)).unwrap();
        fs::write(path(&folder).join("texts"), "left").unwrap();
        // A process that is still writing has its file locked.
        let (running, file) = Temporary::file_beside(&path("a.html")).unwrap();
        assert!(running.path().exists() && !path(&left).exists(), "it was removed at once");
        assert_eq!(path(&folder).exists(), cfg!(windows));
        write_new(&path("a.html"), b"new").unwrap();
        assert!(running.path().exists(), "the file of a running process stays");
        for name in &others {
            assert!(path(name).exists(), "{name}");
        }
        drop(file);
        let next = Temporary::file_beside(&path("a.html")).unwrap();
        assert!(!running.path().exists(), "without its lock, it is what a killed process left");
        drop(next);
        assert_eq!(fs::read(path("a.html")).unwrap(), b"new");
    }
}
