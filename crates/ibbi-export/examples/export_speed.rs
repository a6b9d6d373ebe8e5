//! Prints the number of events that each export writes in a second: `cargo run --release -p ibbi-export --example export_speed -- LEDGER`.
//!
//! The ledger is read from memory, once for the corrections and once for the export. The output is only counted. Reading
//! alone is measured too, to show the export's own share.

use ibbi_export::{ChainedReader, Corrections, Voided, cloudevents, csv, ocel, xes};
use ibbi_log::LedgerReader;
use std::io::{self, Write};
use std::time::Instant;

const ROUNDS: usize = 7;

/// A writer that only counts bytes.
struct ByteCounter(u64);

impl Write for ByteCounter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let path = std::env::args().nth(1).ok_or("give a ledger")?;
    let bytes = std::fs::read(path)?;
    let read = || LedgerReader::new(&bytes[..]);
    let opening = read().opening().cloned().ok_or("the first line does not open a ledger")?;
    let events = read().count();
    let corrections = Corrections::read(read())?;
    println!("{events} events of {} bytes on average, median of {ROUNDS} rounds", bytes.len() / events.max(1));
    let report = |what: &str, run: &dyn Fn(&mut ByteCounter) -> Outcome| -> Outcome {
        let mut times = Vec::new();
        let mut out = ByteCounter(0);
        for _ in 0..ROUNDS {
            out = ByteCounter(0);
            let begun = Instant::now();
            run(&mut out)?;
            times.push(begun.elapsed());
        }
        times.sort();
        let rate = events as f64 / times[ROUNDS / 2].as_secs_f64();
        println!("{what:<24} {rate:>10.0} events/s, {} bytes", out.0);
        Ok(())
    };
    report("reading alone", &|_| read().try_for_each(|record| record.map(drop)).map_err(Into::into))?;
    report("corrections", &|_| Ok(Corrections::read(read()).map(drop)?))?;
    report("csv", &|out| Ok(csv::write(read(), &corrections, out)?))?;
    report("cloudevents", &|out| {
        Ok(cloudevents::write(&opening, ChainedReader::new(read()), &corrections, cloudevents::Framing::Lines, out)?)
    })?;
    report("xes", &|out| Ok(xes::write(&opening, read(), &corrections, Voided::LeftOut, out)?))?;
    report("ocel", &|out| Ok(ocel::write(read(), &corrections, Voided::LeftOut, out)?))
}
