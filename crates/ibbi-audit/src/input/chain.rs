//! The chain: one pass over the lines as bytes, which holds each against the one before and against checkpoints, and
//! hands it on to whoever judges its case.

use super::SpoolWriter;
use super::block::{BLOCK_BYTES, BLOCK_LINES, Block, shard_of};
use crate::audit::AuditError;
use crate::finding::{Detail, Finding, FindingKind};
use crate::judge::{Place, of_fault};
use crate::options::Options;
use ibbi_core::At;
use ibbi_log::{
    Digest, Fault, FaultKind, Head, LedgerLine, LineContent, Lines, Links, Opening, RawLine, case_of, read_line,
};
use ibbi_seal::{CheckpointQueue, MerkleTree, SignedCheckpoint};
use std::io::Read;

/// The lines of a ledger as they are read.
pub(crate) struct Chain<'a> {
    lines: Lines<Box<dyn Read + Send + 'a>>,
    state: State<'a>,
}

/// What the next line is held against.
struct State<'a> {
    head: Head,
    next_seq: u64,
    /// When the first line was written down, the latest, and the one before.
    logged: Option<(At, At, At)>,
    opening: Option<Opening>,
    tree: Option<MerkleTree>,
    watch: CheckpointQueue<&'a SignedCheckpoint>,
    shown: Vec<(&'a SignedCheckpoint, Fault)>,
    spool: Option<SpoolWriter>,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(reader: Box<dyn Read + Send + 'a>, spool: Option<SpoolWriter>, options: &'a Options) -> Self {
        let checkpoints = &options.checkpoints.list;
        let state = State {
            head: Head::EMPTY,
            next_seq: 1,
            logged: None,
            opening: None,
            tree: (options.root || !checkpoints.is_empty()).then(MerkleTree::new),
            watch: CheckpointQueue::new(checkpoints),
            shown: Vec::new(),
            spool,
        };
        Self { lines: Lines::new(reader), state }
    }

    pub(crate) const fn head(&self) -> Head {
        self.state.head
    }

    pub(crate) const fn opening(&self) -> Option<&Opening> {
        self.state.opening.as_ref()
    }

    /// When the first line was written down, and the latest time at which one was.
    pub(crate) fn logged(&self) -> Option<(At, At)> {
        self.state.logged.map(|(first, latest, _)| (first, latest))
    }

    pub(crate) fn root(&mut self) -> Option<Digest> {
        self.state.tree.as_mut().map(MerkleTree::root)
    }

    /// Reads the next lines into a block; `false` at the end.
    pub(crate) fn read(&mut self, block: &mut Block) -> Result<bool, AuditError> {
        let (mut count, mut bytes) = (0, 0);
        let mut more = true;
        while more && count < BLOCK_LINES && bytes < BLOCK_BYTES {
            let offset = self.state.head.bytes;
            match self.lines.next().map_err(|source| AuditError::Read { offset, source })? {
                Some(line) => bytes += self.state.take(line, block)?,
                None => more = false,
            }
            count += 1;
        }
        if let Some(spool) = &mut self.state.spool {
            spool.flush().map_err(|source| AuditError::Spool { source })?;
        }
        Ok(more)
    }

    /// What shows only at the end: an empty file, and checkpoints; each checkpoint with what it shows.
    pub(crate) fn finish(&mut self, checkpoints: &'a [SignedCheckpoint]) -> (Vec<Finding>, Vec<Option<Fault>>) {
        let mut findings = Vec::new();
        let state = &mut self.state;
        if state.head.lines == 0 {
            let fault = Fault { line: 1, offset: 0, column: 0, kind: FaultKind::NoLine };
            findings.push(of_fault(fault, None, None));
        }
        let left = core::mem::take(&mut state.watch).into_rest();
        state.ask(left);
        findings.extend(state.shown.iter().map(|(_, fault)| of_fault(fault.clone(), None, None)));
        let shown = |signed: &SignedCheckpoint| {
            let own = state.shown.iter().find(|(of, _)| core::ptr::eq(*of, signed));
            own.map(|(_, fault)| fault.clone())
        };
        (findings, checkpoints.iter().map(shown).collect())
    }
}

