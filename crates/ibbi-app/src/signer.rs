//! The key that signs a ledger as it grows.

use crate::error::AppError;
use ibbi_seal::{PrivateKey, SealedLedger, sign_checkpoint};
use ibbi_store::CheckpointOutcome;
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
    pub(crate) fn sign_if_due(&self, ledger: &mut SealedLedger) -> Option<CheckpointOutcome> {
        let uncovered = ledger.head().lines.saturating_sub(ledger.observer().covered());
        let is_due = uncovered >= self.every;
        let sign = |ledger: &mut SealedLedger| {
            sign_checkpoint(ledger, &self.key)
                .map(|signed| signed.checkpoint().size)
                .map_err(|error| AppError::from(error).to_string())
        };
        is_due.then(|| sign(ledger))
    }
}
