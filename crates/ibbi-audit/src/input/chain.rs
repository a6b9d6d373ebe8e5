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
    Content, Digest, Entry, Fault, FaultKind, Head, Lines, Links, Opening, RawLine, SignedCheckpoint, Tree, Watch,
    case_of, read_line,
};
use std::io::Read;

/// The lines of a ledger as they are read.
pub(crate) struct Chain<'a> {
    lines: Lines<Box<dyn Read + Send + 'a>>,
    head: Head,
    next_seq: u64,
    /// When the first line was written down, the latest, and the one before.
    logged: Option<(At, At, At)>,
    opening: Option<Opening>,
    tree: Option<Tree>,
    watch: Watch<'a>,
    shown: Vec<(&'a SignedCheckpoint, Fault)>,
    spool: Option<SpoolWriter>,
    torn: bool,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(reader: Box<dyn Read + Send + 'a>, spool: Option<SpoolWriter>, options: &'a Options) -> Self {
        let checkpoints = &options.checkpoints.list;
        Self {
            lines: Lines::new(reader),
            head: Head::EMPTY,
            next_seq: 1,
            logged: None,
            opening: None,
            tree: (options.root || !checkpoints.is_empty()).then(Tree::new),
            watch: Watch::new(checkpoints),
            shown: Vec::new(),
            spool,
            torn: false,
        }
    }

    pub(crate) const fn head(&self) -> Head {
        self.head
    }

    pub(crate) const fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// When the first line was written down, and the latest time at which one was.
    pub(crate) fn logged(&self) -> Option<(At, At)> {
        self.logged.map(|(first, latest, _)| (first, latest))
    }

    pub(crate) fn root(&mut self) -> Option<Digest> {
        self.tree.as_mut().map(Tree::root)
    }

    /// Reads the next lines into a block; `false` at the end.
    pub(crate) fn read(&mut self, block: &mut Block) -> Result<bool, AuditError> {
        let (mut count, mut bytes) = (0, 0);
        let mut more = true;
        while count < BLOCK_LINES && bytes < BLOCK_BYTES {
            let next = self.lines.next();
            let next = next.map_err(|source| AuditError::Read { offset: self.head.bytes, source })?;
            let Some(RawLine { number, offset, length, content }) = next else {
                more = false;
                break;
            };
            let bare = |kind| of_fault(Fault { line: number, offset, column: 0, kind }, None, None);
            let (line, digest) = match content {
                Content::Whole(line, digest) => (Some(line), digest),
                Content::TooLong(digest) => {
                    block.findings.push(bare(FaultKind::TooLong { length }));
                    (None, digest)
                }
                Content::Torn => {
                    block.findings.push(bare(FaultKind::Torn { length }));
                    self.torn = true;
                    continue;
                }
            };
            let links = line.and_then(Links::of);
            let logged = links.and_then(|links| links.logged());
            let fault = |kind| of_fault(Fault { line: number, offset, column: 0, kind }, None, logged);
            let begins = number == 1;
            let opening = if begins { line.and_then(opening_of) } else { None };
            // A part of a ledger begins where it begins: what came before is not known, and that it is missing is said once.
            let part = begins && opening.is_none() && links.is_some();
            if let Some(links) = links {
                if *links.prev != self.head.hash.to_hex()
                    && !part
                    && let Some(found) = Digest::from_hex(links.prev)
                {
                    block.findings.push(fault(FaultKind::Chain { expected: self.head.hash, found }));
                }
                if links.seq != self.next_seq && !part {
                    block.findings.push(fault(FaultKind::Seq { expected: self.next_seq, found: links.seq }));
                }
                self.next_seq = links.seq;
                if let Some(logged) = logged {
                    let (first, latest, earlier) = self.logged.unwrap_or((logged, logged, logged));
                    if logged < earlier {
                        block.findings.push(fault(FaultKind::Logged { earlier, found: logged }));
                    }
                    self.logged = Some((first, latest.max(logged), logged));
                }
            }
            self.next_seq = self.next_seq.saturating_add(1);
            if begins && opening.is_none() {
                let detail = Detail::NoFirstLine { seq: links.map(|links| links.seq) };
                block.findings.push(Place::line(number, offset).find(FindingKind::LedgerNoOpening, detail));
            }
            self.head = Head { lines: number, bytes: offset + length + 1, hash: digest };
            match (opening, line) {
                (Some(opening), _) => block.findings.extend(self.begin(opening)),
                (None, Some(line)) => {
                    let case = case_of(line);
                    if case.is_some()
                        && let Some(spool) = &mut self.spool
                    {
                        spool.keep(line, offset).map_err(|source| AuditError::Spool { source })?;
                    }
                    block.batches[case.map_or(0, shard_of)].push(line, number, offset);
                    bytes += line.len();
                }
                (None, None) => {}
            }
            self.covered(&digest);
            count += 1;
        }
        if let Some(spool) = &mut self.spool {
            spool.flush().map_err(|source| AuditError::Spool { source })?;
        }
        Ok(more)
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
        if self.watch.is_due(tree.size()) {
            for signed in self.watch.due(tree.size()) {
                self.shown.extend(signed.against(tree, self.opening.as_ref(), self.head).map(|fault| (signed, fault)));
            }
        }
    }

    /// What shows only at the end: an empty file, and checkpoints; each checkpoint with what it shows.
    pub(crate) fn finish(&mut self, checkpoints: &'a [SignedCheckpoint]) -> (Vec<Finding>, Vec<Option<Fault>>) {
        let mut findings = Vec::new();
        if self.head.lines == 0 && !self.torn {
            let fault = Fault { line: 1, offset: 0, column: 0, kind: FaultKind::NoLine };
            findings.push(of_fault(fault, None, None));
        }
        if let Some(tree) = &mut self.tree {
            for signed in core::mem::replace(&mut self.watch, Watch::new(&[])).left() {
                self.shown.extend(signed.against(tree, self.opening.as_ref(), self.head).map(|fault| (signed, fault)));
            }
        }
        findings.extend(self.shown.iter().map(|(_, fault)| of_fault(fault.clone(), None, None)));
        let shown = |signed: &SignedCheckpoint| {
            let own = self.shown.iter().find(|(of, _)| core::ptr::eq(*of, signed));
            own.map(|(_, fault)| fault.clone())
        };
        (findings, checkpoints.iter().map(shown).collect())
    }
}

fn opening_of(line: &[u8]) -> Option<Opening> {
    match read_line(line) {
        Ok(Entry::Opening(opening)) => Some(opening),
        _ => None,
    }
}
