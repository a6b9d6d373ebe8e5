//! What several checkpoints say together about a ledger: whether its history forked, and which lines must have changed.

use crate::verify::{CheckedCheckpoint, Verification};
use crate::witness::Fork;
use core::ops::RangeInclusive;
use ibbi_log::FaultKind;
use std::collections::BTreeMap;

/// What the checkpoints say together about the lines of a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryFindings {
    /// Signed statements that can't all be true: two checkpoints over the same lines with different roots, or a checkpoint
    /// that a larger one doesn't continue.
    pub forks: Vec<Fork>,
    /// The size of the smallest checkpoint from outside whose lines the ledger doesn't have, although no line up to there has a
    /// fault: the ledger is another history, whole in itself.
    pub other_history: Option<u64>,
    /// The fewest lines of which at least one must have changed or must be missing, if a checkpoint doesn't fit or the chain is
    /// broken. Lines can be missing anywhere among them, because the ones after them can be numbered and linked again.
    pub changed: Option<RangeInclusive<u64>>,
    /// The numbers of the lines at the end that a checkpoint covers and that the ledger doesn't have.
    pub missing: Option<RangeInclusive<u64>>,
}

/// Compares the checkpoints of a verified ledger with each other.
///
/// `is_outside` says, by its index among the checkpoints, whether a checkpoint comes from a place where the ledger's operator
/// can't write. If one of those doesn't fit, only those bound the changed lines: the operator can add any number of others.
pub fn compare_history(found: &Verification, is_outside: impl Fn(usize) -> bool) -> HistoryFindings {
    let mut breaks = found.damage.faults.iter().map(|fault| break_lines(fault.kind.code(), fault.line));
    compare_checkpoints(&found.checkpoints, found.head.lines, breaks.find_map(|lines| lines), is_outside)
}

/// Compares the checkpoints of a ledger as [`compare_history`] does. `lines` is the number of the ledger's whole lines, and
/// `first_break` has the [`break_lines`] of its first fault.
pub fn compare_checkpoints(
    checkpoints: &[CheckedCheckpoint],
    lines: u64,
    first_break: Option<RangeInclusive<u64>>,
    is_outside: impl Fn(usize) -> bool,
) -> HistoryFindings {
    let counts = |checked: &&CheckedCheckpoint| !matches!(checked.signature, Some(Err(_)));
    let all: Vec<&CheckedCheckpoint> = checkpoints.iter().filter(counts).collect();
    let outside: Vec<&CheckedCheckpoint> = {
        let indexed = checkpoints.iter().enumerate();
        indexed.filter(|(index, checked)| is_outside(*index) && counts(checked)).map(|(_, checked)| checked).collect()
    };
    let largest = |checkpoints: &[&CheckedCheckpoint]| {
        let missing = checkpoints.iter().filter(|checked| is_truncated(checked)).map(|checked| size_of(checked)).max();
        missing.map(|size| lines + 1..=size)
    };
    let first_fault = first_break.as_ref().map_or(u64::MAX, |lines| *lines.start());
    let differing = outside.iter().filter(|checked| has_other_root(checked)).map(|checked| size_of(checked)).min();
    let by_roots = changed_by_roots(&outside).or_else(|| changed_by_roots(&all));
    HistoryFindings {
        forks: forks(&all),
        other_history: differing.filter(|size| *size < first_fault),
        changed: narrowed(by_roots, first_break),
        missing: largest(&outside).or_else(|| largest(&all)),
    }
}

fn size_of(checked: &CheckedCheckpoint) -> u64 {
    checked.signed.checkpoint().size
}

fn is_truncated(checked: &CheckedCheckpoint) -> bool {
    checked.fault.as_ref().is_some_and(|fault| matches!(fault.kind, FaultKind::Truncated { .. }))
}

fn has_other_root(checked: &CheckedCheckpoint) -> bool {
    checked.fault.as_ref().is_some_and(|fault| matches!(fault.kind, FaultKind::Root { .. }))
}

