//! Durable appending: every contender acknowledges only what is synced to the disk.

mod postgres;
mod stores;

use super::{Comparison, Contender, Failed, Missing, Options, Table, timed};
use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_log::{Ledger, NewRecord};
use postgres::Postgres;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
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

/// A store that keeps its files in a folder.
trait InFolder: Sized {
    /// Makes it, empty.
    fn new(folder: &Path) -> Result<Self, Failed>;
}

/// How many batches go to one store before the next is created. Where on the disk a file happens to be decides how
/// long its syncs take, by a quarter at times; one set of files would measure that as much as the work.
const SET: usize = 20;

/// One event at a time, and a hundred with one sync.
pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    [1, 100].iter().map(|batch| table(options, *batch)).collect()
}

fn table(options: &Options, batch: usize) -> Result<Table, Failed> {
    let folder = options.folder.join(format!("append-{batch}"));
    std::fs::create_dir(&folder)?;
    // The first batch of a set is not measured.
    let work = &Work::new(&folder, batch * (SET + 1))?;
    let mut makers: Vec<(&'static str, &'static str, Make)> = vec![
        ("bare write + fdatasync of the same bytes", "chain, spelling, unique ids, a lock", make::<Bare>),
        ("ibbi-log", "nothing", make::<OurLedger>),
        (
            "SQLite (WAL, synchronous=FULL)",
            "chain, spelling, Merkle tree; the lines are taken as they are",
            make::<Sqlite>,
        ),
        ("redb (durable commits)", "chain, spelling, Merkle tree, unique ids", make::<Redb>),
    ];
    let missing = Postgres::connect()?.err();
    if missing.is_none() {
        makers.push((
            "PostgreSQL (synchronous_commit=on, Unix socket)",
            "chain, spelling, Merkle tree; another process, which other clients can use at the same time",
            |_| Ok(Box::new(Postgres::connect()?.map_err(|Missing(who)| who)?)),
        ));
    }
    let leaves_out: Vec<&'static str> = makers.iter().map(|(_, what, _)| *what).collect();
    let contender = |(name, _, make): (&'static str, &'static str, Make)| {
        let mut set = Set { name, make, folder: folder.clone(), made: 0, store: None };
        Contender { name, turn: Box::new(move |round| set.turn(work, batch, round)) }
    };
    let title = match batch {
        1 => "One durable append".to_owned(),
        many => format!("Durable appends of {many} events with one sync"),
    };
    let contenders = makers.into_iter().map(contender).collect();
    let table = Comparison { title, unit: "events", units: batch as u64, contenders }.measure(SET * options.rounds)?;
    let note =
        format!("{} sets of new files, {SET} turns each; all lines of a set are compared when it ends", options.rounds);
    Ok(table.remarked("leaves out", &leaves_out).lacking(missing).noting(note))
}

/// Makes a store in a folder.
type Make = fn(&Path) -> Result<Box<dyn Store>, Failed>;

fn make<S: Store + InFolder + 'static>(folder: &Path) -> Result<Box<dyn Store>, Failed> {
    Ok(Box::new(S::new(folder)?))
}

/// One contender's stores, one after the other.
struct Set {
    name: &'static str,
    make: Make,
    folder: PathBuf,
    made: usize,
    store: Option<Box<dyn Store>>,
}

impl Set {
    /// One batch, timed. Round 0, which is not counted, makes the first store; the last round of a set looks at what its
    /// store has kept, and makes the next.
    fn turn(&mut self, work: &Work, batch: usize, round: usize) -> Result<Duration, Failed> {
        if round == 0 {
            self.renew(work, batch)?;
            return Ok(Duration::ZERO);
        }
        let Some(store) = &mut self.store else { return Err("the first round makes the store".into()) };
        let turn = (round - 1) % SET + 1;
        let (time, done) = timed(|| store.append(work, turn * batch..(turn + 1) * batch));
        done?;
        if turn == SET {
            if store.lines()? != work.lines {
                return Err(format!("{} does not give back the lines that were appended to it", self.name).into());
            }
            self.renew(work, batch)?;
        }
        Ok(time)
    }

    /// Makes the next store, with its first batch in it.
    fn renew(&mut self, work: &Work, batch: usize) -> Result<(), Failed> {
        self.store = None;
        self.made += 1;
        let folder =
            self.folder.join(format!("{}-{}", self.name.replace(|sign: char| !sign.is_alphanumeric(), "-"), self.made));
        std::fs::create_dir(&folder)?;
        let mut store = (self.make)(&folder)?;
        store.append(work, 0..batch)?;
        self.store = Some(store);
        Ok(())
    }
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
