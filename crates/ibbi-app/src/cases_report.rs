//! The cases of a ledger on a day, as they were and as they were known: how long each took, and where each was.

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::goals::{AsKnown, KnownCases, known_history};
use ibbi_audit::{CaseOnRecord, CasesReport, CasesReportBuilder};
use ibbi_core::At;
use std::path::Path;

/// Measures the cases of a ledger on a day. The ledger is read once, without its lock.
///
/// # Errors
/// [`AppError`] if the ledger can't be read.
pub fn cases_report(ledger: &Path, known: AsKnown, now: At) -> Result<CasesReport, AppError> {
    let cases = KnownCases::read(ledger, known, now)?;
    let mut measured = CaseMeasures::new(AsKnown { as_of: Some(cases.as_of()), ..known }, now);
    cases.logs().iter().for_each(|log| measured.add(log));
    Ok(measured.finish())
}

/// Measures cases that are read one by one, such as those of a server's store.
pub struct CaseMeasures(CasesReportBuilder);

impl CaseMeasures {
    /// Starts to measure.
    pub fn new(known: AsKnown, now: At) -> Self {
        Self(CasesReportBuilder::new(known.as_of.or(known.logged).unwrap_or(now), known.logged))
    }

    /// Adds a case.
    pub fn add(&mut self, log: &CaseLog) {
        let (Ok(whole), Ok(known)) = (log.history(), known_history(log, Some(self.0.known_on()))) else {
            self.0.leave_out();
            return;
        };
        let logged: Vec<_> = log.records.iter().map(|record| (record.seq, record.logged)).collect();
        let known = known.as_ref().map(|(_, history)| &**history);
        self.0.add(CaseOnRecord { id: log.id, whole, known, logged: &logged });
    }

    /// Returns the report.
    pub fn finish(self) -> CasesReport {
        self.0.finish()
    }
}
