//! Writers and a reader on a ledger in PostgreSQL, for tests that kill servers. They print on standard output what they see.
//!
//! `writers ADDRESS init` creates the tables and the ledger. `writers ADDRESS run N [follow]` starts N writers, each with cases of
//! its own, and a reader. It ends when standard input does, after each writer has settled its last event.
//!
//! | line | meaning |
//! |---|---|
//! | `ready` | the store is open |
//! | `ack ID SEQ` | the event was acknowledged under this number |
//! | `known ID` | it had been in doubt, and was there already |
//! | `doubt ID` | it is not known whether it was recorded; it is sent again |
//! | `later ID` | it was not recorded; it is sent again |
//! | `shown SEQ ID` | a reader has it, and a failover may take it back |
//! | `published SEQ ID` | a stream would have sent it: nothing may take it back |
//! | `wrong TEXT` | an error that no failover explains |

use ibbi_core::events::{CaseOpened, ContractDatesChanged, NoteAdded};
use ibbi_core::{At, Date, Event, History, Name, NoteText, Program, TimeZoneName};
use ibbi_log::NewLedger;
use ibbi_postgres::{Address, Options, PostgresStore, create_ledger, init};
use ibbi_store::{AppendError, EventStore as _, NewRecord};
use std::error::Error;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The events of a case before its writer opens the next one.
const CASE: usize = 100;
/// The pause before an event is sent again, and between two looks of the reader.
const PAUSE: Duration = Duration::from_millis(50);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [address, "init"] => create(&address.parse()?),
        [address, "run", writers] => run(&address.parse()?, writers.parse()?, false),
        [address, "run", writers, "follow"] => run(&address.parse()?, writers.parse()?, true),
        _ => Err("usage: writers ADDRESS init | writers ADDRESS run N [follow]".into()),
    }
}

fn create(address: &Address) -> Result<()> {
    init(address)?;
    let new = NewLedger {
        id: Uuid::new_v4(),
        actor: Name::new("clerk@example.org")?,
        at: "2026-09-01T13:00:00.000Z".parse()?,
        origin: Name::new("example.org/writers")?,
        program: Name::new("ibbi writers")?,
    };
    Ok(create_ledger(address, &new)?)
}

fn run(address: &Address, writers: usize, follows: bool) -> Result<()> {
    let store = PostgresStore::open(address, &Options::default())?;
    println!("ready");
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..writers {
            scope.spawn(|| {
                if let Err(error) = write(&store, &ended) {
                    println!("wrong {error}");
                }
            });
        }
        if follows {
            scope.spawn(|| follow(&store, &ended));
        }
        // Until the program that started this one closes the pipe, or is gone.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        ended.store(true, Ordering::Relaxed);
    });
    Ok(())
}

/// Records cases, one after the other.
fn write(store: &PostgresStore, ended: &AtomicBool) -> Result<()> {
    let at: At = "2026-09-01T13:00:00.000Z".parse()?;
    while !ended.load(Ordering::Relaxed) {
        let mut history = History::for_case(Uuid::new_v4());
        let mut last = 0;
        for number in 0..CASE {
            if ended.load(Ordering::Relaxed) {
                break;
            }
            let id = Uuid::new_v4();
            let accepted = history.accept(id, last + 1, at, event(number)?)?;
            match record(store, id, &NewRecord::new(accepted, Name::new("clerk@example.org")?)) {
                Ok(seq) => last = seq,
                Err(error) => {
                    // The writer goes on with another case, so that a test finds what became of this one.
                    println!("wrong {}", error.to_string().replace('\n', " "));
                    break;
                }
            }
            history.renumber(number as u64, last);
        }
    }
    Ok(())
}

/// Returns an event of a case: its opening, now and then one with a confidential text, and others.
fn event(number: usize) -> Result<Event> {
    Ok(match number {
        0 => CaseOpened {
            contract_expires: None,
            county: None,
            district: Name::new("Maple Hollow")?,
            evergreen: false,
            follows: None,
            program: Program::default(),
            time_zone: TimeZoneName::new("America/New_York")?,
        }
        .into(),
        number if number % 5 == 0 => NoteAdded { text: NoteText::new(&format!("Note {number}."))? }.into(),
        _ => {
            let contract_expires = Date::new(2030, 6, 30).ok_or("not a day")?;
            ContractDatesChanged { contract_expires, evergreen: true }.into()
        }
    })
}

/// Sends an event until it is acknowledged. Returns its number.
fn record(store: &PostgresStore, id: Uuid, record: &NewRecord) -> Result<u64> {
    let mut in_doubt = false;
    loop {
        match store.append(core::slice::from_ref(record)) {
            Ok(committed) => {
                let place = committed.first().ok_or("an append without an answer")?;
                if in_doubt && place.existing {
                    println!("known {id}");
                }
                println!("ack {id} {}", place.seq);
                return Ok(place.seq);
            }
            Err(AppendError::InDoubt { .. }) => {
                in_doubt = true;
                println!("doubt {id}");
            }
            Err(AppendError::Store(error)) => println!("later {id} {error}"),
            Err(error) => return Err(format!("{id}: {error}").into()),
        }
        std::thread::sleep(PAUSE);
    }
}

/// Prints the records that a reader sees, and those that a stream may send.
fn follow(store: &PostgresStore, ended: &AtomicBool) {
    let (mut shown, mut sent) = (0, 0);
    while !ended.load(Ordering::Relaxed) {
        for record in store.records_as_stored(shown, 10_000).unwrap_or_default() {
            println!("shown {} {}", record.seq, record.id);
            shown = record.seq;
        }
        if let Ok(published) = store.published_lines() {
            for record in store.records_as_stored(sent, 10_000).unwrap_or_default() {
                if record.seq <= published {
                    println!("published {} {}", record.seq, record.id);
                    sent = record.seq;
                }
            }
            // Records that a failover has taken back are read again.
            shown = shown.min(published.max(sent));
        }
        std::thread::sleep(PAUSE);
    }
}
