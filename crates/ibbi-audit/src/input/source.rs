//! The source of a ledger: a file, bytes in memory, or a stream with a temporary copy.

use super::decompress::{Compression, Decompressor, StreamProblem};
use super::digest::{DigestReader, SourceDigest};
use super::progress::{ByteCounter, ProgressCallback, ProgressReader};
use super::random_access::{self, RandomAccess};
use crate::error::AuditError;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A ledger or an extract, as it is or compressed by gzip or zstd. Its first bytes tell which.
///
/// An audit reads it once, from beginning to end. Where a record voids an earlier one, the audit reads the lines of that
/// case random_access. A file and bytes in memory allow that; a stream or compressed file is copied to an unnamed temporary file.
pub struct LedgerSource<'a> {
    kind: Kind<'a>,
    callback: Option<ProgressCallback<'a>>,
    has_digest: bool,
}

enum Kind<'a> {
    Bytes(&'a [u8]),
    File(File),
    Stream(Box<dyn Read + Send + 'a>),
}

impl<'a> LedgerSource<'a> {
    /// Opens a file. A pipe or a device becomes a stream.
    ///
    /// # Errors
    /// Returns the system's error if the file can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let is_file = file.metadata()?.is_file();
        Ok(if is_file { Self::new(Kind::File(file)) } else { Self::stream(file) })
    }

    /// Wraps a stream, such as standard input.
    pub fn stream(stream: impl Read + Send + 'a) -> Self {
        Self::new(Kind::Stream(Box::new(stream)))
    }

    /// Wraps bytes in memory.
    pub const fn bytes(bytes: &'a [u8]) -> Self {
        Self::new(Kind::Bytes(bytes))
    }

    const fn new(kind: Kind<'a>) -> Self {
        Self { kind, callback: None, has_digest: false }
    }

    /// Reports the progress of reading to a callback.
    #[must_use]
    pub fn with_progress(self, callback: ProgressCallback<'a>) -> Self {
        Self { callback: Some(callback), ..self }
    }

    /// Computes the SHA-256 of the bytes while they are read, before decompression.
    pub(crate) fn with_digest(self, has_digest: bool) -> Self {
        Self { has_digest, ..self }
    }

    /// Returns the size in bytes before decompression, if it is known.
    fn total(&self) -> Option<u64> {
        match &self.kind {
            Kind::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
            Kind::File(file) => file.metadata().ok().map(|metadata| metadata.len()),
            Kind::Stream(_) => None,
        }
    }

    /// Reads the first bytes and prepares decompression and rereading. The reader gives at most `limit` bytes of a stream
    /// or a compressed file.
    pub(crate) fn begin(self, limit: u64) -> Result<Opened<'a>, AuditError> {
        let spool = || RandomAccess::spool().map_err(|source| AuditError::Spool { source });
        let problem = Arc::new(Mutex::new(None));
        let (callback, total, has_digest) = (self.callback, self.total(), self.has_digest);
        let (raw, random_access): (Box<dyn Read + Send + 'a>, _) = match self.kind {
            Kind::Bytes(bytes) => (Box::new(bytes), RandomAccess::Bytes(bytes)),
            Kind::File(file) => {
                let file = Arc::new(file);
                (Box::new(FileReader { file: Arc::clone(&file), offset: 0 }), RandomAccess::File(file))
            }
            Kind::Stream(stream) => (stream, spool()?),
        };
        let (mut raw, digest) = match has_digest {
            true => {
                let (reader, digest) = DigestReader::new(raw, total.map_or(limit, |_| u64::MAX));
                (Box::new(reader) as Box<dyn Read + Send + 'a>, Some(digest))
            }
            false => (raw, None),
        };
        let beginning = beginning(&mut raw)?;
        let compression = Compression::detect(&beginning);
        let raw: Box<dyn Read + Send + 'a> = Box::new(Cursor::new(beginning.clone()).chain(raw));
        let Some(compression) = compression else {
            let raw: Box<dyn Read + Send + 'a> = match callback {
                Some(callback) => Box::new(ProgressReader::new(raw, total, callback)),
                None => raw,
            };
            let reader: Box<dyn Read + Send + 'a> =
                if random_access.is_spool() { Box::new(Limited::new(raw, limit, &problem)) } else { raw };
            return Ok(Opened { reader, random_access, compression: None, beginning, digest, problem });
        };
        // Offsets are those of the decompressed bytes, so a compressed file needs a copy to be read random_access.
        let random_access = if random_access.is_spool() { random_access } else { spool()? };
        let bytes = Arc::default();
        let counted = ByteCounter { stream: raw, bytes: Arc::clone(&bytes) };
        let decompressed = Limited::new(Decompressor::new(compression, counted, &problem), limit, &problem);
        let mut reader: Box<dyn Read + Send + 'a> = match callback {
            Some(callback) => Box::new(ProgressReader::decompressed(decompressed, total, bytes, callback)),
            None => Box::new(decompressed),
        };
        let beginning = self::beginning(&mut reader)?;
        let reader = Box::new(Cursor::new(beginning.clone()).chain(reader));
        Ok(Opened { reader, random_access, compression: Some(compression), beginning, digest, problem })
    }
}

