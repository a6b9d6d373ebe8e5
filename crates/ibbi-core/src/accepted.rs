//! Proof that the core has checked an event: the only thing that a store appends.

use crate::event::Event;
use crate::stage::Stage;
use crate::time::At;
use uuid::Uuid;

/// An event that a [`History`](crate::History) has accepted, bound to its case, revision, and record ID.
///
/// Only [`History::accept`](crate::History::accept) makes one, so a store that takes nothing else holds nothing that the
/// rules refused. The stage in [`Accepted::to`] is the one that the core computed.
///
/// Another crate can't make one up:
///
/// ```compile_fail,E0451
/// use ibbi_core::{Accepted, At, Event, Stage};
/// fn forge(case: uuid::Uuid, id: uuid::Uuid, at: At, event: Event) -> Accepted {
///     Accepted { case, id, revision: 0, at, event, to: Stage::Closed }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub(crate) case: Uuid,
    pub(crate) id: Uuid,
    pub(crate) revision: u64,
    pub(crate) at: At,
    pub(crate) event: Event,
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
        self.at
    }

    /// Returns the event.
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// Returns the stage of the case after the event.
    pub const fn to(&self) -> Stage {
        self.to
    }
}
