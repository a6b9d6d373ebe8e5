//! Time goals of an office: how soon one thing should follow another, and in what share of the cases.
//!
//! `docs/goals.md` specifies the file, the counting of days, and when a goal is met or missed.

mod chance;
mod judge;
mod measure;
mod meter;
mod moment;
mod read;
mod report;
mod track;

pub use chance::{GoalChance, GoalRisk, GoalRisks, goal_chances};
pub use judge::GoalResult;
pub use measure::GoalMeasurement;
pub use meter::GoalMeter;
pub use moment::{AnswerSet, GoalMoment, GoalMomentError};
pub use report::{FacilitatorTally, GoalReport, GoalTally, GoalsReport, PeriodTally};

use crate::scenario::Problem;
use ibbi_common::fiscal::{FiscalYears, PeriodKind};
use ibbi_core::{FormatId, Name};
use serde::Serialize;
use std::fmt;

/// A file of goals to start from. Every goal in it is an assumption.
pub const SAMPLE_GOALS: &str = include_str!("../../../../docs/goals/sample.toml");

/// The goals of an office.
///
/// ```
/// use ibbi_sim::{GoalSet, SAMPLE_GOALS};
/// let goals = GoalSet::parse(SAMPLE_GOALS).unwrap();
/// let letters = &goals.goals[3];
/// assert_eq!(letters.statement(), "80% within 40 days, from the last of the three letters to application accepted");
///
/// let wrong = SAMPLE_GOALS.replace("application_accepted", "aplication_accepted");
/// let error = GoalSet::parse(&wrong).unwrap_err();
/// assert_eq!(error.problems[0].nearest.as_deref(), Some("application_accepted"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalSet {
    /// When fiscal years start.
    pub fiscal_years: FiscalYears,
    /// The length of the periods by which goals are reported.
    pub period: PeriodKind,
    /// The goals, in the order of the file.
    pub goals: Vec<TimeGoal>,
}

/// How days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// Every day counts.
    Calendar,
    /// Saturdays, Sundays, and legal holidays of Massachusetts don't count.
    Business,
}

impl DayCount {
    const CODES: [&'static str; 2] = ["calendar", "business"];

    fn from_code(code: &str) -> Option<Self> {
        match code {
            "calendar" => Some(Self::Calendar),
            "business" => Some(Self::Business),
            _ => None,
        }
    }
}

/// One goal: in a share of the cases, one thing follows another within some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeGoal {
    /// The name, which no other goal of the file has.
    pub name: String,
    /// What starts the days.
    pub from: GoalMoment,
    /// What must happen within the days.
    pub to: GoalMoment,
    /// The number of days, from 0 to 999. The day of `from` is day 0.
    pub within: u16,
    /// How the days are counted.
    pub days: DayCount,
    /// The percentage of the cases, from 1 to 100.
    pub share: u8,
    /// Who set the goal, and where it is written.
    pub source: String,
    /// Only cases with one of these formats of the facilitation; all cases if it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<FormatId>,
    /// Only cases of these districts; all cases if it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<Name>,
}

impl TimeGoal {
    /// Returns the goal in words: `80% within 40 days, from the last of the three letters to application accepted`.
    pub fn statement(&self) -> String {
        let unit = match (self.days, self.within) {
            (DayCount::Calendar, 1) => "day",
            (DayCount::Calendar, _) => "days",
            (DayCount::Business, 1) => "business day",
            (DayCount::Business, _) => "business days",
        };
        let Self { share, within, from, to, .. } = self;
        format!("{share}% within {within} {unit}, from {} to {}", from.label(), to.label())
    }

    /// Returns whether the goal is about a case with this district and format.
    fn covers(&self, district: Option<&Name>, format: Option<&FormatId>) -> bool {
        let among = |formats: &[FormatId]| format.is_some_and(|format| formats.contains(format));
        (self.formats.is_empty() || among(&self.formats))
            && (self.districts.is_empty() || district.is_some_and(|district| self.districts.contains(district)))
    }
}

impl GoalSet {
    /// Reads goals from TOML.
    ///
    /// # Errors
    /// [`GoalsError`] with all problems, each with its line.
    pub fn parse(text: &str) -> Result<Self, GoalsError> {
        read::goals(text)
    }
}

/// All problems of a file of goals, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct GoalsError {
    /// The problems, at least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for GoalsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "the goals have {count} problem{}", if count == 1 { "" } else { "s" })?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}
