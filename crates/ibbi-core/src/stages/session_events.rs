//! Session events that the training and the facilitation share.

use crate::chart::{On, Token};
use crate::event::{SessionAdjourned, SessionOpened, SessionPostponed, SessionScheduled};
use crate::found::Found;
use crate::people::{MemberIds, Party, Person};
use crate::program::Presence;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::sessions::{Booking, Sessions};
use crate::stages::HasTeams;
use crate::teams::Teams;
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

fn check_neutral(teams: &Teams, neutral: &Person, check: &mut Check) {
    if let Some(party) = teams.party_of(neutral.id) {
        check.fail(Rule::Neutral, Found::NeutralOnTeam { neutral: neutral.id, party });
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
    ];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.sessions().check_some_part_free(check);
    }

    fn event_guard(&self, event: &SessionScheduled, at: At, check: &mut Check) {
        self.sessions().check_scheduled(event.part, event.slot, at, check);
        check_neutral(self.teams(), &event.neutral, check);
    }

    fn apply(mut self, event: &SessionScheduled, _: At, token: Token) -> S {
        let booking = Booking { slot: event.slot, neutral: event.neutral.clone() };
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

/// Checks that the people present are members, and that the members required by the program's policy are present.
fn check_present(teams: &Teams, policy: Presence, everyone: Rule, present: &MemberIds, check: &mut Check) {
    // No one is on a team twice, on both teams, or in the list twice. So if the counts are equal, all are members.
    let members = teams.everyone().filter(|member| present.contains(&member.person.id)).count();
    if members < present.len() {
        let ids = present.iter().copied().filter(|id| teams.party_of(*id).is_none()).collect();
        check.fail(Rule::MembersOnly, Found::Strangers { ids });
    }
    match policy {
        Presence::Everyone => {
            if members < teams.everyone().count() {
                let absent = teams.everyone().filter(|member| !present.contains(&member.person.id));
                let members = absent.map(|member| member.person.clone()).collect();
                check.fail(everyone, Found::MembersMissing { members });
            }
        }
        Presence::EachTeam => {
            let is_represented =
                |party: Party| teams.members(party).iter().any(|member| present.contains(&member.person.id));
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
    ];

    fn state_guard(&self, at: At, check: &mut Check) {
        self.sessions().check_not_open(Rule::OneOpen, check);
        self.sessions().check_any_booked(check);
        self.sessions().check_today(at, check);
        self.teams().check_ready(check);
    }

    fn event_guard(&self, event: &SessionOpened, at: At, check: &mut Check) {
        self.sessions().check_turn(event.part, at, check);
        check_neutral(self.teams(), &event.neutral, check);
        if let Some(file) = self.file() {
            check_present(self.teams(), file.program().presence(), S::EVERYONE, &event.present, check);
        }
    }

    fn apply(mut self, event: &SessionOpened, at: At, token: Token) -> S {
        self.sessions_mut(token).begin(event.part, event.present.clone(), at);
        self
    }
}

impl<S: HoldsSessions> On<SessionAdjourned> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[Rule::IsOpen, Rule::NotFilled];
    const EVENT_RULES: &'static [Rule] = &[Rule::LeftEarlyPresent];

    fn state_guard(&self, at: At, check: &mut Check) {
        self.sessions().check_not_filled(at, check);
    }

    fn event_guard(&self, event: &SessionAdjourned, _: At, check: &mut Check) {
        self.sessions().check_left_early(&event.left_early, check);
    }

    fn apply(mut self, event: &SessionAdjourned, at: At, token: Token) -> S {
        self.sessions_mut(token).end(event.left_early.clone(), at);
        self
    }
}
