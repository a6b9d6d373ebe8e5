//! Events in words.

use ibbi_common::format::{self, date};
use ibbi_core::{Event, Name, Office, Seat, Slot, Topics};

/// Returns what happened, in one line without a period at its end.
///
/// ```
/// use ibbi_core::events::SessionPostponed;
/// use ibbi_core::{Event, Reason};
/// let event = Event::from(SessionPostponed { part: 1, reason: Reason::new("snow").unwrap() });
/// assert_eq!(ibbi_report::describe(&event), "part 1 was postponed: snow");
/// ```
pub fn describe(event: &Event) -> String {
    match event {
        Event::CaseOpened(event) => format!("a case was opened for {}", event.district),
        Event::LeaderAgreed(event) => format!("{} agreed", leader(&event.name, event.seat, event.office)),
        Event::LeaderDeclined(event) => {
            format!("{} declined: {}", leader(&event.name, event.seat, None), event.reason)
        }
        Event::MeetingScheduled(event) => format!("the introductory meeting was scheduled for {}", slot(event.slot)),
        Event::MeetingHeld(event) => format!("{} held a meeting on {}", event.representative, topics(event.topics)),
        Event::ServiceChosen(event) => match event.offering {
            Some(offering) => format!("the parties chose the {}: {}", event.service.label(), offering.label()),
            None => format!("the parties chose the {}", event.service.label()),
        },
        Event::CaseReferred(event) => format!("the case was referred to the {}", event.to.label()),
        Event::SupportConfirmed(event) => {
            format!("{} confirmed its support in a letter dated {}", event.body.label(), date(event.dated))
        }
        Event::SupportWithdrawn(event) => {
            format!("{} withdrew its support in a letter dated {}", event.body.label(), date(event.dated))
        }
        Event::ApplicationAccepted(event) => format!("{} accepted the application", event.by),
        Event::ApplicationDeclined(event) => format!("the application was declined: {}", event.reason),
        Event::MemberNamed(event) => format!("{} joined the {} team", event.member, event.party.label()),
        Event::MemberReleased(event) => {
            format!("{} left the {} team: {}", event.member, event.party.label(), event.reason)
        }
        Event::AttendancePledged(event) => format!("{} ({}) pledged to attend", event.member, event.party.label()),
        Event::PledgeWithdrawn(event) => format!("{} ({}) withdrew the pledge", event.member, event.party.label()),
        Event::SessionScheduled(event) => {
            format!("part {} was scheduled for {}, led by {}", event.part, slot(event.slot), event.neutral.name)
        }
        Event::SessionPostponed(event) => format!("part {} was postponed: {}", event.part, event.reason),
        Event::SessionOpened(event) => {
            format!(
                "part {} opened with {} present, led by {}",
                event.part,
                people(event.present.len()),
                event.neutral.name
            )
        }
        Event::ActivityRun(event) => format!("{}: {}", event.kind.label(), event.title),
        Event::SessionAdjourned(event) => format!("the session was cut short: {}", event.reason),
        Event::SessionClosed(event) if event.left_early.is_empty() => "the session closed".to_owned(),
        Event::SessionClosed(event) => format!("the session closed; left early: {}", listed(&event.left_early)),
        Event::CaucusOpened(event) => {
            format!("{} went into caucus with {} present", event.party.label(), people(event.present.len()))
        }
        Event::ConcernRaised(event) => {
            format!("{} raised the concern `{}`: {}", event.party.label(), event.concern, event.text)
        }
        Event::ConcernAddressed(event) => format!("the concern `{}` was addressed: {}", event.concern, event.response),
        Event::ConcernDropped(event) => format!("the concern `{}` was dropped", event.concern),
        Event::PartyDecided(event) => {
            format!("{} decided to {}, through {}", event.party.label(), event.decision.label(), event.spokesperson)
        }
        Event::DecisionReopened(event) => format!("{} reopened its decision: {}", event.party.label(), event.reason),
        Event::FormatChosen(event) => format!("the format of the facilitation is {}", event.format.label()),
        Event::ContractDatesChanged(event) => {
            let clause = if event.evergreen { ", with an evergreen clause" } else { "" };
            format!("the contract expires on {}{clause}", date(event.contract_expires))
        }
        Event::NoteAdded(event) => format!("note: {}", event.text),
        Event::CaseWithdrawn(event) => format!("{} withdrew the case: {}", event.by, event.reason),
        Event::CaseMigrated(event) => {
            format!("the case moved to edition {} of the rules: {}", event.edition, event.reason)
        }
        Event::EventVoided(event) => format!("event {} was voided: {}", event.seq, event.reason),
    }
    .replace(['\n', '\t'], " ")
}

/// Returns what happened, as [`describe`] does, with names in place of IDs. `name_of` returns a member's name, or the text
/// of a concern.
///
/// ```
/// use ibbi_core::events::ConcernDropped;
/// use ibbi_core::{ConcernId, Event};
/// let event = Event::from(ConcernDropped { concern: ConcernId::new("grading").unwrap() });
/// let text = ibbi_report::describe_with_names(&event, &|_| Some("Who grades?".to_owned()));
/// assert_eq!(text, "the concern \u{201c}Who grades?\u{201d} was dropped");
/// ```
pub fn describe_with_names(event: &Event, name_of: &dyn Fn(&str) -> Option<String>) -> String {
    let named = |id: &str| name_of(id).unwrap_or_else(|| id.to_owned());
    let quoted = |id: &str| format!("\u{201c}{}\u{201d}", named(id));
    match event {
        Event::MemberNamed(event) => format!("{} joined the {} team", event.member.name, event.party.label()),
        Event::MemberReleased(event) => {
            format!("{} left the {} team: {}", named(event.member.as_str()), event.party.label(), event.reason)
        }
        Event::AttendancePledged(event) => {
            format!("{} ({}) pledged to attend", named(event.member.as_str()), event.party.label())
        }
        Event::PledgeWithdrawn(event) => {
            format!("{} ({}) withdrew the pledge", named(event.member.as_str()), event.party.label())
        }
        Event::SessionClosed(event) if !event.left_early.is_empty() => {
            let names: Vec<String> = event.left_early.iter().map(|id| named(id.as_str())).collect();
            format!("the session closed; left early: {}", names.join(", "))
        }
        Event::ConcernRaised(event) => format!("{} raised a concern: {}", event.party.label(), event.text),
        Event::ConcernAddressed(event) => {
            format!("the concern {} was addressed: {}", quoted(event.concern.as_str()), event.response)
        }
        Event::ConcernDropped(event) => format!("the concern {} was dropped", quoted(event.concern.as_str())),
        Event::PartyDecided(event) => {
            let (party, decision) = (event.party.label(), event.decision.label());
            format!("{party} decided to {decision}, through {}", named(event.spokesperson.as_str()))
        }
        _ => return describe(event),
    }
    .replace(['\n', '\t'], " ")
}

fn listed<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn topics(topics: Topics) -> String {
    topics.iter().map(|topic| topic.label()).collect::<Vec<_>>().join("; ")
}

fn slot(slot: Slot) -> String {
    format!("{} ({})", format::slot(slot), format::count(slot.minutes().into(), "minute", "minutes"))
}

fn people(count: usize) -> String {
    format::count(count as u64, "person", "people")
}

fn leader(name: &Name, seat: Seat, office: Option<Office>) -> String {
    match office {
        Some(office) => format!("{name}, {} of the school committee,", office.label()),
        None => format!("{name}, {},", seat.label().trim_start_matches("the ")),
    }
}
