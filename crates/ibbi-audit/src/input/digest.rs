//! The SHA-256 of a source's bytes as they are, computed from the buffers that the audit reads anyway.

use ibbi_log::{Digest, DigestBuilder};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The bytes that are read at once after the audit ended before the source did.
const CHUNK: usize = 1 << 16;

/// A source before decompression, with the digest of its bytes so far.
struct RawSource<'a> {
    stream: Box<dyn Read + Send + 'a>,
    digest: DigestBuilder,
    bytes: u64,
    has_ended: bool,
}

/// A reader that adds each buffer to the digest of its source.
pub(super) struct DigestReader<'a>(Arc<Mutex<RawSource<'a>>>);

/// A handle to the size and the digest of a source.
pub(crate) struct SourceDigest<'a> {
    source: Arc<Mutex<RawSource<'a>>>,
    /// The most bytes to read.
    limit: u64,
}

impl<'a> DigestReader<'a> {
    /// Wraps a source from its first byte on. Returns the reader, and a handle that reads at most `limit` bytes.
    pub(super) fn new(stream: Box<dyn Read + Send + 'a>, limit: u64) -> (Self, SourceDigest<'a>) {
        let source = RawSource { stream, digest: DigestBuilder::default(), bytes: 0, has_ended: false };
        let source = Arc::new(Mutex::new(source));
        (Self(Arc::clone(&source)), SourceDigest { source, limit })
    }
}

impl Read for DigestReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        lock(&self.0).read(buffer)
    }
}

impl RawSource<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = self.stream.read(buffer)?;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        self.bytes += u64::try_from(read).unwrap_or(0);
        self.has_ended = read == 0;
        Ok(read)
    }
}

impl SourceDigest<'_> {
    /// Reads what the audit left, such as bytes after damaged compressed ones. Returns the number of bytes of the source and
    /// their digest, or nothing if the source has more bytes than the limit.
    pub(crate) fn finish(self) -> io::Result<Option<(u64, Digest)>> {
        let mut source = lock(&self.source);
        let mut rest = vec![0; CHUNK];
        while !source.has_ended {
            if source.bytes >= self.limit {
                return Ok(None);
            }
            match source.read(&mut rest) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => drop(read?),
            }
        }
        Ok(Some((source.bytes, source.digest.clone().finish())))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_were_not_read_are_in_the_digest() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[1]).collect();
        for taken in [0, 1, 70_000, 200_000] {
            let (mut reader, digest) = DigestReader::new(Box::new(&bytes[..]), u64::MAX);
            reader.by_ref().take(taken).read_to_end(&mut Vec::new()).unwrap();
            assert_eq!(digest.finish().unwrap(), Some((200_000, Digest::sha256(&bytes))), "{taken}");
        }
        let (_, digest) = DigestReader::new(Box::new(&bytes[..]), 100_000);
        assert_eq!(digest.finish().unwrap(), None, "the limit is reached before the end");
    }
}
