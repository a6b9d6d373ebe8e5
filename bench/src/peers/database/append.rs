//! Batches of events: the same bytes by plain inserts, by ibbi-postgres, and into a file.

use super::super::{Comparison, Contender, Failed, Options, Table, timed};
use super::Server;
use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_log::{Ledger, NewRecord};
use ibbi_postgres::{PostgresStore, create_ledger};
use ibbi_store::EventStore as _;
use postgres::{Client, Statement};
use std::cell::RefCell;
use std::io::Read as _;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use uuid::Uuid;

/// The events of a batch, and the batches of one connection in a turn: 20 whole cases.
const BATCH: usize = 108;
const BATCHES: usize = 10;

/// What one connection appends in a turn: its batches, each as records and as the lines that a file would have.
struct Share {
    batches: Vec<Vec<NewRecord>>,
    lines: Vec<Vec<u8>>,
}

/// The work of all turns, made when a turn needs it. All contenders get the same.
struct Work {
    folder: PathBuf,
    /// Those of each connection.
    records: Vec<Records>,
    current: Option<(usize, Rc<Vec<Share>>)>,
}

impl Work {
    fn of(&mut self, round: usize) -> Result<Rc<Vec<Share>>, Failed> {
        if let Some((_, shares)) = self.current.as_ref().filter(|(current, _)| *current == round) {
            return Ok(Rc::clone(shares));
        }
        let mut shares = Vec::new();
        for (number, records) in self.records.iter_mut().enumerate() {
            let records: Vec<NewRecord> = records.take(BATCH * BATCHES).collect();
            let path = self.folder.join(format!("encoded-{round}-{number}"));
            let batches = records.chunks(BATCH).map(<[_]>::to_vec).collect();
            shares.push(Share { lines: encoded(&path, &records)?, batches });
        }
        let shares = Rc::new(shares);
        self.current = Some((round, Rc::clone(&shares)));
        Ok(shares)
    }
}

/// Returns the lines that a ledger's file has for records.
fn encoded(path: &std::path::Path, records: &[NewRecord]) -> Result<Vec<Vec<u8>>, Failed> {
    let mut ledger = Ledger::create(path, &new_ledger())?;
    ledger.append(records, now())?;
    drop(ledger);
    let bytes = std::fs::read(path)?;
    std::fs::remove_file(path)?;
    let lines = bytes.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty());
    let lines: Vec<_> = lines.map(<[u8]>::to_vec).collect();
    if lines.len() == records.len() { Ok(lines) } else { Err("a record is not one line".into()) }
}

/// A connection that inserts lines as they are.
struct Plain {
    client: Client,
    insert: Statement,
    ledger: i32,
    next: i64,
}

impl Plain {
    fn new(server: &Server, ledger: i32) -> Result<Self, Failed> {
        let mut client = server.connect()?;
        let insert = client.prepare(
            "INSERT INTO plain_line (ledger, seq, case_id, rev, id, line)
             SELECT $1, $2 + place, case_id, rev, id, line
             FROM unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::bytea[])
                 WITH ORDINALITY AS new (case_id, rev, id, line, place)",
        )?;
        Ok(Self { client, insert, ledger, next: 0 })
    }

    fn append(&mut self, share: &Share) -> Result<(), Failed> {
        for (batch, lines) in share.batches.iter().zip(share.lines.chunks(BATCH)) {
            let cases: Vec<Uuid> = batch.iter().map(|record| record.accepted.case()).collect();
            let ids: Vec<Uuid> = batch.iter().map(|record| record.accepted.id()).collect();
            let revs: Vec<i64> = batch.iter().map(|record| record.accepted.revision().cast_signed() + 1).collect();
            let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
            self.client.execute(&self.insert, &[&self.ledger, &self.next, &cases, &revs, &ids, &lines])?;
            self.next += i64::try_from(BATCH)?;
        }
        Ok(())
    }
}

/// Appends the batches of a share to a store.
fn append(store: &PostgresStore, share: &Share) -> Result<(), Failed> {
    share.batches.iter().try_for_each(|batch| Ok(store.append(batch).map(|_| ())?))
}

/// Does the work of each connection in a thread of its own. Returns the time until all are done.
fn together<T: Send>(
    connections: &mut [T],
    shares: &[Share],
    work: impl Fn(&mut T, &Share) -> Result<(), Failed> + Sync,
) -> Result<Duration, Failed> {
    let (time, done) = timed(|| {
        std::thread::scope(|scope| {
            let work = &work;
            let running: Vec<_> = connections
                .iter_mut()
                .zip(shares)
                .map(|(connection, share)| {
                    scope.spawn(move || work(connection, share).map_err(|error| error.to_string()))
                })
                .collect();
            running
                .into_iter()
                .map(|each| each.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())))
                .collect::<Result<Vec<()>, String>>()
        })
    });
    done?;
    Ok(time)
}

