//! Who takes part: parties, seats, members, observers, and the lists they stand in.

use crate::sets::closed_set;
use crate::text::{MemberId, Name};
use alloc::vec::Vec;

closed_set! {
    /// One of the two negotiating teams.
    Party, "party";
    /// The teachers' association's team.
    Labor = "labor", "labor";
    /// The school committee's and administration's team.
    Management = "management", "management";
}

impl Party {
    /// The other team.
    pub const fn other(self) -> Self {
        match self {
            Self::Labor => Self::Management,
            Self::Management => Self::Labor,
        }
    }
}

closed_set! {
    /// One of the three key leaders who must agree before anything begins.
    Seat, "key leader's seat";
    /// The superintendent of schools.
    Superintendent = "superintendent", "the superintendent";
    /// The president of the teachers' union.
    UnionPresident = "union_president", "the union president";
    /// The chair or vice chair of the school committee.
    SchoolCommittee = "school_committee", "the school committee chair or vice chair";
}

closed_set! {
    /// The office in which someone answers for the school committee's seat.
    Office, "school committee office";
    /// Chair of the school committee.
    Chair = "chair", "chair";
    /// Vice chair of the school committee.
    ViceChair = "vice_chair", "vice chair";
}

closed_set! {
    /// One of the three bodies that confirm their support in writing.
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
    /// A member of the school committee who will not sit at the table.
    SchoolCommittee = "school_committee", "school committee member";
    /// A member of the union's board who will not sit at the table.
    UnionBoard = "union_board", "union board member";
    /// Anybody else.
    Other = "other", "observer";
}

/// A person with an id that stays the same where the name is misspelt or changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Person {
    /// The id.
    pub id: MemberId,
    /// The name.
    pub name: Name,
}

impl core::fmt::Display for Person {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({})", self.name, self.id)
    }
}

/// Somebody who attends a session without being on a team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Observer {
    /// In which capacity.
    pub capacity: Capacity,
    /// The name.
    pub name: Name,
}

/// Why a list was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The same entry twice.
    #[error("the list names `{0}` twice; name each once")]
    Repeated(alloc::string::String),
    /// More entries than allowed.
    #[error("the list has {found} entries; at most {limit} are allowed")]
    TooLong {
        /// The limit.
        limit: usize,
        /// How many there were.
        found: usize,
    },
}

/// A sorted list without repetition.
macro_rules! sorted_list {
    ($(#[$meta:meta])* $name:ident of $item:ty, at most $limit:literal, shown by $show:expr) => {
        $(#[$meta])*
        ///
        /// Kept sorted and without repetition, so that the same set has one written form.
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(try_from = "Vec<_>"))]
        pub struct $name(Vec<$item>);

        impl $name {
            /// The most entries a list may have.
            pub const MAX: usize = $limit;

            /// Sorts and keeps the entries.
            ///
            /// # Errors
            /// [`ListError`] if an entry stands twice or there are too many.
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

            /// Whether an entry is in the list.
            pub fn contains(&self, entry: &$item) -> bool {
                self.0.binary_search(entry).is_ok()
            }

            /// Whether there is none.
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
    /// The ids of the people present, or of those who left early.
    MemberIds of MemberId, at most 100, shown by |id| alloc::string::ToString::to_string(id)
}
sorted_list! {
    /// The observers at a session.
    Observers of Observer, at most 100, shown by |observer| alloc::string::ToString::to_string(&observer.name)
}
sorted_list! {
    /// The names of those who came to the introductory meeting.
    Names of Name, at most 100, shown by |name| alloc::string::ToString::to_string(name)
}

impl Observers {
    /// Whether somebody attends in this capacity.
    pub fn any_in(&self, capacity: Capacity) -> bool {
        self.iter().any(|observer| observer.capacity == capacity)
    }
}
