//! A reader that counts what it reads, and copies what can't be read again.

use super::SpoolWriter;
use std::io::{self, Read};

/// A reader that counts bytes and lines, and copies what can't be read again.
pub(crate) struct CountingReader<R> {
    stream: R,
    bytes: u64,
    lines: u64,
    spool: Option<SpoolWriter>,
}

impl<R> CountingReader<R> {
    pub(crate) const fn new(stream: R, spool: Option<SpoolWriter>) -> Self {
        Self { stream, bytes: 0, lines: 0, spool }
    }

    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) const fn lines(&self) -> u64 {
        self.lines
    }
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if let Some(spool) = &mut self.spool {
            spool.append(bytes, self.bytes)?;
        }
        self.bytes += u64::try_from(read).unwrap_or(0);
        self.lines += u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(0);
        Ok(read)
    }
}
