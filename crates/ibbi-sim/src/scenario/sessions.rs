//! The sessions of a scenario: their lengths, those that are agreed, and the deadlines.

use ibbi_core::{Date, Format, Threshold};
use serde::{Deserialize, Serialize};

/// A kind of session, with its own group of people who must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionGroup {
    /// The introductory meeting: the leaders and the representative.
    Meeting,
    /// The training: the required negotiators and neutrals.
    Training,
    /// The facilitation: the same people.
    Facilitation,
}

impl SessionGroup {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Meeting, Self::Training, Self::Facilitation];
    /// Their names, in the same order.
    pub const CODES: [&'static str; 3] = ["meeting", "training", "facilitation"];

    /// Returns its name.
    pub const fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }

    /// Returns the kind with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::CODES.iter().position(|name| *name == code).map(|index| Self::ALL[index])
    }
}

/// The lengths of the sessions, and those that are agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionsInput {
    /// The minutes of each part of the facilitation.
    pub facilitation: Vec<u16>,
    /// Sessions that are agreed, each with its time.
    pub fixed: Vec<FixedSession>,
    /// The minutes of the introductory meeting.
    pub meeting: u16,
    /// The minutes of each part of the training.
    pub training: Vec<u16>,
    /// The only dates on which the training can be held, such as a training day that several districts share. If there are
    /// none, it can be held on any date.
    pub training_days: Vec<Date>,
}

/// A session whose time is agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedSession {
    /// The training or the facilitation.
    pub session: SessionGroup,
    /// The number of the part, from 1.
    pub part: u8,
    /// Its date.
    pub on: Date,
    /// The minute at which it starts, counted from midnight.
    pub at: u16,
}

/// A date by which the facilitation should be complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Its name, such as `budget vote`.
    pub name: String,
    /// The date.
    pub on: Date,
    /// How many days before the date it should be complete.
    pub margin_days: u16,
}

impl SessionsInput {
    /// The most parts of the training.
    pub const MAX_TRAINING_PARTS: usize = Threshold::TrainingParts.value() as usize;
    /// The most parts of the facilitation.
    pub const MAX_FACILITATION_PARTS: usize = Threshold::FormatParts.value() as usize;
    /// The shortest part, in minutes.
    pub const MIN_MINUTES: u16 = limit(Threshold::ShortestPart);
    /// The longest part or meeting, in minutes.
    pub const MAX_MINUTES: u16 = limit(Threshold::LongestPart);

    /// Returns the sessions of the published training with a published format of facilitation.
    pub fn published(format: Format) -> Self {
        Self {
            facilitation: minutes(format).to_vec(),
            fixed: Vec::new(),
            meeting: 240,
            training: vec![480],
            training_days: Vec::new(),
        }
    }

    /// Returns the published format of the facilitation, if it is one.
    pub fn format(&self) -> Option<Format> {
        Format::ALL.iter().copied().find(|format| minutes(*format) == self.facilitation)
    }

    pub(super) fn set_format(&mut self, format: Format) {
        self.facilitation = minutes(format).to_vec();
        let parts = self.facilitation.len();
        self.fixed.retain(|fixed| fixed.session != SessionGroup::Facilitation || usize::from(fixed.part) <= parts);
    }
}

/// Returns a limit in minutes that the rules set.
#[allow(clippy::cast_possible_truncation, reason = "the limits are below a day")]
const fn limit(threshold: Threshold) -> u16 {
    threshold.value() as u16
}

/// Returns the minutes of each part of a published format.
const fn minutes(format: Format) -> &'static [u16] {
    match format {
        Format::FullDay => &[480],
        Format::TwoHalfDays => &[240, 240],
    }
}
