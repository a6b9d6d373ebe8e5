//! The page on dependencies lists each crate that a manifest names, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

#[test]
fn the_page_lists_every_dependency() {
    let mut manifests: Vec<_> =
        ["Cargo.toml", "bench/Cargo.toml", "bench/load/Cargo.toml"].map(|path| root().join(path)).into();
    for entry in fs::read_dir(root().join("crates")).expect("the crates are readable") {
        manifests.push(entry.expect("the crates are readable").path().join("Cargo.toml"));
    }
    let named: BTreeSet<String> = manifests.iter().flat_map(|path| dependencies(&read(path))).collect();
    let page = read(&root().join("docs/dependencies.md"));
    let crates = page.split("## Packages of the checks").next().unwrap_or_default();
    let listed: BTreeSet<String> = crates
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .flat_map(|names| names.split(", ").map(str::to_owned))
        .filter(|name| name != "crate")
        .collect();
    assert_eq!(listed, named, "docs/dependencies.md (left) and the manifests (right) differ");
}

/// Returns the dependencies in a manifest that are not crates of this project.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut here = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            here = line.trim_end_matches(']').ends_with("dependencies");
        } else if here && let Some((name, _)) = line.split_once([' ', '.', '=']) {
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
            if is_name && !name.starts_with("ibbi-") {
                names.push(name.to_owned());
            }
        }
    }
    names
}

fn read(path: &PathBuf) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