impl core::fmt::Debug for LedgerSource<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.kind {
            Kind::Bytes(_) => "LedgerSource::bytes",
            Kind::File(_) => "LedgerSource::file",
            Kind::Stream(_) => "LedgerSource::stream",
        })
    }
}

/// An opened source.
pub(crate) struct Opened<'a> {
    pub(crate) reader: Box<dyn Read + Send + 'a>,
    /// The place from which lines can be read random_access.
    pub(crate) random_access: RandomAccess<'a>,
    pub(crate) compression: Option<Compression>,
    /// The first bytes. The reader gives them too.
    pub(crate) beginning: Vec<u8>,
    /// The size and the digest of the source, if they are computed.
    pub(crate) digest: Option<SourceDigest<'a>>,
    problem: Arc<Mutex<Option<StreamProblem>>>,
}

impl Opened<'_> {
    /// Returns a handle to the reason why the reader ended before the stream did.
    pub(crate) fn problem(&self) -> ProblemHandle {
        ProblemHandle(Arc::clone(&self.problem))
    }
}

/// A handle to the reason why a reader ended early.
pub(crate) struct ProblemHandle(Arc<Mutex<Option<StreamProblem>>>);

impl ProblemHandle {
    pub(crate) fn take(&self) -> Option<StreamProblem> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Reads the first bytes of a stream, which tell what it is.
fn beginning(stream: &mut impl Read) -> Result<Vec<u8>, AuditError> {
    let mut beginning = Vec::new();
    let read = stream.by_ref().take(16).read_to_end(&mut beginning);
    read.map_err(|source| AuditError::Read { offset: 0, source })?;
    Ok(beginning)
}

/// A reader of a file from its beginning that leaves the file position alone.
struct FileReader {
    file: Arc<File>,
    offset: u64,
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = random_access::read_at(&self.file, buffer, self.offset)?;
        self.offset += u64::try_from(read).unwrap_or(u64::MAX);
        Ok(read)
    }
}

/// A stream that ends at a limit.
struct Limited<R> {
    stream: R,
    limit: u64,
    left: u64,
    problem: Arc<Mutex<Option<StreamProblem>>>,
}

impl<R> Limited<R> {
    fn new(stream: R, limit: u64, problem: &Arc<Mutex<Option<StreamProblem>>>) -> Self {
        Self { stream, limit, left: limit, problem: Arc::clone(problem) }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // The next byte tells whether the stream ends here.
            if self.stream.read(&mut [0])? > 0 {
                let problem = StreamProblem::TooLarge { limit: self.limit };
                self.problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
            }
            return Ok(0);
        }
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.stream.read(&mut buffer[..wanted])?;
        self.left -= u64::try_from(read).unwrap_or(self.left);
        Ok(read)
    }
}
