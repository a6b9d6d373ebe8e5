//! The cases of the server's ledger on a day.

use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::audit::CasesReport;
use ibbi_app::cases_report::CaseMeasures;
use ibbi_app::goals::AsKnown;
use ibbi_app::ledger::CaseQuery;
use ibbi_core::At;

pub(super) fn send(request: &WebRequest) -> WebResult {
    Ok(json(StatusCode::OK, &report(request)?)?)
}

/// Returns the report on the day that a query asks for. It has no confidential texts.
pub(crate) fn report(request: &WebRequest) -> Result<CasesReport, WebError> {
    let now: At = request.state.now()?;
    let mut measured = CaseMeasures::new(as_known(&request.query, now)?, now);
    for case in request.list(&CaseQuery::default())?.cases {
        request.facts(case.case, |log| measured.add(log))?;
    }
    Ok(measured.finish())
}

/// Returns the days of a query. A blank one is left out.
pub(crate) fn as_known(query: &Pairs, now: At) -> Result<AsKnown, AppError> {
    let text = |name: &str| query.get(name).map(str::trim).filter(|text| !text.is_empty());
    AsKnown::read(text("as_of"), text("logged"), now)
}
