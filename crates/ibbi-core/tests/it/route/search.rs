//! A search that doesn't use routes: it offers every useful event to the real case.

use crate::support::facts::*;
use crate::support::id;
use crate::support::likely::{on_day, slot_at, team};
use ibbi_core::events::*;
use ibbi_core::stages::Caucus;
use ibbi_core::{
    At, Body, Case, Decision, Event, EventKind, Format, Goal, MemberIds, Observers, Party, Program, Seat, Service,
    Stage, Topic,
};
use std::collections::HashSet;

/// Kinds of event that bring no case closer to a goal, or that undo a step.
const IDLE: [EventKind; 16] = [
    EventKind::LeaderDeclined,
    EventKind::LeaderLeft,
    EventKind::LeaderSucceeded,
    EventKind::SuccessorAgreed,
    EventKind::OutcomeNoted,
    EventKind::MeetingScheduled,
    EventKind::SupportWithdrawn,
    EventKind::PledgeWithdrawn,
    EventKind::SessionAdjourned,
    EventKind::ConcernRaised,
    EventKind::ConcernDropped,
    EventKind::ContractDatesChanged,
    EventKind::NoteAdded,
    EventKind::CaseMigrated,
    EventKind::MemberReleased,
    EventKind::EventVoided,
];

pub(crate) fn is_there(case: &Case, goal: Goal) -> bool {
    match goal {
        Goal::Stage(stage) => case.stage() == stage,
        Goal::Outcome(outcome) => case.outcome() == Some(outcome),
    }
}

/// Returns whether suitable events of these kinds, in this order, lead to the goal.
pub(crate) fn leads(case: &Case, now: At, kinds: &[EventKind], goal: Goal) -> bool {
    let Some((kind, rest)) = kinds.split_first() else { return is_there(case, goal) };
    moves(case, *kind, now).into_iter().any(|(at, event)| {
        let mut next = case.clone();
        next.offer(&event, at).is_ok() && leads(&next, at, rest, goal)
    })
}

/// Returns the fewest events that lead to the goal, or `None` if more than `at_most` are needed.
pub(crate) fn fewest(case: &Case, now: At, goal: Goal, at_most: usize) -> Option<usize> {
    let mut front = HashSet::from([(case.clone(), now)]);
    let mut seen = front.clone();
    for depth in 0..=at_most {
        if front.iter().any(|(case, _)| is_there(case, goal)) {
            return Some(depth);
        }
        if depth == at_most {
            break;
        }
        let mut next = HashSet::new();
        for (case, now) in &front {
            for kind in EventKind::ALL.iter().filter(|kind| !IDLE.contains(kind)) {
                for (at, event) in moves(case, *kind, *now) {
                    let mut after = case.clone();
                    if after.offer(&event, at).is_ok() && seen.insert((after.clone(), at)) {
                        next.insert((after, at));
                    }
                }
            }
        }
        front = next;
    }
    None
}

/// Returns the useful events of a kind, with their times.
fn moves(case: &Case, kind: EventKind, now: At) -> Vec<(At, Event)> {
    let events = match kind {
        EventKind::CaseOpened => vec![opening(Program::default())],
        EventKind::LeaderAgreed => Seat::ALL
            .iter()
            .filter(|seat| case.leader(**seat).is_none())
            .map(|seat| agreed(*seat, "Rosa Amari"))
            .collect(),
        EventKind::MeetingHeld => vec![meeting_held(Topic::ALL.iter().copied())],
        EventKind::ServiceChosen => vec![chosen(Service::Ibbi), chosen(Service::AnnualConference)],
        EventKind::CaseReferred => Service::ALL.iter().map(|service| referred(*service)).collect(),
        EventKind::SupportConfirmed => letters(case, now),
        EventKind::ApplicationAccepted => vec![accepted()],
        EventKind::ApplicationDeclined => vec![not_accepted()],
        EventKind::MemberNamed => new_members(case),
        EventKind::AttendancePledged => pledges(case),
        EventKind::SessionScheduled => return bookings(case, now),
        EventKind::SessionPostponed => {
            booked(case).map(|(part, _)| postponed(part, "the calendar asks for it")).collect()
        }
        EventKind::SessionOpened => return openings(case, now),
        EventKind::ActivityRun => vec![exercise(), simulation()],
        EventKind::SessionClosed => return closings(case, now),
        EventKind::CaucusOpened => Party::ALL
            .iter()
            .map(|party| {
                CaucusOpened { advisers: Default::default(), party: *party, present: team(case, *party) }.into()
            })
            .collect(),
        EventKind::ConcernAddressed => open_concerns(case),
        EventKind::PartyDecided => decisions(case),
        EventKind::DecisionReopened => Party::ALL.iter().map(|party| reopened(*party)).collect(),
        // A chosen format stays.
        EventKind::FormatChosen if case.stage() == Stage::Facilitation => Vec::new(),
        EventKind::FormatChosen => Format::ALL.iter().map(|chosen| format(*chosen)).collect(),
        EventKind::CaseWithdrawn => vec![withdrawn()],
        idle => {
            assert!(IDLE.contains(&idle), "{idle} is either idle or tried");
            Vec::new()
        }
    };
    events.into_iter().map(|event| (now, event)).collect()
}

