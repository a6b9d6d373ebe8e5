//! Splitting a stream into lines, each with its SHA-256, in bounded memory.
//!
//! This is handwritten because lines are hashed many at a time (see the module `sha256`), which decides how fast a ledger
//! is verified (docs/performance.md).

use crate::Digest;
use crate::line::MAX_LINE;
use crate::sha256::hash_each;
use memchr::memchr_iter;
use sha2::Digest as _;
use std::io::{self, ErrorKind, Read};

/// The size of the buffer in bytes at first. Most ledgers fit into it.
const FIRST_BUFFER: usize = 16 * 1024;

/// The largest size of the buffer in bytes: several lines of the largest size.
const BUFFER: usize = 4 * MAX_LINE;

/// How many lines are found and hashed at a time.
const AHEAD: usize = 128;

/// A line with its place in the stream.
#[derive(Debug)]
pub struct RawLine<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its start, in bytes from 0.
    pub offset: u64,
    /// Its length in bytes, without the LF.
    pub length: u64,
    /// The line itself, if it is not too long.
    pub content: LineContent<'a>,
}

/// The content of a line.
#[derive(Debug)]
pub enum LineContent<'a> {
    /// A line of allowed length, and its SHA-256.
    Whole(&'a [u8], Digest),
    /// The SHA-256 of a line that is too long.
    TooLong(Digest),
    /// The end of the stream has no LF.
    Torn,
}

/// Splits a stream into lines, each with its SHA-256, without parsing them.
///
/// It uses a buffer of at most 256 KiB, however long the stream and its lines are. The source needs no buffer of its own.
///
/// ```
/// use ibbi_log::{LineContent, Lines};
/// let mut lines = Lines::new(&b"one\ntw"[..]);
/// let one = lines.next()?.unwrap();
/// assert!((one.number, one.offset) == (1, 0) && matches!(one.content, LineContent::Whole(b"one", _)));
/// assert!(matches!(lines.next()?.unwrap().content, LineContent::Torn));
/// assert!(lines.next()?.is_none());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// The start of the next line in the buffer.
    start: usize,
    /// The number of filled bytes in the buffer.
    filled: usize,
    /// The number and the offset of the next line.
    number: u64,
    offset: u64,
    /// The lines that were found, the next one last: the end of each in the buffer, and its digest.
    found: Vec<(usize, Digest)>,
}

