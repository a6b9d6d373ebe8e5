//! The facts and guards that the Rust peers share, since none of them brings any: what somebody who writes the process by
//! hand would keep, so that every event gets the verdict that ibbi-core gives it. A guard says yes or no, not why.

use super::hours::{Hours, may_book};
use ibbi_core::events::*;
use ibbi_core::stages::Caucus;
use ibbi_core::{
    At, Body, CaseFile, ConcernId, Date, Decision, Event, FormatId, MemberId, Name, Office, Party, Presence, Program,
    Seat, Service, Teams, Topics,
};

/// A party in its caucus.
#[derive(Debug, Clone, Default)]
struct PartyFacts {
    opened: bool,
    decided: Option<Decision>,
}

/// What the guards need to know.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    last: At,
    events: u32,
    program: Program,
    seats: [Option<Name>; 3],
    topics: Topics,
    chosen: Vec<Service>,
    letters: [bool; 3],
    /// The members of each team, and whether each has pledged.
    teams: [Vec<(MemberId, bool)>; 2],
    released: usize,
    hours: Hours,
    activities: [u32; 2],
    parties: [PartyFacts; 2],
    /// Each concern with its party, and whether it is open.
    concerns: Vec<(ConcernId, Party, bool)>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            last: At::MIN,
            events: 0,
            program: Program::default(),
            seats: [None, None, None],
            topics: Topics::default(),
            chosen: Vec::new(),
            letters: [false; 3],
            teams: [Vec::new(), Vec::new()],
            released: 0,
            hours: Hours::default(),
            activities: [0; 2],
            parties: [PartyFacts::default(), PartyFacts::default()],
            concerns: Vec::new(),
        }
    }
}

/// Every event of an opened case.
impl Facts {
    pub(super) fn may_follow(&self, at: At, withdraws: bool) -> bool {
        at >= self.last && (self.events < CaseFile::MAX_EVENTS || withdraws)
    }

    pub(super) const fn touch(&mut self, at: At) {
        self.last = at;
        self.events += 1;
    }

    pub(super) fn open(&mut self, event: &CaseOpened) {
        self.program = event.program.clone();
    }
}

/// Inquiry and Introduction.
impl Facts {
    pub(super) fn may_agree(&self, event: &LeaderAgreed) -> bool {
        let office: Option<Office> = event.office;
        office.is_some() == (event.seat == Seat::SchoolCommittee) && self.seats[event.seat as usize].is_none()
    }

    /// Whether all three have agreed now.
    pub(super) fn agree(&mut self, event: &LeaderAgreed) -> bool {
        self.seats[event.seat as usize] = Some(event.name.clone());
        self.seats.iter().all(Option::is_some)
    }

    pub(super) fn decline(&mut self, event: &LeaderDeclined) {
        let seat = &mut self.seats[event.seat as usize];
        if seat.as_ref() == Some(&event.name) {
            *seat = None;
        }
    }

    #[allow(clippy::unused_self, reason = "a guard like the others")]
    pub(super) fn may_meet(&self, event: &MeetingScheduled, at: At) -> bool {
        may_book(event.slot, at)
    }

    pub(super) const fn meet(&mut self, event: &MeetingHeld) {
        self.topics = self.topics.union(event.topics);
    }

    pub(super) fn may_choose(&self, event: &ServiceChosen) -> bool {
        self.topics == Topics::ALL
            && !self.chosen.contains(&event.service)
            && event.offering.is_some() == (event.service == Service::JointLeadershipWorkshop)
    }

    pub(super) fn choose(&mut self, event: &ServiceChosen) {
        self.chosen.push(event.service);
    }

    pub(super) fn may_refer(&self, event: &CaseReferred) -> bool {
        self.chosen.contains(&event.to)
    }
}

/// Application, and the teams in every stage from there on.
impl Facts {
    pub(super) fn may_confirm(&self, body: Body, dated: Date, at: At) -> bool {
        !self.letters[body as usize] && dated <= at.utc_date()
    }

    pub(super) fn may_unconfirm(&self, body: Body, dated: Date, at: At) -> bool {
        self.letters[body as usize] && dated <= at.utc_date()
    }

    pub(super) const fn confirm(&mut self, body: Body, given: bool) {
        self.letters[body as usize] = given;
    }

    pub(super) fn may_accept(&self) -> bool {
        self.letters.iter().all(|given| *given) && self.is_ready()
    }

    pub(super) fn accept(&mut self) {
        self.hours = Hours::new(self.program.training(), self.program.grace());
    }

    fn is_ready(&self) -> bool {
        self.teams.iter().all(|team| !team.is_empty() && team.iter().all(|(_, pledged)| *pledged))
    }

    fn member(&self, party: Party, id: MemberId) -> Option<bool> {
        self.teams[party as usize].iter().find(|(member, _)| *member == id).map(|(_, pledged)| *pledged)
    }

    fn on_any(&self, id: MemberId) -> bool {
        self.teams.iter().flatten().any(|(member, _)| *member == id)
    }

    pub(super) fn may_name(&self, event: &MemberNamed) -> bool {
        let room = self.teams[event.party as usize].len() < Teams::MAX_MEMBERS;
        room && !self.hours.is_open() && !self.on_any(event.member.id)
    }

    pub(super) fn name(&mut self, event: &MemberNamed) {
        self.teams[event.party as usize].push((event.member.id, false));
    }

    pub(super) fn may_release(&self, event: &MemberReleased) -> bool {
        let known = self.member(event.party, event.member).is_some();
        known && !self.hours.is_open() && self.released < Teams::MAX_FORMER
    }

