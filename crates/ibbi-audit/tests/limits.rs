//! Limits: what is too large or too much is said, and memory does not grow with it.
//!
//! One test, for it asks the system how much memory its process ever had.

#[path = "support/mod.rs"]
mod support;

use ibbi_audit::{Audit, Finding, Options, Report, Source};
use std::io::{Read, repeat};
use support::Lines;
use support::walk::{ledger, walk};

/// The most memory that this process ever had, in bytes; nothing where the system does not tell.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn report(source: Source<'_>, options: Options) -> Report {
    Audit::new(options).run(source, &mut |_: Finding| {}).expect("nothing of it is an error")
}

fn count(report: &Report, code: &str) -> u64 {
    report.findings.iter().find(|row| row.code.code() == code).map_or(0, |row| row.count)
}

/// A stream compressed by gzip, of which only the result is ever in memory.
fn gzip_of(mut stream: impl Read) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::copy(&mut stream, &mut packer).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// The same by zstd.
fn zstd_of(stream: impl Read) -> Vec<u8> {
    let mut packed = Vec::new();
    ruzstd::encoding::compress(stream, &mut packed, ruzstd::encoding::CompressionLevel::Fastest);
    packed
}

const MEGA: u64 = 1 << 20;

/// Lines of a ledger, each of another case.
struct Strangers {
    line: Lines,
    left: u64,
    held: Vec<u8>,
}

impl Read for Strangers {
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

#[test]
fn nothing_that_comes_takes_more_memory_than_it_may() {
    let options = Options::default;
    let bytes = ledger(&walk(1, 20, 400)).bytes();
    report(Source::bytes(&bytes), options());
    let before = most_memory();
    let grown = |what: &str, limit: u64| {
        let grown = most_memory().zip(before).map(|(now, before)| now - before);
        println!("{what}: {} KiB more", grown.map_or("not known how many".into(), |grown| (grown >> 10).to_string()));
        assert!(grown.is_none_or(|grown| grown < limit), "{what}: {grown:?} bytes more");
    };

    let found = report(Source::stream(repeat(b'x').take(300 * MEGA)), options());
    assert_eq!((count(&found, "ledger.torn"), found.ledger.lines), (1, 0));
    grown("a line of 300 MB without an end", 40 * MEGA);

    let found = report(Source::stream(repeat(b'\n').take(MEGA)), Options { threads: 2, ..options() });
    assert_eq!(count(&found, "line.malformed"), MEGA);
    assert!(serde_json::to_string(&found).expect("written").len() < 20_000, "a million findings make a small report");
    grown("a million empty lines", 40 * MEGA);

    for packed in [gzip_of(repeat(b'x').take(300 * MEGA)), zstd_of(repeat(0).take(300 * MEGA))] {
        assert!(packed.len() < 1_000_000, "{} bytes unpack to 300 MB", packed.len());
        let found = report(Source::stream(&packed[..]), options());
        assert_eq!((count(&found, "ledger.torn"), count(&found, "ledger.packing-damaged")), (1, 0));
        let found = report(Source::stream(&packed[..]), Options { max_stream: MEGA, ..options() });
        assert_eq!((count(&found, "ledger.too-large"), found.ledger.lines), (1, 0));
    }
    grown("small files that unpack to 300 MB", 60 * MEGA);

    let line = Lines(vec![Lines::of(&bytes).0[1].clone()]);
    let limit = 8_000;
    let options = Options { max_cases: limit, ..options() };
    let found = report(Source::stream(Strangers { line, left: 20_000, held: Vec::new() }), options);
    let cases = usize::try_from(found.cases.total).expect("a small number");
    assert!(cases <= limit && cases > limit / 2, "{cases}");
    assert!(count(&found, "ledger.too-many-cases") >= 1);
    assert!(!found.sound);
}
