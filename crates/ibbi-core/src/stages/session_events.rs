//! Session events that the training and the facilitation share.

use crate::chart::{On, Token};
use crate::event::{SessionAdjourned, SessionOpened, SessionPostponed, SessionScheduled};
use crate::found::Found;
use crate::people::{MemberIds, Neutrals, Party, Person};
use crate::program::Presence;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::sessions::{Booking, Sessions};
use crate::stages::HasTeams;
use crate::teams::Teams;
use crate::text::MemberId;
use crate::time::At;
use alloc::vec::Vec;

/// A stage in which sessions are held.
pub trait HoldsSessions: HasTeams {
    /// The stage's rule about the people who must be present.
    const EVERYONE: Rule;

    /// Returns the sessions of the stage.
    fn sessions(&self) -> &Sessions;

    #[doc(hidden)]
    fn sessions_mut(&mut self, token: Token) -> &mut Sessions;
}

/// Checks that no neutral is on a team, and that each is listed once.
fn check_neutrals(teams: &Teams, neutral: &Person, more: &Neutrals, check: &mut Check) {
    for (index, person) in core::iter::once(neutral).chain(more.iter()).enumerate() {
        if let Some(party) = teams.party_of(person.id) {
            check.fail(Rule::Neutral, Found::NeutralOnTeam { neutral: person.id, party });
        }
        let again =
            index > 0 && (person.id == neutral.id || more[..index - 1].iter().any(|other| other.id == person.id));
        check.require(!again, Rule::NamedOnce, || Found::ListedTwice { person: person.id });
    }
}

/// Checks that each substitute takes the place of one absent member, and has no other part in the session.
fn check_substitutes(teams: &Teams, event: &SessionOpened, check: &mut Check) {
    for (index, substitute) in event.substitutes.iter().enumerate() {
        let (member, person) = (substitute.member, substitute.person.id);
        let absent = teams.party_of(member).is_some() && !event.present.contains(&member);
        check.require(absent, Rule::SubstituteForAbsent, || Found::NotAbsent { member });
        if let Some(party) = teams.party_of(person) {
            check.fail(Rule::SubstituteForAbsent, Found::OnTeam { member: person, party });
        }
        let earlier = &event.substitutes[..index];
        let leads =
            core::iter::once(&event.neutral).chain(event.co_neutrals.iter()).any(|neutral| neutral.id == person);
        let again = leads || earlier.iter().any(|other| other.person.id == person);
        check.require(!again, Rule::NamedOnce, || Found::ListedTwice { person });
        let replaced = earlier.iter().any(|other| other.member == member);
        check.require(!replaced, Rule::NamedOnce, || Found::ListedTwice { person: member });
    }
}

impl<S: HoldsSessions> On<SessionScheduled> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[Rule::OneBooking];
    const EVENT_RULES: &'static [Rule] = &[
        Rule::SlotFuture,
        Rule::SlotOneDay,
        Rule::NoOverlap,
        Rule::PartExists,
        Rule::PartUnfilled,
        Rule::OneBooking,
        Rule::SlotLength,
        Rule::Neutral,
        Rule::NamedOnce,
        Rule::NameComposed,
        Rule::NameLookAlike,
    ];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.sessions().check_some_part_free(check);
    }

    fn event_guard(&self, event: &SessionScheduled, at: At, check: &mut Check) {
        self.sessions().check_scheduled(event.part, event.slot, at, check);
        check_neutrals(self.teams(), &event.neutral, &event.co_neutrals, check);
    }

    fn apply(mut self, event: &SessionScheduled, _: At, token: Token) -> S {
        let (neutral, co_neutrals) = (event.neutral.clone(), event.co_neutrals.clone());
        let booking = Booking { slot: event.slot, neutral, co_neutrals };
        self.sessions_mut(token).schedule(event.part, booking);
        self
    }
}

impl<S: HoldsSessions> On<SessionPostponed> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[Rule::Booked];
    const EVENT_RULES: &'static [Rule] = &[Rule::PartExists, Rule::Booked];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.sessions().check_any_booked(check);
    }

    fn event_guard(&self, event: &SessionPostponed, _: At, check: &mut Check) {
        self.sessions().check_booked(event.part, check);
    }

    fn apply(mut self, event: &SessionPostponed, _: At, token: Token) -> S {
        self.sessions_mut(token).postpone(event.part);
        self
    }
}

