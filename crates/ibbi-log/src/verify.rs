//! Verification: one pass over a ledger, held against its own chain and against checkpoints.

use crate::checkpoint::{Checkpoints, SignedCheckpoint, Watch, against};
use crate::key::PublicKey;
use crate::ledger::Damage;
use crate::line::Links;
use crate::lines::{Content, Lines, RawLine};
use crate::note::SignatureError;
use crate::record::{Entry, Opening, read_line};
use crate::scan::Scan;
use crate::{Digest, Fault, FaultKind, Head, ReadError, Tree, explain};
use std::io::Read;

/// How closely lines are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// Only what links the lines: `prev` and `seq`. Memory does not grow with the ledger. A changed byte anywhere
    /// still shows, in the line after it or in a checkpoint; a line that was written wrong in the first place does not.
    Chain,
    /// Each line's one spelling, its event, the numbers within each case. Memory: a number for each case. Whether two
    /// records of a case bear one id is not looked at, for that takes room for all of them; [`crate::Ledger::open`] does.
    #[default]
    Records,
}

/// What a ledger is held against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Check<'a> {
    /// How closely lines are looked at.
    pub depth: Depth,
    /// Checkpoints, best from a place where the ledger's operator cannot write.
    pub checkpoints: &'a [SignedCheckpoint],
    /// The public keys whose checkpoints count. Without any, signatures are not looked at and roots are still compared.
    pub keys: &'a [PublicKey],
    /// Whether the Merkle root is wanted even if no checkpoint asks for it.
    pub root: bool,
}

/// What verification found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Where the ledger stands: its whole lines, their bytes, and the hash of the last.
    pub head: Head,
    /// The first line, if it is one.
    pub opening: Option<Opening>,
    /// The Merkle root over all whole lines, if it was wanted.
    pub root: Option<Digest>,
    /// What is wrong: first what lines show, in their order, then what checkpoints show. A changed line shows in the
    /// line after it, and that names the place better than a checkpoint over many lines can.
    pub damage: Damage,
    /// Each checkpoint with what became of it, in the order given.
    pub verdicts: Vec<Verdict>,
}

/// What became of one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The checkpoint.
    pub signed: SignedCheckpoint,
    /// The name of the trusted key that signed it, or why none did; nothing if no key was given.
    pub signature: Option<Result<String, SignatureError>>,
    /// What it shows to be wrong with the ledger.
    pub fault: Option<Fault>,
}

impl Verdict {
    /// Whether the ledger is as the checkpoint says, and its signature, if keys were given, is a trusted one.
    pub fn is_good(&self) -> bool {
        self.fault.is_none() && !matches!(self.signature, Some(Err(_)))
    }
}

impl Report {
    /// Whether nothing is wrong: no fault, and every checkpoint good.
    pub fn is_sound(&self) -> bool {
        self.damage.count == 0 && self.verdicts.iter().all(Verdict::is_good)
    }

    /// The first fault: with its line, byte, and what was expected and found.
    pub fn first_fault(&self) -> Option<&Fault> {
        self.damage.faults.first()
    }

    /// The good checkpoint that covers most lines: up to there, the ledger is what it was when that was signed.
    pub fn last_good(&self) -> Option<&SignedCheckpoint> {
        let good = self.verdicts.iter().filter(|verdict| verdict.is_good()).map(|verdict| &verdict.signed);
        good.max_by_key(|signed| signed.checkpoint().size)
    }
}

/// Verifies a ledger from a stream, in one pass and without stopping at the first fault.
///
/// # Errors
/// [`ReadError::Io`] if the stream cannot be read. What is wrong with the ledger is in the report.
///
/// ```
/// use ibbi_log::{Check, verify};
/// let report = verify(&b"no ledger\n"[..], &Check::default())?;
/// assert!(!report.is_sound());
/// let fault = report.first_fault().unwrap();
/// assert_eq!((fault.line, fault.kind.code()), (1, "line.syntax"));
/// assert!(!verify(&b""[..], &Check::default())?.is_sound(), "no ledger is empty");
/// # Ok::<(), ibbi_log::ReadError>(())
/// ```
pub fn verify(source: impl Read, check: &Check<'_>) -> Result<Report, ReadError> {
    let mut pass = Pass {
        opening: None,
        damage: Damage::default(),
        tree: (check.root || !check.checkpoints.is_empty()).then(Tree::new),
        watch: Watch::new(check.checkpoints),
        shown: Vec::new(),
    };
    let head = match check.depth {
        Depth::Chain => pass.chain(source)?,
        Depth::Records => pass.records(source)?,
    };
    pass.finish(head);
    let Pass { shown, .. } = pass;
    let verdicts = check.checkpoints.iter().map(|signed| {
        let fault = shown.iter().find(|(of, _)| core::ptr::eq(*of, signed)).map(|(_, fault)| fault.clone());
        let signature = (!check.keys.is_empty()).then(|| signed.verify(check.keys));
        Verdict { signed: signed.clone(), signature, fault }
    });
    Ok(Report {
        head,
        opening: pass.opening,
        root: pass.tree.map(|mut tree| tree.root()),
        damage: pass.damage,
        verdicts: verdicts.collect(),
    })
}

