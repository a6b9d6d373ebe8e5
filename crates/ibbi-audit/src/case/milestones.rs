//! The milestones of a case: every stage it entered, with the events that met the requirements for entering it.

use super::{Milestone, Requirement, SettledBy};
use ibbi_core::events::{MemberNamed, SessionScheduled};
use ibbi_core::{
    ActivityId, At, Body, Case, ConcernId, Event, EventKind, MemberId, Outcome, Party, Rule, Seat, Service, Stage,
    Topic,
};

/// A reference to an event.
#[derive(Debug, Clone, Copy)]
struct EventRef {
    seq: u64,
    at: At,
    event: EventKind,
}

/// A member of a team, with the events that named the member and recorded the pledge.
#[derive(Debug, Clone)]
struct NamedMember {
    party: Party,
    member: MemberId,
    named: EventRef,
    pledged: Option<EventRef>,
}

/// A session that was held or is under way.
#[derive(Debug, Clone, Copy)]
struct HeldSession {
    part: u8,
    booked: Option<EventRef>,
    opened: EventRef,
    ended: Option<EventRef>,
}

/// The events so far that met requirements.
#[derive(Debug, Clone, Default)]
pub(super) struct MilestoneRecorder {
    entered: Vec<Milestone>,
    leaders: [Option<EventRef>; Seat::ALL.len()],
    topics: [Option<EventRef>; Topic::ALL.len()],
    services: Vec<(Service, EventRef)>,
    letters: [Option<EventRef>; Body::ALL.len()],
    members: Vec<NamedMember>,
    booked: Vec<(u8, EventRef)>,
    sessions: Vec<HeldSession>,
    /// The first run of each activity.
    activities: Vec<(ActivityId, EventRef)>,
    caucuses: [Option<EventRef>; Party::ALL.len()],
    concerns: Vec<(ConcernId, Party, EventRef, Option<EventRef>)>,
    decisions: [Option<EventRef>; Party::ALL.len()],
    format: Option<EventRef>,
}

impl MilestoneRecorder {
    /// Returns every stage that was entered, the current one last.
    pub(super) fn finish(self) -> Vec<Milestone> {
        self.entered
    }

    /// Adds an event that counts; `before` and `after` are the states around it.
    pub(super) fn step(&mut self, seq: u64, at: At, event: &Event, before: Stage, after: &Case) {
        let event_ref = EventRef { seq, at, event: event.kind() };
        self.note(event, event_ref, after);
        if after.stage() != before {
            let requirements = self.requirements(after, event, event_ref);
            self.entered.push(Milestone { stage: after.stage(), seq, at, event: event.kind(), requirements });
            // The sessions of the facilitation are separate from those of the training.
            (self.booked, self.sessions) = (Vec::new(), Vec::new());
        }
    }

    fn note(&mut self, event: &Event, event_ref: EventRef, after: &Case) {
        match event {
            Event::LeaderAgreed(event) => self.leaders[event.seat as usize] = Some(event_ref),
            Event::LeaderDeclined(event) if after.leader(event.seat).is_none() => {
                self.leaders[event.seat as usize] = None;
            }
            Event::MeetingHeld(event) => {
                for topic in event.topics.iter() {
                    self.topics[topic as usize].get_or_insert(event_ref);
                }
            }
            Event::ServiceChosen(event) => self.services.push((event.service, event_ref)),
            Event::SupportConfirmed(event) => self.letters[event.body as usize] = Some(event_ref),
            Event::SupportWithdrawn(event) => self.letters[event.body as usize] = None,
            Event::MemberNamed(event) => self.name(event, event_ref),
            Event::MemberReleased(event) => self.members.retain(|named| named.member != event.member),
            Event::AttendancePledged(event) => self.pledge(event.member, Some(event_ref)),
            Event::PledgeWithdrawn(event) => self.pledge(event.member, None),
            Event::SessionScheduled(event) => self.book(event, event_ref),
            Event::SessionPostponed(event) => self.booked.retain(|(part, _)| *part != event.part),
            Event::SessionOpened(event) => self.open(event.part, event_ref),
            Event::SessionAdjourned(_) | Event::SessionClosed(_) => {
                if let Some(session) = self.sessions.last_mut() {
                    session.ended = Some(event_ref);
                }
            }
            Event::ActivityRun(event) if self.run(event.kind).is_none() => {
                self.activities.push((event.kind, event_ref));
            }
            Event::CaucusOpened(event) => {
                self.caucuses[event.party as usize].get_or_insert(event_ref);
            }
            Event::ConcernRaised(event) => self.concerns.push((event.concern, event.party, event_ref, None)),
            Event::ConcernAddressed(event) => self.answer(event.concern, event_ref),
            Event::ConcernDropped(event) => self.answer(event.concern, event_ref),
            Event::PartyDecided(event) => self.decisions[event.party as usize] = Some(event_ref),
            Event::DecisionReopened(event) => self.decisions[event.party as usize] = None,
            Event::FormatChosen(_) => self.format = Some(event_ref),
            _ => {}
        }
    }

