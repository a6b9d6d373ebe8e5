//! Finding the fewest lines that must contain a change.
//!
//! The server names the Merkle root of its first lines for any number of them. Two trees with the same root have the same lines.
//! So the first line that differs is found in as many steps as the number of lines has bits.

use crate::error::MirrorError;
use crate::server::Server;
use ibbi_log::Digest;
use ibbi_seal::{MerkleTree, SignedCheckpoint, is_consistent};

/// Returns the number of the first held line that the server doesn't have in its place.
pub(crate) fn first_changed(server: &Server, held: &[Digest]) -> Result<u64, MirrorError> {
    // The server has the same lines up to `same`, and not those up to `other`.
    let (mut same, mut other) = (0, u64::try_from(held.len()).unwrap_or(u64::MAX));
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        // A server with fewer lines proves nothing about this many.
        let found = server.consistency(middle, None)?;
        if found.is_some_and(|found| found.from_root == root(held, middle)) {
            same = middle;
        } else {
            other = middle;
        }
    }
    Ok(other)
}

/// Returns the first and the last of the lines that can be the first one in which a checkpoint and a mirror differ. The mirror has
/// the first `covered` lines as they were signed.
///
/// The server proves each root under the root of the checkpoint, so it can't say that lines agree if others were signed. If it
/// proves nothing, the range stays as wide as it is.
pub(crate) fn in_checkpoint(
    server: &Server,
    signed: &SignedCheckpoint,
    held: &[Digest],
    covered: u64,
) -> Result<(u64, u64), MirrorError> {
    let (size, whole) = (signed.checkpoint().size, signed.checkpoint().root);
    let (mut same, mut other) = (covered, size);
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        let Some(found) = server.consistency(middle, Some(size))? else { break };
        if !is_consistent((middle, &found.from_root), (size, &whole), &found.proof) {
            break;
        }
        if found.from_root == root(held, middle) { same = middle } else { other = middle }
    }
    Ok((same + 1, other))
}

fn root(held: &[Digest], size: u64) -> Digest {
    let mut tree = MerkleTree::new();
    held.iter().take(usize::try_from(size).unwrap_or(usize::MAX)).for_each(|line| tree.push(line));
    tree.root()
}
