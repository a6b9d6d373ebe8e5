//! The sample scenarios of the documents, for the tests of all crates.

use std::path::PathBuf;

/// Returns the name and the text of each, sorted by name.
pub(crate) fn scenarios() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    assert!(found.len() >= 6, "the samples are in docs/scenarios: {found:?}");
    found
}
