//! The memory that an audit takes, and the limits on input that is too large.
//!
//! The tests run in child processes, because Linux reports the peak memory of a whole process.

use crate::support::Lines;
use crate::support::walk::{ledger, walk};
use ibbi_audit::{Audit, AuditOptions, AuditReport, AuditedCaseSummary, Finding, FindingSink, LedgerSource};
use std::io::{Read, repeat};
use std::path::Path;
use std::process::{Command, Output};

/// The most bytes for an open case: its state, what is remembered of it, and the allocator's overhead.
const OPEN: u64 = 4_096;
/// The most bytes for a closed case. With this limit, 1.3 million events of consecutive cases stay within 150 MB.
const CLOSED: u64 = 2_048;
/// The most bytes for an audit without cases: the program, its buffers, its threads.
const EMPTY: u64 = 16 << 20;

const LEDGER: &str = "IBBI_MEMORY_LEDGER";
const THREADS: &str = "IBBI_MEMORY_THREADS";
const LIMITS: &str = "IBBI_MEMORY_LIMITS";

struct IgnoreFindings;

impl FindingSink for IgnoreFindings {
    fn finding(&mut self, _: Finding) {}
    fn case(&mut self, _: AuditedCaseSummary) {}
}

/// Returns the peak memory of this process in bytes, if the system reports it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Runs one test of this module in a process of its own.
fn run_in_child(test: &str, variables: &[(&str, &str)]) -> Output {
    let mut child = Command::new(std::env::current_exe().expect("a test has a path"));
    child.args(["--exact", &format!("memory::{test}"), "--nocapture"]);
    child.envs(variables.iter().copied()).output().expect("the test starts")
}

/// Audits the ledger that the environment names. Without one, this test does nothing: the next test runs it in a child.
#[test]
fn audit_in_child() {
    let Some(path) = std::env::var_os(LEDGER) else { return };
    let threads = std::env::var(THREADS).expect("a number").parse().expect("a number");
    let source = LedgerSource::open(Path::new(&path)).expect("a ledger");
    let options = AuditOptions { threads, ..AuditOptions::default() };
    let report = Audit::new(options).run(source, &mut IgnoreFindings).expect("the ledger can be read");
    assert!(report.sound, "{:?}", report.findings);
    println!("peak {}", peak_memory().expect("the system reports it"));
}

/// Returns the least peak memory of three audits of simulated cases. How far one thread runs ahead of the other differs
/// from audit to audit, and only ever adds to the peak.
fn measure(path: &Path, threads: u64) -> u64 {
    let times = if threads == 1 { 1 } else { 3 };
    (0..times).map(|_| measure_once(path, threads)).min().expect("at least one")
}

