//! Trust: keys, checkpoints, verification, and extracts with proofs.

use crate::error::AppError;
use ibbi_audit::{Metered, Watch};
use ibbi_log::{Depth, Fault, Uuid};
use ibbi_seal::{
    Checkpoints, PrivateKey, PublicKey, SealedLedger, SignedCheckpoint, Verification, VerifyOptions, checkpoints_path,
    extract, is_extract, sign_checkpoint, verify_extract, verify_with_checkpoints,
};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Read, Seek as _, Write};
use std::path::{Path, PathBuf};

/// A key that was made. The private half is in its file and nowhere else.
#[derive(Debug, Clone, Serialize)]
pub struct Keys {
    /// The file of the private key.
    pub private_key_file: PathBuf,
    /// The public key, to be given to whoever verifies.
    pub public_key: String,
}

/// Makes a key pair; the private key goes into a new file that only its owner can read.
///
/// # Errors
/// [`AppError::Key`]; an existing file is never overwritten.
pub fn keygen(name: &str, file: &Path) -> Result<Keys, AppError> {
    let key = PrivateKey::generate(name, file)?;
    Ok(Keys { private_key_file: file.to_owned(), public_key: key.public().to_string() })
}

/// A checkpoint that was written.
#[derive(Debug, Clone, Serialize)]
pub struct Signed {
    /// How many lines it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// The file it was added to.
    pub file: PathBuf,
}

/// Signs a ledger as it is now.
///
/// # Errors
/// [`AppError`].
pub fn checkpoint(path: &Path, key: &Path) -> Result<Signed, AppError> {
    let key = PrivateKey::load(key)?;
    let mut ledger = crate::journal::open(path)?;
    sign(&mut ledger, &key)
}

fn sign(ledger: &mut SealedLedger, key: &PrivateKey) -> Result<Signed, AppError> {
    let signed = sign_checkpoint(ledger, key)?;
    let file = checkpoints_path(ledger.path());
    Ok(Signed { size: signed.checkpoint().size, note: signed.to_string(), file })
}

/// A key with which a ledger is signed whenever so many lines are not covered by a checkpoint.
#[derive(Debug)]
pub struct Signer {
    /// The key.
    pub key: PrivateKey,
    /// How many lines may be uncovered, at least 1.
    pub every: u64,
}

impl Signer {
    /// Reads a key and says how often it signs.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn load(key: &Path, every: u64) -> Result<Self, AppError> {
        Ok(Self { key: PrivateKey::load(key)?, every: every.max(1) })
    }

    /// Signs if it is time.
    pub(crate) fn after(&self, ledger: &mut SealedLedger) -> Result<Option<Signed>, AppError> {
        let uncovered = ledger.head().lines.saturating_sub(ledger.observer().covered());
        if uncovered < self.every { Ok(None) } else { sign(ledger, &self.key).map(Some) }
    }
}

/// What to hold a ledger against.
#[derive(Debug, Clone, Default)]
pub struct Against {
    /// The file of checkpoints; without one, that beside the ledger if there is one.
    pub checkpoints: Option<PathBuf>,
    /// Public keys, or files that hold one.
    pub keys: Vec<String>,
    /// Only the chain: faster, and memory does not grow with the number of cases.
    pub chain_only: bool,
}

/// A checkpoint and what became of it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckpointVerdict {
    /// How many lines it covers.
    pub size: u64,
    /// The trusted key that signed it; nothing if no key was given.
    pub signer: Option<String>,
    /// What is wrong with it or with the ledger below it.
    pub fault: Option<String>,
}

/// A fault in a ledger.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Fault"))]
pub struct FaultFound {
    /// A stable code.
    pub code: &'static str,
    /// The line, from 1.
    pub line: u64,
    /// The byte in the file, from 0.
    pub byte: u64,
    /// What is wrong, what was expected and found, and how to mend it.
    pub text: String,
}

impl From<&Fault> for FaultFound {
    fn from(fault: &Fault) -> Self {
        let byte = fault.offset + u64::try_from(fault.column).unwrap_or(0);
        Self { code: fault.kind.code(), line: fault.line, byte, text: fault.to_string() }
    }
}

