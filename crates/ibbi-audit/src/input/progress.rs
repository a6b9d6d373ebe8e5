//! How far reading has come: counted where bytes are read anyway, a buffer at a time.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far the reading of a source has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Line feeds read so far, unpacked.
    pub lines: u64,
    /// Bytes read so far as they are stored: of a compressed file, the packed ones.
    pub bytes: u64,
    /// How many bytes there are; a stream does not tell.
    pub total: Option<u64>,
}

/// Somebody who is told how far reading has come: once for every buffer that is read, by whichever thread reads.
pub type Watch<'a> = &'a (dyn Fn(Progress) + Sync);

/// A reader that tells a [`Watch`] how far it has come.
///
/// ```
/// use ibbi_audit::Metered;
/// use std::io::Read as _;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// let lines = AtomicU64::new(0);
/// let watch = |progress: ibbi_audit::Progress| lines.store(progress.lines, Ordering::Relaxed);
/// let mut text = String::new();
/// Metered::new(&b"one\ntwo\n"[..], Some(8), &watch).read_to_string(&mut text)?;
/// assert_eq!(lines.into_inner(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Metered<'a, R> {
    stream: R,
    progress: Progress,
    /// The bytes that were read of what the stream unpacks, where it does.
    packed: Option<Arc<AtomicU64>>,
    watch: Watch<'a>,
}

impl<'a, R: Read> Metered<'a, R> {
    /// Counts from here on; `total` is how many bytes there are, if that is known.
    pub fn new(stream: R, total: Option<u64>, watch: Watch<'a>) -> Self {
        Self { stream, progress: Progress { lines: 0, bytes: 0, total }, packed: None, watch }
    }

    /// As [`Metered::new`] for what is unpacked; the packed bytes are counted elsewhere.
    pub(super) fn unpacked(stream: R, total: Option<u64>, packed: Arc<AtomicU64>, watch: Watch<'a>) -> Self {
        Self { packed: Some(packed), ..Self::new(stream, total, watch) }
    }
}

impl<R> core::fmt::Debug for Metered<'_, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Metered").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let progress = &mut self.progress;
        progress.lines += wide(memchr::memchr_iter(b'\n', &buffer[..read]).count());
        progress.bytes = match &self.packed {
            Some(packed) => packed.load(Ordering::Relaxed),
            None => progress.bytes + wide(read),
        };
        (self.watch)(*progress);
        Ok(read)
    }
}

/// Counts the packed bytes on their way to who unpacks them.
pub(super) struct Counted<R> {
    pub(super) stream: R,
    pub(super) bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.bytes.fetch_add(wide(read), Ordering::Relaxed);
        Ok(read)
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