fn letters(case: &Case, now: At) -> Vec<Event> {
    let missing = Body::ALL.iter().filter(|body| case.letter(**body).is_none());
    missing.map(|body| SupportConfirmed { body: *body, dated: now.utc_date(), document: None }.into()).collect()
}

fn new_members(case: &Case) -> Vec<Event> {
    let Some(teams) = case.teams() else { return Vec::new() };
    let free = ["ana", "ben", "cora", "dev", "eli", "finn"].into_iter().find(|who| teams.party_of(id(who)).is_none());
    let empty = Party::ALL.iter().filter(|party| teams.members(**party).is_empty());
    empty.filter_map(|party| Some(named(*party, free?))).collect()
}

fn pledges(case: &Case) -> Vec<Event> {
    let Some(teams) = case.teams() else { return Vec::new() };
    let unpledged =
        |party: Party| teams.members(party).iter().filter(|member| !member.pledged).map(move |member| (party, member));
    let both = unpledged(Party::Labor).chain(unpledged(Party::Management));
    both.map(|(party, member)| AttendancePledged { dated: None, member: member.person.id, party }.into()).collect()
}

fn booked(case: &Case) -> impl Iterator<Item = (u8, &ibbi_core::Booking)> {
    case.sessions().into_iter().flat_map(ibbi_core::Sessions::bookings)
}

/// For every part, books all that remains: now, after the booked sessions, and on the next mornings.
fn bookings(case: &Case, now: At) -> Vec<(At, Event)> {
    let Some(sessions) = case.sessions() else { return Vec::new() };
    let mut moves = Vec::new();
    for (number, part) in sessions.numbered().filter(|(_, part)| part.booked.is_none() && part.remaining() > 0) {
        let next_minute = At::from_millis((now.millis() / 60_000 + 1) * 60_000).expect("time goes on");
        let mornings = (0..=3).map(|days| on_day(now, days, 8 * 60));
        let ends = booked(case).map(|(_, booking)| booking.slot.ends().at());
        for starts in std::iter::once(next_minute).chain(ends).chain(mornings) {
            moves.push((now, scheduled(number, slot_at(starts, part.remaining()))));
        }
    }
    moves
}

/// Opens every booked session, at the start of its slot or now.
fn openings(case: &Case, now: At) -> Vec<(At, Event)> {
    let everyone = Party::ALL.iter().flat_map(|party| team(case, *party).to_vec());
    let present = MemberIds::new(everyone).expect("teams that are disjoint");
    let open = |part| {
        let (neutral, observers, present) = (person("nell"), Observers::default(), present.clone());
        SessionOpened {
            advisers: Default::default(),
            co_neutrals: Default::default(),
            substitutes: Default::default(),
            neutral,
            observers,
            part,
            present,
        }
        .into()
    };
    booked(case).map(|(part, booking)| (now.max(booking.slot.starts().at()), open(part))).collect()
}

/// Closes the open session, at the end of its slot or now.
fn closings(case: &Case, now: At) -> Vec<(At, Event)> {
    let open = case.sessions().and_then(|sessions| sessions.open());
    let end = open.map(|open| crate::support::later(open.opened, i64::from(open.slot.minutes())));
    end.map(|end| (now.max(end), closed())).into_iter().collect()
}

fn open_concerns(case: &Case) -> Vec<Event> {
    let Case::Caucus(caucus) = case else { return Vec::new() };
    let concerns = |party| Caucus::open_concerns(caucus, party);
    let both = concerns(Party::Labor).chain(concerns(Party::Management));
    both.map(|concern| addressed(concern.as_str())).collect()
}

fn decisions(case: &Case) -> Vec<Event> {
    let mut events = Vec::new();
    for party in Party::ALL {
        let Some(spokesperson) = team(case, *party).first().copied() else { continue };
        for decision in Decision::ALL {
            events.push(PartyDecided { decision: *decision, party: *party, spokesperson }.into());
        }
    }
    events
}
