//! Signing: keys, checkpoints, verification, and extracts with proofs.

pub use crate::checkpoints::VerifySettings;
pub(crate) use crate::checkpoints::{KnownCheckpoints, known_checkpoints};
pub use crate::keys::{NewKey, keygen, public_key};
pub use crate::signer::Signer;
pub use crate::verified::{
    CheckedTexts, CheckpointVerdict, ClockRemark, CosignedBy, ExtractedCase, FoundFault, FoundFork, LineSpan,
    OlderCheckpoint, ProvedLines, Verified, WitnessedLines,
};

use crate::backend::not_signed;
use crate::checkpoints::read_checkpoints;
use crate::error::AppError;
use crate::file_type;
use crate::history::{
    HistorySettings, add_findings, add_outside, extract_has_too_few_lines, older_verdicts, read_outside,
};
use crate::ledger::LedgerService;
use crate::mirrors::verify_mirrored;
use crate::place::{self, LedgerBytes, Place};
use crate::quorum::Quorum;
use crate::statements::{StatementKind, verify_statement};
use ibbi_audit::{ProgressCallback, ProgressReader};
use ibbi_core::At;
use ibbi_log::{Depth, Fault, FaultKind, Uuid, open_sidecar};
use ibbi_postgres::{Options, PostgresStore};
use ibbi_seal::{
    Fork, PrivateKey, PublicKey, SignedCheckpoint, Verification, VerifyOptions, checkpoints_path, compare_history,
    extract, is_extract, is_mirror, sign_checkpoint, verify_extract, verify_with_checkpoints,
};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

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
    if let Place::Database(address) = Place::of(path)? {
        let store = PostgresStore::open(&address, &Options::default())?;
        let (signed, complete) = store.sign(&key).map_err(not_signed)?;
        let (size, note) = (signed.checkpoint().size, signed.to_string());
        return Ok(NewCheckpoint { size, note, file: path.to_owned(), complete });
    }
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

/// Signs a ledger that is open for writing, unless the newest checkpoint covers all its lines.
///
/// # Errors
/// Returns [`AppError`]; [`AppError::ReadOnly`] if the ledger is not open for writing.
pub fn cover(service: &LedgerService, signer: &Signer) -> Result<(), AppError> {
    service.store().cover(&signer.key)
}

/// How much of a file shows what it is, in bytes.
const BEGINNING: u64 = 4096;

/// Verifies a ledger, an extract, a mirror, a proof, or checkpoints, from a file or, with `-`, from standard input.
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
    verify_history(path, settings, &HistorySettings::default(), watch)
}

