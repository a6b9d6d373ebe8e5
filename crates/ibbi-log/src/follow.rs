//! Following a ledger while it is written.

use crate::ledger_data::Opening;
use crate::{Fault, FaultKind, Head, LedgerReader, ReadError};
use ibbi_store::Record;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::path::Path;

/// Reads a ledger while it grows, one record at a time, and never an unfinished line.
///
/// It takes no lock and doesn't disturb the writer. It can return a record just before the record is synced. If a power
/// failure then removes that record, the record that is written in its place doesn't fit the chain, which is reported.
///
/// ```no_run
/// use ibbi_log::Follower;
/// let mut follower = Follower::open("cases.ledger".as_ref())?;
/// loop {
///     while let Some(item) = follower.poll() {
///         println!("{:?}", item);
///     }
///     std::thread::sleep(std::time::Duration::from_millis(200));
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Follower {
    reader: LedgerReader<File>,
    /// Whether everything in the file was returned.
    at_end: bool,
}

impl Follower {
    /// Starts at the first line of a ledger's file.
    ///
    /// # Errors
    /// Returns the system's error if the file can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { reader: LedgerReader::open(path)?.following(), at_end: true })
    }

    /// Returns the next record or fault, or `None` if there are no more whole lines now. More can follow later.
    pub fn poll(&mut self) -> Option<Result<Record, ReadError>> {
        if self.at_end && !self.reader.has_ended() {
            match self.look_again() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.reader.end();
                    return Some(Err(error));
                }
            }
        }
        let item = self.reader.next();
        self.at_end = item.is_none();
        item
    }

    /// Returns the first line, if it was read already.
    pub const fn opening(&self) -> Option<&Opening> {
        self.reader.known_opening()
    }

    /// Returns the end of the lines read so far.
    pub const fn head(&self) -> Head {
        self.reader.head()
    }

    /// Goes back to the end of the last whole line, because the unfinished line after it may have been replaced. Returns
    /// whether there is anything to read.
    fn look_again(&mut self) -> Result<bool, ReadError> {
        let head = self.reader.head();
        let failed = |source| ReadError::Io { offset: head.bytes, source };
        let file = self.reader.forget_fragment();
        let length = file.metadata().map_err(failed)?.len();
        if length < head.bytes {
            let kind = FaultKind::Shrunk { read: head.bytes, found: length };
            return Err(ReadError::Fault(Fault { line: head.lines, offset: length, column: 0, kind }));
        }
        file.seek(SeekFrom::Start(head.bytes)).map_err(failed)?;
        Ok(length > head.bytes)
    }
}
