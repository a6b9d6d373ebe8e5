//! The program's parameters: the length of the parts, and who must be present.
//!
//! They are part of the event that opens a case, so that an old ledger is checked with the parameters it was written
//! under.

use crate::edition::Edition;
use crate::sets::closed_set;
use crate::text::{ActivityId, DocumentDigest, FormatId, Name};
use alloc::string::String;
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
    /// A published activity of the training.
    Activity, "training activity";
    /// An exercise.
    Exercise = "exercise", "exercise";
    /// A bargaining simulation.
    BargainingSimulation = "bargaining_simulation", "bargaining simulation";
}

closed_set! {
    /// The people who must be present before a session can be opened.
    Presence, "presence policy";
    /// Every member of both teams.
    Everyone = "everyone", "every member of both teams";
    /// At least one member of each team.
    EachTeam = "each_team", "at least one member of each team";
}

impl From<Format> for FormatId {
    fn from(format: Format) -> Self {
        match format {
            Format::FullDay => const { Self::constant("full_day") },
            Format::TwoHalfDays => const { Self::constant("two_half_days") },
        }
    }
}

impl FormatId {
    /// Returns the published format with this ID, if there is one.
    pub fn published(self) -> Option<Format> {
        Format::from_code(self.as_str())
    }

    /// Returns the label of a published format, or the ID itself.
    pub fn label(&self) -> &str {
        match self.published() {
            Some(format) => format.label(),
            None => self.as_str(),
        }
    }
}

impl From<Activity> for ActivityId {
    fn from(activity: Activity) -> Self {
        match activity {
            Activity::Exercise => Self::EXERCISE,
            Activity::BargainingSimulation => Self::BARGAINING_SIMULATION,
        }
    }
}

impl ActivityId {
    /// The exercise of the published training.
    pub const EXERCISE: Self = Self::constant("exercise");
    /// The bargaining simulation of the published training.
    pub const BARGAINING_SIMULATION: Self = Self::constant("bargaining_simulation");
    /// The activities of the published training.
    pub const PUBLISHED: [Self; 2] = [Self::EXERCISE, Self::BARGAINING_SIMULATION];

    /// Returns the published activity with this ID, if there is one.
    pub fn published(self) -> Option<Activity> {
        Activity::ALL.iter().copied().find(|activity| self == (*activity).into())
    }

    /// Returns the label of a published activity, or the ID in words.
    ///
    /// ```
    /// use ibbi_core::ActivityId;
    /// assert_eq!(ActivityId::BARGAINING_SIMULATION.label(), "bargaining simulation");
    /// assert_eq!(ActivityId::new("role_play").unwrap().label(), "role play");
    /// ```
    pub fn label(self) -> String {
        in_words(self.as_str(), self.published().map(Activity::label))
    }
}

