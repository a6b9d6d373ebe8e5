//! The cases of the server's ledger on a day.

use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use ibbi_app::audit::CasesReport;
use ibbi_app::cases_report::CaseMeasures;
use ibbi_app::ledger::CaseQuery;
use ibbi_core::At;

pub(super) fn send(request: &WebRequest) -> WebResult {
    Ok(json(StatusCode::OK, &report(request)?)?)
}

/// Returns the report on the day that a query asks for. It has no confidential texts.
pub(crate) fn report(request: &WebRequest) -> Result<CasesReport, WebError> {
    let now: At = request.state.now()?;
    let mut measured = CaseMeasures::new(super::as_known(request)?, now);
    for case in request.list(&CaseQuery::default())?.cases {
        request.facts(case.case, |log| measured.add(log))?;
    }
    Ok(measured.finish())
}
