//! Durable appending: every contender acknowledges only what is synced to the disk.

use super::{Comparison, Contender, Failed, Options, Table, timed};
use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_log::{Ledger, NewRecord};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// One event at a time, and a hundred with one sync.
pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    [1, 100].iter().map(|batch| table(options, *batch)).collect()
}

fn table(options: &Options, batch: usize) -> Result<Table, Failed> {
    let rounds = if batch == 1 { options.rounds * 20 } else { options.rounds * 4 };
    let folder = options.folder.join(format!("append-{batch}"));
    std::fs::create_dir(&folder)?;
    let lines = encoded(&folder, batch, rounds)?;
    let records: Vec<NewRecord> = Records::default().take(batch * (rounds + 1)).collect();
    let mut bare = File::create(folder.join("bare"))?;
    let mut ledger = Ledger::create(&folder.join("ledger"), &new_ledger())?;
    let sqlite = sqlite(&folder)?;
    let redb = redb::Database::create(folder.join("redb"))?;
    let (lines, records) = (&lines, &records);
    let of = move |round: usize| round * batch..(round + 1) * batch;

    let contenders = vec![
        Contender {
            name: "bare write + fdatasync of the same bytes",
            turn: Box::new(move |round| {
                let bytes = lines[of(round)].concat();
                let (time, done) = timed(|| bare.write_all(&bytes).and_then(|()| bare.sync_data()));
                done?;
                Ok(time)
            }),
        },
        Contender {
            name: "ibbi-log",
            turn: Box::new(move |round| {
                let (time, done) = timed(|| ledger.append(&records[of(round)], now()));
                done?;
                Ok(time)
            }),
        },
        Contender {
            name: "SQLite (WAL, synchronous=FULL)",
            turn: Box::new(move |round| {
                let (time, done) = timed(|| insert(&sqlite, &records[of(round)], &lines[of(round)]));
                done?;
                Ok(time)
            }),
        },
        Contender {
            name: "redb (durable commits)",
            turn: Box::new(move |round| {
                let (time, done) = timed(|| put(&redb, of(round).start as u64, &lines[of(round)]));
                done?;
                Ok(time)
            }),
        },
    ];
    let title = match batch {
        1 => "One durable append".to_owned(),
        many => format!("Durable appends of {many} events with one sync"),
    };
    Comparison { title, unit: "events", units: batch as u64, contenders }.measure(rounds)
}

/// The very bytes that the ledger writes for the records, line by line.
fn encoded(folder: &Path, batch: usize, rounds: usize) -> Result<Vec<Vec<u8>>, Failed> {
    let path = folder.join("encoded");
    let mut ledger = Ledger::create(&path, &new_ledger())?;
    let records: Vec<_> = Records::default().take(batch * (rounds + 1)).collect();
    for chunk in records.chunks(1000) {
        ledger.append(chunk, now())?;
    }
    let bytes = std::fs::read(&path)?;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').skip(1).map(<[u8]>::to_vec);
    Ok(lines.collect())
}

fn sqlite(folder: &Path) -> Result<rusqlite::Connection, Failed> {
    let connection = rusqlite::Connection::open(folder.join("sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE event (seq INTEGER PRIMARY KEY, case_id BLOB NOT NULL, id BLOB NOT NULL, line BLOB NOT NULL,
         UNIQUE (case_id, id));",
    )?;
    Ok(connection)
}

/// The same guarantees as far as they go: durable, unique by case and id. Neither chain nor spelling is checked.
fn insert(connection: &rusqlite::Connection, records: &[NewRecord], lines: &[Vec<u8>]) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    {
        let mut statement = transaction.prepare_cached("INSERT INTO event (case_id, id, line) VALUES (?1, ?2, ?3)")?;
        for (record, line) in records.iter().zip(lines) {
            statement.execute((record.case.as_bytes(), record.id.as_bytes(), line))?;
        }
    }
    transaction.commit()
}

fn put(database: &redb::Database, first: u64, lines: &[Vec<u8>]) -> Result<(), Failed> {
    const EVENTS: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("event");
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(EVENTS)?;
        for (seq, line) in (first..).zip(lines) {
            table.insert(seq, line.as_slice())?;
        }
    }
    transaction.commit()?;
    Ok(())
}
