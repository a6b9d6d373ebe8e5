//! The chart as one `match`, written by hand: the stage, the event, a guard, and what follows.

use super::Machine;
use super::facts::Facts;
use ibbi_core::{At, Event, Stage};

/// A case as somebody would write it without a library.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    stage: Stage,
    facts: Facts,
}

impl Machine for Hand {
    fn new() -> Self {
        Self { stage: Stage::Unopened, facts: Facts::default() }
    }

    fn offer(&mut self, event: &Event, at: At) -> bool {
        let follows = self.facts.may_follow(at, matches!(event, Event::CaseWithdrawn(_)));
        let Some(next) = follows.then(|| self.step(event, at)).flatten() else { return false };
        self.facts.touch(at);
        self.stage = next;
        true
    }

    fn stage(&self) -> Stage {
        self.stage
    }
}

impl Hand {
    /// The stage after the event, if it is accepted.
    fn step(&mut self, event: &Event, at: At) -> Option<Stage> {
        use Stage::*;
        let stage = self.stage;
        if matches!(stage, Application | Training | Caucus | Agreement | Facilitation)
            && self.facts.take_team_event(event, at)
        {
            return Some(stage);
        }
        let facts = &mut self.facts;
        Some(match (stage, event) {
            (Unopened, Event::CaseOpened(event)) => {
                facts.open(event);
                Inquiry
            }
            (Inquiry, Event::LeaderAgreed(event)) if facts.may_agree(event) => {
                if facts.agree(event) {
                    Introduction
                } else {
                    stage
                }
            }
            (Inquiry, Event::LeaderDeclined(event)) => {
                facts.decline(event);
                stage
            }
            (Introduction, Event::MeetingScheduled(event)) if facts.may_meet(event, at) => stage,
            (Introduction, Event::MeetingHeld(event)) => {
                facts.meet(event);
                stage
            }
            (Introduction, Event::ServiceChosen(event)) if facts.may_choose(event) => {
                facts.choose(event);
                if event.service == ibbi_core::Service::Ibbi { Application } else { stage }
            }
            (Introduction, Event::CaseReferred(event)) if facts.may_refer(event) => Closed,
            (Application, Event::SupportConfirmed(event)) if facts.may_confirm(event.body, event.dated, at) => {
                facts.confirm(event.body, true);
                stage
            }
            (Application, Event::SupportWithdrawn(event)) if facts.may_unconfirm(event.body, event.dated, at) => {
                facts.confirm(event.body, false);
                stage
            }
            (Application, Event::ApplicationAccepted(_)) if facts.may_accept() => {
                facts.accept();
                Training
            }
            (Application, Event::ApplicationDeclined(_)) => Closed,
            (Training | Facilitation, _) => return self.session(event, at).or_else(|| self.everywhere(event)),
            (Caucus, _) => return self.caucus(event).or_else(|| self.everywhere(event)),
            (Agreement, Event::FormatChosen(event)) => {
                facts.choose_format(event.format);
                Facilitation
            }
            _ => return self.everywhere(event),
        })
    }

    /// Events of every open stage.
    const fn everywhere(&self, event: &Event) -> Option<Stage> {
        match (self.stage, event) {
            (Stage::Unopened | Stage::Closed, _) => None,
            (stage, Event::ContractDatesChanged(_) | Event::NoteAdded(_)) => Some(stage),
            (_, Event::CaseWithdrawn(_)) => Some(Stage::Closed),
            _ => None,
        }
    }

    fn session(&mut self, event: &Event, at: At) -> Option<Stage> {
        let (facts, stage) = (&mut self.facts, self.stage);
        let training = stage == Stage::Training;
        match event {
            Event::SessionScheduled(event) if facts.may_schedule(event, at) => facts.hours_mut().schedule(event),
            Event::SessionPostponed(event) if facts.hours().may_postpone(event.part) => {
                facts.hours_mut().postpone(event.part);
            }
            Event::SessionOpened(event) if facts.may_open(event, at) => facts.hours_mut().begin(event, at),
            Event::ActivityRun(event) if training && facts.may_run() => facts.run(event),
            Event::FormatChosen(event) if !training && facts.hours().is_untouched() => {
                facts.choose_format(event.format);
            }
            Event::SessionAdjourned(event) if facts.may_adjourn(event, at) => {
                facts.end(at);
            }
            Event::SessionClosed(event) if facts.may_close(event, training, at) => {
                let complete = facts.end(at);
                return Some(match (complete, training) {
                    (true, true) => Stage::Caucus,
                    (true, false) => Stage::Closed,
                    (false, _) => stage,
                });
            }
            _ => return None,
        }
        Some(stage)
    }

    fn caucus(&mut self, event: &Event) -> Option<Stage> {
        let facts = &mut self.facts;
        match event {
            Event::CaucusOpened(event) if facts.may_caucus(event) => facts.caucus(event.party),
            Event::ConcernRaised(event) if facts.may_raise(event) => facts.raise(event),
            Event::ConcernAddressed(event) if facts.may_settle(event.concern) => facts.settle(event.concern),
            Event::ConcernDropped(event) if facts.may_settle(event.concern) => facts.settle(event.concern),
            Event::PartyDecided(event) if facts.may_decide(event) => match facts.decide(event) {
                Some(true) => return Some(Stage::Agreement),
                Some(false) => return Some(Stage::Closed),
                None => {}
            },
            Event::DecisionReopened(event) if facts.may_reopen(event.party) => facts.reopen(event.party),
            _ => return None,
        }
        Some(self.stage)
    }
}
