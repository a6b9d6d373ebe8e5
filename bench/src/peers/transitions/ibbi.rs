//! ibbi-core's two interfaces: the runtime case, and the typed states written out for the measured case.

use super::Machine;
use ibbi_core::chart::On;
use ibbi_core::stages::{
    Application, Caucus, Closed, DecisionStep, Facilitation, FacilitationStep, Inquiry, LeaderStep, ServiceStep,
    Training, TrainingStep, Unopened,
};
use ibbi_core::{At, Case, Event, EventKind, Refusal, Stage};
use std::iter::Peekable;
use std::vec::IntoIter;

impl Machine for Case {
    fn new() -> Self {
        Self::default()
    }

    fn offer(&mut self, event: &Event, at: At) -> bool {
        // The refusal with all its reasons is made and dropped: that is part of the work.
        Self::offer(self, event, at).is_ok()
    }

    fn stage(&self) -> Stage {
        Self::stage(self)
    }
}

/// Events that the typed interface takes by value, in order.
pub(super) struct Events(Peekable<IntoIter<(At, Event)>>);

/// The next event, which must be of this kind.
macro_rules! next {
    ($events:expr, $kind:ident) => {{
        let Some((at, Event::$kind(event))) = $events.0.next() else {
            panic!("the measured case has another event than {} next", EventKind::$kind)
        };
        (event, at)
    }};
}

/// Takes an event of this kind in the same stage, as often as one comes next.
macro_rules! while_next {
    ($state:ident, $events:expr, $kind:ident) => {
        while $events.next_is(EventKind::$kind) {
            let (event, at) = next!($events, $kind);
            $state = $state.offer(event, at)?;
        }
    };
}

impl Events {
    pub(super) fn new(events: Vec<(At, Event)>) -> Self {
        Self(events.into_iter().peekable())
    }

    fn next_is(&mut self, kind: EventKind) -> bool {
        self.0.peek().is_some_and(|(_, event)| event.kind() == kind)
    }
}

/// The measured case on the typed interface: each stage is a type, and what the chart does not have would not compile.
pub(super) fn typed(mut events: Events) -> Result<Closed, Refusal> {
    let (event, at) = next!(events, CaseOpened);
    let application = begin(Unopened::new().offer(event, at)?, &mut events)?;
    let caucus = train(apply(application, &mut events)?, &mut events)?;
    facilitate(decide(caucus, &mut events)?, &mut events)
}

fn begin(mut inquiry: Inquiry, events: &mut Events) -> Result<Application, Refusal> {
    let mut introduction = loop {
        let (event, at) = next!(events, LeaderAgreed);
        match inquiry.offer(event, at)? {
            LeaderStep::Inquiry(asking) => inquiry = asking,
            LeaderStep::Introduction(introduction) => break introduction,
        }
    };
    while_next!(introduction, events, MeetingHeld);
    let (event, at) = next!(events, ServiceChosen);
    match introduction.offer(event, at)? {
        ServiceStep::Application(application) => Ok(application),
        ServiceStep::Introduction(_) => panic!("the measured case chooses the institute"),
    }
}

fn apply(mut application: Application, events: &mut Events) -> Result<Training, Refusal> {
    while events.next_is(EventKind::MemberNamed) {
        while_next!(application, events, MemberNamed);
        while_next!(application, events, AttendancePledged);
    }
    while_next!(application, events, SupportConfirmed);
    let (event, at) = next!(events, ApplicationAccepted);
    Ok(application.offer(event, at)?)
}

fn train(mut training: Training, events: &mut Events) -> Result<Caucus, Refusal> {
    while_next!(training, events, SessionScheduled);
    while_next!(training, events, SessionOpened);
    while_next!(training, events, ActivityRun);
    let (event, at) = next!(events, SessionClosed);
    match training.offer(event, at)? {
        TrainingStep::Caucus(caucus) => Ok(caucus),
        TrainingStep::Training(_) => panic!("the measured case fills its training in one session"),
    }
}

fn decide(mut caucus: Caucus, events: &mut Events) -> Result<Facilitation, Refusal> {
    while events.next_is(EventKind::CaucusOpened) {
        while_next!(caucus, events, CaucusOpened);
        while_next!(caucus, events, ConcernRaised);
        while_next!(caucus, events, ConcernAddressed);
    }
    loop {
        let (event, at) = next!(events, PartyDecided);
        match caucus.offer(event, at)? {
            DecisionStep::Caucus(waiting) => caucus = waiting,
            DecisionStep::Agreement(agreement) => {
                let (event, at) = next!(events, FormatChosen);
                return Ok(agreement.offer(event, at)?);
            }
            DecisionStep::Closed(_) => panic!("both parties of the measured case adopt"),
        }
    }
}

fn facilitate(mut facilitation: Facilitation, events: &mut Events) -> Result<Closed, Refusal> {
    while_next!(facilitation, events, SessionScheduled);
    loop {
        while_next!(facilitation, events, SessionOpened);
        let (event, at) = next!(events, SessionClosed);
        match facilitation.offer(event, at)? {
            FacilitationStep::Facilitation(half) => facilitation = half,
            FacilitationStep::Closed(closed) => return Ok(closed),
        }
    }
}