/// What verification found.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// `ledger` or `extract`.
    pub what: &'static str,
    /// Whether nothing is wrong.
    pub sound: bool,
    /// How many whole lines there are; for an extract, how many records of its case.
    pub lines: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// The SHA-256 of the last line.
    pub last_hash: String,
    /// The ledger's name.
    pub origin: Option<String>,
    /// Whether the ledger was begun under the chart that this program has.
    pub same_chart: Option<bool>,
    /// The case of an extract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<Uuid>,
    /// The first faults, in the order of the lines.
    pub faults: Vec<FaultFound>,
    /// How many faults there are in all.
    pub fault_count: u64,
    /// The checkpoints, oldest first.
    pub checkpoints: Vec<CheckpointVerdict>,
    /// The size of the largest checkpoint that holds.
    pub last_good: Option<u64>,
    /// Whether signatures were looked at: whether a public key was given.
    pub signatures_checked: bool,
}

/// Verifies a ledger, or an extract of one, from a file or, with `-`, from standard input.
///
/// # Errors
/// [`AppError`] if something cannot be read. What is wrong with the ledger is in the result.
pub fn verify(path: &Path, against: &Against) -> Result<Verified, AppError> {
    verify_watched(path, against, &|_| {})
}

/// As [`verify`], telling how far reading has come.
///
/// # Errors
/// As [`verify`].
pub fn verify_watched(path: &Path, against: &Against, watch: Watch<'_>) -> Result<Verified, AppError> {
    let keys = public_keys(against)?;
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let from_stdin = path == Path::new("-");
    let (source, beginning, total): (Box<dyn Read>, Vec<u8>, _) = if from_stdin {
        let mut stdin = io::stdin().lock();
        let mut beginning = Vec::new();
        stdin.by_ref().take(16).read_to_end(&mut beginning).map_err(failed)?;
        (Box::new(io::Cursor::new(beginning.clone()).chain(stdin)), beginning, None)
    } else {
        let mut file = crate::store::open_file(path)?;
        let mut beginning = Vec::new();
        Read::by_ref(&mut file).take(16).read_to_end(&mut beginning).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let total = file.metadata().ok().map(|metadata| metadata.len());
        (Box::new(file), beginning, total)
    };
    crate::store::unpacked(path, &beginning)?;
    let begins_as_extract = is_extract(&beginning);
    let source = Metered::new(source, total, watch);
    if begins_as_extract {
        return verify_extracted(source, &keys, path);
    }
    let file = known_checkpoints(path, against)?;
    let depth = if against.chain_only { Depth::Chain } else { Depth::Records };
    let check = VerifyOptions { depth, keys: &keys, ..VerifyOptions::default() };
    let report = verify_with_checkpoints(source, &check, &file.unwrap_or_default()).map_err(|error| match error {
        ibbi_log::ReadError::Io { source, .. } => failed(source),
        other => AppError::Usage(other.to_string()),
    })?;
    let mut verified = verified(&report, !keys.is_empty());
    if !keys.is_empty() && verified.checkpoints.is_empty() {
        let text =
            "a key was given, and there is no checkpoint that it could have signed; give the file of checkpoints, \
                    best the copy that somebody else keeps, with --checkpoint"
                .to_owned();
        verified.faults.push(FaultFound {
            code: "checkpoint.missing",
            line: verified.lines,
            byte: verified.bytes,
            text,
        });
        verified.fault_count += 1;
        (verified.sound, verified.signatures_checked) = (false, false);
    }
    Ok(verified)
}

/// The public keys that count.
pub(crate) fn public_keys(against: &Against) -> Result<Vec<PublicKey>, AppError> {
    against.keys.iter().map(|text| public_key(text)).collect()
}

/// The checkpoints to hold a ledger against: those that were given, or those beside it.
pub(crate) fn known_checkpoints(path: &Path, against: &Against) -> Result<Option<Checkpoints>, AppError> {
    match (&against.checkpoints, path == Path::new("-")) {
        (Some(file), _) => read_checkpoints(file).map(Some),
        (None, true) => Ok(None),
        (None, false) => {
            let beside = checkpoints_path(path);
            let there = beside.try_exists().map_err(|source| AppError::Io {
                doing: "look for",
                path: beside.clone(),
                source,
            })?;
            if there { read_checkpoints(&beside).map(Some) } else { Ok(None) }
        }
    }
}

