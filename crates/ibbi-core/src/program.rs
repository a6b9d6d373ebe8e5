//! The program's parameters: the length of the parts, and who must be present.
//!
//! They are part of the event that opens a case, so that an old ledger is checked with the parameters it was written
//! under.

use crate::edition::Edition;
use crate::sets::closed_set;
use crate::text::DocumentDigest;
use alloc::sync::Arc;
use alloc::vec::Vec;

closed_set! {
    /// The format of the facilitation: how it is divided into parts.
    Format, "facilitation format";
    /// One day of eight hours.
    FullDay = "full_day", "one full day";
    /// Two half-days of four hours each.
    TwoHalfDays = "two_half_days", "two half-days";
}

closed_set! {
    /// The people who must be present before a session can be opened.
    Presence, "presence policy";
    /// Every member of both teams.
    Everyone = "everyone", "every member of both teams";
    /// At least one member of each team.
    EachTeam = "each_team", "at least one member of each team";
}

/// The parameters as plain values. [`Program::new`] checks them.
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
    /// The edition of the rules that the case is checked against.
    #[cfg_attr(feature = "serde", serde(default = "first_edition", skip_serializing_if = "is_first_edition"))]
    pub edition: Edition,
    /// The digest of the edition, if it isn't the first; by default, the one that this version knows.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub edition_digest: Option<DocumentDigest>,
    /// The minutes of each part of the one-day facilitation. The MEP brochure has one part of 480.
    pub full_day: Vec<u16>,
    /// The minutes that a part can be short and still be complete. The policy of this project is 15.
    pub grace: u16,
    /// The people who must be present before a session can be opened. The policy of this project is everyone.
    pub presence: Presence,
    /// The minutes of the training. The MEP brochure has 480.
    pub training: u16,
    /// The minutes of each part of the facilitation in two half-days. The MEP brochure has two parts of 240.
    pub two_half_days: Vec<u16>,
}

#[cfg(feature = "serde")]
const fn first_edition() -> Edition {
    Edition::FIRST
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first_edition(edition: &Edition) -> bool {
    *edition == Edition::FIRST
}

impl Default for ProgramParameters {
    fn default() -> Self {
        Self {
            edition: Edition::FIRST,
            edition_digest: None,
            full_day: alloc::vec![480],
            grace: 15,
            presence: Presence::Everyone,
            training: 480,
            two_half_days: alloc::vec![240, 240],
        }
    }
}

/// Checked program parameters. Clones share them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "ProgramParameters", into = "ProgramParameters"))]
pub struct Program(Arc<ProgramParameters>);

/// The reason why program parameters are not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The first edition has a digest, or an edition that this version doesn't know has none.
    #[error("enter the digest of edition {0} if this version doesn't know it, and none for edition 1")]
    EditionDigest(Edition),
    /// A part has no length, or is longer than a day.
    #[error("a part has {0} minutes; enter 1 to {max}", max = Program::MAX_PART_MINUTES)]
    PartLength(u16),
    /// A format has no parts, or too many.
    #[error("a format has {0} parts; enter 1 to {max}", max = Program::MAX_PARTS)]
    PartCount(usize),
    /// The grace is so large that a part could be complete without any session.
    #[error(
        "the grace of {grace} minutes is not shorter than the shortest part ({shortest} minutes); enter a shorter grace"
    )]
    Grace {
        /// The grace in minutes.
        grace: u16,
        /// The shortest part in minutes.
        shortest: u16,
    },
}

impl Program {
    /// The largest number of parts in a format.
    pub const MAX_PARTS: usize = 8;
    /// The longest part, in minutes. A session stays within one day.
    pub const MAX_PART_MINUTES: u16 = 24 * 60;

    /// Checks the parameters and returns the program.
    ///
    /// # Errors
    /// [`ProgramError`] if a part or the number of parts is out of range, or the grace is as long as a part.
    pub fn new(mut parameters: ProgramParameters) -> Result<Self, ProgramError> {
        let ProgramParameters { edition, edition_digest, .. } = &mut parameters;
        if *edition != Edition::FIRST {
            *edition_digest = edition_digest.or_else(|| edition.digest());
        }
        if edition_digest.is_none() != (*edition == Edition::FIRST) {
            return Err(ProgramError::EditionDigest(*edition));
        }
        for parts in [&parameters.full_day, &parameters.two_half_days] {
            if parts.is_empty() || parts.len() > Self::MAX_PARTS {
                return Err(ProgramError::PartCount(parts.len()));
            }
        }
        let program = Self(Arc::new(parameters));
        if let Some(wrong) = program.lengths().find(|minutes| !(1..=Self::MAX_PART_MINUTES).contains(minutes)) {
            return Err(ProgramError::PartLength(wrong));
        }
        let (grace, shortest) = (program.grace(), program.lengths().min().unwrap_or(0));
        if grace >= shortest {
            return Err(ProgramError::Grace { grace, shortest });
        }
        Ok(program)
    }

    /// Returns the minutes of every part of the training and of each format.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = u16> {
        let formats = self.0.full_day.iter().chain(&self.0.two_half_days);
        formats.chain([&self.0.training]).copied()
    }

    /// Returns the edition of the rules under which a case of the program is opened.
    pub fn edition(&self) -> Edition {
        self.0.edition
    }

    /// Returns whether the edition's digest is the one that this version knows.
    pub(crate) fn has_known_digest(&self) -> bool {
        self.0.edition == Edition::FIRST || self.0.edition_digest == self.0.edition.digest()
    }

    /// Returns the minutes of each part of the facilitation in a format.
    pub fn facilitation(&self, format: Format) -> &[u16] {
        match format {
            Format::FullDay => &self.0.full_day,
            Format::TwoHalfDays => &self.0.two_half_days,
        }
    }

    /// Returns the minutes of the training.
    pub fn training(&self) -> u16 {
        self.0.training
    }

    /// Returns the minutes that a part can be short and still be complete.
    pub fn grace(&self) -> u16 {
        self.0.grace
    }

    /// Returns the people who must be present before a session can be opened.
    pub fn presence(&self) -> Presence {
        self.0.presence
    }

    /// Returns the plain values.
    pub fn parameters(&self) -> &ProgramParameters {
        &self.0
    }
}

impl Default for Program {
    /// Returns the published program: eight hours of training, and eight hours (or twice four hours) of facilitation.
    fn default() -> Self {
        Self(Arc::new(ProgramParameters::default()))
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
        Arc::unwrap_or_clone(program.0)
    }
}
