//! Proofs that a line is in a ledger, and that a ledger is the beginning of a later state of itself.

use crate::error::AppError;
use crate::ledger::LedgerService;
use ibbi_log::Digest;
use ibbi_seal::{ProofMaker, encode_hash};
use ibbi_store::{EventStore as _, StoreError};
use serde::Serialize;

/// A proof that a line is in a ledger (RFC 6962, section 2.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InclusionProof {
    /// The number of the line, from 1. Its index in the tree is one less.
    pub line: u64,
    /// The SHA-256 of the line, in hexadecimal. The 32 bytes are the data of the leaf.
    pub sha256: String,
    /// The number of lines of the tree.
    pub size: u64,
    /// The Merkle root of these lines, in base64, as a checkpoint has it.
    pub root: String,
    /// The hashes from the leaf's sibling up, in base64.
    pub proof: Vec<String>,
}

/// A proof that the tree of the first `from` lines is the beginning of the tree of the first `to` lines (RFC 6962, section
/// 2.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConsistencyProof {
    /// The number of lines of the smaller tree.
    pub from: u64,
    /// The Merkle root of these lines, in base64.
    pub from_root: String,
    /// The number of lines of the larger tree.
    pub to: u64,
    /// The Merkle root of these lines, in base64.
    pub to_root: String,
    /// The hashes, in base64.
    pub proof: Vec<String>,
}

/// Proves that a line is among the first `size` lines of a ledger; without a size, among all of them. It reads 2,048 lines at
/// most.
///
/// # Errors
/// [`AppError::Usage`] if there is no such line or size; another [`AppError`] if the ledger can't be read.
pub fn inclusion(service: &LedgerService, line: u64, size: Option<u64>) -> Result<InclusionProof, AppError> {
    let (chunks, lines) = tree(service)?;
    let size = size.unwrap_or(lines);
    check("size", size, lines)?;
    check("line", line, size)?;
    let mut maker = maker(service, &chunks, lines);
    let made = (|| {
        let (digest, root) = (maker.line(line - 1)?, maker.root(size)?);
        let proof = texts(&maker.inclusion(line - 1, size)?);
        Ok(InclusionProof { line, sha256: digest.to_string(), size, root: encode_hash(&root), proof })
    })();
    made.map_err(|error| AppError::from_store(&service.store().label(), error))
}

/// Proves that the first `from` lines of a ledger are the beginning of its first `to` lines; without `to`, of all of them. It
/// reads 2,048 lines at most.
///
/// # Errors
/// [`AppError::Usage`] if there are no such sizes; another [`AppError`] if the ledger can't be read.
pub fn consistency(service: &LedgerService, from: u64, to: Option<u64>) -> Result<ConsistencyProof, AppError> {
    let (chunks, lines) = tree(service)?;
    let to = to.unwrap_or(lines);
    check("to", to, lines)?;
    check("from", from, to)?;
    let mut maker = maker(service, &chunks, lines);
    let made = (|| {
        let (from_root, to_root) = (encode_hash(&maker.root(from)?), encode_hash(&maker.root(to)?));
        let proof = texts(&maker.consistency(from, to)?);
        Ok(ConsistencyProof { from, from_root, to, to_root, proof })
    })();
    made.map_err(|error| AppError::from_store(&service.store().label(), error))
}

fn check(name: &str, number: u64, most: u64) -> Result<(), AppError> {
    if (1..=most).contains(&number) {
        return Ok(());
    }
    Err(AppError::Usage(format!("`{name}` is {number}, but it must be from 1 to {most}")))
}

/// Returns the roots of the chunks of a ledger, and the number of its lines.
fn tree(service: &LedgerService) -> Result<(Vec<Digest>, u64), AppError> {
    service.store().chunk_roots()
}

fn maker<'a>(
    service: &'a LedgerService,
    chunks: &'a [Digest],
    lines: u64,
) -> ProofMaker<'a, impl FnMut(core::ops::Range<u64>) -> Result<Vec<Digest>, StoreError> + 'a> {
    ProofMaker::new(chunks, lines, |range| service.store().line_digests(range.start, range.end))
}

fn texts(digests: &[Digest]) -> Vec<String> {
    digests.iter().map(encode_hash).collect()
}
