//! Reports on single cases.

use super::input::{audit_failed, find_case, open};
use crate::error::AppError;
use ibbi_audit::{CaseQuery, CaseReport};
use ibbi_log::Uuid;
use std::path::Path;

/// Returns a report on one case, given by its ID, the beginning of its ID, or its district.
///
/// # Errors
/// Returns an [`AppError`] if the ledger can't be read or doesn't have the case.
pub fn case_report(path: &Path, case: &str, query: impl FnOnce(Uuid) -> CaseQuery) -> Result<CaseReport, AppError> {
    let id = find_case(path, case)?;
    let report = ibbi_audit::case_report(open(path)?, &query(id)).map_err(|error| audit_failed(path, error))?;
    report.ok_or_else(|| AppError::NoCase(format!("{} has no case {id}", path.display())))
}

/// Returns reports on several cases, in the order of the queries, from one reading of the ledger.
///
/// # Errors
/// Returns an [`AppError`] if the ledger can't be read. A case that it doesn't have is left out.
pub fn case_reports(path: &Path, queries: &[CaseQuery]) -> Result<Vec<CaseReport>, AppError> {
    let reports = ibbi_audit::case_reports(open(path)?, queries).map_err(|error| audit_failed(path, error))?;
    Ok(reports.into_iter().flatten().collect())
}
