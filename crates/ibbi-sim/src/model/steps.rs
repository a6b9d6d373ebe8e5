//! The language of a run: what happens in it, when, and how it ends.

use crate::calendar::{Day, Half};
use ibbi_core::{Body, Decision, Party, Seat};
use serde::Serialize;

/// A point in a run: a day, and whether a sitting of that day is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) day: Day,
    /// After the day's sitting: 17:00 instead of 07:00.
    pub(crate) late: bool,
}

/// When a sitting is held: on a day, from 08:00 or 12:00, for some minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seating {
    pub(crate) day: Day,
    pub(crate) half: Half,
    pub(crate) minutes: u16,
    /// A slot of the real case, by its place among those; it has hours of its own.
    pub(crate) real: Option<u8>,
}

/// What happens in a run, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    LeaderAgrees(Seat),
    LeaderDeclines(Seat),
    /// Booked, held, and the services chosen; the first day that was asked for.
    Meeting {
        earliest: Day,
        seating: Seating,
    },
    /// A meeting that was booked before the run is held, and the services chosen.
    MeetingHeld(Seating),
    /// The meetings are over; the services are chosen.
    ServicesChosen,
    Rosters,
    Letter(Body),
    Accepted,
    /// A part of the training or the facilitation is booked; the first day that was asked for.
    Booked {
        part: u8,
        earliest: Day,
        seating: Seating,
        make_up: bool,
    },
    Postponed {
        part: u8,
    },
    Held {
        part: u8,
        seating: Seating,
        ran: u16,
        /// Whether it filled its slot or its part.
        filled: bool,
    },
    /// A session that was open before the run is held to its end.
    OpenHeld {
        part: u8,
    },
    Caucuses,
    ConcernRaised(Party),
    ConcernAddressed(Party),
    Decides(Party, Decision),
    FormatChosen,
    Withdrawn,
}

/// What listens to a run; an error ends it.
pub(crate) trait Listener {
    type Error;
    fn step(&mut self, moment: Moment, step: Step) -> Result<(), Self::Error>;
}

/// Listens to nothing.
pub(crate) struct Silent;

impl Listener for Silent {
    type Error = std::convert::Infallible;
    fn step(&mut self, _: Moment, _: Step) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
    /// Nothing had ended it by day 730.
    Unfinished,
}

impl Ending {
    /// Every ending, the wished-for one first.
    pub const ALL: [Self; 5] =
        [Self::Completed, Self::NotAdopted, Self::LeaderDeclined, Self::Withdrawn, Self::Unfinished];

    /// The words for people.
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

/// The end of a run, and its day ([`NEVER`] if unfinished).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) ending: Ending,
    pub(crate) day: Day,
}
