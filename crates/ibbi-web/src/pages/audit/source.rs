//! The ledger that is looked into, and what is asked of it.

use crate::api;
use crate::problem::WebError;
use crate::request::WebRequest;
use crate::uploads::Upload;
use ibbi_app::AppError;
use ibbi_app::audit;
use ibbi_app::ledger::{self, Collect};
use ibbi_app::replay::{self, Timeline, Until};
use ibbi_app::signing::VerifySettings;
use ibbi_audit::{AuditReport, AuditedCaseSummary, Finding, FindingSink};
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

/// The word in an address that means this server's own ledger.
const OWN: &str = "own";

/// The most cases that are kept for a list; all are in the exports.
const LISTED: usize = 100;

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

/// A ledger that is looked into.
pub(super) enum Source {
    /// This server's.
    Own(PathBuf),
    /// One that was uploaded.
    Upload(Uuid, Arc<Upload>),
}

impl Source {
    /// The one that an address names.
    pub(super) fn of_request(request: &WebRequest) -> Result<Self, WebError> {
        if request.path.get("upload").is_some_and(|name| name == OWN) {
            return Ok(Self::Own(request.state.own()?.to_owned()));
        }
        let id = request.id("upload")?;
        let gone = || WebError::not_found("this ledger is not kept any more; upload it again");
        let upload = request.state.uploads().get(id).ok_or_else(gone)?;
        Ok(Self::Upload(id, upload))
    }

    /// Its address.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Own(_) => format!("/audit/{OWN}"),
            Self::Upload(id, _) => format!("/audit/{id}"),
        }
    }

    /// What it is called.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Own(_) => "This server's ledger",
            Self::Upload(..) => "The ledger that was uploaded",
        }
    }

    /// The file.
    pub(super) fn ledger(&self) -> PathBuf {
        match self {
            Self::Own(path) => path.clone(),
            Self::Upload(_, upload) => upload.ledger(),
        }
    }

    /// Everything judged again: the report, and the cases in the order of their first lines.
    pub(super) fn audit(&self, request: &WebRequest) -> Result<(AuditReport, Vec<AuditedCaseSummary>), AppError> {
        let against = match self {
            Self::Own(_) => VerifySettings::default(),
            Self::Upload(_, upload) => upload.against(),
        };
        let mut cases = Cases(Vec::new());
        let report = audit::audit(&self.ledger(), &api::audit_request(&request.state, against), &mut cases)?;
        Ok((report, cases.0))
    }

    /// One case, to its end or to a number in the ledger; and what is wrong with it, where the ledger is damaged.
    pub(super) fn timeline(&self, case: Uuid, to: Option<u64>) -> Result<(Timeline, Vec<Finding>), WebError> {
        let until = to.map_or(Until::End, Until::Seq);
        let read = ledger::read_cases(&self.ledger(), Collect::Matching(case.to_string()));
        let timeline = match read.and_then(|read| replay::timelines(&read, Some(case), until)) {
            Ok(timelines) => timelines.into_iter().next().map(|timeline| (timeline, Vec::new())),
            // What can still be read of it.
            Err(_) => match audit::timeline(&self.ledger(), case, to) {
                Err(AppError::NoCase(_)) => None,
                told => Some(told?),
            },
        };
        timeline.ok_or_else(|| WebError::not_found("the ledger has no such case, or no line of it can be read"))
    }
}
