//! Signing: keys, checkpoints, verification, and extracts with proofs.

pub use crate::signer::Signer;
pub use crate::verified::{CheckedTexts, CheckpointVerdict, ClockRemark, ExtractedCase, FoundFault, Verified};

use crate::error::AppError;
use crate::mirrors::verify_mirrored;
use ibbi_audit::{ProgressCallback, ProgressReader};
use ibbi_core::At;
use ibbi_log::{Depth, Fault, FaultKind, Uuid, open_sidecar};
use ibbi_seal::{
    Checkpoints, KeyError, KeyFileError, PrivateKey, PublicKey, SignedCheckpoint, Verification, VerifyOptions,
    checkpoints_path, extract, is_extract, is_mirror, sign_checkpoint, verify_extract, verify_with_checkpoints,
};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Read, Seek as _, Write};
use std::path::{Path, PathBuf};

/// A new key pair. The private key is in its file and nowhere else.
#[derive(Debug, Clone, Serialize)]
pub struct NewKey {
    /// The file of the private key.
    pub private_key_file: PathBuf,
    /// The public key, for the people who verify.
    pub public_key: String,
}

/// Makes a key pair, and writes the private key to a new file that only its owner can read.
///
/// # Errors
/// Returns [`AppError::Key`]. It never overwrites a file.
pub fn keygen(name: &str, file: &Path) -> Result<NewKey, AppError> {
    let key = PrivateKey::generate(name, file).map_err(|error| match error {
        KeyFileError::Io { path, source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
            AppError::Io { doing: "write", path, source }
        }
        error => error.into(),
    })?;
    Ok(NewKey { private_key_file: file.to_owned(), public_key: key.public().to_string() })
}

/// A new checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct NewCheckpoint {
    /// How many lines it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// The file it was added to.
    pub file: PathBuf,
    /// Whether extracts under it can show that they are complete: its last line has the state of all cases.
    pub complete: bool,
}

/// Signs a ledger as it is now, after a line with the state of all cases. `now` is the time on the caller's clock.
///
/// # Errors
/// Returns [`AppError`].
pub fn checkpoint(path: &Path, key: &Path, now: At) -> Result<NewCheckpoint, AppError> {
    let key = PrivateKey::load(key)?;
    crate::ledger::open_ledger(path, |ledger| {
        let signed = sign_checkpoint(ledger, &key, now)?;
        let file = checkpoints_path(ledger.path());
        Ok(NewCheckpoint {
            size: signed.checkpoint().size,
            note: signed.to_string(),
            file,
            complete: ledger.observer().ends_with_heads(),
        })
    })
}

/// What to check a ledger against.
#[derive(Debug, Clone, Default)]
pub struct VerifySettings {
    /// The file of checkpoints. `None` means the file next to the ledger, if it exists.
    pub checkpoints: Option<PathBuf>,
    /// Public keys, or files with a public key.
    pub keys: Vec<String>,
    /// Whether to check only the chain. That is faster, and memory doesn't grow with the number of cases.
    pub chain_only: bool,
    /// The time on the caller's clock, to find lines that were recorded after it.
    pub now: Option<At>,
}

/// Verifies a ledger or an extract, from a file or, with `-`, from standard input.
///
/// # Errors
/// Returns [`AppError`] if something can't be read. Faults of the ledger are in the result.
pub fn verify(path: &Path, settings: &VerifySettings) -> Result<Verified, AppError> {
    verify_with_progress(path, settings, &|_| {})
}

