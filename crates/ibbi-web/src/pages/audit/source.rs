//! The ledger that a page checks.

use crate::api;
use crate::problem::WebError;
use crate::request::WebRequest;
use crate::uploads::Upload;
use ibbi_app::AppError;
use ibbi_app::audit;
use ibbi_app::audit::{
    AuditReport, AuditRequest, AuditedCaseSummary, CaseQuery, CaseReport, CaseUntil, CasesReport, Finding, FindingSink,
    KnownDay,
};
use ibbi_app::cases_report::cases_report;
use ibbi_app::history::HistorySettings;
use ibbi_app::ledger::{self, Collect};
use ibbi_app::replay::{self, Timeline, Until};
use ibbi_app::signing::{self, Verified, VerifySettings};
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

/// The word for this server's ledger in an address.
const OWN: &str = "own";

/// The most cases of a list. The exports have all of them.
const LISTED: usize = 100;

/// The most cases that the report as a page shows in full: as many as the program's.
const FULL: usize = 12;

/// Returns the query for a whole case, measured as the report is.
const fn full_query(case: Uuid, report: &AuditReport) -> CaseQuery {
    CaseQuery { case, until: CaseUntil::End, as_of: Some(report.as_of), advisories: false }
}

/// Keeps the first cases of an audit.
struct Cases(Vec<AuditedCaseSummary>);

impl FindingSink for Cases {
    fn finding(&mut self, _: Finding) {}

    fn case(&mut self, case: AuditedCaseSummary) {
        if self.0.len() < LISTED {
            self.0.push(case);
        }
    }
}

/// A ledger to check.
pub(super) enum Source {
    /// The ledger of this server.
    Own(PathBuf),
    /// An uploaded ledger.
    Upload(Uuid, Arc<Upload>),
}

impl Source {
    /// Returns the ledger that an address names.
    pub(super) fn of_request(request: &WebRequest) -> Result<Self, WebError> {
        if request.path.get("upload").is_some_and(|name| name == OWN) {
            return Ok(Self::Own(request.own()?));
        }
        let id = request.id("upload")?;
        let gone = || WebError::not_found("This upload was deleted. Upload the ledger again.");
        let upload = request.state.uploads().get(id, &request.viewer.principal).ok_or_else(gone)?;
        Ok(Self::Upload(id, upload))
    }

    /// Returns the address of its page.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Own(_) => format!("/audit/{OWN}"),
            Self::Upload(id, _) => format!("/audit/{id}"),
        }
    }

    /// Returns whether it was uploaded.
    pub(super) const fn is_upload(&self) -> bool {
        matches!(self, Self::Upload(..))
    }

    /// Returns its name for people.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Own(_) => "This server's ledger",
            Self::Upload(..) => "The ledger that was uploaded",
        }
    }

    /// Returns the path of its file.
    pub(super) fn ledger(&self) -> PathBuf {
        match self {
            Self::Own(path) => path.clone(),
            Self::Upload(_, upload) => upload.ledger(),
        }
    }

    /// Audits the ledger. Returns the report, and the cases in the order of their first lines.
    pub(super) fn audit(&self, request: &WebRequest) -> Result<(AuditReport, Vec<AuditedCaseSummary>), AppError> {
        self.audit_of(request, None)
    }

    /// Returns reports on the first cases of an audit.
    pub(super) fn cases_in_full(
        &self,
        report: &AuditReport,
        cases: &[AuditedCaseSummary],
    ) -> Result<Vec<CaseReport>, AppError> {
        let queries: Vec<_> = cases.iter().take(FULL).map(|case| full_query(case.case, report)).collect();
        audit::case_reports(&self.ledger(), &queries).map_err(|error| self.without_folder(error))
    }

    /// Audits a case. Returns the report about the ledger, the one about the case, and how much of it was known on each day.
    pub(super) fn case_in_full(
        &self,
        request: &WebRequest,
        case: Uuid,
    ) -> Result<(AuditReport, CaseReport, Vec<KnownDay>), AppError> {
        let (report, _) = self.audit_of(request, Some(case))?;
        let full = audit::case_in_full(&self.ledger(), &case.to_string(), |case| full_query(case, &report));
        let (full, known) = full.map_err(|error| self.without_folder(error))?;
        Ok((report, full, known))
    }

    /// Returns an error that doesn't name the folder of an upload.
    fn without_folder(&self, error: AppError) -> AppError {
        match self {
            Self::Own(_) => error,
            Self::Upload(_, upload) => upload.without_folder(error),
        }
    }

    fn audit_of(
        &self,
        request: &WebRequest,
        case: Option<Uuid>,
    ) -> Result<(AuditReport, Vec<AuditedCaseSummary>), AppError> {
        let asked = match self {
            Self::Own(path) => {
                // The server's own key, if it has signed: without a checkpoint, a key would be an error. The audit reports a file of
                // checkpoints that can't be read.
                let has_signed = |text: Option<String>| text.is_some_and(|text| !text.is_empty());
                let is_signed = signing::checkpoints_after(path, 0, 1).map_or(true, has_signed);
                let keys = request.state.public_key.iter().filter(|_| is_signed).cloned().collect();
                let against = VerifySettings { keys, ..VerifySettings::default() };
                api::audit_request(request, against, HistorySettings::default())
            }
            Self::Upload(_, upload) => api::upload_request(request, upload)?,
        };
        let mut cases = Cases(Vec::new());
        let asked = AuditRequest { case: case.map(|case| case.to_string()), ..asked };
        let report = audit::audit(&self.ledger(), &asked, &mut cases).map_err(|error| self.without_folder(error))?;
        Ok((report, cases.0))
    }

    /// Returns the cases on the day that a query asks for.
    pub(super) fn cases_report(&self, request: &WebRequest) -> Result<CasesReport, AppError> {
        let now = request.state.now()?;
        cases_report(&self.ledger(), api::as_known(request)?, now).map_err(|error| self.without_folder(error))
    }

    /// Verifies an upload that has no records: a proof, or checkpoints. Returns nothing for others.
    pub(super) fn statement(&self) -> Result<Option<Verified>, AppError> {
        match self {
            Self::Upload(_, upload) if upload.statement().is_some() => {
                let against = upload.against();
                upload
                    .history()
                    .and_then(|history| signing::verify_history(&upload.ledger(), &against, &history, &|_| {}))
                    .map(Some)
                    .map_err(|error| self.without_folder(error))
            }
            _ => Ok(None),
        }
    }

    /// Returns the timeline of a case, to its end or to a record, and the findings about it if the ledger is damaged.
    pub(super) fn timeline(&self, case: Uuid, to: Option<u64>) -> Result<(Timeline, Vec<Finding>), WebError> {
        let until = to.map_or(Until::End, Until::Seq);
        let read = ledger::read_cases(&self.ledger(), Collect::Matching(case.to_string()));
        let timeline = match read.and_then(|read| replay::timelines(&read, Some(case), until)) {
            Ok(timelines) => timelines.into_iter().next().map(|timeline| (timeline, Vec::new())),
            // The part that can still be read.
            Err(_) => match audit::timeline(&self.ledger(), case, to) {
                Err(AppError::NoCase(_)) => None,
                result => Some(result?),
            },
        };
        timeline.ok_or_else(|| {
            WebError::not_found(
                "The ledger doesn't have this case, or none of its lines can be \
                                                    read.",
            )
        })
    }
}
