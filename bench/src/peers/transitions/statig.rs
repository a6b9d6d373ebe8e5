//! The chart with `statig`: a method a state, superstates for what several states share. It hands nothing back for an
//! event, so its context reports whether one was accepted.

use super::facts::Facts;
use super::{Machine, Offer};
use ibbi_core::{At, Event, Stage};
use statig::prelude::*;

/// The storage that all states share.
#[derive(Debug, Default)]
pub(super) struct Chart {
    facts: Facts,
}

/// Whether the event was accepted: what a machine is given beside each event.
type Accepted = bool;

impl Chart {
    /// The event was accepted and leads nowhere else.
    const fn stays(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        self.goes(accepted, offer, Handled)
    }

    /// The event was accepted and leads on.
    const fn goes(&mut self, accepted: &mut Accepted, offer: &Offer<'_>, to: Outcome<State>) -> Outcome<State> {
        *accepted = true;
        self.facts.touch(offer.at);
        to
    }
}

#[state_machine(
    initial = "State::unopened()",
    state(derive(Debug, Clone)),
    superstate(derive(Debug)),
    event_identifier = "offer",
    context_identifier = "accepted"
)]
impl Chart {
    #[state]
    fn unopened(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        let Event::CaseOpened(event) = offer.event else { return Super };
        self.facts.open(event);
        self.goes(accepted, offer, Transition(State::inquiry()))
    }

    #[state(superstate = "open")]
    fn inquiry(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        match offer.event {
            Event::LeaderAgreed(event) if self.facts.may_agree(event) => {
                if self.facts.agree(event) {
                    return self.goes(accepted, offer, Transition(State::introduction()));
                }
            }
            Event::LeaderDeclined(event) => self.facts.decline(event),
            _ => return Super,
        }
        self.stays(accepted, offer)
    }

    #[state(superstate = "open")]
    fn introduction(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        match offer.event {
            Event::MeetingScheduled(event) if self.facts.may_meet(event, offer.at) => {}
            Event::MeetingHeld(event) => self.facts.meet(event),
            Event::ServiceChosen(event) if self.facts.may_choose(event) => {
                self.facts.choose(event);
                if event.service == ibbi_core::Service::Ibbi {
                    return self.goes(accepted, offer, Transition(State::application()));
                }
            }
            Event::CaseReferred(event) if self.facts.may_refer(event) => {
                return self.goes(accepted, offer, Transition(State::closed()));
            }
            _ => return Super,
        }
        self.stays(accepted, offer)
    }

    #[state(superstate = "teamed")]
    fn application(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        let (facts, at) = (&mut self.facts, offer.at);
        match offer.event {
            Event::SupportConfirmed(event) if facts.may_confirm(event.body, event.dated, at) => {
                facts.confirm(event.body, true);
            }
            Event::SupportWithdrawn(event) if facts.may_unconfirm(event.body, event.dated, at) => {
                facts.confirm(event.body, false);
            }
            Event::ApplicationAccepted(_) if facts.may_accept() => {
                facts.accept();
                return self.goes(accepted, offer, Transition(State::training()));
            }
            Event::ApplicationDeclined(_) => return self.goes(accepted, offer, Transition(State::closed())),
            _ => return Super,
        }
        self.stays(accepted, offer)
    }

    #[state(superstate = "sitting")]
    fn training(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        let (facts, at) = (&mut self.facts, offer.at);
        match offer.event {
            Event::ActivityRun(event) if facts.may_run() => facts.run(event),
            Event::SessionClosed(event) if facts.may_close(event, true, at) => {
                if facts.end(at) {
                    return self.goes(accepted, offer, Transition(State::caucus()));
                }
            }
            _ => return Super,
        }
        self.stays(accepted, offer)
    }

