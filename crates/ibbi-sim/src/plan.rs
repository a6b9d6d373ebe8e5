//! Planning: the earliest schedule with every duration at its likely value, and why no session is a day earlier.

use crate::calendar::{BlockedHours, Day, HORIZON, NEVER, RunSlot};
use crate::conflicts::{self, Conflicts};
use crate::hold::HeldDates;
use crate::model::{self, Ending, ModelTime, RunListener, RunStep};
use crate::resume::ResumedCase;
use crate::sampler::LikelyValues;
use crate::scenario::{Scenario, SessionGroup};
use crate::session_kind::SessionKind;
use crate::simulate::{Forecast, Simulator};
use ibbi_common::quantile::Interval;
use ibbi_core::{Advisory, Body, Date, Party, Seat, Slot};
use serde::Serialize;
use std::convert::Infallible;

/// A booked session, and why it is not a day earlier.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedSession {
    /// The kind of session.
    #[serde(flatten)]
    pub what: SessionKind,
    /// The booked slot.
    pub slot: Slot,
    /// The first day that the durations allow.
    pub earliest: Date,
    /// Every day from then until the day before the slot, each with its blockers.
    pub blocked: Vec<BlockedDay>,
    /// Whether it is already booked or under way in the case from which the plan resumes.
    pub booked: bool,
}

/// A day on which a session did not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockedDay {
    /// The day.
    pub date: Date,
    /// The district's hours for sessions, in order, each with all that blocks the session.
    pub hours: Vec<BlockedHours>,
}

/// A step between the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum MilestoneKind {
    /// A key leader agrees.
    LeaderAgrees {
        /// The leader's seat.
        seat: Seat,
    },
    /// A body sends its letter of support.
    Letter {
        /// The body.
        body: Body,
    },
    /// The application is accepted, and the training is booked.
    Accepted,
    /// A party adopts the method.
    Adopts {
        /// The party.
        party: Party,
    },
}

/// A step between the sessions, with its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Milestone {
    /// The kind of step.
    #[serde(flatten)]
    pub what: MilestoneKind,
    /// The date.
    pub date: Date,
}

/// An earliest feasible schedule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// The core's advisories for the plan, each once: postings, holidays, board members at the training, and sessions
    /// after the contract date.
    pub advisories: Vec<Advisory>,
    /// The chance that a run that goes ahead is completed on or before [`Plan::finishes`], if it was simulated. The plan is
    /// the best case: every wait takes its likely time, and nothing goes wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<Interval>,
    /// The case from which the plan resumes; `None` for a new case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued: Option<ResumedCase>,
    /// The day the contract expires.
    pub contract_expires: Option<Date>,
    /// The scenario's digest.
    pub digest: String,
    /// The date of the last session; `None` if something does not fit within 730 days.
    pub finishes: Option<Date>,
    /// Whether that is on or before the contract date; `None` if there is no such date.
    pub in_time: Option<bool>,
    /// The dates to hold, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<HeldDates>,
    /// The steps between the sessions, in order.
    pub milestones: Vec<Milestone>,
    /// If the plan does not fit or is late, the people and closed ranges that would have to make room.
    #[serde(rename = "obstacle")]
    pub conflicts: Option<Conflicts>,
    /// The sessions, in order.
    #[serde(rename = "sittings")]
    pub sessions: Vec<PlannedSession>,
    /// The latest start with which at least 80% of the runs that go ahead are completed by the contract date, if it was simulated. At
    /// most a year before the scenario's start; `None` if there is none, or for a resumed case.
    pub start_by: Option<Date>,
}

impl Plan {
    /// Plans a scenario.
    ///
    /// ```
    /// let scenario = ibbi_sim::Scenario::parse(ibbi_sim::EXAMPLE).unwrap();
    /// let plan = ibbi_sim::Plan::new(&scenario);
    /// assert_eq!(plan.in_time, Some(true));
    /// // On every earlier day, something blocked the training.
    /// let training = &plan.sessions[1];
    /// assert!(training.blocked.iter().all(|day| day.hours.iter().any(|hours| !hours.blockers.is_empty())));
    /// ```
    pub fn new(scenario: &Scenario) -> Self {
        Self::from_simulator(&Simulator::new(scenario))
    }

    /// Plans the scenario of a simulator.
    pub fn from_simulator(simulator: &Simulator) -> Self {
        let Simulator { scenario, calendar, .. } = simulator;
        let mut recorder = PlanRecorder { simulator, milestones: Vec::new(), sessions: Vec::new() };
        let Ok(ended) = model::run(simulator.single_inputs(), &mut LikelyValues(&scenario.assumptions), &mut recorder);
        let finishes = calendar.date(ended.day.into());
        let in_time = simulator.late.map(|_| simulator.in_time(ended));
        let fits = ended.ending == Ending::Completed && in_time != Some(false);
        Self {
            advisories: advisories(simulator),
            chance: None,
            continued: simulator.continued().cloned(),
            contract_expires: scenario.contract_expires,
            digest: simulator.digest().to_owned(),
            finishes,
            in_time,
            milestones: recorder.milestones,
            conflicts: (!fits).then(|| conflicts::find(simulator, ended)),
            sessions: recorder.sessions,
            start_by: None,
            hold: None,
        }
    }
}

