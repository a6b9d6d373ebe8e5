//! Checkpoints, legal holds, and proofs: what a ledger has besides records.

use crate::connection::{number, signed};
use crate::error::PostgresError;
use crate::store::PostgresStore;
use ibbi_core::{At, Name};
use ibbi_log::{AppendError, Custody, CustodyLine, Digest, StoredLine};
use ibbi_seal::{CheckpointError, PrivateKey, SignedCheckpoint, heads_actor};
use ibbi_store::{EventStore as _, StoreError};

/// How often the ledger is signed again because others have appended in the meantime.
const TRIES: u32 = 10;

/// Why no checkpoint was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The database can't be used, or a commit is in doubt.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// The line with the state of all cases can't be added.
    #[error(transparent)]
    Append(#[from] ibbi_store::AppendError),
    /// The checkpoint can't be written down.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Others appended each time, before the state could be signed.
    #[error("other programs appended before the ledger could be signed; sign it again")]
    Busy,
    /// The ledger has no first line.
    #[error("the ledger has no first line; export it, and look at it with `ibbi verify`")]
    Opening,
}

impl PostgresStore {
    /// Signs the ledger as it is now, after a line with the state of all cases, and keeps the checkpoint in the database. It covers
    /// only lines below a commit that was acknowledged without a warning. Returns it, and whether its last line has the state of
    /// all cases.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(&self, key: &PrivateKey) -> Result<(SignedCheckpoint, bool), SignError> {
        let opening = self.opening()?.ok_or(SignError::Opening)?;
        let actor = heads_actor(key, &opening.actor);
        for _ in 0..TRIES {
            let end = self.group().with(|writer| {
                writer.add_own(self.shared(), |known, lines| {
                    if known.end.version == 1 || known.sealer.ends_with_heads() {
                        return Ok(false);
                    }
                    lines.add_heads(&known.sealer.state(), &actor)?;
                    Ok(true)
                })
            })?;
            let mut known = self.shared().known_mut();
            // Another program has appended meanwhile, or a reader took lines that aren't below an acknowledged commit yet.
            if known.end.head != end.head {
                continue;
            }
            let signed_note = known.sealer.checkpoint(&opening.origin).sign(key)?;
            let complete = known.sealer.ends_with_heads();
            drop(known);
            self.keep_checkpoint(&signed_note)?;
            return Ok((signed_note, complete));
        }
        Err(SignError::Busy)
    }

    fn keep_checkpoint(&self, checkpoint: &SignedCheckpoint) -> Result<(), PostgresError> {
        let (size, note) = (signed(checkpoint.checkpoint().size), checkpoint.to_string());
        let ledger = self.shared().ledger;
        self.group().with(|writer| {
            writer.transact(self.shared(), |connection, _| {
                connection.execute(
                    "INSERT INTO ibbi_checkpoint (ledger, place, size, note)
                        SELECT $1, coalesce(max(place), 0) + 1, $2, $3 FROM ibbi_checkpoint WHERE ledger = $1
                        HAVING count(*) FILTER (WHERE note = $3) = 0",
                    &[&ledger, &size, &note],
                )
            })
        })?;
        Ok(())
    }

    /// Returns how many lines the largest checkpoint covers; 0 if there is none.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn covered(&self) -> Result<u64, PostgresError> {
        let sql = "SELECT coalesce(max(size), 0) FROM ibbi_checkpoint WHERE ledger = $1";
        self.shared().pool.read(|connection| {
            let row = connection.first(sql, &[&self.shared().ledger])?;
            row.map_or(Ok(0), |row| number(&row, 0, connection.label()))
        })
    }

    /// Adds a line that places or lifts a legal hold. Returns its number.
    ///
    /// # Errors
    /// [`ibbi_store::AppendError`], of which [`AppendError::Custody`] is the source if the hold to lift isn't in force.
    pub fn append_hold(&self, done: &Custody, actor: &Name) -> Result<u64, ibbi_store::AppendError> {
        let end = self.group().with(|writer| {
            writer.add_own(self.shared(), |known, lines| {
                let line = CustodyLine {
                    seq: known.end.head.lines + 1,
                    actor: actor.clone(),
                    at: At::MIN,
                    done: done.clone(),
                };
                if let Some(fault) = known.custody.clone().follow(&line) {
                    return Err(AppendError::Custody { reason: fault.to_string() });
                }
                lines.add_custody(done, actor)?;
                Ok(true)
            })
        })?;
        Ok(end.head.lines)
    }

    /// Returns the roots of the full chunks of the lines, for a proof, and the number of lines. All of them can be published.
    ///
    /// # Errors
    /// [`PostgresError`]; [`PostgresError::ReadOnly`] from a store that only reads.
    pub fn chunk_roots(&self) -> Result<(Vec<Digest>, u64), PostgresError> {
        self.check_writable()?;
        loop {
            let published = self.published_lines()?;
            let mut known = self.shared().known_mut();
            if known.end.head.lines <= published {
                return Ok((known.sealer.chunk_roots(), known.end.head.lines));
            }
        }
    }

    /// Returns lines after line number `after`, as they are: at most `limit`, and no more after one with which they have `most`
    /// bytes. Only lines that can be published.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn lines(&self, after: u64, limit: usize, most: usize) -> Result<Vec<StoredLine>, StoreError> {
        let last = self.published()?.min(after.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX)));
        let (mut lines, mut bytes) = (Vec::new(), 0);
        if last <= after {
            return Ok(lines);
        }
        let mut rows = self.read_lines(after, Some(last))?;
        while bytes < most
            && lines.len() < limit
            && let Some(line) = rows.next_line()?
        {
            bytes += line.len();
            let number = after + 1 + u64::try_from(lines.len()).unwrap_or(u64::MAX);
            lines.push(StoredLine { number, digest: Digest::sha256(&line), bytes: line.to_vec() });
        }
        Ok(lines)
    }
}
