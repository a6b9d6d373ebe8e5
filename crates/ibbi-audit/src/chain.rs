//! The chain: one pass over the lines as bytes. Each line is checked against the line before it and against the
//! checkpoints, then passed on to the shard that judges its case.

use crate::blocks::{BLOCK_LINES, Block, JudgedLine, shard_of};
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, clock_finding, fault_finding};
use crate::input::SpoolWriter;
use crate::options::AuditOptions;
use ibbi_core::{ActPlace, At};
use ibbi_log::{
    ActFollower, ClockCheck, ClockFinding, ClockLine, CustodyState, Digest, Fault, FaultKind, Head, LedgerLine,
    LineContent, LineStart, LineSubject, Lines, Links, ObservedLine, Opening, RawLine, Uuid, act_of, read_line,
    version_of,
};
use ibbi_seal::{CaseHeads, CheckpointQueue, MerkleTree, SignedCheckpoint};
use std::io::Read;

/// The most wrong times that are reported. If a ledger has more, its clock says nothing anyway.
const MAX_WRONG_TIMES: usize = 1000;

/// The lines of a ledger as they are read.
pub(crate) struct Chain<'a> {
    lines: Lines<Box<dyn Read + Send + 'a>>,
    state: ChainState<'a>,
}

/// The fields of a line that the chain checks. They are read once, from its two ends.
#[derive(Debug, Clone, Copy, Default)]
struct LineFields<'a> {
    number: u64,
    offset: u64,
    links: Option<Links<'a>>,
    logged: Option<At>,
    start: LineStart<'a>,
    act: Option<ActPlace>,
    version: Option<u8>,
}

impl<'a> LineFields<'a> {
    fn read(line: &'a [u8], number: u64, offset: u64) -> Self {
        let links = Links::read(line);
        let logged = links.as_ref().and_then(Links::logged);
        let (start, act, version) = (LineStart::read(line), act_of(line), version_of(line));
        Self { number, offset, links, logged, start, act, version }
    }

    const fn case(&self) -> Option<Uuid> {
        self.start.case
    }

    fn finding(&self, kind: FaultKind, logged: Option<At>) -> Finding {
        fault_finding(Fault { line: self.number, offset: self.offset, column: 0, kind }, None, logged)
    }
}

