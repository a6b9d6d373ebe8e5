//! The cases of a ledger on a day: how long each took, which took unusually long, and where each was, as it was and as it was
//! known. `docs/many-cases.md` defines each figure.

mod durations;
mod known;
mod spread;

pub use spread::{DaysSoFar, DurationSpread, FIVE, FiveNumbers};

use durations::DurationReader;
use ibbi_core::{At, Date, EventKind, History, Name, Outcome, Stage, WaitingFor};
use ibbi_log::Uuid;
use serde::Serialize;

/// The cases of a ledger on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CasesReport {
    /// The instant until which events count.
    pub as_of: At,
    /// The instant until which records count. `None` means all records.
    pub logged: Option<At>,
    /// The instant of "as we knew it": only records that were written by then count for it.
    pub known_on: At,
    /// The number of cases that were left out, because the rules don't allow one of their events.
    pub left_out: u64,
    /// The calendar days from the opening to the end, of the cases that were completed. Open cases are counted here too, because
    /// an open case is on the way to its completion.
    pub completed: DurationSpread,
    /// The calendar days from the opening to the end, of the cases that ended otherwise. They often end early.
    pub other_ends: DurationSpread,
    /// The calendar days in each stage that a case was in, in the order of the process.
    pub stages: Vec<StageSpread>,
    /// The cases that had been opened, in the order of their openings.
    pub cases: Vec<CaseDurations>,
    /// Where each case was: as it was, and as it was known. It has the cases of `cases`, those that were known then, and no others.
    pub states: Vec<CaseOnDay>,
}

/// The spread of the days in a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageSpread {
    /// The stage.
    pub stage: Stage,
    /// The days in it.
    #[serde(flatten)]
    pub days: DurationSpread,
}

/// How long a case took.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseDurations {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Name,
    /// Its stage.
    pub stage: Stage,
    /// How it ended, if it had.
    pub outcome: Option<Outcome>,
    /// The day on which it was opened.
    pub opened: Date,
    /// The day on which it ended, if it had.
    pub closed: Option<Date>,
    /// The calendar days from its opening to its end, or so far.
    pub days: u32,
    /// The calendar days in each stage that it was in, in the order of the process.
    pub stages: Vec<StageDays>,
    /// Its longest wait, if it has waited for something.
    pub longest_wait: Option<LongestWait>,
    /// What took unusually long: the whole case, or its stages.
    pub outliers: Vec<Outlier>,
}

impl CaseDurations {
    /// Returns whether it is open or was completed, and not ended otherwise.
    pub fn is_compared_with_completed(&self) -> bool {
        self.outcome.is_none_or(|outcome| outcome == Outcome::Completed)
    }
}

/// The days of a case in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageDays {
    /// The stage.
    pub stage: Stage,
    /// The calendar days in it, or so far.
    pub days: u32,
    /// Whether the case has left it.
    pub finished: bool,
}

/// The longest wait of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LongestWait {
    /// The person, body, or date that the case waited for.
    pub who: WaitingFor,
    /// The stage in which it waited.
    pub stage: Stage,
    /// The day on which the wait began.
    pub since: Date,
    /// The calendar days of the wait, or so far.
    pub days: u32,
    /// Whether the wait is over.
    pub finished: bool,
}

/// Something that took unusually long: more days than Tukey's upper fence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outlier {
    /// The stage; `None` for the whole case, which is compared with the cases that ended like it. An open case is compared with
    /// those that were completed.
    pub stage: Option<Stage>,
    /// The calendar days, or so far.
    pub days: u32,
    /// The fence: the third quartile and 1.5 times the distance between the quartiles.
    pub fence: f64,
    /// Whether it is over. If not, it can only become longer.
    pub finished: bool,
}

/// Where a case was on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseOnDay {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Name,
    /// Its state as it was, with all records until now; `None` if it had not been opened.
    pub as_it_was: Option<StateOnDay>,
    /// Its state as it was known; `None` if no record showed then that it had been opened.
    pub as_known: Option<StateOnDay>,
    /// What was recorded later about events of the time until the day.
    pub changes: Vec<LaterChange>,
}

impl CaseOnDay {
    /// Returns whether the case was in another state than was known.
    pub fn differs(&self) -> bool {
        self.as_it_was != self.as_known
    }
}

/// The stage of a case on a day, and how it had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateOnDay {
    /// The stage.
    pub stage: Stage,
    /// How the case had ended, if it had.
    pub outcome: Option<Outcome>,
}

/// A record that was written later, and changes what is known about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LaterChange {
    /// The number of the record that it is about.
    pub seq: u64,
    /// The kind of its event.
    pub event: EventKind,
    /// When the event happened, as was known then; for an event that was not known, as it is known now.
    pub at: At,
    /// The change.
    #[serde(flatten)]
    pub change: LaterChangeKind,
    /// When the later record was written.
    pub logged: At,
}

/// How later records change what is known about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum LaterChangeKind {
    /// The event was recorded later.
    RecordedLater,
    /// The event was corrected.
    Corrected {
        /// The number of the record that counts now.
        by: u64,
        /// When the event happened, as it is known now.
        happened: At,
    },
    /// The event was voided.
    Voided {
        /// The number of the record that voided it.
        by: u64,
    },
}

