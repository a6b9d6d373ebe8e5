//! Measures an audit: `cargo run --release -p ibbi-audit --example audit_speed -- LEDGER [THREADS] [ROUNDS] [root]`.
//!
//! Prints the events audited in a second (best and median of the rounds), the same for a plain reader in alternating rounds,
//! and the peak memory of the process. With `root`, the audit also computes the Merkle root over all lines, as for a
//! checkpoint.

use ibbi_audit::{Audit, AuditOptions, AuditedCaseSummary, Finding, FindingSink, LedgerSource};
use ibbi_log::LedgerReader;
use std::time::{Duration, Instant};

#[derive(Default)]
struct FindingCounter {
    findings: u64,
    cases: u64,
}

impl FindingSink for FindingCounter {
    fn finding(&mut self, _: Finding) {
        self.findings += 1;
    }

    fn case(&mut self, _: AuditedCaseSummary) {
        self.cases += 1;
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give the ledger's path")?;
    let threads = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let root = arguments.next().is_some_and(|text| text == "root");
    let (mut times, mut reading) = (Vec::new(), Vec::new());
    let mut lines = 0;
    for round in 0..rounds.max(1) {
        let started = Instant::now();
        let mut counter = FindingCounter::default();
        let audit = Audit::new(AuditOptions { threads, root, ..AuditOptions::default() });
        let report = audit.run(LedgerSource::open(path.as_ref())?, &mut counter)?;
        times.push(started.elapsed());
        lines = report.ledger.lines;
        let started = Instant::now();
        let records = LedgerReader::open(path.as_ref())?.filter(Result::is_ok).count();
        reading.push(started.elapsed());
        if round == 0 {
            let cases = report.cases;
            println!(
                "{lines} lines, {records} records, {} cases ({} open, {} closed), {} findings, {} variants",
                counter.cases, cases.open, cases.closed, counter.findings, report.variants.distinct
            );
        }
    }
    let what = format!("{threads} threads{}", if root { ", with the root" } else { "" });
    let audit = print_rate(&what, lines, times);
    let reader = print_rate("a plain reader", lines, reading);
    println!("an audit takes {:.2} times as long, by the medians", reader / audit);
    println!("peak memory: {}", peak_memory());
    Ok(())
}

/// Prints millions of lines in a second, and returns the median.
fn print_rate(what: &str, lines: u64, mut times: Vec<Duration>) -> f64 {
    times.sort();
    let rate = |time: Duration| lines as f64 / time.as_secs_f64() / 1e6;
    let (best, median) = (rate(times[0]), rate(times[times.len() / 2]));
    println!("{what}: best {best:.2}, median {median:.2} M events/s");
    median
}

/// Returns the peak memory of the process, if the system reports it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known".to_owned(), |line| line.trim().to_owned())
}
