//! Mirrors as files: verifying one, and making extracts from it.

use crate::case_choice::meant;
use crate::error::AppError;
use crate::verified::{CheckpointVerdict, ExtractedCase, FoundFault, OlderCheckpoint, Verified};
use ibbi_log::{Digest, LedgerLine, Uuid, read_line};
use ibbi_seal::{
    CheckpointQueue, MerkleTree, Mirror, MirrorEntry, PublicKey, SignedCheckpoint, extract_from_mirror, is_mirror,
    read_mirror,
};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// Verifies a mirror. Signatures are checked with the key that the mirror trusts; with keys of the user, also with those.
///
/// Its lines are also compared with checkpoints that were kept outside. Returns the checkpoints with the result.
pub(crate) fn verify_mirrored(
    source: impl Read,
    keys: &[PublicKey],
    older: &[SignedCheckpoint],
    path: &Path,
) -> Result<(Verified, Vec<SignedCheckpoint>), AppError> {
    let (mut checkpoints, mut all) = (Vec::new(), Vec::new());
    let mut compared = Compared::new(older);
    let mut add = |signed: &SignedCheckpoint, pinned: Option<&PublicKey>| {
        let trusted: Vec<PublicKey> =
            if keys.is_empty() { pinned.cloned().into_iter().collect() } else { keys.to_vec() };
        let checked = (!trusted.is_empty()).then(|| signed.verify(&trusted));
        let fault = checked.as_ref().and_then(|checked| checked.as_ref().err()).map(ToString::to_string);
        let signer = checked.and_then(Result::ok);
        checkpoints.push(CheckpointVerdict { size: signed.checkpoint().size, signer, fault, cosigned: Vec::new() });
    };
    let read = read_mirror(source, |entry, mirror| match entry {
        MirrorEntry::Checkpoint(signed) => {
            add(signed, mirror.key());
            all.push((**signed).clone());
        }
        MirrorEntry::Hash(digest) => compared.push(digest),
        MirrorEntry::Line(bytes) => compared.push(&Digest::sha256(bytes)),
        MirrorEntry::Key(_) => {}
    });
    let read = read.map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })?;
    let mirror = read.mirror.as_ref();
    let trusted = match (keys, mirror.and_then(Mirror::key)) {
        ([], pinned) => pinned.cloned().into_iter().collect(),
        (keys, _) => keys.to_vec(),
    };
    let (since, differences) = compared.finish(mirror, &trusted);
    let lines = mirror.map_or(0, Mirror::lines);
    let mut faults = Vec::new();
    let mut fault = |code: &'static str, text: String| {
        faults.push(FoundFault { code, line: lines, byte: read.bytes, text });
    };
    match &read.fault {
        Some((entry, found)) => fault("mirror", format!("entry {entry} of the mirror: {found}")),
        None if mirror.is_none() => fault("mirror", "the mirror is empty; run `ibbi mirror` again".to_owned()),
        None => {}
    }
    for (code, text) in differences {
        fault(code, text);
    }
    if let Some(pinned) = mirror.and_then(Mirror::key).filter(|pinned| !keys.is_empty() && !keys.contains(pinned)) {
        fault("mirror.key", format!("the mirror trusts the key {pinned}, which is not one of the given keys"));
    }
    let good = checkpoints.iter().filter(|checkpoint| checkpoint.fault.is_none());
    let last_good = good.map(|checkpoint| checkpoint.size).max();
    if !keys.is_empty() && checkpoints.is_empty() {
        fault("checkpoint.missing", "a key was given, but the mirror has no checkpoint yet".to_owned());
    }
    let has_key = !keys.is_empty() || mirror.and_then(Mirror::key).is_some();
    let verified = Verified {
        what: "mirror",
        sound: faults.is_empty() && checkpoints.iter().all(|checkpoint| checkpoint.fault.is_none()),
        lines,
        readable: Some(mirror.map_or(0, Mirror::readable)),
        bytes: read.bytes,
        last_hash: mirror.map(|mirror| mirror.last().to_string()).unwrap_or_default(),
        origin: mirror.map(|mirror| mirror.origin().to_owned()),
        same_chart: mirror.and_then(Mirror::opening).map(ibbi_log::Opening::has_our_chart),
        case: None,
        complete_up_to: None,
        clock: Vec::new(),
        fault_count: u64::try_from(faults.len()).unwrap_or(u64::MAX),
        faults,
        signatures_checked: has_key && !checkpoints.is_empty(),
        checkpoints,
        last_good,
        forks: Vec::new(),
        changed: None,
        missing: None,
        since,
        witnessed: None,
        proved: None,
        texts: None,
    };
    Ok((verified, all))
}

/// The comparison of a mirror's lines with checkpoints that were kept outside.
struct Compared<'a> {
    tree: MerkleTree,
    waiting: CheckpointQueue<&'a SignedCheckpoint>,
    /// Each checkpoint that was reached, with whether its root is that of the lines.
    reached: Vec<(&'a SignedCheckpoint, bool)>,
}

