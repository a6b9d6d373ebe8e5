//! What is offered to a service, and its answer.

use crate::zone::{Zone, ZoneError};
use ibbi_core::{Advisory, At, Date, Event, EventKind, Name, Precision, Stage};
use ibbi_log::Digest;
use ibbi_store::{CheckpointOutcome, Identity};
use serde::Serialize;
use uuid::Uuid;

/// An event that is offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The case; none for an event that opens one.
    pub case: Option<Uuid>,
    /// The event.
    pub event: Event,
    /// When it happened; the time at which it is recorded if none is given.
    pub at: Option<EventTime>,
    /// The number of the record that the event replaces, if it replaces one.
    pub replaces: Option<u64>,
    /// The record's ID, for a retry; a new one if none is given.
    pub id: Option<Uuid>,
    /// Who records it.
    pub actor: Name,
    /// The person or body for whom the actor records it.
    pub on_behalf: Option<Name>,
    /// The identity behind the actor, if the actor signed in.
    pub identity: Option<Box<Identity>>,
    /// How many records the sender has seen in the case; with another number, the offer is a conflict.
    pub expected_revision: Option<u64>,
    /// The ID of the case that this event opens; a new one if none is given.
    pub new_case: Option<Uuid>,
}

impl Offer {
    /// Returns the offer of an event that happens now.
    pub const fn new(event: Event, actor: Name) -> Self {
        Self {
            case: None,
            event,
            at: None,
            replaces: None,
            id: None,
            actor,
            on_behalf: None,
            identity: None,
            expected_revision: None,
            new_case: None,
        }
    }
}

/// When an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventTime {
    /// At this instant.
    At(At),
    /// On this day in the district's time zone; only the day is known. The service picks an instant on that day at which the
    /// rules allow the event.
    On(Date),
    /// On the day of this instant; only the day is known, and the caller has picked the instant.
    Picked(At),
}

impl EventTime {
    /// Reads when an event happened: a day, if only that is known, or what [`Zone::read`] reads.
    ///
    /// # Errors
    /// [`ZoneError`], with the form to write.
    pub fn read(text: &str, zone: Zone, now: At) -> Result<Self, ZoneError> {
        match text.parse() {
            Ok(day) => Ok(Self::On(day)),
            Err(_) => Ok(Self::At(zone.read(text, now)?)),
        }
    }
}

impl From<At> for EventTime {
    fn from(at: At) -> Self {
        Self::At(at)
    }
}

/// A source of IDs.
pub struct Ids {
    next: Box<dyn FnMut() -> Uuid + Send + Sync>,
    /// Whether the salts of confidential texts are random. If not, they follow from the IDs.
    salted: bool,
    /// An ID that was taken and not used.
    unused: Option<Uuid>,
}

impl Ids {
    /// Returns random IDs that begin with the time (UUID version 7).
    pub fn random() -> Self {
        Self { salted: true, ..Self::from_fn(Uuid::now_v7) }
    }

    /// Returns IDs from a function, for output that is the same each time: simulated cases, samples, and tests.
    ///
    /// The digest of a confidential text then has the record's ID as its salt, so it doesn't protect a text that can be
    /// guessed.
    pub fn from_fn(next: impl FnMut() -> Uuid + Send + Sync + 'static) -> Self {
        Self { next: Box::new(next), salted: false, unused: None }
    }

    /// Returns the ID of something that has a name of its own: the same for the same name.
    pub(crate) fn derived(name: &str) -> Uuid {
        let digest = Digest::sha256(name.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_bytes()[..16]);
        // Version 8 of RFC 9562: bits defined by the program.
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Returns the salt for the text of a record with this ID; none if the store makes one at random.
    pub(super) fn salt(&self, id: Uuid) -> Option<[u8; 16]> {
        (!self.salted).then(|| id.into_bytes())
    }

    /// Returns the next ID.
    pub fn fresh(&mut self) -> Uuid {
        self.unused.take().unwrap_or_else(|| (self.next)())
    }

    /// Takes back an ID that was not used, because its event was refused.
    pub(super) const fn give_back(&mut self, id: Uuid) {
        self.unused = Some(id);
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

/// An event that was recorded, or would be.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recorded {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// The record's ID.
    pub id: Uuid,
    /// The record's number in the store; none for a dry run.
    pub seq: Option<u64>,
    /// The record's number in its case; none for a dry run.
    pub rev: Option<u64>,
    /// The kind of event.
    pub event: EventKind,
    /// When it happened.
    pub at: At,
    /// How exactly that is known.
    #[serde(skip_serializing_if = "crate::times::is_instant")]
    pub precision: Precision,
    /// The number of the record that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<u64>,
    /// The stage before.
    pub from: Stage,
    /// The stage after.
    pub to: Stage,
    /// Whether it was only checked, not recorded.
    pub dry_run: bool,
    /// Whether an earlier try under the same ID had recorded it.
    pub existing: bool,
    /// For a session that ended: the minutes that count, and what is missing or was held beyond its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Its advisories.
    pub advisories: Vec<Advisory>,
    /// The events that followed from it without a choice and were recorded with it, all or none: the only format of a program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Self>,
    /// The checkpoint that was signed after it, if it was time for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<CheckpointSigned>,
    /// An unfinished line that a crash left, set aside when the ledger was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<String>,
    /// When the last record before it was written, if the clock has moved ahead by more than a day since.
    #[serde(skip)]
    pub clock_before: Option<At>,
    /// The district's time zone, for showing times.
    #[serde(skip)]
    pub zone: Zone,
}

/// The outcome of signing a checkpoint after a record.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CheckpointSigned {
    /// It was signed.
    Signed {
        /// How many lines it covers.
        size: u64,
    },
    /// It could not be signed; the record is safe all the same.
    Failed {
        /// Why.
        reason: String,
    },
}

impl From<CheckpointOutcome> for CheckpointSigned {
    fn from(outcome: CheckpointOutcome) -> Self {
        match outcome {
            Ok(size) => Self::Signed { size },
            Err(reason) => Self::Failed { reason },
        }
    }
}
