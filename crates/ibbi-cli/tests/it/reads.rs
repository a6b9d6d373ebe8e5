//! How much of a ledger a command reads, counted by strace.
//!
//! A pass is one read of every byte of the file. A command makes one pass. Two commands make two on a large ledger: an
//! audit with a page, and a dry run of `void`, which finds out late in the file whose records it needs.

use crate::support::{Place, program, run};
use std::process::Command;

/// Bytes that a command may read again: the beginning, and the end up to the last whole lines.
const SLACK: u64 = 320 * 1024;

/// The names of the system calls that read a file, or map it into memory.
const CALLS: &str = "read,pread64,readv,preadv,preadv2,mmap,sendfile,copy_file_range,splice";

/// Whether strace can trace a program here; prints why the test is skipped if not.
fn has_strace() -> bool {
    let traced = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).output();
    match traced {
        Ok(output) if output.status.success() => return true,
        Ok(output) => println!("skipped: strace can't trace here: {}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => println!("skipped: strace is not installed"),
    }
    false
}

/// Returns the number of bytes of `runs.ledger` that a command reads.
fn bytes_read(place: &Place, args: &[&str]) -> u64 {
    let mut command = Command::new("strace");
    // One file for each thread, so that no line is about half a call.
    command.args(["-ff", "-qq", "-y", "-s", "0", "-e", &format!("trace={CALLS}"), "-o", "trace"]).arg(program());
    let ibbi = place.command(args);
    command.args(args).current_dir(place.path("."));
    for (name, value) in ibbi.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = run(command, b"");
    assert_eq!(output.code, 0, "{args:?}: {}", output.err);
    let ledger = format!("<{}>", place.path("runs.ledger").canonicalize().expect("the ledger").display());
    let traces = place.files().into_iter().filter(|(name, _)| name.to_string_lossy().starts_with("trace."));
    let mut bytes = 0;
    for (name, trace) in traces {
        let trace = String::from_utf8(trace.unwrap_or_default()).expect("a trace is UTF-8");
        bytes += trace.lines().filter(|line| line.contains(&ledger)).map(bytes_of_call).sum::<u64>();
        std::fs::remove_file(place.path(&name.to_string_lossy())).expect("the trace");
    }
    bytes
}

/// Returns the number of bytes that a line of a trace is about: what a read returned, or how much was mapped.
fn bytes_of_call(line: &str) -> u64 {
    let number = |text: &str| text.trim().parse::<u64>().unwrap_or_default();
    match line.split_once("mmap(") {
        Some((_, arguments)) => arguments.split(',').nth(1).map_or(0, number),
        None => line.rsplit(" = ").next().and_then(|result| result.split(' ').next()).map_or(0, number),
    }
}

#[test]
fn a_command_reads_its_ledger_once() {
    if !has_strace() {
        return;
    }
    let place = Place::new();
    place.done(&["simulate", "--runs", "400", "--seed", "1", "--keep", "runs.ledger"]);
    // Simulated cases end in the future, so the clock of this computer is earlier than the last record.
    let new = ["new", "runs.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"];
    assert!(place.ibbi(&new).err.contains("confirm that it is right"));
    place.done(&[&new[..], &["--clock-is-right"]].concat());
    std::fs::write(place.path("goals.toml"), place.done(&["goals", "--sample"])).expect("goals");
    let mut too_many = Vec::new();
    for (args, passes) in [
        (&["status", "runs.ledger", "--case", "Birch Valley"][..], 1),
        (&["record", "runs.ledger", "note_added", "text=so", "--case", "Birch Valley"], 1),
        (&["record", "runs.ledger", "note_added", "text=so", "--case", "Birch Valley", "--dry-run"], 1),
        (&["void", "runs.ledger", "SEQ", "--reason", "a test", "--dry-run"], 2),
        (&["void", "runs.ledger", "SEQ", "--reason", "a test"], 1),
        (&["replay", "runs.ledger", "--case", "Birch Valley"], 1),
        (&["route", "runs.ledger", "completed", "--case", "Birch Valley"], 1),
        (&["goals", "runs.ledger", "--goals", "goals.toml"], 1),
        (&["program-report", "runs.ledger"], 1),
        (&["cases", "runs.ledger"], 1),
        (&["verify", "runs.ledger"], 1),
        (&["audit", "runs.ledger"], 1),
        (&["audit", "runs.ledger", "--html", "audit.html"], 2),
    ] {
        let size = std::fs::metadata(place.path("runs.ledger")).expect("the ledger").len();
        assert!(size > 16 * SLACK, "a pass is much more than the slack: {size} bytes");
        let lines = std::fs::read_to_string(place.path("runs.ledger")).expect("the ledger").lines().count();
        let args: Vec<_> =
            args.iter().map(|arg| if *arg == "SEQ" { lines.to_string() } else { (*arg).to_owned() }).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let read = bytes_read(&place, &args);
        println!("passes of `ibbi {}`: {:.2}", args.join(" "), read as f64 / size as f64);
        if read > passes * size + SLACK {
            too_many.push(format!("ibbi {}: {read} bytes of {size}, more than {passes} passes", args.join(" ")));
        }
        assert!(read + SLACK > size, "`ibbi {}` does not seem to read the ledger", args.join(" "));
    }
    assert!(too_many.is_empty(), "{}", too_many.join("\n"));
}

/// Without slack: a small ledger fits into every buffer, so a second read would be a second pass.
#[test]
fn a_command_reads_a_small_ledger_once() {
    if !has_strace() {
        return;
    }
    let place = Place::new();
    place.done(&["new", "runs.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    place.done(&["record", "runs.ledger", "note_added", "text=so", "--at", "2025-09-01 10:00"]);
    for args in [
        &["status", "runs.ledger"][..],
        &["record", "runs.ledger", "note_added", "text=so", "--dry-run"],
        &["void", "runs.ledger", "3", "--reason", "a test", "--dry-run"],
        &["record", "runs.ledger", "note_added", "text=so"],
        &["void", "runs.ledger", "3", "--reason", "a test"],
        &["replay", "runs.ledger"],
        &["route", "runs.ledger", "completed"],
    ] {
        let size = std::fs::metadata(place.path("runs.ledger")).expect("the ledger").len();
        assert_eq!(bytes_read(&place, args), size, "{args:?}");
    }
}
