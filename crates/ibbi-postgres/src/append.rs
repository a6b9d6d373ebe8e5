//! Appending: one transaction for the batches that wait, under the lock of the ledger's row.

use crate::connection::{Connection, signed, value};
use crate::error::PostgresError;
use crate::group::Ticket;
use crate::known::Known;
use crate::pending::Pending;
use crate::plan::{Before, Failed, Plan, SETTLE};
use crate::shared::{Shared, end_of, instant};
use crate::texts;
use crate::wait::wait;
use futures_util::future::join3;
use ibbi_core::At;
use ibbi_log::{Digest, Head, KnownRecord, LedgerEnd, LedgerLine, LineReader, NewLines, Record};
use ibbi_store::{AppendError, Committed, NewRecord, StoreError};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// The row is locked until the end of the transaction: nobody else appends.
const LOCK: &str = "SELECT lines, bytes, hash, logged, version FROM ibbi_ledger WHERE ledger = $1 FOR UPDATE";

/// Asked after the lock, and not together with it: PostgreSQL would read the clock before it waits.
const CLOCK: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

const BY_ID: &str = "SELECT stored.line FROM unnest($2::uuid[], $3::uuid[]) AS wanted (case_id, id)
    JOIN ibbi_line AS stored ON stored.ledger = $1 AND stored.case_id = wanted.case_id AND stored.id = wanted.id";

/// The connection that appends.
#[derive(Default)]
pub(crate) struct Writer {
    connection: Option<Connection>,
}

impl Writer {
    /// Writes batches with one transaction, and answers all of them.
    ///
    /// An attempt that is in doubt is settled by the next one, which looks for the IDs under the lock, on the server that takes
    /// writes then. This goes on until the store's patience is over.
    pub(crate) fn write(&mut self, shared: &Shared, tickets: &[Arc<Ticket>]) {
        let mut open: Vec<&Ticket> = tickets.iter().map(AsRef::as_ref).collect();
        let (mut attempts, mut before) = (shared.pool.attempts(), Before::default());
        while !open.is_empty() {
            let error = match self.attempt(shared, &open, before) {
                Ok(later) => {
                    open = later;
                    before = Before::default();
                    continue;
                }
                Err(error) => error,
            };
            let (error, again) = match error {
                Failed::Clock(error) => {
                    for ticket in &open {
                        ticket.answer(Err(StoreError::Clock(error.clone()).into()));
                    }
                    return;
                }
                Failed::Refused(error) if error.is_duplicate() && !before.found_id => {
                    before.found_id = true;
                    continue;
                }
                Failed::Refused(error) => (before.doubtful(error.clone()), error.may_pass()),
                Failed::InDoubt(error) => {
                    before.in_doubt = true;
                    (error, true)
                }
            };
            if !again || !attempts.pause() {
                if again {
                    shared.pool.give_up();
                }
                for ticket in &open {
                    ticket.answer(Err(error.clone().into()));
                }
                return;
            }
        }
    }

