//! Running an audit.

use super::input::{audit_failed, find_case, open};
use super::request::AuditRequest;
use crate::error::AppError;
use crate::history::{self, add_outside};
use crate::ledger::PROGRAM;
use crate::signing;
use ibbi_audit::{
    Audit, AuditFilter, AuditOptions, AuditReport, CertificateOptions, FindingSink, HistoryOptions, InputKind,
    ProgressCallback,
};
use std::path::Path;

/// Audits a ledger or an extract, compressed or not, from a file or (with `-`) from standard input. The sink receives
/// findings while the audit runs, then cases.
///
/// # Errors
/// Returns an [`AppError`] if something can't be read. Problems in the ledger are in the report.
pub fn audit(path: &Path, request: &AuditRequest, sink: &mut dyn FindingSink) -> Result<AuditReport, AppError> {
    audit_with_progress(path, request, sink, &|_| {})
}

/// Audits like [`audit`], and reports the progress of reading.
///
/// # Errors
/// Returns the same errors as [`audit`].
pub fn audit_with_progress(
    path: &Path,
    request: &AuditRequest,
    sink: &mut dyn FindingSink,
    progress: ProgressCallback<'_>,
) -> Result<AuditReport, AppError> {
    let cases = match &request.case {
        Some(wanted) => vec![find_case(path, wanted)?],
        None => Vec::new(),
    };
    let signing::KnownCheckpoints { mut checkpoints, unreadable } = signing::known_checkpoints(path, &request.against)?;
    let earlier = add_outside(&mut checkpoints.list, &request.history.older_than(path)?);
    let history = HistoryOptions {
        all_outside: request.against.is_outside(path),
        earlier,
        quorum: request.history.quorum.as_ref().map(|quorum| quorum.0.clone()),
    };
    let certificate = CertificateOptions {
        file: Some(request.file_name.clone().unwrap_or_else(|| file_name(path))),
        auditor: request.auditor.clone(),
        program: Some(PROGRAM.to_owned()),
        digest: request.digest,
    };
    let options = AuditOptions {
        threads: request.threads.max(1),
        as_of: request.as_of,
        now: request.against.now,
        advisories: request.advisories,
        checkpoints,
        unreadable_checkpoints: unreadable,
        keys: signing::public_keys(&request.against)?,
        history,
        certificate,
        root: false,
        texts_beside: (path != Path::new("-") && !request.without_texts).then(|| path.to_owned()),
        filter: AuditFilter { cases, since: request.since, outcome: request.outcome, codes: request.codes.clone() },
        kept: request.kept,
        variants: request.variants,
        ..AuditOptions::default()
    };
    let source = open(path)?.with_progress(progress);
    let report = Audit::new(options).run(source, sink).map_err(|error| audit_failed(path, error))?;
    if report.what == InputKind::Extract && report.certificate.since.iter().any(|earlier| !earlier.continued) {
        return Err(AppError::Usage(history::extract_has_too_few_lines(path)));
    }
    Ok(report)
}

/// Returns the name of a file for people.
fn file_name(path: &Path) -> String {
    match path.file_name() {
        _ if path == Path::new("-") => "standard input".to_owned(),
        Some(name) => name.to_string_lossy().into_owned(),
        None => path.display().to_string(),
    }
}
