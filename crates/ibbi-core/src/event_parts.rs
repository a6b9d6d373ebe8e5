//! What programs ask of an event without matching on its kind: its confidential text, the editions that have its kind, and the
//! edition it moves its case to.

use crate::edition::{Edition, Editions};
use crate::event::{Event, EventKind};
use crate::note_text::NoteText;

impl Event {
    /// Returns the event's confidential text, if its kind has one: a note, a concern, or a response.
    pub const fn note_text(&self) -> Option<&NoteText> {
        match self {
            Self::NoteAdded(note) => Some(&note.text),
            Self::ConcernRaised(concern) => Some(&concern.text),
            Self::ConcernAddressed(addressed) => Some(&addressed.response),
            _ => None,
        }
    }

    /// Returns the event's confidential text to replace it, if its kind has one.
    pub const fn note_text_mut(&mut self) -> Option<&mut NoteText> {
        match self {
            Self::NoteAdded(note) => Some(&mut note.text),
            Self::ConcernRaised(concern) => Some(&mut concern.text),
            Self::ConcernAddressed(addressed) => Some(&mut addressed.response),
            _ => None,
        }
    }
}

impl Event {
    /// Returns the edition to which the event moves its case, if it is a migration.
    pub const fn edition(&self) -> Option<Edition> {
        match self {
            Self::CaseMigrated(migration) => Some(migration.edition),
            _ => None,
        }
    }
}

impl EventKind {
    /// Returns whether an event of this kind adds the name of a leader, a member, a neutral, or a substitute to a case.
    pub const fn adds_people(self) -> bool {
        matches!(
            self,
            Self::LeaderAgreed
                | Self::LeaderSucceeded
                | Self::MemberNamed
                | Self::SessionScheduled
                | Self::SessionOpened
        )
    }

    /// Returns the editions that have this kind of event.
    ///
    /// A case of an earlier edition can also record it, under the rules of the first edition that has it. Otherwise an
    /// open case couldn't record a new kind of fact without other rules for everything else.
    pub const fn editions(self) -> Editions {
        match self {
            Self::CaseMigrated
            | Self::LeaderLeft
            | Self::LeaderSucceeded
            | Self::SuccessorAgreed
            | Self::OutcomeNoted => Editions::ALL.since(2),
            _ => Editions::ALL,
        }
    }
}
