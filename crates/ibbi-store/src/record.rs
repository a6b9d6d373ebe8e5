//! Records: what a store keeps, and what it is given.

use ibbi_core::{Accepted, ActPlace, At, Event, IdentityText, Name, Party, Precision, Stage};
use uuid::Uuid;

/// One event of a case, as a store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The record's number in the store, in commit order, without gaps within a store of records only.
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
    /// The stage after the event, as recorded; for a record of an act, the stage after the whole act.
    pub to: Stage,
    /// The event.
    pub event: Event,
    /// What only some records have.
    pub details: RecordDetails,
}

/// What only some records have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordDetails {
    /// The record's place in its act, if it belongs to one.
    pub act: Option<ActPlace>,
    /// How exactly it is known when the event happened.
    pub precision: Precision,
    /// The number of the record that it replaces.
    pub replaces: Option<u64>,
    /// The person or body for whom the actor recorded it.
    pub on_behalf: Option<Name>,
    /// The identity behind the actor, if the actor signed in.
    pub identity: Option<Box<Identity>>,
    /// Whether the record is from a time when a case's events were recorded in the order in which they happened: a line of
    /// ledger format 1.
    pub in_order: bool,
}

/// A person as an identity provider knows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The identity provider.
    pub issuer: IdentityText,
    /// The person, by the ID that the provider gives.
    pub subject: IdentityText,
}

/// A record to append. The store adds its `seq`, `rev`, and `logged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// The event, with the proof that the core accepted it at a revision of its case.
    pub accepted: Accepted,
    /// Who records it.
    pub actor: Name,
    /// The person or body for whom the actor records it.
    pub on_behalf: Option<Name>,
    /// The identity behind the actor, if the actor signed in.
    pub identity: Option<Box<Identity>>,
    /// The salt for the digest of the event's confidential text. Without one, a store that needs it makes one at random.
    pub salt: Option<[u8; 16]>,
    /// Whose the event's confidential text is, if it has one. A store that seals texts chooses the key by it.
    pub text_owner: Option<TextOwner>,
}

/// Whose a confidential text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextOwner {
    /// The union's: a concern, or the response to it.
    Labor,
    /// The district's: a concern, or the response to it.
    Management,
    /// The program's: a note.
    Program,
    /// A response to a concern that the case doesn't have, or that two parties raised.
    Unknown,
}

impl TextOwner {
    /// All owners, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Labor, Self::Management, Self::Program, Self::Unknown];

    /// Returns the code, as the names of keys and the lines of a ledger have it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Labor => "labor",
            Self::Management => "management",
            Self::Program => "program",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the owner with this code.
    ///
    /// ```
    /// use ibbi_store::TextOwner;
    /// assert!(TextOwner::ALL.iter().all(|owner| TextOwner::from_code(owner.code()) == Some(*owner)));
    /// assert_eq!(TextOwner::from_code("neutral"), None);
    /// ```
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|owner| owner.code() == code)
    }

    /// Returns whose the text of an event is. `concern` has the events of the case with a concern, to find who raised the one
    /// that a response answers. Returns `None` if the event has no confidential text.
    pub fn of<'a>(event: &Event, concerns: impl IntoIterator<Item = &'a Event>) -> Option<Self> {
        event.note_text()?;
        let concern = match event {
            Event::NoteAdded(_) => return Some(Self::Program),
            Event::ConcernRaised(raised) => return Some(raised.party.into()),
            Event::ConcernAddressed(addressed) => &addressed.concern,
            _ => return Some(Self::Unknown),
        };
        let mut parties = concerns.into_iter().filter_map(|event| match event {
            Event::ConcernRaised(raised) if raised.concern == *concern => Some(raised.party),
            _ => None,
        });
        let Some(first) = parties.next() else { return Some(Self::Unknown) };
        Some(if parties.all(|party| party == first) { first.into() } else { Self::Unknown })
    }
}

impl From<Party> for TextOwner {
    fn from(party: Party) -> Self {
        match party {
            Party::Labor => Self::Labor,
            Party::Management => Self::Management,
        }
    }
}

impl NewRecord {
    /// Returns a record that an actor makes without signing in, and for no one else.
    pub const fn new(accepted: Accepted, actor: Name) -> Self {
        Self { accepted, actor, on_behalf: None, identity: None, salt: None, text_owner: None }
    }

    /// Returns whether a stored record has the same content: actor, time, event, and details.
    ///
    /// A record with a known ID and the same content is a retry. With other content it is an error.
    pub fn has_content_of(&self, record: &Record) -> bool {
        let details = RecordDetails { in_order: record.details.in_order, ..self.details() };
        (&self.actor, self.accepted.at(), self.accepted.event()) == (&record.actor, record.at, &record.event)
            && details == record.details
    }

    /// Returns what only some records have.
    pub fn details(&self) -> RecordDetails {
        RecordDetails {
            act: self.accepted.act(),
            precision: self.accepted.precision(),
            replaces: self.accepted.replaces(),
            on_behalf: self.on_behalf.clone(),
            identity: self.identity.clone(),
            in_order: false,
        }
    }

    /// Returns the record as a store keeps it.
    pub fn into_record(self, committed: Committed) -> Record {
        let Committed { seq, rev, logged, .. } = committed;
        let details = self.details();
        let Self { accepted, actor, .. } = self;
        let (case, id, at, to) = (accepted.case(), accepted.id(), accepted.at(), accepted.to());
        Record { seq, rev, case, id, actor, at, logged, to, event: accepted.into_event(), details }
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
