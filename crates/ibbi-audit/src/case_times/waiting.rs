//! The persons, bodies, and dates that a case is waiting for: one definition for every report.
//!
//! Between two events, a case waits for everyone who must act before it can leave its stage:
//!
//! | stage | waits for |
//! |---|---|
//! | Inquiry | each key leader who hasn't agreed |
//! | Introduction | the program, until a meeting is scheduled; then its day, until all topics are covered; then the district's choice |
//! | Application | each body whose letter hasn't arrived; each party without members or with a missing pledge; if none, the program |
//! | Training, Facilitation | the program, until a session is booked; then its day |
//! | Caucus | each party that hasn't decided; also the program, while a concern of such a party is open |
//! | Agreement | both parties |
//!
//! A case can wait for several at once, and each then gets the whole time. The time in which the case waited for nothing
//! else is counted separately. Times are those at which events happened, not those at which they were recorded.

use core::fmt;
use ibbi_core::stages::{HasTeams, HoldsSessions};
use ibbi_core::{Body, Case, Party, Seat, Sessions, Topics};
use serde::{Serialize, Serializer};

/// A person, a body, or a date that a case can be waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the label describes each")]
pub enum WaitingFor {
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

impl WaitingFor {
    /// Every variant, in the order of the process.
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

    /// Returns the stable code.
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

    /// Returns the name for people.
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

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for WaitingFor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// A set of [`WaitingFor`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WaitingSet(u16);

impl WaitingSet {
    pub(crate) const fn none() -> Self {
        Self(0)
    }

    pub(crate) fn add(&mut self, who: WaitingFor) {
        self.0 |= 1 << who as u16;
    }

    pub(crate) const fn has(self, who: WaitingFor) -> bool {
        self.0 & (1 << who as u16) != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the only element, if there is exactly one.
    pub(crate) fn alone(self) -> Option<WaitingFor> {
        let one = self.0.is_power_of_two();
        one.then(|| WaitingFor::ALL.get(usize::try_from(self.0.trailing_zeros()).ok()?).copied()).flatten()
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = WaitingFor> {
        WaitingFor::ALL.iter().copied().filter(move |who| self.has(*who))
    }
}

/// Returns what a case is waiting for, from what its current stage lacks.
///
/// A test checks this against [`Case::lacks`], which gives the same answer more slowly.
pub(crate) fn waiting_for(case: &Case) -> WaitingSet {
    let mut set = WaitingSet::default();
    match case {
        Case::Inquiry(state) => state.open_seats().for_each(|seat| set.add(WaitingFor::from_seat(seat))),
        Case::Introduction(state) => {
            let covered = state.introduced().topics() == Topics::ALL;
            set.add(match (covered, state.scheduled()) {
                (true, _) => WaitingFor::District,
                (false, Some(_)) => WaitingFor::Calendar,
                (false, None) => WaitingFor::Program,
            });
        }
        Case::Application(state) => {
            state.missing_letters().for_each(|body| set.add(WaitingFor::from_body(body)));
            for party in Party::ALL {
                let team = state.teams().members(*party);
                if team.is_empty() || team.iter().any(|member| !member.pledged) {
                    set.add(WaitingFor::from_party(*party));
                }
            }
            if set.is_empty() {
                set.add(WaitingFor::Program);
            }
        }
        Case::Training(state) => set.add(WaitingFor::from_sessions(state.sessions())),
        Case::Facilitation(state) => set.add(WaitingFor::from_sessions(state.sessions())),
        Case::Caucus(state) => {
            for party in Party::ALL.iter().filter(|party| state.party(**party).decided.is_none()) {
                set.add(WaitingFor::from_party(*party));
                if state.open_concerns(*party).next().is_some() {
                    set.add(WaitingFor::Program);
                }
            }
        }
        Case::Agreement(_) => Party::ALL.iter().for_each(|party| set.add(WaitingFor::from_party(*party))),
        Case::Unopened(_) | Case::Closed(_) => {}
    }
    set
}

impl WaitingFor {
    const fn from_seat(seat: Seat) -> Self {
        match seat {
            Seat::Superintendent => Self::Superintendent,
            Seat::UnionPresident => Self::UnionPresident,
            Seat::SchoolCommittee => Self::SchoolCommitteeSeat,
        }
    }

    const fn from_body(body: Body) -> Self {
        match body {
            Body::TeachersOrganization => Self::TeachersOrganization,
            Body::Administration => Self::Administration,
            Body::SchoolCommittee => Self::SchoolCommittee,
        }
    }

    const fn from_party(party: Party) -> Self {
        match party {
            Party::Labor => Self::Labor,
            Party::Management => Self::Management,
        }
    }

    /// Returns the calendar if a session is booked or under way, or else the program, which books it.
    fn from_sessions(sessions: &Sessions) -> Self {
        let set = sessions.open().is_some() || sessions.bookings().next().is_some();
        if set { Self::Calendar } else { Self::Program }
    }
}
