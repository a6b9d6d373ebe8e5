//! Measures an audit: `cargo run --release -p ibbi-audit --example audit_speed -- LEDGER [THREADS] [ROUNDS] [root]`.
//!
//! It prints how many events a second were audited, the best and the median of the rounds, the same of a reader that only
//! reads, turn by turn on the same machine, and the most memory that the process ever had. With `root` the Merkle root over
//! all lines is worked out too, as for a checkpoint. It asserts nothing.

use ibbi_audit::{Audit, CaseSummary, Finding, Options, Sink, Source};
use ibbi_log::LedgerReader;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Counted {
    findings: u64,
    cases: u64,
}

impl Sink for Counted {
    fn finding(&mut self, _: Finding) {
        self.findings += 1;
    }

    fn case(&mut self, _: CaseSummary) {
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
        let begun = Instant::now();
        let mut counted = Counted::default();
        let audit = Audit::new(Options { threads, root, ..Options::default() });
        let report = audit.run(Source::open(path.as_ref())?, &mut counted)?;
        times.push(begun.elapsed());
        lines = report.ledger.lines;
        let begun = Instant::now();
        let records = LedgerReader::open(path.as_ref())?.filter(Result::is_ok).count();
        reading.push(begun.elapsed());
        if round == 0 {
            let cases = report.cases;
            println!(
                "{lines} lines, {records} records, {} cases ({} open, {} closed), {} findings, {} variants",
                counted.cases, cases.open, cases.closed, counted.findings, report.variants.distinct
            );
        }
    }
    let what = format!("{threads} threads{}", if root { ", with the root" } else { "" });
    let audit = shown(&what, lines, times);
    let reader = shown("a reader alone", lines, reading);
    println!("an audit takes {:.2} times as long, by the medians", reader / audit);
    println!("most memory: {}", most_memory());
    Ok(())
}

/// Prints millions of lines a second, and gives the median.
fn shown(what: &str, lines: u64, mut times: Vec<Duration>) -> f64 {
    times.sort();
    let rate = |time: Duration| lines as f64 / time.as_secs_f64() / 1e6;
    let (best, median) = (rate(times[0]), rate(times[times.len() / 2]));
    println!("{what}: best {best:.2}, median {median:.2} M events/s");
    median
}

/// The most memory that the process ever had, where the system tells it.
fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known".to_owned(), |line| line.trim().to_owned())
}
