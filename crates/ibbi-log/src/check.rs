//! Checking a ledger in one pass: each line, and the chain that links the lines.

use crate::act::OpenAct;
use crate::clock_check::{ClockCheck, ClockFinding, ClockLine};
use crate::ledger_data::Opening;
use crate::line_check::LineChecker;
use crate::line_reader::{LedgerLine, read_line};
use crate::lines::{LineContent, Lines, RawLine};
use crate::links::Links;
use crate::{Damage, Digest, Fault, FaultKind, Head, ReadError, explain};
use ibbi_core::At;
use std::io::Read;

/// How much of each line is checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// Only the links between lines: `prev` and `seq`. Memory doesn't grow with the ledger. A changed byte anywhere
    /// still shows, in the next line or in a checkpoint. A line that was wrong when it was written doesn't show.
    Chain,
    /// Also each line's spelling, its event, and the numbers within each case. Memory: one number for each case. It
    /// doesn't look for two records of a case with the same id, because that takes memory for all ids.
    /// [`crate::Ledger::open`] does look for them.
    #[default]
    Records,
}

/// The result of checking a ledger's lines.
#[derive(Debug, Clone)]
pub struct CheckedLines {
    /// The end of the ledger: its whole lines, their bytes, and the hash of the last one.
    pub head: Head,
    /// The first line, if it is valid.
    pub opening: Option<Opening>,
    /// What is wrong, in the order of the lines.
    pub damage: Damage,
    /// Times that a right clock doesn't give, at most [`Damage::KEPT`]. They are no faults. A simulation has none, because its
    /// times are made up.
    pub clock: Vec<ClockFinding>,
}

/// Checks a ledger from a stream in one pass, and doesn't stop at the first fault.
///
/// It calls `each` after every whole line, with the head so far (`head.hash` is the line's SHA-256), the first line if that
/// is valid, and the line itself if it is valid and records are checked.
///
/// # Errors
/// Returns [`ReadError::Io`] if the stream can't be read. Faults of the ledger are in the result.
///
/// ```
/// use ibbi_log::{Depth, check_lines};
/// let checked = check_lines(&b"not a ledger\n"[..], Depth::Records, |_, _, _| {})?;
/// let fault = &checked.damage.faults[0];
/// assert_eq!((fault.line, fault.kind.code()), (1, "line.syntax"));
/// assert_eq!(check_lines(&b""[..], Depth::Records, |_, _, _| {})?.damage.count, 1, "a ledger has at least one line");
/// # Ok::<(), ibbi_log::ReadError>(())
/// ```
pub fn check_lines(
    source: impl Read,
    depth: Depth,
    each: impl FnMut(Head, Option<&Opening>, Option<&LedgerLine>),
) -> Result<CheckedLines, ReadError> {
    check_lines_at(source, depth, None, each)
}

/// Checks a ledger as [`check_lines`] does, and also whether lines were recorded after `now`, the time on the caller's clock.
///
/// # Errors
/// Returns [`ReadError::Io`] as [`check_lines`] does.
pub fn check_lines_at(
    source: impl Read,
    depth: Depth,
    now: Option<At>,
    each: impl FnMut(Head, Option<&Opening>, Option<&LedgerLine>),
) -> Result<CheckedLines, ReadError> {
    let (damage, mut clock) = (Damage::default(), ClockCheck::new(now));
    let mut checked = CheckedLines { head: Head::EMPTY, opening: None, damage, clock: Vec::new() };
    match depth {
        Depth::Chain => checked.check_chain(source, &mut clock, each)?,
        Depth::Records => checked.check_records(source, &mut clock, each)?,
    }
    checked.add_clock(clock.finish());
    if checked.head.lines == 0 && checked.damage.count == 0 {
        checked.damage.add([Fault { line: 1, offset: 0, column: 0, kind: FaultKind::NoLine }]);
    }
    Ok(checked)
}

impl CheckedLines {
    fn add_clock(&mut self, found: Vec<ClockFinding>) {
        let is_simulation = self.opening.as_ref().is_some_and(Opening::is_simulation);
        let room = Damage::KEPT.saturating_sub(self.clock.len());
        self.clock.extend(found.into_iter().take(if is_simulation { 0 } else { room }));
    }

