//! Checking the lines of a release. The script `docs/verify_release.py` does the same, with the same words.

use crate::case_heads::shows_last;
use crate::checkpoint::Checkpoint;
use crate::merkle::{MerkleTree, root_from_proof};
use crate::proof::decode_hash;
use crate::release::{HashEntry, PathEntry, ProofEntry};
use core::fmt;
use ibbi_log::{Digest, LedgerLine, LineReader, LineRecord, Links, Uuid, read_uuid};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a release says about a line that it withholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithheldLine {
    /// The case.
    pub case: Uuid,
    /// The number of the record in its case, from 1.
    pub rev: u64,
    /// The SHA-256 of the line.
    pub digest: Digest,
}

/// Why the lines of a release prove nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFault {
    /// The line of the ledger, from 1, if one line is at fault.
    pub line: Option<u64>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for ReleaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// The lines of a release, when everything about them was checked.
#[derive(Debug)]
pub struct CheckedRelease {
    /// The records in full. Their `line` is that in the ledger.
    pub records: Vec<LineRecord>,
    /// The numbers of the lines that are withheld.
    pub withheld: BTreeSet<u64>,
    /// How many records each case has, with those that are withheld.
    pub cases: BTreeMap<Uuid, u64>,
    /// Up to which line of the ledger no record of a case is missing. `None` if the lines don't show that: later records might then
    /// exist, even under the checkpoint.
    pub complete_up_to: Option<u64>,
}

/// Checks the lines of a release: that the checkpoint covers each of them, in its place, and that no record of a case is missing.
/// `cases` is `None` for a release about all cases. `withheld` has the statements of the release about the lines that it withholds.
///
/// # Errors
/// Returns [`ReleaseFault`] about the first fault.
pub fn check_release_lines(
    file: &[u8],
    checkpoint: &Checkpoint,
    cases: Option<&BTreeSet<Uuid>>,
    withheld: &BTreeMap<u64, WithheldLine>,
) -> Result<CheckedRelease, ReleaseFault> {
    let Some(text) = file.strip_suffix(b"\n") else { return Err(whole("the file is empty or cut off")) };
    let mut checker = Checker {
        checkpoint,
        cases,
        withheld,
        number: 0,
        last: None,
        unlinked: Vec::new(),
        tree: MerkleTree::new(),
        revs: BTreeMap::new(),
        states: None,
        found: CheckedRelease {
            records: Vec::new(),
            withheld: BTreeSet::new(),
            cases: BTreeMap::new(),
            complete_up_to: None,
        },
    };
    let mut reader = LineReader::default();
    let mut entries = text.split(|byte| *byte == b'\n').zip(1..).peekable();
    while let Some((entry, place)) = entries.next_if(|(entry, _)| !entry.starts_with(b"{\"case\":")) {
        let hash = match entry {
            line if line.starts_with(b"{\"act") => None,
            other => match read_entry::<HashEntry>(other).and_then(|entry| entry.sha256.parse().ok()) {
                Some(digest) => Some(digest),
                None => {
                    let reason = "it is neither a line of the ledger nor the SHA-256 of one";
                    return Err(whole(format!("entry {place}: {reason}")));
                }
            },
        };
        let digest = hash.unwrap_or_else(|| Digest::sha256(entry));
        if cases.is_some() {
            let proof = entries.next().and_then(|(entry, _)| read_proof(entry));
            let no_proof = || whole(format!("entry {}: it is not the proof of the line before it", place + 1));
            checker.prove(&digest, &proof.ok_or_else(no_proof)?)?;
        } else {
            checker.number += 1;
        }
        match hash {
            Some(digest) => checker.take_withheld(digest)?,
            None => checker.take_line(entry, digest, &mut reader)?,
        }
        if cases.is_none() {
            checker.tree.push(&digest);
            checker.unlinked.push(checker.number);
        }
        checker.last = Some(digest);
    }
    checker.end()?;
    let paths = entries.map(|(entry, place)| {
        let path = read_entry::<PathEntry>(entry).and_then(|path| {
            let hashes = path.path.iter().map(|text| decode_hash(text)).collect::<Option<Vec<_>>>()?;
            Some((read_uuid(&path.case)?, path.index, hashes))
        });
        path.ok_or_else(|| whole(format!("entry {place}: it is not the path of a case")))
    });
    let paths = paths.collect::<Result<Vec<_>, _>>()?;
    checker.complete(&paths)
}