    /// Makes a commit that is acknowledged, so that all lines are below it. Returns the end of the ledger.
    pub(crate) fn publish(&mut self, shared: &Shared) -> Result<Head, PostgresError> {
        let mut attempts = shared.pool.attempts();
        loop {
            let settled = self.transact(shared, |connection, end| {
                let published = signed(shared.published().min(end.head.lines));
                connection.execute(SETTLE, &[&shared.ledger, &published])?;
                Ok(end.head)
            });
            match settled {
                Ok(head) => {
                    shared.publish(head.lines);
                    return Ok(head);
                }
                Err(error) => {
                    let may_pass = error.may_pass() || matches!(error, PostgresError::InDoubt { .. });
                    if !may_pass || !attempts.pause() {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Adds a line that is about no case, under the lock. The function makes it, or nothing if there is nothing to add. Returns the
    /// end of the ledger.
    pub(crate) fn add_own(
        &mut self,
        shared: &Shared,
        make: impl Fn(&mut Known, &mut NewLines) -> Result<bool, ibbi_log::AppendError>,
    ) -> Result<LedgerEnd, AppendError> {
        let mut refused = None;
        let added = self.transact(shared, |connection, end| {
            let now = clock(shared, connection)?;
            shared.catch_up(connection, end)?;
            if shared.known().end.head != end.head {
                return Err(shared.moved());
            }
            let mut lines = NewLines::new(*end, now, Vec::new());
            let made =
                end.check(&[], now, shared.trusts_clock).and_then(|()| make(&mut shared.known_mut(), &mut lines));
            match made {
                Ok(true) => {}
                Ok(false) => return Ok((*end, None)),
                Err(error) => {
                    refused = Some(error);
                    return Ok((*end, None));
                }
            }
            let linked = lines.link();
            let plan = Plan { before: *end, linked, rows: Vec::new(), texts: Vec::new(), answers: Vec::new() };
            plan.insert(shared, connection)?;
            Ok((plan.linked.end, Some(plan)))
        });
        let (end, plan) = added?;
        if let Some(error) = refused {
            return Err(error.into());
        }
        shared.publish(end.head.lines);
        if let Some(plan) = plan {
            plan.follow(&mut shared.known_mut());
        }
        Ok(end)
    }

    /// Runs a function in a transaction that has the lock, and commits it.
    pub(crate) fn transact<T>(
        &mut self,
        shared: &Shared,
        run: impl FnOnce(&Connection, &LedgerEnd) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let connection = self.connection(shared)?;
        let done = (|| {
            connection.run(BEGIN)?;
            let row = connection.first(LOCK, &[&shared.ledger])?.ok_or_else(|| shared.gone())?;
            let end = end_of(&row, connection.label())?;
            run(connection, &end)
        })();
        match done {
            Ok(done) => {
                let committed = crate::schema::commit(connection);
                if committed.is_err() {
                    self.connection = None;
                }
                committed.map(|()| done)
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    fn connection(&mut self, shared: &Shared) -> Result<&Connection, PostgresError> {
        if self.connection.as_ref().is_none_or(Connection::is_closed) {
            self.connection = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            place => Ok(place.insert(shared.pool.connect()?)),
        }
    }

    /// Ends a transaction that failed. A connection that can't be used again is dropped.
    fn roll_back(&mut self) {
        if self.connection.as_ref().is_some_and(|connection| connection.run("ROLLBACK").is_err()) {
            self.connection = None;
        }
    }

    /// Tries once. Returns the batches that have to wait for the outcome of others; the others have their answers.
    fn attempt<'t>(
        &mut self,
        shared: &Shared,
        tickets: &[&'t Ticket],
        before: Before,
    ) -> Result<Vec<&'t Ticket>, Failed> {
        let connection = self.connection(shared)?;
        let prepared = prepare(shared, connection, tickets, before);
        let plan = match prepared {
            Ok(plan) => plan,
            Err(error) => {
                self.roll_back();
                return Err(error);
            }
        };
        if plan.needs_commit(shared, before) {
            let committed = plan.commit(shared, connection);
            if committed.is_err() {
                // What the connection still does is not to be mixed with the next attempt.
                self.connection = None;
            }
            committed?;
            shared.publish(plan.linked.end.head.lines);
        } else {
            connection.run("ROLLBACK")?;
        }
        plan.keep(shared, tickets)?;
        Ok(plan.answer(tickets))
    }
}

impl Before {
    /// Returns the error of an attempt after one that was in doubt: it still is.
    fn doubtful(self, error: PostgresError) -> PostgresError {
        if !self.in_doubt || matches!(error, PostgresError::InDoubt { .. }) {
            return error;
        }
        let label = match &error {
            PostgresError::Server { label, .. }
            | PostgresError::Unreachable { label, .. }
            | PostgresError::ReadOnly { label } => label.clone(),
            _ => "the database".to_owned(),
        };
        PostgresError::InDoubt { label, reason: error.to_string() }
    }
}

/// Locks the ledger and prepares its new lines.
fn prepare(shared: &Shared, connection: &Connection, tickets: &[&Ticket], before: Before) -> Result<Plan, Failed> {
    let (end, now) = lock(shared, connection)?;
    let now = match &shared.clock {
        Some(clock) => clock().map_err(Failed::Clock)?,
        None => now,
    };
    shared.catch_up(connection, &end)?;
    let known = shared.known();
    // Under the lock, nothing is appended. But another thread can have looked at a server that is behind.
    if known.end.head != end.head {
        return Err(shared.moved().into());
    }
    let stored = stored(shared, connection, &known, tickets, before)?;
    let there: HashSet<(Uuid, Uuid)> = stored.keys().copied().collect();
    let mut pending = Pending::new(&known, stored);
    let mut lines = NewLines::new(end, now, Vec::new());
    let mut answers = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let records = &ticket.records;
        if pending.waits(records) {
            answers.push(None);
            continue;
        }
        let kept = pending.rows.len();
        // The clock says nothing about records that are there already.
        let is_there = |record: &NewRecord| there.contains(&(record.accepted.case(), record.accepted.id()));
        let is_retry = !records.is_empty() && records.iter().all(is_there);
        let checked = if is_retry { Ok(()) } else { end.check(records, now, shared.trusts_clock) };
        let added = checked.and_then(|()| lines.add(records, &mut pending).map_err(|(error, _)| error));
        answers.push(Some(match added {
            Ok(committed) => Ok(committed.iter().map(Committed::from).collect()),
            Err(error) => {
                pending.truncate(kept);
                Err(error.into())
            }
        }));
    }
    let rows = core::mem::take(&mut pending.rows);
    let linked = lines.link();
    let texts = texts::new_rows(connection, shared.ledger, &linked, &known.custody)?;
    Ok(Plan { before: end, linked, rows, texts, answers })
}

/// Reads the clock, under the lock.
fn clock(shared: &Shared, connection: &Connection) -> Result<At, PostgresError> {
    if let Some(clock) = &shared.clock {
        return clock().map_err(|error| shared.failed(&error.to_string()));
    }
    let row = connection.first(CLOCK, &[])?.ok_or_else(|| shared.gone())?;
    instant(value(&row, 0, connection.label())?, connection.label())
}

/// Begins a transaction, locks the ledger's row, and reads the clock. Returns the end of the ledger and the time.
fn lock(shared: &Shared, connection: &Connection) -> Result<(LedgerEnd, At), PostgresError> {
    let (lock, clock) = (connection.prepared(LOCK)?, connection.prepared(CLOCK)?);
    connection.take_warnings();
    let client = &connection.client;
    let values: [&(dyn ToSql + Sync); 1] = [&shared.ledger];
    // The three are sent together and answered in their order.
    let (begun, locked, time) =
        wait(join3(client.batch_execute(BEGIN), client.query_opt(&lock, &values), client.query_one(&clock, &[])));
    let failed = |error: tokio_postgres::Error| connection.failed(&error);
    begun.map_err(failed)?;
    let row = locked.map_err(failed)?.ok_or_else(|| shared.gone())?;
    let millis = value::<i64>(&time.map_err(failed)?, 0, connection.label())?;
    let now = instant(millis, connection.label())?;
    Ok((end_of(&row, connection.label())?, now))
}

/// Returns the records that the database has under the IDs of records that don't simply continue their cases.
///
/// A record that continues its case is not looked up. If its ID is there all the same, the unique key refuses it, and the next
/// attempt looks up all.
fn stored(
    shared: &Shared,
    connection: &Connection,
    known: &Known,
    tickets: &[&Ticket],
    before: Before,
) -> Result<HashMap<(Uuid, Uuid), KnownRecord>, PostgresError> {
    let mut revs: HashMap<Uuid, u64> = HashMap::new();
    let (mut cases, mut ids) = (Vec::new(), Vec::new());
    for record in tickets.iter().flat_map(|ticket| &ticket.records) {
        let (case, id) = (record.accepted.case(), record.accepted.id());
        let rev = revs.entry(case).or_insert_with(|| known.rev(case));
        let continues = record.accepted.revision() == *rev;
        if continues {
            *rev += 1;
        }
        if !continues || before.in_doubt || before.found_id {
            cases.push(case);
            ids.push(id);
        }
    }
    if cases.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = connection.query(BY_ID, &[&shared.ledger, &cases, &ids])?;
    let mut reader = LineReader::default();
    let (mut records, mut hashes): (Vec<Record>, Vec<Digest>) = (Vec::new(), Vec::new());
    for row in &rows {
        let line: &[u8] = value(row, 0, connection.label())?;
        if let Ok(LedgerLine::Record(found)) = reader.read(line) {
            records.push(found.record);
            hashes.push(Digest::sha256(line));
        }
    }
    texts::fill(connection, shared.ledger, &mut records, &known.custody)?;
    let found = records
        .into_iter()
        .zip(hashes)
        .map(|(record, hash)| ((record.case, record.id), KnownRecord { record, hash, offset: 0 }));
    Ok(found.collect())
}
