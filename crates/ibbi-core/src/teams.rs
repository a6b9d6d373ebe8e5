//! The two negotiating teams: their members, and who pledged to be present.

use crate::event::{AttendancePledged, MemberNamed, MemberReleased, PledgeWithdrawn};
use crate::found::Found;
use crate::people::{Party, Person};
use crate::refusal::Check;
use crate::rule::Rule;
use crate::text::MemberId;
use crate::threshold::Threshold;
use crate::time::{At, Date};
use alloc::vec::Vec;

/// A member of a team.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Member {
    /// The person.
    pub person: Person,
    /// Whether the member pledged to be present.
    pub pledged: bool,
}

/// A former member, who was released from a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Former {
    /// The ID of the person.
    pub member: MemberId,
    /// The team.
    pub party: Party,
    /// When the member was released.
    pub released: At,
}

/// The two negotiating teams.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Teams {
    pub(crate) labor: Vec<Member>,
    pub(crate) management: Vec<Member>,
    pub(crate) former: Vec<Former>,
}

impl Teams {
    /// The largest number of members on a team at a time.
    pub const MAX_MEMBERS: usize = Threshold::Members.value() as usize;
    /// The largest number of releases in a case.
    pub const MAX_FORMER: usize = Threshold::Releases.value() as usize;

    /// Returns the members of a team, in the order in which they were named.
    pub fn members(&self, party: Party) -> &[Member] {
        match party {
            Party::Labor => &self.labor,
            Party::Management => &self.management,
        }
    }

    /// Returns the members of both teams.
    pub fn everyone(&self) -> impl Iterator<Item = &Member> {
        self.labor.iter().chain(&self.management)
    }

    /// Returns the former members, in the order of their release.
    pub fn former(&self) -> &[Former] {
        &self.former
    }

    /// Returns the team of a person, if the person is on one.
    pub fn party_of(&self, id: MemberId) -> Option<Party> {
        Party::ALL.iter().copied().find(|party| self.is_on(*party, id))
    }

    /// Returns whether a person is on a team.
    pub fn is_on(&self, party: Party, id: MemberId) -> bool {
        self.members(party).iter().any(|member| member.person.id == id)
    }

    /// Returns the member of a team with this ID.
    pub fn member(&self, party: Party, id: MemberId) -> Option<&Member> {
        self.members(party).iter().find(|member| member.person.id == id)
    }

    fn members_mut(&mut self, party: Party) -> &mut Vec<Member> {
        match party {
            Party::Labor => &mut self.labor,
            Party::Management => &mut self.management,
        }
    }

    fn is_empty(&self) -> bool {
        self.labor.is_empty() && self.management.is_empty()
    }

    /// Checks that both teams have members and that every member pledged. This must hold when the application is
    /// accepted, when a session or a caucus opens, and when a party decides.
    pub(crate) fn check_ready(&self, check: &mut Check) {
        if self.labor.is_empty() || self.management.is_empty() {
            let parties = Party::ALL.iter().copied().filter(|party| self.members(*party).is_empty()).collect();
            check.fail(Rule::BothNamed, Found::TeamsEmpty { parties });
        }
        if self.everyone().any(|member| !member.pledged) {
            let missing = self.everyone().filter(|member| !member.pledged);
            let members = missing.map(|member| member.person.clone()).collect();
            check.fail(Rule::AllPledged, Found::PledgesMissing { members });
        }
    }

    pub(crate) const NAMED_STATE: &'static [Rule] = &[Rule::NoChangeInSession, Rule::Limits];
    pub(crate) const NAMED_EVENT: &'static [Rule] =
        &[Rule::RosterDisjoint, Rule::RosterUnique, Rule::Limits, Rule::NameComposed, Rule::NameLookAlike];

    pub(crate) fn check_room(&self, check: &mut Check) {
        let full = Party::ALL.iter().all(|party| self.members(*party).len() >= Self::MAX_MEMBERS);
        check.require(!full, Rule::Limits, || Found::LimitReached { what: "members of a team", limit: 40 });
    }