/// Returns a fault of no single line.
fn whole(reason: impl Into<String>) -> ReleaseFault {
    ReleaseFault { line: None, reason: reason.into() }
}

fn read_entry<T: for<'a> Deserialize<'a> + Serialize>(bytes: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(bytes).ok()?;
    (serde_json::to_vec(&read).ok()? == bytes).then_some(read)
}

fn read_proof(bytes: &[u8]) -> Option<(u64, Vec<Digest>)> {
    let entry: ProofEntry = read_entry(bytes)?;
    Some((entry.index, entry.proof.iter().map(|text| decode_hash(text)).collect::<Option<_>>()?))
}

struct Checker<'a> {
    checkpoint: &'a Checkpoint,
    cases: Option<&'a BTreeSet<Uuid>>,
    withheld: &'a BTreeMap<u64, WithheldLine>,
    /// The number of the last line.
    number: u64,
    /// Its digest.
    last: Option<Digest>,
    /// The lines whose digest no later line has named yet, if the release is about all cases.
    unlinked: Vec<u64>,
    tree: MerkleTree,
    /// The number and the digest of the last record of each case.
    revs: BTreeMap<Uuid, (u64, Digest)>,
    /// The state of all cases, if the last line that the checkpoint covers states it.
    states: Option<ibbi_log::Heads>,
    found: CheckedRelease,
}

