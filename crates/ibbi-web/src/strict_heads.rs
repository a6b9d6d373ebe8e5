//! The heads of requests, checked byte by byte before they are parsed.
//!
//! **A request inside a request.** A proxy and this server share a connection. If they disagree about where a request ends, a
//! client can put a request of its own into the header or the body of another one. The parser of hyper takes a bare line feed for
//! the end of a line; a proxy may pass one on as a part of a value. So a head with a bare line feed or carriage return is refused,
//! and so is a length that is not a plain number. After a body in chunks, the connection is closed (see [`closes`]).

use axum::http::header::TRANSFER_ENCODING;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::problem::WebError;

/// The most bytes of a line that are kept to find its length header.
const KEPT: usize = 64;
/// A byte that no head can have. In place of a wrong byte, it makes the parser answer 400.
const REFUSED: u8 = 0;

/// Returns whether the connection is closed after the response. What follows could be taken for another request.
pub(crate) fn closes(parts: &Parts) -> bool {
    parts.headers.contains_key(TRANSFER_ENCODING) || parts.method == Method::CONNECT
}

/// Refuses a body whose coding is not plain chunks.
pub(crate) fn check_coding(parts: &Parts) -> Result<(), WebError> {
    let mut codings = parts.headers.get_all(TRANSFER_ENCODING).iter();
    let plain = codings.next().is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if plain && codings.next().is_none() {
        return Ok(());
    }
    let detail = "the body has a transfer coding other than `chunked`; send it with Content-Length, or in chunks alone";
    Err(WebError::Request(StatusCode::BAD_REQUEST, "coding", detail.to_owned()))
}

/// Where a connection is.
#[derive(Debug)]
enum Place {
    /// In the head of a request.
    Head(Head),
    /// In a body, with so many bytes to come.
    Body(u64),
    /// After the head of the last request of the connection, or after a wrong byte.
    Last,
}

/// What is known of a head so far.
#[derive(Debug, Default)]
struct Head {
    /// The beginning of the line, in lower case.
    line: Vec<u8>,
    /// Whether there was a line before it.
    has_lines: bool,
    after_return: bool,
    length: u64,
    is_last: bool,
}

impl Head {
    /// Takes a byte. Returns whether the head ends with it, or an error if it is wrong.
    fn take(&mut self, byte: u8) -> Result<bool, ()> {
        match (std::mem::replace(&mut self.after_return, byte == b'\r'), byte) {
            (true, b'\n') => self.end_line(),
            (true, _) | (false, b'\n') => Err(()),
            (false, b'\r') => Ok(false),
            (false, _) => {
                if self.line.len() < KEPT {
                    self.line.push(byte.to_ascii_lowercase());
                }
                Ok(false)
            }
        }
    }

    fn end_line(&mut self) -> Result<bool, ()> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            // Empty lines before a request are skipped.
            return Ok(self.has_lines);
        }
        self.is_last |= line.starts_with(b"transfer-encoding:") || line.starts_with(b"connect ");
        if let Some(value) = line.strip_prefix(b"content-length:") {
            let digits = value.trim_ascii();
            let is_plain =
                line.len() < KEPT && !digits.is_empty() && digits.len() < 19 && digits.iter().all(u8::is_ascii_digit);
            let number = std::str::from_utf8(digits).ok().filter(|_| is_plain).and_then(|digits| digits.parse().ok());
            self.length = number.ok_or(())?;
        }
        self.has_lines = true;
        Ok(false)
    }

    const fn next(&self) -> Place {
        match (self.is_last, self.length) {
            (true, _) => Place::Last,
            (false, 0) => {
                Place::Head(Self { line: Vec::new(), has_lines: false, after_return: false, length: 0, is_last: false })
            }
            (false, length) => Place::Body(length),
        }
    }
}

/// A connection whose heads are checked as they are read.
#[derive(Debug)]
pub(crate) struct StrictHeads<S> {
    stream: S,
    place: Place,
}

impl<S> StrictHeads<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, place: Place::Head(Head::default()) }
    }

    /// Checks the bytes that were read, and replaces the first that is wrong.
    fn check(&mut self, bytes: &mut [u8]) {
        let mut left = bytes;
        loop {
            match &mut self.place {
                Place::Last => return,
                Place::Body(remaining) => {
                    let skipped = usize::try_from(*remaining).map_or(left.len(), |remaining| remaining.min(left.len()));
                    *remaining -= skipped as u64;
                    if *remaining > 0 {
                        return;
                    }
                    left = &mut left[skipped..];
                    self.place = Place::Head(Head::default());
                }
                Place::Head(head) => {
                    let mut taken = 0;
                    let next = loop {
                        let Some(byte) = left.get_mut(taken) else { return };
                        taken += 1;
                        match head.take(*byte) {
                            Ok(false) => {}
                            Ok(true) => break head.next(),
                            Err(()) => {
                                *byte = REFUSED;
                                break Place::Last;
                            }
                        }
                    };
                    left = &mut left[taken..];
                    self.place = next;
                }
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for StrictHeads<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if let Some(bytes) = buffer.filled_mut().get_mut(before..) {
            this.check(bytes);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for StrictHeads<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the bytes as the parser gets them, in pieces of each size.
    fn checked(bytes: &[u8]) -> Vec<u8> {
        let pieces = |size: usize| {
            let (mut heads, mut bytes) = (StrictHeads::new(()), bytes.to_vec());
            bytes.chunks_mut(size).for_each(|piece| heads.check(piece));
            bytes
        };
        let whole = pieces(bytes.len());
        (1..bytes.len()).for_each(|size| assert_eq!(pieces(size), whole, "in pieces of {size}"));
        whole
    }

    #[test]
    fn requests_with_whole_line_ends_pass_unchanged() {
        for good in [
            &b"GET / HTTP/1.1\r\nhost: a\r\n\r\nGET /b HTTP/1.1\r\nhost: a\r\n\r\n"[..],
            b"\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na\nb\r\nGET / HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\ncontent-length:\t0 \r\n\r\nGET / HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n",
        ] {
            assert_eq!(checked(good), good, "{}", String::from_utf8_lossy(good));
        }
    }

    #[test]
    fn first_wrong_byte_of_a_head_is_replaced() {
        for (bad, at) in [
            (&b"GET / HTTP/1.1\nhost: a\r\n\r\n"[..], 14),
            (b"GET / HTTP/1.1\r\nx: a\n\nGET /b HTTP/1.1\r\n\r\n", 20),
            (b"GET / HTTP/1.1\r\nx: a\rb\r\n\r\n", 21),
            (b"GET / HTTP/1.1\r\n\rGET /b HTTP/1.1\r\n\r\n", 17),
            (b"\nGET / HTTP/1.1\r\n\r\n", 0),
            (b"POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\nx", 36),
            (b"POST / HTTP/1.1\r\ncontent-length: 1, 1\r\n\r\nx", 38),
            (b"POST / HTTP/1.1\r\ncontent-length: \r\n\r\nx", 34),
            (b"POST / HTTP/1.1\r\ncontent-length: 1\r\n\r\nxGET /b HTTP/1.1\n\n", 54),
        ] {
            let mut wanted = bad.to_vec();
            wanted[at] = REFUSED;
            assert_eq!(checked(bad), wanted, "{}", String::from_utf8_lossy(bad));
        }
    }
}