fn measure_once(path: &Path, threads: u64) -> u64 {
    let ledger = path.to_str().expect("a path in UTF-8");
    let output = run_in_child("audit_in_child", &[(LEDGER, ledger), (THREADS, &threads.to_string())]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split("peak ").nth(1).and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn an_open_case_takes_at_most_four_kilobytes_and_a_closed_one_two() {
    if peak_memory().is_none() {
        println!("skipped: the system does not report peak memory");
        return;
    }
    for (together, most) in [(u64::MAX, OPEN), (20, CLOSED)] {
        let (few, many) = (500, 3_000);
        let folder = tempfile::tempdir().expect("a folder");
        let [small, large] = [few, many].map(|cases| {
            let path = folder.path().join(cases.to_string());
            ibbi_testing::simulated::write_ledger(&path, cases, together.min(cases)).expect("a ledger");
            path
        });
        for threads in [1, 2] {
            let base = measure(&small, threads);
            let each = measure(&large, threads).saturating_sub(base) / (many - few);
            let kind = if together > many { "all open at once" } else { "one after the other" };
            println!("{threads} threads, {kind}: {each} bytes for each case, {base} for the first {few}");
            assert!(each <= most, "{threads} threads, {kind}: {each} bytes for each case, the limit is {most}");
            assert!(base <= EMPTY + few * OPEN, "{threads} threads, {kind}: {base} bytes for {few} cases");
            assert!(each > 100, "a case can't take only {each} bytes: nothing was measured");
        }
    }
}

#[test]
fn no_input_takes_more_memory_than_its_limit() {
    if std::env::var_os(LIMITS).is_some() {
        check_limits();
        return;
    }
    let output = run_in_child("no_input_takes_more_memory_than_its_limit", &[(LIMITS, "1")]);
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn check_limits() {
    let options = AuditOptions::default;
    let bytes = ledger(&walk(1, 20, 400)).bytes();
    report(LedgerSource::bytes(&bytes), options());
    let before = peak_memory();
    let grown = |what: &str, limit: u64| {
        let grown = peak_memory().zip(before).map(|(now, before)| now - before);
        println!("{what}: {} KiB more", grown.map_or("an unknown number of".into(), |grown| (grown >> 10).to_string()));
        assert!(grown.is_none_or(|grown| grown < limit), "{what}: {grown:?} bytes more");
    };

    let found = report(LedgerSource::stream(repeat(b'x').take(300 * MEGA)), options());
    assert_eq!((count(&found, "ledger.torn"), found.ledger.lines), (1, 0));
    grown("a line of 300 MB without an end", 40 * MEGA);

    let found = report(LedgerSource::stream(repeat(b'\n').take(MEGA)), AuditOptions { threads: 2, ..options() });
    assert_eq!(count(&found, "line.malformed"), MEGA);
    assert!(serde_json::to_string(&found).expect("written").len() < 20_000, "a million findings make a small report");
    grown("a million empty lines", 40 * MEGA);

    // Members and frames can follow each other, so a tenth is compressed, and repeated.
    let [gzip, zstd] = [gzip_of(repeat(b'x').take(30 * MEGA)), zstd_of(repeat(0).take(30 * MEGA))];
    for packed in [gzip.repeat(10), zstd.repeat(10)] {
        assert!(packed.len() < 1_000_000, "{} bytes unpack to 300 MB", packed.len());
        let found = report(LedgerSource::stream(&packed[..]), options());
        assert_eq!((count(&found, "ledger.torn"), count(&found, "ledger.compression-damaged")), (1, 0));
        let found = report(LedgerSource::stream(&packed[..]), AuditOptions { max_stream: MEGA, ..options() });
        assert_eq!((count(&found, "ledger.too-large"), found.ledger.lines), (1, 0));
    }
    grown("small files that unpack to 300 MB", 60 * MEGA);

    let line = Lines(vec![Lines::of(&bytes).0[1].clone()]);
    let limit = 8_000;
    let options = AuditOptions { max_cases: limit, ..options() };
    let found = report(LedgerSource::stream(ManyCases { line, left: 20_000, held: Vec::new() }), options);
    let cases = usize::try_from(found.cases.total).expect("a small number");
    assert!(cases <= limit && cases > limit / 2, "{cases}");
    assert!(count(&found, "ledger.too-many-cases") >= 1);
    assert!(!found.sound);
}

fn report(source: LedgerSource<'_>, options: AuditOptions) -> AuditReport {
    Audit::new(options).run(source, &mut |_: Finding| {}).expect("the input can be read")
}

fn count(report: &AuditReport, code: &str) -> u64 {
    report.findings.iter().find(|row| row.code.code() == code).map_or(0, |row| row.count)
}

/// Compresses a stream with gzip. Only the result is in memory.
fn gzip_of(mut stream: impl Read) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::copy(&mut stream, &mut packer).expect("memory can be written");
    packer.finish().expect("memory can be written")
}

/// Compresses a stream with zstd. Only the result is in memory.
fn zstd_of(stream: impl Read) -> Vec<u8> {
    let mut packed = Vec::new();
    ruzstd::encoding::compress(stream, &mut packed, ruzstd::encoding::CompressionLevel::Fastest);
    packed
}

const MEGA: u64 = 1 << 20;

/// A stream of lines, each of another case.
struct ManyCases {
    line: Lines,
    left: u64,
    held: Vec<u8>,
}

impl Read for ManyCases {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.held.is_empty() && self.left > 0 {
            self.left -= 1;
            let case = format!("01920000-0000-7000-8000-{:012x}", self.left);
            self.held = self.line.clone().set(1, "case", case).bytes();
        }
        let count = buffer.len().min(self.held.len());
        buffer[..count].copy_from_slice(&self.held[..count]);
        self.held.drain(..count);
        Ok(count)
    }
}
