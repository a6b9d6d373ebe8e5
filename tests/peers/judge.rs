//! Asks the Python script of the documents about many ledgers at once, through `judge.py`. Included by the tests that
//! hold a verdict of this project against it.

use std::path::Path;
use std::process::Command;

/// What the script says of each ledger with its file of checkpoints: nothing, or the first fault. `repository` is the
/// folder that holds `tests` and `docs`.
pub(crate) fn judged<'a>(
    repository: &Path,
    pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
) -> Vec<Option<String>> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (path, mut bytes) = (folder.path().join("pairs"), Vec::new());
    for part in pairs.into_iter().flat_map(|(ledger, notes)| [ledger, notes]) {
        bytes.extend(u32::try_from(part.len()).expect("small ledgers").to_be_bytes());
        bytes.extend(part);
    }
    std::fs::write(&path, bytes).expect("a file");
    let mut python = Command::new("python3");
    python.arg(repository.join("tests/peers/judge.py")).arg(repository.join("docs")).arg(&path);
    let output = python.output().expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| (line != "sound").then(|| line.to_owned())).collect()
}
