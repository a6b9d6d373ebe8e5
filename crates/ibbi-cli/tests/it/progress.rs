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

/// A golden ledger, half of which comes at once and the rest long after the bar is shown, also on a busy machine.
const LATE: &str = "{ head -c 9000 a.ledger; sleep 2; tail -c +9001 a.ledger; }";

/// Runs lines at the same time, each on a terminal of its own, and checks each output.
fn on_terminals(lines: &[&str], check: impl Fn(&str, &RunOutput) + Sync) {
    std::thread::scope(|scope| {
        for line in lines {
            let check = &check;
            scope.spawn(move || {
                let place = Place::new();
                let golden = golden_path("corrections-and-three-cases");
                std::fs::copy(golden, place.path("a.ledger")).expect("a golden ledger");
                let result = place.type_line(&format!("script -qec '{LATE} | {line}' /dev/null"));
                assert_eq!(result.code, 0, "{line}: {result:?}");
                check(line, &result);
            });
        }
    });
}

#[test]
fn long_audit_shows_lines_and_rate() {
    if !has_terminals() {
        return;
    }
    let lines = ["ibbi audit -", "ibbi verify -", "ibbi --json audit -", "ibbi audit - --csv cases > rows.csv"];
    on_terminals(&lines, |line, result| {
        assert!(result.out.contains(" lines, ") && result.out.contains(" events/s"), "{line}: {result:?}");
    });
}

#[test]
fn no_bar_without_a_terminal_or_with_other_output() {
    if !has_terminals() {
        return;
    }
    let lines = [
        "ibbi --json audit - | cat",
        "ibbi --json verify - | cat",
        "ibbi audit - --stream --advisories",
        "ibbi audit - 2>messages",
    ];
    on_terminals(&lines, |line, result| assert!(!result.out.contains("events/s"), "{line}: {result:?}"));
}
