//! Checkpoints in the order in which a growing tree reaches their sizes.

use crate::checkpoint::SignedCheckpoint;
use core::borrow::Borrow;

/// The checkpoints whose size a growing tree has not reached yet.
///
/// ```
/// use ibbi_log::Digest;
/// use ibbi_seal::{CheckpointQueue, MerkleTree, SignedCheckpoint};
/// let (mut tree, queue) = (MerkleTree::new(), CheckpointQueue::<SignedCheckpoint>::new([]));
/// tree.push(&Digest::sha256(b"the first line"));
/// assert!(!queue.is_due(tree.size()) && queue.into_rest().is_empty());
/// ```
#[derive(Debug)]
pub struct CheckpointQueue<C = SignedCheckpoint> {
    /// The checkpoint with the largest size is first.
    waiting: Vec<C>,
}

impl<C: Borrow<SignedCheckpoint>> CheckpointQueue<C> {
    /// Creates a queue of these checkpoints.
    pub fn new(checkpoints: impl IntoIterator<Item = C>) -> Self {
        let mut waiting: Vec<C> = checkpoints.into_iter().collect();
        waiting.sort_by_key(|signed| core::cmp::Reverse(size_of(signed)));
        Self { waiting }
    }

    /// Returns whether a checkpoint has to be checked at this size of the tree.
    pub fn is_due(&self, size: u64) -> bool {
        self.waiting.last().is_some_and(|signed| size_of(signed) <= size)
    }

    /// Removes and returns the checkpoints up to this size.
    pub fn take_due(&mut self, size: u64) -> Vec<C> {
        let from = self.waiting.partition_point(|signed| size_of(signed) > size);
        self.waiting.split_off(from)
    }

    /// Returns the checkpoints that were never due, the largest first. They cover more lines than there are.
    pub fn into_rest(self) -> Vec<C> {
        self.waiting
    }
}

impl<C> Default for CheckpointQueue<C> {
    fn default() -> Self {
        Self { waiting: Vec::new() }
    }
}

fn size_of(signed: &impl Borrow<SignedCheckpoint>) -> u64 {
    signed.borrow().checkpoint().size
}
