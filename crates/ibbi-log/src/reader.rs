//! Reading the records of a ledger.

use crate::Fault;
use crate::act::OpenAct;
use crate::custody::CustodyState;
use crate::head::Head;
use crate::ledger_data::Opening;
use crate::line_check::LineChecker;
use crate::line_reader::LedgerLine;
use crate::record::LineRecord;
use ibbi_store::Record;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads the records of a ledger in their order, from a file or any other stream.
///
/// It doesn't stop at a fault. Each fault is an item of its own. A fault of a line that can't be read takes the place of its
/// record; a fault of a line's place in the chain comes before its record. Memory is a buffer of 256 KiB and one number for
/// each case.
///
/// A reader takes no lock. If the ledger is being written, the last records may not be synced yet.
///
/// ```no_run
/// use ibbi_log::LedgerReader;
/// for item in LedgerReader::open("cases.ledger".as_ref())? {
///     match item {
///         Ok(record) => println!("{} {}", record.seq, record.event.kind()),
///         Err(fault) => eprintln!("{fault}"),
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct LedgerReader<R> {
    scan: LineChecker<R>,
    opening: Option<Opening>,
    /// The content of the last line, until it is returned.
    entry: Option<LedgerLine>,
    faults: Vec<Fault>,
    waiting: VecDeque<Result<LineRecord, ReadError>>,
    /// Whether more can follow after an end without an LF.
    follow: bool,
    begun: bool,
    ended: bool,
}

/// Why a reader can't return a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Something is wrong with a line. The reader continues after it.
    #[error("{0}")]
    Fault(Fault),
    /// The stream can't be read. No item follows.
    #[error("cannot read the ledger at byte {offset}: {source}")]
    Io {
        /// The place where reading stopped, in bytes from 0.
        offset: u64,
        /// The system's error.
        source: io::Error,
    },
}

impl LedgerReader<File> {
    /// Opens a ledger's file for reading.
    ///
    /// # Errors
    /// Returns the system's error if the file can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self::new)
    }
}

impl<R: Read> LedgerReader<R> {
    /// Reads a ledger from a stream. The stream needs no buffer of its own.
    pub fn new(source: R) -> Self {
        Self {
            scan: LineChecker::new(source),
            opening: None,
            entry: None,
            faults: Vec::new(),
            waiting: VecDeque::new(),
            follow: false,
            begun: false,
            ended: false,
        }
    }

    /// Returns the first line, and reads it if necessary. Returns `None` if it is not valid; the items then include the
    /// fault.
    pub fn opening(&mut self) -> Option<&Opening> {
        if !self.begun && self.scan.head().lines == 0 {
            let record = self.advance();
            self.waiting.extend(record.map(Ok));
        }
        self.opening.as_ref()
    }

    pub(crate) const fn known_opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// Returns the legal holds and destructions of the lines read so far.
    pub const fn custody(&self) -> &CustodyState {
        self.scan.custody()
    }

    /// Returns the end of the lines read so far.
    pub const fn head(&self) -> Head {
        self.scan.head()
    }

    /// Returns the same reader, but more can follow after an end without an LF.
    pub(crate) fn following(mut self) -> Self {
        self.follow = true;
        self
    }

    /// Returns whether no item will follow.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// Drops an unfinished line at the end, so that the source can be read again from the end of the last whole line.
    pub(crate) fn forget_fragment(&mut self) -> &mut R {
        self.scan.forget_fragment()
    }

    /// Reads one line. Returns its record directly if no fault has to be returned first.
    fn advance(&mut self) -> Option<LineRecord> {
        match self.scan.step(self.follow, &mut self.entry, &mut self.faults) {
            Ok(Some(_)) => {}
            Ok(None) => {
                self.ended = !self.follow;
                let torn = self.scan.open_act().filter(|_| self.ended).map(OpenAct::fault);
                self.waiting.extend(torn.map(ReadError::Fault).map(Err));
                return None;
            }
            Err(source) => {
                self.ended = true;
                self.waiting.push_back(Err(ReadError::Io { offset: self.scan.head().bytes, source }));
                return None;
            }
        }
        self.begun = true;
        let record = match self.entry.take() {
            Some(LedgerLine::Record(record)) => Some(record),
            Some(LedgerLine::Opening(opening)) => {
                self.opening.get_or_insert(opening);
                None
            }
            Some(LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_)) | None => None,
        };
        if self.faults.is_empty() {
            return record;
        }
        self.waiting.extend(self.faults.drain(..).map(ReadError::Fault).map(Err));
        self.waiting.extend(record.map(Ok));
        None
    }

    /// Returns the next record with its place in the file, or a fault. The iterator returns the same without the place.
    pub fn next_line(&mut self) -> Option<Result<LineRecord, ReadError>> {
        loop {
            if let Some(item) = self.waiting.pop_front() {
                return Some(item);
            }
            if self.ended {
                return None;
            }
            let before = self.scan.head().lines;
            if let Some(record) = self.advance() {
                return Some(Ok(record));
            }
            if self.follow && self.waiting.is_empty() && self.scan.head().lines == before {
                return None;
            }
        }
    }
}

impl<R: Read> Iterator for LedgerReader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_line()?.map(|found| found.record))
    }
}
