//! Checkpoints that were kept outside: whether a ledger continues them, and proofs of it.

use crate::checkpoints::is_beside;
use crate::error::AppError;
use crate::place::LedgerBytes;
use crate::quorum::Quorum;
use crate::verified::{FoundFork, LineSpan, OlderCheckpoint, Verified};
use ibbi_log::{Digest, LineContent, Lines};
use ibbi_seal::{
    CheckedCheckpoint, Checkpoints, Growth, GrowthProver, HistoryFindings, MirrorEntry, SignedCheckpoint,
    SignedConsistency, is_extract, is_mirror, read_mirror,
};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// What else to compare a ledger with, besides its own checkpoints.
#[derive(Debug, Clone, Default)]
pub struct HistorySettings {
    /// Files with earlier checkpoints that someone kept outside: files of checkpoints, extracts, mirrors, or proofs.
    pub since: Vec<PathBuf>,
    /// The witnesses, and how many of them must have cosigned a checkpoint. `None` counts every checkpoint.
    pub quorum: Option<Quorum>,
}

impl HistorySettings {
    /// Checks that the earlier checkpoints can be read.
    ///
    /// # Errors
    /// Returns an [`AppError`] about the first file that can't be read, or has no checkpoint.
    pub fn check(&self) -> Result<(), AppError> {
        self.older().map(|_| ())
    }

    /// Reads the earlier checkpoints, which must not be the ledger's own file.
    pub(crate) fn older_than(&self, ledger: &Path) -> Result<Vec<SignedCheckpoint>, AppError> {
        if let Some(own) = self.since.iter().find(|file| is_beside(ledger, file)) {
            return Err(AppError::Usage(format!(
                "{} is the file of checkpoints beside the ledger, so it doesn't show that the ledger only grew; give a copy \
                 that was kept elsewhere",
                own.display()
            )));
        }
        self.older()
    }

    /// Reads the earlier checkpoints.
    fn older(&self) -> Result<Vec<SignedCheckpoint>, AppError> {
        let mut all = Vec::new();
        for path in &self.since {
            all.extend(read_outside(path)?);
        }
        Ok(all)
    }
}

/// Reads the checkpoints of a file: a file of checkpoints, an extract, a mirror, or a consistency proof.
pub(crate) fn read_outside(path: &Path) -> Result<Vec<SignedCheckpoint>, AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let wrong = |reason: &dyn std::fmt::Display| AppError::Usage(format!("{}: {reason}", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let beginning = file.fill_buf().map_err(failed)?;
    let (extract, mirror) = (is_extract(beginning), is_mirror(beginning));
    let proof = beginning.starts_with(b"{\"consistency\":");
    if mirror {
        let mut found = Vec::new();
        let read = read_mirror(file, |entry, _| {
            if let MirrorEntry::Checkpoint(signed) = entry {
                found.push((**signed).clone());
            }
        });
        return match read.map_err(failed)?.fault {
            Some((entry, fault)) => Err(wrong(&format!("entry {entry} of the mirror: {fault}"))),
            None if found.is_empty() => Err(wrong(&"the mirror has no checkpoint yet")),
            None => Ok(found),
        };
    }
    let mut text = String::new();
    let read = if extract { file.read_line(&mut text) } else { file.read_to_string(&mut text) };
    read.map_err(failed)?;
    if extract {
        let head: serde_json::Value = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        let note = head["checkpoint"].as_str().ok_or_else(|| wrong(&"the extract has no checkpoint"))?;
        return Ok(vec![note.parse().map_err(|error| wrong(&error))?]);
    }
    if proof {
        let proof: SignedConsistency = text.parse().map_err(|error| wrong(&error))?;
        if !proof.holds() {
            return Err(wrong(&"the proof doesn't hold, so it was changed; get it again"));
        }
        return Ok(vec![proof.first, proof.second]);
    }
    let known = Checkpoints::parse(&text).map_err(|source| AppError::Checkpoints { path: path.to_owned(), source })?;
    match (known.list.is_empty(), known.torn) {
        (false, 0) => Ok(known.list),
        (true, 0) => Err(wrong(&"there is no checkpoint in it")),
        (_, torn) => Err(wrong(&format!("the last {torn} bytes are not a whole checkpoint; copy the file again"))),
    }
}

/// Adds checkpoints that were kept outside to those of a ledger. Returns the places of the added ones in the list; one that the
/// list has already gets their signatures.
pub(crate) fn add_outside(list: &mut Vec<SignedCheckpoint>, outside: &[SignedCheckpoint]) -> Vec<usize> {
    let mut places = Vec::new();
    for signed in outside {
        let place = list.iter_mut().position(|known| known.merge(signed)).unwrap_or_else(|| {
            list.push(signed.clone());
            list.len() - 1
        });
        places.push(place);
    }
    places
}

/// Adds what the checkpoints say together to a result.
pub(crate) fn add_findings(verified: &mut Verified, checked: &[CheckedCheckpoint], found: HistoryFindings) {
    verified.forks = found.forks.iter().map(FoundFork::from).collect();
    // Two signed statements say more than one and the lines of a file.
    let other = found.other_history.filter(|_| found.forks.is_empty());
    let differing = |size: u64| checked.iter().find(|checked| checked.signed.checkpoint().size == size);
    verified.forks.extend(other.and_then(differing).map(|checked| {
        let statement = checked.signed.checkpoint();
        FoundFork {
            text: format!(
                "{}: the first {} lines are another history than the one that the checkpoint signed",
                statement.origin, statement.size
            ),
            known: checked.signed.to_string(),
            found: None,
        }
    }));
    verified.changed = found.changed.map(LineSpan::from);
    verified.missing = found.missing.map(LineSpan::from);
}

/// Returns the earlier checkpoints with whether the ledger continues them.
pub(crate) fn older_verdicts(checked: &[CheckedCheckpoint], places: &[usize]) -> Vec<OlderCheckpoint> {
    let mut places = places.to_vec();
    places.sort_unstable();
    places.dedup();
    let mut verdicts: Vec<OlderCheckpoint> = places
        .iter()
        .filter_map(|place| checked.get(*place))
        .map(|checked| OlderCheckpoint { size: checked.signed.checkpoint().size, continued: checked.is_good() })
        .collect();
    verdicts.sort_by_key(|verdict| verdict.size);
    verdicts
}

/// Calls a function with the SHA-256 of each whole line of a ledger, or of the ledger of a mirror.
pub(crate) fn each_digest(path: &Path, mut each: impl FnMut(&Digest)) -> Result<(), AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let mut file = LedgerBytes::open(path)?;
    let beginning = file.beginning(16).map_err(failed)?;
    crate::ledger::check_unpacked(path, &beginning)?;
    if is_extract(&beginning) {
        let message =
            format!("{} is an extract, which doesn't have all lines; give the ledger or a mirror", path.display());
        return Err(AppError::Usage(message));
    }
    if is_mirror(&beginning) {
        let read = read_mirror(file, |entry, _| match entry {
            MirrorEntry::Hash(digest) => each(digest),
            MirrorEntry::Line(bytes) => each(&Digest::sha256(bytes)),
            MirrorEntry::Key(_) | MirrorEntry::Checkpoint(_) => {}
        });
        return match read.map_err(failed)?.fault {
            Some((entry, fault)) => {
                Err(AppError::Usage(format!("{}: entry {entry} of the mirror: {fault}", path.display())))
            }
            None => Ok(()),
        };
    }
    let mut lines = Lines::new(file);
    while let Some(line) = lines.next().map_err(failed)? {
        match line.content {
            LineContent::Whole(_, digest) | LineContent::TooLong(digest) => each(&digest),
            LineContent::Torn => break,
        }
    }
    Ok(())
}

