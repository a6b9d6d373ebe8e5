//! What programs ask of an event without matching on its kind: its confidential text, and the edition it moves its case to.

use crate::edition::Edition;
use crate::event::Event;
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
