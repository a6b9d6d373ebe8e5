//! Where a ledger comes from: a file, bytes in memory, or a stream that is kept to be read again.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A ledger, an extract, or either compressed by gzip or zstd; what it is shows in its first bytes.
pub struct Source<'a>(Kind<'a>);

enum Kind<'a> {
    Bytes(&'a [u8]),
    File(File),
    Stream(Box<dyn Read + Send + 'a>),
}

impl<'a> Source<'a> {
    /// A file. It can be read again, so nothing is copied unless it is compressed.
    ///
    /// # Errors
    /// The system's, if it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(|file| Self(Kind::File(file)))
    }

    /// A stream, such as standard input. What may have to be read again is copied to a nameless temporary file.
    pub fn stream(stream: impl Read + Send + 'a) -> Self {
        Self(Kind::Stream(Box::new(stream)))
    }

    /// Bytes in memory.
    pub const fn bytes(bytes: &'a [u8]) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl core::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.0 {
            Kind::Bytes(_) => "Source::bytes",
            Kind::File(_) => "Source::file",
            Kind::Stream(_) => "Source::stream",
        })
    }
}
