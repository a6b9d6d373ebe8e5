//! Progress of reading, reported once for each buffer.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The progress of reading a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadProgress {
    /// Line feeds read so far, after decompression.
    pub lines: u64,
    /// Bytes read so far, before decompression.
    pub bytes: u64,
    /// The size in bytes before decompression. It is unknown for a stream.
    pub total: Option<u64>,
}

/// A callback that receives the progress after each buffer, on whichever thread reads.
pub type ProgressCallback<'a> = &'a (dyn Fn(ReadProgress) + Sync);

/// A reader that reports its progress to a [`ProgressCallback`].
///
/// ```
/// use ibbi_audit::ProgressReader;
/// use std::io::Read as _;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// let lines = AtomicU64::new(0);
/// let callback = |progress: ibbi_audit::ReadProgress| lines.store(progress.lines, Ordering::Relaxed);
/// let mut text = String::new();
/// ProgressReader::new(&b"one\ntwo\n"[..], Some(8), &callback).read_to_string(&mut text)?;
/// assert_eq!(lines.into_inner(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct ProgressReader<'a, R> {
    stream: R,
    progress: ReadProgress,
    /// The number of compressed bytes read, if the stream is compressed.
    compressed: Option<Arc<AtomicU64>>,
    callback: ProgressCallback<'a>,
}

impl<'a, R: Read> ProgressReader<'a, R> {
    /// Creates a reader that counts from here on. `total` is the size in bytes, if it is known.
    pub fn new(stream: R, total: Option<u64>, callback: ProgressCallback<'a>) -> Self {
        Self { stream, progress: ReadProgress { lines: 0, bytes: 0, total }, compressed: None, callback }
    }

    /// Creates a reader of decompressed bytes. A [`ByteCounter`] counts the compressed bytes.
    pub(super) fn decompressed(
        stream: R,
        total: Option<u64>,
        compressed: Arc<AtomicU64>,
        callback: ProgressCallback<'a>,
    ) -> Self {
        Self { compressed: Some(compressed), ..Self::new(stream, total, callback) }
    }
}

impl<R> core::fmt::Debug for ProgressReader<'_, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ProgressReader").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl<R: Read> Read for ProgressReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let progress = &mut self.progress;
        progress.lines += wide(memchr::memchr_iter(b'\n', &buffer[..read]).count());
        progress.bytes = match &self.compressed {
            Some(compressed) => compressed.load(Ordering::Relaxed),
            None => progress.bytes + wide(read),
        };
        (self.callback)(*progress);
        Ok(read)
    }
}

/// Counts the compressed bytes that a decompressor reads.
pub(super) struct ByteCounter<R> {
    pub(super) stream: R,
    pub(super) bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for ByteCounter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.bytes.fetch_add(wide(read), Ordering::Relaxed);
        Ok(read)
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
