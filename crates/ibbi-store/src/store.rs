//! The trait.

use crate::catalog::{CasePage, CaseQuery, CaseSummary};
use crate::error::{AppendError, StoreError};
use crate::record::{Committed, NewRecord, Record};
use ibbi_core::events::SessionScheduled;
use ibbi_core::{Advisory, At, Name, OtherBooking};
use uuid::Uuid;

/// A store of cases.
///
/// All methods take `&self`, so that several threads can read at once; a store orders its writes itself. Several programs
/// can share a store: what one has read can be out of date, and then [`EventStore::append`] answers
/// [`AppendError::Conflict`].
pub trait EventStore: Send + Sync {
    /// Returns the time on the store's clock.
    ///
    /// # Errors
    /// [`StoreError::Clock`].
    fn now(&self) -> Result<At, StoreError>;

    /// Returns the number of records of a case; 0 if the store doesn't know it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revision(&self, case: Uuid) -> Result<u64, StoreError>;

    /// Returns the records of a case, oldest first; none if the store doesn't know it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn case(&self, case: Uuid) -> Result<Vec<Record>, StoreError>;

    /// Returns the case that was opened by the record with this ID, for a retry of the opening.
    ///
    /// # Errors
    /// [`StoreError`].
    fn opened_by(&self, id: Uuid) -> Result<Option<Uuid>, StoreError>;

    /// Returns the case to which the record with this number belongs.
    ///
    /// # Errors
    /// [`StoreError`].
    fn case_of(&self, seq: u64) -> Result<Option<Uuid>, StoreError>;

    /// Returns a page of the list of cases.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::NoCase`] if the query continues after a case that doesn't exist.
    fn cases(&self, query: &CaseQuery) -> Result<CasePage, StoreError>;

    /// Returns a case as the list shows it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn summary(&self, case: Uuid) -> Result<Option<CaseSummary>, StoreError>;

    /// Returns when the last record was written; nothing for an empty store, and if the user has confirmed that the clock is
    /// right.
    ///
    /// # Errors
    /// [`StoreError`].
    fn last_logged(&self) -> Result<Option<At>, StoreError>;

    /// Returns the advisory about an event of a case that books a session, if one of its neutrals is in another case at that
    /// time.
    ///
    /// # Errors
    /// [`StoreError`].
    fn double_booked(&self, case: Uuid, scheduled: &SessionScheduled) -> Result<Option<Advisory>, StoreError>;

    /// Returns the advisories about the sessions that a case has booked and not opened yet, as
    /// [`EventStore::double_booked`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn double_bookings(&self, case: Uuid) -> Result<Vec<Advisory>, StoreError>;

    /// Returns the sessions of other cases that these neutrals are to lead, as booked at an instant.
    ///
    /// # Errors
    /// [`StoreError`].
    fn booked_elsewhere(&self, case: Uuid, neutrals: &[Name], as_of: At) -> Result<Vec<OtherBooking>, StoreError>;

    /// Returns at most `limit` records after the record number `after` (0 for the first), in commit order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError>;

    /// Appends records in their order: all of them, or none.
    ///
    /// A record whose ID its case already has is not appended again. If it has the same content, its place is returned; if
    /// not, that is an error.
    ///
    /// # Errors
    /// [`AppendError`]; with [`AppendError::InDoubt`] it is not known whether the records were written.
    fn append(&self, records: &[NewRecord]) -> Result<Vec<Committed>, AppendError>;

    /// Returns up to which number what the store has can be signed, streamed, and sent to others: nothing can take it back. A store
    /// that loses nothing that it has shown returns the largest number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn published(&self) -> Result<u64, StoreError> {
        Ok(u64::MAX)
    }

    /// Returns a number that changes when something could have taken the place of records that were read before, as after a failover.
    /// What a program keeps of cases in memory is then out of date, even if a case has as many records as before.
    fn generation(&self) -> u64 {
        0
    }

    /// Returns what to call the store in messages, such as the path of its file.
    fn label(&self) -> String {
        "the store".to_owned()
    }

    /// Signs what was appended, if the store signs and it is time. Call it after an append. A failure doesn't undo the append.
    fn checkpoint(&self) -> Option<CheckpointOutcome> {
        None
    }
}

/// The outcome of signing a store: how many records the new checkpoint covers, or why there is none.
pub type CheckpointOutcome = Result<u64, String>;
