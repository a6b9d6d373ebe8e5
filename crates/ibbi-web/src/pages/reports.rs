//! The program report, with the figures of a fiscal year and downloads.

use super::form_errors::warning;
use super::goals::{Days, failed};
use super::shell::{Page, field, line};
use crate::api;
use crate::problem::WebError;
use crate::query;
use crate::request::{WebRequest, WebResult};
use crate::response;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::audit::ProgramReport;
use ibbi_app::fiscal::FiscalYears;
use ibbi_app::ledger::PROGRAM;
use ibbi_app::program_report::{self, ProgramYear, XLSX};
use ibbi_app::zone::Zone;
use ibbi_report::ProgramPage;
use ibbi_report::html::{Element, Html, el};

/// The path of the program report.
pub(crate) const PLACE: &str = "/reports/program";

const CSV: &str = "text/csv; charset=utf-8";

/// The tables, each with the name of its file and its label.
const TABLES: [(&str, &str, &str); 4] = [
    ("summary", "summary.csv", "Summary (CSV)"),
    ("districts", "districts.csv", "Districts (CSV)"),
    ("cases", "cases.csv", "Cases (CSV)"),
    ("neutrals", "neutrals.csv", "Neutrals (CSV)"),
];
const SPREADSHEET: &str = "report.xlsx";

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let days = Days::of(request);
    // A day that can't be read is shown in the form.
    if let Err(error) = api::as_known(request) {
        let content = Html::new().with(el("header").with(el("h1").with("Program report")));
        return Ok(failed("Program report", PLACE, content, days.form(PLACE, None, Some(&error))));
    }
    let (report, year) = match api::program_report(request) {
        Ok(report) => report,
        Err(WebError::App(AppError::Usage(_))) => return refused(request),
        Err(fail) => return Err(fail),
    };
    let title = format!("Program report for fiscal year {}", report.fiscal_year);
    let content = Html::new()
        .with(el("header").with(el("h1").with(title.as_str())))
        .with(days.form(PLACE, Some(choice(year, None)), None))
        .with(neighbors(year, &days))
        .with(downloads(year, &days))
        .with(ProgramPage { report: &report, program: PROGRAM }.content());
    Ok(Page { title: &title, place: PLACE, content }.answer(StatusCode::OK))
}

/// Returns the form again, with the year that was typed and can't be used.
fn refused(request: &WebRequest) -> WebResult {
    let years = FiscalYears::default();
    let fiscal_year = years.year_of(Zone::default().date(request.state.now()?));
    let typed = request.query.get("fiscal_year").unwrap_or_default();
    let why = "Fiscal year: enter a year from 1971 to 9998, such as 2027. It can start in each month from 1 to 12.";
    let chosen = choice(ProgramYear { fiscal_years: years, fiscal_year }, Some(typed));
    let content = Html::new()
        .with(el("h1").with("Program report"))
        .with(warning(el("p").with(el("a").attr("href", "#fiscal_year").with(why))))
        .with(Days::of(request).form(PLACE, Some(chosen), None));
    Ok(Page { title: "Program report", place: PLACE, content }.answer(StatusCode::BAD_REQUEST))
}

/// Returns the fields that choose a year. After an error, they have what was typed.
fn choice(year: ProgramYear, typed: Option<&str>) -> Html {
    let ProgramYear { fiscal_years, fiscal_year } = year;
    let input = line("fiscal_year", &typed.map_or_else(|| fiscal_year.to_string(), str::to_owned))
        .attr("id", "fiscal_year")
        .attr("inputmode", "numeric")
        .attr("size", 8);
    let input = if typed.is_some() { input.attr("aria-invalid", "true") } else { input };
    let starts = super::shell::hidden("starts", &fiscal_years.first_month().to_string());
    Html::new().with(starts).with(field("Fiscal year", "fiscal_year", input, None, &[]))
}

/// Returns the links to the years next to a year.
fn neighbors(year: ProgramYear, days: &Days) -> Element {
    let fiscal_year = year.fiscal_year;
    let link = |fiscal_year: i32| {
        let to = address(PLACE, ProgramYear { fiscal_year, ..year }, days);
        el("li").with(el("a").attr("href", to).with(format!("Fiscal year {fiscal_year}")))
    };
    el("ul")
        .class("take")
        .with((fiscal_year > 1971).then(|| link(fiscal_year - 1)))
        .with((fiscal_year < 9998).then(|| link(fiscal_year + 1)))
}

fn downloads(year: ProgramYear, days: &Days) -> Element {
    let tables = TABLES.iter().map(|(_, file, label)| (*file, *label));
    let files = [(SPREADSHEET, "All tables (spreadsheet, .xlsx)")].into_iter().chain(tables);
    el("ul").class("take").all(files.map(|(file, label)| {
        let address = address(&format!("{PLACE}/{file}"), year, days);
        el("li").with(el("a").attr("href", address).attr("download", "download").with(label))
    }))
}

fn address(path: &str, year: ProgramYear, days: &Days) -> String {
    let years = [
        ("fiscal_year", year.fiscal_year.to_string().into()),
        ("starts", year.fiscal_years.first_month().to_string().into()),
    ];
    format!("{path}?{}", query::write(years.into_iter().chain(days.pairs())))
}

/// Returns a table as CSV, or all of them as a spreadsheet.
pub(crate) fn file(request: &WebRequest) -> WebResult {
    let wanted = request.path.get("file").map(String::as_str).unwrap_or_default();
    let (report, _) = api::program_report(request)?;
    if wanted == SPREADSHEET {
        return Ok(response::download(XLSX, "program-report.xlsx", program_report::spreadsheet(&report)?));
    }
    let found = TABLES.iter().find(|(_, file, _)| *file == wanted);
    let (code, file, _) = found.ok_or_else(|| WebError::not_found("This page doesn't exist."))?;
    Ok(response::download(CSV, file, csv(&report, code)))
}

fn csv(report: &ProgramReport, code: &str) -> String {
    program_report::table(report, code).map(|table| table.to_csv()).unwrap_or_default()
}
