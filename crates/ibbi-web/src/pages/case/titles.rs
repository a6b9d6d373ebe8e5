//! What to do so that an event can be recorded, in a few words.

use ibbi_core::EventKind;

/// Returns whether the process needs an event of this kind.
pub(super) const fn is_milestone(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::LeaderAgreed
            | EventKind::MeetingScheduled
            | EventKind::MeetingHeld
            | EventKind::ServiceChosen
            | EventKind::MemberNamed
            | EventKind::AttendancePledged
            | EventKind::SupportConfirmed
            | EventKind::ApplicationAccepted
            | EventKind::SessionScheduled
            | EventKind::CaucusOpened
            | EventKind::PartyDecided
            | EventKind::FormatChosen
    )
}

/// Returns what to do so that an event of this kind can be recorded, in a few words.
pub(super) const fn to_do(kind: EventKind) -> &'static str {
    match kind {
        EventKind::LeaderAgreed => "A leader agrees",
        EventKind::LeaderDeclined => "A leader declines",
        EventKind::LeaderLeft => "A leader leaves the seat",
        EventKind::LeaderSucceeded => "A leader's successor takes the seat",
        EventKind::SuccessorAgreed => "A successor agrees",
        EventKind::OutcomeNoted => "Record what became of the contract",
        EventKind::MeetingScheduled => "Schedule the introductory meeting",
        EventKind::MeetingHeld => "Hold the introductory meeting",
        EventKind::ServiceChosen => "Choose a service",
        EventKind::CaseReferred => "Refer the case to another service",
        EventKind::SupportConfirmed => "Receive a letter of support",
        EventKind::SupportWithdrawn => "A body withdraws its support",
        EventKind::ApplicationAccepted => "Accept the application",
        EventKind::ApplicationDeclined => "Decline the application",
        EventKind::MemberNamed => "Name the teams",
        EventKind::MemberReleased => "Remove a team member",
        EventKind::AttendancePledged => "A member pledges to be present",
        EventKind::PledgeWithdrawn => "A member withdraws the pledge",
        EventKind::SessionScheduled => "Schedule a session",
        EventKind::SessionPostponed => "Postpone a session",
        EventKind::SessionOpened => "Start a session",
        EventKind::ActivityRun => "Run an activity",
        EventKind::SessionAdjourned => "End a session early",
        EventKind::SessionClosed => "End a session",
        EventKind::CaucusOpened => "Caucus",
        EventKind::ConcernRaised => "Raise a concern",
        EventKind::ConcernAddressed => "Address a concern",
        EventKind::ConcernDropped => "Drop a concern",
        EventKind::PartyDecided => "Decide whether to adopt",
        EventKind::DecisionReopened => "Reopen a decision",
        EventKind::FormatChosen => "Choose the format of the facilitation",
        EventKind::ContractDatesChanged => "Change the contract's dates",
        EventKind::NoteAdded => "Add a note",
        EventKind::CaseWithdrawn => "Withdraw the case",
        other => other.label(),
    }
}
