//! Following the lines of a ledger that is open for writing.

use super::OpenError;
use crate::ledger_data::Opening;
use crate::storage::Storage;
use crate::{Digest, Fault, Head};
use std::path::Path;

/// A hook that [`Ledger`](crate::Ledger) calls for every line: those that it reads when it opens, and those that it appends.
///
/// It lets another crate keep something about all lines (such as a Merkle root) without reading the file a second time.
/// While the ledger opens, the hook can also report faults. A ledger with faults is damaged and opens read-only.
///
/// `()` is the hook that does nothing.
pub trait LineObserver {
    /// Prepares for the lines. The ledger's file is locked, and none of its lines have been read.
    ///
    /// # Errors
    /// Returns an error to stop the ledger from opening.
    fn start(&mut self, storage: &impl Storage, ledger: &Path) -> Result<(), OpenError>;

    /// Takes a whole line that was read while the ledger opens. `head.hash` is its SHA-256, and `opening` is the first
    /// line if that is valid. Adds what is wrong to `faults`.
    fn line(&mut self, head: Head, opening: Option<&Opening>, faults: &mut Vec<Fault>);

    /// Takes the end of the lines while the ledger opens. Adds what is wrong to `faults`.
    fn end(&mut self, head: Head, opening: Option<&Opening>, faults: &mut Vec<Fault>);

    /// Takes the SHA-256 of a line that was appended and synced.
    fn appended(&mut self, line: &Digest);
}

impl LineObserver for () {
    fn start(&mut self, _: &impl Storage, _: &Path) -> Result<(), OpenError> {
        Ok(())
    }

    fn line(&mut self, _: Head, _: Option<&Opening>, _: &mut Vec<Fault>) {}

    fn end(&mut self, _: Head, _: Option<&Opening>, _: &mut Vec<Fault>) {}

    fn appended(&mut self, _: &Digest) {}
}
