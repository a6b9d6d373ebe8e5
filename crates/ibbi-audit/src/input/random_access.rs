//! Reading lines a second time: from the source itself, or from a temporary copy.

use ibbi_log::MAX_LINE;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// The bytes read at once: a few lines of ordinary length.
const CHUNK: usize = 4096;

/// The place from which lines can be read again, by their offset in the decompressed stream.
pub(crate) enum RandomAccess<'a> {
    /// The source is in memory.
    Bytes(&'a [u8]),
    /// The source is a file.
    File(Arc<File>),
    /// Lines are copied to an unnamed temporary file at the same offsets. Lines that are never read again are left out.
    Spool(Arc<File>),
}

impl RandomAccess<'_> {
    pub(crate) fn spool() -> io::Result<Self> {
        tempfile::tempfile().map(Arc::new).map(Self::Spool)
    }

    pub(crate) const fn is_spool(&self) -> bool {
        matches!(self, Self::Spool(_))
    }

    /// Returns a writer for the temporary copy, if there is one.
    pub(crate) fn writer(&self) -> Option<SpoolWriter> {
        match self {
            Self::Spool(file) => Some(SpoolWriter { file: Arc::clone(file), start: 0, held: Vec::new() }),
            Self::Bytes(_) | Self::File(_) => None,
        }
    }

    /// Returns the offset of a line, by its number from 1, or the end if there are fewer lines.
    pub(crate) fn offset_of_line(&self, line: u64) -> io::Result<u64> {
        let (mut offset, mut left, mut chunk) = (0, line.saturating_sub(1), [0; CHUNK]);
        while left > 0 {
            let read = self.read_at(&mut chunk, offset)?;
            if read == 0 {
                break;
            }
            let mut ends = memchr::memchr_iter(b'\n', &chunk[..read]);
            let passed = match ends.nth(usize::try_from(left - 1).unwrap_or(usize::MAX)) {
                Some(end) => {
                    left = 0;
                    end + 1
                }
                None => {
                    left -= wide(memchr::memchr_iter(b'\n', &chunk[..read]).count());
                    read
                }
            };
            offset += wide(passed);
        }
        Ok(offset)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Bytes(bytes) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let count = buffer.len().min(bytes.len() - from);
                buffer[..count].copy_from_slice(&bytes[from..from + count]);
                Ok(count)
            }
            Self::File(file) | Self::Spool(file) => read_at(file, buffer, offset),
        }
    }
}

/// Reads lines again, and keeps the last chunk: lines of one case are often close together.
#[derive(Default)]
pub(crate) struct LineRereader {
    start: u64,
    held: Vec<u8>,
}

impl LineRereader {
    /// Returns the line at an offset, without its LF, or nothing if no line of the allowed length begins there.
    pub(crate) fn line(&mut self, source: &RandomAccess<'_>, offset: u64) -> io::Result<Option<&[u8]>> {
        if let Some((from, to)) = self.find(offset) {
            return Ok(self.held.get(from..to));
        }
        self.start = offset;
        self.held.clear();
        while self.held.len() <= MAX_LINE {
            let filled = self.held.len();
            self.held.resize(filled + CHUNK, 0);
            let place = offset.saturating_add(wide(filled));
            let read = source.read_at(&mut self.held[filled..], place);
            self.held.truncate(filled + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if let Some(end) = memchr::memchr(b'\n', &self.held[filled..]) {
                return Ok(self.held.get(..filled + end));
            }
        }
        Ok(None)
    }

    /// Returns the range in `held` of the line at an offset.
    fn find(&self, offset: u64) -> Option<(usize, usize)> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let length = memchr::memchr(b'\n', self.held.get(from..)?)?;
        Some((from, from + length))
    }
}

/// Copies lines to a file, each at its own offset.
pub(crate) struct SpoolWriter {
    file: Arc<File>,
    start: u64,
    held: Vec<u8>,
}

impl SpoolWriter {
    /// Copies a line, which is given without its LF.
    pub(crate) fn copy(&mut self, line: &[u8], offset: u64) -> io::Result<()> {
        let next = self.start.saturating_add(wide(self.held.len()));
        if next != offset || self.held.len() > 1 << 20 {
            self.flush()?;
            self.start = offset;
        }
        self.held.extend_from_slice(line);
        self.held.push(b'\n');
        Ok(())
    }

    /// Copies bytes.
    pub(crate) fn append(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        write_all_at(&self.file, bytes, offset)
    }

    /// Writes the buffered lines, so that they can be read.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        write_all_at(&self.file, &self.held, self.start)?;
        self.start = self.start.saturating_add(wide(self.held.len()));
        self.held.clear();
        Ok(())
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        bytes = &bytes[written..];
        offset += u64::try_from(written).unwrap_or(u64::MAX);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_reread_from_memory_and_from_a_copy_with_holes() {
        let long = "x".repeat(10_000);
        let text = format!("one\ntwo\n{long}\nfour\nrest");
        let memory = RandomAccess::Bytes(text.as_bytes());
        let copy = RandomAccess::spool().unwrap();
        let mut writer = copy.writer().unwrap();
        // The second line is not copied.
        for (line, offset) in [("one", 0), (&long, 8), ("four", 10_009)] {
            writer.copy(line.as_bytes(), offset).unwrap();
        }
        writer.flush().unwrap();
        for source in [memory, copy] {
            let mut reader = LineRereader::default();
            for (offset, expected) in [(10_009, "four"), (8, &long), (0, "one"), (0, "one"), (10_009, "four")] {
                let line = reader.line(&source, offset).unwrap().unwrap();
                assert_eq!(String::from_utf8_lossy(line), expected, "at {offset}");
            }
            assert!(reader.line(&source, 10_014).unwrap().is_none(), "a line without an end is not a line");
        }
    }
}
