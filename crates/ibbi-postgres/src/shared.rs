//! What readers and the writer of a store share: the connections, and what is known of the ledger.

use crate::connection::{Connection, Pool, number, signed, value};
use crate::error::PostgresError;
use crate::known::{Known, NotNext};
use crate::lines::LineReader;
use ibbi_core::At;
use ibbi_log::{Digest, Head, LedgerEnd, LedgerLine};
use ibbi_store::{Clock, Record};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

/// How long the difference between the computer's clock and the database's is used, before it is asked for again.
const CLOCK_AGE: Duration = Duration::from_secs(1);

const HEAD: &str = "SELECT lines, bytes, hash, logged, version, published FROM ibbi_ledger WHERE ledger = $1";
const AFTER: &str = "SELECT line FROM ibbi_line WHERE ledger = $1 AND seq > $2 ORDER BY seq";

/// What readers and the writer share.
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    pub(crate) ledger: i32,
    pub(crate) clock: Option<Clock>,
    pub(crate) trusts_clock: bool,
    known: RwLock<Known>,
    /// Lines up to this number are below a commit that was acknowledged without a warning.
    published: AtomicU64,
    /// How often a failover took back lines that were in memory.
    generation: AtomicU64,
    /// The time of the database, and when it was asked for.
    time: Mutex<Option<(At, Instant)>>,
}

impl Shared {
    pub(crate) fn new(pool: Pool, ledger: i32, clock: Option<Clock>, trusts_clock: bool) -> Self {
        Self {
            pool,
            ledger,
            clock,
            trusts_clock,
            known: RwLock::default(),
            published: AtomicU64::new(0),
            generation: AtomicU64::new(0),
            time: Mutex::default(),
        }
    }

