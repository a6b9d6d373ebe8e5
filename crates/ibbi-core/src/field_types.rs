//! The types that a field of an event can have, with their kinds.

use crate::field::{FieldKind, FieldType};
use crate::note_text::NoteText;
use crate::people::{AdviserRole, Advisers, Capacity, MemberIds, Names, Neutrals, Observers, Person, Substitutes};
use crate::program::{Activity, Format, Program};
use crate::services::{Topic, Topics};
use crate::slot::Slot;
use crate::text::{ActivityId, ConcernId, DocumentDigest, FormatId, MemberId, Name, Reason, TimeZoneName};
use crate::time::Date;

/// Types with their kinds. `names` marks those that have names, and gives an iterator of them.
macro_rules! field_types {
    ($($type:ty => $kind:expr $(, names |$value:ident| $names:expr)?;)+) => { $(
        impl FieldType for $type {
            const KIND: FieldKind = $kind;
            $( fn each_name<'a>(&'a self, each: &mut impl FnMut(&'a str)) {
                let $value = self;
                $names.into_iter().map(Name::as_str).for_each(each);
            } )?
        }
    )+ };
}

/// Lists that are omitted when they are empty. Those with names give the name of an entry.
macro_rules! lists {
    ($($type:ty => $kind:expr $(, name |$entry:ident| $name:expr)?;)+) => { $(
        impl FieldType for $type {
            const KIND: FieldKind = $kind;
            fn is_omitted(&self) -> bool {
                self.is_empty()
            }
            $( fn each_name<'a>(&'a self, each: &mut impl FnMut(&'a str)) {
                self.iter().for_each(|$entry| each($name.as_str()));
            } )?
        }
    )+ };
}

lists! {
    MemberIds => FieldKind::MemberIds;
    Observers => FieldKind::Observers(Capacity::SET), name |observer| &observer.name;
    Neutrals => FieldKind::People, name |neutral| &neutral.name;
    Substitutes => FieldKind::Substitutes, name |substitute| &substitute.person.name;
    Advisers => FieldKind::Advisers(AdviserRole::SET), name |adviser| &adviser.name;
}

field_types! {
    Name => FieldKind::Name { max_chars: Name::MAX_CHARS }, names |name| [name];
    Reason => FieldKind::Reason { max_chars: Reason::MAX_CHARS };
    NoteText => FieldKind::NoteText { max_chars: NoteText::MAX_CHARS };
    Topics => FieldKind::Topics(Topic::SET);
    Date => FieldKind::Date;
    Slot => FieldKind::Slot;
    Person => FieldKind::Person, names |person| [&person.name];
    MemberId => FieldKind::MemberId;
    ConcernId => FieldKind::ConcernId;
    Names => FieldKind::Names, names |names| names.iter();
    DocumentDigest => FieldKind::Digest;
    FormatId => FieldKind::Format(Format::SET);
    ActivityId => FieldKind::Activity(Activity::SET);
    TimeZoneName => FieldKind::TimeZone;
    Program => FieldKind::Program, names |program| {
        let parameters = program.parameters();
        parameters.name.iter().chain(&parameters.source)
    };
}