    fn check_records(
        &mut self,
        source: impl Read,
        clock: &mut ClockCheck,
        mut each: impl FnMut(Head, Option<&Opening>, Option<&LedgerLine>),
    ) -> Result<(), ReadError> {
        let mut scan = LineChecker::new(source);
        let (mut entry, mut faults) = (None, Vec::new());
        loop {
            let offset = scan.head().bytes;
            let step = scan.step(false, &mut entry, &mut faults);
            self.damage.add(faults.drain(..));
            self.head = scan.head();
            let line = match &entry {
                Some(LedgerLine::Record(record)) => Some(ClockLine::of_record(record, self.head.lines)),
                Some(LedgerLine::Opening(opening)) if self.head.lines == 1 => Some(ClockLine::of_opening(opening)),
                Some(LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_)) => {
                    Some(ClockLine::of_other(scan.logged(), self.head.lines, offset))
                }
                Some(LedgerLine::Opening(_)) | None => None,
            };
            self.add_clock(line.map_or_else(Vec::new, |line| clock.observe(line)));
            let step = step.map_err(|source| ReadError::Io { offset: self.head.bytes, source })?;
            let Some(step) = step else {
                self.damage.add(scan.open_act().map(OpenAct::fault));
                return Ok(());
            };
            if let Some(LedgerLine::Opening(opening)) = &entry {
                self.opening.get_or_insert_with(|| opening.clone());
            }
            if step.digest.is_some() {
                each(self.head, self.opening.as_ref(), entry.as_ref());
            }
        }
    }

    fn check_chain(
        &mut self,
        source: impl Read,
        clock: &mut ClockCheck,
        mut each: impl FnMut(Head, Option<&Opening>, Option<&LedgerLine>),
    ) -> Result<(), ReadError> {
        let mut lines = Lines::new(source);
        let mut expected = (Digest::ZERO.to_hex(), 1);
        loop {
            let next = lines.next().map_err(|source| ReadError::Io { offset: self.head.bytes, source })?;
            let Some(RawLine { number, offset, length, content }) = next else { return Ok(()) };
            let mut fault = |column, kind| self.damage.add([Fault { line: number, offset, column, kind }]);
            let (bytes, digest) = match content {
                LineContent::Whole(bytes, digest) => (Some(bytes), digest),
                LineContent::TooLong(digest) => {
                    fault(0, FaultKind::TooLong { length });
                    (None, digest)
                }
                LineContent::Torn => {
                    fault(0, FaultKind::Torn { length });
                    continue;
                }
            };
            match bytes.map(|bytes| (bytes, Links::read(bytes))) {
                Some((_, Some(Links { prev, seq, .. }))) => {
                    if *prev != expected.0 {
                        match Digest::from_hex(prev) {
                            Some(found) => fault(0, FaultKind::Chain { expected: self.head.hash, found }),
                            None => {
                                fault(0, FaultKind::Value { key: "prev", expected: "64 lower-case hexadecimal digits" })
                            }
                        }
                    }
                    if seq != expected.1 {
                        fault(0, FaultKind::Seq { expected: expected.1, found: seq });
                    }
                    expected.1 = seq;
                }
                Some((bytes, None)) => {
                    let (column, kind) = explain(bytes).unwrap_or((0, FaultKind::Unexplained));
                    fault(column, kind);
                }
                None => {}
            }
            if number == 1 {
                match bytes.map(read_line) {
                    Some(Ok(LedgerLine::Opening(opening))) => self.opening = Some(opening),
                    Some(Ok(_)) => fault(0, FaultKind::Opening { first: true }),
                    Some(Err((column, kind))) => fault(column, kind),
                    None => {}
                }
            }
            if let Some(line) = bytes.and_then(|bytes| ClockLine::read(bytes, number, offset)) {
                self.add_clock(clock.observe(line));
            }
            expected = (digest.to_hex(), expected.1 + 1);
            self.head = Head { lines: number, bytes: offset + length + 1, hash: digest };
            each(self.head, self.opening.as_ref(), None);
        }
    }
}
