//! The program report: what a program did in a fiscal year. `docs/program-report.md` defines each figure.

mod case_year;
mod totals;

use case_year::CaseYearReader;
use ibbi_common::fiscal::FiscalYears;
use ibbi_core::{At, Date, History, Name, Outcome, Stage};
use ibbi_log::Uuid;
use serde::Serialize;

/// What a program did in a fiscal year.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProgramReport {
    /// The fiscal year. It has the number of the calendar year in which it ends.
    pub fiscal_year: i32,
    /// Its first day.
    pub first_day: Date,
    /// Its last day.
    pub last_day: Date,
    /// The instant until which events count.
    pub as_of: At,
    /// The instant at which the records were known on which the report is based; left out if it has all that were recorded since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logged: Option<At>,
    /// Whether the year was over by then. Otherwise, the figures are of the year so far.
    pub is_complete: bool,
    /// The number of cases that were left out, because the rules don't allow one of their events.
    pub left_out: u64,
    /// The figures of the year.
    pub summary: ProgramSummary,
    /// The districts with a case in the year, by name.
    pub districts: Vec<DistrictYear>,
    /// The cases that were open in the year, or whose agreement was voted on, in the order in which they were opened.
    pub cases: Vec<CaseYear>,
    /// The neutrals who led a session in the year, or are booked for one, by name.
    pub neutrals: Vec<NeutralYear>,
}

/// The figures of a fiscal year.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProgramSummary {
    /// Districts with a case that was open in the year.
    pub districts: u64,
    /// Cases that were open when the year began.
    pub open_at_start: u64,
    /// Cases that were opened: the requests.
    pub opened: u64,
    /// Cases that ended.
    pub closed: u64,
    /// Cases that are open at the end of the year, or at the instant of the report if that is earlier.
    pub open_at_end: u64,
    /// Cases that ended because all hours of the facilitation were held.
    pub completed: u64,
    /// Cases that ended because a party declined the method.
    pub ended_not_adopted: u64,
    /// Cases that ended because the application was declined.
    pub not_accepted: u64,
    /// Cases that went to another service.
    pub referred: u64,
    /// Cases that were withdrawn.
    pub withdrawn: u64,
    /// Introductory meetings that were held.
    pub meetings: u64,
    /// Sessions of the training that were held.
    pub training_sessions: u64,
    /// Their minutes, from opening to end.
    pub training_minutes: u64,
    /// Sessions of the facilitation that were held.
    pub facilitation_sessions: u64,
    /// Their minutes, from opening to end.
    pub facilitation_minutes: u64,
    /// Bookings that were postponed.
    pub postponed: u64,
    /// Cases in which both parties adopted the method.
    pub adopted: u64,
    /// Cases with a decision: both adopted, or one declined.
    pub decided: u64,
    /// Cases with a tentative agreement.
    pub tentative_agreements: u64,
    /// Cases whose agreement both parties ratified.
    pub ratified: u64,
    /// Cases whose bargaining ended without an agreement.
    pub no_agreement: u64,
    /// Cases that had their first session.
    pub first_sessions: u64,
    /// The days from the request to the first session, of these cases.
    pub days_to_first_session: Option<DaySpread>,
    /// Neutrals who led a session.
    pub neutrals: u64,
}

impl ProgramSummary {
    /// Returns the number of sessions that were held.
    pub const fn sessions(&self) -> u64 {
        self.training_sessions + self.facilitation_sessions
    }

    /// Returns the minutes of these sessions.
    pub const fn minutes(&self) -> u64 {
        self.training_minutes + self.facilitation_minutes
    }

    /// Returns the share of the decisions that are adoptions, from 0 to 1; `None` without a decision.
    #[allow(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^53")]
    pub fn adoption(&self) -> Option<f64> {
        (self.decided > 0).then(|| self.adopted as f64 / self.decided as f64)
    }
}

/// The spread of some numbers of days, by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DaySpread {
    /// The least.
    pub least: u32,
    /// The median.
    pub median: u32,
    /// Nine in ten are not more.
    pub p90: u32,
    /// The most.
    pub most: u32,
}

