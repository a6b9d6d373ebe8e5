//! Every code that `ibbi verify` can give is in docs/findings.md.

use ibbi_testing::repository;
use std::collections::BTreeSet;

/// The files whose codes a verification gives, in `crates`.
const SOURCES: [&str; 11] = [
    "ibbi-log/src/fault.rs",
    "ibbi-log/src/clock_check.rs",
    "ibbi-seal/src/key.rs",
    "ibbi-seal/src/extract.rs",
    "ibbi-app/src/checkpoints.rs",
    "ibbi-app/src/history.rs",
    "ibbi-app/src/mirrors.rs",
    "ibbi-app/src/quorum.rs",
    "ibbi-app/src/signing.rs",
    "ibbi-app/src/statements.rs",
    "ibbi-app/src/verified.rs",
];

/// How codes begin.
const KINDS: [&str; 9] = ["ledger", "line", "chain", "checkpoint", "extract", "case", "clock", "mirror", "proof"];

/// Returns the texts of a source file, up to its tests, that have the form of a code.
fn codes(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let is_code = |text: &&str| {
        let (kind, rest) = text.split_once('.').unwrap_or((text, ""));
        let is_plain = rest.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit());
        KINDS.contains(&kind) && is_plain && (!rest.is_empty() || matches!(kind, "proof" | "mirror"))
    };
    source.split('"').filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_code_of_a_verification_is_documented() {
    let page = std::fs::read_to_string(repository("docs/findings.md")).expect("the page");
    let section = page.split("## Codes of a verification").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("a text");
    let sources = SOURCES.map(|file| std::fs::read_to_string(repository("crates").join(file)).expect("the source"));
    let all: BTreeSet<String> = sources.iter().flat_map(|source| codes(source)).collect();
    assert!(all.len() > 40 && all.contains("proof") && all.contains("checkpoint.unknown-signer"), "{all:?}");
    let missing: Vec<_> = all.iter().filter(|code| !section.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "docs/findings.md lacks {missing:?}");
    let listed = section.split('`').skip(1).step_by(2).filter(|text| KINDS.iter().any(|kind| text.starts_with(kind)));
    let unknown: Vec<_> = listed.filter(|code| !all.contains(*code)).collect();
    assert!(unknown.is_empty(), "no verification gives {unknown:?}");
}
