//! Events in words.

use ibbi_common::format::{self, date};
use ibbi_core::events::{SessionAdjourned, SessionClosed, SessionOpened};
use ibbi_core::{Adviser, Event, MemberId, Name, Office, Person, Seat, Slot, Topics};

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
        Event::LeaderLeft(event) => format!("{} left: {}", seat_title(event.seat), event.reason),
        Event::LeaderSucceeded(event) => {
            format!("{} took over the seat", leader(&event.name, event.seat, event.office))
        }
        Event::SuccessorAgreed(event) => format!("the successor of {} agreed", event.seat.label()),
        Event::OutcomeNoted(event) => {
            let by = event.party.map(|party| format!(" by {}", party.label())).unwrap_or_default();
            format!("{}{by} on {}", event.result.label(), date(event.dated))
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
            let led_by = neutrals(&event.neutral, &event.co_neutrals);
            format!("part {} was scheduled for {}, led by {led_by}", event.part, slot(event.slot))
        }
        Event::SessionPostponed(event) => format!("part {} was postponed: {}", event.part, event.reason),
        Event::SessionOpened(event) => opened(event, &str::to_owned),
        Event::ActivityRun(event) => format!("{}: {}", event.kind.label(), event.title),
        Event::SessionAdjourned(event) => adjourned(event, &str::to_owned),
        Event::SessionClosed(event) => closed(event, &str::to_owned),
        Event::CaucusOpened(event) => {
            let (party, present) = (event.party.label(), people(event.present.len()));
            format!("{party} went into caucus with {present} present{}", advisers(&event.advisers))
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
        Event::SessionOpened(event) => opened(event, &named),
        Event::SessionAdjourned(event) => adjourned(event, &named),
        Event::SessionClosed(event) => closed(event, &named),
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

fn opened(event: &SessionOpened, named: &dyn Fn(&str) -> String) -> String {
    let (present, led_by) = (people(event.present.len()), neutrals(&event.neutral, &event.co_neutrals));
    let substitutes =
        event.substitutes.iter().map(|one| format!("{} for {}", one.person.name, named(one.member.as_str())));
    let substitutes = joined("; substitutes: ", substitutes);
    format!(
        "part {} opened with {present} present, led by {led_by}{substitutes}{}",
        event.part,
        advisers(&event.advisers)
    )
}

fn adjourned(event: &SessionAdjourned, named: &dyn Fn(&str) -> String) -> String {
    format!("the session was cut short: {}{}", event.reason, late_and_left(&event.late, &event.left_early, named))
}

fn closed(event: &SessionClosed, named: &dyn Fn(&str) -> String) -> String {
    format!("the session closed{}", late_and_left(&event.late, &event.left_early, named))
}

fn late_and_left(late: &[MemberId], left: &[MemberId], named: &dyn Fn(&str) -> String) -> String {
    let list = |what: &str, ids: &[MemberId]| joined(what, ids.iter().map(|id| named(id.as_str())));
    format!("{}{}", list("; came late: ", late), list("; left early: ", left))
}

fn advisers(advisers: &[Adviser]) -> String {
    joined("; advisers: ", advisers.iter().map(|adviser| format!("{} ({})", adviser.name, adviser.role.label())))
}

/// Returns items after an introduction, or nothing if there are none.
fn joined(introduction: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { String::new() } else { format!("{introduction}{}", items.join(", ")) }
}

/// Returns the names of the neutrals who lead a session: `N. Reyes and P. Ode`.
pub fn neutrals(first: &Person, more: &[Person]) -> String {
    let names: Vec<&str> = std::iter::once(first).chain(more).map(|person| person.name.as_str()).collect();
    names.join(" and ")
}

fn seat_title(seat: Seat) -> String {
    match seat {
        Seat::SchoolCommittee => "the school committee's leader".to_owned(),
        Seat::Superintendent | Seat::UnionPresident => seat.label().to_owned(),
    }
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
