//! The inquiry: the three key leaders are asked to take part.

use crate::chart::{On, Token};
use crate::event::{LeaderAgreed, LeaderDeclined};
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::{Office, Seat};
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stages::leader_events::check_office;
use crate::stages::{Introduction, stage, step};
use crate::text::Name;
use crate::time::At;
use alloc::boxed::Box;

/// A key leader who agreed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Leader {
    /// The seat.
    pub seat: Seat,
    /// The leader's name.
    pub name: Name,
    /// The office, only for the school committee.
    pub office: Option<Office>,
    /// When the leader agreed.
    pub agreed: At,
}

/// The stage before all three key leaders have agreed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Inquiry {
    pub(crate) file: Box<CaseFile>,
    pub(crate) seats: Box<[Option<Leader>; 3]>,
}

impl Inquiry {
    pub(crate) fn new(file: Box<CaseFile>) -> Self {
        Self { file, seats: Box::default() }
    }

    /// Returns the leader who agreed for a seat.
    pub const fn leader(&self, seat: Seat) -> Option<&Leader> {
        self.seats[seat as usize].as_ref()
    }

    /// Returns the seats that have not agreed.
    pub fn open_seats(&self) -> impl Iterator<Item = Seat> {
        Seat::ALL.iter().copied().filter(|seat| self.leader(*seat).is_none())
    }
}

stage!(
    Inquiry,
    |state, check, _at| {
        check.fail(Rule::LeadersAgreed, Found::SeatsOpen { seats: state.open_seats().collect() });
    },
    fn seat_agreed(&self, seat: Seat) -> bool {
        self.leader(seat).is_some()
    }
);

step! {
    /// The stage after a leader agreed: Introduction if all three agreed, and else Inquiry.
    LeaderStep: Inquiry, Introduction
}

impl On<LeaderAgreed> for Inquiry {
    type Next = LeaderStep;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] =
        &[Rule::CommitteeOffice, Rule::SeatAgreedOnce, Rule::NameComposed, Rule::NameLookAlike];

    fn state_guard(&self, _: At, _: &mut Check) {}

    fn event_guard(&self, event: &LeaderAgreed, _: At, check: &mut Check) {
        check_office(event.seat, event.office, &event.name, check);
        if let Some(leader) = self.leader(event.seat) {
            check.fail(Rule::SeatAgreedOnce, Found::SeatTaken { seat: event.seat, by: leader.name.clone() });
        }
    }

    fn apply(mut self, event: &LeaderAgreed, at: At, _: Token) -> LeaderStep {
        let LeaderAgreed { name, office, seat } = event.clone();
        self.seats[seat as usize] = Some(Leader { seat, name, office, agreed: at });
        if self.open_seats().next().is_some() {
            return LeaderStep::Inquiry(self);
        }
        let [Some(first), Some(second), Some(third)] = *self.seats else {
            unreachable!("no seat is open");
        };
        LeaderStep::Introduction(Introduction::new(self.file, [first, second, third]))
    }
}

impl On<LeaderDeclined> for Inquiry {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[Rule::NameComposed];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &LeaderDeclined, _: At, _: &mut Check) {}

    fn apply(mut self, event: &LeaderDeclined, _: At, _: Token) -> Self {
        let seat = &mut self.seats[event.seat as usize];
        let holder = match self.file.succession(event.seat) {
            Some(change) => change.successor.as_ref().map(|successor| &successor.name),
            None => seat.as_ref().map(|leader| &leader.name),
        };
        if holder == Some(&event.name) {
            *seat = None;
            if self.file.seats.is_some() {
                *self.file.seat_mut(event.seat) = None;
            }
        }
        self
    }
}
