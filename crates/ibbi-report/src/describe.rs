//! Events as sentences.

use ibbi_core::{Event, Slot, Topics};

/// One line that says what happened.
///
/// ```
/// use ibbi_core::events::SessionPostponed;
/// use ibbi_core::{Event, Reason};
/// let event = Event::from(SessionPostponed { part: 1, reason: Reason::new("snow").unwrap() });
/// assert_eq!(ibbi_report::describe(&event), "part 1 is postponed: snow");
/// ```
pub fn describe(event: &Event) -> String {
    match event {
        Event::CaseOpened(event) => format!("a case is opened for {}", event.district),
        Event::LeaderAgreed(event) => match event.office {
            Some(office) => format!("{}, {} of the school committee, agrees", event.name, office.label()),
            None => format!("{} agrees for {}", event.name, event.seat.label()),
        },
        Event::LeaderDeclined(event) => {
            format!("{} declines for {}: {}", event.name, event.seat.label(), event.reason)
        }
        Event::MeetingScheduled(event) => format!("the introductory meeting is set for {}", when(event.slot)),
        Event::MeetingHeld(event) => format!("{} holds a meeting on {}", event.representative, topics(event.topics)),
        Event::ServiceChosen(event) => match event.offering {
            Some(offering) => format!("the {} is chosen: {}", event.service.label(), offering.label()),
            None => format!("the {} is chosen", event.service.label()),
        },
        Event::CaseReferred(event) => format!("the case is referred to the {}", event.to.label()),
        Event::SupportConfirmed(event) => {
            format!("{} confirms its support in a letter of {}", event.body.label(), event.dated)
        }
        Event::SupportWithdrawn(event) => {
            format!("{} withdraws its support in a letter of {}", event.body.label(), event.dated)
        }
        Event::ApplicationAccepted(event) => format!("{} accepts the application", event.by),
        Event::ApplicationDeclined(event) => format!("the application is declined: {}", event.reason),
        Event::MemberNamed(event) => format!("{} joins the {} team", event.member, event.party.label()),
        Event::MemberReleased(event) => {
            format!("{} leaves the {} team: {}", event.member, event.party.label(), event.reason)
        }
        Event::AttendancePledged(event) => format!("{} ({}) pledges to be present", event.member, event.party.label()),
        Event::PledgeWithdrawn(event) => format!("{} ({}) withdraws the pledge", event.member, event.party.label()),
        Event::SessionScheduled(event) => {
            format!("part {} is scheduled for {}, led by {}", event.part, when(event.slot), event.neutral.name)
        }
        Event::SessionPostponed(event) => format!("part {} is postponed: {}", event.part, event.reason),
        Event::SessionOpened(event) => {
            format!("part {} opens with {} present, led by {}", event.part, event.present.len(), event.neutral.name)
        }
        Event::ActivityRun(event) => format!("{}: {}", event.kind.label(), event.title),
        Event::SessionAdjourned(event) => format!("the session is cut short: {}", event.reason),
        Event::SessionClosed(event) if event.left_early.is_empty() => "the session is closed".to_owned(),
        Event::SessionClosed(event) => format!("the session is closed; left early: {}", listed(&event.left_early)),
        Event::CaucusOpened(event) => {
            format!("{} goes into caucus with {} present", event.party.label(), event.present.len())
        }
        Event::ConcernRaised(event) => {
            format!("{} raises the concern `{}`: {}", event.party.label(), event.concern, event.text)
        }
        Event::ConcernAddressed(event) => format!("the concern `{}` is addressed: {}", event.concern, event.response),
        Event::ConcernDropped(event) => format!("the concern `{}` is dropped", event.concern),
        Event::PartyDecided(event) => {
            format!("{} decides to {}, through {}", event.party.label(), event.decision.label(), event.spokesperson)
        }
        Event::DecisionReopened(event) => format!("{} reopens its decision: {}", event.party.label(), event.reason),
        Event::FormatChosen(event) => format!("the facilitation is to be {}", event.format.label()),
        Event::ContractDatesChanged(event) => {
            let clause = if event.evergreen { ", with an evergreen clause" } else { "" };
            format!("the contract expires {}{clause}", event.contract_expires)
        }
        Event::NoteAdded(event) => format!("note: {}", event.text),
        Event::CaseWithdrawn(event) => format!("{} withdraws the case: {}", event.by, event.reason),
        Event::EventVoided(event) => format!("number {} is voided: {}", event.seq, event.reason),
    }
    .replace(['\n', '\t'], " ")
}

fn listed<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn topics(topics: Topics) -> String {
    topics.iter().map(|topic| topic.label()).collect::<Vec<_>>().join("; ")
}

fn when(slot: Slot) -> String {
    format!("{slot} ({} minutes)", slot.minutes())
}
