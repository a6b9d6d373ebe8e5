//! The bar over a ledger that is being read, on a terminal that util-linux's `script` makes.

use crate::support::{Place, RunOutput};
use ibbi_testing::golden_path;
use std::process::Command;

/// Whether `script` is there; prints a line if it is not.
fn has_terminals() -> bool {
    let found = Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: there is no program `script` to make a terminal with");
    }
    found
}

/// A golden ledger, half of which comes at once and the rest later than anybody waits without a bar.
const LATE: &str = "{ head -c 9000 a.ledger; sleep 0.7; tail -c +9001 a.ledger; }";

fn on_a_terminal(line: &str) -> RunOutput {
    let place = Place::new();
    let golden = golden_path("corrections-and-three-cases");
    std::fs::copy(golden, place.path("a.ledger")).expect("a golden ledger");
    place.type_line(&format!("script -qec '{LATE} | {line}' /dev/null"))
}

#[test]
fn long_audit_shows_lines_and_rate() {
    if !has_terminals() {
        return;
    }
    for line in ["ibbi audit -", "ibbi verify -", "ibbi --json audit -", "ibbi audit - --csv cases > rows.csv"] {
        let result = on_a_terminal(line);
        assert!(result.out.contains(" lines, ") && result.out.contains(" events/s"), "{line}: {result:?}");
        assert_eq!(result.code, 0, "{line}: {result:?}");
    }
}

#[test]
fn no_bar_without_a_terminal_or_with_other_output() {
    if !has_terminals() {
        return;
    }
    for line in [
        "ibbi --json audit - | cat",
        "ibbi --json verify - | cat",
        "ibbi audit - --stream --advisories",
        "ibbi audit - 2>messages",
    ] {
        let result = on_a_terminal(line);
        assert!(!result.out.contains("events/s"), "{line}: {result:?}");
        assert_eq!(result.code, 0, "{line}: {result:?}");
    }
}