impl Checker<'_> {
    fn wrong(&self, reason: impl Into<String>) -> ReleaseFault {
        ReleaseFault { line: Some(self.number), reason: reason.into() }
    }

    fn prove(&mut self, digest: &Digest, (index, proof): &(u64, Vec<Digest>)) -> Result<(), ReleaseFault> {
        let before = core::mem::replace(&mut self.number, index + 1);
        if root_from_proof(digest, *index, self.checkpoint.size, proof) != Some(self.checkpoint.root) {
            return Err(self.wrong("it is not the line that the checkpoint covers, or its proof was changed"));
        }
        if self.number <= before {
            return Err(self.wrong(format!("it is in the file twice, or after line {before}")));
        }
        Ok(())
    }

    fn take_withheld(&mut self, digest: Digest) -> Result<(), ReleaseFault> {
        let Some(line) = self.withheld.get(&self.number) else {
            return Err(self.wrong("it is withheld, but withheld.jsonl has no entry for it"));
        };
        if line.digest != digest {
            return Err(self.wrong("withheld.jsonl has another SHA-256 for it"));
        }
        self.found.withheld.insert(self.number);
        self.take_record(line.case, line.rev, digest)
    }

    fn take_line(&mut self, bytes: &[u8], digest: Digest, reader: &mut LineReader) -> Result<(), ReleaseFault> {
        let read = reader.read(bytes).ok().zip(Links::read(bytes));
        let Some((content, links)) = read else { return Err(self.wrong("it is not a line of a ledger")) };
        if links.seq != self.number {
            return Err(self.wrong(format!("line {} is in its place", links.seq)));
        }
        if self.cases.is_none() {
            let before = self.last.unwrap_or(Digest::ZERO);
            if *links.prev != before.to_hex() {
                let number = self.number;
                self.number -= 1;
                return Err(self.wrong(format!("it is not the line that line {number} follows")));
            }
            self.unlinked.pop();
        }
        let is_opening = matches!(content, LedgerLine::Opening(_));
        match content {
            LedgerLine::Opening(opening) if self.number == 1 && opening.origin.as_str() == self.checkpoint.origin => {}
            LedgerLine::Record(mut record) if self.last.is_some() => {
                record.line = self.number;
                self.take_record(record.case, record.rev, digest)?;
                self.found.records.push(record);
            }
            LedgerLine::Heads(heads) if self.last.is_some() => {
                if self.number == self.checkpoint.size {
                    self.states = Some(heads);
                } else if self.cases.is_some() {
                    return Err(self.wrong("it is of no case"));
                }
            }
            LedgerLine::Format(_) | LedgerLine::Custody(_) if self.last.is_some() && self.cases.is_none() => {}
            LedgerLine::Format(_) | LedgerLine::Custody(_) if self.last.is_some() => {
                return Err(self.wrong("it is of no case"));
            }
            _ if is_opening => return Err(self.wrong("it must be the first line of the checkpoint's ledger")),
            _ => return Err(self.wrong("the first line of the ledger must be before it")),
        }
        Ok(())
    }

    fn take_record(&mut self, case: Uuid, rev: u64, digest: Digest) -> Result<(), ReleaseFault> {
        if self.last.is_none() {
            return Err(self.wrong("the first line of the ledger must be before it"));
        }
        if self.cases.is_some_and(|cases| !cases.contains(&case)) {
            return Err(self.wrong(format!("it is of case {case}, which the release is not about")));
        }
        let expected = self.revs.get(&case).map_or(1, |(rev, _)| rev + 1);
        if rev != expected {
            return Err(self.wrong(format!("it must be record {expected} of case {case}, and it is record {rev}")));
        }
        self.revs.insert(case, (rev, digest));
        Ok(())
    }

    /// Checks what can be known only after the last line.
    fn end(&mut self) -> Result<(), ReleaseFault> {
        let Checkpoint { size, root, .. } = *self.checkpoint;
        match self.cases {
            Some(cases) => match cases.iter().find(|case| !self.revs.contains_key(case)) {
                Some(case) => Err(whole(format!("case {case} has no record in the release"))),
                None => Ok(()),
            },
            None if self.number != size => {
                Err(whole(format!("the lines end with line {}, but the checkpoint covers {size}", self.number)))
            }
            None if self.tree.root() != root => {
                let lines: Vec<_> = self.unlinked.iter().map(u64::to_string).collect();
                let reason = "was changed, or the checkpoint is of other lines: they do not lead to its root";
                Err(whole(format!("one of the lines {} {reason}", lines.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// Checks that the state of all cases has the last record of each case.
    fn complete(mut self, paths: &[(Uuid, u64, Vec<Digest>)]) -> Result<CheckedRelease, ReleaseFault> {
        let known: Vec<_> = if self.states.is_some() { self.revs.keys().copied().collect() } else { Vec::new() };
        if !paths.iter().map(|(case, ..)| *case).eq(known) {
            let reason = "the paths at the end must be those of the cases of the release, in the order of their IDs";
            return Err(whole(reason));
        }
        if let Some(heads) = &self.states {
            if self.cases.is_none() && self.revs.len() as u64 != heads.cases {
                return Err(whole(format!(
                    "the ledger has {} cases, and the release has {}",
                    heads.cases,
                    self.revs.len()
                )));
            }
            for ((case, (rev, digest)), (_, index, path)) in self.revs.iter().zip(paths) {
                if !shows_last(heads, (*case, *rev, digest), *index, path) {
                    let reason = "is not its last one, or its path was changed";
                    return Err(whole(format!("case {case}: record {rev} {reason}")));
                }
            }
        }
        let is_complete = self.states.is_some() || self.cases.is_none();
        self.found.complete_up_to = is_complete.then_some(self.checkpoint.size);
        self.found.cases = self.revs.iter().map(|(case, (rev, _))| (*case, *rev)).collect();
        Ok(self.found)
    }
}
