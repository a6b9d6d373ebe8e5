//! Proof that the core has checked an event: the only thing that a store appends.

use crate::event::Event;
use crate::sets::closed_set;
use crate::stage::Stage;
use crate::time::At;
use uuid::Uuid;

closed_set! {
    /// How exactly it is known when an event happened.
    Precision, "precision";
    /// The time is known.
    Instant = "instant", "the time is known";
    /// Only the day is known. The time is one on that day at which the rules allow the event.
    Day = "day", "only the day is known";
}

#[allow(clippy::derivable_impls, reason = "the macro of closed sets takes no default")]
impl Default for Precision {
    fn default() -> Self {
        Self::Instant
    }
}

/// An event to record, with when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// When it happened.
    pub at: At,
    /// How exactly that is known.
    pub precision: Precision,
    /// The number of the record that it replaces, if it replaces one.
    pub replaces: Option<u64>,
    /// The event.
    pub event: Event,
}

impl Submission {
    /// Returns an event that happened at a known time and replaces nothing.
    pub fn new(at: At, event: impl Into<Event>) -> Self {
        Self { at, precision: Precision::Instant, replaces: None, event: event.into() }
    }
}

/// The place of a record in an act: records that are stored together or not at all, and checked as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ActPlace {
    /// The record's place, from 1.
    pub index: u16,
    /// The number of records in the act, from 2.
    pub count: u16,
}

impl ActPlace {
    /// The largest number of records in an act.
    pub const MAX_COUNT: u16 = 500;

    /// Returns a place if it is one of an act: `1 <= index <= count` and `2 <= count <= MAX_COUNT`.
    pub fn new(index: u16, count: u16) -> Option<Self> {
        let fits = (2..=Self::MAX_COUNT).contains(&count) && (1..=count).contains(&index);
        fits.then_some(Self { index, count })
    }

    /// Returns whether this is the last record of its act.
    pub const fn is_last(self) -> bool {
        self.index == self.count
    }
}

/// An event that a [`History`](crate::History) has accepted, bound to its case, revision, and record ID.
///
/// Only [`History::accept`](crate::History::accept) and [`History::accept_act`](crate::History::accept_act) make one, so a store that takes nothing else holds nothing that the
/// rules refused. The stage in [`Accepted::to`] is the one that the core computed.
///
/// Another crate can't make one up:
///
/// ```compile_fail,E0451
/// use ibbi_core::{Accepted, At, Event, Stage, Submission};
/// fn forge(case: uuid::Uuid, id: uuid::Uuid, at: At, event: Event) -> Accepted {
///     Accepted { case, id, revision: 0, submission: Submission::new(at, event), act: None, to: Stage::Closed }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub(crate) case: Uuid,
    pub(crate) id: Uuid,
    pub(crate) revision: u64,
    pub(crate) submission: Submission,
    pub(crate) act: Option<ActPlace>,
    pub(crate) to: Stage,
}

impl Accepted {
    /// Returns the case.
    pub const fn case(&self) -> Uuid {
        self.case
    }

    /// Returns the record's ID, unique in its case.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Returns the number of records that the case had when the event was accepted; 0 for the first one.
    ///
    /// A store refuses the event if the case has another number of records now.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns when the event happened.
    pub const fn at(&self) -> At {
        self.submission.at
    }

    /// Returns the event.
    pub const fn event(&self) -> &Event {
        &self.submission.event
    }

    /// Returns the event, without the proof.
    pub fn into_event(self) -> Event {
        self.submission.event
    }

    /// Returns how exactly it is known when the event happened.
    pub const fn precision(&self) -> Precision {
        self.submission.precision
    }

    /// Returns the number of the record that this one replaces, if it replaces one.
    pub const fn replaces(&self) -> Option<u64> {
        self.submission.replaces
    }

    /// Returns the record's place in its act, if it belongs to one.
    pub const fn act(&self) -> Option<ActPlace> {
        self.act
    }

    /// Returns the stage of the case after the event; for a record of an act, the stage after the whole act.
    pub const fn to(&self) -> Stage {
        self.to
    }
}
