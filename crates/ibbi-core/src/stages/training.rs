//! The training day: eight hours with exercises and bargaining simulations. Missing hours are made up later.

use crate::chart::{On, Token};
use crate::event::{ActivityRun, SessionClosed};
use crate::file::CaseFile;
use crate::found::Found;
use crate::program::{Activity, Program};
use crate::refusal::Check;
use crate::rule::Rule;
use crate::sessions::{HeldSession, Sessions};
use crate::stages::{Admitted, Caucus, has_teams, stage, step};
use crate::teams::Teams;
use crate::text::{ActivityId, MemberId};
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The extent to which a member attended the training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Attendance {
    /// The member attended every session to its end.
    Full,
    /// The member missed a session, or left one early.
    Partial,
    /// The member attended no session.
    None,
}

/// The activities that a program requires and that were run, as a bit for each place in its list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct RequiredRun(u16);

const _: () = assert!(Program::MAX_ACTIVITIES <= u16::BITS as usize);

impl RequiredRun {
    fn add(&mut self, activity: ActivityId, program: &Program) {
        if let Some(index) = program.activities().iter().position(|required| *required == activity) {
            self.0 |= 1 << index;
        }
    }

    fn has(self, index: usize) -> bool {
        self.0 & 1 << index != 0
    }
}

/// The stage in which the sessions of the training are booked and held.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Training {
    pub(crate) file: Box<CaseFile>,
    pub(crate) admitted: Box<Admitted>,
    pub(crate) teams: Box<Teams>,
    pub(crate) sessions: Box<Sessions>,
    pub(crate) exercises: u32,
    pub(crate) simulations: u32,
    /// The bits mean nothing without the program, so only [`Training::activities_left`] reads them.
    #[cfg_attr(feature = "serde", serde(skip))]
    required_run: RequiredRun,
}

impl Training {
    pub(crate) fn new(file: Box<CaseFile>, admitted: Box<Admitted>, teams: Box<Teams>) -> Self {
        let sessions = Box::new(Sessions::new(file.program().training(), file.program()));
        Self { file, admitted, teams, sessions, exercises: 0, simulations: 0, required_run: RequiredRun::default() }
    }

    /// Returns the result of the application.
    pub const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// Returns the number of exercises so far.
    pub const fn exercises(&self) -> u32 {
        self.exercises
    }

    /// Returns the number of bargaining simulations so far.
    pub const fn simulations(&self) -> u32 {
        self.simulations
    }

    /// Returns the activities beside the published ones that the program requires and that were run.
    pub fn other_activities_run(&self) -> impl Iterator<Item = ActivityId> {
        let required = self.file.program().activities().iter().copied().enumerate();
        let others = required.filter(|(_, activity)| activity.published().is_none());
        others.filter(|(index, _)| self.required_run.has(*index)).map(|(_, activity)| activity)
    }

    /// Returns the activities that the program requires and that have not been run yet.
    pub fn activities_left(&self) -> impl Iterator<Item = ActivityId> {
        let required = self.file.program().activities().iter().copied().enumerate();
        required.filter(|(index, _)| !self.required_run.has(*index)).map(|(_, activity)| activity)
    }

    fn check_activities(&self, check: &mut Check) {
        for activity in self.activities_left() {
            match activity.published() {
                Some(Activity::Exercise) => check.fail(Rule::TrainingExercise, Found::NoActivity { activity }),
                Some(Activity::BargainingSimulation) => {
                    check.fail(Rule::TrainingSimulation, Found::NoActivity { activity });
                }
                None => {
                    let other = |activity: &ActivityId| activity.published().is_none();
                    let activities = self.activities_left().filter(other).collect();
                    check.fail(Rule::TrainingActivity, Found::ActivitiesMissing { activities });
                }
            }
        }
    }
}

stage!(Training, |state, check, _at| {
    check.fail(Rule::TrainingCompleted, Found::HoursRemaining { parts: state.sessions.remaining() });
    state.check_activities(check);
});

has_teams!(Training with sessions, everyone by TrainingEveryone);

/// The result of the training.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Trained {
    pub(crate) admitted: Admitted,
    pub(crate) held: Vec<HeldSession>,
    pub(crate) exercises: u32,
    pub(crate) simulations: u32,
    pub(crate) completed: At,
}

impl Trained {
    /// Returns the result of the application.
    pub const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// Returns the sessions of the training, in order.
    pub fn held(&self) -> &[HeldSession] {
        &self.held
    }

    /// Returns the number of exercises.
    pub const fn exercises(&self) -> u32 {
        self.exercises
    }

    /// Returns the number of bargaining simulations.
    pub const fn simulations(&self) -> u32 {
        self.simulations
    }

    /// Returns when the training was completed.
    pub const fn completed(&self) -> At {
        self.completed
    }

    /// Returns the extent to which a member attended. Sessions without a counted minute are ignored.
    pub fn attendance(&self, member: MemberId) -> Attendance {
        let sessions = || self.held.iter().filter(|session| session.counted > 0);
        if sessions().all(|session| session.attended_all(member)) {
            Attendance::Full
        } else if sessions().any(|session| session.attended(member)) {
            Attendance::Partial
        } else {
            Attendance::None
        }
    }
}

impl On<ActivityRun> for Training {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::IsOpen];
    const EVENT_RULES: &'static [Rule] = &[Rule::NameComposed];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.sessions.check_open(check);
    }

    fn event_guard(&self, _: &ActivityRun, _: At, _: &mut Check) {}

    fn apply(mut self, event: &ActivityRun, _: At, _: Token) -> Self {
        match event.kind.published() {
            Some(Activity::Exercise) => self.exercises += 1,
            Some(Activity::BargainingSimulation) => self.simulations += 1,
            None => {}
        }
        self.required_run.add(event.kind, self.file.program());
        self
    }
}

step! {
    /// The stage after a session was closed: Caucus if the training is complete, and else Training.
    TrainingStep: Training, Caucus
}

impl On<SessionClosed> for Training {
    type Next = TrainingStep;
    const STATE_RULES: &'static [Rule] =
        &[Rule::IsOpen, Rule::Filled, Rule::TrainingExercise, Rule::TrainingSimulation, Rule::TrainingActivity];
    const EVENT_RULES: &'static [Rule] = &[Rule::LeftEarlyPresent, Rule::LateMember];

    fn state_guard(&self, at: At, check: &mut Check) {
        self.sessions.check_filled(at, check);
        if self.sessions.would_complete(at) {
            self.check_activities(check);
        }
    }

    fn event_guard(&self, event: &SessionClosed, _: At, check: &mut Check) {
        self.sessions.check_late_and_left(&event.late, &event.left_early, check);
    }

    fn apply(mut self, event: &SessionClosed, at: At, _: Token) -> TrainingStep {
        self.sessions.end(&event.late, &event.left_early, at);
        if !self.sessions.is_complete() {
            return TrainingStep::Training(self);
        }
        let trained = Trained {
            admitted: *self.admitted,
            held: self.sessions.held,
            exercises: self.exercises,
            simulations: self.simulations,
            completed: at,
        };
        TrainingStep::Caucus(Caucus::new(self.file, Box::new(trained), self.teams))
    }
}
