//! Events of the teams, which every stage from Application to Facilitation accepts.

use crate::chart::{On, Token};
use crate::event::{AttendancePledged, MemberNamed, MemberReleased, PledgeWithdrawn};
use crate::refusal::Check;
use crate::rule::Rule;
use crate::sessions::Sessions;
use crate::stages::Open;
use crate::teams::Teams;
use crate::time::At;

/// A stage in which the two teams exist.
pub trait HasTeams: Open {
    /// Returns the teams.
    fn teams(&self) -> &Teams;

    #[doc(hidden)]
    fn teams_mut(&mut self, token: Token) -> &mut Teams;

    #[doc(hidden)]
    fn held_sessions(&self) -> Option<&Sessions>;
}

fn check_no_session<S: HasTeams>(state: &S, check: &mut Check) {
    if let Some(sessions) = state.held_sessions() {
        sessions.check_not_open(Rule::NoChangeInSession, check);
    }
}

impl<S: HasTeams> On<MemberNamed> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = Teams::NAMED_STATE;
    const EVENT_RULES: &'static [Rule] = Teams::NAMED_EVENT;

    fn state_guard(&self, _: At, check: &mut Check) {
        check_no_session(self, check);
        self.teams().check_room(check);
    }

    fn event_guard(&self, event: &MemberNamed, _: At, check: &mut Check) {
        self.teams().check_named(event, check);
    }

    fn apply(mut self, event: &MemberNamed, _: At, token: Token) -> S {
        self.teams_mut(token).name(event);
        self
    }
}

impl<S: HasTeams> On<MemberReleased> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = Teams::RELEASED_STATE;
    const EVENT_RULES: &'static [Rule] = Teams::RELEASED_EVENT;

    fn state_guard(&self, _: At, check: &mut Check) {
        check_no_session(self, check);
        self.teams().check_releasable(check);
    }

    fn event_guard(&self, event: &MemberReleased, _: At, check: &mut Check) {
        self.teams().check_member(event.party, event.member, check);
    }

    fn apply(mut self, event: &MemberReleased, at: At, token: Token) -> S {
        self.teams_mut(token).release(event, at);
        self
    }
}

impl<S: HasTeams> On<AttendancePledged> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = Teams::PLEDGED_STATE;
    const EVENT_RULES: &'static [Rule] = Teams::PLEDGED_EVENT;

    fn state_guard(&self, _: At, check: &mut Check) {
        self.teams().check_pledgeable(check);
    }

    fn event_guard(&self, event: &AttendancePledged, at: At, check: &mut Check) {
        self.teams().check_pledge(event, at, check);
    }

    fn apply(mut self, event: &AttendancePledged, _: At, token: Token) -> S {
        self.teams_mut(token).pledge(event.party, event.member, true);
        self
    }
}

impl<S: HasTeams> On<PledgeWithdrawn> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = Teams::UNPLEDGED_STATE;
    const EVENT_RULES: &'static [Rule] = Teams::UNPLEDGED_EVENT;

    fn state_guard(&self, _: At, check: &mut Check) {
        self.teams().check_unpledgeable(check);
    }

    fn event_guard(&self, event: &PledgeWithdrawn, at: At, check: &mut Check) {
        self.teams().check_unpledge(event, at, check);
    }

    fn apply(mut self, event: &PledgeWithdrawn, _: At, token: Token) -> S {
        self.teams_mut(token).pledge(event.party, event.member, false);
        self
    }
}