    #[state(superstate = "teamed")]
    fn caucus(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        let facts = &mut self.facts;
        match offer.event {
            Event::CaucusOpened(event) if facts.may_caucus(event) => facts.caucus(event.party),
            Event::ConcernRaised(event) if facts.may_raise(event) => facts.raise(event),
            Event::ConcernAddressed(event) if facts.may_settle(event.concern) => facts.settle(event.concern),
            Event::ConcernDropped(event) if facts.may_settle(event.concern) => facts.settle(event.concern),
            Event::PartyDecided(event) if facts.may_decide(event) => match facts.decide(event) {
                Some(true) => return self.goes(accepted, offer, Transition(State::agreement())),
                Some(false) => return self.goes(accepted, offer, Transition(State::closed())),
                None => {}
            },
            Event::DecisionReopened(event) if facts.may_reopen(event.party) => facts.reopen(event.party),
            _ => return Super,
        }
        self.stays(accepted, offer)
    }

    #[state(superstate = "teamed")]
    fn agreement(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        let Event::FormatChosen(event) = offer.event else { return Super };
        self.facts.choose_format(event.format);
        self.goes(accepted, offer, Transition(State::facilitation()))
    }

    #[state(superstate = "sitting")]
    fn facilitation(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        let (facts, at) = (&mut self.facts, offer.at);
        match offer.event {
            Event::FormatChosen(event) if facts.hours().is_untouched() => facts.choose_format(event.format),
            Event::SessionClosed(event) if facts.may_close(event, false, at) => {
                if facts.end(at) {
                    return self.goes(accepted, offer, Transition(State::closed()));
                }
            }
            _ => return Super,
        }
        self.stays(accepted, offer)
    }

    #[state]
    fn closed() -> Outcome<State> {
        Handled
    }

    /// Sessions, in the training and in the facilitation.
    #[superstate(superstate = "teamed")]
    fn sitting(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        let (facts, at) = (&mut self.facts, offer.at);
        match offer.event {
            Event::SessionScheduled(event) if facts.may_schedule(event, at) => facts.hours_mut().schedule(event),
            Event::SessionPostponed(event) if facts.hours().may_postpone(event.part) => {
                facts.hours_mut().postpone(event.part);
            }
            Event::SessionOpened(event) if facts.may_open(event, at) => facts.hours_mut().begin(event, at),
            Event::SessionAdjourned(event) if facts.may_adjourn(event, at) => {
                facts.end(at);
            }
            _ => return Super,
        }
        self.stays(accepted, offer)
    }

    /// The stages in which there are teams.
    #[superstate(superstate = "open")]
    fn teamed(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        if self.facts.take_team_event(offer.event, offer.at) { self.stays(accepted, offer) } else { Super }
    }

    /// Every open stage.
    #[superstate]
    fn open(&mut self, accepted: &mut Accepted, offer: &Offer<'_>) -> Outcome<State> {
        match offer.event {
            Event::ContractDatesChanged(_) | Event::NoteAdded(_) => self.stays(accepted, offer),
            Event::CaseWithdrawn(_) => self.goes(accepted, offer, Transition(State::closed())),
            _ => Super,
        }
    }
}

/// A case that statig runs.
pub(super) struct Statig(statig::blocking::StateMachine<Chart>);

impl Machine for Statig {
    fn new() -> Self {
        Self(Chart::default().state_machine())
    }

    fn offer(&mut self, event: &Event, at: At) -> bool {
        let mut accepted = false;
        if self.0.inner().facts.may_follow(at, matches!(event, Event::CaseWithdrawn(_))) {
            self.0.handle_with_context(&Offer { event, at }, &mut accepted);
        }
        accepted
    }

    fn stage(&self) -> Stage {
        match self.0.state() {
            State::Unopened {} => Stage::Unopened,
            State::Inquiry {} => Stage::Inquiry,
            State::Introduction {} => Stage::Introduction,
            State::Application {} => Stage::Application,
            State::Training {} => Stage::Training,
            State::Caucus {} => Stage::Caucus,
            State::Agreement {} => Stage::Agreement,
            State::Facilitation {} => Stage::Facilitation,
            State::Closed {} => Stage::Closed,
        }
    }
}