    fn name(&mut self, event: &MemberNamed, named: EventRef) {
        self.members.push(NamedMember { party: event.party, member: event.member.id, named, pledged: None });
    }

    /// Returns the first run of an activity.
    fn run(&self, activity: ActivityId) -> Option<EventRef> {
        self.activities.iter().find(|(run, _)| *run == activity).map(|(_, event_ref)| *event_ref)
    }

    fn pledge(&mut self, member: MemberId, pledged: Option<EventRef>) {
        for named in self.members.iter_mut().filter(|named| named.member == member) {
            named.pledged = pledged;
        }
    }

    fn book(&mut self, event: &SessionScheduled, event_ref: EventRef) {
        self.booked.retain(|(part, _)| *part != event.part);
        self.booked.push((event.part, event_ref));
    }

    fn open(&mut self, part: u8, opened: EventRef) {
        let place = self.booked.iter().position(|(booked, _)| *booked == part);
        let booked = place.map(|place| self.booked.remove(place).1);
        self.sessions.push(HeldSession { part, booked, opened, ended: None });
    }

    fn answer(&mut self, concern: ConcernId, event_ref: EventRef) {
        for (_, _, _, settled) in self.concerns.iter_mut().filter(|(id, ..)| *id == concern) {
            *settled = Some(event_ref);
        }
    }

    fn ran(&self, what: &str, activity: ActivityId) -> Vec<SettledBy> {
        self.run(activity).map(|event_ref| settled(what, event_ref)).into_iter().collect()
    }

    /// Returns the first run of each activity that the program requires and that isn't published.
    fn others_ran(&self, case: &Case) -> Vec<SettledBy> {
        let required = case.file().into_iter().flat_map(|file| file.program().activities());
        let others = required.filter(|activity| activity.published().is_none());
        others.flat_map(|activity| self.ran(&activity.label(), *activity)).collect()
    }

