//! The subjects of an event: fields that several kinds of event have, each under one name.

use ibbi_core::{Body, ConcernId, Event, MemberId, Name, Party, Seat};

/// The subjects of an event.
#[derive(Debug, Default)]
pub(super) struct Subjects<'a> {
    pub(super) party: Option<Party>,
    pub(super) seat: Option<Seat>,
    pub(super) body: Option<Body>,
    pub(super) member: Option<MemberId>,
    pub(super) concern: Option<ConcernId>,
    /// The one person that the event names.
    pub(super) name: Option<&'a Name>,
}

impl<'a> Subjects<'a> {
    pub(super) fn new(event: &'a Event) -> Self {
        let mut subjects = Self::default();
        match event {
            Event::LeaderAgreed(event) => (subjects.seat, subjects.name) = (Some(event.seat), Some(&event.name)),
            Event::LeaderDeclined(event) => (subjects.seat, subjects.name) = (Some(event.seat), Some(&event.name)),
            Event::MeetingHeld(event) => subjects.name = Some(&event.representative),
            Event::SupportConfirmed(event) => subjects.body = Some(event.body),
            Event::SupportWithdrawn(event) => subjects.body = Some(event.body),
            Event::ApplicationAccepted(event) => subjects.name = Some(&event.by),
            Event::MemberNamed(event) => {
                (subjects.party, subjects.member) = (Some(event.party), Some(event.member.id));
                subjects.name = Some(&event.member.name);
            }
            Event::MemberReleased(event) => (subjects.party, subjects.member) = (Some(event.party), Some(event.member)),
            Event::AttendancePledged(event) => {
                (subjects.party, subjects.member) = (Some(event.party), Some(event.member))
            }
            Event::PledgeWithdrawn(event) => {
                (subjects.party, subjects.member) = (Some(event.party), Some(event.member))
            }
            Event::SessionScheduled(event) => subjects.name = Some(&event.neutral.name),
            Event::SessionOpened(event) => subjects.name = Some(&event.neutral.name),
            Event::CaucusOpened(event) => subjects.party = Some(event.party),
            Event::ConcernRaised(event) => {
                (subjects.party, subjects.concern) = (Some(event.party), Some(event.concern));
            }
            Event::ConcernAddressed(event) => subjects.concern = Some(event.concern),
            Event::ConcernDropped(event) => subjects.concern = Some(event.concern),
            Event::PartyDecided(event) => {
                (subjects.party, subjects.member) = (Some(event.party), Some(event.spokesperson));
            }
            Event::DecisionReopened(event) => subjects.party = Some(event.party),
            Event::LeaderLeft(event) => subjects.seat = Some(event.seat),
            Event::LeaderSucceeded(event) => (subjects.seat, subjects.name) = (Some(event.seat), Some(&event.name)),
            Event::SuccessorAgreed(event) => subjects.seat = Some(event.seat),
            Event::OutcomeNoted(event) => subjects.party = event.party,
            Event::CaseWithdrawn(event) => subjects.name = Some(&event.by),
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
            | Event::CaseMigrated(_)
            | Event::EventVoided(_) => {}
        }
        subjects
    }
}
