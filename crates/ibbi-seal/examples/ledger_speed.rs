//! Measures reading and verifying a ledger, and appending to one. Measures only: it asserts nothing.
//!
//! `cargo run --release -p ibbi-seal --example ledger_speed -- [LINES] [FOLDER] [ONLY]`, where ONLY is a part of the names of
//! the measurements wanted.

use ibbi_log::{Depth, Digest, LedgerReader, LineReader};
use ibbi_seal::{VerifyOptions, verify};
use ibbi_testing::records::{at, opening, record, records};
use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often each thing is measured; the best counts, for everything else on the machine only ever slows it.
const ROUNDS: u32 = 7;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().map_or(1_000_000, |text| text.parse().expect("LINES is a number"));
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from).join("ibbi-log-speed");
    let only = arguments.next().unwrap_or_default();
    fs::create_dir_all(&folder).expect("the folder can be made");
    let path = folder.join("ledger");
    let _ = fs::remove_file(&path);
    read_side(&path, count, &only);
    if "append".contains(&only) {
        write_side(&folder);
    }
    fs::remove_dir_all(&folder).expect("the folder can be removed");
}

fn read_side(path: &Path, count: u64, only: &str) {
    let report = |what: &str, lines, run: &mut dyn FnMut()| {
        if what.contains(only) {
            report(what, lines, run);
        }
    };
    let mut ledger = ibbi_seal::create(path, &opening()).expect("created");
    let mut done = 0;
    while done < count {
        let next = (done + 5000).min(count);
        ledger.append(&records(done..next, count / 30 + 1), at(1)).expect("appended");
        done = next;
    }
    drop(ledger);
    let bytes = fs::read(path).expect("read");
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    println!(
        "{} lines of {} bytes on average, read from memory and from the file",
        lines.len(),
        bytes.len() / lines.len()
    );

    report("SHA-256 of each line, one by one", lines.len(), &mut || {
        lines.iter().for_each(|line| _ = black_box(Digest::sha256(line)));
    });
    let chain = VerifyOptions { depth: Depth::Chain, ..VerifyOptions::default() };
    report("verify: chain", lines.len(), &mut || assert!(verify(&bytes[..], &chain).unwrap().is_sound()));
    report("verify: chain, from the file", lines.len(), &mut || {
        assert!(verify(File::open(path).unwrap(), &chain).unwrap().is_sound());
    });
    let root = VerifyOptions { root: true, ..chain };
    report("verify: chain and Merkle root", lines.len(), &mut || {
        assert!(verify(&bytes[..], &root).unwrap().is_sound())
    });
    report("read into typed events, chain checked", lines.len(), &mut || {
        for item in LedgerReader::new(&bytes[..]) {
            black_box(item.unwrap());
        }
    });
    report("read each line alone into typed events", lines.len(), &mut || {
        let mut reader = LineReader::default();
        for line in &lines {
            drop(black_box(reader.read(line)));
        }
    });
    report("verify: records and Merkle root", lines.len(), &mut || {
        assert!(verify(&bytes[..], &VerifyOptions { root: true, ..VerifyOptions::default() }).unwrap().is_sound());
    });
    report("open for writing", lines.len(), &mut || drop(black_box(ibbi_seal::open(path).unwrap())));
}

fn report(what: &str, lines: usize, run: &mut dyn FnMut()) {
    let best = (0..ROUNDS).map(|_| timed(run)).min().unwrap_or_default();
    let each = best.as_secs_f64() / lines as f64;
    println!("{what:45} {:6.2} M lines/s {:7.0} ns a line", 1e-6 / each, each * 1e9);
}

fn timed(run: &mut dyn FnMut()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

fn write_side(folder: &Path) {
    for batch in [1_u64, 100] {
        let rounds = if batch == 1 { 400 } else { 100 };
        let path = folder.join(format!("ledger-{batch}"));
        let mut ledger = ibbi_seal::create(&path, &opening()).expect("created");
        let bare = File::create(folder.join(format!("bare-{batch}"))).expect("created");
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let mut place = 0;
        for round in 0..rounds {
            let batch = records(round * batch..(round + 1) * batch, 7);
            let before = ledger.head().bytes;
            ours.push(timed(&mut || drop(ledger.append(&batch, at(1)).expect("appended"))));
            let file = File::open(&path).expect("opened");
            let mut bytes = vec![0; usize::try_from(ledger.head().bytes - before).expect("small")];
            file.read_exact_at(&mut bytes, before).expect("read");
            theirs.push(timed(&mut || {
                bare.write_all_at(&bytes, place).expect("written");
                bare.sync_data().expect("synced");
            }));
            place += ledger.head().bytes - before;
        }
        ours.sort();
        theirs.sort();
        let (ours, theirs) = (ours[ours.len() / 2], theirs[theirs.len() / 2]);
        println!(
            "append {batch:3} durably: median {ours:9.1?}, a bare write and fdatasync of the same bytes {theirs:9.1?}: {:.2} times",
            ours.as_secs_f64() / theirs.as_secs_f64()
        );
    }
    let _ = std::io::stdout().flush();
    black_box(record(0, 1));
}