impl Plan {
    /// Returns the plan with the chance of its last day, from a forecast of the same simulator, and with the latest start.
    #[must_use]
    pub fn with_odds(self, simulator: &Simulator, forecast: &Forecast) -> Self {
        let chance = self.finishes.and_then(|finishes| forecast.chance_by(finishes));
        Self { chance, start_by: simulator.latest_start(), ..self }
    }

    /// Returns the plan with dates to hold.
    #[must_use]
    pub fn with_hold(self, hold: HeldDates) -> Self {
        Self { hold: Some(hold), ..self }
    }
}

/// Returns the core's advisories for the plan's events.
fn advisories(simulator: &Simulator) -> Vec<Advisory> {
    let mut found = Vec::new();
    let mut case = simulator.script.initial_case().clone();
    // A plan in which a session has no open day has advisories for the steps before it.
    let events = simulator.planned_events();
    for (at, event) in &events {
        for advisory in case.advise(event, *at, None) {
            if !found.contains(&advisory) {
                found.push(advisory);
            }
        }
        if case.offer(event, *at).is_err() {
            break;
        }
    }
    found
}

impl Simulator {
    /// Returns the kind of a part of the training or the facilitation, from 1.
    pub(crate) fn session_kind(&self, facilitation: bool, part: u8) -> SessionKind {
        match facilitation {
            true => SessionKind::Facilitation { part },
            false => SessionKind::Training { part: (self.course.training.len() > 1).then_some(part) },
        }
    }
}

struct PlanRecorder<'a> {
    simulator: &'a Simulator,
    milestones: Vec<Milestone>,
    sessions: Vec<PlannedSession>,
}

impl PlanRecorder<'_> {
    fn date(&self, day: Day) -> Date {
        let calendar = &self.simulator.calendar;
        calendar.dates[usize::from(day).min(HORIZON - 1)]
    }

    fn milestone(&mut self, day: Day, what: MilestoneKind) {
        let date = self.date(day);
        self.milestones.push(Milestone { what, date });
    }

    fn session(&mut self, what: SessionKind, group: SessionGroup, earliest: Day, slot: RunSlot) {
        let calendar = &self.simulator.calendar;
        let blocked = (earliest..slot.day)
            .map(|day| BlockedDay { date: self.date(day), hours: calendar.blocked(group, day.into()) })
            .collect();
        let earliest = self.date(earliest);
        let slot = self.simulator.slot(slot);
        self.sessions.push(PlannedSession { what, slot, earliest, blocked, booked: false });
    }

    /// Adds a session that is booked or under way in the case.
    fn booked(&mut self, what: SessionKind, slot: Slot) {
        self.sessions.push(PlannedSession {
            what,
            slot,
            earliest: slot.local_day(),
            blocked: Vec::new(),
            booked: true,
        });
    }
}

impl RunListener for PlanRecorder<'_> {
    type Error = Infallible;

    fn step(&mut self, moment: ModelTime, step: RunStep) -> Result<(), Infallible> {
        let day = moment.day.min(NEVER);
        match step {
            RunStep::LeaderAgrees(seat) => self.milestone(day, MilestoneKind::LeaderAgrees { seat }),
            RunStep::Letter(body) => self.milestone(day, MilestoneKind::Letter { body }),
            RunStep::Accepted => self.milestone(day, MilestoneKind::Accepted),
            RunStep::Decides(party, _) => self.milestone(day, MilestoneKind::Adopts { party }),
            RunStep::MeetingHeld(slot) => self.booked(SessionKind::Meeting, self.simulator.slot(slot)),
            RunStep::Meeting { earliest, slot } => {
                self.session(SessionKind::Meeting, SessionGroup::Meeting, earliest, slot);
            }
            RunStep::Booked { part, facilitation, earliest, slot, .. } => {
                let group = if facilitation { SessionGroup::Facilitation } else { SessionGroup::Training };
                self.session(self.simulator.session_kind(facilitation, part), group, earliest, slot);
            }
            RunStep::BookedBefore { part, facilitation, slot } => {
                self.booked(self.simulator.session_kind(facilitation, part), self.simulator.slot(slot));
            }
            RunStep::OpenHeld { part, facilitation } => {
                let open = self.simulator.script.initial_case().sessions().and_then(ibbi_core::Sessions::open);
                if let Some(open) = open {
                    self.booked(self.simulator.session_kind(facilitation, part), open.slot);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
