//! How many witnesses must have cosigned a checkpoint.

use crate::checkpoint::SignedCheckpoint;
use crate::key::SignatureError;
use crate::witness_key::{Cosignature, WitnessKey};

/// The witnesses whose cosignatures count, and how many of them a checkpoint needs.
///
/// ```
/// use ibbi_seal::{WitnessKey, WitnessQuorum};
/// let key: WitnessKey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2".parse()?;
/// assert!(WitnessQuorum::new(vec![key.clone()], 1).is_ok());
/// assert_eq!(WitnessQuorum::new(vec![key.clone(), key], 2).unwrap_err(), 1, "one key is one witness");
/// # Ok::<(), ibbi_seal::KeyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct WitnessQuorum {
    witnesses: Vec<WitnessKey>,
    needed: usize,
}

impl WitnessQuorum {
    /// Creates a quorum.
    ///
    /// # Errors
    /// Returns the number of distinct keys if `needed` is 0 or larger than that.
    pub fn new(witnesses: Vec<WitnessKey>, needed: usize) -> Result<Self, usize> {
        let quorum = Self { witnesses, needed };
        let known = quorum.known();
        if needed == 0 || needed > known { Err(known) } else { Ok(quorum) }
    }

    /// Returns how many witnesses a checkpoint needs.
    pub const fn needed(&self) -> usize {
        self.needed
    }

    /// Returns how many distinct keys the witnesses have.
    pub fn known(&self) -> usize {
        let mut keys: Vec<&[u8; 32]> = self.witnesses.iter().map(WitnessKey::as_bytes).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }

    /// Returns the cosignatures of the witnesses.
    ///
    /// # Errors
    /// Returns [`SignatureError::Wrong`] if a cosignature of one of them isn't valid.
    pub fn cosignatures(&self, signed: &SignedCheckpoint) -> Result<Vec<Cosignature>, SignatureError> {
        signed.cosignatures(&self.witnesses)
    }

    /// Returns whether enough witnesses cosigned a checkpoint.
    pub fn is_met(&self, signed: &SignedCheckpoint) -> bool {
        self.cosignatures(signed).is_ok_and(|found| found.len() >= self.needed)
    }
}
