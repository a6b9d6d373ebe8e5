//! The ledgers that an audit reads: opening them, and choosing one of their cases.

use crate::case_choice::meant;
use crate::error::AppError;
use crate::file_type;
use crate::mirrors;
use crate::place::{LedgerBytes, Place};
use ibbi_audit::{Audit, AuditError, AuditOptions, AuditedCaseSummary, Finding, FindingSink, LedgerSource};
use ibbi_core::Name;
use ibbi_log::Uuid;
use std::io;
use std::path::Path;

/// Opens a ledger, or standard input for `-`.
pub(super) fn open<'a>(path: &Path) -> Result<LedgerSource<'a>, AppError> {
    if path == Path::new("-") {
        return Ok(LedgerSource::stream(io::stdin()));
    }
    if let Place::Database(_) = Place::of(path)? {
        return Ok(LedgerSource::stream(LedgerBytes::open(path)?));
    }
    // Any file can be audited, even a pipe, but not a directory.
    if path.is_dir() {
        file_type::check_file(path)?;
    }
    if mirrors::is_mirror_file(path) {
        let message = "this is a mirror, which doesn't have all lines; `ibbi verify` checks it, and `ibbi extract` makes an \
                       extract of a case from it, which can be audited";
        return Err(AppError::Usage(message.to_owned()));
    }
    file_type::refuse_release(path)?;
    LedgerSource::open(path).map_err(|source| AppError::Io { doing: "open", path: path.to_owned(), source })
}

/// Converts an error of an audit.
pub(super) fn audit_failed(path: &Path, error: AuditError) -> AppError {
    let path = path.to_owned();
    match error {
        AuditError::Read { source, .. } => AppError::Io { doing: "read", path, source },
        AuditError::Texts { path, source } => AppError::Io { doing: "read", path, source },
        error => AppError::Audit { path, source: Box::new(error) },
    }
}

/// Finds a case by its ID, the beginning of its ID, or its district, even in a damaged ledger.
pub(super) fn find_case(path: &Path, wanted: &str) -> Result<Uuid, AppError> {
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    if path == Path::new("-") {
        let message =
            "standard input can be read only once; give the whole ID of the case, or save the ledger to a file";
        return Err(AppError::Usage(message.to_owned()));
    }
    let mut cases = CaseList::default();
    Audit::new(AuditOptions::default()).run(open(path)?, &mut cases).map_err(|error| audit_failed(path, error))?;
    let district_of = |district: &Option<Name>| district.as_ref().map_or_else(String::new, ToString::to_string);
    let cases: Vec<_> = cases.0.iter().map(|(case, district)| (*case, district_of(district))).collect();
    let found = meant(&cases, wanted, |(case, district)| (*case, district));
    match found.as_slice() {
        [(case, _)] => Ok(*case),
        [] => {
            let count = ibbi_common::format::count(cases.len() as u64, "case", "cases");
            let message = format!("{} has {count}, but none matches `{wanted}`", path.display());
            Err(AppError::NoCase(message))
        }
        several => {
            let shown: Vec<_> = several.iter().take(5).map(|(case, district)| format!("{case} ({district})")).collect();
            Err(AppError::WhichCase { path: path.to_owned(), count: several.len(), shown: shown.join(", ") })
        }
    }
}

/// A sink that lists the cases of a ledger.
#[derive(Default)]
struct CaseList(Vec<(Uuid, Option<Name>)>);

impl FindingSink for CaseList {
    fn finding(&mut self, _: Finding) {}

    fn case(&mut self, case: AuditedCaseSummary) {
        self.0.push((case.case, case.district));
    }
}
