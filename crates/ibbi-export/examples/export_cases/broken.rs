//! Cases that break a rule: some in the order of events, which the net sees, and some in other ways.

use crate::record::Events;
use ibbi_core::events::{CaseWithdrawn, NoteAdded, SupportConfirmed};
use ibbi_core::{ActivityId, At, Event, EventKind, MemberIds, Name, NoteText, Party, Reason};

/// A change to a legal case.
pub(crate) struct Change {
    /// The name of its ledger.
    pub(crate) name: &'static str,
    /// A description of the change.
    pub(crate) what: &'static str,
    /// Whether the case still fits the net.
    pub(crate) fits: bool,
    /// A rule that the first refused event doesn't meet.
    pub(crate) rule: &'static str,
    pub(crate) make: fn(Events) -> Option<Events>,
}

const fn unseen(
    name: &'static str,
    rule: &'static str,
    what: &'static str,
    make: fn(Events) -> Option<Events>,
) -> Change {
    Change { name, what, fits: true, rule, make }
}

const fn seen(
    name: &'static str,
    rule: &'static str,
    what: &'static str,
    make: fn(Events) -> Option<Events>,
) -> Change {
    Change { name, what, fits: false, rule, make }
}

/// Every change. Those that the net doesn't see come first.
pub(crate) const ALL: &[Change] = &[
    unseen("member-missing", "training.everyone-present", "a member is not at the training", |mut events| {
        let opened = find(&events, EventKind::SessionOpened, 1)?;
        let Event::SessionOpened(event) = &mut events[opened].1 else { return None };
        event.present = MemberIds::new(event.present.iter().skip(1).copied()).ok()?;
        Some(events)
    }),
    unseen("slot-in-the-past", "slot.in-future", "the training is booked for a day that is over", |mut events| {
        let booked = find(&events, EventKind::SessionScheduled, 1)?;
        let after = find(&events, EventKind::SessionOpened, 1)?;
        let late = events[after].0;
        let Event::SessionScheduled(event) = &events[booked].1 else { return None };
        let starts = event.slot.starts().at();
        events[booked].0 = later(starts, 60_000)?.min(late);
        events[after].0 = later(events[booked].0, 60_000)?;
        Some(events)
    }),
    unseen("letter-of-tomorrow", "case.dated", "a letter has a date after its arrival", |mut events| {
        let came = find(&events, EventKind::SupportConfirmed, 1)?;
        let dated = later(events[came].0, 3 * DAY)?.to_string().get(..10)?.parse().ok()?;
        let Event::SupportConfirmed(SupportConfirmed { body, document, .. }) = events[came].1 else { return None };
        events[came].1 = SupportConfirmed { body, dated, document }.into();
        Some(events)
    }),
    unseen("two-letters", "application.three-confirmations", "accepted on two letters", |events| {
        without(events, EventKind::SupportConfirmed, 3)
    }),
    unseen("no-pledge", "roster.all-pledged", "a member has not pledged to be present", |events| {
        without(events, EventKind::AttendancePledged, 2)
    }),
    unseen("not-booked", "session.booked", "the training opens without having been booked", |events| {
        without(events, EventKind::SessionScheduled, 1)
    }),
    unseen(
        "no-simulation",
        "training.simulation",
        "the training ends without a bargaining simulation",
        |mut events| {
            let kind = ActivityId::BARGAINING_SIMULATION;
            events.retain(|(_, event)| !matches!(event, Event::ActivityRun(run) if run.kind == kind));
            Some(events)
        },
    ),
    unseen("cut-short", "session.filled", "the training is closed after an hour", |mut events| {
        let (opened, closed) =
            (find(&events, EventKind::SessionOpened, 1)?, find(&events, EventKind::SessionClosed, 1)?);
        events[closed].0 = later(events[opened].0, 3_600_000)?;
        Some(events)
    }),
    unseen("no-caucus", "caucus.opened-first", "a party decides without having met", |events| {
        without(events, EventKind::CaucusOpened, 1)
    }),
    unseen("stranger-speaks", "caucus.spokesperson", "one party's member speaks for the other", |mut events| {
        let first = find(&events, EventKind::PartyDecided, 1)?;
        let Event::PartyDecided(event) = &mut events[first].1 else { return None };
        event.party = event.party.other();
        let second = find(&events, EventKind::PartyDecided, 2)?;
        let Event::PartyDecided(event) = &mut events[second].1 else { return None };
        event.party = event.party.other();
        Some(events)
    }),
    unseen("decides-twice", "caucus.undecided", "one party decides twice and the other not at all", |mut events| {
        let (first, second) = (find(&events, EventKind::PartyDecided, 1)?, find(&events, EventKind::PartyDecided, 2)?);
        events[second].1 = events[first].1.clone();
        Some(events)
    }),
    // The hours decide which session is the last. For the net, the case may still be in Facilitation.
    unseen("note-after-the-last-hour", "process.closed", "a note is added to a completed case", |mut events| {
        let at = events.last()?.0;
        events.push((at, NoteAdded { text: NoteText::new("one more thing").ok()? }.into()));
        Some(events)
    }),
    // A trace is in the order of its times.
    seen("time-runs-back", "case.time-order", "the acceptance has a time before the letters", |mut events| {
        let accepted = find(&events, EventKind::ApplicationAccepted, 1)?;
        events[accepted].0 = later(events[0].0, DAY)?;
        Some(events)
    }),
    seen("format-before-decisions", "process.stage", "the format is chosen before any party has decided", |events| {
        moved(events, EventKind::FormatChosen, (EventKind::PartyDecided, 1))
    }),
    seen("format-between-decisions", "process.stage", "the format is chosen between the two decisions", |events| {
        moved(events, EventKind::FormatChosen, (EventKind::PartyDecided, 2))
    }),
    seen("booked-before-acceptance", "process.stage", "the training is booked before the acceptance", |events| {
        moved(events, EventKind::SessionScheduled, (EventKind::ApplicationAccepted, 1))
    }),
    seen("decided-before-training", "process.stage", "a party decides before the training", |events| {
        moved(events, EventKind::PartyDecided, (EventKind::SessionOpened, 1))
    }),
    seen("met-before-agreement", "process.stage", "the meeting is held before the third leader agreed", |events| {
        moved(events, EventKind::MeetingHeld, (EventKind::LeaderAgreed, 3))
    }),
    seen("two-leaders", "process.stage", "the third leader never agreed", |events| {
        without(events, EventKind::LeaderAgreed, 3)
    }),
    seen("never-accepted", "process.stage", "the acceptance is missing", |events| {
        without(events, EventKind::ApplicationAccepted, 1)
    }),
    seen("institute-not-chosen", "process.stage", "no service was chosen", |events| {
        without(events, EventKind::ServiceChosen, 1)
    }),
    seen("one-decision", "process.stage", "one party never decided", |events| {
        without(events, EventKind::PartyDecided, 2)
    }),
    seen("not-opened", "process.stage", "the case was never opened", |events| {
        without(events, EventKind::CaseOpened, 1)
    }),
    seen("withdrawn-and-on", "process.closed", "a withdrawn case goes on", |mut events| {
        let accepted = find(&events, EventKind::ApplicationAccepted, 1)?;
        let by = Name::new("Mia Sorel").ok()?;
        let withdrawn = CaseWithdrawn { by, reason: Reason::new("another year").ok()? }.into();
        events.insert(accepted, (events[accepted].0, withdrawn));
        Some(events)
    }),
    seen("third-decision", "process.stage", "a party decides when both have", |mut events| {
        let second = find(&events, EventKind::PartyDecided, 2)?;
        let again = events[second].clone();
        events.insert(second + 1, again);
        Some(events)
    }),
    seen("back-to-caucus", "process.stage", "a party caucuses again after the format was chosen", |mut events| {
        let chosen = find(&events, EventKind::FormatChosen, 1)?;
        let caucus =
            events.iter().find(|(_, event)| matches!(event, Event::CaucusOpened(event) if event.party == Party::Labor));
        let again = caucus?.1.clone();
        events.insert(chosen + 1, (events[chosen].0, again));
        Some(events)
    }),
];

const DAY: i64 = 86_400_000;

fn later(at: At, millis: i64) -> Option<At> {
    At::from_millis(at.millis() + millis)
}

/// Returns the index of the n-th event of a kind, from 1.
fn find(events: &Events, kind: EventKind, number: usize) -> Option<usize> {
    let places = events.iter().enumerate().filter(|(_, (_, event))| event.kind() == kind);
    places.map(|(place, _)| place).nth(number - 1)
}

fn without(mut events: Events, kind: EventKind, number: usize) -> Option<Events> {
    events.remove(find(&events, kind, number)?);
    Some(events)
}

/// Moves the first event of a kind before another one, and gives it that one's time.
fn moved(mut events: Events, kind: EventKind, before: (EventKind, usize)) -> Option<Events> {
    let (from, to) = (find(&events, kind, 1)?, find(&events, before.0, before.1)?);
    let (_, event) = events.remove(from);
    events.insert(to, (events[to].0, event));
    Some(events)
}
