//! Manipulations of ledgers, extracts, checkpoints, cosignatures, and texts, and what the three tools report about each.
//!
//! `docs/manipulations.md` has the table. Each row names the first line that differs and the reason that must be reported. The
//! test runs the program itself, and the script of the documents in one process.

mod bytes;
mod checkpoints;
mod evidence;
mod extracts;
mod fields;
mod keys;
mod legal;
mod moves;
mod page;
mod rules;
mod run;
mod settings;
mod table;

use evidence::Bases;
use table::{Made, Manipulation, Power};

/// Returns all manipulations.
fn all(bases: &Bases) -> Vec<Manipulation> {
    [
        bytes::samples(bases),
        fields::samples(bases),
        moves::samples(bases),
        rules::samples(bases),
        keys::samples(bases),
        extracts::samples(bases),
        checkpoints::samples(bases),
    ]
    .concat()
}

#[test]
fn every_manipulation_is_reported_as_the_table_says() {
    let bases = Bases::new();
    let all = all(&bases);
    let wrong = settings::check(&bases, &all);
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn table_has_many_kinds_of_manipulations() {
    let bases = Bases::new();
    let all = all(&bases);
    let mut names: Vec<_> = all.iter().map(|row| (row.group, row.name.as_str(), row.power)).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "no row is there twice");
    let kinds: std::collections::BTreeSet<_> = all.iter().map(|row| (row.group, row.name.as_str())).collect();
    println!("{count} manipulations of {} kinds", kinds.len());
    assert!(kinds.len() >= 200, "{} kinds", kinds.len());
    for power in [Power::Edit, Power::Link, Power::State, Power::Key] {
        assert!(all.iter().filter(|row| row.power == power).count() >= 20, "{power:?}");
    }
    let is_ledger = |row: &&Manipulation| matches!(row.made, Made::Ledger(_));
    assert!(all.iter().filter(is_ledger).filter(|row| row.is_covered(&bases)).count() >= 200);
    for row in &all {
        let is_found = row.fault.is_some() || !row.findings.is_empty();
        assert!(
            is_found || !row.hidden.is_empty(),
            "{}: neither a reason to report nor one why there is none",
            row.name
        );
    }
}

#[test]
fn page_is_current() {
    let bases = Bases::new();
    page::check(&page::table(&bases, &all(&bases)));
}
