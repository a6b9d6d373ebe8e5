//! Appends to a ledger for as long as it is let, and says of each batch when it is tried and when it is acknowledged.
//!
//! `appender LEDGER KEY FROM`: creates the ledger if there is none; ids are counted from FROM; small batches, some large
//! ones, and a checkpoint now and then. `appender LEDGER` alone opens the ledger, says so, and holds it until its
//! standard input ends. `appender LEDGER race FROM COUNT` appends one record each time it gets hold of the ledger.
#![forbid(unsafe_code)]

use ibbi_core::events::NoteAdded;
use ibbi_core::{At, Name, NoteText, Stage};
use ibbi_log::{Ledger, NewLedger, NewRecord, OpenError, PrivateKey, Uuid};
use std::error::Error;
use std::io::{Read as _, Write as _, stdin, stdout};
use std::path::Path;

/// The one instant of everything here; the tests are not about time.
const NOW: i64 = 1_790_971_200_000;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        [ledger] => hold(Path::new(ledger)),
        [ledger, "race", from, count] => race(Path::new(ledger), from.parse()?, count.parse()?),
        [ledger, key, from] => append(Path::new(ledger), Path::new(key), from.parse()?),
        _ => Err("appender LEDGER [KEY FROM | race FROM COUNT]".into()),
    }
}

/// One line to whoever watches; a pipe that nobody reads any more ends the process.
fn say(line: std::fmt::Arguments<'_>) -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn hold(path: &Path) -> Result<(), Box<dyn Error>> {
    let ledger = Ledger::open(path)?;
    say(format_args!("held {}", ledger.head().lines))?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn at() -> Result<At, Box<dyn Error>> {
    Ok(At::from_millis(NOW).ok_or("an instant")?)
}

fn record(number: u64, text: &str) -> Result<NewRecord, Box<dyn Error>> {
    Ok(NewRecord {
        case: Uuid::from_u128(u128::from(number % 7) + 1),
        id: Uuid::from_u128(u128::from(number)),
        actor: Name::new("clerk@example.org")?,
        at: at()?,
        to: Stage::Inquiry,
        event: NoteAdded { text: NoteText::new(text)? }.into(),
        expected_rev: None,
    })
}

fn open(path: &Path) -> Result<Ledger, Box<dyn Error>> {
    let new = NewLedger {
        id: Uuid::from_u128(1),
        actor: Name::new("clerk@example.org")?,
        at: at()?,
        origin: Name::new("example.org/ibbi")?,
        program: Name::new("appender")?,
    };
    match Ledger::open(path) {
        Err(OpenError::Unfinished { .. }) => Ok(Ledger::create(path, &new)?),
        Err(OpenError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(Ledger::create(path, &new)?)
        }
        other => Ok(other?),
    }
}

fn append(path: &Path, key: &Path, mut next: u64) -> Result<(), Box<dyn Error>> {
    let key = PrivateKey::load(key)?;
    let mut ledger = open(path)?;
    say(format_args!("open {}", ledger.head().lines))?;
    let long = "a note of some length, ".repeat(170) + "end";
    loop {
        // A large batch takes the system a while to write, so that it is cut off in the middle now and then.
        let (count, text) = if next % 11 == 3 { (500, long.as_str()) } else { (1 + next % 5, "a note") };
        let batch = (next..next + count).map(|number| record(number, text)).collect::<Result<Vec<_>, _>>()?;
        say(format_args!("try {next} {count}"))?;
        ledger.append(&batch, at()?)?;
        say(format_args!("done {next} {count}"))?;
        next += count;
        if next.is_multiple_of(13) {
            let signed = ledger.checkpoint(&key)?;
            say(format_args!("signed {}", signed.checkpoint().size))?;
        }
    }
}

fn race(path: &Path, from: u64, count: u64) -> Result<(), Box<dyn Error>> {
    let (mut next, mut refused) = (from, 0_u64);
    while next < from + count {
        match Ledger::open(path) {
            Ok(mut ledger) => {
                ledger.append(&[record(next, "a note")?], at()?)?;
                next += 1;
            }
            Err(error @ OpenError::Locked { .. }) => {
                if refused == 0 {
                    say(format_args!("{error}"))?;
                }
                refused += 1;
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
            Err(other) => return Err(other.into()),
        }
    }
    say(format_args!("refused {refused}"))
}
