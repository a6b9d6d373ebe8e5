//! The lines of a ledger as a stream of exactly the bytes that its file would have.

use crate::connection::Connection;
use crate::error::PostgresError;
use crate::wait::wait;
use bytes::Bytes;
use core::pin::Pin;
use futures_util::StreamExt as _;
use std::io::{self, Read};
use tokio_postgres::CopyOutStream;

/// The signature, the flags, and the length of the extension at the start of a binary copy.
const HEADER: usize = 19;

/// The lines of a ledger in their order, each with its LF, as the file of an export has them. It is one consistent state of the
/// ledger, whatever is appended meanwhile. It has a connection of its own.
pub struct LineReader {
    connection: Connection,
    stream: Pin<Box<CopyOutStream>>,
    /// What is left of the last message.
    message: Bytes,
    /// What is left of the current line.
    line: Bytes,
    /// Whether the LF of the current line is still to be read.
    needs_lf: bool,
    has_begun: bool,
    has_ended: bool,
}

impl core::fmt::Debug for LineReader {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LineReader").finish_non_exhaustive()
    }
}

impl LineReader {
    /// Starts to read the lines after line number `after` up to line number `last`.
    pub(crate) fn start(
        connection: Connection,
        ledger: i32,
        after: u64,
        last: Option<u64>,
    ) -> Result<Self, PostgresError> {
        let last = last.map(|last| format!(" AND seq <= {last}")).unwrap_or_default();
        let stream = connection.copy_out(&format!(
            "COPY (SELECT line FROM ibbi_line WHERE ledger = {ledger} AND seq > {after}{last} ORDER BY seq)
             TO STDOUT (FORMAT binary)"
        ))?;
        let (message, line) = (Bytes::new(), Bytes::new());
        Ok(Self {
            connection,
            stream: Box::pin(stream),
            message,
            line,
            needs_lf: false,
            has_begun: false,
            has_ended: false,
        })
    }

    /// Returns the next line without its LF.
    ///
    /// # Errors
    /// [`PostgresError`] if the connection is lost, or the server sends something else than rows.
    pub fn next_line(&mut self) -> Result<Option<Bytes>, PostgresError> {
        loop {
            if self.has_ended {
                return Ok(None);
            }
            if !self.message.is_empty() {
                return self.row();
            }
            match wait(self.stream.next()) {
                None => self.has_ended = true,
                Some(Err(error)) => return Err(self.connection.failed(&error)),
                Some(Ok(message)) => self.message = message,
            }
            if !self.has_begun && !self.has_ended {
                self.has_begun = true;
                let _header = self.take(HEADER)?;
            }
        }
    }

    /// Reads one row of one field: the number of fields, the length of the field, and its bytes. The last row has no fields.
    fn row(&mut self) -> Result<Option<Bytes>, PostgresError> {
        if self.take(2)?.as_ref() == (-1_i16).to_be_bytes() {
            self.has_ended = true;
            return Ok(None);
        }
        let length = self.take(4)?;
        let length = length.as_ref().try_into().map(i32::from_be_bytes).ok();
        let length = length.and_then(|length| usize::try_from(length).ok()).ok_or_else(|| self.broken())?;
        self.take(length).map(Some)
    }

    fn take(&mut self, length: usize) -> Result<Bytes, PostgresError> {
        if self.message.len() < length { Err(self.broken()) } else { Ok(self.message.split_to(length)) }
    }

    fn broken(&self) -> PostgresError {
        PostgresError::Server {
            label: self.connection.label().to_owned(),
            reason: "the server sent rows in another form than this program reads".to_owned(),
            code: None,
            is_lost: false,
        }
    }
}

impl Read for LineReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < buffer.len() {
            if !self.line.is_empty() {
                let length = self.line.len().min(buffer.len() - written);
                buffer[written..written + length].copy_from_slice(&self.line.split_to(length));
                written += length;
            } else if self.needs_lf {
                buffer[written] = b'\n';
                self.needs_lf = false;
                written += 1;
            } else {
                match self.next_line().map_err(io::Error::other)? {
                    None => break,
                    Some(line) => (self.line, self.needs_lf) = (line, true),
                }
            }
        }
        Ok(written)
    }
}
