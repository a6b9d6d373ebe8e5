//! The decision of a witness: which checkpoints it cosigns, and what it remembers.
//!
//! For each ledger, by its origin, a witness remembers the key that signs its checkpoints and the largest checkpoint that it
//! cosigned. It cosigns a checkpoint only if that continues the remembered one. What it remembers never gets smaller.
//!
//! The state is a text file with one JSON object: `state`, the version of the format; `witness`, the public key; and `logs`,
//! with the `key` and the cosigned `checkpoint` of each ledger. A program must keep it on the disk before it hands out the
//! cosignature.

use crate::checkpoint::SignedCheckpoint;
use crate::consistency::{Growth, SignedConsistency};
use crate::key::{PublicKey, SignatureError};
use crate::witness_key::{WitnessKey, WitnessPrivateKey};
use core::fmt;
use core::str::FromStr;
use ibbi_core::visible_name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the format of a witness's state that this crate reads and writes.
pub const WITNESS_FORMAT: u32 = 1;

/// What a witness has cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessState {
    witness: WitnessKey,
    logs: BTreeMap<String, KnownLog>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct KnownLog {
    key: PublicKey,
    newest: SignedCheckpoint,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateFile {
    logs: Vec<LogEntry>,
    state: u32,
    witness: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogEntry {
    checkpoint: String,
    key: String,
}

/// Why a text is not the state of a witness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the state of this witness: {0}; restore the file from a copy, and don't begin a new one")]
pub struct WitnessStateError(String);

/// What shows that a checkpoint continues the one that the witness cosigned before.
#[derive(Debug, Clone, Copy)]
pub enum Evidence<'a> {
    /// Nothing. That is enough for the first checkpoint of a ledger, and for the same one again.
    Nothing,
    /// A consistency proof.
    Proof(&'a SignedConsistency),
    /// The roots of the ledger's lines themselves, up to the witness's checkpoint and up to the new one.
    Lines(&'a Growth),
}

/// Two signed statements about a ledger that can't both be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The one that was known before.
    pub known: SignedCheckpoint,
    /// The other one.
    pub found: SignedCheckpoint,
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (known, found) = (self.known.checkpoint(), self.found.checkpoint());
        if known.size == found.size {
            let origin = visible_name(&known.origin);
            return write!(f, "{origin} has two checkpoints over {} lines with different roots", known.size);
        }
        let (least, most) = (known.size.min(found.size), known.size.max(found.size));
        let origin = visible_name(&known.origin);
        write!(f, "{origin}: the checkpoint over {most} lines doesn't continue the one over {least} lines")
    }
}

/// Why a witness doesn't cosign a checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CosignError {
    /// The key is not the one of the state.
    #[error("the state belongs to the witness {0}; use the state beside this key")]
    OtherWitness(String),
    /// The ledger is new to the witness, and no key was given.
    #[error("this witness hasn't seen {0} before; give the key that signs its checkpoints with --key")]
    NoKey(String),
    /// Another key was given than the one of the first checkpoint.
    #[error("the checkpoints of {origin} are signed by {known}, which this witness keeps; leave out --key")]
    OtherKey {
        /// The ledger.
        origin: String,
        /// The key that the witness knows.
        known: String,
    },
    /// The ledger's key didn't sign the checkpoint.
    #[error("the checkpoint: {0}")]
    Signature(#[from] SignatureError),
    /// The witness has already cosigned a larger one.
    #[error(
        "this witness has already cosigned {seen} lines of {origin}, so it can't cosign {size}; sign a new checkpoint"
    )]
    Older {
        /// The ledger.
        origin: String,
        /// How many lines the checkpoint covers.
        size: u64,
        /// How many lines the witness's own covers.
        seen: u64,
    },
    /// Nothing shows that the checkpoint continues the known one.
    #[error(
        "this witness has cosigned {seen} lines of {origin}; give a proof from there to {size} lines with --proof, or the \
         ledger or a mirror with --ledger"
    )]
    NoEvidence {
        /// The ledger.
        origin: String,
        /// How many lines the checkpoint covers.
        size: u64,
        /// How many lines the witness's own covers.
        seen: u64,
    },
    /// The proof is between other checkpoints.
    #[error(
        "the proof is from {first} to {second} lines of {origin}, but this witness needs one from {seen} to {size} lines; make \
         it with `ibbi verify LEDGER --since` and the checkpoint that the witness cosigned last"
    )]
    OtherProof {
        /// The ledger of the proof.
        origin: String,
        /// How many lines the proof's first checkpoint covers.
        first: u64,
        /// How many lines its second one covers.
        second: u64,
        /// How many lines the witness's own covers.
        seen: u64,
        /// How many lines the checkpoint covers.
        size: u64,
    },
    /// The lines that were given are not those of the checkpoint.
    #[error(
        "the first {size} lines of the file given with --ledger are not those of the checkpoint; get a new copy of both"
    )]
    OtherLines {
        /// How many lines the checkpoint covers.
        size: u64,
    },
    /// The checkpoint contradicts the one that the witness cosigned.
    #[error("a fork: {0}")]
    Fork(Box<Fork>),
    /// The proof doesn't show that the checkpoint continues the one that the witness cosigned.
    #[error("a fork, unless the proof was damaged: {0}")]
    NotShown(Box<Fork>),
}

impl CosignError {
    /// Returns the two checkpoints that contradict each other, to keep them as evidence.
    pub fn fork(&self) -> Option<&Fork> {
        match self {
            Self::Fork(fork) | Self::NotShown(fork) => Some(fork),
            _ => None,
        }
    }
}

impl WitnessState {
    /// Returns the state of a witness that has cosigned nothing.
    pub const fn new(witness: WitnessKey) -> Self {
        Self { witness, logs: BTreeMap::new() }
    }

