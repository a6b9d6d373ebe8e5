//! Errors of a store: one enum for reading, one for appending.

use crate::clock::ClockError;
use crate::record::NewRecord;
use ibbi_core::At;
use std::error::Error;
use uuid::Uuid;

/// Why a store couldn't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such case.
    #[error("there is no case {0}")]
    NoCase(Uuid),
    /// The store can't be read, or what it holds is damaged.
    #[error(transparent)]
    Unreadable(Box<dyn Error + Send + Sync>),
    /// The clock can't give the time.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// Why records weren't appended. Unless it says "in doubt", the store is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The case has other records than when the event was accepted.
    #[error(
        "case {case} has {found} records, not {expected}: another event was recorded since; look at the case again and retry"
    )]
    Conflict {
        /// The case.
        case: Uuid,
        /// The number of records at which the event was accepted.
        expected: u64,
        /// The number of records that the case has now.
        found: u64,
    },
    /// The ID belongs to a record with other content.
    #[error(
        "ID {id} already belongs to revision {rev} of case {case}, which has other content; use a new ID for a new record"
    )]
    IdTaken {
        /// The case.
        case: Uuid,
        /// The ID.
        id: Uuid,
        /// The record that has it.
        rev: u64,
    },
    /// The same ID twice in one batch.
    #[error("ID {id} is in the batch twice for case {case}; send each record once")]
    Repeated {
        /// The case.
        case: Uuid,
        /// The ID.
        id: Uuid,
    },
    /// Some records of an act are missing from the batch, or are not next to each other.
    #[error("the batch has only a part of an act for case {case}; send all of its records, one after the other")]
    PartOfAct {
        /// The case.
        case: Uuid,
    },
    /// The clock is earlier than the last record by more than [`MAX_STEP_BACK`].
    #[error(
        "the clock says {now}, but the last record was written at {last}; set the clock, or confirm that it is right (--clock-is-right)"
    )]
    ClockWentBack {
        /// When the last record was written.
        last: At,
        /// The time on the clock.
        now: At,
    },
    /// A record or the batch is too large for the store.
    #[error("{reason}")]
    TooLarge {
        /// What is too large, and what to do.
        reason: String,
    },
    /// The write failed in a way that leaves open which records were written. Settle it by sending them again under the
    /// same IDs to a store that was opened again.
    #[error("{source}")]
    InDoubt {
        /// What happened.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store takes no more records: it is damaged, was moved, or an earlier write failed. Nothing was written.
    #[error("{source}")]
    ReadOnly {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store couldn't be read. Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far the clock can be earlier than the last record, in milliseconds: 5 minutes. Clocks are corrected by small steps.
pub const MAX_STEP_BACK: i64 = 5 * 60 * 1000;

/// Checks that the clock isn't earlier than the last record by more than [`MAX_STEP_BACK`].
///
/// # Errors
/// [`AppendError::ClockWentBack`].
pub fn check_clock(last: At, now: At) -> Result<(), AppendError> {
    let back = last.millis() - now.millis();
    if back > MAX_STEP_BACK { Err(AppendError::ClockWentBack { last, now }) } else { Ok(()) }
}

/// Checks that a batch has every record of each of its acts, one after the other.
///
/// # Errors
/// [`AppendError::PartOfAct`].
pub fn check_acts(records: &[NewRecord]) -> Result<(), AppendError> {
    let mut open: Option<(Uuid, u16, u16)> = None;
    for record in records {
        let case = record.accepted.case();
        let act = record.accepted.act();
        let expected = match open {
            Some((of, index, count)) => act.is_some_and(|act| (case, act.index, act.count) == (of, index + 1, count)),
            None => act.is_none_or(|act| act.index == 1),
        };
        if !expected {
            return Err(AppendError::PartOfAct { case: open.map_or(case, |(of, ..)| of) });
        }
        open = act.filter(|act| !act.is_last()).map(|act| (case, act.index, act.count));
    }
    open.map_or(Ok(()), |(case, ..)| Err(AppendError::PartOfAct { case }))
}