    pub(super) fn release(&mut self, event: &MemberReleased) {
        self.teams[event.party as usize].retain(|(member, _)| *member != event.member);
        self.released += 1;
    }

    /// A pledge is given (`to`), or taken back.
    pub(super) fn may_pledge(&self, party: Party, id: MemberId, dated: Option<Date>, to: bool, at: At) -> bool {
        self.member(party, id) == Some(!to) && dated.is_none_or(|dated| dated <= at.utc_date())
    }

    pub(super) fn pledge(&mut self, party: Party, id: MemberId, to: bool) {
        if let Some((_, pledged)) = self.teams[party as usize].iter_mut().find(|(member, _)| *member == id) {
            *pledged = to;
        }
    }

    /// Takes an event on the teams; whether it was one, and accepted.
    pub(super) fn take_team_event(&mut self, event: &Event, at: At) -> bool {
        match event {
            Event::MemberNamed(event) if self.may_name(event) => self.name(event),
            Event::MemberReleased(event) if self.may_release(event) => self.release(event),
            Event::AttendancePledged(event) if self.may_pledge(event.party, event.member, event.dated, true, at) => {
                self.pledge(event.party, event.member, true);
            }
            Event::PledgeWithdrawn(event) if self.may_pledge(event.party, event.member, event.dated, false, at) => {
                self.pledge(event.party, event.member, false);
            }
            _ => return false,
        }
        true
    }
}

/// Sessions.
impl Facts {
    pub(super) fn may_schedule(&self, event: &SessionScheduled, at: At) -> bool {
        !self.on_any(event.neutral.id) && self.hours.may_schedule(event, at)
    }

    pub(super) fn may_open(&self, event: &SessionOpened, at: At) -> bool {
        let here = |team: &Vec<(MemberId, bool)>| match self.program.presence() {
            Presence::Everyone => team.iter().all(|(member, _)| event.present.contains(member)),
            Presence::EachTeam => team.iter().any(|(member, _)| event.present.contains(member)),
        };
        self.hours.may_open(event.part, at)
            && self.is_ready()
            && !self.on_any(event.neutral.id)
            && event.present.iter().all(|id| self.on_any(*id))
            && self.teams.iter().all(here)
    }

    pub(super) const fn may_run(&self) -> bool {
        self.hours.is_open()
    }

    pub(super) fn run(&mut self, event: &ActivityRun) {
        if let Some(activity) = event.kind.published() {
            self.activities[activity as usize] += 1;
        }
    }

    pub(super) fn may_adjourn(&self, event: &SessionAdjourned, at: At) -> bool {
        self.hours.fills(at) == Some(false) && self.hours.were_present(&event.left_early)
    }

    pub(super) fn may_close(&self, event: &SessionClosed, training: bool, at: At) -> bool {
        let shown = || !training || !self.hours.would_complete(at) || self.activities.iter().all(|count| *count > 0);
        self.hours.fills(at) == Some(true) && self.hours.were_present(&event.left_early) && shown()
    }

    /// Whether every part is filled now.
    pub(super) fn end(&mut self, at: At) -> bool {
        self.hours.end(at);
        self.hours.is_complete()
    }

    pub(super) const fn hours(&self) -> &Hours {
        &self.hours
    }

    pub(super) const fn hours_mut(&mut self) -> &mut Hours {
        &mut self.hours
    }
}

/// Caucus and the format.
impl Facts {
    pub(super) fn may_caucus(&self, event: &CaucusOpened) -> bool {
        let own = |id: &MemberId| self.member(event.party, *id).is_some();
        self.is_ready() && !event.present.is_empty() && event.present.iter().all(own)
    }

    pub(super) const fn caucus(&mut self, party: Party) {
        self.parties[party as usize].opened = true;
    }

    pub(super) fn may_raise(&self, event: &ConcernRaised) -> bool {
        self.concerns.len() < Caucus::MAX_CONCERNS
            && self.parties[event.party as usize].decided.is_none()
            && self.concerns.iter().all(|(id, ..)| *id != event.concern)
    }

    pub(super) fn raise(&mut self, event: &ConcernRaised) {
        self.concerns.push((event.concern, event.party, true));
    }

    pub(super) fn may_settle(&self, concern: ConcernId) -> bool {
        self.concerns.iter().any(|(id, _, open)| *open && *id == concern)
    }

    pub(super) fn settle(&mut self, concern: ConcernId) {
        if let Some((.., open)) = self.concerns.iter_mut().find(|(id, ..)| *id == concern) {
            *open = false;
        }
    }

    pub(super) fn may_decide(&self, event: &PartyDecided) -> bool {
        let party = &self.parties[event.party as usize];
        let mut open = self.concerns.iter().filter(|(_, party, open)| *open && *party == event.party);
        self.is_ready()
            && party.opened
            && party.decided.is_none()
            && self.member(event.party, event.spokesperson).is_some()
            && (event.decision == Decision::Decline || open.next().is_none())
    }

    /// Both decisions once both are made: whether both adopt.
    pub(super) fn decide(&mut self, event: &PartyDecided) -> Option<bool> {
        self.parties[event.party as usize].decided = Some(event.decision);
        let [labor, management] = &self.parties;
        Some(labor.decided? == Decision::Adopt && management.decided? == Decision::Adopt)
    }

    pub(super) const fn may_reopen(&self, party: Party) -> bool {
        self.parties[party as usize].decided.is_some()
    }

    pub(super) const fn reopen(&mut self, party: Party) {
        self.parties[party as usize].decided = None;
    }

    pub(super) fn choose_format(&mut self, format: FormatId) {
        self.hours = Hours::new(self.program.facilitation(format).unwrap_or_default(), self.program.grace());
    }
}
