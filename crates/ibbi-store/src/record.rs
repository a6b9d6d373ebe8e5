//! Records: what a store keeps, and what it is given.

use ibbi_core::{Accepted, At, Event, Name, Stage};
use uuid::Uuid;

/// One event of a case, as a store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The record's number in the store, in commit order, without gaps.
    pub seq: u64,
    /// The record's number in its case, from 1.
    pub rev: u64,
    /// The case.
    pub case: Uuid,
    /// The record's ID, unique in its case.
    pub id: Uuid,
    /// Who recorded it.
    pub actor: Name,
    /// When the event happened.
    pub at: At,
    /// When the store wrote it.
    pub logged: At,
    /// The stage after the event, as recorded.
    pub to: Stage,
    /// The event.
    pub event: Event,
}

/// A record to append. The store adds its `seq`, `rev`, and `logged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// The event, with the proof that the core accepted it at a revision of its case.
    pub accepted: Accepted,
    /// Who records it.
    pub actor: Name,
}

impl NewRecord {
    /// Returns whether a stored record has the same content: actor, time, and event.
    ///
    /// A record with a known ID and the same content is a retry. With other content it is an error.
    pub fn has_content_of(&self, record: &Record) -> bool {
        (&self.actor, self.accepted.at(), self.accepted.event()) == (&record.actor, record.at, &record.event)
    }
}

/// Where a record is in the store after an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The record's number in the store.
    pub seq: u64,
    /// The record's number in its case, from 1.
    pub rev: u64,
    /// When the store wrote it.
    pub logged: At,
    /// Whether it was there before: an earlier append with the same ID wrote it.
    pub existing: bool,
}
