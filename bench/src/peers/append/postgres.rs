//! PostgreSQL, where a server is at hand: `IBBI_POSTGRES` is its connection string, as `peers/postgres.sh` prints it.

use super::{Failed, Missing, Store, Work};
use postgres::{Client, NoTls, Statement};
use std::ops::Range;

const SERVER: &str = "IBBI_POSTGRES";

/// A connection with a table of its own.
pub(super) struct Postgres {
    client: Client,
    insert: Statement,
}

impl Postgres {
    /// Connects and creates a new table; it lasts as long as the connection's database.
    pub(super) fn connect() -> Result<Result<Self, Missing>, Failed> {
        let Ok(server) = std::env::var(SERVER) else {
            return Ok(Err(Missing("PostgreSQL (IBBI_POSTGRES names no server; see bench/peers/postgres.sh)")));
        };
        let mut client = Client::connect(&server, NoTls)?;
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value: String = client.query_one(&format!("SHOW {setting}"), &[])?.get(0);
            if value != "on" {
                return Err(format!("PostgreSQL's {setting} is {value}: what it acknowledges might not be safe").into());
            }
        }
        client.batch_execute(
            "DROP TABLE IF EXISTS event;
             CREATE TABLE event (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id BYTEA NOT NULL,
             id BYTEA NOT NULL, line BYTEA NOT NULL, UNIQUE (case_id, id));",
        )?;
        // One statement for a whole batch, so that it needs one message each way.
        let insert = "INSERT INTO event (case_id, id, line)
            SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])";
        let insert = client.prepare(insert)?;
        Ok(Ok(Self { client, insert }))
    }
}

impl Store for Postgres {
    fn append(&mut self, work: &Work, which: Range<usize>) -> Result<(), Failed> {
        let records = &work.records[which.clone()];
        let cases: Vec<_> = records.iter().map(|record| record.accepted.case()).collect();
        let cases: Vec<&[u8]> = cases.iter().map(|case| case.as_bytes().as_slice()).collect();
        let ids: Vec<_> = records.iter().map(|record| record.accepted.id()).collect();
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        let lines: Vec<&[u8]> = work.lines[which].iter().map(Vec::as_slice).collect();
        self.client.execute(&self.insert, &[&cases, &ids, &lines])?;
        Ok(())
    }

    fn lines(&mut self) -> Result<Vec<Vec<u8>>, Failed> {
        let rows = self.client.query("SELECT line FROM event ORDER BY seq", &[])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}
