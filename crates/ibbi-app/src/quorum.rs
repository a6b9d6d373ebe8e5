//! Witnesses whose cosignatures a checkpoint must have.

use crate::error::AppError;
use crate::text_file;
use crate::verified::{CosignedBy, Verified, WitnessedLines};
use ibbi_core::At;
use ibbi_seal::{SignedCheckpoint, WitnessKey, WitnessQuorum};
use std::path::Path;

/// The longest file of witnesses, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The witnesses whose cosignatures count, and how many of them a checkpoint needs.
#[derive(Debug, Clone)]
pub struct Quorum(pub(crate) WitnessQuorum);

impl Quorum {
    /// Reads a file with the public keys of witnesses, one on each line. Empty lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// [`AppError::Usage`] if a line isn't a witness's key, if there is none, or if there are fewer distinct keys than needed;
    /// [`AppError::Io`].
    pub fn read(file: &Path, needed: usize) -> Result<Self, AppError> {
        let text = text_file::read(file, MOST_BYTES)?;
        let mut witnesses: Vec<WitnessKey> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = |error| AppError::Usage(format!("line {} of {}: {error}", index + 1, file.display()));
            witnesses.push(line.parse().map_err(place)?);
        }
        if witnesses.is_empty() {
            return Err(AppError::Usage(format!(
                "{}: there is no key of a witness in it; write the public key of each witness on a line of its own",
                file.display()
            )));
        }
        let wrong = |distinct| {
            let file = file.display();
            let message =
                format!("--quorum is {needed}, but it must be from 1 to {distinct}, the number of keys in {file}");
            AppError::Usage(message)
        };
        WitnessQuorum::new(witnesses, needed).map(Self).map_err(wrong)
    }

    /// Returns whether enough witnesses cosigned a checkpoint.
    pub(crate) fn is_met(&self, signed: &SignedCheckpoint) -> bool {
        self.0.is_met(signed)
    }

    /// Adds the cosignatures to a result, and counts only the checkpoints that have enough. `signed` has the checkpoints of the
    /// result, in its order.
    pub(crate) fn apply(&self, verified: &mut Verified, signed: &[SignedCheckpoint]) {
        let mut most = 0;
        let mut covered: Option<u64> = None;
        for (verdict, signed) in verified.checkpoints.iter_mut().zip(signed) {
            match self.0.cosignatures(signed) {
                Ok(found) => {
                    most = most.max(found.len());
                    if verdict.fault.is_none() && found.len() >= self.0.needed() {
                        covered = covered.max(Some(verdict.size));
                    }
                    let time = |seconds: u64| At::from_millis(i64::try_from(seconds).ok()?.checked_mul(1000)?);
                    verdict.cosigned =
                        found.into_iter().map(|by| CosignedBy { at: time(by.seconds), witness: by.witness }).collect();
                }
                Err(error) => {
                    verified.sound = false;
                    verdict.fault.get_or_insert_with(|| error.to_string());
                }
            }
        }
        let (needed, known) = (self.0.needed(), self.0.known());
        if covered.is_none() {
            let text = format!(
                "no checkpoint that fits has the cosignatures of {needed} of the {known} witnesses; the most that one has is \
                 {most}"
            );
            verified.add_fault("checkpoint.quorum", text);
        }
        verified.last_good = covered;
        verified.witnessed = Some(WitnessedLines { quorum: needed, witnesses: known, covered });
    }
}
