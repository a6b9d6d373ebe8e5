//! All cases on a day: how long each took, where each was, and what was known then.

use super::form_errors::{sentence, warning};
use super::goals::failed;
use super::shell::{Page, button, date_input, field, select};
use crate::api;
use crate::problem::WebError;
use crate::query::{self, Pairs};
use crate::request::{WebRequest, WebResult};
use crate::response;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::audit::CasesReport;
use ibbi_app::ledger::PROGRAM;
use ibbi_report::html::{Element, Html, el};
use ibbi_report::{CaseOrder, CasesPage, cases_table};

/// The path of the page about this server's ledger.
pub(crate) const PLACE: &str = "/reports/cases";

const CSV: &str = "text/csv; charset=utf-8";

/// The tables, each with the name of its file and its label.
const TABLES: [(&str, &str, &str); 5] = [
    ("spread", "spread.csv", "Spread by stage (CSV)"),
    ("outliers", "outliers.csv", "Unusually long (CSV)"),
    ("cases", "cases.csv", "Cases (CSV)"),
    ("states", "states.csv", "State of each case (CSV)"),
    ("changes", "changes.csv", "Recorded later (CSV)"),
];

pub(crate) fn page(request: &WebRequest) -> WebResult {
    if let Some(refused) = refused(request, (PLACE, PLACE)) {
        return Ok(refused);
    }
    answer(request, (PLACE, PLACE), &api::cases_report(request)?)
}

pub(crate) fn file(request: &WebRequest) -> WebResult {
    download(request, &api::cases_report(request)?)
}

/// Returns the page of a report. The addresses are its own, and the place in the navigation.
pub(super) fn answer(request: &WebRequest, (address, place): (&str, &'static str), report: &CasesReport) -> WebResult {
    let shown = CasesPage { report, order: order(&request.query)?, program: PROGRAM };
    let title = shown.title();
    let content = Html::new()
        .with(el("header").with(el("h1").with(title.as_str())))
        .with(picker(address, &request.query))
        .with(downloads(address, &request.query))
        .with(shown.content());
    Ok(Page { title: &title, place, content }.answer(StatusCode::OK))
}

/// Returns the form again, with what was typed, if a day can't be read. The addresses are those of [`answer`].
pub(super) fn refused(
    request: &WebRequest,
    (address, place): (&str, &'static str),
) -> Option<axum::response::Response> {
    let error = api::as_known(request).err()?;
    let header = Html::new().with(el("header").with(el("h1").with("All cases on a day")));
    let why = warning(el("p").with(sentence(&error.to_string())).with("."));
    let form = Html::new().with(why).with(picker(address, &request.query));
    Some(failed("All cases on a day", place, header, form))
}

/// Returns one of the tables as CSV.
pub(super) fn download(request: &WebRequest, report: &CasesReport) -> WebResult {
    let wanted = request.path.get("table").map(String::as_str).unwrap_or_default();
    let found = TABLES.iter().find(|(_, file, _)| *file == wanted);
    let order = order(&request.query)?;
    let table = found.and_then(|(code, file, _)| Some((file, cases_table(report, code, order)?)));
    let (file, table) = table.ok_or_else(|| WebError::not_found("This page doesn't exist."))?;
    Ok(response::download(CSV, file, table.to_csv()))
}

/// Returns the order that a query asks for; the default without one.
fn order(query: &Pairs) -> Result<CaseOrder, AppError> {
    let Some(code) = query.get("sort").map(str::trim).filter(|code| !code.is_empty()) else {
        return Ok(CaseOrder::default());
    };
    CaseOrder::from_code(code).ok_or_else(|| {
        let known = CaseOrder::ALL.map(|(_, code, _)| code).join(", ");
        AppError::Usage(format!("the list of cases has no order `{code}`; `sort` is one of {known}"))
    })
}

/// Returns the form that chooses the days and the order.
pub(super) fn picker(address: &str, query: &Pairs) -> Element {
    let text = |name: &str| query.get(name).unwrap_or_default().trim();
    let orders = CaseOrder::ALL.map(|(_, code, label)| (code, label));
    let chosen = order(query).unwrap_or_default();
    let code = CaseOrder::ALL.iter().find(|(one, ..)| *one == chosen).map_or("", |(_, code, _)| *code);
    el("form")
        .class("days")
        .attr("method", "get")
        .attr("action", address.to_owned())
        .with(field("As it was on", "as_of", date_input("as_of", text("as_of")), Some("Blank: now"), &[]))
        .with(field(
            "As we knew it on",
            "logged",
            date_input("logged", text("logged")),
            Some("Blank: with all records"),
            &[],
        ))
        .with(field("Order", "sort", select("sort", code, orders), Some("For the list of cases"), &[]))
        .with(el("p").class("send").with(button("Show").class("less")))
}

fn downloads(address: &str, query: &Pairs) -> Element {
    let kept = ["as_of", "logged", "sort"].map(|name| (name, query.get(name).unwrap_or_default()));
    let kept = kept.into_iter().filter(|(_, text)| !text.trim().is_empty());
    let query = query::write(kept.map(|(name, text)| (name, text.into())).collect::<Vec<_>>());
    let mark = if query.is_empty() { "" } else { "?" };
    el("ul").class("take").all(TABLES.map(|(_, file, label)| {
        let link = el("a").attr("href", format!("{address}/{file}{mark}{query}")).attr("download", "download");
        el("li").with(link.with(label))
    }))
}
