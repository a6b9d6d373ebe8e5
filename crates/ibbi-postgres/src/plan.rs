//! What one transaction writes, and how its commit ends.

use crate::connection::{Connection, signed};
use crate::error::PostgresError;
use crate::group::Ticket;
use crate::known::Known;
use crate::pending::NewRow;
use crate::shared::Shared;
use crate::wait::wait;
use futures_util::future::join3;
use ibbi_log::{LedgerEnd, LinkedLines, TextRow};
use ibbi_store::{AppendError, Committed};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// All lines with one statement, and the new end.
const INSERT: &str = "WITH line AS (
        INSERT INTO ibbi_line (ledger, seq, case_id, rev, id, line)
        SELECT $1, $2 + place, case_id, rev, id, line
        FROM unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::bytea[])
            WITH ORDINALITY AS new (case_id, rev, id, line, place)
    )
    UPDATE ibbi_ledger
    SET lines = $7, bytes = $8, hash = $9, logged = $10, version = $11, published = greatest(published, $12)
    WHERE ledger = $1";

const TEXTS: &str = "INSERT INTO ibbi_text (ledger, digest, key, line)
    SELECT $1, digest, key, line FROM unnest($2::bytea[], $3::text[], $4::bytea[]) AS new (digest, key, line)
    ON CONFLICT DO NOTHING";

/// Changes the row, so that the commit is one that standbys must have too.
pub(crate) const SETTLE: &str =
    "UPDATE ibbi_ledger SET settled = settled + 1, published = greatest(published, $2) WHERE ledger = $1";

/// How one attempt ended that was not a success.
pub(crate) enum Failed {
    /// Nothing was written.
    Refused(PostgresError),
    /// The commit was sent, and it is not known what became of it.
    InDoubt(PostgresError),
    /// The clock can't give the time.
    Clock(ibbi_store::ClockError),
}

impl From<PostgresError> for Failed {
    fn from(error: PostgresError) -> Self {
        Self::Refused(error)
    }
}

/// What the attempts before have left.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Before {
    /// Whether a commit is in doubt.
    pub(crate) in_doubt: bool,
    /// Whether an ID was there that had not been looked up.
    pub(crate) found_id: bool,
}

/// What one transaction writes.
pub(crate) struct Plan {
    pub(crate) before: LedgerEnd,
    pub(crate) linked: LinkedLines,
    pub(crate) rows: Vec<NewRow>,
    pub(crate) texts: Vec<TextRow>,
    /// The answer to each batch; nothing for one that has to wait.
    pub(crate) answers: Vec<Option<Result<Vec<Committed>, AppendError>>>,
}

impl Plan {
    /// Returns whether there is something to commit: new lines, or records found there whose commit may not be safe.
    pub(crate) fn needs_commit(&self, shared: &Shared, before: Before) -> bool {
        let published = shared.published();
        let found = self.answers.iter().flatten().flatten().flatten();
        !self.rows.is_empty() || before.in_doubt || found.into_iter().any(|place| place.seq > published)
    }

