//! The sample scenarios of the documents.

use crate::repository;
use std::path::PathBuf;

/// Returns the path of a sample scenario, such as `maple-hollow.toml`.
pub fn sample_scenario(name: &str) -> PathBuf {
    repository("docs/scenarios").join(name)
}

/// Returns the name and the text of every sample scenario, sorted by name.
pub fn sample_scenarios() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(repository("docs/scenarios")).expect("the folder of the samples") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).expect("a sample")));
        }
    }
    found.sort();
    assert!(found.len() >= 6, "the samples are in docs/scenarios: {found:?}");
    found
}
