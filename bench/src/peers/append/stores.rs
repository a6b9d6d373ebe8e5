//! Stores inside this process.

use super::{Failed, InFolder, Store, Work, lines_of};
use ibbi_bench::records::{new_ledger, now};
use ibbi_seal::SealedLedger;
use redb::{ReadableDatabase as _, ReadableTable as _};
use std::fs::File;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A file and nothing else: what the disk asks for.
pub(super) struct Bare {
    file: File,
    path: PathBuf,
}

impl InFolder for Bare {
    fn new(folder: &Path) -> Result<Self, Failed> {
        let path = folder.join("bare");
        Ok(Self { file: File::create(&path)?, path })
    }
}

impl Store for Bare {
    fn append(&mut self, work: &Work, which: Range<usize>) -> Result<(), Failed> {
        let bytes = work.lines[which].concat();
        self.file.write_all(&bytes)?;
        Ok(self.file.sync_data()?)
    }

    fn lines(&mut self) -> Result<Vec<Vec<u8>>, Failed> {
        let bytes = std::fs::read(&self.path)?;
        Ok(bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect())
    }
}

/// This project's.
pub(super) struct OurLedger(SealedLedger);

impl InFolder for OurLedger {
    fn new(folder: &Path) -> Result<Self, Failed> {
        Ok(Self(ibbi_seal::create(&folder.join("ledger"), &new_ledger())?))
    }
}

impl Store for OurLedger {
    fn append(&mut self, work: &Work, which: Range<usize>) -> Result<(), Failed> {
        self.0.append(&work.records[which], now())?;
        Ok(())
    }

    fn lines(&mut self) -> Result<Vec<Vec<u8>>, Failed> {
        lines_of(self.0.path())
    }
}

/// A table with the same guarantees as far as they go: durable, unique by case and id.
pub(super) struct Sqlite(rusqlite::Connection);

impl InFolder for Sqlite {
    fn new(folder: &Path) -> Result<Self, Failed> {
        let connection = rusqlite::Connection::open(folder.join("sqlite"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE event (seq INTEGER PRIMARY KEY, case_id BLOB NOT NULL, id BLOB NOT NULL, line BLOB NOT NULL,
             UNIQUE (case_id, id));",
        )?;
        Ok(Self(connection))
    }
}

impl Store for Sqlite {
    fn append(&mut self, work: &Work, which: Range<usize>) -> Result<(), Failed> {
        let transaction = self.0.unchecked_transaction()?;
        {
            let insert = "INSERT INTO event (case_id, id, line) VALUES (?1, ?2, ?3)";
            let mut statement = transaction.prepare_cached(insert)?;
            for (record, line) in work.records[which.clone()].iter().zip(&work.lines[which]) {
                statement.execute((record.accepted.case().as_bytes(), record.accepted.id().as_bytes(), line))?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn lines(&mut self) -> Result<Vec<Vec<u8>>, Failed> {
        let mut statement = self.0.prepare("SELECT line FROM event ORDER BY seq")?;
        let lines = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>();
        Ok(lines?)
    }
}

const EVENTS: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("event");

/// A key-value store in Rust: the line by its number.
pub(super) struct Redb(redb::Database);

impl InFolder for Redb {
    fn new(folder: &Path) -> Result<Self, Failed> {
        Ok(Self(redb::Database::create(folder.join("redb"))?))
    }
}

impl Store for Redb {
    fn append(&mut self, work: &Work, which: Range<usize>) -> Result<(), Failed> {
        let transaction = self.0.begin_write()?;
        {
            let mut table = transaction.open_table(EVENTS)?;
            for (seq, line) in (which.start as u64..).zip(&work.lines[which]) {
                table.insert(seq, line.as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn lines(&mut self) -> Result<Vec<Vec<u8>>, Failed> {
        let table = self.0.begin_read()?.open_table(EVENTS)?;
        table.iter()?.map(|row| Ok(row?.1.value().to_vec())).collect()
    }
}
