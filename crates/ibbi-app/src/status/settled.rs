//! The facts of a case in sentences.

use super::Fact;
use crate::case_state::{CaseState, PartState, SeatChange, SessionPurpose, SessionsState};
use crate::times::Times;
use ibbi_common::format::{count, date};
use ibbi_core::stages::ConcernStatus;
use ibbi_core::{ActivityId, EventKind, Seat};

/// Returns the facts of a case in words, with the times of its events.
pub fn settled(state: &CaseState, times: &Times) -> Vec<Fact> {
    let mut facts = Facts { facts: Vec::new(), times };
    facts.opening(state);
    facts.leaders(state);
    facts.introduction(state);
    facts.letters(state);
    facts.teams(state);
    facts.training(state);
    facts.decisions(state);
    if let Some(format) = &state.format {
        facts.add("format", format.label.clone());
    }
    if let Some(sessions) = &state.sessions {
        facts.hours(sessions);
    }
    facts.ending(state);
    facts.facts
}

struct Facts<'a> {
    facts: Vec<Fact>,
    times: &'a Times,
}

impl Facts<'_> {
    fn add(&mut self, topic: &'static str, text: String) {
        self.facts.push(Fact { topic, text });
    }

    fn opening(&mut self, state: &CaseState) {
        if let Some(opening) = &state.opening {
            let county = opening.county.map(|county| format!(", {} County", county.label())).unwrap_or_default();
            let when = self.times.show(opening.at, &[EventKind::CaseOpened]);
            self.add("case", format!("{}{county}, opened {when}", opening.district));
        }
        if let Some(contract) = state.contract {
            let clause = if contract.evergreen { ", with an evergreen clause" } else { "" };
            self.add("contract", format!("expires on {}{clause}", date(contract.expires)));
        }
    }

    fn leaders(&mut self, state: &CaseState) {
        for leader in &state.leaders {
            let office = leader.office.map(|office| format!(" ({})", office.label())).unwrap_or_default();
            let day = self.times.show(leader.agreed, &[EventKind::LeaderAgreed]);
            self.add("leader", format!("{} agreed: {}{office}, {day}", leader.seat.label(), leader.name));
            if let Some(change) = &leader.change {
                self.seat_change(leader.seat, change);
            }
        }
    }

    fn seat_change(&mut self, seat: Seat, change: &SeatChange) {
        let kinds = &[EventKind::LeaderLeft, EventKind::LeaderDeclined, EventKind::LeaderSucceeded];
        let (seat, since) = (seat.label(), self.times.show(change.since, kinds));
        let text = match (&change.successor, change.agreed) {
            (None, _) => format!("the seat of {seat} is vacant since {since}"),
            (Some(name), Some(agreed)) => {
                let agreed = self.times.show(agreed, &[EventKind::SuccessorAgreed]);
                format!("{name} took the seat of {seat} on {since}, and agreed on {agreed}")
            }
            (Some(name), None) => format!("{name} took the seat of {seat} on {since}, and hasn't agreed yet"),
        };
        self.add("leader", text);
    }

    fn introduction(&mut self, state: &CaseState) {
        if let Some(slot) = state.meeting {
            self.add("meeting", format!("the introductory meeting is set for {slot}"));
        }
        let topics: Vec<_> = state.topics.iter().map(|topic| topic.label()).collect();
        if !topics.is_empty() {
            self.add("meeting", format!("covered: {}", topics.join("; ")));
        }
        for chosen in &state.services {
            let offering = chosen.offering.map(|offering| format!(": {}", offering.label())).unwrap_or_default();
            self.add("service", format!("{}{offering}", chosen.service.label()));
        }
    }

    fn letters(&mut self, state: &CaseState) {
        for letter in &state.letters {
            self.add("letter", format!("{} confirmed in writing, dated {}", letter.body.label(), date(letter.dated)));
        }
        if let Some(acceptance) = &state.acceptance {
            let when = self.times.show(acceptance.at, &[EventKind::ApplicationAccepted]);
            self.add("application", format!("accepted by {}, {when}", acceptance.by));
        }
    }

    fn teams(&mut self, state: &CaseState) {
        for team in &state.teams {
            let members = team.members.iter().map(|member| {
                let pledge = if member.pledged { "" } else { ", no pledge yet" };
                format!("{} ({}{pledge})", member.name, member.id)
            });
            let members: Vec<_> = members.collect();
            self.add("team", format!("{}: {}", team.party.label(), members.join(", ")));
        }
    }

    fn training(&mut self, state: &CaseState) {
        if let Some(run) = &state.activities {
            let exercises = count(run.exercises.into(), "exercise", "exercises");
            let simulations = count(run.simulations.into(), "bargaining simulation", "bargaining simulations");
            let others: Vec<String> = run.others.iter().copied().map(ActivityId::label).collect();
            let others = if others.is_empty() { String::new() } else { format!("; also {}", others.join(", ")) };
            self.add("training", format!("{exercises} and {simulations} run{others}"));
        }
        if let Some(training) = state.training {
            let kinds = &[EventKind::SessionClosed, EventKind::SessionAdjourned];
            let when = self.times.show(training.completed, kinds);
            let sessions = count(training.sessions as u64, "session", "sessions");
            self.add("training", format!("completed {when}: {} minutes in {sessions}", training.minutes));
        }
    }

    fn decisions(&mut self, state: &CaseState) {
        for one in &state.decisions {
            let when = self.times.show(one.at, &[EventKind::PartyDecided]);
            let (party, decision) = (one.party.label(), one.decision.label());
            self.add("decision", format!("{party} decided to {decision}, through {}, {when}", one.spokesperson));
        }
        for concern in &state.concerns {
            let status = match concern.status {
                ConcernStatus::Open => "open",
                ConcernStatus::Addressed => "addressed",
                ConcernStatus::Dropped => "dropped",
            };
            self.add("concern", format!("`{}` of {}: {status}", concern.id, concern.party.label()));
        }
    }

    fn hours(&mut self, sessions: &SessionsState) {
        let topic = match sessions.purpose {
            SessionPurpose::Training => "training",
            SessionPurpose::Facilitation => "facilitation",
        };
        for PartState { part, minutes, counted, complete, booked } in &sessions.parts {
            let complete = if *complete { ", complete" } else { "" };
            let mut text = format!("part {part}: {counted} of {minutes} minutes held{complete}");
            if let Some(booking) = booked
                && let Some(leads) = booking.neutrals.first()
            {
                text.push_str(&format!("; scheduled for {}, led by {}", booking.slot, leads.name));
            }
            self.add(topic, text);
        }
        if let Some(open) = &sessions.open {
            let since = self.times.show(open.since, &[EventKind::SessionOpened]);
            self.add(topic, format!("the session of part {} is open since {since}", open.part));
        }
    }

    fn ending(&mut self, state: &CaseState) {
        let Some(ending) = &state.ending else { return };
        let reason = ending.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let by = ending.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let when = self.times.show(ending.at, &[]);
        self.add("outcome", format!("{}{by}{reason}, {when}", ending.outcome.label()));
        for one in &ending.follow_ups {
            let by = one.party.map(|party| format!(" by {}", party.label())).unwrap_or_default();
            self.add("contract", format!("{}{by} on {}", one.result.label(), date(one.dated)));
        }
    }
}
