//! Witnesses: counting their cosignatures, and cosigning as one.

use crate::error::AppError;
use crate::history::{growth, read_outside};
use crate::output::Temporary;
use crate::signing::public_key;
use crate::verified::{CosignedBy, FoundFault, Verified, WitnessedLines};
use ibbi_core::At;
use ibbi_seal::{
    CosignError, Evidence, Fork, SignedCheckpoint, SignedConsistency, WitnessKey, WitnessPrivateKey, WitnessState,
};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The witnesses whose cosignatures count, and how many of them a checkpoint needs.
#[derive(Debug, Clone)]
pub struct Quorum {
    witnesses: Vec<WitnessKey>,
    needed: usize,
}

impl Quorum {
    /// Reads a file with the public keys of witnesses, one on each line. Empty lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// [`AppError::Usage`] if a line isn't a witness's key, or if there are fewer distinct keys than needed;
    /// [`AppError::Io`].
    pub fn read(file: &Path, needed: usize) -> Result<Self, AppError> {
        let failed = |source| AppError::Io { doing: "read", path: file.to_owned(), source };
        let text = std::fs::read_to_string(file).map_err(failed)?;
        let mut witnesses: Vec<WitnessKey> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = |error| AppError::Usage(format!("line {} of {}: {error}", index + 1, file.display()));
            witnesses.push(line.parse().map_err(place)?);
        }
        let quorum = Self { witnesses, needed };
        if needed == 0 || needed > quorum.distinct() {
            let (file, distinct) = (file.display(), quorum.distinct());
            let message =
                format!("--quorum is {needed}, but it must be from 1 to {distinct}, the number of keys in {file}");
            return Err(AppError::Usage(message));
        }
        Ok(quorum)
    }

    /// Returns how many distinct keys the witnesses have.
    fn distinct(&self) -> usize {
        let mut keys: Vec<&[u8; 32]> = self.witnesses.iter().map(WitnessKey::as_bytes).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }

    /// Returns whether enough witnesses cosigned a checkpoint.
    pub(crate) fn is_met(&self, signed: &SignedCheckpoint) -> bool {
        signed.cosignatures(&self.witnesses).is_ok_and(|found| found.len() >= self.needed)
    }

    /// Adds the cosignatures to a result, and counts only the checkpoints that have enough. `signed` has the checkpoints of the
    /// result, in its order.
    pub(crate) fn apply(&self, verified: &mut Verified, signed: &[SignedCheckpoint]) {
        let mut most = 0;
        let mut covered: Option<u64> = None;
        for (verdict, signed) in verified.checkpoints.iter_mut().zip(signed) {
            match signed.cosignatures(&self.witnesses) {
                Ok(found) => {
                    most = most.max(found.len());
                    if verdict.fault.is_none() && found.len() >= self.needed {
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
        let (needed, known) = (self.needed, self.distinct());
        if covered.is_none() {
            let text = format!(
                "no checkpoint that fits has the cosignatures of {needed} of the {known} witnesses; the most that one has is \
                 {most}"
            );
            verified.faults.push(FoundFault {
                code: "checkpoint.quorum",
                line: verified.lines,
                byte: verified.bytes,
                text,
            });
            verified.fault_count += 1;
            verified.sound = false;
        }
        verified.last_good = covered;
        verified.witnessed = Some(WitnessedLines { quorum: needed, witnesses: known, covered });
    }
}

/// Makes the key of a witness, and the file beside it that remembers what the witness cosigned.
///
/// # Errors
/// [`AppError::Key`] or [`AppError::Io`]. It never overwrites a file.
pub fn new_witness(name: &str, file: &Path) -> Result<crate::signing::NewKey, AppError> {
    let state = state_path(file);
    if state.symlink_metadata().is_ok() {
        return Err(AppError::Io { doing: "write", path: state, source: io::ErrorKind::AlreadyExists.into() });
    }
    let key = WitnessPrivateKey::generate(name, file).map_err(crate::signing::key_error)?;
    crate::output::write_new(&state, WitnessState::new(key.public()).to_string().as_bytes())?;
    Ok(crate::signing::NewKey { private_key_file: file.to_owned(), public_key: key.public().to_string() })
}

/// Returns the path of the file that remembers what a witness cosigned.
fn state_path(key: &Path) -> PathBuf {
    with_suffix(key, ".state")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What a witness is asked to cosign.
#[derive(Debug, Clone)]
pub struct CosignSettings {
    /// A file with the checkpoint; of several, the one that covers the most lines.
    pub checkpoint: PathBuf,
    /// The file of the witness's private key. Its state is beside it.
    pub witness: PathBuf,
    /// The public key of the ledger, or a file with it. It is needed for the ledger's first checkpoint.
    pub key: Option<String>,
    /// A file with a consistency proof from the checkpoint that the witness cosigned last.
    pub proof: Option<PathBuf>,
    /// The ledger, or a mirror of it.
    pub ledger: Option<PathBuf>,
}

/// A checkpoint that a witness cosigned.
#[derive(Debug, Clone, Serialize)]
pub struct CosignedCheckpoint {
    /// The ledger's name.
    pub origin: String,
    /// How many lines the checkpoint covers.
    pub size: u64,
    /// How many lines the witness had cosigned before.
    pub since: Option<u64>,
    /// The signed note with the new cosignature.
    pub note: String,
}

/// Cosigns a checkpoint if it continues the one that the witness cosigned last. `now` is the time on the witness's clock. The
/// witness's state is on the disk when this returns.
///
/// # Errors
/// [`AppError::Cosign`] if the witness doesn't cosign; the two checkpoints of a fork are then kept beside the key. Other errors
/// if a file can't be read or written.
pub fn cosign(settings: &CosignSettings, now: At) -> Result<CosignedCheckpoint, AppError> {
    let key = WitnessPrivateKey::load(&settings.witness)?;
    // Two runs for one witness would each decide by a state that the other changes.
    let _lock = lock(&settings.witness)?;
    let path = state_path(&settings.witness);
    let failed = |source| AppError::Io { doing: "read", path: path.clone(), source };
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    let mut state: WitnessState =
        text.parse().map_err(|error| AppError::Usage(format!("{}: {error}", path.display())))?;

    let signed = read_outside(&settings.checkpoint)?;
    let signed = signed.iter().max_by_key(|signed| signed.checkpoint().size);
    let signed = signed.ok_or_else(|| AppError::Usage("there is no checkpoint to cosign".to_owned()))?;
    let statement = signed.checkpoint();
    let since = state.newest(&statement.origin).map(|newest| newest.checkpoint().size);
    let log_key = settings.key.as_deref().map(public_key).transpose()?;
    let proof = settings.proof.as_deref().map(read_proof).transpose()?;
    // A first checkpoint, and one that is older, are compared with nothing before them.
    let from = since.filter(|since| (1..=statement.size).contains(since)).unwrap_or(statement.size);
    let grown = match settings.ledger.as_deref() {
        Some(ledger) if from > 0 => Some(growth(ledger, from, statement.size)?.ok_or_else(|| AppError::Cosign {
            source: Box::new(CosignError::OtherLines { size: statement.size }),
            kept: None,
        })?),
        _ => None,
    };
    let evidence = match (&grown, &proof) {
        (Some(grown), _) => Evidence::Lines(grown),
        (None, Some(proof)) => Evidence::Proof(proof),
        (None, None) => Evidence::Nothing,
    };
    let seconds = u64::try_from(now.millis() / 1000).unwrap_or(0);
    let cosigned = match state.cosign(&key, signed, evidence, log_key.as_ref(), seconds) {
        Ok(cosigned) => cosigned,
        Err(error) => {
            let kept = error.fork().map(|fork| keep(fork, &settings.witness)).transpose()?;
            return Err(AppError::Cosign { source: Box::new(error), kept });
        }
    };
    replace(&path, state.to_string().as_bytes())?;
    let (origin, size) = (statement.origin.clone(), statement.size);
    Ok(CosignedCheckpoint { origin, size, since, note: cosigned.to_string() })
}

/// Locks the file of a key until the result is dropped.
fn lock(path: &Path) -> Result<File, AppError> {
    let failed = |source| AppError::Io { doing: "lock", path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

fn read_proof(path: &Path) -> Result<SignedConsistency, AppError> {
    let text = std::fs::read_to_string(path).map_err(|source| AppError::Io {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    text.parse().map_err(|error| AppError::Usage(format!("{}: {error}", path.display())))
}

/// Replaces a file wholly or not at all. The new content is on the disk when this returns.
fn replace(path: &Path, content: &[u8]) -> Result<(), AppError> {
    let failed = |source| AppError::Io { doing: "write", path: path.to_owned(), source };
    let temporary = Temporary::beside(path).map_err(failed)?;
    let mut file = temporary.create().map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    temporary.rename_to(path).map_err(failed)
}

/// Adds the two checkpoints of a fork to the file of evidence beside the witness's key, and returns its path.
fn keep(fork: &Fork, key: &Path) -> Result<PathBuf, AppError> {
    let path = with_suffix(key, ".forks");
    let failed = |source| AppError::Io { doing: "write", path: path.clone(), source };
    let known = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(failed(source)),
    };
    let added = format!("{}\n{}\n", fork.known, fork.found);
    if !known.contains(&added) {
        replace(&path, (known + &added).as_bytes())?;
    }
    Ok(path)
}
