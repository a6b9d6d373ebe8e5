//! The program report of the server's ledger.

use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::audit::ProgramReport;
use ibbi_app::fiscal::FiscalYears;
use ibbi_app::ledger::CaseQuery;
use ibbi_app::program_report::{CaseReports, ProgramYear};
use ibbi_app::zone::Zone;
use ibbi_core::{At, Date};

pub(super) fn send(request: &WebRequest) -> WebResult {
    Ok(json(StatusCode::OK, &report(request)?.0)?)
}

/// Returns the report that a query asks for, and its year. It has no confidential texts.
pub(crate) fn report(request: &WebRequest) -> Result<(ProgramReport, ProgramYear), WebError> {
    let now: At = request.state.now()?;
    let known = super::as_known(request)?;
    let year = year(&request.query, Zone::default().date(known.instant(now)))?;
    let mut reports = CaseReports::new(year, known, now)?;
    for case in request.list(&CaseQuery::default())?.cases {
        request.facts(case.case, |log| reports.add(log))?;
    }
    Ok((reports.finish(), year))
}

/// Returns the fiscal year of a query. The default is the current one.
fn year(query: &Pairs, today: Date) -> Result<ProgramYear, AppError> {
    let starts = query.get("starts").filter(|text| !text.trim().is_empty()).map_or(Ok(7), |text| {
        let month = text.trim().parse().ok().filter(|month| (1..=12).contains(month));
        month.ok_or_else(|| AppError::Usage("`starts` is a month from 1 to 12, such as 7 for July".to_owned()))
    })?;
    let fiscal_years = FiscalYears::starting_in(starts).unwrap_or_default();
    let fiscal_year = query.get("fiscal_year").filter(|text| !text.trim().is_empty());
    let fiscal_year = fiscal_year.map_or(Ok(fiscal_years.year_of(today)), |text| {
        let year = text.trim().parse().ok().filter(|year| (1971..=9998).contains(year));
        year.ok_or_else(|| AppError::Usage("`fiscal_year` is a year from 1971 to 9998, such as 2027".to_owned()))
    })?;
    Ok(ProgramYear { fiscal_years, fiscal_year })
}