/// Returns the roots of a ledger or mirror at two sizes, and the proof between them; `None` if it has fewer lines.
pub(crate) fn growth(path: &Path, from: u64, to: u64) -> Result<Option<Growth>, AppError> {
    let mut prover = GrowthProver::new(from, to);
    each_digest(path, |digest| prover.push(digest))?;
    prover.finish().map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })
}

/// Makes the proof that a ledger grew from the largest earlier checkpoint to its own largest good one. Returns its file's text.
///
/// Verify the ledger first: the proof is made only if both checkpoints fit its lines.
///
/// # Errors
/// [`AppError::Usage`] if there is no such pair of checkpoints; other errors if a file can't be read.
pub fn consistency_proof(
    path: &Path,
    settings: &crate::checkpoints::VerifySettings,
    history: &HistorySettings,
) -> Result<String, AppError> {
    let older = history.older_than(path)?;
    let first = older.iter().max_by_key(|signed| signed.checkpoint().size);
    let Some(first) = first.filter(|signed| signed.checkpoint().size > 0) else {
        return Err(AppError::Usage("--proof needs an earlier checkpoint; name its file with --since".to_owned()));
    };
    let own = match crate::mirrors::is_mirror_file(path) {
        true => read_outside(path)?,
        false => crate::checkpoints::known_checkpoints(path, settings)?.checkpoints.list,
    };
    let second = own.iter().max_by_key(|signed| signed.checkpoint().size).filter(|second| {
        let (first, second) = (first.checkpoint(), second.checkpoint());
        first.size <= second.size && first.origin == second.origin
    });
    let Some(second) = second else {
        let lines = first.checkpoint().size;
        let message =
            format!("the ledger has no checkpoint that covers {lines} lines or more; write one with `ibbi checkpoint`");
        return Err(AppError::Usage(message));
    };
    let (from, to) = (first.checkpoint(), second.checkpoint());
    let growth =
        growth(path, from.size, to.size)?.filter(|growth| (growth.first, growth.second) == (from.root, to.root));
    let Some(growth) = growth else {
        let message =
            format!("{}: the lines are not those of both checkpoints; run `ibbi verify` again", path.display());
        return Err(AppError::Usage(message));
    };
    Ok(SignedConsistency { first: first.clone(), second: second.clone(), hashes: growth.hashes }.to_string())
}

/// Returns the error if an extract is to be compared with another checkpoint.
pub(crate) fn extract_has_too_few_lines(path: &Path) -> String {
    format!(
        "{} is an extract, which has too few lines to compare it with another checkpoint; use --since with the ledger or a \
         mirror, or ask for a proof and check it",
        path.display()
    )
}
