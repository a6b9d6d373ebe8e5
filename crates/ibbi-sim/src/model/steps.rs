//! The steps of a run, their times, and how a run ends.

use super::progress::Progress;
use crate::calendar::{Day, RunSlot};
use ibbi_core::{Body, Decision, Party, Seat};
use serde::Serialize;

/// A time in a run: a day, and whether a session of that day is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ModelTime {
    pub(crate) day: Day,
    /// After the day's session: 5:00 PM instead of 7:00 AM.
    pub(crate) late: bool,
}

/// A step of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RunStep {
    LeaderAgrees(Seat),
    LeaderDeclines(Seat),
    /// The meeting is booked and held, and the services are chosen. `earliest` is the first day that was possible.
    Meeting {
        earliest: Day,
        slot: RunSlot,
    },
    /// A meeting that was booked before the run is held, and the services are chosen.
    MeetingHeld(RunSlot),
    /// The services are chosen. The meetings were held before the run.
    ServicesChosen,
    Rosters,
    Letter(Body),
    Accepted,
    /// A part of the training or the facilitation is booked. `earliest` is the first day that was possible.
    Booked {
        part: u8,
        facilitation: bool,
        earliest: Day,
        slot: RunSlot,
        make_up: bool,
    },
    /// A part was booked before the run.
    BookedBefore {
        part: u8,
        facilitation: bool,
        slot: RunSlot,
    },
    Postponed {
        part: u8,
    },
    Held {
        part: u8,
        slot: RunSlot,
        ran: u16,
        /// Whether it filled its slot or completed its part.
        filled: bool,
    },
    /// A session that was open before the run is held to its end.
    OpenHeld {
        part: u8,
        facilitation: bool,
    },
    Caucuses,
    ConcernRaised(Party),
    ConcernAddressed(Party),
    Decides(Party, Decision),
    FormatChosen,
    Withdrawn,
}

/// A listener to the steps of a run. An error ends the run.
pub(crate) trait RunListener {
    type Error;
    fn step(&mut self, moment: ModelTime, step: RunStep) -> Result<(), Self::Error>;
}

/// A listener that does nothing.
pub(crate) struct NoListener;

impl RunListener for NoListener {
    type Error = std::convert::Infallible;
    fn step(&mut self, _: ModelTime, _: RunStep) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The facilitation was held in full.
    Completed,
    /// At least one party declined the method.
    NotAdopted,
    /// A key leader declined.
    LeaderDeclined,
    /// The district withdrew.
    Withdrawn,
    /// No step ended it by day 730.
    Unfinished,
}

impl Ending {
    /// All endings. The desired one is first.
    pub const ALL: [Self; 5] =
        [Self::Completed, Self::NotAdopted, Self::LeaderDeclined, Self::Withdrawn, Self::Unfinished];

    /// Returns its text for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::NotAdopted => "not adopted by both parties",
            Self::LeaderDeclined => "a key leader declined",
            Self::Withdrawn => "withdrawn",
            Self::Unfinished => "unfinished after 730 days",
        }
    }
}

impl RunResult {
    pub(crate) const fn goes_ahead(&self) -> bool {
        self.stopped.is_none()
    }
}

/// The end of a run, its day ([`NEVER`] if unfinished), and its progress until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunResult {
    pub(crate) ending: Ending,
    pub(crate) day: Day,
    /// The reason why the run doesn't go ahead, also if it is unfinished and didn't come to it. `None` if it goes ahead.
    pub(crate) stopped: Option<Ending>,
    pub(crate) progress: Progress,
}