/// The state that the next line is checked against.
struct ChainState<'a> {
    head: Head,
    next_seq: u64,
    /// The times at which the first line, the latest line, and the line before were recorded.
    logged: Option<(At, At, At)>,
    opening: Option<Opening>,
    /// The version of the format at this place, once it is known.
    version: Option<u8>,
    acts: ActFollower,
    clock: ClockCheck,
    /// The wrong times, at most [`MAX_WRONG_TIMES`].
    wrong_times: Vec<ClockFinding>,
    tree: Option<MerkleTree>,
    /// The last line of each case.
    heads: CaseHeads,
    /// The legal holds and destructions.
    custody: CustodyState,
    /// The line and the byte of each destruction.
    destroyed_at: Vec<(u64, u64)>,
    queue: CheckpointQueue<&'a SignedCheckpoint>,
    /// The latest line that states the last lines of all cases, and when it was recorded.
    last_heads: Option<(u64, At)>,
    /// Those of these lines with which a checkpoint ends.
    covered_heads: Vec<(u64, At)>,
    /// The faults that checkpoints showed.
    faults: Vec<(&'a SignedCheckpoint, Fault)>,
    spool: Option<SpoolWriter>,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(
        reader: Box<dyn Read + Send + 'a>,
        spool: Option<SpoolWriter>,
        options: &'a AuditOptions,
    ) -> Self {
        let checkpoints = &options.checkpoints.list;
        let state = ChainState {
            head: Head::EMPTY,
            next_seq: 1,
            logged: None,
            opening: None,
            version: None,
            acts: ActFollower::default(),
            clock: ClockCheck::new(options.now),
            wrong_times: Vec::new(),
            tree: (options.root || !checkpoints.is_empty()).then(MerkleTree::new),
            heads: CaseHeads::default(),
            custody: CustodyState::default(),
            destroyed_at: Vec::new(),
            queue: CheckpointQueue::new(checkpoints),
            last_heads: None,
            covered_heads: Vec::new(),
            faults: Vec::new(),
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

    /// Returns when the first line was recorded, and the latest time at which any line was.
    pub(crate) fn logged(&self) -> Option<(At, At)> {
        self.state.logged.map(|(first, latest, _)| (first, latest))
    }

    /// Returns the lines that state the last lines of all cases and with which a checkpoint ends, and when each was recorded.
    pub(crate) fn covered_heads(&self) -> &[(u64, At)] {
        &self.state.covered_heads
    }

    /// Returns the legal holds and destructions, and the line and the byte of each destruction.
    pub(crate) fn custody(&self) -> (&CustodyState, &[(u64, u64)]) {
        (&self.state.custody, &self.state.destroyed_at)
    }

    pub(crate) fn root(&mut self) -> Option<Digest> {
        self.state.tree.as_mut().map(MerkleTree::root)
    }

    /// Reads the next lines into a block. Returns `false` at the end.
    pub(crate) fn read(&mut self, block: &mut Block) -> Result<bool, AuditError> {
        let offset = self.state.head.bytes;
        let failed = |source| AuditError::Read { offset, source };
        self.lines.fill().map_err(failed)?;
        let mut count = 0;
        let more = loop {
            let start = self.lines.position();
            // Only the first line may need another read, because a read moves the bytes of the lines before.
            let line = if count == 0 { self.lines.next().map_err(failed)? } else { self.lines.next_held() };
            let Some(line) = line else { break count > 0 };
            self.state.take(line, start, block)?;
            count += 1;
            if count == BLOCK_LINES {
                break true;
            }
        };
        block.bytes = self.lines.replace_buffer(core::mem::take(&mut block.bytes));
        if let Some(spool) = &mut self.state.spool {
            spool.flush().map_err(|source| AuditError::Spool { source })?;
        }
        Ok(more)
    }

    /// Returns the findings that appear only at the end (an empty file, faults that checkpoints showed), and the fault of
    /// each checkpoint.
    pub(crate) fn finish(&mut self, checkpoints: &'a [SignedCheckpoint]) -> (Vec<Finding>, Vec<Option<Fault>>) {
        let mut findings = Vec::new();
        let state = &mut self.state;
        if state.head.lines == 0 {
            let fault = Fault { line: 1, offset: 0, column: 0, kind: FaultKind::NoLine };
            findings.push(fault_finding(fault, None, None));
        }
        let at_end = state.clock.finish();
        state.add_clock(at_end);
        findings.extend(state.wrong_times.drain(..).map(clock_finding));
        findings.extend(state.acts.open().map(|open| fault_finding(open.fault(), None, None)));
        let left = core::mem::take(&mut state.queue).into_rest();
        state.check(left);
        findings.extend(state.faults.iter().map(|(_, fault)| fault_finding(fault.clone(), None, None)));
        let fault = |signed: &SignedCheckpoint| {
            let own = state.faults.iter().find(|(checkpoint, _)| core::ptr::eq(*checkpoint, signed));
            own.map(|(_, fault)| fault.clone())
        };
        (findings, checkpoints.iter().map(fault).collect())
    }
}

impl<'a> ChainState<'a> {
    /// Checks a line against the line before, and adds it to a block, in whose bytes it begins at `start`.
    fn take(&mut self, line: RawLine<'_>, start: usize, block: &mut Block) -> Result<(), AuditError> {
        let RawLine { number, offset, length, content } = line;
        let finding = |kind| fault_finding(Fault { line: number, offset, column: 0, kind }, None, None);
        let (line, digest) = match content {
            LineContent::Whole(line, digest) => (Some(line), digest),
            LineContent::TooLong(digest) => {
                block.findings.push(finding(FaultKind::TooLong { length }));
                (None, digest)
            }
            LineContent::Torn => {
                block.findings.push(finding(FaultKind::Torn { length }));
                return Ok(());
            }
        };
        let fields = line.map_or_else(LineFields::default, |line| LineFields::read(line, number, offset));
        let links = fields.links.as_ref();
        let opening = if number == 1 { line.and_then(read_opening) } else { None };
        // In a part of a ledger, the lines before are unknown. One finding says that they are missing.
        if number == 1 && opening.is_none() {
            let detail = FindingDetail::NoFirstLine { seq: links.map(|links| links.seq) };
            block.findings.push(Location::line(number, offset).finding(FindingKind::LedgerNoOpening, detail));
        } else if let Some(links) = links {
            self.check_links(links, &fields, block);
        }
        self.next_seq = links.map_or(self.next_seq, |links| links.seq).saturating_add(1);
        self.check_logged(&fields, block);
        if let Some(line) = line {
            self.check_format(line, &fields, block);
            self.check_clock(&fields);
        }
        self.head = Head { lines: number, bytes: offset + length + 1, hash: digest };
        let faults = self.follow_heads(line, &fields, offset);
        block.findings.extend(faults.into_iter().flatten().map(|fault| fault_finding(fault, None, fields.logged)));
        if let Some(opening) = opening {
            block.findings.extend(self.open(opening));
        } else if let Some(line) = line {
            self.add(line, start, &fields, block)?;
        }
        self.cover(&digest);
        Ok(())
    }

    /// Checks the digest and the number that a line names against the line before it.
    fn check_links(&self, links: &Links<'_>, fields: &LineFields<'_>, block: &mut Block) {
        let finding = |kind| fields.finding(kind, fields.logged);
        if *links.prev != self.head.hash.to_hex()
            && let Some(found) = Digest::from_hex(links.prev)
        {
            block.findings.push(finding(FaultKind::Chain { expected: self.head.hash, found }));
        }
        if links.seq != self.next_seq {
            block.findings.push(finding(FaultKind::Seq { expected: self.next_seq, found: links.seq }));
        }
    }

    /// Follows the last line of each case, and checks a line that states them or is about the custody of texts.
    fn follow_heads(&mut self, line: Option<&[u8]>, fields: &LineFields<'_>, offset: u64) -> [Option<Fault>; 2] {
        let mut custody = None;
        let observed = match (fields.case(), &fields.links) {
            (Some(case), Some(Links { rev: Some(rev), .. })) => ObservedLine::Record { case, rev: *rev },
            (None, Some(Links { rev: None, .. })) => match line.map(read_line) {
                Some(Ok(line)) => {
                    custody = self.follow_custody(&line, offset);
                    ObservedLine::from(&line)
                }
                _ => ObservedLine::Other,
            },
            _ => {
                self.heads.skip();
                ObservedLine::Other
            }
        };
        if let (ObservedLine::Heads(_), Some(logged)) = (&observed, fields.logged) {
            self.last_heads = Some((self.head.lines, logged));
        }
        [self.heads.observe(self.head, observed), custody]
    }

    /// Follows the legal holds and destructions.
    fn follow_custody(&mut self, line: &LedgerLine, offset: u64) -> Option<Fault> {
        let LedgerLine::Custody(line) = line else { return None };
        let (known, number) = (self.custody.destroyed.len(), self.head.lines);
        let kind = self.custody.follow(line);
        if self.custody.destroyed.len() > known {
            self.destroyed_at.push((number, offset));
        }
        kind.map(|kind| Fault { line: number, offset, column: 0, kind })
    }

    /// Checks that a line has the version of its place, and that acts are whole.
    fn check_format(&mut self, line: &[u8], fields: &LineFields<'_>, block: &mut Block) {
        let mut add = |kind| block.findings.push(fields.finding(kind, None));
        let case = fields.case();
        if case.is_none() && fields.number > 1 && LineSubject::read(line) == Some(LineSubject::Format) {
            if let Some(format @ 2..) = self.version.replace(2) {
                add(FaultKind::FormatRepeated { format });
            }
        } else if let (Some(expected), Some(found)) = (self.version, fields.version)
            && expected != found
        {
            add(FaultKind::Version { expected, found });
        }
        let act = case.zip(fields.act);
        if case.is_some() || act.is_some() || self.acts.open().is_some() {
            self.acts.follow(act, self.head).into_iter().for_each(add);
        }
    }

    /// Checks that a line of format 1 was not recorded before the line before it.
    fn check_logged(&mut self, fields: &LineFields<'_>, block: &mut Block) {
        let Some(logged) = fields.logged else { return };
        let (first, latest, earlier) = self.logged.unwrap_or((logged, logged, logged));
        if logged < earlier && fields.version == Some(1) {
            block.findings.push(fields.finding(FaultKind::Logged { earlier, found: logged }, Some(logged)));
        }
        self.logged = Some((first, latest.max(logged), logged));
    }

    /// Follows the times of the lines. Those of a simulation are made up.
    fn check_clock(&mut self, fields: &LineFields<'_>) {
        let LineFields { number: line, offset, logged, ref start, act, version, .. } = *fields;
        let Some(logged) = logged else { return };
        let (actor, in_order) = (start.actor.filter(|_| line > 1 && start.case.is_some()), version == Some(1));
        let found = self.clock.observe(ClockLine { line, offset, logged, actor, act, in_order });
        if !found.is_empty() {
            self.add_clock(found);
        }
    }

    /// Keeps wrong times for the end of the audit, because some are known only after later lines.
    fn add_clock(&mut self, found: Vec<ClockFinding>) {
        let is_simulation = self.opening.as_ref().is_some_and(Opening::is_simulation);
        let room = if is_simulation { 0 } else { MAX_WRONG_TIMES - self.wrong_times.len() };
        self.wrong_times.extend(found.into_iter().take(room));
    }

    /// Adds a line to a block, and copies it if it can't be read again.
    fn add(&mut self, line: &[u8], start: usize, fields: &LineFields<'_>, block: &mut Block) -> Result<(), AuditError> {
        let LineFields { number, offset, .. } = *fields;
        let case = fields.case();
        if case.is_some()
            && let Some(spool) = &mut self.spool
        {
            spool.copy(line, offset).map_err(|source| AuditError::Spool { source })?;
        }
        block.batches[case.map_or(0, shard_of)].push(JudgedLine { line, number, offset, case }, start);
        Ok(())
    }

    /// Takes the first line of a ledger.
    fn open(&mut self, opening: Opening) -> Option<Finding> {
        let finding = (!opening.has_our_chart()).then(|| {
            let detail = FindingDetail::OtherChart { program: opening.program.to_string(), found: opening.chart };
            Location::line(1, 0).finding(FindingKind::LedgerOtherChart, detail)
        });
        self.version = u8::try_from(opening.format).ok();
        self.opening = Some(opening);
        finding
    }

    /// Adds a line to the Merkle tree, and checks the checkpoints of that size.
    fn cover(&mut self, digest: &Digest) {
        let Some(tree) = &mut self.tree else { return };
        tree.push(digest);
        let size = tree.size();
        if self.queue.is_due(size) {
            let due = self.queue.take_due(size);
            self.covered_heads.extend(self.last_heads.filter(|(line, _)| *line == size));
            self.check(due);
        }
    }

    /// Checks the lines so far against checkpoints.
    fn check(&mut self, checkpoints: Vec<&'a SignedCheckpoint>) {
        let Some(tree) = &mut self.tree else { return };
        for signed in checkpoints {
            self.faults.extend(signed.find_fault(tree, self.opening.as_ref(), self.head).map(|fault| (signed, fault)));
        }
    }
}

fn read_opening(line: &[u8]) -> Option<Opening> {
    match read_line(line) {
        Ok(LedgerLine::Opening(opening)) => Some(opening),
        _ => None,
    }
}