impl LaterChangeKind {
    /// Returns the code of the kind, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RecordedLater => "recorded_later",
            Self::Corrected { .. } => "corrected",
            Self::Voided { .. } => "voided",
        }
    }
}

/// A case as a store has it.
#[derive(Debug, Clone, Copy)]
pub struct CaseOnRecord<'a> {
    /// Its ID.
    pub id: Uuid,
    /// The case with all records.
    pub whole: &'a History,
    /// The case as it was known at [`CasesReportBuilder::known_on`], if it was known.
    pub known: Option<&'a History>,
    /// The number of each record, with the instant at which it was written, in ascending order.
    pub logged: &'a [(u64, At)],
}

/// Makes a [`CasesReport`] from cases that are given one by one.
///
/// ```
/// use ibbi_audit::{CaseOnRecord, CasesReportBuilder};
/// use ibbi_core::{events::*, *};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (at, now): (At, At) = ("2026-09-01T13:00:00.000Z".parse()?, "2026-09-11T13:00:00.000Z".parse()?);
/// let mut whole = History::new();
/// whole.offer(1, at, CaseOpened {
///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
/// })?;
/// let mut builder = CasesReportBuilder::new(now, None);
/// builder.add(CaseOnRecord { id: whole.id(), whole: &whole, known: Some(&whole), logged: &[(1, at)] });
/// let report = builder.finish();
/// assert_eq!((report.cases[0].days, report.completed.open.count), (10, 1));
/// assert!(!report.states[0].differs());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct CasesReportBuilder {
    as_of: At,
    logged: Option<At>,
    left_out: u64,
    cases: Vec<(At, CaseDurations)>,
    states: Vec<(At, CaseOnDay)>,
}

impl CasesReportBuilder {
    /// Starts a report on what had happened by an instant. With `logged`, only what was on record then counts.
    pub const fn new(as_of: At, logged: Option<At>) -> Self {
        Self { as_of, logged, left_out: 0, cases: Vec::new(), states: Vec::new() }
    }

    /// Returns the instant of "as we knew it": the one of the records, or else that of the report.
    pub fn known_on(&self) -> At {
        self.logged.unwrap_or(self.as_of)
    }

    /// Adds a case. One that had not been opened by then, and was not known to be, is not in the report.
    pub fn add(&mut self, case: CaseOnRecord<'_>) {
        let measured = if self.logged.is_some() { case.known } else { Some(case.whole) };
        let reader = DurationReader { as_of: self.as_of };
        let durations = measured.and_then(|history| reader.read(case.id, history));
        if let Some(durations) = durations {
            self.cases.push(durations);
        }
        if let Some(state) = known::compare(&case, self.as_of) {
            self.states.push(state);
        }
    }

    /// Counts a case that can't be measured, because the rules don't allow one of its events.
    pub const fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// Returns the report.
    pub fn finish(self) -> CasesReport {
        let known_on = self.known_on();
        let Self { as_of, logged, left_out, mut cases, mut states } = self;
        cases.sort_by_key(|(opened, case)| (*opened, case.case));
        states.sort_by_key(|(opened, case)| (*opened, case.case));
        let mut cases: Vec<CaseDurations> = cases.into_iter().map(|(_, case)| case).collect();
        let total = |completed: bool| {
            let cases = cases.iter().filter(|case| case.is_compared_with_completed() == completed);
            DurationSpread::new(cases.map(|case| (case.days, case.closed.is_some())))
        };
        let (completed, other_ends) = (total(true), total(false));
        let spread = |stage: &Stage| {
            let stays = cases.iter().flat_map(|case| &case.stages).filter(|stay| stay.stage == *stage);
            DurationSpread::new(stays.map(|stay| (stay.days, stay.finished)))
        };
        let stages = Stage::ALL.iter().map(|stage| StageSpread { stage: *stage, days: spread(stage) });
        let stages: Vec<_> = stages.filter(|stage| stage.days.count() > 0).collect();
        for case in &mut cases {
            let total = if case.is_compared_with_completed() { &completed } else { &other_ends };
            case.outliers = outliers(case, total, &stages);
        }
        let states = states.into_iter().map(|(_, state)| state).collect();
        CasesReport { as_of, logged, known_on, left_out, completed, other_ends, stages, cases, states }
    }
}

/// Returns what took unusually long in a case: the case itself first, then its stages.
fn outliers(case: &CaseDurations, total: &DurationSpread, stages: &[StageSpread]) -> Vec<Outlier> {
    let whole = (None, case.days, case.closed.is_some(), total.fence);
    let stays = case.stages.iter().map(|stay| {
        let spread = stages.iter().find(|spread| spread.stage == stay.stage);
        (Some(stay.stage), stay.days, stay.finished, spread.and_then(|spread| spread.days.fence))
    });
    let beyond = std::iter::once(whole).chain(stays).filter_map(|(stage, days, finished, fence)| {
        let fence = fence.filter(|fence| f64::from(days) > *fence)?;
        Some(Outlier { stage, days, fence, finished })
    });
    beyond.collect()
}
