//! Following a ledger while it is written.

use crate::record::{Opening, Record};
use crate::{Fault, FaultKind, Head, LedgerReader, ReadError};
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::path::Path;

/// Reads a ledger as it grows, a record at a time, and never half a line.
///
/// It takes no lock and does not disturb the writer. It may give a record a moment before the record is safe on the
/// disk; should a power cut take that record back, what is written in its place will not fit the chain, and that shows.
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
    /// Whether all that was there has been given.
    at_end: bool,
}

impl Follower {
    /// Begins at the first line of a ledger's file.
    ///
    /// # Errors
    /// The system's, if the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { reader: LedgerReader::open(path)?.following(), at_end: true })
    }

    /// The next record or fault; nothing if no more whole lines are there now. More may come later.
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

    /// The first line, once it was read on the way to a record.
    pub const fn opening(&self) -> Option<&Opening> {
        self.reader.known_opening()
    }

    /// Where the ledger stands after what was given so far.
    pub const fn head(&self) -> Head {
        self.reader.head()
    }

    /// Goes back to the end of the last whole line: the fragment after it may have been cut off and written anew.
    /// Says whether there is anything to read there.
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
