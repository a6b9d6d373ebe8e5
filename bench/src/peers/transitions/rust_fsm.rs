//! The chart with `rust-fsm`: its table knows stages and inputs without data, so facts and guards stand outside, and where
//! it depends on the facts whether an event leads on, a second input says so.

use super::Machine;
use super::facts::Facts;
use ibbi_core::{At, Event, Service, Stage};
use rust_fsm::state_machine;

state_machine! {
    #[derive(Debug, Clone, Copy)]
    chart(Unopened)

    Unopened(CaseOpened) => Inquiry,
    Inquiry => {
        LeaderAgreed => Inquiry, LeaderDeclined => Inquiry, Completed => Introduction,
        DatesChanged => Inquiry, NoteAdded => Inquiry, Withdrawn => Closed
    },
    Introduction => {
        MeetingScheduled => Introduction, MeetingHeld => Introduction, ServiceChosen => Introduction,
        Completed => Application, CaseReferred => Closed,
        DatesChanged => Introduction, NoteAdded => Introduction, Withdrawn => Closed
    },
    Application => {
        SupportConfirmed => Application, SupportWithdrawn => Application, Accepted => Training, Declined => Closed,
        MemberNamed => Application, MemberReleased => Application, Pledged => Application, Unpledged => Application,
        DatesChanged => Application, NoteAdded => Application, Withdrawn => Closed
    },
    Training => {
        Scheduled => Training, Postponed => Training, Opened => Training, ActivityRun => Training,
        Adjourned => Training, SessionClosed => Training, Completed => Caucus,
        MemberNamed => Training, MemberReleased => Training, Pledged => Training, Unpledged => Training,
        DatesChanged => Training, NoteAdded => Training, Withdrawn => Closed
    },
    Caucus => {
        CaucusOpened => Caucus, ConcernRaised => Caucus, ConcernAddressed => Caucus, ConcernDropped => Caucus,
        Decided => Caucus, Reopened => Caucus, Completed => Agreement, NotAdopted => Closed,
        MemberNamed => Caucus, MemberReleased => Caucus, Pledged => Caucus, Unpledged => Caucus,
        DatesChanged => Caucus, NoteAdded => Caucus, Withdrawn => Closed
    },
    Agreement => {
        FormatChosen => Facilitation,
        MemberNamed => Agreement, MemberReleased => Agreement, Pledged => Agreement, Unpledged => Agreement,
        DatesChanged => Agreement, NoteAdded => Agreement, Withdrawn => Closed
    },
    Facilitation => {
        FormatChosen => Facilitation,
        Scheduled => Facilitation, Postponed => Facilitation, Opened => Facilitation, Adjourned => Facilitation,
        SessionClosed => Facilitation, Completed => Closed,
        MemberNamed => Facilitation, MemberReleased => Facilitation, Pledged => Facilitation, Unpledged => Facilitation,
        DatesChanged => Facilitation, NoteAdded => Facilitation, Withdrawn => Closed
    }
}
use chart::{Input, State};

/// A case of which rust-fsm keeps the stage.
pub(super) struct RustFsm {
    machine: chart::StateMachine,
    facts: Facts,
}

impl Machine for RustFsm {
    fn new() -> Self {
        Self { machine: chart::StateMachine::new(), facts: Facts::default() }
    }

    fn offer(&mut self, event: &Event, at: At) -> bool {
        let follows = self.facts.may_follow(at, matches!(event, Event::CaseWithdrawn(_)));
        if !follows || !self.allows(event, at) {
            return false;
        }
        let Some(input) = input(event) else { return false };
        if self.machine.consume(&input).is_err() {
            return false;
        }
        self.facts.touch(at);
        // The table has the input wherever the facts can ask for it.
        self.apply(event, at).is_none_or(|then| self.machine.consume(&then).is_ok())
    }

    fn stage(&self) -> Stage {
        match self.machine.state() {
            State::Unopened => Stage::Unopened,
            State::Inquiry => Stage::Inquiry,
            State::Introduction => Stage::Introduction,
            State::Application => Stage::Application,
            State::Training => Stage::Training,
            State::Caucus => Stage::Caucus,
            State::Agreement => Stage::Agreement,
            State::Facilitation => Stage::Facilitation,
            State::Closed => Stage::Closed,
        }
    }
}

/// The input without its data. A void and the kinds of the second edition are none, because the peers model the first one.
const fn input(event: &Event) -> Option<Input> {
    Some(match event {
        Event::CaseOpened(_) => Input::CaseOpened,
        Event::LeaderAgreed(_) => Input::LeaderAgreed,
        Event::LeaderDeclined(_) => Input::LeaderDeclined,
        Event::MeetingScheduled(_) => Input::MeetingScheduled,
        Event::MeetingHeld(_) => Input::MeetingHeld,
        Event::ServiceChosen(_) => Input::ServiceChosen,
        Event::CaseReferred(_) => Input::CaseReferred,
        Event::SupportConfirmed(_) => Input::SupportConfirmed,
        Event::SupportWithdrawn(_) => Input::SupportWithdrawn,
        Event::ApplicationAccepted(_) => Input::Accepted,
        Event::ApplicationDeclined(_) => Input::Declined,
        Event::MemberNamed(_) => Input::MemberNamed,
        Event::MemberReleased(_) => Input::MemberReleased,
        Event::AttendancePledged(_) => Input::Pledged,
        Event::PledgeWithdrawn(_) => Input::Unpledged,
        Event::SessionScheduled(_) => Input::Scheduled,
        Event::SessionPostponed(_) => Input::Postponed,
        Event::SessionOpened(_) => Input::Opened,
        Event::ActivityRun(_) => Input::ActivityRun,
        Event::SessionAdjourned(_) => Input::Adjourned,
        Event::SessionClosed(_) => Input::SessionClosed,
        Event::CaucusOpened(_) => Input::CaucusOpened,
        Event::ConcernRaised(_) => Input::ConcernRaised,
        Event::ConcernAddressed(_) => Input::ConcernAddressed,
        Event::ConcernDropped(_) => Input::ConcernDropped,
        Event::PartyDecided(_) => Input::Decided,
        Event::DecisionReopened(_) => Input::Reopened,
        Event::FormatChosen(_) => Input::FormatChosen,
        Event::ContractDatesChanged(_) => Input::DatesChanged,
        Event::NoteAdded(_) => Input::NoteAdded,
        Event::CaseWithdrawn(_) => Input::Withdrawn,
        Event::EventVoided(_)
        | Event::CaseMigrated(_)
        | Event::LeaderLeft(_)
        | Event::LeaderSucceeded(_)
        | Event::SuccessorAgreed(_)
        | Event::OutcomeNoted(_) => return None,
    })
}