fn verified(report: &Verification, signatures_checked: bool) -> Verified {
    let verdict = |verdict: &ibbi_seal::CheckedCheckpoint| CheckpointVerdict {
        size: verdict.signed.checkpoint().size,
        signer: verdict.signature.as_ref().and_then(|signature| signature.as_ref().ok().cloned()),
        fault: match (&verdict.fault, &verdict.signature) {
            (Some(fault), _) => Some(fault.to_string()),
            (None, Some(Err(error))) => Some(error.to_string()),
            _ => None,
        },
    };
    Verified {
        what: "ledger",
        sound: report.is_sound(),
        lines: report.head.lines,
        bytes: report.head.bytes,
        last_hash: report.head.hash.to_string(),
        origin: report.opening.as_ref().map(|opening| opening.origin.to_string()),
        same_chart: report.opening.as_ref().map(ibbi_log::Opening::has_our_chart),
        case: None,
        faults: report.damage.faults.iter().map(FaultFound::from).collect(),
        fault_count: report.damage.count,
        checkpoints: report.checkpoints.iter().map(verdict).collect(),
        last_good: report.last_good().map(|signed| signed.checkpoint().size),
        signatures_checked,
    }
}

fn verify_extracted(source: impl Read, keys: &[PublicKey], path: &Path) -> Result<Verified, AppError> {
    let fault = match verify_extract(source, keys) {
        Ok(extract) => {
            let size = extract.signed.checkpoint().size;
            return Ok(Verified {
                what: "extract",
                sound: true,
                lines: u64::try_from(extract.records.len()).unwrap_or(u64::MAX),
                bytes: 0,
                last_hash: String::new(),
                origin: Some(extract.opening.origin.to_string()),
                same_chart: Some(extract.opening.has_our_chart()),
                case: Some(extract.case),
                faults: Vec::new(),
                fault_count: 0,
                checkpoints: vec![CheckpointVerdict { size, signer: extract.signer, fault: None }],
                last_good: Some(size),
                signatures_checked: !keys.is_empty(),
            });
        }
        Err(ibbi_seal::ExtractFault::Io(source)) => {
            return Err(AppError::Io { doing: "read", path: path.to_owned(), source });
        }
        Err(fault) => fault,
    };
    let line = if let ibbi_seal::ExtractFault::Line { line, .. } = &fault { *line } else { 1 };
    Ok(Verified {
        what: "extract",
        sound: false,
        lines: 0,
        bytes: 0,
        last_hash: String::new(),
        origin: None,
        same_chart: None,
        case: None,
        faults: vec![FaultFound { code: "extract", line, byte: 0, text: fault.to_string() }],
        fault_count: 1,
        checkpoints: Vec::new(),
        last_good: None,
        signatures_checked: !keys.is_empty(),
    })
}

fn public_key(text: &str) -> Result<PublicKey, AppError> {
    let wrong = |error: ibbi_seal::KeyError| AppError::Usage(format!("--key: {error}"));
    match text.parse() {
        Ok(key) => Ok(key),
        Err(error) => match std::fs::read_to_string(text) {
            Ok(file) => file.trim().parse().map_err(wrong),
            Err(_) => Err(wrong(error)),
        },
    }
}

fn read_checkpoints(path: &Path) -> Result<Checkpoints, AppError> {
    let text = std::fs::read(path).map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })?;
    let text = String::from_utf8_lossy(&text);
    Checkpoints::parse(&text).map_err(|source| AppError::Checkpoints { path: path.to_owned(), source })
}

/// An extract that was written.
#[derive(Debug, Clone, Serialize)]
pub struct Proved {
    /// The case.
    pub case: Uuid,
    /// How many records of it the extract holds.
    pub records: u64,
    /// How many lines of the ledger the checkpoint covers.
    pub size: u64,
}

/// Writes the extract of one case: its lines with proofs that a checkpoint covers them.
///
/// # Errors
/// [`AppError`]; what was written then is no extract.
pub fn prove(path: &Path, case: Uuid, checkpoints: Option<&Path>, out: impl Write) -> Result<Proved, AppError> {
    let beside = checkpoints_path(path);
    let file = checkpoints.unwrap_or(&beside);
    if !file.exists() {
        let message = format!("{} has no checkpoint yet; write one with `ibbi checkpoint`", path.display());
        return Err(AppError::Usage(message));
    }
    let known = read_checkpoints(file)?;
    let Some(checkpoint): Option<&SignedCheckpoint> = known.largest() else {
        return Err(AppError::Usage(format!(
            "{} holds no checkpoint; write one with `ibbi checkpoint`",
            file.display()
        )));
    };
    let ledger: File = crate::store::open_file(path)?;
    let records = extract(ledger, checkpoint, case, out).map_err(|error| AppError::from_extract(path, error))?;
    Ok(Proved { case, records, size: checkpoint.checkpoint().size })
}
