//! Measures appends to a store beside plain inserts of the same bytes, with the same batches, connections, and indexes.
//!
//! ```text
//! IBBI_POSTGRES='host=… user=postgres dbname=postgres' cargo run --release -p ibbi-postgres --example append_rate [RECORDS] [BATCH]
//! ```

use ibbi_core::events::{CaseOpened, NoteAdded};
use ibbi_core::{At, History, Name, NoteText, Program, TimeZoneName};
use ibbi_log::NewLedger;
use ibbi_postgres::{Address, Options, PostgresStore, create_ledger, init};
use ibbi_store::{EventStore as _, NewRecord};
use std::error::Error;
use std::sync::Barrier;
use std::time::Instant;
use tokio_postgres::NoTls;
use uuid::Uuid;

type Failed = Box<dyn Error + Send + Sync>;

const INSERT: &str = "INSERT INTO plain (ledger, case_id, rev, id, line)
    SELECT 1, case_id, rev, id, line FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bytea[])
        AS new (case_id, rev, id, line)";

fn main() -> Result<(), Failed> {
    let server = std::env::var("IBBI_POSTGRES").map_err(|_| "IBBI_POSTGRES names no server")?;
    let mut args = std::env::args().skip(1);
    let records = args.next().map_or(Ok(20_000), |text| text.parse())?;
    let batch = args.next().map_or(Ok(100), |text| text.parse())?;
    println!("{records} records in batches of {batch}, records per second");
    println!("| connections | plain inserts | one store | a store each | one store / plain | a store each / plain |");
    println!("|---|---|---|---|---|---|");
    for connections in [1, 2, 8] {
        let each = records / connections;
        let batches: Vec<Vec<Vec<NewRecord>>> =
            (0..connections).map(|_| batches(each, batch)).collect::<Result<_, _>>()?;
        let address: Address = server.parse()?;
        let one = store_rate(&address, &batches, 1)?;
        let several = store_rate(&address, &batches, connections)?;
        let plain = plain_rate(&server, &address, &batches)?;
        println!(
            "| {connections} | {plain:.0} | {one:.0} | {several:.0} | {:.2} | {:.2} |",
            one / plain,
            several / plain
        );
    }
    Ok(())
}

/// Returns the records of one writer, all of one case, in batches.
fn batches(records: usize, batch: usize) -> Result<Vec<Vec<NewRecord>>, Failed> {
    let at = At::from_millis(1_790_000_000_000).ok_or("an instant")?;
    let actor = Name::new("clerk@example.org")?;
    let mut history = History::for_case(Uuid::new_v4());
    let mut all = Vec::with_capacity(records);
    for number in 0..records {
        let accepted = if number == 0 {
            let opened = CaseOpened {
                contract_expires: None,
                county: None,
                district: Name::new("Maple Hollow")?,
                evergreen: false,
                follows: None,
                program: Program::default(),
                time_zone: TimeZoneName::new("America/New_York")?,
            };
            history.accept(Uuid::new_v4(), 1, at, opened)?
        } else {
            let text = NoteText::from_digest(*Uuid::new_v4().as_bytes().repeat(2).first_chunk().ok_or("32 bytes")?);
            history.accept(Uuid::new_v4(), number as u64 + 1, at, NoteAdded { text })?
        };
        all.push(NewRecord::new(accepted, actor.clone()));
    }
    Ok(all.chunks(batch).map(<[NewRecord]>::to_vec).collect())
}

/// Creates an empty ledger.
fn new_ledger(address: &Address) -> Result<Address, Failed> {
    init(address)?;
    let address = address.with_ledger(&format!("rate-{}", Uuid::new_v4()));
    let at = At::from_millis(1_790_000_000_000).ok_or("an instant")?;
    let name = Name::new("example.org/rate")?;
    let (id, actor, program) = (Uuid::new_v4(), name.clone(), name.clone());
    create_ledger(&address, &NewLedger { id, actor, at, origin: name, program })?;
    Ok(address)
}

