//! The bar over a ledger that is being read, on a terminal that util-linux's `script` makes.

use crate::support::{Place, Said};
use ibbi_testing::golden_path;
use std::process::Command;

/// Whether `script` is there; if it is not, that is said.
fn has_terminals() -> bool {
    let found = Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: there is no program `script` to make a terminal with");
    }
    found
}

/// A golden ledger, half of which comes at once and the rest later than anybody waits without a bar.
const LATE: &str = "{ head -c 9000 a.ledger; sleep 0.7; tail -c +9001 a.ledger; }";

fn on_a_terminal(line: &str) -> Said {
    let place = Place::new();
    let golden = golden_path("corrections-and-three-cases");
    std::fs::copy(golden, place.path("a.ledger")).expect("a golden ledger");
    place.type_line(&format!("script -qec '{LATE} | {line}' /dev/null"))
}

#[test]
fn a_long_audit_or_verification_shows_how_many_lines_at_what_rate() {
    if !has_terminals() {
        return;
    }
    for line in ["ibbi audit -", "ibbi verify -", "ibbi --json audit -", "ibbi audit - --csv cases > rows.csv"] {
        let said = on_a_terminal(line);
        assert!(said.out.contains(" lines, ") && said.out.contains(" events/s"), "{line}: {said:?}");
        assert_eq!(said.code, 0, "{line}: {said:?}");
    }
}

#[test]
fn there_is_no_bar_where_a_program_reads_or_lines_come_meanwhile_or_nobody_looks() {
    if !has_terminals() {
        return;
    }
    for line in [
        "ibbi --json audit - | cat",
        "ibbi --json verify - | cat",
        "ibbi audit - --stream --advisories",
        "ibbi audit - 2>messages",
    ] {
        let said = on_a_terminal(line);
        assert!(!said.out.contains("events/s"), "{line}: {said:?}");
        assert_eq!(said.code, 0, "{line}: {said:?}");
    }
}
