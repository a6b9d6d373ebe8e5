//! Verification: one pass over a ledger that checks its lines, its chain, and its checkpoints.

use crate::case_heads::CaseHeads;
use crate::checkpoint::SignedCheckpoint;
use crate::checkpoint_file::Checkpoints;
use crate::key::{PublicKey, SignatureError};
use crate::merkle::MerkleTree;
use crate::queue::CheckpointQueue;
use ibbi_core::At;
use ibbi_log::{
    CheckedLines, ClockFinding, CustodyState, Damage, Depth, Digest, Fault, FaultKind, Head, LedgerLine, ObservedLine,
    Opening, ReadError, check_lines_at,
};
use std::io::Read;

/// What to check a ledger against.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerifyOptions<'a> {
    /// How much of each line is checked.
    pub depth: Depth,
    /// Checkpoints, preferably copies from a place where the ledger's operator can't write.
    pub checkpoints: &'a [SignedCheckpoint],
    /// The trusted public keys. Without keys, signatures aren't checked, but roots still are.
    pub keys: &'a [PublicKey],
    /// Whether to compute the Merkle root even if there are no checkpoints.
    pub root: bool,
    /// The time on the caller's clock, to find lines that were recorded after it.
    pub now: Option<At>,
    /// Whether to list the confidential texts of the records. That takes memory for each one, and [`Depth::Records`].
    pub texts: bool,
}

/// The result of verifying a ledger.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The end of the ledger: its whole lines, their bytes, and the hash of the last one.
    pub head: Head,
    /// The first line, if it is valid.
    pub opening: Option<Opening>,
    /// The Merkle root over all whole lines, if there are checkpoints or it was asked for.
    pub root: Option<Digest>,
    /// What is wrong: first the faults of lines, in their order, then those of checkpoints. A changed line shows in the
    /// next line, which is closer to it than the end of a checkpoint that covers many lines.
    pub damage: Damage,
    /// The checkpoints, in the order given.
    pub checkpoints: Vec<CheckedCheckpoint>,
    /// Times that a right clock doesn't give. They are no faults.
    pub clock: Vec<ClockFinding>,
    /// The salted digests of the records' confidential texts, each with the number of its line, if they were asked for.
    pub texts: Vec<(u64, Digest)>,
    /// The legal holds and destructions, if records are checked.
    pub custody: CustodyState,
}

/// A checkpoint and the result of checking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCheckpoint {
    /// The checkpoint.
    pub signed: SignedCheckpoint,
    /// The name of the trusted key that signed it, or why no such name was found. `None` if no key was given.
    pub signature: Option<Result<String, SignatureError>>,
    /// What is wrong with the ledger, according to the checkpoint.
    pub fault: Option<Fault>,
}

impl CheckedCheckpoint {
    /// Returns whether the ledger matches the checkpoint and, if keys were given, a trusted key signed it.
    pub fn is_good(&self) -> bool {
        self.fault.is_none() && !matches!(self.signature, Some(Err(_)))
    }
}

impl Verification {
    /// Returns whether nothing is wrong: there is no fault, and every checkpoint is good.
    pub fn is_sound(&self) -> bool {
        self.damage.count == 0 && self.checkpoints.iter().all(CheckedCheckpoint::is_good)
    }

    /// Returns the first fault.
    pub fn first_fault(&self) -> Option<&Fault> {
        self.damage.faults.first()
    }

    /// Returns the good checkpoint that covers the most lines. The lines that it covers haven't changed since it was
    /// signed.
    pub fn last_good(&self) -> Option<&SignedCheckpoint> {
        let good = self.checkpoints.iter().filter(|checked| checked.is_good()).map(|checked| &checked.signed);
        good.max_by_key(|signed| signed.checkpoint().size)
    }
}

