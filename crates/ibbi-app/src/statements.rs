//! Files that say something about a ledger without its lines: proofs, and files of checkpoints.

use crate::error::AppError;
use crate::verified::{CheckpointVerdict, FoundFork, OlderCheckpoint, ProvedLines, Verified};
use ibbi_log::Digest;
use ibbi_seal::{
    Checkpoints, Fork, PublicKey, SignedCheckpoint, SignedConsistency, decode_hash, is_consistent, root_from_proof,
};
use serde::Deserialize;
use std::fmt::Display;
use std::io::Read;
use std::path::Path;

/// The longest such file, in bytes.
const MAX_BYTES: u64 = 64 << 20;
/// The first keys of a proof's object.
const PROOF_KEYS: [&str; 11] =
    ["consistency", "first", "second", "proof", "from", "from_root", "to", "to_root", "line", "sha256", "root"];

/// What a file says about a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// That a line is in it, or that it only grew.
    Proof,
    /// Signed statements of how many lines it had, and of their root.
    Checkpoints,
}

impl StatementKind {
    /// Returns what the file is, with an article.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Proof => "a proof",
            Self::Checkpoints => "a file of checkpoints",
        }
    }

    /// Recognizes a file by its beginning: its first 4 KiB, or all of it. Returns nothing for a ledger, an extract, or a mirror.
    ///
    /// ```
    /// use ibbi_app::statements::StatementKind;
    /// assert_eq!(StatementKind::of(b"{ \"line\": 7, \"proof\": []}"), Some(StatementKind::Proof));
    /// assert_eq!(StatementKind::of(b"{\"actor\":\"P. Sullivan\""), None);
    /// ```
    pub fn of(beginning: &[u8]) -> Option<Self> {
        let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
        if let Some(object) = text.strip_prefix(b"{") {
            let key = object.trim_ascii_start().strip_prefix(b"\"")?;
            let key = key.split(|byte| *byte == b'"').next()?;
            return PROOF_KEYS.iter().any(|known| known.as_bytes() == key).then_some(Self::Proof);
        }
        let is_signature = |line: &[u8]| line.starts_with("\u{2014} ".as_bytes());
        let mut lines = text.split(|byte| *byte == b'\n');
        (!text.starts_with(b"[") && lines.any(is_signature)).then_some(Self::Checkpoints)
    }
}

