//! One of the two ledgers to compare, read and judged line by line.

use super::line::{ComparedLine, LineKind};
use crate::error::AuditError;
use crate::input::{LedgerSource, Opened};
use crate::input::{RandomAccess, SpoolWriter};
use crate::judge::{JudgeContext, Shard};
use crate::options::AuditOptions;
use ibbi_core::{Case, Name};
use ibbi_log::{Digest, LineContent, Lines, RawLine, Uuid, case_of};
use ibbi_seal::is_extract;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes of an incomplete last line that are compared.
const MAX_TAIL: usize = 1 << 20;

/// The bytes at the beginning of an extract that have its case.
const EXTRACT_HEAD: u64 = 64;

/// One of the two ledgers.
pub(super) struct DiffInput<'a> {
    lines: Lines<TailKeeper<'a>>,
    /// The bytes after the last line feed.
    tail: Arc<Mutex<Vec<u8>>>,
    random_access: RandomAccess<'a>,
    spool: Option<SpoolWriter>,
    shard: Shard,
    options: AuditOptions,
    /// The case, if this is an extract.
    extract: Option<Uuid>,
    count: u64,
    bytes: u64,
    ended: bool,
}

/// The next line of a ledger, or its tail.
#[derive(Debug)]
pub(super) enum DiffLine {
    Line { number: u64, offset: u64, length: u64, digest: Option<Digest>, bytes: Vec<u8>, case: Option<Uuid> },
    End,
}

impl DiffLine {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Line { bytes, .. } => bytes,
            Self::End => &[],
        }
    }

    pub(super) const fn position(&self) -> Option<(u64, u64)> {
        match self {
            Self::Line { number, offset, .. } => Some((*number, *offset)),
            Self::End => None,
        }
    }

    pub(super) const fn case(&self) -> Option<Uuid> {
        match self {
            Self::Line { case, .. } => *case,
            Self::End => None,
        }
    }

    /// Returns whether both are the same line, or both have ended.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::End, Self::End) => true,
            (
                Self::Line { length, digest, bytes, .. },
                Self::Line { length: long, digest: hash, bytes: others, .. },
            ) => digest == hash && length == long && (digest.is_some() || bytes == others),
            _ => false,
        }
    }
}

impl<'a> DiffInput<'a> {
    pub(super) fn new(source: LedgerSource<'a>) -> Result<Self, AuditError> {
        let options = AuditOptions { max_cases: usize::MAX / 2, ..AuditOptions::default() };
        let Opened { mut reader, random_access, beginning, .. } = source.begin(options.max_stream)?;
        let mut head = Vec::new();
        if is_extract(&beginning) {
            let read = reader.by_ref().take(EXTRACT_HEAD).read_to_end(&mut head);
            read.map_err(|source| AuditError::Read { offset: 0, source })?;
        }
        let extract = extract_case(&head);
        let reader: Box<dyn Read + Send + 'a> = Box::new(Cursor::new(head).chain(reader));
        let tail = Arc::new(Mutex::new(Vec::new()));
        let lines = Lines::new(TailKeeper { stream: reader, tail: Arc::clone(&tail) });
        let spool = random_access.writer();
        let shard = Shard::new();
        Ok(Self { lines, tail, random_access, spool, shard, options, extract, count: 0, bytes: 0, ended: false })
    }

