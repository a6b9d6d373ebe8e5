//! The introduction: the introductory meetings, and the choice of a service.

use crate::chart::{On, Token};
use crate::event::{CaseReferred, MeetingHeld, MeetingScheduled, ServiceChosen};
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::Seat;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::services::{Service, Topics, Workshop};
use crate::sessions::check_slot;
use crate::slot::Slot;
use crate::stage::Outcome;
use crate::stages::{Application, Closed, Leader, stage, step};
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A service that the district chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChosenService {
    /// The service.
    pub service: Service,
    /// The offering, only for the Joint Leadership Workshop.
    pub offering: Option<Workshop>,
}

/// The result of the introduction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Introduced {
    pub(crate) leaders: [Leader; 3],
    topics: Topics,
    pub(crate) meetings: u32,
    pub(crate) chosen: Vec<ChosenService>,
}

impl Introduced {
    /// Returns the three key leaders.
    pub const fn leaders(&self) -> &[Leader; 3] {
        &self.leaders
    }

    /// Returns the leader who agreed for a seat.
    pub const fn leader(&self, seat: Seat) -> &Leader {
        &self.leaders[seat as usize]
    }

    /// Returns the topics that the meetings covered.
    pub const fn topics(&self) -> Topics {
        self.topics
    }

    /// Returns the number of introductory meetings that were held.
    pub const fn meetings(&self) -> u32 {
        self.meetings
    }

    /// Returns the chosen services, in the order in which they were chosen.
    pub fn chosen(&self) -> &[ChosenService] {
        &self.chosen
    }

    fn has_chosen(&self, service: Service) -> bool {
        self.chosen.iter().any(|chosen| chosen.service == service)
    }
}

/// The stage in which a representative meets the three key leaders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Introduction {
    pub(crate) file: Box<CaseFile>,
    pub(crate) introduced: Box<Introduced>,
    pub(crate) scheduled: Option<Slot>,
}

impl Introduction {
    pub(crate) fn new(file: Box<CaseFile>, leaders: [Leader; 3]) -> Self {
        let introduced = Introduced { leaders, topics: Topics::default(), meetings: 0, chosen: Vec::new() };
        Self { file, introduced: Box::new(introduced), scheduled: None }
    }

    /// Returns the result so far.
    pub const fn introduced(&self) -> &Introduced {
        &self.introduced
    }

    /// Returns the slot of the next meeting, if one is scheduled.
    pub const fn scheduled(&self) -> Option<Slot> {
        self.scheduled
    }

    fn check_topics(&self, check: &mut Check) {
        let covered = self.introduced.topics;
        if covered != Topics::ALL {
            let missing = Topics::ALL.iter().filter(|topic| !covered.contains(*topic)).collect();
            check.fail(Rule::TopicsCovered, Found::TopicsMissing { topics: missing });
        }
    }
}

stage!(Introduction, |state, check, _at| {
    state.check_topics(check);
    check.fail(Rule::IbbiChosen, Found::IbbiNotChosen);
});

impl On<MeetingScheduled> for Introduction {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[Rule::SlotFuture, Rule::SlotOneDay];

    fn state_guard(&self, _: At, _: &mut Check) {}

    fn event_guard(&self, event: &MeetingScheduled, at: At, check: &mut Check) {
        check_slot(event.slot, at, check);
    }

    fn apply(mut self, event: &MeetingScheduled, _: At, _: Token) -> Self {
        self.scheduled = Some(event.slot);
        self
    }
}

impl On<MeetingHeld> for Introduction {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[Rule::NameComposed];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &MeetingHeld, _: At, _: &mut Check) {}

    fn apply(mut self, event: &MeetingHeld, _: At, _: Token) -> Self {
        self.introduced.topics = self.introduced.topics.union(event.topics);
        self.introduced.meetings += 1;
        self.scheduled = None;
        self
    }
}

step! {
    /// The stage after a service was chosen: Application if it is the IBBI, and else Introduction.
    ServiceStep: Introduction, Application
}

impl On<ServiceChosen> for Introduction {
    type Next = ServiceStep;
    const STATE_RULES: &'static [Rule] = &[Rule::TopicsCovered];
    const EVENT_RULES: &'static [Rule] = &[Rule::ServiceOnce, Rule::WorkshopOffering];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.check_topics(check);
    }

    fn event_guard(&self, event: &ServiceChosen, _: At, check: &mut Check) {
        let service = event.service;
        let again = self.introduced.has_chosen(service);
        check.require(!again, Rule::ServiceOnce, || Found::ServiceChosenAlready { service });
        let offering_given = event.offering.is_some();
        let fits = offering_given == (service == Service::JointLeadershipWorkshop);
        check.require(fits, Rule::WorkshopOffering, || Found::OfferingMismatch { service, offering_given });
    }

    fn apply(mut self, event: &ServiceChosen, _: At, _: Token) -> ServiceStep {
        self.introduced.chosen.push(ChosenService { service: event.service, offering: event.offering });
        if event.service == Service::Ibbi {
            ServiceStep::Application(Application::new(self.file, self.introduced))
        } else {
            ServiceStep::Introduction(self)
        }
    }
}

impl On<CaseReferred> for Introduction {
    type Next = Closed;
    const STATE_RULES: &'static [Rule] = &[Rule::ReferralChosen];
    const EVENT_RULES: &'static [Rule] = &[Rule::ReferralChosen];

    fn state_guard(&self, _: At, check: &mut Check) {
        let any = !self.introduced.chosen.is_empty();
        check.require(any, Rule::ReferralChosen, || Found::NotChosen { service: None });
    }

    fn event_guard(&self, event: &CaseReferred, _: At, check: &mut Check) {
        let chosen = self.introduced.has_chosen(event.to);
        check.require(chosen, Rule::ReferralChosen, || Found::NotChosen { service: Some(event.to) });
    }

    fn apply(self, _: &CaseReferred, at: At, _: Token) -> Closed {
        Closed::new(self, Outcome::Referred, at)
    }
}