/// [`verify`] with the checkpoints of a file, of which an unfinished end is a fault too.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(source: impl Read, check: &Check<'_>, file: &Checkpoints) -> Result<Report, ReadError> {
    let mut report = verify(source, &Check { checkpoints: &file.list, ..*check })?;
    if file.torn > 0 {
        let reason = format!("the last {} bytes of the file are no whole checkpoint", file.torn);
        let (line, offset) = (report.head.lines, report.head.bytes);
        report.damage.add([Fault { line, offset, column: 0, kind: FaultKind::Checkpoints { reason } }]);
    }
    Ok(report)
}

struct Pass<'a> {
    opening: Option<Opening>,
    damage: Damage,
    tree: Option<Tree>,
    watch: Watch<'a>,
    /// What checkpoints have shown.
    shown: Vec<(&'a SignedCheckpoint, Fault)>,
}

impl Pass<'_> {
    fn records(&mut self, source: impl Read) -> Result<Head, ReadError> {
        let mut scan = Scan::new(source);
        let (mut entry, mut faults) = (None, Vec::new());
        loop {
            let step = scan.step(false, &mut entry, &mut faults);
            self.damage.add(faults.drain(..));
            let step = step.map_err(|source| ReadError::Io { offset: scan.head().bytes, source })?;
            let Some(step) = step else { return Ok(scan.head()) };
            if let Some(Entry::Opening(opening)) = entry.take() {
                self.opening.get_or_insert(opening);
            }
            if let Some(digest) = step.digest {
                self.covered(&digest, scan.head());
            }
        }
    }

    fn chain(&mut self, source: impl Read) -> Result<Head, ReadError> {
        let mut lines = Lines::new(source);
        let mut head = Head::EMPTY;
        let mut expected = (Digest::ZERO.to_hex(), 1);
        loop {
            let next = lines.next().map_err(|source| ReadError::Io { offset: head.bytes, source })?;
            let Some(RawLine { number, offset, length, content }) = next else { return Ok(head) };
            let mut fault = |column, kind| self.damage.add([Fault { line: number, offset, column, kind }]);
            let (bytes, digest) = match content {
                Content::Whole(bytes, digest) => (Some(bytes), digest),
                Content::TooLong(digest) => {
                    fault(0, FaultKind::TooLong { length });
                    (None, digest)
                }
                Content::Torn => {
                    fault(0, FaultKind::Torn { length });
                    continue;
                }
            };
            match bytes.map(|bytes| (bytes, Links::of(bytes))) {
                Some((_, Some(Links { prev, seq, .. }))) => {
                    if *prev != expected.0 {
                        match Digest::from_hex(prev) {
                            Some(found) => fault(0, FaultKind::Chain { expected: head.hash, found }),
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
                    Some(Ok(Entry::Opening(opening))) => self.opening = Some(opening),
                    Some(Ok(Entry::Record(_))) => fault(0, FaultKind::Opening { first: true }),
                    Some(Err((column, kind))) => fault(column, kind),
                    None => {}
                }
            }
            expected = (digest.to_hex(), expected.1 + 1);
            head = Head { lines: number, bytes: offset + length + 1, hash: digest };
            self.covered(&digest, head);
        }
    }

    /// Takes a line into the tree, and asks the checkpoints of that size.
    fn covered(&mut self, digest: &Digest, head: Head) {
        let Some(tree) = &mut self.tree else { return };
        tree.push(digest);
        if self.watch.is_due(tree.size()) {
            for signed in self.watch.due(tree.size()) {
                self.shown.extend(against(signed, tree, self.opening.as_ref(), head).map(|fault| (signed, fault)));
            }
        }
    }

    fn finish(&mut self, head: Head) {
        if head.lines == 0 && self.damage.count == 0 {
            self.damage.add([Fault { line: 1, offset: 0, column: 0, kind: FaultKind::NoLine }]);
        }
        let Some(tree) = &mut self.tree else { return };
        for signed in core::mem::replace(&mut self.watch, Watch::new(&[])).left() {
            self.shown.extend(against(signed, tree, self.opening.as_ref(), head).map(|fault| (signed, fault)));
        }
        self.damage.add(self.shown.iter().map(|(_, fault)| fault.clone()));
    }
}