    /// Inserts the lines and commits. The commands are sent together; if one fails, the commit is a rollback.
    pub(crate) fn commit(&self, shared: &Shared, connection: &Connection) -> Result<(), Failed> {
        let own = usize::from(self.linked.changes_format);
        let none = |count: usize| core::iter::repeat_n(None, count);
        let cases: Vec<Option<Uuid>> = none(own).chain(self.rows.iter().map(|row| Some(row.case))).collect();
        let ids: Vec<Option<Uuid>> = none(own).chain(self.rows.iter().map(|row| Some(row.id))).collect();
        let revs: Vec<Option<i64>> =
            core::iter::repeat_n(None, own).chain(self.rows.iter().map(|row| Some(signed(row.rev)))).collect();
        let bytes = &self.linked.bytes;
        let lines: Vec<&[u8]> = self.linked.lines.iter().map(|line| &bytes[line.start..line.end]).collect();
        let LedgerEnd { head, logged, version } = self.linked.end;
        let published = signed(shared.published().min(self.before.head.lines));
        let digests: Vec<&[u8]> = self.texts.iter().map(|text| text.digest.as_bytes().as_slice()).collect();
        let keys: Vec<Option<String>> = self.texts.iter().map(|text| text.key.map(|key| key.to_string())).collect();
        let texts: Vec<&[u8]> = self.texts.iter().map(|text| text.line.as_slice()).collect();
        let hash = head.hash.as_bytes().as_slice();
        let ends = (signed(self.before.head.lines), signed(head.lines), signed(head.bytes));
        let (millis, version) = (logged.millis(), i16::from(version));
        let insert: [&(dyn ToSql + Sync); 12] = [
            &shared.ledger,
            &ends.0,
            &cases,
            &revs,
            &ids,
            &lines,
            &ends.1,
            &ends.2,
            &hash,
            &millis,
            &version,
            &published,
        ];
        let settle: [&(dyn ToSql + Sync); 2] = [&shared.ledger, &published];
        let text: [&(dyn ToSql + Sync); 4] = [&shared.ledger, &digests, &keys, &texts];
        let (first, values): (_, &[&(dyn ToSql + Sync)]) =
            if self.rows.is_empty() { (SETTLE, &settle) } else { (INSERT, &insert) };
        let first = connection.prepared(first)?;
        let texts_insert = connection.prepared(TEXTS)?;
        let client = &connection.client;
        let with_texts = async { if digests.is_empty() { Ok(0) } else { client.execute(&texts_insert, &text).await } };
        let (texts, inserted, committed) =
            wait(join3(with_texts, client.execute(&first, values), client.batch_execute("COMMIT")));
        for done in [texts, inserted] {
            let Err(error) = done else { continue };
            let error = connection.failed(&error);
            // The server refused it, so the commit was a rollback. Without an answer of the server, nothing is known.
            return Err(match &error {
                PostgresError::Server { code: Some(_), is_lost: false, .. } => Failed::Refused(error),
                PostgresError::Server { .. } => doubt(connection, error.to_string()),
                _ => Failed::Refused(error),
            });
        }
        committed.map_err(|error| doubt(connection, connection.failed(&error).to_string()))?;
        match connection.take_warnings().into_iter().next() {
            Some(warning) => Err(doubt(connection, format!("the commit answered with a warning: {warning}"))),
            None => Ok(()),
        }
    }

    /// Takes what was written into memory.
    pub(crate) fn keep(&self, shared: &Shared, tickets: &[&Ticket]) -> Result<(), PostgresError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut known = shared.known_mut();
        if known.end.head == self.before.head {
            let answers = self.answers.iter().zip(tickets);
            let pairs = answers.filter_map(|(answer, ticket)| Some((answer.as_ref()?.as_ref().ok()?, ticket)));
            let records = pairs.flat_map(|(committed, ticket)| ticket.records.iter().zip(committed));
            known.add_new(&self.linked, records.filter(|(_, committed)| !committed.existing));
            return Ok(());
        }
        self.follow(&mut known);
        Ok(())
    }

    /// Takes the lines that are not known yet: a reader can have been faster, and have taken some, or all.
    pub(crate) fn follow(&self, known: &mut Known) {
        for (line, seq) in self.linked.lines.iter().zip(self.before.head.lines + 1..) {
            if seq == known.end.head.lines + 1 && known.add(&self.linked.bytes[line.start..line.end]).is_err() {
                // Others are in their place. The next look at the database finds that, and reads all lines again.
                break;
            }
        }
    }

    /// Inserts the lines of the ledger itself, which have no records.
    pub(crate) fn insert(&self, shared: &Shared, connection: &Connection) -> Result<(), PostgresError> {
        let nothing: Vec<Option<Uuid>> = self.linked.lines.iter().map(|_| None).collect();
        let revs: Vec<Option<i64>> = self.linked.lines.iter().map(|_| None).collect();
        let lines: Vec<&[u8]> = self.linked.lines.iter().map(|line| &self.linked.bytes[line.start..line.end]).collect();
        let LedgerEnd { head, logged, version } = self.linked.end;
        connection.execute(
            INSERT,
            &[
                &shared.ledger,
                &signed(self.before.head.lines),
                &nothing,
                &revs,
                &nothing,
                &lines,
                &signed(head.lines),
                &signed(head.bytes),
                &head.hash.as_bytes().as_slice(),
                &logged.millis(),
                &i16::from(version),
                &signed(shared.published().min(self.before.head.lines)),
            ],
        )?;
        Ok(())
    }

    /// Answers the batches that have an answer. Returns the others.
    pub(crate) fn answer<'t>(self, tickets: &[&'t Ticket]) -> Vec<&'t Ticket> {
        let mut later = Vec::new();
        for (answer, ticket) in self.answers.into_iter().zip(tickets) {
            match answer {
                Some(answer) => ticket.answer(answer),
                None => later.push(*ticket),
            }
        }
        later
    }
}

fn doubt(connection: &Connection, reason: String) -> Failed {
    Failed::InDoubt(PostgresError::InDoubt { label: connection.label().to_owned(), reason })
}