/// Verifies as [`verify_with_progress`] does, also against checkpoints that were kept outside and cosignatures of witnesses.
///
/// # Errors
/// Returns [`AppError`] as [`verify`] does; [`AppError::Usage`] if an extract is to be compared with an earlier checkpoint.
pub fn verify_history(
    path: &Path,
    settings: &VerifySettings,
    history: &HistorySettings,
    watch: ProgressCallback<'_>,
) -> Result<Verified, AppError> {
    file_type::refuse_release(path)?;
    let older = history.older_than(path)?;
    let keys = public_keys(settings)?;
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let from_stdin = path == Path::new("-");
    let (source, beginning, total): (Box<dyn Read>, Vec<u8>, _) = if from_stdin {
        let mut stdin = io::stdin().lock();
        let mut beginning = Vec::new();
        stdin.by_ref().take(BEGINNING).read_to_end(&mut beginning).map_err(failed)?;
        (Box::new(io::Cursor::new(beginning.clone()).chain(stdin)), beginning, None)
    } else {
        let mut bytes = LedgerBytes::open(path)?;
        let (beginning, total) = (bytes.beginning(BEGINNING).map_err(failed)?, bytes.total);
        (Box::new(bytes), beginning, total)
    };
    crate::ledger::check_unpacked(path, &beginning)?;
    let begins_as_extract = is_extract(&beginning);
    let begins_as_mirror = is_mirror(&beginning);
    let source = ProgressReader::new(source, total, watch);
    let statement = StatementKind::of(&beginning);
    if begins_as_extract || begins_as_mirror || statement.is_some() {
        let (mut verified, mut signed) = match statement {
            Some(kind) => {
                let given = settings.checkpoints.as_deref().map(read_outside).transpose()?.unwrap_or_default();
                verify_statement(kind, source, &keys, (&older, &given), path)?
            }
            None if begins_as_mirror => verify_mirrored(source, &keys, &older, path)?,
            None => verify_extracted(source, &keys, &older, path)?,
        };
        if let Some(quorum) = &history.quorum {
            // Witnesses can have cosigned the checkpoint after it came here.
            let known = settings.checkpoints.as_deref().map(read_outside).transpose()?.unwrap_or_default();
            signed.iter_mut().for_each(|signed| {
                older.iter().chain(&known).for_each(|other| {
                    signed.merge(other);
                });
            });
            quorum.apply(&mut verified, &signed);
        }
        return Ok(verified);
    }
    let KnownCheckpoints { checkpoints: mut file, unreadable } = known_checkpoints(path, settings)?;
    let places = add_outside(&mut file.list, &older);
    let depth = if settings.chain_only { Depth::Chain } else { Depth::Records };
    let check = VerifyOptions { depth, keys: &keys, texts: !from_stdin, now: settings.now, ..VerifyOptions::default() };
    let report = verify_with_checkpoints(source, &check, &file).map_err(|error| match error {
        ibbi_log::ReadError::Io { source, .. } => failed(source),
        other => AppError::Usage(other.to_string()),
    })?;
    if report.opening.is_none() && report.damage.count > 0 && report.damage.count >= report.head.lines {
        refuse_other_file(path, &beginning)?;
    }
    let mut verified = ledger_result(&report, !keys.is_empty());
    for checked in &report.checkpoints {
        if let Some(Err(error)) = &checked.signature {
            let covers = checked.signed.checkpoint().size;
            verified.add_fault(error.code(), format!("the checkpoint of {}: {error}", lines_text(covers)));
        }
    }
    verified.texts = CheckedTexts::new(path, &report.texts, &report.custody)?;
    verified.since = older_verdicts(&report.checkpoints, &places);
    let is_given = settings.is_outside(path);
    let is_outside = |index: usize| {
        let is_met = |quorum: &Quorum| quorum.is_met(&report.checkpoints[index].signed);
        is_given || places.contains(&index) || history.quorum.as_ref().is_some_and(is_met)
    };
    add_findings(&mut verified, &report.checkpoints, compare_history(&report, is_outside));
    if let Some(quorum) = &history.quorum {
        quorum.apply(&mut verified, &file.list);
    }
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
        verified.add_fault("checkpoint.missing", text);
        verified.signatures_checked = false;
    }
    Ok(verified)
}

/// Refuses a file without a line of a ledger, if its beginning shows what it is instead.
fn refuse_other_file(path: &Path, beginning: &[u8]) -> Result<(), AppError> {
    if file_type::is_private_key(beginning) {
        return Err(AppError::Usage(format!("{}: {}", path.display(), file_type::PRIVATE)));
    }
    let Some(what) = file_type::other_kind(beginning) else { return Ok(()) };
    let expected = "give a ledger, an extract, a mirror, a proof, or a file of checkpoints";
    Err(AppError::Usage(format!("{} is not a ledger: it looks like {what}; {expected}", path.display())))
}

/// Returns the trusted public keys.
pub(crate) fn public_keys(settings: &VerifySettings) -> Result<Vec<PublicKey>, AppError> {
    settings.keys.iter().map(|text| public_key(text)).collect()
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
        cosigned: Vec::new(),
    };
    Verified {
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
        ..Verified::of_statement("ledger")
    }
}

fn lines_text(count: u64) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

/// Returns the fork that an extract's checkpoint and an earlier one show: two roots for the same lines.
fn extract_fork(signed: &SignedCheckpoint, older: &[SignedCheckpoint], keys: &[PublicKey]) -> Option<Fork> {
    let (found, is_trusted) =
        (signed.checkpoint(), |one: &SignedCheckpoint| keys.is_empty() || one.verify(keys).is_ok());
    let other = older.iter().find(|older| {
        let known = older.checkpoint();
        (&known.origin, known.size) == (&found.origin, found.size) && known.root != found.root && is_trusted(older)
    })?;
    Some(Fork { known: other.clone(), found: signed.clone() })
}