impl<'a> State<'a> {
    /// Holds a line against the one before, and puts it into a block for whoever judges it; gives the bytes put there.
    fn take(&mut self, line: RawLine<'_>, block: &mut Block) -> Result<usize, AuditError> {
        let RawLine { number, offset, length, content } = line;
        let bare = |kind| of_fault(Fault { line: number, offset, column: 0, kind }, None, None);
        let (line, digest) = match content {
            LineContent::Whole(line, digest) => (Some(line), digest),
            LineContent::TooLong(digest) => {
                block.findings.push(bare(FaultKind::TooLong { length }));
                (None, digest)
            }
            LineContent::Torn => {
                block.findings.push(bare(FaultKind::Torn { length }));
                return Ok(0);
            }
        };
        let links = line.and_then(Links::read);
        let opening = if number == 1 { line.and_then(opening_of) } else { None };
        // A part of a ledger begins where it begins: what came before is not known, and that it is missing is said once.
        if number == 1 && opening.is_none() {
            let detail = Detail::NoFirstLine { seq: links.map(|links| links.seq) };
            block.findings.push(Place::line(number, offset).find(FindingKind::LedgerNoOpening, detail));
        } else if let Some(links) = links {
            self.hold(links, number, offset, block);
        }
        self.next_seq = links.map_or(self.next_seq, |links| links.seq).saturating_add(1);
        self.note_logged(links.and_then(|links| links.logged()), number, offset, block);
        self.head = Head { lines: number, bytes: offset + length + 1, hash: digest };
        let mut bytes = 0;
        if let Some(opening) = opening {
            block.findings.extend(self.begin(opening));
        } else if let Some(line) = line {
            bytes = line.len();
            self.hand_on(line, number, offset, block)?;
        }
        self.covered(&digest);
        Ok(bytes)
    }

    /// Holds what a line names against the line before it.
    fn hold(&self, links: Links<'_>, number: u64, offset: u64, block: &mut Block) {
        let logged = || links.logged();
        let fault = |kind| of_fault(Fault { line: number, offset, column: 0, kind }, None, logged());
        if *links.prev != self.head.hash.to_hex()
            && let Some(found) = Digest::from_hex(links.prev)
        {
            block.findings.push(fault(FaultKind::Chain { expected: self.head.hash, found }));
        }
        if links.seq != self.next_seq {
            block.findings.push(fault(FaultKind::Seq { expected: self.next_seq, found: links.seq }));
        }
    }

    /// Notes when a line was written down, which is never before the line before it.
    fn note_logged(&mut self, logged: Option<At>, number: u64, offset: u64, block: &mut Block) {
        let Some(logged) = logged else { return };
        let (first, latest, earlier) = self.logged.unwrap_or((logged, logged, logged));
        if logged < earlier {
            let kind = FaultKind::Logged { earlier, found: logged };
            let fault = Fault { line: number, offset, column: 0, kind };
            block.findings.push(of_fault(fault, None, Some(logged)));
        }
        self.logged = Some((first, latest.max(logged), logged));
    }

    /// Puts a line into a block, and keeps it where it may be asked for again and cannot be read again.
    fn hand_on(&mut self, line: &[u8], number: u64, offset: u64, block: &mut Block) -> Result<(), AuditError> {
        let case = case_of(line);
        if case.is_some()
            && let Some(spool) = &mut self.spool
        {
            spool.keep(line, offset).map_err(|source| AuditError::Spool { source })?;
        }
        block.batches[case.map_or(0, shard_of)].push(line, number, offset);
        Ok(())
    }

    /// The first line of a ledger.
    fn begin(&mut self, opening: Opening) -> Option<Finding> {
        let found = (!opening.has_our_chart()).then(|| {
            let detail = Detail::OtherChart { program: opening.program.to_string(), found: opening.chart };
            Place::line(1, 0).find(FindingKind::LedgerOtherChart, detail)
        });
        self.opening = Some(opening);
        found
    }

    /// Takes a line into the tree, and asks the checkpoints of that size.
    fn covered(&mut self, digest: &Digest) {
        let Some(tree) = &mut self.tree else { return };
        tree.push(digest);
        let size = tree.size();
        if self.watch.is_due(size) {
            let due = self.watch.take_due(size);
            self.ask(due);
        }
    }

    /// Asks checkpoints about the lines so far.
    fn ask(&mut self, checkpoints: Vec<&'a SignedCheckpoint>) {
        let Some(tree) = &mut self.tree else { return };
        for signed in checkpoints {
            self.shown.extend(signed.find_fault(tree, self.opening.as_ref(), self.head).map(|fault| (signed, fault)));
        }
    }
}

fn opening_of(line: &[u8]) -> Option<Opening> {
    match read_line(line) {
        Ok(LedgerLine::Opening(opening)) => Some(opening),
        _ => None,
    }
}