/// Checks that the people present are members, and that the members required by the program's policy are present or have
/// a substitute.
fn check_present(teams: &Teams, policy: Presence, everyone: Rule, event: &SessionOpened, check: &mut Check) {
    let SessionOpened { present, substitutes, .. } = event;
    // No one is on a team twice, on both teams, or in the list twice. So if the counts are equal, all are members.
    let members = teams.everyone().filter(|member| present.contains(&member.person.id)).count();
    if members < present.len() {
        let ids = present.iter().copied().filter(|id| teams.party_of(*id).is_none()).collect();
        check.fail(Rule::MembersOnly, Found::Strangers { ids });
    }
    match policy {
        Presence::Everyone => {
            if members < teams.everyone().count() {
                let there = |id: MemberId| present.contains(&id) || substitutes.replace(id);
                let missing = teams.everyone().filter(|member| !there(member.person.id));
                let members: Vec<_> = missing.map(|member| member.person.clone()).collect();
                check.require(members.is_empty(), everyone, || Found::MembersMissing { members });
            }
        }
        Presence::EachTeam => {
            let there = |id: MemberId| present.contains(&id) || substitutes.replace(id);
            let is_represented = |party: Party| teams.members(party).iter().any(|member| there(member.person.id));
            let parties: Vec<_> = Party::ALL.iter().copied().filter(|party| !is_represented(*party)).collect();
            check.require(parties.is_empty(), everyone, || Found::TeamsAbsent { parties });
        }
    }
}

impl<S: HoldsSessions> On<SessionOpened> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] =
        &[Rule::OneOpen, Rule::Booked, Rule::OnItsDay, Rule::BothNamed, Rule::AllPledged];
    const EVENT_RULES: &'static [Rule] = &[
        Rule::PartExists,
        Rule::Booked,
        Rule::OnItsDay,
        Rule::PartOrder,
        Rule::AnotherDay,
        Rule::SessionPartOrder,
        Rule::SessionAnotherDay,
        Rule::Neutral,
        Rule::MembersOnly,
        S::EVERYONE,
        Rule::SubstituteForAbsent,
        Rule::NamedOnce,
        Rule::NameComposed,
        Rule::NameLookAlike,
    ];

    fn state_guard(&self, at: At, check: &mut Check) {
        self.sessions().check_not_open(Rule::OneOpen, check);
        self.sessions().check_any_booked(check);
        self.sessions().check_today(at, check);
        self.teams().check_ready(check);
    }

    fn event_guard(&self, event: &SessionOpened, at: At, check: &mut Check) {
        self.sessions().check_turn(event.part, at, check);
        check_neutrals(self.teams(), &event.neutral, &event.co_neutrals, check);
        if let Some(file) = self.file() {
            check_present(self.teams(), file.program().presence(), S::EVERYONE, event, check);
        }
        check_substitutes(self.teams(), event, check);
    }

    fn apply(mut self, event: &SessionOpened, at: At, token: Token) -> S {
        let members = || self.teams().everyone().map(|member| member.person.id);
        let absent = if members().count() == event.present.len() {
            MemberIds::default()
        } else {
            MemberIds::default().union(members().filter(|id| !event.present.contains(id)))
        };
        self.sessions_mut(token).begin(event, absent, at);
        self
    }
}

impl<S: HoldsSessions> On<SessionAdjourned> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[Rule::IsOpen, Rule::NotFilled];
    const EVENT_RULES: &'static [Rule] = &[Rule::LeftEarlyPresent, Rule::LateMember];

    fn state_guard(&self, at: At, check: &mut Check) {
        self.sessions().check_not_filled(at, check);
    }

    fn event_guard(&self, event: &SessionAdjourned, _: At, check: &mut Check) {
        self.sessions().check_late_and_left(&event.late, &event.left_early, check);
    }

    fn apply(mut self, event: &SessionAdjourned, at: At, token: Token) -> S {
        self.sessions_mut(token).end(&event.late, &event.left_early, at);
        self
    }
}
