//! The earliest feasible schedule with every duration at its likely value, and why nothing is a day earlier.

use crate::calendar::{Blocker, Day, Group, HORIZON, Half, NEVER, Tables};
use crate::draws::Likely;
use crate::model::{self, Ended, Ending, Listener, Moment, Seating, Silent, Step};
use crate::obstacle::{self, Obstacle};
use crate::resume::Continued;
use crate::scenario::Scenario;
use crate::simulate::Simulator;
use ibbi_core::{Advisory, Body, Date, Party, Seat, Slot};
use serde::Serialize;
use std::convert::Infallible;

/// A sitting that the plan books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SittingKind {
    /// The introductory meeting.
    Meeting,
    /// The training day.
    Training,
    /// A part of the facilitation, from 1.
    Facilitation {
        /// Which.
        part: u8,
    },
}

impl std::fmt::Display for SittingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Meeting => f.write_str("introductory meeting"),
            Self::Training => f.write_str("training day"),
            Self::Facilitation { part } => write!(f, "facilitation, part {part}"),
        }
    }
}

/// A booked sitting, and why it is not a day earlier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sitting {
    /// Which.
    #[serde(flatten)]
    pub what: SittingKind,
    /// When.
    pub slot: Slot,
    /// The first day that the durations allow; nothing before it was looked at.
    pub earliest: Date,
    /// Every day from then until the one before the slot, each with what blocked it.
    pub blocked: Vec<BlockedDay>,
}

/// A day on which a sitting did not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockedDay {
    /// The day.
    pub date: Date,
    /// Who or what blocked the morning.
    pub morning: Vec<Blocker>,
    /// Who or what blocked the afternoon.
    pub afternoon: Vec<Blocker>,
}

/// A step between the sittings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum MilestoneKind {
    /// A key leader agrees.
    LeaderAgrees {
        /// For which seat.
        seat: Seat,
    },
    /// A body's letter of support comes.
    Letter {
        /// From which body.
        body: Body,
    },
    /// The application is accepted, and the training is booked.
    Accepted,
    /// A party adopts the method.
    Adopts {
        /// Which party.
        party: Party,
    },
}

/// A step between the sittings, with its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Milestone {
    /// What.
    #[serde(flatten)]
    pub what: MilestoneKind,
    /// When.
    pub date: Date,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// What to keep in mind, as the process itself warns of it, each once: postings, holidays, board members at the
    /// training, sessions after the contract date.
    pub advisories: Vec<Advisory>,
    /// The real case from which the plan goes on; `None` for a new case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued: Option<Continued>,
    /// The day the contract expires.
    pub contract_expires: Option<Date>,
    /// The scenario's digest.
    pub digest: String,
    /// The day of the last session; `None` if something does not fit within 730 days.
    pub finishes: Option<Date>,
    /// Whether that is on or before the contract date; `None` without such a date.
    pub in_time: Option<bool>,
    /// The steps between the sittings, in order.
    pub milestones: Vec<Milestone>,
    /// Where the plan does not fit or is late: who stands in the way.
    pub obstacle: Option<Obstacle>,
    /// The sittings, in order.
    pub sittings: Vec<Sitting>,
    /// Where the plan is late: the latest day to start and still be in time, looking back a year at most.
    pub start_by: Option<Date>,
}

impl Plan {
    /// Plans a scenario.
    ///
    /// ```
    /// let scenario = ibbi_sim::Scenario::parse(ibbi_sim::EXAMPLE).unwrap();
    /// let plan = ibbi_sim::Plan::new(&scenario);
    /// assert_eq!(plan.in_time, Some(true));
    /// // For every day on which the training might have been, somebody or something stood in the way.
    /// let training = &plan.sittings[1];
    /// assert!(training.blocked.iter().all(|day| !day.morning.is_empty() || !day.afternoon.is_empty()));
    /// ```
    pub fn new(scenario: &Scenario) -> Self {
        Self::of(&Simulator::new(scenario))
    }

