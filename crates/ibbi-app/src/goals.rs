//! Goals of an office: which of them a ledger's cases met, and which open cases are at risk.

mod known;
mod risk;

pub use known::AsKnown;
pub(crate) use known::{KnownCases, known_history};
pub use risk::{OpenCases, RiskSettings, at_risk};

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::ledger::PROGRAM;
use crate::text_file;
use ibbi_core::{At, History};
use ibbi_report::figures::FigureTable;
use ibbi_report::{goal_tables, xlsx};
use ibbi_sim::{GoalMeter, GoalRisks, GoalSet, GoalsReport};
use serde::Serialize;
use std::io::Read as _;
use std::path::Path;
use uuid::Uuid;

pub use ibbi_sim::SAMPLE_GOALS;

/// The longest file of goals, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Reads goals from a file or from standard input (`-`).
///
/// # Errors
/// [`AppError::Goals`] with all problems, or [`AppError::Io`] if the file can't be read.
pub fn load(path: &Path) -> Result<GoalSet, AppError> {
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than allowed, so that a longer file is reported and not cut.
    if path.as_os_str() == "-" {
        std::io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        text_file::open_regular(path, "name a file of goals")?
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..place].iter().filter(|byte| **byte == b'\n').count() + 1;
        AppError::Usage(format!("{}:{line}: this is not UTF-8 text; save the goals as UTF-8", path.display()))
    })?;
    GoalSet::parse(&text_file::without_mark(text)).map_err(|source| AppError::Goals { path: path.to_owned(), source })
}

/// Measures the cases of a ledger. The ledger is read once, without its lock.
///
/// # Errors
/// [`AppError`] if the ledger can't be read.
pub fn measure(ledger: &Path, goals: &GoalSet, known: AsKnown, now: At) -> Result<GoalsReport, AppError> {
    let cases = KnownCases::read(ledger, known, now)?;
    Ok(measure_cases(&cases, goals))
}

/// A report on goals, with the chances of the open cases if they were computed. `ibbi goals --json` prints it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalsAnswer {
    /// The report.
    #[serde(flatten)]
    pub report: GoalsReport,
    /// The open cases with their chances; left out if they were not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risks: Option<GoalRisks>,
}

/// Measures cases that are read one by one, such as those of a server's store.
pub struct CaseGoals<'g> {
    meter: GoalMeter<'g>,
    as_of: At,
    logged: Option<At>,
}

impl<'g> CaseGoals<'g> {
    /// Starts to measure, as of an instant (default: now), and as the cases were known at one.
    pub fn new(goals: &'g GoalSet, known: AsKnown, now: At) -> Self {
        let as_of = known.instant(now);
        Self { meter: GoalMeter::new(goals, as_of), as_of, logged: known.logged }
    }

    /// Adds a case, if it was known.
    pub fn add(&mut self, log: &CaseLog) {
        match known_history(log, self.logged) {
            Ok(Some((id, history))) => add(&mut self.meter, id, &history, self.as_of),
            Ok(None) => {}
            Err(_) => self.meter.leave_out(),
        }
    }

    /// Returns the report on all cases.
    pub fn finish(self) -> GoalsReport {
        GoalsReport { logged: self.logged, ..self.meter.finish() }
    }
}

/// Adds the events of a case that happened by an instant.
fn add(meter: &mut GoalMeter<'_>, id: Uuid, history: &History, as_of: At) {
    let steps = history.steps(as_of);
    meter.add(id, steps.iter().map(|step| (step.entry.at, &step.entry.event, step.to)));
}

fn measure_cases(cases: &KnownCases, goals: &GoalSet) -> GoalsReport {
    let as_of = cases.as_of();
    let mut meter = GoalMeter::new(goals, as_of);
    for case in cases.histories() {
        match case {
            Some((id, history)) => add(&mut meter, id, &history, as_of),
            None => meter.leave_out(),
        }
    }
    GoalsReport { logged: cases.logged(), ..meter.finish() }
}

/// Returns one of the tables of a report: `goal`, `period`, `facilitator`, `case`, `open`, or, if the chances were computed, `risk`.
pub fn table(answer: &GoalsAnswer, code: &str) -> Option<FigureTable> {
    goal_tables::all(&answer.report, answer.risks.as_ref()).into_iter().find(|table| table.code == code)
}

/// Returns a report as a spreadsheet (.xlsx), with one sheet for each table.
///
/// # Errors
/// [`AppError::Usage`] if a table is too long for a sheet.
pub fn spreadsheet(answer: &GoalsAnswer) -> Result<Vec<u8>, AppError> {
    let tables = goal_tables::all(&answer.report, answer.risks.as_ref());
    xlsx::workbook("Goals of the office", &tables, answer.report.as_of, PROGRAM).map_err(|error| {
        AppError::Usage(format!("the goals can't be a spreadsheet: {error}; write them as CSV instead"))
    })
}