pub(super) fn table(options: &Options, server: &Server, connections: usize) -> Result<Table, Failed> {
    let folder = options.folder.join(format!("database-{connections}"));
    std::fs::create_dir(&folder)?;
    let records = (0..connections).map(Records::of_connection).collect();
    let work = &RefCell::new(Work { folder: folder.clone(), records, current: None });
    server.connect()?.batch_execute("TRUNCATE plain_line")?;
    let numbers = 1..=i32::try_from(connections)?;
    let mut plain = numbers.map(|ledger| Plain::new(server, ledger)).collect::<Result<Vec<_>, _>>()?;
    let clock = || Ok(now());
    let settings =
        ibbi_postgres::Options { clock: Some(std::sync::Arc::new(clock)), ..ibbi_postgres::Options::default() };
    let (several, one) = (format!("several-{connections}"), format!("one-{connections}"));
    for ledger in [&several, &one] {
        create_ledger(&server.address(ledger)?, &new_ledger())?;
    }
    let open = |ledger: &str| -> Result<PostgresStore, Failed> {
        Ok(PostgresStore::open(&server.address(ledger)?, &settings)?)
    };
    let mut stores = (0..connections).map(|_| open(&several)).collect::<Result<Vec<_>, _>>()?;
    let shared = open(&one)?;
    let mut shared: Vec<&PostgresStore> = vec![&shared; connections];
    let path = folder.join("file.ledger");
    let mut file = ibbi_seal::create(&path, &new_ledger())?;

    let contenders = vec![
        Contender {
            name: "plain batched inserts, a connection for each thread",
            turn: Box::new(|round| {
                let shares = work.borrow_mut().of(round)?;
                together(&mut plain, &shares, Plain::append)
            }),
        },
        Contender {
            name: "ibbi-postgres, a store (as one server) for each thread",
            turn: Box::new(|round| {
                let shares = work.borrow_mut().of(round)?;
                together(&mut stores, &shares, |store, share| append(store, share))
            }),
        },
        Contender {
            name: "ibbi-postgres, one store for all threads",
            turn: Box::new(|round| {
                let shares = work.borrow_mut().of(round)?;
                together(&mut shared, &shares, |store, share| append(store, share))
            }),
        },
        Contender {
            name: "the file ledger, one thread",
            turn: Box::new(|round| {
                let shares = work.borrow_mut().of(round)?;
                let (time, done) = timed(|| -> Result<(), Failed> {
                    for batch in shares.iter().flat_map(|share| &share.batches) {
                        file.append(batch, now())?;
                    }
                    Ok(())
                });
                done.map(|()| time)
            }),
        },
    ];
    let units = (connections * BATCHES * BATCH) as u64;
    let title = match connections {
        1 => format!("Batches of {BATCH} events in PostgreSQL on 1 connection"),
        many => format!("Batches of {BATCH} events in PostgreSQL on {many} connections"),
    };
    let table = Comparison { title, unit: "events", units, contenders }.measure(options.rounds)?;
    drop(shared);
    let appended = units * (options.rounds as u64 + 1);
    check(server, &stores[0], connections, appended, &path)?;
    let leaves_out = [
        "chain, spelling, Merkle tree, one order for all, confidential texts",
        "nothing",
        "nothing",
        "other computers",
    ];
    Ok(table.remarked("leaves out", &leaves_out).noting(format!(
        "All have {appended} events in the end, the ledgers each with a valid chain; on one connection, the database has the very \
         bytes of the file."
    )))
}

/// Checks that everything was kept, and that the ledger in the database has a valid chain.
fn check(
    server: &Server,
    store: &PostgresStore,
    connections: usize,
    appended: u64,
    file: &PathBuf,
) -> Result<(), Failed> {
    let plain: i64 = server.connect()?.query_one("SELECT count(*) FROM plain_line", &[])?.get(0);
    if u64::try_from(plain)? != appended {
        return Err(format!("{plain} plain rows, not {appended}").into());
    }
    let mut bytes = Vec::new();
    store.read_lines(0, None)?.read_to_end(&mut bytes)?;
    let expected = std::fs::read(file)?;
    if connections == 1 && bytes != expected {
        return Err("the lines in the database are not those of the file".into());
    }
    for (what, bytes) in [("the database", &bytes), ("the file", &expected)] {
        let lines =
            ibbi_log::LedgerReader::new(bytes.as_slice()).try_fold(0_u64, |lines, line| line.map(|_| lines + 1));
        match lines {
            Ok(lines) if lines == appended => {}
            other => return Err(format!("{what}: {other:?}, not {appended} records").into()),
        }
    }
    Ok(())
}
