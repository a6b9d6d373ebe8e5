//! The milestones of a run, and what each of its days was spent on.

use super::Course;
use crate::calendar::{Day, NEVER};
use crate::initial_state::{InitialState, PartProgress};
use crate::scenario::SessionGroup;
use ibbi_core::Program;
use serde::Serialize;

/// A milestone of a case whose date a forecast gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum ForecastStep {
    /// The introductory meeting is held.
    Meeting,
    /// The application is accepted.
    Acceptance,
    /// The training is complete, or a part of it if it has several.
    Training {
        /// The number of the part, if there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        part: Option<u8>,
    },
    /// Both parties have decided.
    Decisions,
    /// A part of the facilitation is complete.
    Facilitation {
        /// The number of the part.
        part: u8,
    },
    /// Both parties have ratified.
    Ratification,
}

impl ForecastStep {
    /// The most parts of a training or a facilitation.
    const MAX_PARTS: usize = Program::MAX_PARTS;
    /// The number of milestones.
    pub(crate) const COUNT: usize = 4 + 2 * Self::MAX_PARTS;

    /// Returns its place among the milestones.
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Meeting => 0,
            Self::Acceptance => 1,
            Self::Decisions => 2,
            Self::Ratification => 3,
            Self::Training { part: None } => 4,
            Self::Training { part: Some(part) } => 3 + part as usize,
            Self::Facilitation { part } => 3 + Self::MAX_PARTS + part as usize,
        }
    }

    /// Returns the step at which a part of a stage is complete, from 1.
    pub(crate) const fn of(group: SessionGroup, part: u8, course: &Course) -> Self {
        match group {
            SessionGroup::Facilitation => Self::Facilitation { part },
            _ if course.training.len() > 1 => Self::Training { part: Some(part) },
            _ => Self::Training { part: None },
        }
    }

    /// Returns the milestones that are ahead of a run.
    pub(crate) fn ahead(initial: &InitialState, course: &Course) -> Vec<Self> {
        let stage = match initial {
            InitialState::Inquiry(_) | InitialState::Introduction(_) => 0,
            InitialState::Application { .. } => 1,
            InitialState::Training(_) => 2,
            InitialState::Caucus(_) => 3,
            InitialState::Agreement(_) | InitialState::Facilitation(_) => 4,
        };
        // A part is complete if no more than the grace remains.
        let is_over = |parts: &[PartProgress], index: usize| {
            parts.get(index).is_some_and(|progress| progress.remaining <= course.grace)
        };
        let over = |group: SessionGroup, index: usize| match (initial, group) {
            (InitialState::Training(parts), SessionGroup::Training)
            | (InitialState::Facilitation(parts), SessionGroup::Facilitation) => is_over(parts, index),
            _ => false,
        };
        let parts = |group: SessionGroup| {
            let numbers = (1..=u8::MAX).zip(0..course.parts(group).len());
            numbers.filter(move |(_, index)| !over(group, *index)).map(move |(part, _)| Self::of(group, part, course))
        };
        let mut ahead = Vec::new();
        ahead.extend((stage == 0).then_some(Self::Meeting));
        ahead.extend((stage <= 1).then_some(Self::Acceptance));
        if stage <= 2 {
            ahead.extend(parts(SessionGroup::Training));
        }
        ahead.extend((stage <= 3).then_some(Self::Decisions));
        ahead.extend(parts(SessionGroup::Facilitation));
        ahead.extend(course.ratification.then_some(Self::Ratification));
        ahead
    }
}

/// What the days of a run are spent on. Each day from day 0 to the last session is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DelayCause {
    /// Waiting for the last leader's answer.
    LeaderAnswers,
    /// Waiting until a meeting or sessions are booked.
    BookingDelay,
    /// The notice for the introductory meeting.
    MeetingNotice,
    /// Waiting for the last letter.
    Letters,
    /// Waiting for the acceptance.
    Acceptance,
    /// The notice for the training and the facilitation.
    SessionNotice,
    /// Waiting for a session that is already booked.
    Booked,
    /// Waiting for the answer to a concern.
    Concerns,
    /// Waiting for the later decision of the parties.
    Decisions,
    /// From the first day on which sessions were to be complete to the day on which they are.
    Postponements,
    /// Waiting for a day on which the district works and everyone is available.
    Calendars,
}

impl DelayCause {
    /// All of them, in the order in which a case meets them.
    pub const ALL: [Self; 11] = [
        Self::LeaderAnswers,
        Self::BookingDelay,
        Self::MeetingNotice,
        Self::Letters,
        Self::Acceptance,
        Self::SessionNotice,
        Self::Booked,
        Self::Concerns,
        Self::Decisions,
        Self::Postponements,
        Self::Calendars,
    ];

    /// Returns its code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LeaderAnswers => "leader_answers",
            Self::BookingDelay => "booking_delay",
            Self::MeetingNotice => "meeting_notice",
            Self::Letters => "letters",
            Self::Acceptance => "acceptance",
            Self::SessionNotice => "session_notice",
            Self::Booked => "booked",
            Self::Concerns => "concerns",
            Self::Decisions => "decisions",
            Self::Postponements => "postponements",
            Self::Calendars => "calendars",
        }
    }

    /// Returns its text for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::LeaderAnswers => "waiting for the leaders' answers",
            Self::BookingDelay => "waiting for a booking",
            Self::MeetingNotice => "notice for the meeting",
            Self::Letters => "waiting for the letters",
            Self::Acceptance => "waiting for the acceptance",
            Self::SessionNotice => "notice for the sessions",
            Self::Booked => "waiting for a booked session",
            Self::Concerns => "answering concerns",
            Self::Decisions => "waiting for the decisions",
            Self::Postponements => "postponed and shortened sessions",
            Self::Calendars => "waiting for a day that fits",
        }
    }
}

/// The milestones that a run has reached, and the days that it has spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The day of each milestone; [`NEVER`] if it was not reached.
    pub(crate) reached: [Day; ForecastStep::COUNT],
    /// The days spent on each cause.
    pub(crate) spent: [Day; DelayCause::ALL.len()],
}

impl Progress {
    pub(crate) const NONE: Self = Self { reached: [NEVER; ForecastStep::COUNT], spent: [0; DelayCause::ALL.len()] };

    pub(crate) const fn reach(&mut self, step: ForecastStep, day: Day) {
        self.reached[step.index()] = day;
    }

    /// Counts the days from one day to another.
    pub(crate) fn spend(&mut self, cause: DelayCause, from: Day, to: Day) {
        self.spent[cause as usize] += to.saturating_sub(from);
    }
}