/// Runs a function on a thread for each writer. Returns the records per second.
fn rate(
    batches: &[Vec<Vec<NewRecord>>],
    write: impl Fn(usize, &[Vec<NewRecord>], &Barrier) -> Result<(), Failed> + Sync,
) -> Result<f64, Failed> {
    let ready = Barrier::new(batches.len() + 1);
    let records: usize = batches.iter().flatten().map(Vec::len).sum();
    let (begun, done) = std::thread::scope(|scope| {
        let threads: Vec<_> = batches
            .iter()
            .enumerate()
            .map(|(number, own)| {
                let (write, ready) = (&write, &ready);
                scope.spawn(move || write(number, own, ready))
            })
            .collect();
        ready.wait();
        let begun = Instant::now();
        let done: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        (begun, done)
    });
    let seconds = begun.elapsed().as_secs_f64();
    for outcome in done {
        outcome.map_err(|_| "a writer panicked")??;
    }
    Ok(records as f64 / seconds)
}

fn store_rate(address: &Address, batches: &[Vec<Vec<NewRecord>>], stores: usize) -> Result<f64, Failed> {
    let address = new_ledger(address)?;
    let open = || PostgresStore::open(&address, &Options::default());
    let stores: Vec<PostgresStore> = (0..stores).map(|_| open()).collect::<Result<_, _>>()?;
    for store in &stores {
        // Connects before the time is taken.
        store.append(&[])?;
    }
    rate(batches, |number, own, ready| {
        let store = &stores[number % stores.len()];
        ready.wait();
        for batch in own {
            store.append(batch)?;
        }
        Ok(())
    })
}

fn plain_rate(server: &str, address: &Address, batches: &[Vec<Vec<NewRecord>>]) -> Result<f64, Failed> {
    // The bytes of the lines, as a store has them.
    let ledger = new_ledger(address)?;
    let store = PostgresStore::open(&ledger, &Options::default())?;
    let mut lines = Vec::new();
    for own in batches {
        let first = store.head()?.lines;
        for batch in own {
            store.append(batch)?;
        }
        let mut reader = store.read_lines(first, None)?;
        let mut found = Vec::new();
        while let Some(line) = reader.next_line()? {
            found.push(line.to_vec());
        }
        lines.push(found);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(server, NoTls).await?;
        tokio::spawn(connection);
        client
            .batch_execute(
                "DROP TABLE IF EXISTS plain;
                 CREATE TABLE plain (ledger integer NOT NULL, seq bigint GENERATED ALWAYS AS IDENTITY, case_id uuid,
                     rev bigint, id uuid, line bytea NOT NULL, PRIMARY KEY (ledger, seq));
                 CREATE UNIQUE INDEX ON plain (ledger, case_id, rev) WHERE case_id IS NOT NULL;
                 CREATE UNIQUE INDEX ON plain (ledger, case_id, id) WHERE case_id IS NOT NULL;
                 CREATE UNIQUE INDEX ON plain (ledger, id) WHERE rev = 1;",
            )
            .await
    })?;
    rate(batches, |number, own, ready| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(server, NoTls).await?;
            let running = tokio::spawn(connection);
            let insert = client.prepare(INSERT).await?;
            ready.wait();
            let mut lines = lines[number].iter();
            for batch in own {
                let cases: Vec<Uuid> = batch.iter().map(|record| record.accepted.case()).collect();
                let revs: Vec<i64> = batch.iter().map(|record| record.accepted.revision() as i64 + 1).collect();
                let ids: Vec<Uuid> = batch.iter().map(|record| record.accepted.id()).collect();
                let bytes: Vec<&[u8]> = lines.by_ref().take(batch.len()).map(Vec::as_slice).collect();
                client.execute(&insert, &[&cases, &revs, &ids, &bytes]).await?;
            }
            drop(client);
            running.await??;
            Ok(())
        })
    })
}