impl<R: Read> Lines<R> {
    /// Starts at the first line of a stream.
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; FIRST_BUFFER],
            start: 0,
            filled: 0,
            number: 1,
            offset: 0,
            found: Vec::with_capacity(AHEAD),
        }
    }

    /// Returns the next line. At the end it returns an unfinished line once, if there is one, and then `None`.
    ///
    /// # Errors
    /// Returns the source's error.
    #[allow(clippy::should_implement_trait, reason = "a line is lent from the buffer")]
    pub fn next(&mut self) -> io::Result<Option<RawLine<'_>>> {
        if let Some(ended) = self.fetch()? {
            return Ok(Some(self.take(ended)));
        }
        let length = self.filled - self.start;
        if length == 0 {
            return Ok(None);
        }
        self.start = self.filled;
        Ok(Some(self.take(Ended::Skipped(wide(length), None))))
    }

    /// Replaces the buffer by an empty one, and returns it with the lines that were read. What was not read yet moves to the new
    /// buffer. So another thread can read the lines of a whole buffer again without copying them.
    ///
    /// ```
    /// use ibbi_log::Lines;
    /// let mut lines = Lines::new(&b"one\ntwo\n"[..]);
    /// lines.fill()?;
    /// assert_eq!(lines.position(), 0);
    /// assert!(lines.next_held().is_some());
    /// assert_eq!(lines.position(), 4);
    /// assert_eq!(&lines.replace_buffer(Vec::new())[..4], b"one\n");
    /// assert_eq!(lines.position(), 0);
    /// assert!(lines.next_held().is_some() && lines.next_held().is_none());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn replace_buffer(&mut self, mut empty: Vec<u8>) -> Vec<u8> {
        empty.resize(self.buffer.len(), 0);
        let rest = self.filled - self.start;
        empty[..rest].copy_from_slice(&self.buffer[self.start..self.filled]);
        self.found.iter_mut().for_each(|(end, _)| *end -= self.start);
        (self.start, self.filled) = (0, rest);
        core::mem::replace(&mut self.buffer, empty)
    }

    /// Returns the place of the next line in the buffer, in bytes.
    pub const fn position(&self) -> usize {
        self.start
    }

    /// Returns the next line that is in the buffer as a whole, and reads nothing from the source. Its bytes stay in their place
    /// until the source is read again, or the buffer is replaced.
    pub fn next_held(&mut self) -> Option<RawLine<'_>> {
        if self.found.is_empty() {
            self.look_ahead();
        }
        let (end, digest) = self.found.pop()?;
        Some(self.take(Ended::InBuffer(end, digest)))
    }

    /// Reads from the source until the buffer is full or the source ends. Lines that were not read move to the buffer's
    /// beginning.
    ///
    /// # Errors
    /// Returns the source's error.
    pub fn fill(&mut self) -> io::Result<()> {
        self.found.iter_mut().for_each(|(end, _)| *end -= self.start);
        while self.fill_once()? > 0 && self.filled < BUFFER {}
        Ok(())
    }

    /// Returns the next line that has its LF. An unfinished line stays in the buffer, because its rest may still follow.
    pub(crate) fn next_whole(&mut self) -> io::Result<Option<RawLine<'_>>> {
        match self.fetch()? {
            Some(ended) => Ok(Some(self.take(ended))),
            None => Ok(None),
        }
    }

    /// Drops the unfinished line, so that the source can be read again from the end of the last whole line.
    pub(crate) fn forget_fragment(&mut self) -> &mut R {
        (self.start, self.filled) = (0, 0);
        self.found.clear();
        &mut self.source
    }

    /// Finds the end of the next line, and reads more until there is one.
    fn fetch(&mut self) -> io::Result<Option<Ended>> {
        loop {
            if self.found.is_empty() {
                self.look_ahead();
            }
            if let Some((end, digest)) = self.found.pop() {
                return Ok(Some(Ended::InBuffer(end, digest)));
            }
            if self.start == 0 && self.filled == BUFFER {
                return self.skip().map(Some);
            }
            if self.fill_once()? == 0 {
                return Ok(None);
            }
        }
    }

    fn take(&mut self, ended: Ended) -> RawLine<'_> {
        let (number, offset, start) = (self.number, self.offset, self.start);
        let (length, content) = match ended {
            Ended::InBuffer(end, digest) => {
                self.start = end + 1;
                let content = match self.buffer.get(start..end) {
                    Some(line) if line.len() <= MAX_LINE => LineContent::Whole(line, digest),
                    _ => LineContent::TooLong(digest),
                };
                (wide(end - start), content)
            }
            Ended::Skipped(length, Some(digest)) => (length, LineContent::TooLong(digest)),
            Ended::Skipped(length, None) => (length, LineContent::Torn),
        };
        self.number += 1;
        self.offset += length + u64::from(!matches!(content, LineContent::Torn));
        RawLine { number, offset, length, content }
    }

    fn look_ahead(&mut self) {
        let held = &self.buffer[self.start..self.filled];
        let mut lines: [&[u8]; AHEAD] = [&[]; AHEAD];
        let (mut count, mut from) = (0, 0);
        for (line, end) in lines.iter_mut().zip(memchr_iter(b'\n', held)) {
            *line = &held[from..end];
            (count, from) = (count + 1, end + 1);
        }
        let lines = &lines[..count];
        let mut end = self.start;
        for (line, digest) in lines.iter().zip(hash_each(lines)) {
            end += line.len();
            self.found.push((end, digest));
            end += 1;
        }
        self.found.reverse();
    }

    fn fill_once(&mut self) -> io::Result<usize> {
        if self.filled == self.buffer.len() {
            self.buffer.resize((2 * self.filled).min(BUFFER), 0);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        let read = read_some(&mut self.source, &mut self.buffer[self.filled..])?;
        self.filled += read;
        Ok(read)
    }

    /// Skips a line that doesn't fit into the buffer, and hashes it.
    fn skip(&mut self) -> io::Result<Ended> {
        let mut hasher = sha2::Sha256::new();
        let mut length = 0;
        loop {
            let held = &self.buffer[..self.filled];
            let end = memchr::memchr(b'\n', held);
            let part = &held[..end.unwrap_or(held.len())];
            hasher.update(part);
            length += wide(part.len());
            if let Some(end) = end {
                self.start = end + 1;
                return Ok(Ended::Skipped(length, Some(Digest::from_bytes(hasher.finalize().into()))));
            }
            (self.start, self.filled) = (0, 0);
            if self.fill_once()? == 0 {
                return Ok(Ended::Skipped(length, None));
            }
        }
    }
}

/// How the next line ends.
enum Ended {
    /// At this place in the buffer.
    InBuffer(usize, Digest),
    /// It is too long for the buffer. Its length, and its digest if it has an LF.
    Skipped(u64, Option<Digest>),
}