/// A proof that the API returns. Its roots are not signed.
#[derive(Deserialize)]
#[serde(untagged)]
enum UnsignedProof {
    Line(LineProof),
    Growth(GrowthProof),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineProof {
    line: u64,
    sha256: String,
    size: u64,
    root: String,
    proof: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrowthProof {
    from: u64,
    from_root: String,
    to: u64,
    to_root: String,
    proof: Vec<String>,
}

/// Verifies a statement, also against earlier checkpoints that it must have, and other ones that it can have. Returns the result, with the checkpoints in its order.
pub(crate) fn verify_statement(
    kind: StatementKind,
    source: impl Read,
    keys: &[PublicKey],
    (older, others): (&[SignedCheckpoint], &[SignedCheckpoint]),
    path: &Path,
) -> Result<(Verified, Vec<SignedCheckpoint>), AppError> {
    let mut bytes = Vec::new();
    let read = source.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("{} is larger than {} MiB, the most of such a file", path.display(), MAX_BYTES >> 20);
        return Err(AppError::Usage(message));
    }
    let text = String::from_utf8_lossy(&bytes);
    let unmarked = text.trim_start_matches('\u{feff}');
    let mut signed = Vec::new();
    let mut verified = match kind {
        // A signed text has its bytes. A byte order mark in JSON changes nothing that it says.
        StatementKind::Checkpoints => checkpoints(&text, &mut signed),
        StatementKind::Proof if text.contains("\"consistency\"") || text.contains("\"second\"") => {
            signed_growth(unmarked, &mut signed)
        }
        StatementKind::Proof => unsigned(unmarked, &[older, others].concat(), &mut signed),
    };
    for (place, known) in older.iter().chain(others).enumerate() {
        if verified.fault_count == 0 && !compare(&mut verified, &mut signed, known) && place < older.len() {
            let (path, lines) = (path.display(), known.checkpoint().size);
            let message = format!(
                "{path} has no root of {lines} lines of {}, so it can't be compared with that checkpoint; use --since with the ledger",
                known.checkpoint().origin
            );
            return Err(AppError::Usage(message));
        }
    }
    verified.bytes = bytes.len() as u64;
    verified.signatures_checked = !keys.is_empty();
    verified.checkpoints = signed.iter().map(|signed| verdict(signed, keys)).collect();
    verified.sound &= verified.checkpoints.iter().all(|verdict| verdict.fault.is_none());
    let is_sound = verified.fault_count == 0 && verified.forks.is_empty();
    let good = verified.checkpoints.iter().filter(|verdict| is_sound && verdict.fault.is_none());
    verified.last_good = good.map(|verdict| verdict.size).max();
    if !keys.is_empty() && signed.is_empty() && is_sound {
        let text = "a key was given, but nothing in the file is signed; give the checkpoint with --checkpoint";
        verified.add_fault("checkpoint.missing", text.to_owned());
        verified.signatures_checked = false;
    }
    Ok((verified, signed))
}

/// Compares a statement with a checkpoint over as many lines: it adds its signatures, or it shows a fork. Returns whether there is one.
fn compare(verified: &mut Verified, signed: &mut [SignedCheckpoint], known: &SignedCheckpoint) -> bool {
    let statement = known.checkpoint();
    let is_about = |other: &SignedCheckpoint| {
        (&other.checkpoint().origin, other.checkpoint().size) == (&statement.origin, statement.size)
    };
    let same_size: Vec<_> = signed.iter_mut().filter(|other| is_about(other)).collect();
    let is_compared = !same_size.is_empty();
    for other in same_size {
        if !other.merge(known) {
            add_fork(verified, known, other);
        }
    }
    is_compared
}

fn add_fork(verified: &mut Verified, known: &SignedCheckpoint, found: &SignedCheckpoint) {
    let fork = Fork { known: known.clone(), found: found.clone() };
    verified.forks.push(FoundFork {
        text: fork.to_string(),
        known: fork.known.to_string(),
        found: Some(fork.found.to_string()),
    });
    verified.sound = false;
}

fn verdict(signed: &SignedCheckpoint, keys: &[PublicKey]) -> CheckpointVerdict {
    let (signer, fault) = match (!keys.is_empty()).then(|| signed.verify(keys)) {
        Some(Ok(signer)) => (Some(signer), None),
        Some(Err(error)) => (None, Some(error.to_string())),
        None => (None, None),
    };
    CheckpointVerdict { size: signed.checkpoint().size, signer, fault, cosigned: Vec::new() }
}

/// Reads a file of checkpoints, and finds forks in it.
fn checkpoints(text: &str, signed: &mut Vec<SignedCheckpoint>) -> Verified {
    let mut verified = Verified::of_statement("checkpoints");
    let (known, unreadable) = Checkpoints::parse_readable(text);
    for error in unreadable {
        verified.add_fault("checkpoint.unreadable", error.to_string());
    }
    if known.torn > 0 {
        let text = format!("the last {} bytes are not a whole checkpoint; copy the file again", known.torn);
        verified.add_fault("checkpoint.unreadable", text);
    }
    for (index, found) in known.list.iter().enumerate() {
        let (statement, earlier) = (found.checkpoint(), &known.list[..index]);
        let other = earlier.iter().find(|other| {
            let other = other.checkpoint();
            (&other.origin, other.size) == (&statement.origin, statement.size) && other.root != statement.root
        });
        if let Some(other) = other {
            add_fork(&mut verified, other, found);
        }
    }
    let largest = known.largest().map(SignedCheckpoint::checkpoint);
    verified.lines = largest.map_or(0, |largest| largest.size);
    verified.origin = largest.map(|largest| largest.origin.clone());
    signed.extend(known.list);
    verified
}

/// Reads a proof between two signed checkpoints.
fn signed_growth(text: &str, signed: &mut Vec<SignedCheckpoint>) -> Verified {
    let mut verified = Verified::of_statement("consistency proof");
    let proof: SignedConsistency = match text.trim().parse() {
        Ok(proof) => proof,
        Err(_) if is_cut(text) => return damaged(verified, &CUT),
        Err(error) => return damaged(verified, &error),
    };
    let (first, second) = (proof.first.checkpoint(), proof.second.checkpoint());
    verified.lines = second.size;
    verified.origin = Some(second.origin.clone());
    verified.proved = Some(ProvedLines { line: None, from: Some(first.size), to: second.size, signed: true });
    verified.since = vec![OlderCheckpoint { size: first.size, continued: proof.holds() }];
    if !proof.holds() {
        let text = match first.origin == second.origin {
            true => format!(
                "the hashes don't lead from the root of {} lines to that of {} lines; the file was changed, or the ledger was: \
                 get the proof again, and if it fails again, keep both checkpoints as evidence",
                first.size, second.size
            ),
            false => format!("it has checkpoints of two ledgers: {} and {}", first.origin, second.origin),
        };
        verified.add_fault("proof", text);
    }
    signed.extend([proof.first, proof.second]);
    verified
}

/// Reads a proof whose roots are not signed, and compares them with checkpoints over as many lines.
fn unsigned(text: &str, known: &[SignedCheckpoint], signed: &mut Vec<SignedCheckpoint>) -> Verified {
    let is_line = text.contains("\"line\"");
    let mut verified = Verified::of_statement(if is_line { "inclusion proof" } else { "consistency proof" });
    let roots = match serde_json::from_str::<serde_json::Value>(text).map(serde_json::from_value) {
        Ok(Ok(UnsignedProof::Line(proof))) => line_proof(&proof, &mut verified),
        Ok(Ok(UnsignedProof::Growth(proof))) => growth_proof(&proof, &mut verified),
        Ok(Err(_)) => {
            let expected = match is_line {
                true => "`line`, `sha256`, `size`, `root`, and `proof`",
                false => "`from`, `from_root`, `to`, `to_root`, and `proof`",
            };
            return damaged(verified, &format!("it must have exactly the fields {expected}"));
        }
        Err(_) if is_cut(text) => return damaged(verified, &CUT),
        Err(error) => return damaged(verified, &format!("it is not JSON: {error}")),
    };
    let roots = match roots {
        Ok(roots) => roots,
        Err(reason) => return damaged(verified, &reason),
    };
    for checkpoint in known {
        let statement = checkpoint.checkpoint();
        let Some((_, root)) = roots.iter().find(|(size, _)| *size == statement.size) else { continue };
        if *root != statement.root {
            let text = format!(
                "its root of {} lines is not that of the checkpoint: they are of two histories",
                statement.size
            );
            verified.add_fault("proof", text);
        }
        verified.origin = Some(statement.origin.clone());
        signed.push(checkpoint.clone());
    }
    if let Some(proved) = &mut verified.proved {
        proved.signed = roots.iter().all(|(size, _)| signed.iter().any(|known| known.checkpoint().size == *size));
    }
    verified
}

/// The sizes of trees, each with its root.
type Roots = Vec<(u64, Digest)>;

fn line_proof(proof: &LineProof, verified: &mut Verified) -> Result<Roots, String> {
    let (hashes, root) = (hashes(&proof.proof)?, hash("root", &proof.root)?);
    let line: Digest = proof.sha256.parse().map_err(|_| "`sha256` is not 64 hexadecimal digits".to_owned())?;
    verified.lines = proof.size;
    verified.proved = Some(ProvedLines { line: Some(proof.line), from: None, to: proof.size, signed: false });
    let index = proof.line.checked_sub(1).ok_or("`line` is 0, but the first line is 1")?;
    if root_from_proof(&line, index, proof.size, &hashes) != Some(root) {
        let text = format!(
            "the hashes don't lead from line {} to the root of {} lines; the file was changed: get the proof again",
            proof.line, proof.size
        );
        verified.add_fault("proof", text);
    }
    Ok(vec![(proof.size, root)])
}

fn growth_proof(proof: &GrowthProof, verified: &mut Verified) -> Result<Roots, String> {
    let hashes = hashes(&proof.proof)?;
    let (first, second) = (hash("from_root", &proof.from_root)?, hash("to_root", &proof.to_root)?);
    let (from, to) = (proof.from, proof.to);
    verified.lines = to;
    verified.proved = Some(ProvedLines { line: None, from: Some(from), to, signed: false });
    let continued = is_consistent((from, &first), (to, &second), &hashes);
    verified.since = vec![OlderCheckpoint { size: from, continued }];
    if !continued {
        let text = format!(
            "the hashes don't lead from the root of {from} lines to that of {to} lines; the file was changed: get the proof again"
        );
        verified.add_fault("proof", text);
    }
    Ok(vec![(from, first), (to, second)])
}

fn hashes(texts: &[String]) -> Result<Vec<Digest>, String> {
    (1..).zip(texts).map(|(place, text)| hash(&format!("hash {place} of `proof`"), text)).collect()
}

fn hash(what: &str, text: &str) -> Result<Digest, String> {
    decode_hash(text).ok_or_else(|| format!("{what} is not base64 of 32 bytes"))
}

const CUT: &str = "its end is missing";

/// Returns whether the end of a JSON object is missing.
fn is_cut(text: &str) -> bool {
    !text.trim_end().ends_with('}')
}

/// Returns the result for a proof that can't be read.
fn damaged(mut verified: Verified, reason: &dyn Display) -> Verified {
    verified.add_fault("proof", format!("the proof can't be read: {reason}; get it again, or copy the whole file"));
    verified
}
