//! The parts of a calendar that matter: events, and periods that are free or busy.

use super::report::{LeftOut, Report};
use super::rule::Rule;
use super::stamp::{End, Stamp};
use super::zones::Definition;
use crate::Mark;

/// The most events and lists of free and busy times in a file.
pub(super) const MAX_COMPONENTS: usize = 100_000;
/// The most dates in all EXDATE, RDATE, and FREEBUSY lines of a file.
pub(super) const MAX_DATES: usize = 200_000;
/// The most calendars, people, and zones in a file.
pub(super) const MAX_NAMES: usize = 1_000;

/// Whether an event takes the person's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// It takes time.
    Takes(Mark),
    /// It doesn't.
    LeftOut(LeftOut),
}

/// What the lines of an event say about its times.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// The line on which the event begins.
    pub(super) line: u32,
    pub(super) uid: Option<Box<str>>,
    pub(super) sequence: i64,
    pub(super) end: End,
    /// The seconds of travel before each time of the event.
    pub(super) travel: i64,
    pub(super) rules: Vec<Rule>,
    pub(super) more: Vec<(Stamp, Option<End>)>,
    pub(super) except: Vec<Stamp>,
    /// The time of the series that the event replaces.
    pub(super) replaces: Option<Stamp>,
    /// Whether it also replaces all later times.
    pub(super) and_later: bool,
}

/// An event.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) fields: Fields,
    pub(super) person: usize,
    pub(super) start: Stamp,
    pub(super) status: Status,
}

/// A period of a list of free and busy times.
#[derive(Debug)]
pub(super) struct Period {
    pub(super) line: u32,
    pub(super) person: usize,
    pub(super) start: Stamp,
    pub(super) end: End,
    pub(super) mark: Mark,
}

/// The components of a file.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The names of the people; empty if the file doesn't tell.
    pub(super) people: Vec<String>,
    pub(super) events: Vec<Event>,
    pub(super) periods: Vec<Period>,
    pub(super) zone_names: Vec<String>,
    pub(super) definitions: Vec<Definition>,
    /// The start and end of the lists of free and busy times.
    pub(super) spans: Vec<(Stamp, Stamp)>,
    pub(super) report: Report,
}

/// The kind of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Calendar,
    Event,
    FreeBusy,
    Zone,
    Observance,
    Task,
    Other,
}

impl Frame {
    pub(super) fn new(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "VCALENDAR" => Self::Calendar,
            "VEVENT" => Self::Event,
            "VFREEBUSY" => Self::FreeBusy,
            "VTIMEZONE" => Self::Zone,
            "STANDARD" | "DAYLIGHT" => Self::Observance,
            "VTODO" | "VJOURNAL" => Self::Task,
            _ => Self::Other,
        }
    }

    /// Whether the component can be inside another one.
    pub(super) const fn fits(self, outer: Option<Self>) -> bool {
        match self {
            Self::Calendar => outer.is_none(),
            Self::Event | Self::FreeBusy | Self::Zone | Self::Task => matches!(outer, None | Some(Self::Calendar)),
            Self::Observance => matches!(outer, Some(Self::Zone)),
            Self::Other => true,
        }
    }
}

/// An event that is being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) fields: Fields,
    pub(super) start: Option<Stamp>,
    pub(super) is_canceled: bool,
    pub(super) is_free: bool,
    pub(super) is_tentative: bool,
    pub(super) is_declined: bool,
    /// Whether something that matters can't be read. It's reported already.
    pub(super) is_broken: bool,
}