/// Returns the label of something that was published, or the words of an ID.
fn in_words(id: &str, published: Option<&str>) -> String {
    published.map_or_else(|| id.replace(['_', '-'], " "), Into::into)
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
pub struct ProgramParameters {
    /// The activities that the training must include. The policy of this project is an exercise and a simulation.
    pub activities: Vec<ActivityId>,
    /// The edition of the rules that the case is checked against.
    pub edition: Edition,
    /// The digest of the edition, if it isn't the first; by default, the one that this version knows.
    pub edition_digest: Option<DocumentDigest>,
    /// The formats of the facilitation: for each ID, the minutes of each part, sorted by ID. The MEP brochure has one day of 480 minutes,
    /// or two half-days of 240.
    pub formats: Vec<(FormatId, Vec<u16>)>,
    /// The minutes that a part can be short and still be complete. The policy of this project is 15.
    pub grace: u16,
    /// The name of the program.
    pub name: Option<Name>,
    /// The people who must be present before a session can be opened. The policy of this project is everyone.
    pub presence: Presence,
    /// Whether several parts can first be opened on one day.
    pub same_day_parts: bool,
    /// The source of the program's parameters, such as a web page.
    pub source: Option<Name>,
    /// The minutes of each part of the training. The MEP brochure has one part of 480.
    pub training: Vec<u16>,
}

impl ProgramParameters {
    /// Returns the published formats with these parts.
    pub fn published_formats(full_day: Vec<u16>, two_half_days: Vec<u16>) -> Vec<(FormatId, Vec<u16>)> {
        [(Format::FullDay.into(), full_day), (Format::TwoHalfDays.into(), two_half_days)].into()
    }

    /// Returns whether the first edition can express the parameters, apart from the edition itself.
    fn fit_the_first_edition(&self) -> bool {
        let Self { activities, formats, name, same_day_parts, source, training, .. } = self;
        let published = formats.len() == 2 && formats.iter().all(|(format, _)| format.published().is_some());
        let plain = name.is_none() && source.is_none() && !same_day_parts;
        published && plain && training.len() == 1 && *activities == ActivityId::PUBLISHED
    }
}

impl Default for ProgramParameters {
    fn default() -> Self {
        Self {
            activities: ActivityId::PUBLISHED.to_vec(),
            edition: Edition::FIRST,
            edition_digest: None,
            formats: Self::published_formats(alloc::vec![480], alloc::vec![240, 240]),
            grace: 15,
            name: None,
            presence: Presence::Everyone,
            same_day_parts: false,
            source: None,
            training: alloc::vec![480],
        }
    }
}

/// Checked program parameters. Clones share them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "json::RawProgram", into = "json::RawProgram"))]
pub struct Program(Arc<ProgramParameters>);

/// The reason why program parameters are not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The first edition can't express the parameters.
    #[error(
        "edition 1 has one part of training, the published activities and formats, and no name or source; use edition 2"
    )]
    FirstEdition,
    /// The keys of the program's JSON are not those of its edition.
    #[error("the program has no `{0}`, which its edition needs")]
    Missing(&'static str),
    /// A key of the program's JSON belongs to another edition.
    #[error("the program has `{0}`, which its edition doesn't have; leave it out")]
    OtherEdition(&'static str),
    /// The program has no format, too many of them, too many activities, or an activity twice.
    #[error(
        "a program has 1 to {formats} formats, at most {activities} activities, and each activity once",
        formats = Program::MAX_FORMATS,
        activities = Program::MAX_ACTIVITIES
    )]
    Lists,
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
    /// The largest number of activities that the training must include.
    pub const MAX_ACTIVITIES: usize = 16;
    /// The largest number of formats.
    pub const MAX_FORMATS: usize = 20;
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
        if parameters.edition == Edition::FIRST && !parameters.fit_the_first_edition() {
            return Err(ProgramError::FirstEdition);
        }
        parameters.formats.sort_by_key(|(format, _)| *format);
        let repeated = parameters.formats.windows(2).any(|pair| matches!(pair, [one, two] if one.0 == two.0))
            || (1..parameters.activities.len())
                .any(|index| parameters.activities[..index].contains(&parameters.activities[index]));
        let too_many = parameters.activities.len() > Self::MAX_ACTIVITIES;
        if repeated || too_many || !(1..=Self::MAX_FORMATS).contains(&parameters.formats.len()) {
            return Err(ProgramError::Lists);
        }
        for parts in parameters.formats.iter().map(|(_, parts)| parts).chain([&parameters.training]) {
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
        self.0.formats.iter().map(|(_, parts)| parts).chain([&self.0.training]).flatten().copied()
    }

    /// Returns the edition of the rules under which a case of the program is opened.
    pub fn edition(&self) -> Edition {
        self.0.edition
    }

    /// Returns whether the edition's digest is the one that this version knows.
    pub(crate) fn has_known_digest(&self) -> bool {
        self.0.edition == Edition::FIRST || self.0.edition_digest == self.0.edition.digest()
    }

    /// Returns the minutes of each part of the facilitation in a format, or `None` if the program doesn't have it.
    pub fn facilitation(&self, format: impl Into<FormatId>) -> Option<&[u16]> {
        let wanted = format.into();
        self.0.formats.iter().find(|(format, _)| *format == wanted).map(|(_, parts)| parts.as_slice())
    }

    /// Returns the formats of the facilitation, with the minutes of each part.
    pub fn formats(&self) -> impl Iterator<Item = (FormatId, &[u16])> {
        self.0.formats.iter().map(|(format, parts)| (*format, parts.as_slice()))
    }

    /// Returns the label of a format with its parts, such as `two half-days (4 hours each)`.
    ///
    /// ```
    /// use ibbi_core::{Format, Program};
    /// assert_eq!(Program::default().format_label(Format::TwoHalfDays), "two half-days (4 hours each)");
    /// ```
    pub fn format_label(&self, format: impl Into<FormatId>) -> String {
        let format = format.into();
        let name = in_words(format.as_str(), format.published().map(Format::label));
        match self.facilitation(format) {
            None => name,
            Some([one]) => alloc::format!("{name} ({})", duration(*one)),
            Some(parts) if parts.iter().all(|part| *part == parts[0]) => {
                alloc::format!("{name} ({} each)", duration(parts[0]))
            }
            Some(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| duration(*part)).collect();
                alloc::format!("{name} ({})", parts.join(", "))
            }
        }
    }

    /// Returns the format, if the program has only one.
    pub fn only_format(&self) -> Option<FormatId> {
        match self.0.formats.as_slice() {
            [(format, _)] => Some(*format),
            _ => None,
        }
    }

    /// Returns the minutes of each part of the training.
    pub fn training(&self) -> &[u16] {
        &self.0.training
    }

    /// Returns the activities that the training must include.
    pub fn activities(&self) -> &[ActivityId] {
        &self.0.activities
    }

    /// Returns the activities to choose from when one is recorded: those that the training must include, then the other
    /// published ones.
    pub fn activity_choices(&self) -> impl Iterator<Item = ActivityId> {
        let more = ActivityId::PUBLISHED.into_iter().filter(|activity| !self.activities().contains(activity));
        self.activities().iter().copied().chain(more)
    }

    /// Returns whether several parts can first be opened on one day.
    pub fn allows_same_day_parts(&self) -> bool {
        self.0.same_day_parts
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

/// Returns a number of minutes in hours and minutes.
fn duration(minutes: u16) -> String {
    let counted = |count: u16, unit: &str| match count {
        0 => String::new(),
        1 => alloc::format!("1 {unit}"),
        _ => alloc::format!("{count} {unit}s"),
    };
    let (hours, rest) = (counted(minutes / 60, "hour"), counted(minutes % 60, "minute"));
    if hours.is_empty() || rest.is_empty() { hours + &rest } else { alloc::format!("{hours} {rest}") }
}

#[cfg(feature = "serde")]
mod json;
