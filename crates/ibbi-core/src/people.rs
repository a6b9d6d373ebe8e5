//! The participants: parties, seats, bodies, people, observers, and lists of them.

use crate::sets::closed_set;
use crate::text::{MemberId, Name};
use alloc::boxed::Box;
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

closed_set! {
    /// The role in which an adviser helps a party without being on its team.
    AdviserRole, "adviser's role";
    /// A field representative of the state or national union.
    FieldRepresentative = "field_representative", "union field representative";
    /// Counsel of the party.
    Counsel = "counsel", "counsel";
    /// Any other adviser, such as a business manager.
    Other = "other", "adviser";
}

/// A person, with an ID that stays the same if the name is misspelled or changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// A person who advises a party at a session or in its caucus, without being on its team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Adviser {
    /// The name.
    pub name: Name,
    /// The party that the person advises.
    pub party: Party,
    /// The role.
    pub role: AdviserRole,
}

/// A person who takes the place of an absent team member at one session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Substitute {
    /// The member who is absent.
    pub member: MemberId,
    /// The person who takes the member's place.
    pub person: Person,
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

/// A list that most events don't have: an empty one takes one word. Every event in memory has room for the largest event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Seldom<T>(Option<Box<Box<[T]>>>);

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Vec<T>> for Seldom<T> {
    fn from(list: Vec<T>) -> Self {
        Self((!list.is_empty()).then(|| Box::new(list.into_boxed_slice())))
    }
}

impl<T> core::ops::Deref for Seldom<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], |list| list)
    }
}

#[cfg(feature = "serde")]
impl<T: serde::Serialize> serde::Serialize for Seldom<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

/// A list that most events of its kind have.
type Often<T> = Box<[T]>;

/// Defines a sorted list without repetition, stored as [`Often`] or [`Seldom`].
macro_rules! sorted_list {
    ($(#[$meta:meta])* $name:ident as $list:ident of $item:ty, at most $limit:literal, shown by $show:expr) => {
        $(#[$meta])*
        ///
        /// The list is sorted and has no repetition, so that the same set always has the same text.
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(try_from = "Vec<_>"))]
        pub struct $name($list<$item>);

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
                Ok(Self(entries.into()))
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
    MemberIds as Often of MemberId, at most 100, shown by |id| alloc::string::ToString::to_string(id)
}
sorted_list! {
    /// The observers at a session.
    Observers as Often of Observer, at most 100, shown by |observer| alloc::string::ToString::to_string(&observer.name)
}
sorted_list! {
    /// The names of the people at the introductory meeting.
    Names as Often of Name, at most 100, shown by |name| alloc::string::ToString::to_string(name)
}

sorted_list! {
    /// The neutrals who lead a session together with the one named first.
    Neutrals as Seldom of Person, at most 10, shown by |person| alloc::string::ToString::to_string(&person.name)
}
sorted_list! {
    /// The people who take the place of absent members at a session.
    Substitutes as Seldom of Substitute, at most 100, shown by |substitute| alloc::string::ToString::to_string(&substitute.person.name)
}
sorted_list! {
    /// The advisers of the parties at a session or in a caucus.
    Advisers as Seldom of Adviser, at most 100, shown by |adviser| alloc::string::ToString::to_string(&adviser.name)
}

impl MemberIds {
    /// Returns the list with more members. Members who are already in the list are not repeated.
    pub(crate) fn union(&self, more: impl Iterator<Item = MemberId>) -> Self {
        let mut ids = self.0.to_vec();
        ids.extend(more.filter(|id| !self.contains(id)));
        ids.sort_unstable();
        Self(ids.into())
    }

    /// Returns the list without some members.
    pub(crate) fn without(&self, some: &Self) -> Self {
        Self(self.iter().copied().filter(|id| !some.contains(id)).collect::<Vec<_>>().into())
    }
}

impl Substitutes {
    /// Returns whether a substitute takes the place of this member.
    pub fn replace(&self, member: MemberId) -> bool {
        self.iter().any(|substitute| substitute.member == member)
    }

    /// Returns whether a person is one of the substitutes.
    pub fn include(&self, person: MemberId) -> bool {
        self.iter().any(|substitute| substitute.person.id == person)
    }
}

impl Observers {
    /// Returns whether an observer attends in this capacity.
    pub fn any_in(&self, capacity: Capacity) -> bool {
        self.iter().any(|observer| observer.capacity == capacity)
    }
}
