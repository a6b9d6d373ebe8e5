//! How much memory an audit takes: the most that a process of its own ever had, as Linux tells it.

use ibbi_audit::{Audit, CaseSummary, Finding, Options, Sink, Source};
use std::path::Path;
use std::process::Command;

/// What an open case may take: its state, what is remembered of it, and what the allocator adds.
const OPEN: u64 = 4_096;
/// What a case may take that is over. At this, 1.3 million events of cases that follow one another stay within 150 MB.
const CLOSED: u64 = 2_048;
/// What an audit takes that has nothing to remember: the program, its buffers, its threads.
const ALONE: u64 = 16 << 20;

const LEDGER: &str = "IBBI_MEMORY_LEDGER";
const THREADS: &str = "IBBI_MEMORY_THREADS";

struct Nothing;

impl Sink for Nothing {
    fn finding(&mut self, _: Finding) {}
    fn case(&mut self, _: CaseSummary) {}
}

/// The most memory that this process has had, in bytes; nothing where the system does not tell.
fn most() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Does nothing by itself: the test below runs it in a process of its own, and it audits what that names.
#[test]
fn an_audit_in_a_process_of_its_own() {
    let Some(path) = std::env::var_os(LEDGER) else { return };
    let threads = std::env::var(THREADS).expect("a number").parse().expect("a number");
    let source = Source::open(Path::new(&path)).expect("a ledger");
    let report = Audit::new(Options { threads, ..Options::default() }).run(source, &mut Nothing).expect("it is read");
    assert!(report.sound, "{:?}", report.findings);
    println!("most {}", most().expect("the system tells"));
}

/// The most memory that an audit of so many cases takes.
fn taken(cases: u64, together: u64, threads: u64) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    ibbi_testing::simulated::write_ledger(&path, cases, together).expect("a ledger");
    let mut child = Command::new(std::env::current_exe().expect("a test has a path"));
    child.args(["--exact", "an_audit_in_a_process_of_its_own", "--nocapture"]);
    let said = child.env(LEDGER, &path).env(THREADS, threads.to_string()).output().expect("it starts");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let number = text.split("most ").nth(1).and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&said.stderr)))
}

#[test]
fn an_open_case_takes_at_most_four_kilobytes_and_one_that_is_over_at_most_two() {
    if most().is_none() {
        println!("skipped: the system does not tell how much memory a process has had");
        return;
    }
    for threads in [1, 2] {
        for (together, most) in [(u64::MAX, OPEN), (20, CLOSED)] {
            let (few, many) = (500, 5_500);
            let base = taken(few, together.min(few), threads);
            let each = taken(many, together.min(many), threads).saturating_sub(base) / (many - few);
            let kind = if together > many { "all open at once" } else { "one after the other" };
            println!("{threads} threads, {kind}: {each} bytes a case, {base} for the first {few}");
            assert!(each <= most, "{threads} threads, {kind}: {each} bytes a case, of {most}");
            assert!(base <= ALONE + few * OPEN, "{threads} threads, {kind}: {base} bytes for {few} cases");
            assert!(each > 100, "a case cannot take only {each} bytes: nothing was measured");
        }
    }
}
