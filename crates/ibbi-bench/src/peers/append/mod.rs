//! Durable appending: every contender acknowledges only what is synced to the disk.

mod postgres;
mod stores;

use super::{Comparison, Contender, Failed, Missing, Options, Table, timed};
use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_log::{Ledger, NewRecord};
use postgres::Postgres;
use std::ops::Range;
use std::path::Path;
use stores::{Bare, OurLedger, Redb, Sqlite};

/// What is appended: the records, and the very bytes that the ledger writes for each.
struct Work {
    records: Vec<NewRecord>,
    lines: Vec<Vec<u8>>,
}

/// A place to which records are appended durably.
trait Store {
    /// Appends some of the records and returns when they are safe.
    fn append(&mut self, work: &Work, which: Range<usize>) -> Result<(), Failed>;

    /// Everything that was appended, line by line.
    fn lines(&mut self) -> Result<Vec<Vec<u8>>, Failed>;
}

/// One event at a time, and a hundred with one sync.
pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    [1, 100].iter().map(|batch| table(options, *batch)).collect()
}

fn table(options: &Options, batch: usize) -> Result<Table, Failed> {
    let rounds = if batch == 1 { options.rounds * 20 } else { options.rounds * 4 };
    let folder = options.folder.join(format!("append-{batch}"));
    std::fs::create_dir(&folder)?;
    let work = &Work::new(&folder, batch * (rounds + 1))?;
    let mut stores: Vec<(&'static str, Box<dyn Store>)> = vec![
        ("bare write + fdatasync of the same bytes", Box::new(Bare::new(&folder)?)),
        ("ibbi-log", Box::new(OurLedger::new(&folder)?)),
        ("SQLite (WAL, synchronous=FULL)", Box::new(Sqlite::new(&folder)?)),
        ("redb (durable commits)", Box::new(Redb::new(&folder)?)),
    ];
    let missing = match Postgres::connect()? {
        Ok(postgres) => {
            stores.push(("PostgreSQL (synchronous_commit=on, Unix socket)", Box::new(postgres)));
            None
        }
        Err(missing) => Some(missing),
    };
    // The first turn, which is not measured, shows that all keep the same.
    for (name, store) in &mut stores {
        store.append(work, 0..batch)?;
        if store.lines()? != work.lines[..batch] {
            return Err(format!("{name} does not give back the {batch} lines that were appended to it").into());
        }
    }
    let contender = |(name, mut store): (&'static str, Box<dyn Store>)| Contender {
        name,
        turn: Box::new(move |round| {
            if round == 0 {
                return Ok(std::time::Duration::ZERO);
            }
            let (time, done) = timed(|| store.append(work, round * batch..(round + 1) * batch));
            done.map(|()| time)
        }),
    };
    let title = match batch {
        1 => "One durable append".to_owned(),
        many => format!("Durable appends of {many} events with one sync"),
    };
    let contenders = stores.into_iter().map(contender).collect();
    let table = Comparison { title, unit: "events", units: batch as u64, contenders }.measure(rounds)?;
    let leaves_out = [
        "chain, spelling, unique ids, a lock",
        "nothing",
        "chain, spelling, Merkle tree; the lines are taken as they are",
        "chain, spelling, Merkle tree, unique ids",
        "chain, spelling, Merkle tree; another process, which other clients can use at the same time",
    ];
    let rows = if missing.is_some() { leaves_out.len() - 1 } else { leaves_out.len() };
    Ok(table.remarked("leaves out", &leaves_out[..rows]).lacking(missing))
}

impl Work {
    fn new(folder: &Path, count: usize) -> Result<Self, Failed> {
        let records: Vec<NewRecord> = Records::default().take(count).collect();
        let path = folder.join("encoded");
        let mut ledger = Ledger::create(&path, &new_ledger())?;
        for chunk in records.chunks(1000) {
            ledger.append(chunk, now())?;
        }
        Ok(Self { records, lines: lines_of(&path)? })
    }
}

/// The lines of a ledger after its first, with their line feeds.
fn lines_of(path: &Path) -> Result<Vec<Vec<u8>>, Failed> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.split_inclusive(|byte| *byte == b'\n').skip(1).map(<[u8]>::to_vec).collect())
}
