//! The program report of a ledger: what a program did in a fiscal year, as a value, as CSV, and as a spreadsheet.

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::goals::{AsKnown, KnownCases, known_history};
use crate::ledger::PROGRAM;
use ibbi_audit::{ProgramReport, ProgramReportBuilder};
use ibbi_common::fiscal::FiscalYears;
use ibbi_core::At;
use ibbi_report::figures::FigureTable;
use ibbi_report::{program_tables, xlsx};
use std::path::Path;

/// The content type of a spreadsheet (.xlsx).
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The years of a program report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgramYear {
    /// When fiscal years start.
    pub fiscal_years: FiscalYears,
    /// The fiscal year. It has the number of the calendar year in which it ends.
    pub fiscal_year: i32,
}

impl ProgramYear {
    /// Starts the report on this year, with the events until an instant.
    ///
    /// # Errors
    /// [`AppError::Usage`] if dates don't have the year.
    fn builder(self, as_of: At) -> Result<ProgramReportBuilder, AppError> {
        let Self { fiscal_years, fiscal_year } = self;
        ProgramReportBuilder::new(fiscal_years, fiscal_year, as_of)
            .ok_or_else(|| AppError::Usage(format!("fiscal year {fiscal_year} is outside the years 1971 to 9998")))
    }
}

/// Reports on the cases of a ledger. The ledger is read once, without its lock.
///
/// # Errors
/// [`AppError`] if the ledger can't be read, or dates don't have the year.
pub fn program_report(ledger: &Path, year: ProgramYear, known: AsKnown, now: At) -> Result<ProgramReport, AppError> {
    let cases = KnownCases::read(ledger, known, now)?;
    let mut builder = year.builder(cases.as_of())?;
    for case in cases.histories() {
        match case {
            Some((id, history)) => builder.add(id, &history),
            None => builder.leave_out(),
        }
    }
    Ok(ProgramReport { logged: cases.logged(), ..builder.finish() })
}

/// Reports on cases that are read one by one, such as those of a server's store.
pub struct CaseReports {
    builder: ProgramReportBuilder,
    logged: Option<At>,
}

impl CaseReports {
    /// Starts the report, as of an instant (default: now), and as the cases were known at one.
    ///
    /// # Errors
    /// [`AppError::Usage`] if dates don't have the year.
    pub fn new(year: ProgramYear, known: AsKnown, now: At) -> Result<Self, AppError> {
        Ok(Self { builder: year.builder(known.instant(now))?, logged: known.logged })
    }

    /// Adds a case, if it was known.
    pub fn add(&mut self, log: &CaseLog) {
        match known_history(log, self.logged) {
            Ok(Some((id, history))) => self.builder.add(id, &history),
            Ok(None) => {}
            Err(_) => self.builder.leave_out(),
        }
    }

    /// Returns the report.
    pub fn finish(self) -> ProgramReport {
        ProgramReport { logged: self.logged, ..self.builder.finish() }
    }
}

/// Returns one of the tables of a report: `summary`, `districts`, `cases`, or `neutrals`.
pub fn table(report: &ProgramReport, code: &str) -> Option<FigureTable> {
    program_tables(report).into_iter().find(|table| table.code == code)
}

/// Returns a report as a spreadsheet (.xlsx), with one sheet for each table.
///
/// # Errors
/// [`AppError::Usage`] if a table is too long for a sheet.
pub fn spreadsheet(report: &ProgramReport) -> Result<Vec<u8>, AppError> {
    let title = format!("Program report for fiscal year {}", report.fiscal_year);
    xlsx::workbook(&title, &program_tables(report), report.as_of, PROGRAM).map_err(|error| {
        AppError::Usage(format!("the report can't be a spreadsheet: {error}; write it as CSV instead"))
    })
}