    /// Returns the largest checkpoint of a ledger that the witness cosigned.
    pub fn newest(&self, origin: &str) -> Option<&SignedCheckpoint> {
        self.logs.get(origin).map(|log| &log.newest)
    }

    /// Cosigns a checkpoint, and remembers it. `seconds` is the time on the witness's clock since 1970. `log_key` is needed
    /// only for the first checkpoint of a ledger.
    ///
    /// Keep the state before you hand out the result. After an error, the state is as it was.
    ///
    /// # Errors
    /// Returns [`CosignError`].
    pub fn cosign(
        &mut self,
        key: &WitnessPrivateKey,
        signed: &SignedCheckpoint,
        evidence: Evidence<'_>,
        log_key: Option<&PublicKey>,
        seconds: u64,
    ) -> Result<SignedCheckpoint, CosignError> {
        if key.public() != self.witness {
            return Err(CosignError::OtherWitness(self.witness.to_string()));
        }
        let origin = &signed.checkpoint().origin;
        let known = self.logs.get(origin);
        let trusted = match (known, log_key) {
            (Some(known), Some(given)) if known.key != *given => {
                return Err(CosignError::OtherKey { origin: origin.clone(), known: known.key.to_string() });
            }
            (Some(KnownLog { key, .. }), _) | (None, Some(key)) => key.clone(),
            (None, None) => return Err(CosignError::NoKey(origin.clone())),
        };
        signed.verify(core::slice::from_ref(&trusted))?;
        if let Some(known) = known {
            check_growth(&known.newest, signed, evidence, &trusted)?;
        } else if let Evidence::Lines(growth) = evidence
            && growth.second != signed.checkpoint().root
        {
            return Err(CosignError::OtherLines { size: signed.checkpoint().size });
        }
        let cosigned = key.cosign(signed, seconds);
        self.logs.insert(origin.clone(), KnownLog { key: trusted, newest: cosigned.clone() });
        Ok(cosigned)
    }
}

/// Checks that a checkpoint continues the one that the witness cosigned last. Both have the same origin.
fn check_growth(
    known: &SignedCheckpoint,
    signed: &SignedCheckpoint,
    evidence: Evidence<'_>,
    trusted: &PublicKey,
) -> Result<(), CosignError> {
    let (old, new) = (known.checkpoint(), signed.checkpoint());
    let (origin, seen, size) = (new.origin.clone(), old.size, new.size);
    let fork = |found: &SignedCheckpoint| Box::new(Fork { known: known.clone(), found: found.clone() });
    if size < seen {
        return Err(CosignError::Older { origin, size, seen });
    }
    if size == seen {
        return if old.root == new.root { Ok(()) } else { Err(CosignError::Fork(fork(signed))) };
    }
    match evidence {
        // Every ledger begins with no line.
        _ if seen == 0 => Ok(()),
        Evidence::Nothing => Err(CosignError::NoEvidence { origin, size, seen }),
        Evidence::Lines(growth) if growth.second != new.root => Err(CosignError::OtherLines { size }),
        Evidence::Lines(growth) if growth.first != old.root => Err(CosignError::Fork(fork(signed))),
        Evidence::Lines(_) => Ok(()),
        Evidence::Proof(proof) => {
            let (first, second) = (proof.first.checkpoint(), proof.second.checkpoint());
            if (&first.origin, first.size) != (&old.origin, seen) || second != new {
                let (origin, first, second) = (first.origin.clone(), first.size, second.size);
                return Err(CosignError::OtherProof { origin, first, second, seen, size });
            }
            if first.root != old.root && proof.first.verify(core::slice::from_ref(trusted)).is_ok() {
                // The ledger's key signed another history of the same size.
                return Err(CosignError::Fork(fork(&proof.first)));
            }
            if first.root != old.root || !proof.holds() {
                return Err(CosignError::NotShown(fork(signed)));
            }
            Ok(())
        }
    }
}

impl FromStr for WitnessState {
    type Err = WitnessStateError;
    fn from_str(text: &str) -> Result<Self, WitnessStateError> {
        let wrong = |reason: &dyn fmt::Display| WitnessStateError(reason.to_string());
        let file: StateFile = serde_json::from_str(text).map_err(|error| wrong(&error))?;
        if file.state != WITNESS_FORMAT {
            return Err(wrong(&format!("it has format {}, and this program reads {WITNESS_FORMAT}", file.state)));
        }
        let mut state = Self::new(file.witness.parse().map_err(|error| wrong(&error))?);
        for entry in file.logs {
            let key: PublicKey = entry.key.parse().map_err(|error| wrong(&error))?;
            let newest: SignedCheckpoint = entry.checkpoint.parse().map_err(|error| wrong(&error))?;
            newest.verify(core::slice::from_ref(&key)).map_err(|error| wrong(&error))?;
            let own = newest.cosignatures(core::slice::from_ref(&state.witness)).map_err(|error| wrong(&error))?;
            let origin = newest.checkpoint().origin.clone();
            if own.is_empty() {
                return Err(wrong(&format!("its checkpoint of {origin} has no cosignature of this witness")));
            }
            if state.logs.insert(origin.clone(), KnownLog { key, newest }).is_some() {
                return Err(wrong(&format!("it has two checkpoints of {origin}")));
            }
        }
        Ok(state)
    }
}

impl fmt::Display for WitnessState {
    /// Writes the file, one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |log: &KnownLog| LogEntry { checkpoint: log.newest.to_string(), key: log.key.to_string() };
        let file = StateFile {
            logs: self.logs.values().map(entry).collect(),
            state: WITNESS_FORMAT,
            witness: self.witness.to_string(),
        };
        writeln!(f, "{}", serde_json::to_string(&file).map_err(|_| fmt::Error)?)
    }
}
