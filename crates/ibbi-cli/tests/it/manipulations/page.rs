//! The page with the table.

use super::evidence::Bases;
use super::settings::{Expectation, Setting, expectations};
use super::table::Manipulation;
use ibbi_testing::repository;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Returns the table for `docs/manipulations.md`.
pub(crate) fn table(bases: &Bases, rows: &[Manipulation]) -> String {
    let (mut text, mut group) = (String::new(), "");
    for (row, number) in rows.iter().zip(1..) {
        if row.group != group {
            group = row.group;
            let _ = writeln!(text, "\n### {group}\n");
            text += "| | manipulation | forger | ledger | line | alone | checkpoint | extract | witnesses |\n";
            text += "|---|---|---|---|---|---|---|---|---|\n";
        }
        let found: BTreeMap<Setting, Expectation> = expectations(bases, row).into_iter().collect();
        let cell = |setting| found.get(&setting).map_or_else(|| "–".to_owned(), |expected| cell(row, expected));
        let _ = writeln!(
            text,
            "| {number} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.name,
            row.power.title(),
            row.base.code(),
            row.line,
            cell(Setting::Alone),
            cell(Setting::Checkpoint),
            cell(Setting::Extract),
            cell(Setting::Witnesses),
        );
    }
    text
}

fn cell(row: &Manipulation, expected: &Expectation) -> String {
    let Expectation { fault, checkpoint, findings, hidden } = expected;
    let mut parts: Vec<String> =
        fault.iter().chain(checkpoint).map(|(code, line)| format!("`{code}` {line}")).collect();
    parts.extend(findings.iter().map(|(code, line)| format!("audit: `{code}` {line}")));
    if !hidden.is_empty() {
        parts.push(format!("nothing: {hidden}"));
    }
    if row.signature {
        parts.push("(not the script)".to_owned());
    }
    parts.join(", ")
}

/// Checks that the page has this table, or writes it.
pub(crate) fn check(made: &str) {
    let path = repository("docs/manipulations.md");
    let found = std::fs::read_to_string(&path).expect("the page");
    let begin = "<!-- generated: manipulations -->\n";
    let start = found.find(begin).expect("a place for the table") + begin.len();
    let end = start + found[start..].find("<!-- end -->").expect("an end");
    let current = format!("{}{}\n{}", &found[..start], made.trim(), &found[end..]);
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        std::fs::write(path, current).expect("the page can be written");
    } else {
        assert_eq!(found, current, "docs/manipulations.md is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}
