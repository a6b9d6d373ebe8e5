//! Reading and verifying a ledger, on one core, from the file.

use super::{Comparison, Contender, Failed, Options, Table, timed};
use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_log::{Check, Depth, Digest, Ledger, LedgerReader, verify};
use std::fs::File;
use std::hint::black_box;
use std::io::Read as _;
use std::path::Path;

pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    let path = options.folder.join("verified");
    let lines = options.lines;
    write(&path, lines)?;
    let bytes = std::fs::metadata(&path)?.len();
    let path = path.as_path();
    let chain = Check { depth: Depth::Chain, ..Check::default() };
    let contenders = vec![
        Contender {
            name: "floor: read the file, find the lines, hash each (SHA-256)",
            turn: Box::new(move |_| {
                let (time, found) = timed(|| hash_lines(path));
                assert_eq!(found?, lines, "the floor has seen every line");
                Ok(time)
            }),
        },
        Contender { name: "ibbi-log: the chain alone", turn: Box::new(move |_| verified(path, &chain, lines)) },
        Contender {
            name: "ibbi-log: the chain and a checkpoint's root",
            turn: Box::new(move |_| verified(path, &Check { root: true, ..chain }, lines)),
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
            turn: Box::new(move |_| verified(path, &Check { root: true, ..Check::default() }, lines)),
        },
    ];
    let title = format!("Verifying a ledger of {lines} lines, {} bytes a line, one core", bytes / lines);
    let table = Comparison { title, unit: "lines", units: lines, contenders }.measure(options.rounds.div_ceil(3))?;
    Ok(vec![table])
}

fn write(path: &Path, lines: u64) -> Result<(), Failed> {
    let mut ledger = Ledger::create(path, &new_ledger())?;
    let mut records = Records::default();
    while ledger.head().lines < lines {
        let wanted = usize::try_from(lines - ledger.head().lines)?.min(5000);
        let batch: Vec<_> = records.by_ref().take(wanted).collect();
        ledger.append(&batch, now())?;
    }
    Ok(())
}

fn verified(path: &Path, check: &Check<'_>, lines: u64) -> Result<std::time::Duration, Failed> {
    let file = File::open(path)?;
    let (time, report) = timed(|| verify(file, check));
    let report = report?;
    assert!(report.is_sound() && report.head.lines == lines, "{:?}", report.first_fault());
    Ok(time)
}

fn read(path: &Path) -> Result<u64, Failed> {
    let mut found = 0;
    for record in LedgerReader::open(path)? {
        black_box(record?);
        found += 1;
    }
    Ok(found)
}

/// One plain pass with a buffer: what any verifier of a chain over lines has to do, one hash after the other.
fn hash_lines(path: &Path) -> Result<u64, Failed> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    let (mut filled, mut found) = (0, 0);
    loop {
        let read = file.read(&mut buffer[filled..])?;
        filled += read;
        let mut start = 0;
        while let Some(end) = memchr::memchr(b'\n', &buffer[start..filled]) {
            black_box(Digest::of(&buffer[start..start + end]));
            start += end + 1;
            found += 1;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
        if read == 0 {
            return Ok(found);
        }
    }
}