impl RustFsm {
    /// What the facts say to an event, whatever the stage.
    fn allows(&self, event: &Event, at: At) -> bool {
        let facts = &self.facts;
        match event {
            Event::LeaderAgreed(event) => facts.may_agree(event),
            Event::MeetingScheduled(event) => facts.may_meet(event, at),
            Event::ServiceChosen(event) => facts.may_choose(event),
            Event::CaseReferred(event) => facts.may_refer(event),
            Event::SupportConfirmed(event) => facts.may_confirm(event.body, event.dated, at),
            Event::SupportWithdrawn(event) => facts.may_unconfirm(event.body, event.dated, at),
            Event::ApplicationAccepted(_) => facts.may_accept(),
            Event::MemberNamed(event) => facts.may_name(event),
            Event::MemberReleased(event) => facts.may_release(event),
            Event::AttendancePledged(event) => facts.may_pledge(event.party, event.member, event.dated, true, at),
            Event::PledgeWithdrawn(event) => facts.may_pledge(event.party, event.member, event.dated, false, at),
            Event::SessionScheduled(event) => facts.may_schedule(event, at),
            Event::SessionPostponed(event) => facts.hours().may_postpone(event.part),
            Event::SessionOpened(event) => facts.may_open(event, at),
            Event::ActivityRun(_) => facts.may_run(),
            Event::SessionAdjourned(event) => facts.may_adjourn(event, at),
            Event::SessionClosed(event) => facts.may_close(event, matches!(self.machine.state(), State::Training), at),
            Event::CaucusOpened(event) => facts.may_caucus(event),
            Event::ConcernRaised(event) => facts.may_raise(event),
            Event::ConcernAddressed(event) => facts.may_settle(event.concern),
            Event::ConcernDropped(event) => facts.may_settle(event.concern),
            Event::PartyDecided(event) => facts.may_decide(event),
            Event::DecisionReopened(event) => facts.may_reopen(event.party),
            Event::FormatChosen(_) => {
                !matches!(self.machine.state(), State::Facilitation) || facts.hours().is_untouched()
            }
            _ => true,
        }
    }

    /// Keeps what an accepted event says; the input that follows from it.
    fn apply(&mut self, event: &Event, at: At) -> Option<Input> {
        let facts = &mut self.facts;
        let completed = match event {
            Event::LeaderAgreed(event) => facts.agree(event),
            Event::ServiceChosen(event) => {
                facts.choose(event);
                event.service == Service::Ibbi
            }
            Event::SessionClosed(_) => facts.end(at),
            Event::PartyDecided(event) => {
                return facts.decide(event).map(|adopt| if adopt { Input::Completed } else { Input::NotAdopted });
            }
            _ => {
                self.keep(event, at);
                false
            }
        };
        completed.then_some(Input::Completed)
    }

    /// Keeps what an event says that completes nothing.
    fn keep(&mut self, event: &Event, at: At) {
        let facts = &mut self.facts;
        match event {
            Event::CaseOpened(event) => facts.open(event),
            Event::LeaderDeclined(event) => facts.decline(event),
            Event::MeetingHeld(event) => facts.meet(event),
            Event::SupportConfirmed(event) => facts.confirm(event.body, true),
            Event::SupportWithdrawn(event) => facts.confirm(event.body, false),
            Event::ApplicationAccepted(_) => facts.accept(),
            Event::MemberNamed(event) => facts.name(event),
            Event::MemberReleased(event) => facts.release(event),
            Event::AttendancePledged(event) => facts.pledge(event.party, event.member, true),
            Event::PledgeWithdrawn(event) => facts.pledge(event.party, event.member, false),
            Event::SessionScheduled(event) => facts.hours_mut().schedule(event),
            Event::SessionPostponed(event) => facts.hours_mut().postpone(event.part),
            Event::SessionOpened(event) => facts.hours_mut().begin(event, at),
            Event::ActivityRun(event) => facts.run(event),
            Event::SessionAdjourned(_) => {
                facts.end(at);
            }
            Event::CaucusOpened(event) => facts.caucus(event.party),
            Event::ConcernRaised(event) => facts.raise(event),
            Event::ConcernAddressed(event) => facts.settle(event.concern),
            Event::ConcernDropped(event) => facts.settle(event.concern),
            Event::DecisionReopened(event) => facts.reopen(event.party),
            Event::FormatChosen(event) => facts.choose_format(event.format),
            _ => {}
        }
    }
}
