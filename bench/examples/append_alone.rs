//! Appends to a disk that does nothing, so that what is left is the processor's work. Measures only.
//!
//! `cargo run --release --manifest-path bench/Cargo.toml --example append_alone -- [BATCHES] [EVENTS]`, or under `valgrind --tool=callgrind
//! --toggle-collect='*Ledger*append*'`, which knows no SHA instructions: there, look at everything but SHA-256.

use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_log::{NewRecord, Storage, StoredFile};
use std::cell::Cell;
use std::fs::TryLockError;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, Instant};

/// A place whose files forget everything but their length.
#[derive(Debug)]
struct Nowhere;

#[derive(Debug, Default)]
struct Forgetful(Cell<u64>);

impl Storage for Nowhere {
    type File = Forgetful;

    fn open(&self, _: &Path) -> io::Result<Forgetful> {
        Err(ErrorKind::NotFound.into())
    }

    fn create_new(&self, _: &Path) -> io::Result<Forgetful> {
        Ok(Forgetful::default())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl StoredFile for Forgetful {
    fn try_lock(&self) -> Result<(), TryLockError> {
        Ok(())
    }

    fn unlock(&self) -> io::Result<()> {
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.get())
    }

    fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        Ok(0)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.0.set(offset + bytes.len() as u64);
        Ok(bytes.len())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.0.set(length);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().expect("a number of batches, and of events"));
    let (batches, events) = (arguments.next().unwrap_or(60), arguments.next().unwrap_or(100));
    let records: Vec<NewRecord> = Records::default().take(batches * events).collect();
    let mut ledger = ibbi_seal::create_in(Nowhere, Path::new("nowhere"), &new_ledger()).expect("created");
    let mut append = |batch: &[NewRecord]| {
        let begun = Instant::now();
        ledger.append(batch, now()).expect("appended");
        begun.elapsed()
    };
    let mut times: Vec<Duration> = records.chunks(events).map(&mut append).collect();
    times.sort();
    let at = |share: usize| times.get(times.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    let all: Duration = times.iter().sum();
    let mean = all / u32::try_from(times.len().max(1)).unwrap_or(u32::MAX);
    println!(
        "{batches} batches of {events}, {} bytes a line: median {:.1?}, quartiles {:.1?} – {:.1?}, mean {mean:.1?}",
        ledger.head().bytes / ledger.head().lines,
        at(50),
        at(25),
        at(75)
    );
}
