//! The last lines of all cases, and the Merkle root over them, which a line of the type `heads` states.
//!
//! A checkpoint proves that lines are in the ledger. It can't prove that a case has no other lines, because a tree of lines
//! has no order by case. The tree of this module does: it has one leaf for each case, with the case's last line. So a path
//! in it shows how many records a case has, and which one is the last.
//!
//! The data of a leaf are the case's ID (16 bytes), the number of its last record (8 bytes, the most significant first), and
//! the SHA-256 of that record's line (32 bytes). The leaves are in the order of the IDs. The tree is that of RFC 6962,
//! section 2.1.

use crate::merkle::{leaf_hash, node_hash, root_from_leaf};
use ibbi_log::{Digest, Fault, FaultKind, Head, Heads, ObservedLine, Uuid};
use std::collections::HashMap;

/// The last line of every case, as far as a ledger has been read.
///
/// Memory grows with the number of cases: about 150 bytes for each. Stating the root again costs a few hashes for each
/// case that changed since it was stated last.
///
/// ```
/// use ibbi_log::{Digest, Uuid};
/// use ibbi_seal::CaseHeads;
/// let mut heads = CaseHeads::default();
/// heads.set(Uuid::from_u128(2), 1, Digest::sha256(b"the first line of case 2"));
/// heads.set(Uuid::from_u128(1), 1, Digest::sha256(b"the first line of case 1"));
/// let (index, path) = heads.path(Uuid::from_u128(2)).unwrap();
/// assert_eq!((heads.state().cases, index, path.len()), (2, 1, 1));
/// ```
#[derive(Debug, Clone, Default)]
pub struct CaseHeads {
    last: HashMap<Uuid, CaseHead, ahash::RandomState>,
    /// The cases of the leaves, in their order.
    cases: Vec<Uuid>,
    /// The hashes of the tree, from the leaves up. The last level has the root.
    levels: Vec<Vec<Digest>>,
    /// The cases that changed since the tree was computed.
    changed: Vec<Uuid>,
    /// The end of the lines so far, in bytes.
    end: u64,
    /// Whether a line could not be read, so that the last lines of the cases aren't known.
    is_unknown: bool,
}

#[derive(Debug, Clone, Copy)]
struct CaseHead {
    rev: u64,
    digest: Digest,
    has_changed: bool,
    is_new: bool,
}

impl CaseHeads {
    /// Sets the last record of a case: its number in the case, and the SHA-256 of its line.
    pub fn set(&mut self, case: Uuid, rev: u64, digest: Digest) {
        let head = self.last.entry(case).or_insert(CaseHead { rev, digest, has_changed: false, is_new: true });
        (head.rev, head.digest) = (rev, digest);
        if !head.has_changed {
            head.has_changed = true;
            self.changed.push(case);
        }
    }

    /// Takes the next line of a ledger. Returns what is wrong if it states another state than the lines before it give.
    pub fn observe(&mut self, head: Head, line: ObservedLine) -> Option<Fault> {
        let offset = core::mem::replace(&mut self.end, head.bytes);
        match line {
            ObservedLine::Record { case, rev } => self.set(case, rev, head.hash),
            ObservedLine::Heads(found) if !self.is_unknown => {
                let expected = self.state();
                return (found != expected).then_some(Fault {
                    line: head.lines,
                    offset,
                    column: 0,
                    kind: FaultKind::Heads { expected, found },
                });
            }
            ObservedLine::Heads(_) | ObservedLine::Other => {}
        }
        None
    }

    /// Notes that a line could not be read. The states that later lines state are then not compared: that one line would
    /// show as a fault of each of them.
    pub const fn skip(&mut self) {
        self.is_unknown = true;
    }

    /// Returns whether every line could be read.
    pub(crate) const fn is_known(&self) -> bool {
        !self.is_unknown
    }

    /// Returns the state of all cases, as a line of the type `heads` states it.
    pub fn state(&mut self) -> Heads {
        self.compute();
        let root = self.levels.last().and_then(|level| level.first());
        let cases = u64::try_from(self.cases.len()).unwrap_or(u64::MAX);
        Heads { cases, root: root.copied().unwrap_or_else(|| Digest::sha256(b"")) }
    }

    /// Returns the place of a case among the cases (from 0), and the path from its leaf to the root. Returns `None` for a
    /// case that has no line.
    pub fn path(&mut self, case: Uuid) -> Option<(u64, Vec<Digest>)> {
        self.compute();
        let index = self.cases.binary_search(&case).ok()?;
        let sibling = |(up, level): (usize, &Vec<Digest>)| level.get((index >> up) ^ 1).copied();
        let path = self.levels.iter().enumerate().filter_map(sibling).collect();
        Some((u64::try_from(index).ok()?, path))
    }

