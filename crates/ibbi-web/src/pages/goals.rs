//! The goals of the office: which were met, as of a day and as known on a day, and the open cases at risk.

use super::form_errors::{sentence, warning};
use super::shell::{Page, button, date_input, field};
use crate::api;
use crate::problem::WebError;
use crate::query;
use crate::request::{WebFuture, WebRequest};
use crate::response::{self, HTML};
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::AppError;
use ibbi_app::goals::{self, GoalsAnswer};
use ibbi_app::ledger::PROGRAM;
use ibbi_app::program_report::XLSX;
use ibbi_report::GoalsPage;
use ibbi_report::html::{Element, Html, el};
use std::borrow::Cow;

/// The path of the page.
pub(crate) const PLACE: &str = "/reports/goals";

const CSV: &str = "text/csv; charset=utf-8";
const SPREADSHEET: &str = "report.xlsx";
/// The tables, each with its code, the name of its file, and its label. The chances are a file of their own.
const TABLES: [(&str, &str, &str); 6] = [
    ("goal", "goals.csv", "Results (CSV)"),
    ("period", "periods.csv", "By period (CSV)"),
    ("facilitator", "facilitators.csv", "By facilitator (CSV)"),
    ("case", "cases.csv", "By case (CSV)"),
    ("open", "open.csv", "Open cases (CSV)"),
    ("risk", "risks.csv", "Open cases at risk (CSV)"),
];

/// The days that a report on cases is asked for: as it was on a day, and as it was known on a day.
pub(super) struct Days<'a>([(&'a str, &'a str); 2]);

impl<'a> Days<'a> {
    /// Returns the days as they were typed.
    pub(super) fn of(request: &'a WebRequest) -> Self {
        Self(["as_of", "logged"].map(|name| (name, request.query.get(name).map_or("", str::trim))))
    }

    /// Returns the pairs of a link.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        self.0.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.into()))
    }

    /// Returns the form that asks for the report at a path, with fields before those of the days.
    pub(super) fn form(&self, path: &str, before: Option<Html>, error: Option<&AppError>) -> Html {
        let [as_of, logged] = self.0.map(|(name, text)| date_input(name, text));
        let form = el("form")
            .class("days")
            .attr("method", "get")
            .attr("action", path)
            .with(before)
            .with(field("As it was on", "as_of", as_of, Some("With later corrections"), &[]))
            .with(field("As we knew it on", "logged", logged, Some("Without later corrections"), &[]))
            .with(el("p").class("send").with(button("Show").class("less")));
        Html::new().with(error.map(|error| warning(el("p").with(sentence(&error.to_string())).with(".")))).with(form)
    }
}

/// Returns a page without its report, because the form has an error.
pub(super) fn failed(title: &str, place: &'static str, header: Html, form: Html) -> Response {
    Page { title, place, content: header.with(form) }.answer(StatusCode::BAD_REQUEST)
}

/// Returns which goals were met, and the open cases by their due dates or, if asked for, by their chances.
pub(crate) fn page(request: WebRequest) -> WebFuture {
    api::with_goals(request, |request, answer| {
        let days = Days::of(request);
        let header = Html::new().with(el("header").with(el("h1").with("Goals of the office")));
        let answer = match answer {
            Err(WebError::App(error)) if api::as_known(request).is_err() => {
                return Ok(failed("Goals of the office", PLACE, header, days.form(PLACE, None, Some(&error))));
            }
            answer => answer?,
        };
        if let (Some("chances"), Some(GoalsAnswer { risks: Some(risks), .. })) = (request.query.get("part"), &answer) {
            return Ok(response::with_type(StatusCode::OK, HTML, GoalsPage::risk_section(risks).into_string()));
        }
        let content = match answer {
            Some(answer) => {
                let (GoalsAnswer { report, risks }, chances_at) = (&answer, address(PLACE, &days, true));
                let page = GoalsPage { report, risks: risks.as_ref(), chances_at: Some(&chances_at), program: PROGRAM };
                header.with(days.form(PLACE, None, None)).with(page.content()).with(ibbi_report::html::section(
                    "take",
                    "Download",
                    downloads(&days, risks.is_some()),
                ))
            }
            None => header.with(none()),
        };
        Ok(Page { title: "Goals of the office", place: PLACE, content }.answer(StatusCode::OK))
    })
}

/// Returns a table as CSV, or all of them as a spreadsheet.
pub(crate) fn file(mut request: WebRequest) -> WebFuture {
    // The file of the chances needs them, however its address was found.
    if request.path.get("file").is_some_and(|file| file == "risks.csv") && request.query.get("chances").is_none() {
        let pairs = request.query.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        request.query = pairs.chain([("chances".to_owned(), "1".to_owned())]).collect::<Vec<_>>().into();
    }
    api::with_goals(request, |request, answer| {
        let missing = || WebError::not_found("This page doesn't exist.");
        let wanted = request.path.get("file").map(String::as_str).unwrap_or_default();
        let answer = answer?.ok_or_else(missing)?;
        if wanted == SPREADSHEET {
            return Ok(response::download(XLSX, "goals.xlsx", goals::spreadsheet(&answer)?));
        }
        let (code, file, _) = TABLES.iter().find(|(_, file, _)| *file == wanted).ok_or_else(missing)?;
        let table = goals::table(&answer, code).ok_or_else(missing)?;
        Ok(response::download(CSV, file, table.to_csv()))
    })
}

fn downloads(days: &Days<'_>, with_chances: bool) -> Element {
    let tables = TABLES.iter().filter(|(code, ..)| with_chances || *code != "risk");
    let files = [(SPREADSHEET, "All tables (spreadsheet, .xlsx)")].into_iter();
    let files = files.chain(tables.map(|(_, file, label)| (*file, *label)));
    el("ul").class("take").all(files.map(|(file, label)| {
        let chances = with_chances && ["risks.csv", SPREADSHEET].contains(&file);
        let address = address(&format!("{PLACE}/{file}"), days, chances);
        el("li").with(el("a").attr("href", address).attr("download", "download").with(label))
    }))
}

fn address(path: &str, days: &Days<'_>, chances: bool) -> String {
    let query = query::write(days.pairs().chain(chances.then(|| ("chances", "1".into()))));
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Returns how to set goals.
fn none() -> Element {
    el("p")
        .with("This server has no goals. Write them into a file, and start the server with ")
        .with(el("code").with("ibbi serve --goals FILE"))
        .with(". ")
        .with(el("code").with("ibbi goals --sample"))
        .with(" prints a file to start from.")
}
