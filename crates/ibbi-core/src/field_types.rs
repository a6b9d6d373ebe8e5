//! The types that a field of an event can have, with their kinds.

use crate::field::{FieldKind, FieldType};
use crate::note_text::NoteText;
use crate::people::{AdviserRole, Advisers, Capacity, MemberIds, Names, Neutrals, Observers, Person, Substitutes};
use crate::program::{Format, Program};
use crate::services::{Topic, Topics};
use crate::slot::Slot;
use crate::text::{ConcernId, DocumentDigest, FormatId, MemberId, Name, Reason, TimeZoneName};
use crate::time::Date;

/// Lists that are omitted when they are empty.
macro_rules! lists {
    ($($type:ty => $kind:expr,)+) => { $(
        impl FieldType for $type {
            const KIND: FieldKind = $kind;
            fn is_omitted(&self) -> bool {
                self.is_empty()
            }
        }
    )+ };
}

lists! {
    MemberIds => FieldKind::MemberIds,
    Observers => FieldKind::Observers(Capacity::SET),
    Neutrals => FieldKind::People,
    Substitutes => FieldKind::Substitutes,
    Advisers => FieldKind::Advisers(AdviserRole::SET),
}

macro_rules! field_types {
    ($($type:ty => $kind:expr,)+) => { $( impl FieldType for $type { const KIND: FieldKind = $kind; } )+ };
}

field_types! {
    Name => FieldKind::Name { max_chars: Name::MAX_CHARS },
    Reason => FieldKind::Reason { max_chars: Reason::MAX_CHARS },
    NoteText => FieldKind::NoteText { max_chars: NoteText::MAX_CHARS },
    Topics => FieldKind::Topics(Topic::SET),
    Date => FieldKind::Date,
    Slot => FieldKind::Slot,
    Person => FieldKind::Person,
    MemberId => FieldKind::MemberId,
    ConcernId => FieldKind::ConcernId,
    Names => FieldKind::Names,
    DocumentDigest => FieldKind::Digest,
    FormatId => FieldKind::Format(Format::SET),
    TimeZoneName => FieldKind::TimeZone,
    Program => FieldKind::Program,
}