/// Reads once, or again if a signal interrupted it.
fn read_some(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a few bytes at a time, so that lines cross the buffer's edges.
    struct Drips<'a>(&'a [u8], usize);

    impl Read for Drips<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn read_all(stream: &[u8], step: usize) -> Vec<(u64, u64, u64, String)> {
        let mut lines = Lines::new(Drips(stream, step));
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let content = match line.content {
                LineContent::Whole(bytes, digest) => {
                    assert_eq!(digest, Digest::sha256(bytes));
                    String::from_utf8_lossy(bytes).into_owned()
                }
                LineContent::TooLong(digest) => {
                    let from = usize::try_from(line.offset).unwrap();
                    let to = from + usize::try_from(line.length).unwrap();
                    assert_eq!(digest, Digest::sha256(&stream[from..to]));
                    "too long".to_owned()
                }
                LineContent::Torn => "torn".to_owned(),
            };
            all.push((line.number, line.offset, line.length, content));
        }
        all
    }

    #[test]
    fn lines_have_their_places_at_any_read_size() {
        for step in [1, 2, 3, 7, 100] {
            let all = read_all(b"one\n\nthree\nfour", step);
            let text = |text: &str| text.to_owned();
            assert_eq!(
                all,
                [(1, 0, 3, text("one")), (2, 4, 0, text("")), (3, 5, 5, text("three")), (4, 11, 4, text("torn"))],
                "{step} bytes at a time"
            );
        }
        assert!(read_all(b"", 1).is_empty());
    }

    #[test]
    fn line_of_ten_megabytes_is_skipped() {
        let long = 10_000_000;
        let mut stream = vec![b'x'; long];
        stream.extend_from_slice(b"\nnext\n");
        stream.extend(vec![b'y'; MAX_LINE]);
        stream.push(b'\n');
        stream.extend(vec![b'z'; MAX_LINE + 1]);
        stream.push(b'\n');
        for step in [usize::MAX, 65_537] {
            let all = read_all(&stream, step);
            let brief: Vec<_> = all.iter().map(|(_, _, length, text)| (*length, text.len())).collect();
            assert_eq!(brief, [(10_000_000, 8), (4, 4), (65_536, 65_536), (65_537, 8)]);
        }
        let torn = read_all(&stream[..long], 4_096);
        assert_eq!(torn, [(1, 0, 10_000_000, "torn".to_owned())]);
    }

    #[test]
    fn lines_of_a_buffer_stay_where_they_were_read() {
        let long = vec![b'y'; 2 * BUFFER];
        let mut stream = b"one\n\n".repeat(100_000);
        stream.extend_from_slice(&long);
        stream.extend_from_slice(b"\nlast\ntorn");
        for (step, most) in [(usize::MAX, usize::MAX), (4_097, usize::MAX), (usize::MAX, 1000)] {
            let mut lines = Lines::new(Drips(&stream, step));
            let (mut buffer, mut found, mut more) = (Vec::new(), Vec::new(), true);
            while more {
                lines.fill().unwrap();
                let mut places = Vec::new();
                loop {
                    let start = lines.position();
                    let line = if places.is_empty() { lines.next().unwrap() } else { lines.next_held() };
                    let Some(line) = line else { break };
                    let length = match line.content {
                        LineContent::Whole(bytes, _) => Some(bytes.len()),
                        _ => None,
                    };
                    places.push((line.offset, start, length));
                    if places.len() == most {
                        break;
                    }
                }
                more = !places.is_empty();
                buffer = lines.replace_buffer(buffer);
                let bytes = |(offset, start, length): (u64, usize, Option<usize>)| {
                    (offset, length.map(|length| buffer[start..start + length].to_vec()))
                };
                found.extend(places.into_iter().map(bytes));
            }
            let all = read_all(&stream, usize::MAX);
            let whole = |text: &str| (!matches!(text, "too long" | "torn")).then(|| text.as_bytes().to_vec());
            let expected: Vec<_> = all.iter().map(|(_, offset, _, text)| (*offset, whole(text))).collect();
            assert_eq!(expected.len(), 200_003);
            assert!(found == expected, "{step} bytes at a time, {most} lines in a buffer");
        }
    }

    #[test]
    fn unfinished_line_stays_until_its_rest_follows() {
        let mut lines = Lines::new(Drips(b"one\ntw", 100));
        assert!(lines.next_whole().unwrap().is_some());
        assert!(lines.next_whole().unwrap().is_none());
        assert_eq!(lines.offset, 4);
        *lines.forget_fragment() = Drips(b"two\n", 100);
        let line = lines.next_whole().unwrap().unwrap();
        assert_eq!((line.number, line.offset, line.length), (2, 4, 3));
    }
}
