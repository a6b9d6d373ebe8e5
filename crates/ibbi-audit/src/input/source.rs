//! Where a ledger comes from: a file, bytes in memory, or a stream that is kept to be read again.

use super::again::{self, Again};
use super::progress::{Counted, Metered, Watch};
use super::unpack::{Packing, Trouble, Unpack};
use crate::audit::AuditError;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A ledger, an extract, or either compressed by gzip or zstd; what it is shows in its first bytes.
///
/// An audit reads it once from beginning to end. Where a record voids an earlier one, the lines of that case are read
/// again; a file and bytes allow that as they are, and what cannot is copied to a nameless temporary file on the way.
pub struct Source<'a> {
    kind: Kind<'a>,
    watch: Option<Watch<'a>>,
}

enum Kind<'a> {
    Bytes(&'a [u8]),
    File(File),
    Stream(Box<dyn Read + Send + 'a>),
}

impl<'a> Source<'a> {
    /// A file. A pipe or a device is taken as a stream.
    ///
    /// # Errors
    /// The system's, if it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let is_file = file.metadata()?.is_file();
        Ok(if is_file { Self::of(Kind::File(file)) } else { Self::stream(file) })
    }

    /// A stream, such as standard input.
    pub fn stream(stream: impl Read + Send + 'a) -> Self {
        Self::of(Kind::Stream(Box::new(stream)))
    }

    /// Bytes in memory.
    pub const fn bytes(bytes: &'a [u8]) -> Self {
        Self::of(Kind::Bytes(bytes))
    }

    const fn of(kind: Kind<'a>) -> Self {
        Self { kind, watch: None }
    }

    /// Tells somebody how far reading has come.
    #[must_use]
    pub fn watched(self, watch: Watch<'a>) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// How many bytes there are, as they are stored.
    fn total(&self) -> Option<u64> {
        match &self.kind {
            Kind::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
            Kind::File(file) => file.metadata().ok().map(|metadata| metadata.len()),
            Kind::Stream(_) => None,
        }
    }

    /// Looks at the first bytes, and makes ready what they ask for; of a stream or a compressed file at most `limit`
    /// bytes will be given.
    pub(crate) fn begin(self, limit: u64) -> Result<Opened<'a>, AuditError> {
        let spool = || Again::spool().map_err(|source| AuditError::Spool { source });
        let trouble = Arc::new(Mutex::new(None));
        let (watch, total) = (self.watch, self.total());
        let (mut raw, again): (Box<dyn Read + Send + 'a>, _) = match self.kind {
            Kind::Bytes(bytes) => (Box::new(bytes), Again::Bytes(bytes)),
            Kind::File(file) => {
                let file = Arc::new(file);
                (Box::new(Sequential { file: Arc::clone(&file), offset: 0 }), Again::File(file))
            }
            Kind::Stream(stream) => (stream, spool()?),
        };
        let beginning = beginning(&mut raw)?;
        let packing = Packing::of(&beginning);
        let raw: Box<dyn Read + Send + 'a> = Box::new(Cursor::new(beginning.clone()).chain(raw));
        let Some(packing) = packing else {
            let raw: Box<dyn Read + Send + 'a> = match watch {
                Some(watch) => Box::new(Metered::new(raw, total, watch)),
                None => raw,
            };
            let reader: Box<dyn Read + Send + 'a> =
                if again.is_spool() { Box::new(Limited::new(raw, limit, &trouble)) } else { raw };
            return Ok(Opened { reader, again, packing: None, beginning, trouble });
        };
        // What was packed can be read again only as it was unpacked.
        let again = if again.is_spool() { again } else { spool()? };
        let bytes = Arc::default();
        let counted = Counted { stream: raw, bytes: Arc::clone(&bytes) };
        let unpacked = Limited::new(Unpack::new(packing, counted, &trouble), limit, &trouble);
        let mut reader: Box<dyn Read + Send + 'a> = match watch {
            Some(watch) => Box::new(Metered::unpacked(unpacked, total, bytes, watch)),
            None => Box::new(unpacked),
        };
        let beginning = self::beginning(&mut reader)?;
        let reader = Box::new(Cursor::new(beginning.clone()).chain(reader));
        Ok(Opened { reader, again, packing: Some(packing), beginning, trouble })
    }
}

impl core::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.kind {
            Kind::Bytes(_) => "Source::bytes",
            Kind::File(_) => "Source::file",
            Kind::Stream(_) => "Source::stream",
        })
    }
}

/// A source that is being read.
pub(crate) struct Opened<'a> {
    pub(crate) reader: Box<dyn Read + Send + 'a>,
    /// Where lines can be read again.
    pub(crate) again: Again<'a>,
    pub(crate) packing: Option<Packing>,
    /// The first bytes, which the reader gives too.
    pub(crate) beginning: Vec<u8>,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

impl Opened<'_> {
    /// Why the reader ended before the stream did, once it has.
    pub(crate) fn trouble(&self) -> Watched {
        Watched(Arc::clone(&self.trouble))
    }
}

/// A look at why a reader ended.
pub(crate) struct Watched(Arc<Mutex<Option<Trouble>>>);

impl Watched {
    pub(crate) fn take(&self) -> Option<Trouble> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The first bytes of a stream: enough to tell what it is.
fn beginning(stream: &mut impl Read) -> Result<Vec<u8>, AuditError> {
    let mut beginning = Vec::new();
    let read = stream.by_ref().take(16).read_to_end(&mut beginning);
    read.map_err(|source| AuditError::Read { offset: 0, source })?;
    Ok(beginning)
}

/// A file read from its beginning, without moving the place from which others read it.
struct Sequential {
    file: Arc<File>,
    offset: u64,
}

impl Read for Sequential {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = again::read_at(&self.file, buffer, self.offset)?;
        self.offset += u64::try_from(read).unwrap_or(u64::MAX);
        Ok(read)
    }
}

/// A stream that ends at a limit.
struct Limited<R> {
    stream: R,
    limit: u64,
    left: u64,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

impl<R> Limited<R> {
    fn new(stream: R, limit: u64, trouble: &Arc<Mutex<Option<Trouble>>>) -> Self {
        Self { stream, limit, left: limit, trouble: Arc::clone(trouble) }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // Whether it ends just here shows in the next byte.
            if self.stream.read(&mut [0])? > 0 {
                let trouble = Trouble::TooLarge { limit: self.limit };
                self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
            }
            return Ok(0);
        }
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.stream.read(&mut buffer[..wanted])?;
        self.left -= u64::try_from(read).unwrap_or(self.left);
        Ok(read)
    }
}