/// Verifies a ledger from a stream in one pass, and doesn't stop at the first fault.
///
/// # Errors
/// Returns [`ReadError::Io`] if the stream can't be read. Faults of the ledger are in the result.
///
/// ```
/// use ibbi_seal::{VerifyOptions, verify};
/// let found = verify(&b"not a ledger\n"[..], &VerifyOptions::default())?;
/// assert!(!found.is_sound());
/// let fault = found.first_fault().unwrap();
/// assert_eq!((fault.line, fault.kind.code()), (1, "line.syntax"));
/// assert!(!verify(&b""[..], &VerifyOptions::default())?.is_sound(), "a ledger has at least one line");
/// # Ok::<(), ibbi_log::ReadError>(())
/// ```
pub fn verify(mut source: impl Read, options: &VerifyOptions<'_>) -> Result<Verification, ReadError> {
    verify_stream(&mut source, options)
}

/// Verifies a ledger as [`verify`] does. It is not generic, so it is compiled once, with this crate's optimization.
fn verify_stream(source: &mut dyn Read, options: &VerifyOptions<'_>) -> Result<Verification, ReadError> {
    let wants_root = options.root || !options.checkpoints.is_empty();
    let mut tree = wants_root.then(MerkleTree::new);
    let mut queue = CheckpointQueue::new(options.checkpoints);
    let mut found: Vec<(&SignedCheckpoint, Fault)> = Vec::new();
    let (mut texts, mut heads, mut wrong_heads) = (Vec::new(), CaseHeads::default(), Vec::new());
    let mut custody = CustodyState::default();
    let lines = check_lines_at(source, options.depth, options.now, |head, opening, line| {
        if options.texts {
            texts.extend(line.and_then(LedgerLine::text_digest).map(|digest| (head.lines, digest)));
        }
        if let Some(LedgerLine::Custody(line)) = line {
            // What is wrong with it is among the faults of lines.
            let _ = custody.follow(line);
        }
        if options.depth == Depth::Records {
            if line.is_none() {
                heads.skip();
            }
            wrong_heads.extend(heads.observe(head, line.map_or(ObservedLine::Other, ObservedLine::from)));
        }
        let Some(tree) = &mut tree else { return };
        tree.push(&head.hash);
        if queue.is_due(tree.size()) {
            for signed in queue.take_due(tree.size()) {
                found.extend(signed.find_fault(tree, opening, head).map(|fault| (signed, fault)));
            }
        }
    })?;
    let CheckedLines { head, opening, mut damage, clock } = lines;
    if let Some(tree) = &mut tree {
        for signed in queue.into_rest() {
            found.extend(signed.find_fault(tree, opening.as_ref(), head).map(|fault| (signed, fault)));
        }
    }
    // A state that doesn't fit shows after the faults of lines, because one changed line can be its cause.
    damage.add(wrong_heads);
    damage.add(found.iter().map(|(_, fault)| fault.clone()));
    let checked = options.checkpoints.iter().map(|signed| CheckedCheckpoint {
        signed: signed.clone(),
        signature: (!options.keys.is_empty()).then(|| signed.verify(options.keys)),
        fault: found.iter().find(|(of, _)| core::ptr::eq(*of, signed)).map(|(_, fault)| fault.clone()),
    });
    let root = tree.map(|mut tree| tree.root());
    Ok(Verification { head, opening, root, damage, checkpoints: checked.collect(), clock, texts, custody })
}

/// Verifies a ledger as [`verify`] does, against the checkpoints of a file. An unfinished checkpoint at the end of the
/// file is also a fault.
///
/// # Errors
/// Returns [`ReadError::Io`] as [`verify`] does.
pub fn verify_with_checkpoints(
    source: impl Read,
    options: &VerifyOptions<'_>,
    file: &Checkpoints,
) -> Result<Verification, ReadError> {
    let mut found = verify(source, &VerifyOptions { checkpoints: &file.list, ..*options })?;
    if file.torn > 0 {
        let bytes = if file.torn == 1 { "byte" } else { "bytes" };
        let reason = format!("the last {} {bytes} of the file are not a whole checkpoint", file.torn);
        let (line, offset) = (found.head.lines, found.head.bytes);
        found.damage.add([Fault { line, offset, column: 0, kind: FaultKind::Checkpoints { reason } }]);
    }
    Ok(found)
}