    pub(crate) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn known_mut(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn published(&self) -> u64 {
        self.published.load(Ordering::Acquire)
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Forgets all lines in memory, because others may be in their place.
    fn forget(&self, known: &mut Known) {
        *known = Known::default();
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn publish(&self, lines: u64) {
        self.published.fetch_max(lines, Ordering::AcqRel);
    }

    /// Returns the error for a ledger that was removed from its database.
    pub(crate) fn gone(&self) -> PostgresError {
        let address = self.pool.address();
        let (label, name) = (address.to_string(), address.ledger().to_owned());
        PostgresError::NoLedger { label, name, has: "it was removed".to_owned() }
    }

    /// Returns the error for lines that changed while they were read, which a new try finds as they are then.
    pub(crate) fn moved(&self) -> PostgresError {
        let reason = "the ledger changed while it was read".to_owned();
        PostgresError::Server { label: self.pool.address().to_string(), reason, code: None, is_lost: true }
    }

    pub(crate) fn failed(&self, reason: &str) -> PostgresError {
        let label = self.pool.address().to_string();
        PostgresError::Server { label, reason: reason.to_owned(), code: None, is_lost: false }
    }

    /// Returns what is known, after it was brought up to date.
    pub(crate) fn current(&self) -> Result<RwLockReadGuard<'_, Known>, PostgresError> {
        self.refresh()?;
        Ok(self.known())
    }

    pub(crate) fn refresh(&self) -> Result<(), PostgresError> {
        self.pool.read(|connection| {
            let end = self.end(connection)?;
            if self.known().end.head == end.head { Ok(()) } else { self.catch_up(connection, &end) }
        })
    }

    /// Asks for the end of the ledger once.
    pub(crate) fn probe(&self) -> Result<(), PostgresError> {
        self.pool.read_once(|connection| self.end(connection)).map(drop)
    }

    fn end(&self, connection: &Connection) -> Result<LedgerEnd, PostgresError> {
        let row = connection.first(HEAD, &[&self.ledger])?.ok_or_else(|| self.gone())?;
        self.publish(number(&row, 5, connection.label())?);
        end_of(&row, connection.label())
    }

    /// Reads the lines that are not known yet. If others are in their place, because a failover took some back, reads all lines
    /// again.
    pub(crate) fn catch_up(&self, connection: &Connection, end: &LedgerEnd) -> Result<(), PostgresError> {
        if self.known().end.head == end.head {
            return Ok(());
        }
        let mut known = self.known_mut();
        let now = self.end(connection)?;
        if now.head.lines < known.end.head.lines
            || (now.head.lines == known.end.head.lines && now.head.hash != known.end.head.hash)
        {
            self.forget(&mut known);
        }
        let mut followed = self.follow(connection, &mut known);
        if matches!(followed, Ok(false)) {
            self.forget(&mut known);
            followed = self.follow(connection, &mut known);
        }
        let followed = followed.and_then(|continues| match continues {
            true => Ok(()),
            false => Err(self.damaged(known.end.head.lines + 1, "it doesn't continue the line before it")),
        });
        if followed.is_err() {
            // Nothing is kept of lines that are wrong or were read in part, so that the next look finds the same.
            self.forget(&mut known);
        }
        followed
    }

    /// Takes the lines after those that are known. Returns `false` if they don't continue them.
    fn follow(&self, connection: &Connection, known: &mut Known) -> Result<bool, PostgresError> {
        let after = known.end.head.lines;
        let take = |line: &[u8], known: &mut Known| match known.add(line) {
            Ok(_) => Ok(true),
            Err(NotNext::Unlinked) => Ok(false),
            Err(NotNext::Wrong(reason)) => Err(self.damaged(known.end.head.lines + 1, &reason)),
        };
        if after > 0 {
            for row in connection.query(AFTER, &[&self.ledger, &signed(after)])? {
                if !take(value(&row, 0, connection.label())?, known)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        // All lines: they are streamed, on a connection of their own.
        let mut lines = LineReader::start(self.pool.connect()?, self.ledger, 0, None)?;
        while let Some(line) = lines.next_line()? {
            if !take(&line, known)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn damaged(&self, line: u64, reason: &str) -> PostgresError {
        PostgresError::Damaged { label: self.pool.address().to_string(), line, reason: reason.to_owned() }
    }

    /// Returns the records of a query for lines.
    pub(crate) fn records(
        &self,
        sql: &'static str,
        values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<Record>, PostgresError> {
        self.pool.read(|connection| {
            let mut reader = ibbi_log::LineReader::default();
            let mut records = Vec::new();
            for row in connection.query(sql, values)? {
                match reader.read(value(&row, 0, connection.label())?) {
                    Ok(LedgerLine::Record(found)) => records.push(found.record),
                    Ok(_) => {}
                    Err((_, kind)) => return Err(self.damaged(0, &kind.to_string())),
                }
            }
            Ok(records)
        })
    }

    /// Returns the time of the database, which is asked for once a second.
    pub(crate) fn database_time(&self) -> Result<At, PostgresError> {
        let mut time = self.time.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, asked)) = *time
            && asked.elapsed() < CLOCK_AGE
        {
            let passed = i64::try_from(asked.elapsed().as_millis()).unwrap_or(0);
            return instant(at.millis() + passed, self.pool.address().to_string().as_str());
        }
        let millis = self.pool.read(|connection| {
            let row = connection
                .first("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint", &[])?
                .ok_or_else(|| self.gone())?;
            value::<i64>(&row, 0, connection.label())
        })?;
        let at = instant(millis, self.pool.address().to_string().as_str())?;
        *time = Some((at, Instant::now()));
        Ok(at)
    }
}

/// Reads the end of a ledger from its row.
pub(crate) fn end_of(row: &tokio_postgres::Row, label: &str) -> Result<LedgerEnd, PostgresError> {
    let wrong = |reason: &str| PostgresError::Damaged { label: label.to_owned(), line: 0, reason: reason.to_owned() };
    let hash: &[u8] = value(row, 2, label)?;
    let hash = hash.try_into().map(Digest::from_bytes).map_err(|_| wrong("the ledger's row has no hash"))?;
    let logged = instant(value(row, 3, label)?, label)?;
    let head = Head { lines: number(row, 0, label)?, bytes: number(row, 1, label)?, hash };
    let version = u8::try_from(value::<i16>(row, 4, label)?).map_err(|_| wrong("the ledger's row has no version"))?;
    Ok(LedgerEnd { head, logged, version })
}

/// Returns an instant that the database has as milliseconds.
pub(crate) fn instant(millis: i64, label: &str) -> Result<At, PostgresError> {
    At::from_millis(millis).ok_or_else(|| PostgresError::Damaged {
        label: label.to_owned(),
        line: 0,
        reason: format!("{millis} is not a time that a line can have"),
    })
}
