//! Who is waited for: a definition that every report uses.

use core::fmt;
use serde::{Serialize, Serializer};

/// Somebody, or something, that a case can be waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is named by its label")]
pub enum Who {
    Superintendent,
    UnionPresident,
    SchoolCommitteeSeat,
    District,
    TeachersOrganization,
    Administration,
    SchoolCommittee,
    Labor,
    Management,
    Program,
    Calendar,
}

impl Who {
    /// All, in the order of the process.
    pub const ALL: &'static [Self] = &[
        Self::Superintendent,
        Self::UnionPresident,
        Self::SchoolCommitteeSeat,
        Self::District,
        Self::TeachersOrganization,
        Self::Administration,
        Self::SchoolCommittee,
        Self::Labor,
        Self::Management,
        Self::Program,
        Self::Calendar,
    ];

    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Superintendent => "superintendent",
            Self::UnionPresident => "union_president",
            Self::SchoolCommitteeSeat => "school_committee_seat",
            Self::District => "district",
            Self::TeachersOrganization => "teachers_organization",
            Self::Administration => "administration",
            Self::SchoolCommittee => "school_committee",
            Self::Labor => "labor",
            Self::Management => "management",
            Self::Program => "program",
            Self::Calendar => "calendar",
        }
    }

    /// The name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Superintendent => "the superintendent, as a key leader",
            Self::UnionPresident => "the union president, as a key leader",
            Self::SchoolCommitteeSeat => "the school committee's chair or vice chair, as a key leader",
            Self::District => "the district's choice of a service",
            Self::TeachersOrganization => "the letter of the teachers' organization",
            Self::Administration => "the letter of the administration",
            Self::SchoolCommittee => "the letter of the school committee",
            Self::Labor => "labor",
            Self::Management => "management",
            Self::Program => "the program",
            Self::Calendar => "the day of a booked session",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Who {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
