//! Bad input of any kind gives one clear message and the documented exit code, and changes nothing.

mod arguments;
mod files;
mod json;
mod ledgers;
mod surroundings;

use crate::support::{Place, RunOutput, run};
use std::process::Command;

/// Done.
const DONE: i32 = 0;
/// The command line or the input is wrong.
const USAGE: i32 = 2;
/// A rule refuses.
const REFUSED: i32 = 3;
/// The ledger is bad.
const BAD: i32 = 4;
/// Something cannot be read or written.
const IO: i32 = 5;

/// A place with a ledger `a.ledger`, in which a case is open since September 2025.
fn place() -> Place {
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    place
}

/// Runs a command that is to fail with this code and to say this, once and plainly, and to change no file.
#[track_caller]
fn fails(place: &Place, command: Command, input: &[u8], code: i32, excerpt: &str) -> RunOutput {
    let before = place.files();
    let shown = format!("{command:?}");
    let result = run(command, input);
    let err = &result.err;
    assert_eq!(result.code, code, "{shown}: {result:?}");
    assert!(err.contains(excerpt), "{shown}: not {excerpt:?} in: {err}");
    for never in ["panicked", "backtrace", "RUST_", "unwrap", "Error {", "Err(", "Some(", "src/"] {
        assert!(!err.contains(never), "{shown}: {never:?} in: {err}");
    }
    let messages =
        err.lines().filter(|line| ["ibbi:", "error:", "Refused:"].iter().any(|begin| line.starts_with(begin)));
    assert_eq!(messages.count(), 1, "{shown}: not one message: {err}");
    assert!(err.len() < 4_000, "{shown}: a message of {} bytes", err.len());
    assert!(!err.contains(|c: char| c.is_control() && c != '\n'), "{shown}: a control character in {err:?}");
    assert_eq!(result.out, "", "{shown}: data on standard output");
    assert!(place.files() == before, "{shown}: a file has changed");
    result
}

/// [`fails`] for arguments without input.
#[track_caller]
fn check(place: &Place, args: &[&str], code: i32, excerpt: &str) {
    fails(place, place.command(args), b"", code, excerpt);
}

/// [`check`] for an event offered to `a.ledger`, also as a dry run.
#[track_caller]
fn check_record(place: &Place, args: &[&str], code: i32, excerpt: &str) {
    let args = [&["record", "a.ledger"], args].concat();
    check(place, &args, code, excerpt);
    check(place, &[&args[..], &["--dry-run"]].concat(), code, excerpt);
}