/// A case in a fiscal year.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseYear {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Name,
    /// The day on which it was opened.
    pub opened: Date,
    /// Its stage at the end of the year, or at the instant of the report if that is earlier.
    pub stage: Stage,
    /// How it ended, if it had by then.
    pub outcome: Option<Outcome>,
    /// The day on which it ended, if it had by then.
    pub closed: Option<Date>,
    /// Introductory meetings that were held in the year.
    pub meetings: u64,
    /// Sessions of the training that were held in the year.
    pub training_sessions: u64,
    /// Sessions of the facilitation that were held in the year.
    pub facilitation_sessions: u64,
    /// The minutes of these sessions.
    pub minutes: u64,
    /// The day of its first session, if that was in the year.
    pub first_session: Option<Date>,
    /// The days from its opening to that session.
    pub days_to_first_session: Option<u32>,
    /// Whether both parties adopted the method; `None` if that was not decided in the year.
    pub adopted: Option<bool>,
    /// The neutrals of these sessions, by name.
    pub neutrals: Vec<Name>,
}

/// A district in a fiscal year.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DistrictYear {
    /// The district.
    pub district: Name,
    /// Its cases in the year.
    pub cases: u64,
    /// Its cases that were opened in the year.
    pub opened: u64,
    /// Its cases that ended in the year.
    pub closed: u64,
    /// Sessions that were held.
    pub sessions: u64,
    /// Their minutes.
    pub minutes: u64,
    /// Cases in which both parties adopted the method.
    pub adopted: u64,
    /// Cases with a decision.
    pub decided: u64,
    /// Cases that were completed.
    pub completed: u64,
}

/// A neutral in a fiscal year.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NeutralYear {
    /// The name.
    pub name: Name,
    /// Cases with a session that the neutral led in the year, alone or with others, or is booked for.
    pub cases: u64,
    /// The districts of these cases.
    pub districts: u64,
    /// Sessions that the neutral led, named first.
    pub led: u64,
    /// Sessions that the neutral led together with one who is named first.
    pub co_led: u64,
    /// The minutes of both.
    pub minutes: u64,
    /// Booked sessions in the year that have not opened.
    pub booked: u64,
}

/// Makes a program report from cases, one by one.
///
/// ```
/// use ibbi_audit::ProgramReportBuilder;
/// use ibbi_common::fiscal::FiscalYears;
/// use ibbi_core::{events::*, *};
/// let mut history = History::new();
/// history.offer(1, "2026-09-01T13:00:00.000Z".parse()?, CaseOpened {
///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
/// })?;
/// let as_of = "2027-01-31T17:00:00.000Z".parse()?;
/// let mut builder = ProgramReportBuilder::new(FiscalYears::default(), 2027, as_of).expect("a year that dates have");
/// builder.add(uuid::Uuid::from_u128(1), &history);
/// let report = builder.finish();
/// assert_eq!((report.summary.opened, report.summary.open_at_end, report.is_complete), (1, 1, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ProgramReportBuilder {
    reader: CaseYearReader,
    totals: totals::Totals,
    fiscal_year: i32,
    left_out: u64,
}

impl ProgramReportBuilder {
    /// Starts the report on a fiscal year, with the events until an instant. Returns `None` if no date has the year.
    pub fn new(fiscal_years: FiscalYears, fiscal_year: i32, as_of: At) -> Option<Self> {
        let (first, last) = fiscal_years.days(fiscal_year)?;
        let reader = CaseYearReader { first, last, as_of };
        Some(Self { reader, totals: totals::Totals::default(), fiscal_year, left_out: 0 })
    }

    /// Adds a case.
    pub fn add(&mut self, case: Uuid, history: &History) {
        if let Some(read) = self.reader.read(case, history) {
            self.totals.add(read);
        }
    }

    /// Counts a case that can't be read, because the rules don't allow one of its events.
    pub const fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// Returns the report on all cases.
    pub fn finish(self) -> ProgramReport {
        let CaseYearReader { first, last, as_of } = self.reader;
        let (summary, districts, cases, neutrals) = self.totals.finish();
        ProgramReport {
            fiscal_year: self.fiscal_year,
            first_day: first,
            last_day: last,
            as_of,
            logged: None,
            is_complete: as_of.utc_date() > last,
            left_out: self.left_out,
            summary,
            districts,
            cases,
            neutrals,
        }
    }
}
