//! One case as goals see it: when the moments that they name occurred.

use super::GoalSet;
use super::moment::{AnswerSet, GoalMoment};
use ibbi_common::zone::Zone;
use ibbi_core::{At, County, Event, EventKind, FormatId, Name, Stage};

/// The moments that some goals name, each once.
pub(super) struct Watch {
    moments: Vec<GoalMoment>,
    /// For each kind of event, the places of the moments that it can be.
    by_kind: Vec<Vec<u16>>,
    /// The places of the moments at which a stage begins or ends.
    of_stages: Vec<u16>,
    /// For each goal, the places of its two moments.
    pub(super) goals: Vec<(u16, u16)>,
}

impl Watch {
    pub(super) fn new(goals: &GoalSet) -> Self {
        let mut watch = Self {
            moments: Vec::new(),
            by_kind: vec![Vec::new(); EventKind::ALL.len()],
            of_stages: Vec::new(),
            goals: Vec::new(),
        };
        for goal in &goals.goals {
            let pair = (watch.place(goal.from), watch.place(goal.to));
            watch.goals.push(pair);
        }
        watch
    }

    fn place(&mut self, moment: GoalMoment) -> u16 {
        let next = u16::try_from(self.moments.len()).unwrap_or(u16::MAX);
        if let Some(known) = (0..next).find(|place| self.moments[usize::from(*place)] == moment) {
            return known;
        }
        self.moments.push(moment);
        match moment {
            GoalMoment::First(kind, _) | GoalMoment::Last(kind, _) => self.by_kind[kind as usize].push(next),
            GoalMoment::All(set) => self.by_kind[set.kind() as usize].push(next),
            GoalMoment::Enter(_) | GoalMoment::Leave(_) => self.of_stages.push(next),
        }
        next
    }

    fn moment(&self, place: u16) -> GoalMoment {
        self.moments[usize::from(place)]
    }
}

/// A moment that occurred: its place, the number of the event within the case, and when.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    moment: u16,
    step: u32,
    at: At,
}

/// A case as far as it has been read. Events must come in the order in which they happened.
#[derive(Clone)]
pub(super) struct CaseTrack<'w> {
    watch: &'w Watch,
    occurred: Vec<Occurrence>,
    steps: u32,
    stage: Stage,
    /// The answers of each [`AnswerSet`] set that are in, one bit each.
    answers: [u8; 4],
    pub(super) zone: Zone,
    pub(super) county: Option<County>,
    pub(super) district: Option<Name>,
    pub(super) format: Option<FormatId>,
    pub(super) closed: Option<At>,
    facilitator: Option<Name>,
    has_met: bool,
}

impl<'w> CaseTrack<'w> {
    pub(super) fn new(watch: &'w Watch) -> Self {
        Self {
            watch,
            occurred: Vec::new(),
            steps: 0,
            stage: Stage::Unopened,
            answers: [0; 4],
            zone: Zone::default(),
            county: None,
            district: None,
            format: None,
            closed: None,
            facilitator: None,
            has_met: false,
        }
    }

    /// Reads an event, with the stage that it led to.
    pub(super) fn read(&mut self, at: At, event: &Event, to: Stage) {
        let (step, from) = (self.steps, std::mem::replace(&mut self.stage, to));
        self.steps += 1;
        self.note_facts(event);
        let completed = self.note_answer(event);
        let watch = self.watch;
        for place in &watch.by_kind[event.kind() as usize] {
            let occurs = match watch.moment(*place) {
                GoalMoment::First(_, stage) | GoalMoment::Last(_, stage) => stage.is_none_or(|stage| stage == from),
                GoalMoment::All(set) => completed == Some(set),
                GoalMoment::Enter(_) | GoalMoment::Leave(_) => false,
            };
            if occurs {
                self.occurred.push(Occurrence { moment: *place, step, at });
            }
        }
        if from != to {
            let closes = to == Stage::Closed;
            if closes {
                self.closed = Some(at);
            }
            // A case that is withdrawn, declined, or referred reaches the end of nothing.
            if closes && !matches!(event, Event::SessionClosed(_)) {
                return;
            }
            for place in &watch.of_stages {
                let occurs = match watch.moment(*place) {
                    GoalMoment::Enter(stage) => stage == to,
                    GoalMoment::Leave(stage) => stage == from,
                    _ => false,
                };
                if occurs {
                    self.occurred.push(Occurrence { moment: *place, step, at });
                }
            }
        }
    }

    fn note_facts(&mut self, event: &Event) {
        match event {
            Event::CaseOpened(opened) => {
                self.zone = Zone::find(&opened.time_zone).unwrap_or_default();
                self.county = opened.county;
                self.district = Some(opened.district.clone());
            }
            Event::FormatChosen(chosen) => self.format = Some(chosen.format),
            Event::SessionScheduled(session) if !self.has_met => self.facilitator = Some(session.neutral.name.clone()),
            Event::SessionOpened(session) => {
                self.facilitator = Some(session.neutral.name.clone());
                self.has_met = true;
            }
            _ => {}
        }
    }

    /// Notes an answer, and returns the set that it completes.
    fn note_answer(&mut self, event: &Event) -> Option<AnswerSet> {
        let (set, place, all, is_given) = match event {
            Event::LeaderAgreed(event) => (AnswerSet::Leaders, event.seat as u8, 0b111, true),
            Event::LeaderDeclined(event) => (AnswerSet::Leaders, event.seat as u8, 0b111, false),
            Event::SupportConfirmed(event) => (AnswerSet::Letters, event.body as u8, 0b111, true),
            Event::SupportWithdrawn(event) => (AnswerSet::Letters, event.body as u8, 0b111, false),
            Event::CaucusOpened(event) => (AnswerSet::Caucuses, event.party as u8, 0b11, true),
            Event::PartyDecided(event) => (AnswerSet::Decisions, event.party as u8, 0b11, true),
            Event::DecisionReopened(event) => (AnswerSet::Decisions, event.party as u8, 0b11, false),
            _ => return None,
        };
        let answers = &mut self.answers[set as usize];
        let before = *answers;
        *answers = if is_given { before | 1 << place } else { before & !(1 << place) };
        (before != all && *answers == all).then_some(set)
    }

    /// Returns the facilitator: the neutral of the latest session that opened, or of the next one if none has.
    pub(super) const fn facilitator(&self) -> Option<&Name> {
        self.facilitator.as_ref()
    }

    /// Returns when a goal's first moment occurred, and when its second one did.
    pub(super) fn span(&self, (from, to): (u16, u16)) -> Option<(At, Option<At>)> {
        let begins = |moment: u16| self.occurred.iter().filter(move |occurred| occurred.moment == moment);
        let first = begins(from).next()?;
        let end = begins(to).find(|end| end.step >= first.step);
        let restarts = matches!(self.watch.moment(from), GoalMoment::Last(..) | GoalMoment::All(_));
        let start = match (restarts, end) {
            (false, _) => first,
            (true, Some(end)) => begins(from).take_while(|start| start.step <= end.step).last().unwrap_or(first),
            (true, None) => begins(from).next_back().unwrap_or(first),
        };
        Some((start.at, end.map(|end| end.at)))
    }
}