    /// Brings the tree up to date.
    fn compute(&mut self) {
        let changed = core::mem::take(&mut self.changed);
        let (mut new, mut dirty) = (Vec::new(), Vec::new());
        for case in changed {
            let Some(head) = self.last.get_mut(&case) else { continue };
            head.has_changed = false;
            if core::mem::take(&mut head.is_new) { new.push(case) } else { dirty.push(case) }
        }
        let old = self.cases.len();
        new.sort_unstable();
        // From here on, every leaf has another place than before.
        let from = new.first().map_or(old, |first| self.cases.partition_point(|case| case < first));
        if !new.is_empty() {
            self.cases.extend(new);
            self.cases[from..].sort_unstable();
        }
        let mut dirty: Vec<usize> = dirty.iter().filter_map(|case| self.cases.binary_search(case).ok()).collect();
        dirty.retain(|index| *index < from);
        dirty.extend(from..self.cases.len());
        dirty.sort_unstable();
        if dirty.is_empty() {
            return;
        }
        let mut level = self.levels.first_mut().map(core::mem::take).unwrap_or_default();
        level.resize(self.cases.len(), Digest::ZERO);
        for index in &dirty {
            let case = self.cases[*index];
            if let Some(head) = self.last.get(&case) {
                level[*index] = leaf_of(case, head.rev, &head.digest);
            }
        }
        let mut levels = vec![level];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let mut level = self.levels.get_mut(levels.len()).map(core::mem::take).unwrap_or_default();
            level.resize(below.len().div_ceil(2), Digest::ZERO);
            dirty.iter_mut().for_each(|index| *index /= 2);
            dirty.dedup();
            for index in &dirty {
                level[*index] = match below.get(2 * index + 1) {
                    Some(right) => node_hash(&below[2 * index], right),
                    // A node without a sibling is the node above it.
                    None => below[2 * index],
                };
            }
            levels.push(level);
        }
        self.levels = levels;
    }
}

/// Returns the hash of a leaf.
fn leaf_of(case: Uuid, rev: u64, digest: &Digest) -> Digest {
    let mut data = [0; 56];
    data[..16].copy_from_slice(case.as_bytes());
    data[16..24].copy_from_slice(&rev.to_be_bytes());
    data[24..].copy_from_slice(digest.as_bytes());
    leaf_hash(&data)
}

/// Returns whether a path shows that a state has a case whose last record has this number and digest.
pub(crate) fn shows_last(
    heads: &Heads,
    (case, rev, digest): (Uuid, u64, &Digest),
    index: u64,
    path: &[Digest],
) -> bool {
    root_from_leaf(leaf_of(case, rev, digest), index, heads.cases, path) == Some(heads.root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::Peaks;

    fn digest(number: u64) -> Digest {
        Digest::sha256(&number.to_le_bytes())
    }

    /// Computes the root from all cases at once.
    fn root(cases: &[(Uuid, u64, Digest)]) -> Digest {
        let mut sorted = cases.to_vec();
        sorted.sort_unstable_by_key(|(case, ..)| *case);
        let mut tree = Peaks::new();
        sorted.iter().for_each(|(case, rev, digest)| tree.push_tree(leaf_of(*case, *rev, digest), 1, |_, _| {}));
        tree.root()
    }

    #[test]
    fn a_tree_that_grows_has_the_root_and_the_paths_of_one_made_at_once() {
        // A simple generator of numbers decides which case is next; some IDs grow and some don't.
        let (mut heads, mut known, mut seed) = (CaseHeads::default(), Vec::<(Uuid, u64, Digest)>::new(), 7_u64);
        assert_eq!(heads.state(), Heads { cases: 0, root: Digest::sha256(b"") });
        for step in 0..600_u64 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let choice = usize::try_from(seed >> 33).unwrap();
            if known.is_empty() || choice.is_multiple_of(4) {
                let case = Uuid::from_u128(u128::from(if step.is_multiple_of(3) { step + 1 } else { seed }));
                known.push((case, 1, digest(step)));
            } else {
                let place = choice % known.len();
                known[place].1 += 1;
                known[place].2 = digest(step);
            }
            let changed = known.iter().find(|(.., of)| *of == digest(step)).unwrap();
            heads.set(changed.0, changed.1, changed.2);
            if choice.is_multiple_of(5) {
                let state = heads.state();
                assert_eq!(state, Heads { cases: u64::try_from(known.len()).unwrap(), root: root(&known) }, "{step}");
            }
        }
        let state = heads.state();
        for (case, rev, digest) in &known {
            let (index, path) = heads.path(*case).unwrap();
            assert!(shows_last(&state, (*case, *rev, digest), index, &path));
            assert!(!shows_last(&state, (*case, rev + 1, digest), index, &path));
            assert!(!shows_last(&state, (*case, rev - 1, digest), index, &path));
            assert!(!shows_last(&state, (*case, *rev, &Digest::ZERO), index, &path));
            assert!(!shows_last(&state, (Uuid::nil(), *rev, digest), index, &path));
            assert!(path.is_empty() || !shows_last(&state, (*case, *rev, digest), index, &path[1..]));
        }
        assert_eq!(heads.path(Uuid::nil()), None);
    }

    #[test]
    fn a_wrong_state_is_a_fault_unless_a_line_could_not_be_read() {
        let mut heads = CaseHeads::default();
        let head = Head { lines: 2, bytes: 10, hash: digest(1) };
        assert_eq!(heads.observe(head, ObservedLine::Record { case: Uuid::from_u128(1), rev: 1 }), None);
        let right = heads.state();
        assert_eq!(heads.observe(head, ObservedLine::Heads(right)), None);
        let wrong = Heads { cases: 2, ..right };
        let fault = heads.observe(head, ObservedLine::Heads(wrong)).unwrap();
        assert_eq!((fault.line, fault.kind.code()), (2, "chain.heads"));
        assert_eq!(fault.kind, FaultKind::Heads { expected: right, found: wrong });
        heads.skip();
        assert_eq!(heads.observe(head, ObservedLine::Heads(wrong)), None);
    }
}
