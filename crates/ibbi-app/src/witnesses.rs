//! Cosigning checkpoints as a witness.

use crate::error::AppError;
use crate::history::{growth, read_outside};
use crate::keys::{NewKey, check_key_name, key_error, public_key};
use crate::output::Temporary;
use crate::text_file;
use ibbi_core::At;
use ibbi_seal::{CosignError, Evidence, Fork, SignedConsistency, WitnessPrivateKey, WitnessState};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The longest proof, in bytes.
const MOST_PROOF_BYTES: u64 = 1 << 20;

/// Makes the key of a witness, and the file beside it that remembers what the witness cosigned.
///
/// # Errors
/// [`AppError::Key`] or [`AppError::Io`]. It never overwrites a file.
pub fn new_witness(name: &str, file: &Path) -> Result<NewKey, AppError> {
    check_key_name(name)?;
    let state = state_path(file);
    if state.symlink_metadata().is_ok() {
        return Err(AppError::Io { doing: "write", path: state, source: io::ErrorKind::AlreadyExists.into() });
    }
    let key = WitnessPrivateKey::generate(name, file).map_err(key_error)?;
    crate::output::write_new(&state, WitnessState::new(key.public()).to_string().as_bytes())?;
    Ok(NewKey { private_key_file: file.to_owned(), public_key: key.public().to_string() })
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
    /// A file with the checkpoint. If it has several, the one that covers the most lines is cosigned.
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
    let text = text_file::read(path, MOST_PROOF_BYTES)?;
    text.parse().map_err(|error| AppError::Usage(format!("{}: {error}", path.display())))
}

/// Replaces a file wholly or not at all. The new content is on the disk when this returns.
fn replace(path: &Path, content: &[u8]) -> Result<(), AppError> {
    let failed = |source| AppError::Io { doing: "write", path: path.to_owned(), source };
    let (temporary, mut file) = Temporary::file_beside(path).map_err(failed)?;
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