    /// Reads and judges the next line.
    pub(super) fn next(&mut self, hasher: &ahash::RandomState) -> Result<DiffLine, AuditError> {
        if self.ended {
            return Ok(DiffLine::End);
        }
        let read = self.lines.next().map_err(|source| AuditError::Read { offset: self.bytes, source })?;
        let Some(RawLine { number, offset, length, content }) = read else {
            self.ended = true;
            return Ok(DiffLine::End);
        };
        self.bytes = offset + length;
        let (digest, bytes) = match content {
            LineContent::Whole(line, digest) => (Some(digest), line.to_vec()),
            LineContent::TooLong(digest) => (Some(digest), Vec::new()),
            LineContent::Torn => (None, self.tail.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        };
        let case = case_of(&bytes);
        if digest.is_some() {
            self.count = number;
            if case.is_some() {
                self.judge(&bytes, number, offset, hasher)?;
            }
        }
        Ok(DiffLine::Line { number, offset, length, digest, bytes, case })
    }

    fn judge(&mut self, line: &[u8], number: u64, offset: u64, hasher: &ahash::RandomState) -> Result<(), AuditError> {
        if let Some(spool) = &mut self.spool {
            let kept = spool.copy(line, offset).and_then(|()| spool.flush());
            kept.map_err(|source| AuditError::Spool { source })?;
        }
        let context =
            JudgeContext { fingerprints: Some(hasher), ..JudgeContext::new(&self.options, &self.random_access) };
        self.shard.line(line, number, offset, &context, &mut Vec::new())
    }

    /// Reads and judges the next line; for a case, the next line that both a ledger and an extract of the case have.
    pub(super) fn next_of(&mut self, only: Option<Uuid>, hasher: &ahash::RandomState) -> Result<DiffLine, AuditError> {
        loop {
            let line = self.next(hasher)?;
            let DiffLine::Line { number, digest, bytes, case, .. } = &line else { return Ok(line) };
            let Some(only) = only else { return Ok(line) };
            let is_wanted = match self.extract {
                None => *case == Some(only) || *number == 1,
                Some(_) => {
                    let kind = ComparedLine::read(*number, *digest, bytes.clone()).kind;
                    !kind.is_of_extract() && kind != LineKind::Heads
                }
            };
            if is_wanted {
                return Ok(line);
            }
        }
    }

    /// Returns the case of an extract; nothing for a ledger.
    pub(super) const fn extract_of(&self) -> Option<Uuid> {
        self.extract
    }

    pub(super) const fn lines(&self) -> u64 {
        self.count
    }

    /// Returns the cases, in the order of their first lines.
    pub(super) fn cases(&self) -> Vec<Uuid> {
        self.shard.cases.iter().map(|case| case.id).collect()
    }

    /// Returns a hash of the state of a case.
    pub(super) fn fingerprint(&self, case: Uuid, hasher: &ahash::RandomState) -> Option<u64> {
        let case = self.shard.case(case)?;
        Some(case.state.as_ref().map_or(case.fingerprint, |state| hasher.hash_one(state.case())))
    }

    pub(super) fn district(&self, case: Uuid) -> Option<Name> {
        self.shard.case(case)?.district.clone()
    }

    pub(super) fn records(&self, case: Uuid) -> u64 {
        self.shard.case(case).map_or(0, |case| case.counts.records.into())
    }

    pub(super) fn state(&mut self, case: Uuid) -> Result<Option<Case>, AuditError> {
        self.shard.state(case, &self.random_access)
    }
}

/// Returns the case in the beginning of an extract.
fn extract_case(beginning: &[u8]) -> Option<Uuid> {
    let case = beginning.strip_prefix(b"{\"case\":\"")?.get(..36)?;
    std::str::from_utf8(case).ok()?.parse().ok()
}

/// A stream that keeps the incomplete last line, which a reader of lines doesn't return.
struct TailKeeper<'a> {
    stream: Box<dyn Read + Send + 'a>,
    tail: Arc<Mutex<Vec<u8>>>,
}

impl Read for TailKeeper<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let given = buffer.get(..read).unwrap_or_default();
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = match memchr::memrchr(b'\n', given) {
            Some(place) => {
                tail.clear();
                given.get(place + 1..).unwrap_or_default()
            }
            None => given,
        };
        let room = MAX_TAIL.saturating_sub(tail.len());
        tail.extend_from_slice(&rest[..rest.len().min(room)]);
        Ok(read)
    }
}
