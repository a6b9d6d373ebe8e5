//! The key that signs a ledger as it grows.

use crate::error::AppError;
use ibbi_postgres::{PostgresError, PostgresStore};
use ibbi_seal::{PrivateKey, SealedLedger, sign_checkpoint};
use ibbi_store::{CheckpointOutcome, Clock};
use std::path::Path;

/// A key that signs a ledger whenever a number of lines is not covered by a checkpoint.
#[derive(Debug)]
pub struct Signer {
    /// The key.
    pub key: PrivateKey,
    /// The number of uncovered lines at which it signs, at least 1.
    pub every: u64,
}

impl Signer {
    /// Reads a key.
    ///
    /// # Errors
    /// Returns [`AppError`].
    pub fn load(key: &Path, every: u64) -> Result<Self, AppError> {
        Ok(Self { key: PrivateKey::load(key)?, every: every.max(1) })
    }

    /// Signs a ledger if enough lines are not covered by a checkpoint.
    pub(crate) fn sign_if_due(&self, ledger: &mut SealedLedger, clock: &Clock) -> Option<CheckpointOutcome> {
        let uncovered = ledger.head().lines.saturating_sub(ledger.observer().covered());
        let is_due = uncovered >= self.every;
        let sign = |ledger: &mut SealedLedger| {
            let now = clock().map_err(|error| error.to_string())?;
            let signed = sign_checkpoint(ledger, &self.key, now).map_err(|error| AppError::from(error).to_string())?;
            Ok(signed.checkpoint().size)
        };
        is_due.then(|| sign(ledger))
    }

    /// Signs a ledger in a database if enough lines are not covered by a checkpoint of any server.
    pub(crate) fn sign_database_if_due(&self, store: &PostgresStore) -> Option<CheckpointOutcome> {
        let uncovered = |store: &PostgresStore| {
            let (lines, covered) = (store.head()?.lines, store.covered()?);
            Ok(lines.saturating_sub(covered))
        };
        match uncovered(store) {
            Ok(uncovered) if uncovered < self.every => None,
            Ok(_) => Some(
                store.sign(&self.key).map(|(signed, _)| signed.checkpoint().size).map_err(|error| error.to_string()),
            ),
            Err(error) => Some(Err(PostgresError::to_string(&error))),
        }
    }
}