    pub(crate) fn check_named(&self, event: &MemberNamed, check: &mut Check) {
        let id = event.member.id;
        match self.party_of(id) {
            Some(party) if party == event.party => check.fail(Rule::RosterUnique, Found::OnTeam { member: id, party }),
            Some(party) => check.fail(Rule::RosterDisjoint, Found::OnOtherTeam { member: id, party }),
            None => {}
        }
        let room = self.members(event.party).len() < Self::MAX_MEMBERS;
        check.require(room, Rule::Limits, || Found::LimitReached { what: "members of a team", limit: 40 });
    }

    pub(crate) fn name(&mut self, event: &MemberNamed) {
        self.members_mut(event.party).push(Member { person: event.member.clone(), pledged: false });
    }

    pub(crate) const RELEASED_STATE: &'static [Rule] = &[Rule::NoChangeInSession, Rule::RosterKnown, Rule::Limits];
    pub(crate) const RELEASED_EVENT: &'static [Rule] = &[Rule::RosterKnown];

    pub(crate) fn check_any_member(&self, check: &mut Check) {
        check.require(!self.is_empty(), Rule::RosterKnown, || Found::NoMembers);
    }

    pub(crate) fn check_releasable(&self, check: &mut Check) {
        self.check_any_member(check);
        let room = self.former.len() < Self::MAX_FORMER;
        check.require(room, Rule::Limits, || Found::LimitReached { what: "releases", limit: 400 });
    }

    pub(crate) fn check_member(&self, party: Party, member: MemberId, check: &mut Check) -> Option<&Member> {
        let known = self.member(party, member);
        check.require(known.is_some(), Rule::RosterKnown, || Found::NotOnTeam { member, party });
        known
    }

    pub(crate) fn release(&mut self, event: &MemberReleased, at: At) {
        self.members_mut(event.party).retain(|member| member.person.id != event.member);
        self.former.push(Former { member: event.member, party: event.party, released: at });
    }

    pub(crate) const PLEDGED_STATE: &'static [Rule] = &[Rule::RosterKnown, Rule::PledgeOnce];
    pub(crate) const PLEDGED_EVENT: &'static [Rule] = &[Rule::RosterKnown, Rule::PledgeOnce, Rule::Dated];

    pub(crate) fn check_pledgeable(&self, check: &mut Check) {
        self.check_any_member(check);
        let all = !self.is_empty() && self.everyone().all(|member| member.pledged);
        check.require(!all, Rule::PledgeOnce, || Found::PledgedAlready { member: None });
    }

    pub(crate) fn check_pledge(&self, event: &AttendancePledged, at: At, check: &mut Check) {
        let pledged = self.check_member(event.party, event.member, check).is_some_and(|member| member.pledged);
        check.require(!pledged, Rule::PledgeOnce, || Found::PledgedAlready { member: Some(event.member) });
        check_dated(event.dated, at, check);
    }

    pub(crate) const UNPLEDGED_STATE: &'static [Rule] = &[Rule::RosterKnown, Rule::PledgeGiven];
    pub(crate) const UNPLEDGED_EVENT: &'static [Rule] = &[Rule::RosterKnown, Rule::PledgeGiven, Rule::Dated];

    pub(crate) fn check_unpledgeable(&self, check: &mut Check) {
        self.check_any_member(check);
        let some = self.is_empty() || self.everyone().any(|member| member.pledged);
        check.require(some, Rule::PledgeGiven, || Found::NotPledged { member: None });
    }

    pub(crate) fn check_unpledge(&self, event: &PledgeWithdrawn, at: At, check: &mut Check) {
        let unpledged = self.check_member(event.party, event.member, check).is_some_and(|member| !member.pledged);
        check.require(!unpledged, Rule::PledgeGiven, || Found::NotPledged { member: Some(event.member) });
        check_dated(event.dated, at, check);
    }

    pub(crate) fn pledge(&mut self, party: Party, id: MemberId, pledged: bool) {
        if let Some(member) = self.members_mut(party).iter_mut().find(|member| member.person.id == id) {
            member.pledged = pledged;
        }
    }
}

/// Checks that a document is not dated after its event. The event's UTC date is used. West of Greenwich it is never
/// earlier than the local date, so a letter from the same day always passes.
pub(crate) fn check_dated(dated: Option<Date>, at: At, check: &mut Check) {
    if let Some(dated) = dated {
        let in_time = dated.day_number() <= at.day_number();
        check.require(in_time, Rule::Dated, || Found::DatedLater { dated, event_day: at.utc_date() });
    }
}