    /// Plans a scenario that was made ready.
    pub fn of(simulator: &Simulator) -> Self {
        let Simulator { scenario, calendar, tables, .. } = simulator;
        let mut recorder = Recorder { simulator, milestones: Vec::new(), sittings: Vec::new(), adopted: false };
        let Ok(ended) = model::run(simulator.course(tables), &mut Likely(&scenario.assumptions), &mut recorder);
        let finishes = calendar.date(ended.day.into());
        let in_time = simulator.late.map(|_| simulator.in_time(ended));
        let fits = ended.ending == Ending::Completed && in_time != Some(false);
        Self {
            advisories: advisories(simulator),
            continued: simulator.continued().cloned(),
            contract_expires: scenario.contract_expires,
            digest: simulator.digest().to_owned(),
            finishes,
            in_time,
            milestones: recorder.milestones,
            obstacle: (!fits).then(|| obstacle::find(simulator, ended)),
            sittings: recorder.sittings,
            // A real case has begun; an earlier start is no way out any more.
            start_by: if fits || simulator.is_real() { None } else { start_by(scenario) },
        }
    }
}

/// What the process warns of on the way of the plan.
fn advisories(simulator: &Simulator) -> Vec<Advisory> {
    let mut found = Vec::new();
    let mut case = simulator.script.begins().clone();
    // A case in which a sitting finds no day warns of what comes before.
    let events = simulator.likely_events();
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

/// The last day of the plan under other tables; [`NEVER`] if it does not fit.
pub(crate) fn last_day(simulator: &Simulator, tables: &Tables) -> Day {
    let mut draws = Likely(&simulator.scenario.assumptions);
    let Ok(Ended { day, .. }) = model::run(simulator.course(tables), &mut draws, &mut Silent);
    day
}

/// The latest earlier start that is in time. An earlier start never ends later, so the year is searched by halves.
fn start_by(scenario: &Scenario) -> Option<Date> {
    let expires = scenario.contract_expires?;
    let in_time = |back: u64| {
        let start = scenario.start.to_chrono().checked_sub_days(chrono::Days::new(back))?;
        let start = Date::try_from(start).ok()?;
        let earlier = Simulator::new(&Scenario { start, ..scenario.clone() });
        let last = last_day(&earlier, &earlier.tables);
        earlier.calendar.date(last.into()).is_some_and(|last| last <= expires).then_some(start)
    };
    let (mut too_late, mut enough) = (0, 365);
    in_time(enough)?;
    while too_late + 1 < enough {
        let middle = u64::midpoint(too_late, enough);
        if in_time(middle).is_some() { enough = middle } else { too_late = middle }
    }
    in_time(enough)
}

struct Recorder<'a> {
    simulator: &'a Simulator,
    milestones: Vec<Milestone>,
    sittings: Vec<Sitting>,
    adopted: bool,
}

impl Recorder<'_> {
    fn date(&self, day: Day) -> Date {
        let calendar = &self.simulator.calendar;
        calendar.dates[usize::from(day).min(HORIZON - 1)]
    }

    fn milestone(&mut self, day: Day, what: MilestoneKind) {
        let date = self.date(day);
        self.milestones.push(Milestone { what, date });
    }

    fn sitting(&mut self, what: SittingKind, group: Group, earliest: Day, seating: Seating) {
        let calendar = &self.simulator.calendar;
        let blocked = (earliest..seating.day).map(|day| {
            let by = |half| calendar.blockers(group, day.into(), half);
            BlockedDay { date: self.date(day), morning: by(Half::Morning), afternoon: by(Half::Afternoon) }
        });
        let (blocked, earliest) = (blocked.collect(), self.date(earliest));
        self.sittings.push(Sitting { what, slot: self.simulator.slot(seating), earliest, blocked });
    }
}

impl Listener for Recorder<'_> {
    type Error = Infallible;

    fn step(&mut self, moment: Moment, step: Step) -> Result<(), Infallible> {
        let day = moment.day.min(NEVER);
        match step {
            Step::LeaderAgrees(seat) => self.milestone(day, MilestoneKind::LeaderAgrees { seat }),
            Step::Letter(body) => self.milestone(day, MilestoneKind::Letter { body }),
            Step::Accepted => self.milestone(day, MilestoneKind::Accepted),
            Step::Decides(party, _) => self.milestone(day, MilestoneKind::Adopts { party }),
            Step::FormatChosen => self.adopted = true,
            Step::MeetingHeld(seating) => self.sitting(SittingKind::Meeting, Group::Meeting, seating.day, seating),
            Step::Meeting { earliest, seating } => {
                self.sitting(SittingKind::Meeting, Group::Meeting, earliest, seating);
            }
            Step::Booked { part, earliest, seating, .. } => {
                let what = if self.adopted { SittingKind::Facilitation { part } } else { SittingKind::Training };
                self.sitting(what, Group::Session, earliest, seating);
            }
            _ => {}
        }
        Ok(())
    }
}
