//! The participants: parties, seats, bodies, people, observers, and lists of them.

use crate::sets::closed_set;
use crate::text::{MemberId, Name};
use alloc::vec::Vec;

closed_set! {
    /// One of the two negotiating teams.
    Party, "party";
    /// The team of the teachers' union.
    Labor = "labor", "labor";
    /// The team of the school committee and the administration.
    Management = "management", "management";
}

impl Party {
    /// Returns the other party.
    pub const fn other(self) -> Self {
        match self {
            Self::Labor => Self::Management,
            Self::Management => Self::Labor,
        }
    }
}

closed_set! {
    /// The seat of one of the three key leaders who must agree first. Source: the MEP brochure.
    Seat, "key leader's seat";
    /// The superintendent of schools.
    Superintendent = "superintendent", "the superintendent";
    /// The president of the teachers' union.
    UnionPresident = "union_president", "the union president";
    /// The chair or vice chair of the school committee.
    SchoolCommittee = "school_committee", "the school committee chair or vice chair";
}

closed_set! {
    /// The office of the person who holds the school committee's seat.
    Office, "school committee office";
    /// Chair of the school committee.
    Chair = "chair", "chair";
    /// Vice chair of the school committee.
    ViceChair = "vice_chair", "vice chair";
}

closed_set! {
    /// One of the three bodies that must confirm their support in writing. Source: the public pages of the IBBI.
    Body, "supporting body";
    /// The teachers' organization.
    TeachersOrganization = "teachers_organization", "the teachers' organization";
    /// The district's administration.
    Administration = "administration", "the administration";
    /// The school committee.
    SchoolCommittee = "school_committee", "the school committee";
}

closed_set! {
    /// The capacity in which an observer attends a session.
    Capacity, "observer's capacity";
    /// A member of the school committee who is not on a team.
    SchoolCommittee = "school_committee", "school committee member";
    /// A member of the union's board who is not on a team.
    UnionBoard = "union_board", "union board member";
    /// Any other observer.
    Other = "other", "observer";
}

/// A person, with an ID that stays the same if the name is misspelled or changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Person {
    /// The ID, unique in the case.
    pub id: MemberId,
    /// The name.
    pub name: Name,
}

impl core::fmt::Display for Person {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({})", self.name, self.id)
    }
}

/// A person who attends a session without being on a team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Observer {
    /// The capacity.
    pub capacity: Capacity,
    /// The name.
    pub name: Name,
}

/// The reason why a list is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// An entry is repeated.
    #[error("the list has `{0}` twice; enter each name once")]
    Repeated(alloc::string::String),
    /// There are too many entries.
    #[error("the list has {found} entries; enter at most {limit}")]
    TooLong {
        /// The limit.
        limit: usize,
        /// The number of entries, counted up to one more than the limit.
        found: usize,
    },
}

/// Defines a sorted list without repetition.
macro_rules! sorted_list {
    ($(#[$meta:meta])* $name:ident of $item:ty, at most $limit:literal, shown by $show:expr) => {
        $(#[$meta])*
        ///
        /// The list is sorted and has no repetition, so that the same set always has the same text.
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(try_from = "Vec<_>"))]
        pub struct $name(Vec<$item>);

        impl $name {
            /// The largest number of entries.
            pub const MAX: usize = $limit;

            /// Sorts the entries and returns the list.
            ///
            /// # Errors
            /// [`ListError`] if an entry is repeated or there are too many entries.
            pub fn new(entries: impl IntoIterator<Item = $item>) -> Result<Self, ListError> {
                let mut entries: Vec<_> = entries.into_iter().take(Self::MAX + 1).collect();
                if entries.len() > Self::MAX {
                    return Err(ListError::TooLong { limit: Self::MAX, found: entries.len() });
                }
                entries.sort_unstable();
                for pair in entries.windows(2) {
                    if let [one, two] = pair && one == two {
                        let show: fn(&$item) -> alloc::string::String = $show;
                        return Err(ListError::Repeated(show(one)));
                    }
                }
                Ok(Self(entries))
            }

            /// Returns whether an entry is in the list.
            pub fn contains(&self, entry: &$item) -> bool {
                self.0.binary_search(entry).is_ok()
            }

            /// Returns whether the list is empty.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl core::ops::Deref for $name {
            type Target = [$item];
            fn deref(&self) -> &[$item] {
                &self.0
            }
        }

        impl TryFrom<Vec<$item>> for $name {
            type Error = ListError;
            fn try_from(entries: Vec<$item>) -> Result<Self, ListError> {
                Self::new(entries)
            }
        }
    };
}

sorted_list! {
    /// The IDs of the members who are present, or who left early.
    MemberIds of MemberId, at most 100, shown by |id| alloc::string::ToString::to_string(id)
}
sorted_list! {
    /// The observers at a session.
    Observers of Observer, at most 100, shown by |observer| alloc::string::ToString::to_string(&observer.name)
}
sorted_list! {
    /// The names of the people at the introductory meeting.
    Names of Name, at most 100, shown by |name| alloc::string::ToString::to_string(name)
}

impl Observers {
    /// Returns whether an observer attends in this capacity.
    pub fn any_in(&self, capacity: Capacity) -> bool {
        self.iter().any(|observer| observer.capacity == capacity)
    }
}
