//! Events about key leaders' seats that change hands, which every open stage accepts. The seat's agreement remains.

use crate::chart::{On, Token};
use crate::event::{LeaderLeft, LeaderSucceeded, SuccessorAgreed};
use crate::file::{Succession, Successor};
use crate::found::Found;
use crate::people::{Office, Seat};
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stages::Open;
use crate::text::Name;
use crate::time::At;

/// Checks that the school committee's leader has an office, and that no other leader has one.
pub(super) fn check_office(seat: Seat, office: Option<Office>, name: &Name, check: &mut Check) {
    match (seat, office) {
        (Seat::SchoolCommittee, None) => {
            check.fail(Rule::CommitteeOffice, Found::OfficeMissing { name: name.clone() });
        }
        (Seat::Superintendent | Seat::UnionPresident, Some(_)) => {
            check.fail(Rule::CommitteeOffice, Found::OfficeMisplaced { seat });
        }
        _ => {}
    }
}

fn check_agreed<S: Open>(state: &S, seat: Seat, check: &mut Check) {
    check.require(state.seat_agreed(seat), Rule::SeatHeld, || Found::SeatNotHeld { seat, agreed: false });
}

/// Checks that some seat agreed, before a seat is named.
fn check_any_agreed<S: Open>(state: &S, check: &mut Check) {
    if !Seat::ALL.iter().any(|seat| state.seat_agreed(*seat)) {
        check_agreed(state, Seat::Superintendent, check);
    }
}

impl<S: Open> On<LeaderLeft> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[Rule::SeatHeld];
    const EVENT_RULES: &'static [Rule] = &[Rule::SeatHeld];

    fn state_guard(&self, _: At, check: &mut Check) {
        check_any_agreed(self, check);
    }

    fn event_guard(&self, event: &LeaderLeft, _: At, check: &mut Check) {
        let seat = event.seat;
        check_agreed(self, seat, check);
        let vacant = self.file().is_some_and(|file| file.vacant_seats().any(|vacant| vacant == seat));
        check.require(!vacant, Rule::SeatHeld, || Found::SeatNotHeld { seat, agreed: true });
    }

    fn apply(mut self, event: &LeaderLeft, at: At, token: Token) -> S {
        *self.file_mut(token).seat_mut(event.seat) = Some(Succession { since: at, successor: None });
        self
    }
}

impl<S: Open> On<LeaderSucceeded> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[Rule::SeatHeld];
    const EVENT_RULES: &'static [Rule] =
        &[Rule::CommitteeOffice, Rule::SeatHeld, Rule::NameComposed, Rule::NameLookAlike];

    fn state_guard(&self, _: At, check: &mut Check) {
        check_any_agreed(self, check);
    }

    fn event_guard(&self, event: &LeaderSucceeded, _: At, check: &mut Check) {
        check_office(event.seat, event.office, &event.name, check);
        check_agreed(self, event.seat, check);
    }

    fn apply(mut self, event: &LeaderSucceeded, at: At, token: Token) -> S {
        let successor = Successor { name: event.name.clone(), office: event.office, agreed: None };
        *self.file_mut(token).seat_mut(event.seat) = Some(Succession { since: at, successor: Some(successor) });
        self
    }
}

impl<S: Open> On<SuccessorAgreed> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[Rule::SuccessorPending];
    const EVENT_RULES: &'static [Rule] = &[Rule::SuccessorPending];

    fn state_guard(&self, _: At, check: &mut Check) {
        let any = self.file().is_some_and(|file| file.pending_successors().next().is_some());
        let found = || Found::NoSuccessor { seat: Seat::Superintendent, agreed: None };
        check.require(any, Rule::SuccessorPending, found);
    }

    fn event_guard(&self, event: &SuccessorAgreed, _: At, check: &mut Check) {
        let seat = event.seat;
        let holder = self.file().and_then(|file| file.succession(seat)?.successor.as_ref());
        let pending = holder.is_some_and(|successor| successor.agreed.is_none());
        let agreed = || Found::NoSuccessor { seat, agreed: holder.map(|successor| successor.name.clone()) };
        check.require(pending, Rule::SuccessorPending, agreed);
    }

    fn apply(mut self, event: &SuccessorAgreed, at: At, token: Token) -> S {
        if let Some(Succession { successor: Some(successor), .. }) = self.file_mut(token).seat_mut(event.seat) {
            successor.agreed = Some(at);
        }
        self
    }
}
