//! The verdicts of the documents' Python script, through `tests/peers/judge.py`.

use crate::repository;
use std::process::Command;

/// Verifies many ledgers with the Python script. Returns the first fault of each, or `None` if the ledger is sound.
///
/// Each pair is a ledger and its file of checkpoints.
pub fn verdicts<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Vec<Option<String>> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (path, mut bytes) = (folder.path().join("pairs"), Vec::new());
    for part in pairs.into_iter().flat_map(|(ledger, notes)| [ledger, notes]) {
        bytes.extend(u32::try_from(part.len()).expect("small ledgers").to_be_bytes());
        bytes.extend(part);
    }
    std::fs::write(&path, bytes).expect("a file");
    let mut python = Command::new("python3");
    python.arg(repository("tests/peers/judge.py")).arg(repository("docs")).arg(&path);
    let output = python.output().expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| (line != "sound").then(|| line.to_owned())).collect()
}
