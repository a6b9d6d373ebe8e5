//! Reading and verifying a ledger, on one core, from the file.

use super::{Comparison, Contender, Failed, Missing, Options, Table, timed};
use ibbi_bench::records::{new_ledger, now, write_ledger};
use ibbi_log::{Depth, Digest, LedgerReader};
use ibbi_seal::{VerifyOptions, verify};
use std::fs::File;
use std::hint::black_box;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/verify_ledger.py");
/// The script gets one line of so many.
const SHARE: u64 = 100;

/// What everybody must find: how many lines there are, and the SHA-256 of the last.
type Found = (u64, Digest);

pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    let (path, small) = (options.folder.join("verified"), options.folder.join("verified-by-script"));
    let lines = options.lines;
    write_ledger(&path, &new_ledger(), lines, now())?;
    write_ledger(&small, &new_ledger(), (lines / SHARE).max(1), now())?;
    let bytes = std::fs::metadata(&path)?.len();
    let path = path.as_path();
    let expected = hash_lines(path)?;
    let chain = VerifyOptions { depth: Depth::Chain, ..VerifyOptions::default() };
    let mut contenders = vec![
        Contender {
            name: "floor: read the file, find the lines, hash each (SHA-256)",
            turn: Box::new(move |_| {
                let (time, found) = timed(|| hash_lines(path));
                same(expected, found?).map(|()| time)
            }),
        },
        Contender { name: "ibbi-log: the chain alone", turn: Box::new(move |_| verified(path, &chain, expected)) },
        Contender {
            name: "ibbi-log: the chain and a checkpoint's root",
            turn: Box::new(move |_| verified(path, &VerifyOptions { root: true, ..chain }, expected)),
        },
        Contender {
            name: "ibbi-log: strict reading into typed events",
            turn: Box::new(move |_| {
                let (time, found) = timed(|| read(path));
                assert_eq!(found?, lines - 1, "every line but the first is a record");
                Ok(time)
            }),
        },
        Contender {
            name: "ibbi-log: everything (spelling, events, numbers, chain, root)",
            turn: Box::new(move |_| {
                verified(path, &VerifyOptions { root: true, ..VerifyOptions::default() }, expected)
            }),
        },
    ];
    let mut units = vec![lines; contenders.len()];
    let python = super::python();
    let missing = if is_sound(&python, &small).is_ok() {
        let turn = move |_| {
            let (time, sound) = timed(|| is_sound(&python, &small));
            sound.map(|()| time)
        };
        contenders.push(Contender {
            name: "docs/verify_ledger.py (CPython, standard library): the same but the root",
            turn: Box::new(turn),
        });
        units.push((lines / SHARE).max(1));
        None
    } else {
        Some(Missing("docs/verify_ledger.py (there is no Python)"))
    };
    let title = format!("Verifying a ledger of {lines} lines, {} bytes a line, one core", bytes / lines);
    let comparison = Comparison { title, unit: "lines", units: lines, contenders };
    Ok(vec![comparison.measure_units(options.rounds.div_ceil(3), &units)?.lacking(missing)])
}

fn same(expected: Found, found: Found) -> Result<(), Failed> {
    if expected == found { Ok(()) } else { Err(format!("found {found:?} instead of {expected:?}").into()) }
}

fn verified(path: &Path, check: &VerifyOptions<'_>, expected: Found) -> Result<Duration, Failed> {
    let file = File::open(path)?;
    let (time, report) = timed(|| verify(file, check));
    let report = report?;
    assert!(report.is_sound(), "{:?}", report.first_fault());
    same(expected, (report.head.lines, report.head.hash)).map(|()| time)
}

fn read(path: &Path) -> Result<u64, Failed> {
    let mut found = 0;
    for record in LedgerReader::open(path)? {
        black_box(record?);
        found += 1;
    }
    Ok(found)
}

/// Whether the script finds the ledger sound; its start is part of the time.
fn is_sound(python: &str, path: &Path) -> Result<(), Failed> {
    let output = Command::new(python).arg(SCRIPT).arg(path).output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stdout).into()) }
}

/// One plain pass with a buffer: what any verifier of a chain over lines has to do, one hash after the other.
fn hash_lines(path: &Path) -> Result<Found, Failed> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    let (mut filled, mut found) = (0, 0);
    let mut last = Digest::sha256(b"");
    loop {
        let read = file.read(&mut buffer[filled..])?;
        filled += read;
        let mut start = 0;
        while let Some(end) = memchr::memchr(b'\n', &buffer[start..filled]) {
            last = black_box(Digest::sha256(&buffer[start..start + end]));
            start += end + 1;
            found += 1;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
        if read == 0 {
            return Ok((found, last));
        }
    }
}
