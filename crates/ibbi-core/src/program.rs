//! The program's parameters: how long the parts are and how strict attendance is.
//!
//! They are part of the event that opens a case, so that an old log is judged by the rules it was written under.

use crate::sets::closed_set;
use alloc::vec::Vec;

closed_set! {
    /// How the facilitation is divided.
    Format, "facilitation format";
    /// One day of eight hours.
    FullDay = "full_day", "one full day";
    /// Two half-days of four hours each.
    TwoHalfDays = "two_half_days", "two half-days";
}

closed_set! {
    /// Who has to be present before a session may open.
    Presence, "presence policy";
    /// Every member of both teams.
    Everyone = "everyone", "every member of both teams";
    /// At least one member of each team.
    EachTeam = "each_team", "at least one member of each team";
}

/// The parameters as plain values, to be checked by [`Program::new`].
///
/// ```
/// use ibbi_core::{Program, ProgramParameters};
/// let gentle = ProgramParameters { grace: 30, ..ProgramParameters::default() };
/// assert_eq!(Program::new(gentle).unwrap().grace(), 30);
/// let wrong = ProgramParameters { grace: 240, ..ProgramParameters::default() };
/// assert!(Program::new(wrong).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct ProgramParameters {
    /// Minutes of each part of the one-day facilitation; the brochure's figure is one part of 480.
    pub full_day: Vec<u16>,
    /// Minutes a part may fall short and still count as filled. Project policy: 15.
    pub grace: u16,
    /// Who has to be present before a session may open. Project policy: everyone.
    pub presence: Presence,
    /// Minutes of the training; the brochure's figure is 480.
    pub training: u16,
    /// Minutes of each part of the two-half-days facilitation; the brochure's figure is two parts of 240.
    pub two_half_days: Vec<u16>,
}

impl Default for ProgramParameters {
    fn default() -> Self {
        Self {
            full_day: alloc::vec![480],
            grace: 15,
            presence: Presence::Everyone,
            training: 480,
            two_half_days: alloc::vec![240, 240],
        }
    }
}

/// Checked program parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "ProgramParameters", into = "ProgramParameters"))]
pub struct Program(ProgramParameters);

/// Why program parameters were not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// A part of no length or of more than a day.
    #[error("a part has {0} minutes; it needs 1 to {max}", max = Program::MAX_PART_MINUTES)]
    PartLength(u16),
    /// A format without parts or with too many.
    #[error("a format has {0} parts; it needs 1 to {max}", max = Program::MAX_PARTS)]
    PartCount(usize),
    /// A grace so large that a part could be filled by nothing.
    #[error("the grace of {grace} minutes is not shorter than the shortest part of {shortest} minutes")]
    Grace {
        /// The grace in minutes.
        grace: u16,
        /// The shortest part in minutes.
        shortest: u16,
    },
}

impl Program {
    /// The most parts a format may have.
    pub const MAX_PARTS: usize = 8;
    /// The longest part, in minutes: a session stays inside one day.
    pub const MAX_PART_MINUTES: u16 = 24 * 60;

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`ProgramError`] if a part has no length, a format no part, or the grace could swallow a part.
    pub fn new(parameters: ProgramParameters) -> Result<Self, ProgramError> {
        for parts in [&parameters.full_day, &parameters.two_half_days] {
            if parts.is_empty() || parts.len() > Self::MAX_PARTS {
                return Err(ProgramError::PartCount(parts.len()));
            }
        }
        let lengths = || {
            let formats = parameters.full_day.iter().chain(&parameters.two_half_days);
            formats.chain([&parameters.training]).copied()
        };
        if let Some(wrong) = lengths().find(|minutes| !(1..=Self::MAX_PART_MINUTES).contains(minutes)) {
            return Err(ProgramError::PartLength(wrong));
        }
        let shortest = lengths().min().unwrap_or(0);
        if parameters.grace >= shortest {
            return Err(ProgramError::Grace { grace: parameters.grace, shortest });
        }
        Ok(Self(parameters))
    }

    /// Minutes of each part of the facilitation in a format.
    pub fn facilitation(&self, format: Format) -> &[u16] {
        match format {
            Format::FullDay => &self.0.full_day,
            Format::TwoHalfDays => &self.0.two_half_days,
        }
    }

    /// Minutes of the training.
    pub const fn training(&self) -> u16 {
        self.0.training
    }

    /// Minutes a part may fall short and still count as filled.
    pub const fn grace(&self) -> u16 {
        self.0.grace
    }

    /// Who has to be present before a session may open.
    pub const fn presence(&self) -> Presence {
        self.0.presence
    }

    /// The plain values.
    pub const fn parameters(&self) -> &ProgramParameters {
        &self.0
    }
}

impl Default for Program {
    /// The published program: eight hours of training, eight hours or twice four of facilitation.
    fn default() -> Self {
        Self(ProgramParameters::default())
    }
}

impl TryFrom<ProgramParameters> for Program {
    type Error = ProgramError;
    fn try_from(parameters: ProgramParameters) -> Result<Self, ProgramError> {
        Self::new(parameters)
    }
}

impl From<Program> for ProgramParameters {
    fn from(program: Program) -> Self {
        program.0
    }
}
