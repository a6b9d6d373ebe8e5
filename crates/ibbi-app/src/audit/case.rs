//! Reports on single cases.

use super::input::{audit_failed, find_case, open};
use crate::error::AppError;
use crate::imported_records::imported;
use crate::place;
use ibbi_audit::{CaseQuery, CaseReport, KnownDay, known_by_day};
use ibbi_log::{CustodyState, Texts, Uuid, texts_path};
use std::io;
use std::path::Path;

/// Returns a report on one case, given by its ID, the beginning of its ID, or its district.
///
/// # Errors
/// Returns an [`AppError`] if the ledger can't be read or doesn't have the case.
pub fn case_report(path: &Path, case: &str, query: impl FnOnce(Uuid) -> CaseQuery) -> Result<CaseReport, AppError> {
    let id = find_case(path, case)?;
    let report = ibbi_audit::case_report(open(path)?, &query(id)).map_err(|error| audit_failed(path, error))?;
    report.map(marked).ok_or_else(|| AppError::NoCase(format!("{} has no case {id}", path.display())))
}

/// Returns a report on one case as [`case_report`] does, with the confidential texts that are in the file beside the ledger. Without
/// the file, or without the right to read it, they stay digests.
///
/// # Errors
/// Returns an [`AppError`] as [`case_report`] does, and if the file of texts can't be read for another reason.
pub fn case_report_with_texts(
    path: &Path,
    case: &str,
    query: impl FnOnce(Uuid) -> CaseQuery,
) -> Result<CaseReport, AppError> {
    let id = find_case(path, case)?;
    let beside = if path == Path::new("-") { Ok(Texts::default()) } else { Texts::beside(path) };
    let texts = match beside {
        // The custody of a database's texts is not needed here: the texts that were destroyed are not in it any more.
        _ if place::is_database(path) => place::texts(path, &CustodyState::default())?.unwrap_or_default(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Texts::default(),
        read => read.map_err(|source| AppError::Io { doing: "read", path: texts_path(path), source })?,
    };
    let report = ibbi_audit::case_report_with_texts(open(path)?, &query(id), &texts);
    let report = report.map_err(|error| audit_failed(path, error))?;
    report.map(marked).ok_or_else(|| AppError::NoCase(format!("{} has no case {id}", path.display())))
}

/// Returns a report on one case, and what was known about it at the end of each day. The ledger is read twice.
///
/// # Errors
/// Returns an [`AppError`] as [`case_report`] does; [`AppError::Usage`] for standard input, which can be read only once.
pub fn case_in_full(
    path: &Path,
    case: &str,
    query: impl FnOnce(Uuid) -> CaseQuery,
) -> Result<(CaseReport, Vec<KnownDay>), AppError> {
    if path == Path::new("-") {
        let message = "standard input can be read only once, and a case in full needs the ledger more than once; save it to a \
                       file";
        return Err(AppError::Usage(message.to_owned()));
    }
    let report = case_report(path, case, query)?;
    let known = known_by_day(open(path)?, &report).map_err(|error| audit_failed(path, error))?;
    Ok((report, known))
}

/// Returns reports on several cases, in the order of the queries, from one reading of the ledger.
///
/// # Errors
/// Returns an [`AppError`] if the ledger can't be read. A case that it doesn't have is left out.
pub fn case_reports(path: &Path, queries: &[CaseQuery]) -> Result<Vec<CaseReport>, AppError> {
    let reports = ibbi_audit::case_reports(open(path)?, queries).map_err(|error| audit_failed(path, error))?;
    Ok(reports.into_iter().flatten().map(marked).collect())
}

/// Marks the records that were imported.
fn marked(mut report: CaseReport) -> CaseReport {
    let records: Vec<_> = report.records.iter().map(|record| (record.id, record.event.kind())).collect();
    for (record, is_imported) in report.records.iter_mut().zip(imported(report.case, &records)) {
        record.imported = is_imported;
    }
    report
}