impl<'a> Compared<'a> {
    fn new(older: &'a [SignedCheckpoint]) -> Self {
        Self { tree: MerkleTree::new(), waiting: CheckpointQueue::new(older), reached: Vec::new() }
    }

    fn push(&mut self, digest: &Digest) {
        self.take_due();
        self.tree.push(digest);
        self.take_due();
    }

    fn take_due(&mut self) {
        let size = self.tree.size();
        if self.waiting.is_due(size) {
            let root = self.tree.root();
            let due = self.waiting.take_due(size).into_iter();
            self.reached.extend(due.map(|signed| (signed, signed.checkpoint().root == root)));
        }
    }

    /// Returns whether the mirror continues each checkpoint, and the faults of those that it doesn't continue.
    fn finish(
        self,
        mirror: Option<&Mirror>,
        trusted: &[PublicKey],
    ) -> (Vec<OlderCheckpoint>, Vec<(&'static str, String)>) {
        let (origin, lines) = mirror.map_or(("", 0), |mirror| (mirror.origin(), mirror.lines()));
        let (mut since, mut faults) = (Vec::new(), Vec::new());
        let beyond = self.waiting.into_rest().into_iter().map(|signed| (signed, false));
        for (signed, fits) in self.reached.into_iter().chain(beyond) {
            let statement = signed.checkpoint();
            let size = statement.size;
            let signer = if trusted.is_empty() { Ok(String::new()) } else { signed.verify(trusted) };
            let fault = if statement.origin != origin {
                Some(("checkpoint.origin", format!("the checkpoint over {size} lines is of {}", statement.origin)))
            } else if let Err(error) = signer {
                Some(("checkpoint.signature", format!("the checkpoint over {size} lines: {error}")))
            } else if size > lines {
                let text =
                    format!("the checkpoint covers {size} lines, but the mirror has {lines}; run `ibbi mirror` again");
                Some(("checkpoint.truncated", text))
            } else if !fits {
                let text = format!(
                    "a fork: the mirror's first {size} lines are not those of the checkpoint; keep both files, and show them \
                     to an auditor"
                );
                Some(("checkpoint.fork", text))
            } else {
                None
            };
            since.push(OlderCheckpoint { size, continued: fault.is_none() });
            faults.extend(fault);
        }
        since.sort_by_key(|older| older.size);
        (since, faults)
    }
}

/// Returns whether a file begins as a mirror. A file that can't be read doesn't.
pub fn is_mirror_file(path: &Path) -> bool {
    let mut beginning = Vec::new();
    File::open(path).is_ok_and(|file| file.take(16).read_to_end(&mut beginning).is_ok()) && is_mirror(&beginning)
}

/// Finds a case in a mirror, by its ID, the start of its ID, or its district. Without a name, it is the only case of the mirror.
///
/// # Errors
/// [`AppError::NoCase`] or [`AppError::WhichCase`] if there isn't exactly one; [`AppError::Io`].
pub fn select_case(path: &Path, wanted: Option<&str>) -> Result<Uuid, AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let mut cases: Vec<(Uuid, String)> = Vec::new();
    let file = File::open(path).map_err(failed)?;
    read_mirror(file, |entry, _| {
        let MirrorEntry::Line(bytes) = entry else { return };
        let Ok(LedgerLine::Record(record)) = read_line(bytes) else { return };
        match &record.record.event {
            ibbi_core::Event::CaseOpened(opened) => cases.push((record.case, opened.district.to_string())),
            _ if cases.iter().any(|(case, _)| *case == record.case) => {}
            _ => cases.push((record.case, String::new())),
        }
    })
    .map_err(failed)?;
    if let Some(wanted) = wanted {
        cases = meant(&cases, wanted, |(case, district)| (*case, district)).into_iter().cloned().collect();
    }
    match cases[..] {
        [(only, _)] => Ok(only),
        [] => Err(AppError::NoCase(match wanted {
            Some(wanted) => format!("the mirror has no line in full of a case {wanted}"),
            None => "the mirror has no line of a case in full".to_owned(),
        })),
        _ => {
            let shown: Vec<_> = cases.iter().take(5).map(|(case, district)| format!("{case} {district}")).collect();
            Err(AppError::WhichCase { path: path.to_owned(), count: cases.len(), shown: shown.join(", ") })
        }
    }
}

/// Writes the extract of a case from a mirror, under its largest checkpoint.
///
/// # Errors
/// [`AppError::Extract`], also if the mirror doesn't have all lines of the case in full; [`AppError::Io`].
pub fn extract_case(path: &Path, case: Uuid, out: impl Write) -> Result<ExtractedCase, AppError> {
    let file = crate::ledger::open_file(path)?;
    let (records, size, complete) =
        extract_from_mirror(file, case, out).map_err(|error| AppError::from_extract(path, error))?;
    Ok(ExtractedCase { case, records, size, complete })
}
