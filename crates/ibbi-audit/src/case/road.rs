//! The road of a case: every stage it entered, with the events that settled what entering asked.

use super::{Entering, Requirement, Settled};
use ibbi_core::events::{MemberNamed, SessionScheduled};
use ibbi_core::{
    ActivityKind, At, Body, Case, ConcernId, Event, EventKind, MemberId, Outcome, Party, Rule, Seat, Service, Stage,
    Topic,
};

/// An event of the road.
#[derive(Debug, Clone, Copy)]
struct Mark {
    seq: u64,
    at: At,
    event: EventKind,
}

/// A member of a team: when named, and when pledged.
#[derive(Debug, Clone)]
struct Seated {
    party: Party,
    member: MemberId,
    named: Mark,
    pledged: Option<Mark>,
}

/// A session that was held or is under way.
#[derive(Debug, Clone, Copy)]
struct Sitting {
    part: u8,
    booked: Option<Mark>,
    opened: Mark,
    ended: Option<Mark>,
}

/// What the events so far have settled.
#[derive(Debug, Clone, Default)]
pub(super) struct Road {
    entered: Vec<Entering>,
    leaders: [Option<Mark>; Seat::ALL.len()],
    topics: [Option<Mark>; Topic::ALL.len()],
    services: Vec<(Service, Mark)>,
    letters: [Option<Mark>; Body::ALL.len()],
    seated: Vec<Seated>,
    booked: Vec<(u8, Mark)>,
    sittings: Vec<Sitting>,
    exercise: Option<Mark>,
    simulation: Option<Mark>,
    caucuses: [Option<Mark>; Party::ALL.len()],
    concerns: Vec<(ConcernId, Party, Mark, Option<Mark>)>,
    decisions: [Option<Mark>; Party::ALL.len()],
    format: Option<Mark>,
}

impl Road {
    /// Every stage that was entered, the present one last.
    pub(super) fn finish(self) -> Vec<Entering> {
        self.entered
    }

    /// Goes on by an event that counts, from one state to the next.
    pub(super) fn step(&mut self, seq: u64, at: At, event: &Event, before: Stage, after: &Case) {
        let mark = Mark { seq, at, event: event.kind() };
        self.settle(event, mark, after);
        if after.stage() != before {
            let requirements = self.requirements(after, event, mark);
            self.entered.push(Entering { stage: after.stage(), seq, at, event: event.kind(), requirements });
            // Sessions of the facilitation are counted apart from those of the training.
            (self.booked, self.sittings) = (Vec::new(), Vec::new());
        }
    }

    fn settle(&mut self, event: &Event, mark: Mark, after: &Case) {
        match event {
            Event::LeaderAgreed(event) => self.leaders[event.seat as usize] = Some(mark),
            Event::LeaderDeclined(event) if after.leader(event.seat).is_none() => {
                self.leaders[event.seat as usize] = None;
            }
            Event::MeetingHeld(event) => {
                for topic in event.topics.iter() {
                    self.topics[topic as usize].get_or_insert(mark);
                }
            }
            Event::ServiceChosen(event) => self.services.push((event.service, mark)),
            Event::SupportConfirmed(event) => self.letters[event.body as usize] = Some(mark),
            Event::SupportWithdrawn(event) => self.letters[event.body as usize] = None,
            Event::MemberNamed(event) => self.name(event, mark),
            Event::MemberReleased(event) => self.seated.retain(|seated| seated.member != event.member),
            Event::AttendancePledged(event) => self.pledge(event.member, Some(mark)),
            Event::PledgeWithdrawn(event) => self.pledge(event.member, None),
            Event::SessionScheduled(event) => self.book(event, mark),
            Event::SessionPostponed(event) => self.booked.retain(|(part, _)| *part != event.part),
            Event::SessionOpened(event) => self.open(event.part, mark),
            Event::SessionAdjourned(_) | Event::SessionClosed(_) => {
                if let Some(sitting) = self.sittings.last_mut() {
                    sitting.ended = Some(mark);
                }
            }
            Event::ActivityRun(event) => {
                let first = match event.kind {
                    ActivityKind::Exercise => &mut self.exercise,
                    ActivityKind::BargainingSimulation => &mut self.simulation,
                };
                first.get_or_insert(mark);
            }
            Event::CaucusOpened(event) => {
                self.caucuses[event.party as usize].get_or_insert(mark);
            }
            Event::ConcernRaised(event) => self.concerns.push((event.concern, event.party, mark, None)),
            Event::ConcernAddressed(event) => self.answer(event.concern, mark),
            Event::ConcernDropped(event) => self.answer(event.concern, mark),
            Event::PartyDecided(event) => self.decisions[event.party as usize] = Some(mark),
            Event::DecisionReopened(event) => self.decisions[event.party as usize] = None,
            Event::FormatChosen(_) => self.format = Some(mark),
            _ => {}
        }
    }

    fn name(&mut self, event: &MemberNamed, named: Mark) {
        self.seated.push(Seated { party: event.party, member: event.member.id, named, pledged: None });
    }

    fn pledge(&mut self, member: MemberId, pledged: Option<Mark>) {
        for seated in self.seated.iter_mut().filter(|seated| seated.member == member) {
            seated.pledged = pledged;
        }
    }

    fn book(&mut self, event: &SessionScheduled, mark: Mark) {
        self.booked.retain(|(part, _)| *part != event.part);
        self.booked.push((event.part, mark));
    }

    fn open(&mut self, part: u8, opened: Mark) {
        let place = self.booked.iter().position(|(booked, _)| *booked == part);
        let booked = place.map(|place| self.booked.remove(place).1);
        self.sittings.push(Sitting { part, booked, opened, ended: None });
    }

