//! The training day: eight hours with exercises and bargaining simulations, made up where it was cut short.

use crate::chart::{On, Token};
use crate::event::{ActivityRun, SessionClosed};
use crate::file::CaseFile;
use crate::found::Found;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::sessions::{HeldSession, Sessions};
use crate::stage::ActivityKind;
use crate::stages::{Admitted, Caucus, has_teams, stage, step};
use crate::teams::Teams;
use crate::text::MemberId;
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// How much of the training somebody attended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Attendance {
    /// At every session to its end.
    Full,
    /// Not at every session, or not to the end.
    Partial,
    /// At none.
    None,
}

/// The application was accepted; the training is booked and held.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Training {
    pub(crate) file: Box<CaseFile>,
    pub(crate) admitted: Box<Admitted>,
    pub(crate) teams: Box<Teams>,
    pub(crate) sessions: Box<Sessions>,
    pub(crate) exercises: u32,
    pub(crate) simulations: u32,
}

impl Training {
    pub(crate) fn new(file: Box<CaseFile>, admitted: Box<Admitted>, teams: Box<Teams>) -> Self {
        let sessions = Box::new(Sessions::new(&[file.program().training()], file.program().grace()));
        Self { file, admitted, teams, sessions, exercises: 0, simulations: 0 }
    }

    /// What the application settled.
    pub const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// Exercises run so far.
    pub const fn exercises(&self) -> u32 {
        self.exercises
    }

    /// Bargaining simulations run so far.
    pub const fn simulations(&self) -> u32 {
        self.simulations
    }

    fn check_activities(&self, check: &mut Check) {
        let asked = [
            (self.exercises, Rule::TrainingExercise, ActivityKind::Exercise),
            (self.simulations, Rule::TrainingSimulation, ActivityKind::BargainingSimulation),
        ];
        for (count, rule, activity) in asked {
            check.require(count > 0, rule, || Found::NoActivity { activity });
        }
    }
}

stage!(Training, |state, check, _at| {
    check.fail(Rule::TrainingCompleted, Found::HoursRemaining { parts: state.sessions.remaining() });
    state.check_activities(check);
});

has_teams!(Training with sessions, everyone by TrainingEveryone);

/// What the training settled.
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
    /// What the application settled.
    pub const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// The sessions of the training, in order.
    pub fn held(&self) -> &[HeldSession] {
        &self.held
    }

    /// Exercises run.
    pub const fn exercises(&self) -> u32 {
        self.exercises
    }

    /// Bargaining simulations run.
    pub const fn simulations(&self) -> u32 {
        self.simulations
    }

    /// When the training was completed.
    pub const fn completed(&self) -> At {
        self.completed
    }

    /// How much of the training somebody attended; sessions that count no minute are left out.
    pub fn attendance(&self, member: MemberId) -> Attendance {
        let sessions = || self.held.iter().filter(|session| session.counted > 0);
        let whole = |session: &&HeldSession| session.present.contains(&member) && !session.left_early.contains(&member);
        if sessions().all(|session| whole(&session)) {
            Attendance::Full
        } else if sessions().any(|session| session.present.contains(&member)) {
            Attendance::Partial
        } else {
            Attendance::None
        }
    }
}

impl On<ActivityRun> for Training {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::IsOpen];
    const EVENT_RULES: &'static [Rule] = &[];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.sessions.check_open(check);
    }

    fn event_guard(&self, _: &ActivityRun, _: At, _: &mut Check) {}

    fn apply(mut self, event: &ActivityRun, _: At, _: Token) -> Self {
        match event.kind {
            ActivityKind::Exercise => self.exercises += 1,
            ActivityKind::BargainingSimulation => self.simulations += 1,
        }
        self
    }
}

step! {
    /// After a session was closed: hours remain, or the training is complete.
    TrainingStep: Training, Caucus
}

impl On<SessionClosed> for Training {
    type Next = TrainingStep;
    const STATE_RULES: &'static [Rule] =
        &[Rule::IsOpen, Rule::Filled, Rule::TrainingExercise, Rule::TrainingSimulation];
    const EVENT_RULES: &'static [Rule] = &[Rule::LeftEarlyPresent];

    fn state_guard(&self, at: At, check: &mut Check) {
        self.sessions.check_filled(at, check);
        if self.sessions.would_complete(at) {
            self.check_activities(check);
        }
    }

    fn event_guard(&self, event: &SessionClosed, _: At, check: &mut Check) {
        self.sessions.check_left_early(&event.left_early, check);
    }

    fn apply(mut self, event: &SessionClosed, at: At, _: Token) -> TrainingStep {
        self.sessions.end(event.left_early.clone(), at);
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
