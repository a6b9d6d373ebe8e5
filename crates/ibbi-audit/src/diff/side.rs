//! One of two ledgers: read line by line, judged on the way.

use crate::audit::AuditError;
use crate::input::{Again, SpoolWriter};
use crate::input::{Opened, Source};
use crate::judge::{Context, Shard};
use crate::options::Options;
use ibbi_core::{Case, Name};
use ibbi_log::{Digest, LineContent, Lines, RawLine, Uuid, case_of};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes of an unfinished end that are compared.
const MAX_END: usize = 1 << 20;

/// One of two ledgers.
pub(super) struct Side<'a> {
    lines: Lines<Ended<'a>>,
    /// The bytes since the last line feed.
    end: Arc<Mutex<Vec<u8>>>,
    again: Again<'a>,
    spool: Option<SpoolWriter>,
    shard: Shard,
    options: Options,
    count: u64,
    bytes: u64,
    ended: bool,
}

/// What comes next on a side.
#[derive(Debug)]
pub(super) enum Next {
    Line { number: u64, offset: u64, length: u64, digest: Option<Digest>, bytes: Vec<u8>, case: Option<Uuid> },
    End,
}

impl Next {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Line { bytes, .. } => bytes,
            Self::End => &[],
        }
    }

    pub(super) const fn place(&self) -> Option<(u64, u64)> {
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

    /// Whether both are the same line, or both have ended.
    pub(super) fn same(&self, other: &Self) -> bool {
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

impl<'a> Side<'a> {
    pub(super) fn new(source: Source<'a>) -> Result<Self, AuditError> {
        let options = Options { max_cases: usize::MAX / 2, ..Options::default() };
        let Opened { reader, again, .. } = source.begin(options.max_stream)?;
        let end = Arc::new(Mutex::new(Vec::new()));
        let lines = Lines::new(Ended { stream: reader, end: Arc::clone(&end) });
        let spool = again.writer();
        Ok(Self { lines, end, again, spool, shard: Shard::new(), options, count: 0, bytes: 0, ended: false })
    }

    /// The next line, judged.
    pub(super) fn next(&mut self, hasher: &ahash::RandomState) -> Result<Next, AuditError> {
        if self.ended {
            return Ok(Next::End);
        }
        let read = self.lines.next().map_err(|source| AuditError::Read { offset: self.bytes, source })?;
        let Some(RawLine { number, offset, length, content }) = read else {
            self.ended = true;
            return Ok(Next::End);
        };
        self.bytes = offset + length;
        let (digest, bytes) = match content {
            LineContent::Whole(line, digest) => (Some(digest), line.to_vec()),
            LineContent::TooLong(digest) => (Some(digest), Vec::new()),
            LineContent::Torn => (None, self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        };
        let case = case_of(&bytes);
        if digest.is_some() {
            self.count = number;
            if case.is_some() {
                self.judge(&bytes, number, offset, hasher)?;
            }
        }
        Ok(Next::Line { number, offset, length, digest, bytes, case })
    }

    fn judge(&mut self, line: &[u8], number: u64, offset: u64, hasher: &ahash::RandomState) -> Result<(), AuditError> {
        if let Some(spool) = &mut self.spool {
            let kept = spool.keep(line, offset).and_then(|()| spool.flush());
            kept.map_err(|source| AuditError::Spool { source })?;
        }
        let context = Context { fingerprints: Some(hasher), ..self.options.context(&self.again) };
        self.shard.line(line, number, offset, &context, &mut Vec::new())
    }

    /// Reads on to the end.
    pub(super) fn finish(&mut self, hasher: &ahash::RandomState) -> Result<(), AuditError> {
        while let Next::Line { .. } = self.next(hasher)? {}
        Ok(())
    }

    pub(super) const fn lines(&self) -> u64 {
        self.count
    }

    /// The cases, in the order of their first lines.
    pub(super) fn cases(&self) -> Vec<Uuid> {
        self.shard.tracks.iter().map(|track| track.id).collect()
    }

    /// A hash of the state of a case.
    pub(super) fn fingerprint(&self, case: Uuid, hasher: &ahash::RandomState) -> Option<u64> {
        let track = self.shard.track(case)?;
        Some(track.live.as_ref().map_or(track.fingerprint, |live| hasher.hash_one(live.case())))
    }

    pub(super) fn district(&self, case: Uuid) -> Option<Name> {
        self.shard.track(case)?.district.clone()
    }

    pub(super) fn records(&self, case: Uuid) -> u64 {
        self.shard.track(case).map_or(0, |track| track.counts.records.into())
    }

    pub(super) fn state(&mut self, case: Uuid) -> Result<Option<Case>, AuditError> {
        self.shard.state(case, &self.again)
    }
}

/// A stream whose unfinished end is kept: a reader of lines does not give it.
struct Ended<'a> {
    stream: Box<dyn Read + Send + 'a>,
    end: Arc<Mutex<Vec<u8>>>,
}

impl Read for Ended<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let given = buffer.get(..read).unwrap_or_default();
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = match memchr::memrchr(b'\n', given) {
            Some(place) => {
                end.clear();
                given.get(place + 1..).unwrap_or_default()
            }
            None => given,
        };
        let room = MAX_END.saturating_sub(end.len());
        end.extend_from_slice(&rest[..rest.len().min(room)]);
        Ok(read)
    }
}