/// Returns the lines after the largest checkpoint that fits, up to the smallest after it that doesn't.
fn changed_by_roots(checkpoints: &[&CheckedCheckpoint]) -> Option<RangeInclusive<u64>> {
    let differs = |checked: &&&CheckedCheckpoint| has_other_root(checked) || is_truncated(checked);
    let last = checkpoints.iter().filter(differs).map(|checked| size_of(checked)).min()?;
    let fits = |checked: &&&CheckedCheckpoint| checked.fault.is_none() && size_of(checked) < last;
    let first = checkpoints.iter().filter(fits).map(|checked| size_of(checked)).max().unwrap_or(0) + 1;
    Some(first..=last)
}

/// Returns the lines of which one must have changed if a line has a fault with this code; nothing if the fault doesn't show
/// a change of a line.
///
/// ```
/// use ibbi_seal::break_lines;
/// // A line names the one before it, so either can be the changed one.
/// assert_eq!(break_lines("chain.prev", 7), Some(6..=7));
/// assert_eq!(break_lines("line.syntax", 7), Some(7..=7));
/// assert_eq!(break_lines("ledger.torn", 7), None);
/// ```
pub fn break_lines(code: &str, line: u64) -> Option<RangeInclusive<u64>> {
    match code {
        "chain.prev" => Some(line.saturating_sub(1).max(1)..=line),
        // The chain fits, so the lines from the changed one to this one were linked again.
        "chain.seq" | "chain.rev" => Some(1..=line),
        _ => code.starts_with("line.").then_some(line..=line),
    }
}

/// Returns the lines of a break as far as the checkpoints leave them open; all of these if the break is after them.
fn narrowed(
    by_roots: Option<RangeInclusive<u64>>,
    by_break: Option<RangeInclusive<u64>>,
) -> Option<RangeInclusive<u64>> {
    match (by_roots, by_break) {
        (Some(roots), Some(lines)) => {
            let both = *roots.start().max(lines.start())..=*roots.end().min(lines.end());
            Some(if both.is_empty() { roots } else { both })
        }
        (roots, lines) => roots.or(lines),
    }
}

/// Returns the pairs of signed statements that can't both be true.
fn forks(checkpoints: &[&CheckedCheckpoint]) -> Vec<Fork> {
    let fork = |known: &CheckedCheckpoint, found: &CheckedCheckpoint| Fork {
        known: known.signed.clone(),
        found: found.signed.clone(),
    };
    let mut by_size: BTreeMap<(&str, u64), &CheckedCheckpoint> = BTreeMap::new();
    let mut forks = Vec::new();
    for checked in checkpoints {
        let checkpoint = checked.signed.checkpoint();
        match by_size.get(&(checkpoint.origin.as_str(), checkpoint.size)) {
            Some(known) if known.signed.checkpoint().root != checkpoint.root => forks.push(fork(known, checked)),
            Some(_) => {}
            None => {
                by_size.insert((&checkpoint.origin, checkpoint.size), checked);
            }
        }
    }
    // The ledger's lines fit the larger one, so they show that it doesn't continue the smaller one.
    let larger = checkpoints.iter().filter(|checked| checked.fault.is_none()).max_by_key(|checked| size_of(checked));
    let Some(larger) = larger else { return forks };
    let is_smaller = |checked: &&&CheckedCheckpoint| has_other_root(checked) && size_of(checked) < size_of(larger);
    let smaller = checkpoints.iter().filter(is_smaller).min_by_key(|checked| size_of(checked));
    let is_known = |fork: &Fork, one: &CheckedCheckpoint| fork.known == one.signed || fork.found == one.signed;
    let smaller = smaller.filter(|smaller| !forks.iter().any(|fork| is_known(fork, smaller)));
    forks.extend(smaller.map(|smaller| fork(smaller, larger)));
    forks
}