    /// Returns the requirements for entering the current stage, with the events that met them.
    fn requirements(&self, after: &Case, event: &Event, event_ref: EventRef) -> Vec<Requirement> {
        let rules = match (after.stage(), after.outcome()) {
            (Stage::Introduction, _) => vec![(Rule::LeadersAgreed, self.agreed())],
            (Stage::Application, _) => {
                vec![(Rule::TopicsCovered, self.covered()), (Rule::IbbiChosen, self.chosen(Service::Ibbi))]
            }
            (Stage::Training, _) => vec![
                (Rule::ThreeConfirmations, self.confirmed()),
                (Rule::BothNamed, self.named()),
                (Rule::AllPledged, self.pledged()),
                (Rule::ApplicationAccepted, vec![settled("the acceptance", event_ref)]),
            ],
            (Stage::Caucus, _) => vec![
                (Rule::TrainingCompleted, self.held()),
                (Rule::TrainingExercise, self.ran("an exercise", ActivityId::EXERCISE)),
                (Rule::TrainingSimulation, self.ran("a simulation", ActivityId::BARGAINING_SIMULATION)),
                (Rule::TrainingActivity, self.others_ran(after)),
            ],
            (Stage::Agreement, _) => vec![
                (Rule::CaucusOpenedFirst, self.caucused()),
                (Rule::ConcernsSettled, self.answered()),
                (Rule::BothAdopted, self.decided()),
            ],
            (Stage::Facilitation, _) => {
                vec![(
                    Rule::FormatChosen,
                    self.format.iter().map(|event_ref| settled("the format", *event_ref)).collect(),
                )]
            }
            (_, Some(Outcome::Completed)) => vec![(Rule::FacilitationCompleted, self.held())],
            (_, Some(Outcome::NotAdopted)) => vec![(Rule::BothAdopted, self.decided())],
            (_, Some(Outcome::Referred)) => match event {
                Event::CaseReferred(event) => vec![(Rule::ReferralChosen, self.chosen(event.to))],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        // A rule without such an event is left out, for example if no concern was raised.
        rules
            .into_iter()
            .filter(|(_, settled)| !settled.is_empty())
            .map(|(rule, settled)| requirement(rule, settled))
            .collect()
    }

    fn agreed(&self) -> Vec<SettledBy> {
        each(Seat::ALL, &self.leaders, |seat| seat.label())
    }

    fn covered(&self) -> Vec<SettledBy> {
        each(Topic::ALL, &self.topics, |topic| topic.label())
    }

    fn chosen(&self, service: Service) -> Vec<SettledBy> {
        let chosen = self.services.iter().filter(|(chosen, _)| *chosen == service);
        chosen.map(|(service, event_ref)| settled(service.label(), *event_ref)).collect()
    }

    fn confirmed(&self) -> Vec<SettledBy> {
        each(Body::ALL, &self.letters, |body| body.label())
    }

    fn named(&self) -> Vec<SettledBy> {
        let events =
            |named: &NamedMember| settled(&format!("{} of {}", named.member, named.party.label()), named.named);
        self.members.iter().map(events).collect()
    }

    fn pledged(&self) -> Vec<SettledBy> {
        let events = |named: &NamedMember| Some(settled(&named.member.to_string(), named.pledged?));
        self.members.iter().filter_map(events).collect()
    }

    fn held(&self) -> Vec<SettledBy> {
        let events = |session: &HeldSession| {
            let part = format!("part {}", session.part);
            let event_refs = session.booked.into_iter().chain([session.opened]).chain(session.ended);
            event_refs.map(|event_ref| settled(&part, event_ref)).collect::<Vec<_>>()
        };
        self.sessions.iter().flat_map(events).collect()
    }

    fn caucused(&self) -> Vec<SettledBy> {
        each(Party::ALL, &self.caucuses, |party| party.label())
    }

    fn answered(&self) -> Vec<SettledBy> {
        let events = |(id, party, raised, answered): &(ConcernId, Party, EventRef, Option<EventRef>)| {
            let what = format!("`{id}` of {}", party.label());
            [Some(*raised), *answered]
                .into_iter()
                .flatten()
                .map(|event_ref| settled(&what, event_ref))
                .collect::<Vec<_>>()
        };
        self.concerns.iter().flat_map(events).collect()
    }

    fn decided(&self) -> Vec<SettledBy> {
        each(Party::ALL, &self.decisions, |party| party.label())
    }
}

fn settled(what: &str, event_ref: EventRef) -> SettledBy {
    SettledBy { seq: event_ref.seq, at: event_ref.at, event: event_ref.event, what: what.to_owned() }
}

/// Returns the event for each member of a closed set that has one.
fn each<T: Copy>(all: &[T], event_refs: &[Option<EventRef>], label: impl Fn(T) -> &'static str) -> Vec<SettledBy> {
    all.iter().zip(event_refs).filter_map(|(one, event_ref)| Some(settled(label(*one), (*event_ref)?))).collect()
}

fn requirement(rule: Rule, settled: Vec<SettledBy>) -> Requirement {
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    for SettledBy { what, seq, .. } in &settled {
        let number = format!("#{seq}");
        match parts.last_mut() {
            Some((last, numbers)) if last == what => numbers.push(number),
            _ => parts.push((what.clone(), vec![number])),
        }
    }
    let parts: Vec<_> = parts.into_iter().map(|(what, numbers)| format!("{what} {}", numbers.join(" "))).collect();
    let statement = rule.statement();
    let text = format!("{} Met by: {}.", statement, parts.join(", "));
    Requirement { rule, statement, settled, text }
}