/// Verifies as [`verify`] does, and reports progress.
///
/// # Errors
/// Returns [`AppError`] as [`verify`] does.
pub fn verify_with_progress(
    path: &Path,
    settings: &VerifySettings,
    watch: ProgressCallback<'_>,
) -> Result<Verified, AppError> {
    let keys = public_keys(settings)?;
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let from_stdin = path == Path::new("-");
    let (source, beginning, total): (Box<dyn Read>, Vec<u8>, _) = if from_stdin {
        let mut stdin = io::stdin().lock();
        let mut beginning = Vec::new();
        stdin.by_ref().take(16).read_to_end(&mut beginning).map_err(failed)?;
        (Box::new(io::Cursor::new(beginning.clone()).chain(stdin)), beginning, None)
    } else {
        let mut file = crate::ledger::open_file(path)?;
        let mut beginning = Vec::new();
        Read::by_ref(&mut file).take(16).read_to_end(&mut beginning).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let total = file.metadata().ok().map(|metadata| metadata.len());
        (Box::new(file), beginning, total)
    };
    crate::ledger::check_unpacked(path, &beginning)?;
    let begins_as_extract = is_extract(&beginning);
    let begins_as_mirror = is_mirror(&beginning);
    let source = ProgressReader::new(source, total, watch);
    if begins_as_mirror {
        return verify_mirrored(source, &keys, path);
    }
    if begins_as_extract {
        return verify_extracted(source, &keys, path);
    }
    let KnownCheckpoints { checkpoints, unreadable } = known_checkpoints(path, settings)?;
    let depth = if settings.chain_only { Depth::Chain } else { Depth::Records };
    let check = VerifyOptions { depth, keys: &keys, texts: !from_stdin, now: settings.now, ..VerifyOptions::default() };
    let report = verify_with_checkpoints(source, &check, &checkpoints).map_err(|error| match error {
        ibbi_log::ReadError::Io { source, .. } => failed(source),
        other => AppError::Usage(other.to_string()),
    })?;
    let mut verified = ledger_result(&report, !keys.is_empty());
    verified.texts = CheckedTexts::new(path, &report.texts)?;
    for reason in unreadable {
        let kind = FaultKind::Checkpoints { reason };
        let fault = Fault { line: verified.lines, offset: verified.bytes, column: 0, kind };
        verified.faults.push(FoundFault::from(&fault));
        verified.fault_count += 1;
        verified.sound = false;
    }
    if !keys.is_empty() && verified.checkpoints.is_empty() {
        let text =
            "a key was given, but the ledger has no checkpoints; give the file of checkpoints with --checkpoint, \
                    preferably a copy that the ledger's operator can't change"
                .to_owned();
        verified.faults.push(FoundFault {
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

/// Returns the trusted public keys.
pub(crate) fn public_keys(settings: &VerifySettings) -> Result<Vec<PublicKey>, AppError> {
    settings.keys.iter().map(|text| public_key(text)).collect()
}

/// The checkpoints to check a ledger against, as far as they can be read.
#[derive(Debug, Default)]
pub(crate) struct KnownCheckpoints {
    /// Those that can be read.
    pub(crate) checkpoints: Checkpoints,
    /// Why the others can't be read, each as a sentence without a period.
    pub(crate) unreadable: Vec<String>,
}

/// The most bytes of a file of checkpoints that are read: room for about 200,000 of them.
const MAX_CHECKPOINT_BYTES: u64 = 64 << 20;
/// The most reasons that are listed why checkpoints can't be read.
const LISTED_UNREADABLE: usize = 20;

/// Returns the checkpoints to check a ledger against: those of the given file, or of the file next to the ledger.
///
/// A damaged file doesn't end an audit: what can be read is used, and the rest is reported.
///
/// # Errors
/// [`AppError::Io`] if the given file doesn't exist, because its name is probably mistyped.
pub(crate) fn known_checkpoints(path: &Path, settings: &VerifySettings) -> Result<KnownCheckpoints, AppError> {
    let (file, text) = match (&settings.checkpoints, path == Path::new("-")) {
        (Some(file), _) => (file.clone(), read_evidence(file, true)),
        (None, true) => return Ok(KnownCheckpoints::default()),
        (None, false) => {
            let beside = checkpoints_path(path);
            let text = read_evidence(&beside, false);
            (beside, text)
        }
    };
    match text {
        Ok(text) => Ok(KnownCheckpoints::from_bytes(&file, &text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match &settings.checkpoints {
            Some(_) => Err(AppError::Io { doing: "read", path: file, source: error }),
            None => Ok(KnownCheckpoints::default()),
        },
        Err(error) => {
            let unreadable = vec![format!("{}: {error}", file.display())];
            Ok(KnownCheckpoints { checkpoints: Checkpoints::default(), unreadable })
        }
    }
}

/// Reads the beginning of a file, which must not be a folder, a pipe, or a device, because opening a pipe can wait forever.
/// A file beside a ledger is not read through a link.
/// Returns at most one byte more than [`MAX_CHECKPOINT_BYTES`].
fn read_evidence(path: &Path, follows_links: bool) -> io::Result<Vec<u8>> {
    let metadata = if follows_links { std::fs::metadata(path)? } else { std::fs::symlink_metadata(path)? };
    if metadata.is_symlink() {
        return Err(io::Error::other("it is a link, and a file beside a ledger is never read through one"));
    }
    if !metadata.is_file() {
        return Err(io::Error::other(if metadata.is_dir() { "it is a folder" } else { "it is not a regular file" }));
    }
    let mut text = Vec::new();
    let file = if follows_links { File::open(path)? } else { open_sidecar(path)? };
    file.take(MAX_CHECKPOINT_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}

impl KnownCheckpoints {
    /// Reads the checkpoints in the bytes of a file.
    fn from_bytes(file: &Path, bytes: &[u8]) -> Self {
        let most = usize::try_from(MAX_CHECKPOINT_BYTES).unwrap_or(usize::MAX);
        let is_cut = bytes.len() > most;
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(most)]);
        let (mut checkpoints, errors) = Checkpoints::parse_readable(&text);
        let reason =
            |error: &ibbi_seal::CheckpointsError| format!("checkpoint {} of the file: {}", error.number, error.source);
        let mut unreadable: Vec<String> = errors.iter().take(LISTED_UNREADABLE).map(reason).collect();
        if let Some(more) = errors.len().checked_sub(LISTED_UNREADABLE).filter(|more| *more > 0) {
            unreadable.push(format!("{more} more of the file can't be read"));
        }
        if is_cut {
            checkpoints.torn = 0;
            let limit = MAX_CHECKPOINT_BYTES >> 20;
            unreadable.push(format!("{} is larger than {limit} MiB; only its beginning was read", file.display()));
        }
        Self { checkpoints, unreadable }
    }
}

fn ledger_result(report: &Verification, signatures_checked: bool) -> Verified {
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
        readable: None,
        bytes: report.head.bytes,
        last_hash: report.head.hash.to_string(),
        origin: report.opening.as_ref().map(|opening| opening.origin.to_string()),
        same_chart: report.opening.as_ref().map(ibbi_log::Opening::has_our_chart),
        case: None,
        complete_up_to: None,
        clock: report.clock.iter().map(ClockRemark::from).collect(),
        faults: report.damage.faults.iter().map(FoundFault::from).collect(),
        fault_count: report.damage.count,
        checkpoints: report.checkpoints.iter().map(verdict).collect(),
        last_good: report.last_good().map(|signed| signed.checkpoint().size),
        signatures_checked,
        texts: None,
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
                readable: None,
                bytes: 0,
                last_hash: String::new(),
                origin: Some(extract.opening.origin.to_string()),
                same_chart: Some(extract.opening.has_our_chart()),
                case: Some(extract.case),
                complete_up_to: extract.complete_up_to,
                clock: Vec::new(),
                faults: Vec::new(),
                fault_count: 0,
                checkpoints: vec![CheckpointVerdict { size, signer: extract.signer, fault: None }],
                last_good: Some(size),
                signatures_checked: !keys.is_empty(),
                texts: None,
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
        readable: None,
        bytes: 0,
        last_hash: String::new(),
        origin: None,
        same_chart: None,
        case: None,
        complete_up_to: None,
        clock: Vec::new(),
        faults: vec![FoundFault { code: "extract", line, byte: 0, text: fault.to_string() }],
        fault_count: 1,
        checkpoints: Vec::new(),
        last_good: None,
        signatures_checked: !keys.is_empty(),
        texts: None,
    })
}

/// Returns a public key from its text, or from a file that contains it.
///
/// # Errors
/// [`AppError::Usage`] if it is neither.
pub fn public_key(text: &str) -> Result<PublicKey, AppError> {
    let wrong = |error: KeyError| AppError::Usage(format!("--key: {error}"));
    match text.parse() {
        Ok(key) => Ok(key),
        Err(error) => match std::fs::read_to_string(text) {
            Ok(file) => file.trim().parse().map_err(wrong),
            Err(_) => Err(wrong(error)),
        },
    }
}

/// Returns the text of the checkpoints beside a ledger, if there are some.
///
/// # Errors
/// [`AppError::Io`] if the file can't be read.
pub fn checkpoints_text(ledger: &Path) -> Result<Option<String>, AppError> {
    let path = checkpoints_path(ledger);
    let mut text = String::new();
    match open_sidecar(&path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AppError::Io { doing: "read", path, source }),
    }
}

/// Returns the text of the checkpoints beside a ledger that cover more than `after` lines: the first `most` of them, the oldest
/// first. There is none if there is no file of checkpoints.
///
/// # Errors
/// [`AppError`] if the file can't be read.
pub fn checkpoints_after(ledger: &Path, after: u64, most: usize) -> Result<Option<String>, AppError> {
    if after == 0 && most == usize::MAX {
        return checkpoints_text(ledger);
    }
    let path = checkpoints_path(ledger);
    if !path.exists() {
        return Ok(None);
    }
    let known = read_checkpoints(&path, open_sidecar)?;
    let wanted = known.list.iter().filter(|signed| signed.checkpoint().size > after).take(most);
    Ok(Some(wanted.map(ToString::to_string).collect()))
}

/// Reads a file of checkpoints, which the user named or which is beside the ledger.
fn read_checkpoints(path: &Path, open: fn(&Path) -> io::Result<File>) -> Result<Checkpoints, AppError> {
    let mut text = Vec::new();
    let read = open(path).and_then(|mut file| file.read_to_end(&mut text));
    read.map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })?;
    let text = String::from_utf8_lossy(&text);
    Checkpoints::parse(&text).map_err(|source| AppError::Checkpoints { path: path.to_owned(), source })
}

/// Writes the extract of one case: its lines, with proofs that a checkpoint covers them.
///
/// # Errors
/// Returns [`AppError`]. What was written until then is not an extract.
pub fn extract_case(
    path: &Path,
    case: Uuid,
    checkpoints: Option<&Path>,
    out: impl Write,
) -> Result<ExtractedCase, AppError> {
    let beside = checkpoints_path(path);
    let file = checkpoints.unwrap_or(&beside);
    if !file.exists() {
        let message = format!("{} has no checkpoint; write one with `ibbi checkpoint`", path.display());
        return Err(AppError::Usage(message));
    }
    let known = read_checkpoints(file, if checkpoints.is_some() { |path| File::open(path) } else { open_sidecar })?;
    let Some(checkpoint): Option<&SignedCheckpoint> = known.largest() else {
        return Err(AppError::Usage(format!("{} has no checkpoint; write one with `ibbi checkpoint`", file.display())));
    };
    let ledger: File = crate::ledger::open_file(path)?;
    let (records, complete) =
        extract(ledger, checkpoint, case, out).map_err(|error| AppError::from_extract(path, error))?;
    Ok(ExtractedCase { case, records, size: checkpoint.checkpoint().size, complete })
}
