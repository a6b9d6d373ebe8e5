//! The boundaries between the crates, and the dependency cycles between the modules of each crate.

mod modules;

use modules::Modules;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The crates of this workspace that each crate may use. Dependencies of tests don't count.
///
/// - The command line and the web server reach the audit, the simulation, and the ledger only through `ibbi-app`.
/// - The reports don't read ledgers, and no crate below `ibbi-app` uses it.
/// - A store knows the core only.
const ALLOWED: &[(&str, &[&str])] = &[
    ("ibbi-access", &["ibbi-core"]),
    (
        "ibbi-app",
        &[
            "ibbi-audit",
            "ibbi-availability",
            "ibbi-common",
            "ibbi-core",
            "ibbi-export",
            "ibbi-log",
            "ibbi-postgres",
            "ibbi-report",
            "ibbi-seal",
            "ibbi-sim",
            "ibbi-store",
        ],
    ),
    ("ibbi-audit", &["ibbi-common", "ibbi-core", "ibbi-log", "ibbi-seal"]),
    ("ibbi-availability", &["ibbi-common", "ibbi-core", "ibbi-sim"]),
    (
        "ibbi-cli",
        &[
            "ibbi-access",
            "ibbi-app",
            "ibbi-common",
            "ibbi-core",
            "ibbi-mail",
            "ibbi-mirror",
            "ibbi-oidc",
            "ibbi-report",
            "ibbi-web",
            "ibbi-webhook",
        ],
    ),
    ("ibbi-common", &["ibbi-core"]),
    ("ibbi-core", &[]),
    ("ibbi-export", &["ibbi-core", "ibbi-log"]),
    ("ibbi-log", &["ibbi-core", "ibbi-store"]),
    ("ibbi-mail", &[]),
    // A mirror has no use for the process: it checks lines, hashes, and signatures.
    ("ibbi-mirror", &["ibbi-log", "ibbi-seal"]),
    ("ibbi-oidc", &[]),
    ("ibbi-poll", &["ibbi-access", "ibbi-core", "ibbi-sim"]),
    // It keeps the lines of a ledger and signs them, and doesn't make them itself.
    ("ibbi-postgres", &["ibbi-core", "ibbi-log", "ibbi-seal", "ibbi-store"]),
    ("ibbi-report", &["ibbi-audit", "ibbi-common", "ibbi-core", "ibbi-poll", "ibbi-sim"]),
    ("ibbi-seal", &["ibbi-core", "ibbi-log"]),
    ("ibbi-sim", &["ibbi-common", "ibbi-core"]),
    ("ibbi-store", &["ibbi-core"]),
    // Support for the tests of the other crates.
    ("ibbi-testing", &["ibbi-audit", "ibbi-core", "ibbi-log", "ibbi-seal", "ibbi-sim"]),
    (
        "ibbi-web",
        &[
            "ibbi-access",
            "ibbi-app",
            "ibbi-common",
            "ibbi-core",
            "ibbi-mail",
            "ibbi-oidc",
            "ibbi-poll",
            "ibbi-report",
            "ibbi-webhook",
        ],
    ),
    ("ibbi-webhook", &["ibbi-access", "ibbi-core"]),
];

/// The other crates that the core may use. None of them does input or output with the features chosen here.
const CORE_DEPENDENCIES: [&str; 7] =
    ["chrono", "schemars", "serde", "thiserror", "unicode-normalization", "unicode-security", "uuid"];

/// The only cycle: every stage of the core is a type that leads to the next stage, and a case is one of them.
const CYCLE: (&str, [&str; 3]) = ("ibbi-core", ["case", "chart", "stages"]);

fn crates() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = std::fs::read_dir(folder).expect("the crates are in one folder");
    let mut crates: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    crates.retain(|path| path.join("Cargo.toml").exists());
    crates.sort();
    crates
}

fn name(folder: &Path) -> String {
    folder.file_name().expect("a crate has a folder").to_string_lossy().into_owned()
}

/// Returns the names of a crate's dependencies, without those of its tests.
fn dependencies(folder: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a crate has a manifest");
    let mut table = String::new();
    let mut names = BTreeSet::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix('[') {
            table = heading.trim_end_matches(']').to_owned();
        } else if (table == "dependencies" || table.ends_with(".dependencies") || table == "build-dependencies")
            && let Some((key, _)) = line.split_once('=')
        {
            let name = key.trim().trim_end_matches(".workspace");
            names.insert(name.to_owned());
        }
    }
    names
}

#[test]
fn every_crate_uses_only_the_crates_that_it_may() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut violations = Vec::new();
    for folder in crates() {
        let name = name(&folder);
        let Some(may) = allowed.get(name.as_str()) else {
            violations.push(format!("{name} has no row in the table"));
            continue;
        };
        for used in dependencies(&folder).iter().filter(|used| used.starts_with("ibbi-")) {
            if !may.contains(&used.as_str()) {
                violations.push(format!("{name} uses {used}"));
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn core_does_no_input_or_output() {
    let folder = crates().into_iter().find(|folder| name(folder) == "ibbi-core").expect("the core is a crate");
    let used = dependencies(&folder);
    assert!(used.iter().all(|used| CORE_DEPENDENCIES.contains(&used.as_str())), "{used:?}");
    let root = folder.join("src/lib.rs");
    let text = std::fs::read_to_string(&root).expect("the core has a root");
    assert!(text.contains("\n#![no_std]\n"), "the core is not no_std");
    assert!(!Modules::of_crate(&root).names_std, "the core names the standard library outside its tests");
}

#[test]
fn modules_have_one_dependency_cycle() {
    let mut cycles = BTreeSet::new();
    for folder in crates() {
        for root in ["src/lib.rs", "src/main.rs"].map(|root| folder.join(root)).iter().filter(|root| root.exists()) {
            let found = Modules::of_crate(root).cycles().into_iter();
            cycles.extend(found.map(|(parent, cycle)| (name(&folder), parent, cycle)));
        }
    }
    let (core, stages) = (CYCLE.0.to_owned(), CYCLE.1.map(str::to_owned).to_vec());
    // The modules of the stages lead to each other: this is the inside of the same cycle.
    cycles.retain(|(name, parent, _)| !(*name == core && parent == "stages"));
    assert_eq!(cycles, BTreeSet::from([(core, String::new(), stages)]));
}