fn verify_extracted(
    source: impl Read,
    keys: &[PublicKey],
    older: &[SignedCheckpoint],
    path: &Path,
) -> Result<(Verified, Vec<SignedCheckpoint>), AppError> {
    let fault = match verify_extract(source, keys) {
        Ok(extract) => {
            let size = extract.signed.checkpoint().size;
            let fork = extract_fork(&extract.signed, older, keys);
            if fork.is_none() && older.iter().any(|older| older.checkpoint() != extract.signed.checkpoint()) {
                return Err(AppError::Usage(extract_has_too_few_lines(path)));
            }
            let mut verified = Verified {
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
                checkpoints: vec![CheckpointVerdict {
                    size,
                    signer: extract.signer,
                    fault: None,
                    cosigned: Vec::new(),
                }],
                last_good: Some(size),
                signatures_checked: !keys.is_empty(),
                forks: Vec::new(),
                changed: None,
                missing: None,
                since: Vec::new(),
                witnessed: None,
                proved: None,
                texts: None,
            };
            if let Some(fork) = fork {
                let text = format!("the extract's checkpoint has another root than an earlier one: {fork}");
                verified.faults.push(FoundFault { code: "checkpoint.root", line: 1, byte: 0, text });
                (verified.fault_count, verified.sound, verified.last_good) = (1, false, None);
                verified.forks.push(FoundFork::from(&fork));
            }
            return Ok((verified, vec![extract.signed]));
        }
        Err(ibbi_seal::ExtractFault::Io(source)) => {
            return Err(AppError::Io { doing: "read", path: path.to_owned(), source });
        }
        Err(fault) => fault,
    };
    let line = if let ibbi_seal::ExtractFault::Line { line, .. } = &fault { *line } else { 1 };
    let verified = Verified {
        sound: false,
        faults: vec![FoundFault { code: fault.code(), line, byte: 0, text: fault.to_string() }],
        fault_count: 1,
        signatures_checked: !keys.is_empty(),
        ..Verified::of_statement("extract")
    };
    Ok((verified, Vec::new()))
}

/// Returns the text of the checkpoints beside a ledger, if there are some.
///
/// # Errors
/// [`AppError::Io`] if the file can't be read.
pub fn checkpoints_text(ledger: &Path) -> Result<Option<String>, AppError> {
    if let Some(checkpoints) = place::database_checkpoints(ledger)? {
        return Ok((!checkpoints.is_empty()).then(|| checkpoints.iter().map(ToString::to_string).collect()));
    }
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
    let known = match place::database_checkpoints(ledger)? {
        Some(list) => list,
        None => {
            let path = checkpoints_path(ledger);
            if !path.exists() {
                return Ok(None);
            }
            read_checkpoints(&path, open_sidecar)?.list
        }
    };
    let wanted = known.iter().filter(|signed| signed.checkpoint().size > after).take(most);
    Ok(Some(wanted.map(ToString::to_string).collect()))
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
    let none = |path: &Path| {
        AppError::Usage(format!("{} has no checkpoint; write one with `ibbi checkpoint`", path.display()))
    };
    let in_database = if checkpoints.is_none() { place::database_checkpoints(path)? } else { None };
    let file = checkpoints.unwrap_or(if in_database.is_some() { path } else { &beside });
    let known = match in_database {
        Some(list) => list,
        None if !file.exists() => return Err(none(path)),
        None => {
            read_checkpoints(file, if checkpoints.is_some() { |path| File::open(path) } else { open_sidecar })?.list
        }
    };
    let Some(checkpoint): Option<&SignedCheckpoint> = known.iter().max_by_key(|signed| signed.checkpoint().size) else {
        return Err(none(file));
    };
    let ledger = LedgerBytes::open(path)?;
    let (records, complete) =
        extract(ledger, checkpoint, case, out).map_err(|error| AppError::from_extract(path, error))?;
    Ok(ExtractedCase { case, records, size: checkpoint.checkpoint().size, complete })
}
