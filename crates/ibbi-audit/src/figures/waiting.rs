//! Who is waited for: one definition for every report.
//!
//! Between two events of a case, the case waits for whoever has to act before it can leave its stage:
//!
//! | stage | waits for |
//! |---|---|
//! | Inquiry | each key leader who has not agreed |
//! | Introduction | the program, until a meeting is set; then its day, until all topics are covered; then the district's choice |
//! | Application | each body whose letter has not come; each party without members or with a pledge outstanding; if none, the program |
//! | Training, Facilitation | the program, until a session is booked; then its day |
//! | Caucus | each party that has not decided; the program too while a concern of such a party is open |
//! | Agreement | both parties |
//!
//! Several can be waited for at once, and each is then given the whole time; beside it stands the time in which nobody
//! else was waited for. Times are those at which things happened, not those at which they were written down.

use core::fmt;
use ibbi_core::stages::{HasTeams, HoldsSessions};
use ibbi_core::{Body, Case, Party, Seat, Sessions, Topics};
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

/// A set of those who are waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WhoSet(u16);

impl WhoSet {
    pub(crate) const fn none() -> Self {
        Self(0)
    }

    pub(crate) fn add(&mut self, who: Who) {
        self.0 |= 1 << who as u16;
    }

    pub(crate) const fn has(self, who: Who) -> bool {
        self.0 & (1 << who as u16) != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The only one in it, if there is one and no more.
    pub(crate) fn alone(self) -> Option<Who> {
        let one = self.0.is_power_of_two();
        one.then(|| Who::ALL.get(usize::try_from(self.0.trailing_zeros()).ok()?).copied()).flatten()
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Who> {
        Who::ALL.iter().copied().filter(move |who| self.has(*who))
    }
}

/// Whom a case waits for, by what its present stage lacks.
///
/// A test holds this against [`Case::lacks`], from which it could be read, if not as fast.
pub(crate) fn awaited(case: &Case) -> WhoSet {
    let mut set = WhoSet::default();
    match case {
        Case::Inquiry(state) => state.open_seats().for_each(|seat| set.add(Who::of_seat(seat))),
        Case::Introduction(state) => {
            let covered = state.introduced().topics() == Topics::ALL;
            set.add(match (covered, state.scheduled()) {
                (true, _) => Who::District,
                (false, Some(_)) => Who::Calendar,
                (false, None) => Who::Program,
            });
        }
        Case::Application(state) => {
            state.missing_letters().for_each(|body| set.add(Who::of_body(body)));
            for party in Party::ALL {
                let team = state.teams().members(*party);
                if team.is_empty() || team.iter().any(|member| !member.pledged) {
                    set.add(Who::of_party(*party));
                }
            }
            if set.is_empty() {
                set.add(Who::Program);
            }
        }
        Case::Training(state) => set.add(Who::of_sessions(state.sessions())),
        Case::Facilitation(state) => set.add(Who::of_sessions(state.sessions())),
        Case::Caucus(state) => {
            for party in Party::ALL.iter().filter(|party| state.party(**party).decided.is_none()) {
                set.add(Who::of_party(*party));
                if state.open_concerns(*party).next().is_some() {
                    set.add(Who::Program);
                }
            }
        }
        Case::Agreement(_) => Party::ALL.iter().for_each(|party| set.add(Who::of_party(*party))),
        Case::Unopened(_) | Case::Closed(_) => {}
    }
    set
}

impl Who {
    const fn of_seat(seat: Seat) -> Self {
        match seat {
            Seat::Superintendent => Self::Superintendent,
            Seat::UnionPresident => Self::UnionPresident,
            Seat::SchoolCommittee => Self::SchoolCommitteeSeat,
        }
    }

    const fn of_body(body: Body) -> Self {
        match body {
            Body::TeachersOrganization => Self::TeachersOrganization,
            Body::Administration => Self::Administration,
            Body::SchoolCommittee => Self::SchoolCommittee,
        }
    }

    const fn of_party(party: Party) -> Self {
        match party {
            Party::Labor => Self::Labor,
            Party::Management => Self::Management,
        }
    }

    /// The day, where a session is booked or under way; else the program, which books it.
    fn of_sessions(sessions: &Sessions) -> Self {
        let set = sessions.open().is_some() || sessions.bookings().next().is_some();
        if set { Self::Calendar } else { Self::Program }
    }
}
