//! Waits of a real case that have lasted longer than the estimates allow.

use crate::assumptions::{Duration, Model};
use crate::initial_state::{Awaited, InitialState, Meeting, PartProgress, PartyProgress, Waited};
use crate::scenario::{Scenario, SessionGroup};
use ibbi_common::format::count;
use ibbi_core::{Body, Party, Seat};

/// Returns a sentence for each wait of the second model that is overdue.
pub(crate) fn overdue(scenario: &Scenario, initial: &InitialState) -> Vec<String> {
    if scenario.model == Model::First {
        return Vec::new();
    }
    let late = |(what, which, waited): (String, Duration, Waited)| {
        let most = scenario.assumptions.duration(which).value.most;
        let days = waited.0.filter(|days| f64::from(*days) >= most)?;
        let waited = count(days.into(), "day", "days");
        Some(format!("overdue: {what} has taken {waited}, and the estimate is at most {most} days"))
    };
    waits(initial).into_iter().filter_map(late).collect()
}

/// Returns what the case waits for, with the duration and the days so far.
fn waits(initial: &InitialState) -> Vec<(String, Duration, Waited)> {
    match initial {
        InitialState::Inquiry(awaited) => {
            let seats = Seat::ALL.iter().zip(awaited);
            let waits = seats.filter_map(|(seat, waited)| Some((seat, (*waited)?)));
            waits
                .map(|(seat, waited)| (format!("the answer of {}", seat.label()), Duration::LeaderResponse, waited))
                .collect()
        }
        InitialState::Introduction(Meeting::ToBook(waited)) => {
            vec![("the booking of the meeting".to_owned(), Duration::BookingDelay, *waited)]
        }
        InitialState::Introduction(_) => Vec::new(),
        InitialState::Application { letters, reviewing } => {
            let bodies = Body::ALL.iter().zip(letters);
            let missing = bodies.filter_map(|(body, waited)| Some((body, (*waited)?)));
            let waits: Vec<_> = missing
                .map(|(body, waited)| {
                    (format!("the letter of {}", body.label()), Duration::WrittenConfirmation, waited)
                })
                .collect();
            let review = ("the acceptance".to_owned(), Duration::ApplicationReview, *reviewing);
            if waits.is_empty() { vec![review] } else { waits }
        }
        InitialState::Training(parts) => part_waits(SessionGroup::Training, parts),
        InitialState::Facilitation(parts) => part_waits(SessionGroup::Facilitation, parts),
        InitialState::Caucus(parties) => {
            let party = |(party, progress): (&Party, &PartyProgress)| match progress {
                PartyProgress::Unopened(waited) | PartyProgress::Deciding(waited) => {
                    Some((format!("the decision of {}", party.label()), Duration::Caucus, *waited))
                }
                PartyProgress::Concerned(waited) => {
                    Some((format!("the answer to {}'s concern", party.label()), Duration::Concern, *waited))
                }
                PartyProgress::Decided(_) => None,
            };
            Party::ALL.iter().zip(parties).filter_map(party).collect()
        }
        InitialState::Agreement(waited) => {
            vec![("the booking of the facilitation".to_owned(), Duration::BookingDelay, *waited)]
        }
    }
}

fn part_waits(group: SessionGroup, parts: &[PartProgress]) -> Vec<(String, Duration, Waited)> {
    let wait = |(number, part): (usize, &PartProgress)| {
        let name = format!("part {number} of the {}", group.code());
        match part.next {
            Awaited::Unbooked(waited) => Some((format!("the booking of {name}"), Duration::BookingDelay, waited)),
            Awaited::Rebook(waited) => Some((format!("a new date for {name}"), Duration::Rebooking, waited)),
            Awaited::Booked(_) | Awaited::Lapsed | Awaited::Open { .. } => None,
        }
    };
    (1..).zip(parts).filter_map(wait).collect()
}