    fn answer(&mut self, concern: ConcernId, mark: Mark) {
        for (_, _, _, settled) in self.concerns.iter_mut().filter(|(id, ..)| *id == concern) {
            *settled = Some(mark);
        }
    }

    /// What entering the present stage asked, with what settled it.
    fn requirements(&self, after: &Case, event: &Event, mark: Mark) -> Vec<Requirement> {
        let asked = match (after.stage(), after.outcome()) {
            (Stage::Introduction, _) => vec![(Rule::LeadersAgreed, self.agreed())],
            (Stage::Application, _) => {
                vec![(Rule::TopicsCovered, self.covered()), (Rule::IbbiChosen, self.chosen(Service::Ibbi))]
            }
            (Stage::Training, _) => vec![
                (Rule::ThreeConfirmations, self.confirmed()),
                (Rule::BothNamed, self.named()),
                (Rule::AllPledged, self.pledged()),
                (Rule::ApplicationAccepted, vec![settled("the acceptance", mark)]),
            ],
            (Stage::Caucus, _) => vec![
                (Rule::TrainingCompleted, self.held()),
                (Rule::TrainingExercise, self.exercise.iter().map(|mark| settled("an exercise", *mark)).collect()),
                (Rule::TrainingSimulation, self.simulation.iter().map(|mark| settled("a simulation", *mark)).collect()),
            ],
            (Stage::Agreement, _) => vec![
                (Rule::CaucusOpenedFirst, self.caucused()),
                (Rule::ConcernsSettled, self.answered()),
                (Rule::BothAdopted, self.decided()),
            ],
            (Stage::Facilitation, _) => {
                vec![(Rule::FormatChosen, self.format.iter().map(|mark| settled("the format", *mark)).collect())]
            }
            (_, Some(Outcome::Completed)) => vec![(Rule::FacilitationCompleted, self.held())],
            (_, Some(Outcome::NotAdopted)) => vec![(Rule::BothAdopted, self.decided())],
            (_, Some(Outcome::Referred)) => match event {
                Event::CaseReferred(event) => vec![(Rule::ReferralChosen, self.chosen(event.to))],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        // A rule that had nothing to ask, as where no concern was raised, is left out.
        asked
            .into_iter()
            .filter(|(_, settled)| !settled.is_empty())
            .map(|(rule, settled)| told(rule, settled))
            .collect()
    }

    fn agreed(&self) -> Vec<Settled> {
        each(Seat::ALL, &self.leaders, |seat| seat.label())
    }

    fn covered(&self) -> Vec<Settled> {
        each(Topic::ALL, &self.topics, |topic| topic.label())
    }

    fn chosen(&self, service: Service) -> Vec<Settled> {
        let chosen = self.services.iter().filter(|(chosen, _)| *chosen == service);
        chosen.map(|(service, mark)| settled(service.label(), *mark)).collect()
    }

    fn confirmed(&self) -> Vec<Settled> {
        each(Body::ALL, &self.letters, |body| body.label())
    }

    fn named(&self) -> Vec<Settled> {
        let tell = |seated: &Seated| settled(&format!("{} of {}", seated.member, seated.party.label()), seated.named);
        self.seated.iter().map(tell).collect()
    }

    fn pledged(&self) -> Vec<Settled> {
        let tell = |seated: &Seated| Some(settled(&seated.member.to_string(), seated.pledged?));
        self.seated.iter().filter_map(tell).collect()
    }

    fn held(&self) -> Vec<Settled> {
        let tell = |sitting: &Sitting| {
            let part = format!("part {}", sitting.part);
            let marks = sitting.booked.into_iter().chain([sitting.opened]).chain(sitting.ended);
            marks.map(|mark| settled(&part, mark)).collect::<Vec<_>>()
        };
        self.sittings.iter().flat_map(tell).collect()
    }

    fn caucused(&self) -> Vec<Settled> {
        each(Party::ALL, &self.caucuses, |party| party.label())
    }

    fn answered(&self) -> Vec<Settled> {
        let tell = |(id, party, raised, answered): &(ConcernId, Party, Mark, Option<Mark>)| {
            let what = format!("`{id}` of {}", party.label());
            [Some(*raised), *answered].into_iter().flatten().map(|mark| settled(&what, mark)).collect::<Vec<_>>()
        };
        self.concerns.iter().flat_map(tell).collect()
    }

    fn decided(&self) -> Vec<Settled> {
        each(Party::ALL, &self.decisions, |party| party.label())
    }
}

fn settled(what: &str, mark: Mark) -> Settled {
    Settled { seq: mark.seq, at: mark.at, event: mark.event, what: what.to_owned() }
}

/// What settled each of a closed set, where something has.
fn each<T: Copy>(all: &[T], marks: &[Option<Mark>], label: impl Fn(T) -> &'static str) -> Vec<Settled> {
    all.iter().zip(marks).filter_map(|(one, mark)| Some(settled(label(*one), (*mark)?))).collect()
}

fn told(rule: Rule, settled: Vec<Settled>) -> Requirement {
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    for Settled { what, seq, .. } in &settled {
        let number = format!("#{seq}");
        match parts.last_mut() {
            Some((last, numbers)) if last == what => numbers.push(number),
            _ => parts.push((what.clone(), vec![number])),
        }
    }
    let parts: Vec<_> = parts.into_iter().map(|(what, numbers)| format!("{what} {}", numbers.join(" "))).collect();
    let statement = rule.statement();
    let text = format!("{} Settled by: {}.", statement, parts.join(", "));
    Requirement { rule, statement, settled, text }
}
