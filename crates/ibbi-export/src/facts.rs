//! The facts that several kinds of event carry, under one name each.

use ibbi_core::{Body, ConcernId, Event, MemberId, Name, Party, Seat};

/// Whom and what an event is about, as far as it says.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    pub(super) party: Option<Party>,
    pub(super) seat: Option<Seat>,
    pub(super) body: Option<Body>,
    pub(super) member: Option<MemberId>,
    pub(super) concern: Option<ConcernId>,
    /// The one person whom the event names.
    pub(super) name: Option<&'a Name>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(event: &'a Event) -> Self {
        let mut facts = Self::default();
        match event {
            Event::LeaderAgreed(event) => (facts.seat, facts.name) = (Some(event.seat), Some(&event.name)),
            Event::LeaderDeclined(event) => (facts.seat, facts.name) = (Some(event.seat), Some(&event.name)),
            Event::MeetingHeld(event) => facts.name = Some(&event.representative),
            Event::SupportConfirmed(event) => facts.body = Some(event.body),
            Event::SupportWithdrawn(event) => facts.body = Some(event.body),
            Event::ApplicationAccepted(event) => facts.name = Some(&event.by),
            Event::MemberNamed(event) => {
                (facts.party, facts.member) = (Some(event.party), Some(event.member.id));
                facts.name = Some(&event.member.name);
            }
            Event::MemberReleased(event) => (facts.party, facts.member) = (Some(event.party), Some(event.member)),
            Event::AttendancePledged(event) => (facts.party, facts.member) = (Some(event.party), Some(event.member)),
            Event::PledgeWithdrawn(event) => (facts.party, facts.member) = (Some(event.party), Some(event.member)),
            Event::SessionScheduled(event) => facts.name = Some(&event.neutral.name),
            Event::SessionOpened(event) => facts.name = Some(&event.neutral.name),
            Event::CaucusOpened(event) => facts.party = Some(event.party),
            Event::ConcernRaised(event) => {
                (facts.party, facts.concern) = (Some(event.party), Some(event.concern));
            }
            Event::ConcernAddressed(event) => facts.concern = Some(event.concern),
            Event::ConcernDropped(event) => facts.concern = Some(event.concern),
            Event::PartyDecided(event) => {
                (facts.party, facts.member) = (Some(event.party), Some(event.spokesperson));
            }
            Event::DecisionReopened(event) => facts.party = Some(event.party),
            Event::CaseWithdrawn(event) => facts.name = Some(&event.by),
            Event::CaseOpened(_)
            | Event::MeetingScheduled(_)
            | Event::ServiceChosen(_)
            | Event::CaseReferred(_)
            | Event::ApplicationDeclined(_)
            | Event::SessionPostponed(_)
            | Event::ActivityRun(_)
            | Event::SessionAdjourned(_)
            | Event::SessionClosed(_)
            | Event::FormatChosen(_)
            | Event::ContractDatesChanged(_)
            | Event::NoteAdded(_)
            | Event::EventVoided(_) => {}
        }
        facts
    }
}
