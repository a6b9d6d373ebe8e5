//! Whom or what a case is waiting for, and since when.
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

use crate::case::Case;
use crate::history::History;
use crate::people::{Body, Party, Seat};
use crate::services::Topics;
use crate::sessions::Sessions;
use crate::sets::closed_set;
use crate::stage::Stage;
use crate::stages::{HasTeams, HoldsSessions};
use crate::time::At;
use alloc::vec::Vec;

closed_set! {
    /// A person, a body, or a date that a case can be waiting for, in the order of the process.
    WaitingFor, "person, body, or date that a case can wait for";
    /// The superintendent, who hasn't agreed.
    Superintendent = "superintendent", "the superintendent, as a key leader";
    /// The union president, who hasn't agreed.
    UnionPresident = "union_president", "the union president, as a key leader";
    /// The school committee's seat, which hasn't agreed.
    SchoolCommitteeSeat = "school_committee_seat", "the school committee's chair or vice chair, as a key leader";
    /// The district, which hasn't chosen a service.
    District = "district", "the district's choice of a service";
    /// The letter of the teachers' organization.
    TeachersOrganization = "teachers_organization", "the letter of the teachers' organization";
    /// The letter of the administration.
    Administration = "administration", "the letter of the administration";
    /// The letter of the school committee.
    SchoolCommittee = "school_committee", "the letter of the school committee";
    /// The labor party.
    Labor = "labor", "labor";
    /// The management party.
    Management = "management", "management";
    /// The program, which schedules sessions, decides on the application, and addresses concerns.
    Program = "program", "the program";
    /// The day of a booked meeting or session.
    Calendar = "calendar", "the day of a booked session";
}

/// A set of [`WaitingFor`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitingSet(u16);

impl WaitingSet {
    /// The empty set.
    pub const NONE: Self = Self(0);

    fn add(&mut self, who: WaitingFor) {
        self.0 |= 1 << who as u16;
    }

    /// Returns whether the set has this element.
    pub const fn has(self, who: WaitingFor) -> bool {
        self.0 & (1 << who as u16) != 0
    }

    /// Returns whether the set has no element.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the only element, if there is exactly one.
    pub fn alone(self) -> Option<WaitingFor> {
        let one = self.0.is_power_of_two();
        one.then(|| WaitingFor::ALL.get(usize::try_from(self.0.trailing_zeros()).ok()?).copied()).flatten()
    }

    /// Returns the elements, in the order of the process.
    pub fn iter(self) -> impl Iterator<Item = WaitingFor> {
        WaitingFor::ALL.iter().copied().filter(move |who| self.has(*who))
    }
}

/// Whom or what a case is waiting for, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waiting {
    /// The person, body, or date.
    pub who: WaitingFor,
    /// When the event happened after which the case has been waiting for it without a break.
    pub since: At,
    /// When it must have happened, if there is such a time: the start of the booked meeting or session.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub due: Option<At>,
}

/// A wait of a case, which is over or goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The person, body, or date.
    pub who: WaitingFor,
    /// The stage of the case.
    pub stage: Stage,
    /// When the event happened after which the case waited for it without a break.
    pub since: At,
    /// When the event happened that ended the wait; `None` if it goes on.
    pub until: Option<At>,
}

impl History {
    /// Returns whom or what the case is waiting for now, and since when. A closed case waits for nothing.
    ///
    /// ```
    /// use ibbi_core::{events::*, *};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let opened_at: At = "2026-09-01T13:00:00.000Z".parse()?;
    /// let mut history = History::new();
    /// history.offer(1, opened_at, CaseOpened {
    ///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
    ///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
    /// })?;
    /// let agreed = LeaderAgreed { name: Name::new("R. Amari")?, office: None, seat: Seat::Superintendent };
    /// history.offer(2, "2026-09-02T13:00:00.000Z".parse()?, agreed)?;
    /// let waiting = history.waiting_on();
    /// assert_eq!(waiting.len(), 2);
    /// assert_eq!((waiting[0].who, waiting[0].since), (WaitingFor::UnionPresident, opened_at));
    /// # Ok(()) }
    /// ```
    pub fn waiting_on(&self) -> Vec<Waiting> {
        let open = self.waits(At::MAX).into_iter().filter(|wait| wait.until.is_none());
        let mut waiting: Vec<_> = open.map(|wait| Waiting { who: wait.who, since: wait.since, due: None }).collect();
        waiting.sort_by_key(|one| one.who);
        for one in waiting.iter_mut().filter(|one| one.who == WaitingFor::Calendar) {
            one.due = next_booking(self.case());
        }
        waiting
    }

    /// Returns every wait of the case that began by an instant, with the events that happened by then. Those that are over come
    /// in the order in which they ended, and then those that go on.
    ///
    /// A wait ends when the case no longer waits for it, when it enters another stage, where everyone is asked for something
    /// else, and for the day of a session also when another session is the next one.
    ///
    /// ```
    /// use ibbi_core::{events::*, *};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (opened, agreed): (At, At) = ("2026-09-01T13:00:00.000Z".parse()?, "2026-09-02T13:00:00.000Z".parse()?);
    /// let mut history = History::new();
    /// history.offer(1, opened, CaseOpened {
    ///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
    ///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
    /// })?;
    /// history.offer(2, agreed, LeaderAgreed { name: Name::new("R. Amari")?, office: None, seat: Seat::Superintendent })?;
    /// let waits = history.waits(At::MAX);
    /// assert_eq!((waits[0].who, waits[0].until), (WaitingFor::Superintendent, Some(agreed)));
    /// assert_eq!((waits.len(), waits[1].until), (3, None));
    /// # Ok(()) }
    /// ```
    pub fn waits(&self, until: At) -> Vec<Wait> {
        let (mut case, mut over, mut open) = (self.start(), Vec::new(), Vec::<Wait>::new());
        let mut before = (case.stage(), None);
        for entry in self.in_effect().into_iter().take_while(|entry| entry.at <= until) {
            // A case of accepted events takes them again.
            case = case.advance(&entry.event, entry.at);
            let now = case.waiting_for();
            let next = (case.stage(), next_booking(&case));
            let same_stage = next.0 == before.0;
            let same_session = next.1 == before.1;
            open.retain(|one| {
                let goes_on = now.has(one.who) && same_stage && (same_session || one.who != WaitingFor::Calendar);
                if !goes_on {
                    over.push(Wait { until: Some(entry.at), ..*one });
                }
                goes_on
            });
            before = next;
            for who in now.iter() {
                if open.iter().all(|one| one.who != who) {
                    open.push(Wait { who, stage: next.0, since: entry.at, until: None });
                }
            }
        }
        over.append(&mut open);
        over
    }
}

/// Returns when the open session, or else the next booked meeting or session, begins.
fn next_booking(case: &Case) -> Option<At> {
    if let Case::Introduction(state) = case {
        return state.scheduled().map(|slot| slot.starts().at());
    }
    let sessions = case.sessions()?;
    let open = sessions.open().map(|open| open.slot.starts().at());
    open.or_else(|| sessions.bookings().map(|(_, booking)| booking.slot.starts().at()).min())
}

impl Case {
    /// Returns everyone that the case is waiting for, from what its stage lacks.
    pub fn waiting_for(&self) -> WaitingSet {
        let mut set = WaitingSet::NONE;
        match self {
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
