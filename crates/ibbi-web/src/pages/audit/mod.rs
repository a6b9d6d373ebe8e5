//! The page "Check the records": an audit of this server's ledger, or of one that was uploaded.
//!
//! [`Source`] runs the audit; the pages only show its results.

mod source;
mod statement;
mod view;

use super::all_cases;
use super::shell::Page;
use crate::api;
use crate::request::{WebRequest, WebResult};
use crate::response::{self, HTML, JSON, see_other};
use axum::http::StatusCode;
use ibbi_access::View;
use ibbi_app::file_type::is_private_key;
use ibbi_app::ledger::PROGRAM;
use ibbi_report::html::{Html, el};
use ibbi_report::{AuditPage, CaseAuditPage};
use source::Source;

/// The texts of the form.
#[derive(Debug, Default)]
struct Typed {
    key: String,
    witnesses: String,
    quorum: String,
}

impl Typed {
    /// Returns the texts that a request has. A private key is never shown again.
    fn of_request(request: &WebRequest) -> Self {
        let is_shown =
            |content: &[u8]| !is_private_key(content) && !String::from_utf8_lossy(content).contains("PRIVATE");
        let text = |name: &str| {
            let part = request.parts.iter().flatten().find(|part| part.name == name && is_shown(&part.content));
            part.map(|part| String::from_utf8_lossy(&part.content).into_owned()).unwrap_or_default()
        };
        Self { key: text("key"), witnesses: text("witnesses"), quorum: text("quorum") }
    }
}

/// Returns the form.
pub(crate) fn page(_: &WebRequest) -> WebResult {
    Ok(Page { title: "Check the records", place: "/audit", content: view::form(None, &Typed::default()) }
        .answer(StatusCode::OK))
}

/// Accepts a ledger and redirects to the results.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    match api::upload(request) {
        Ok(upload) => {
            let id = request.state.uploads().keep(upload, request.viewer.principal.clone());
            Ok(see_other(&format!("/audit/{id}")))
        }
        Err(fail) => {
            let content = view::form(Some(&fail), &Typed::of_request(request));
            Ok(Page { title: "Check the records", place: "/audit", content }.answer(fail.status()))
        }
    }
}

/// Returns the results.
pub(crate) fn results(request: &WebRequest) -> WebResult {
    let source = Source::of_request(request)?;
    if let Some(verified) = source.statement()? {
        let content = statement::results(&verified);
        return Ok(Page { title: "Result of the check", place: "/audit", content }.answer(StatusCode::OK));
    }
    let (report, cases) = source.audit(request)?;
    // Those who may see the whole ledger can compare an upload with it.
    let compared = source.is_upload() && request.viewer.may_see(View::Ledger, None).is_ok();
    let compare = compared.then(|| {
        let link = el("a").class("go").attr("href", format!("{}/compare", source.address()));
        el("p").with(link.with("Is this copy the same as ours?"))
    });
    let content = view::results(&source, &report, &cases).with(compare);
    Ok(Page { title: "Audit results", place: "/audit", content }.answer(StatusCode::OK))
}

/// The most records and cases that a comparison shows in full.
const COMPARED: usize = 50;

/// Compares an upload with this server's ledger.
pub(crate) fn compare(request: &WebRequest) -> WebResult {
    let source = Source::of_request(request)?;
    let diff = ibbi_app::audit::diff_copy(&request.own()?, &source.ledger(), COMPARED)?;
    let about = "\u{201c}Our ledger\u{201d} is the one of this server. It is compared with the file that was uploaded.";
    let content = Html::new()
        .with(el("h1").with("Is this copy the same as ours?"))
        .with(el("p").with(about))
        .with(ibbi_report::diff_content(&diff))
        .with(el("p").with(el("a").attr("href", source.address()).with("Back to the results")));
    Ok(Page { title: "Is this copy the same as ours?", place: "/audit", content }.answer(StatusCode::OK))
}

/// Returns a case at one of its events: the one of `?step=`, or the last.
pub(crate) fn case(request: &WebRequest) -> WebResult {
    let source = Source::of_request(request)?;
    let case = request.id("case")?;
    let (whole, wrong) = source.timeline(case, None)?;
    let last = whole.moments.len();
    let step = request.query.get("step").and_then(|step| step.parse().ok()).unwrap_or(last).clamp(1, last.max(1));
    let seq = whole.moments.get(step - 1).map(|moment| moment.seq);
    let (then, _) = source.timeline(case, seq)?;
    if request.query.get("part") == Some("state") {
        return Ok(response::with_type(StatusCode::OK, HTML, view::state(&whole, &then, step).into_string()));
    }
    let content = view::case(&source, &whole, &wrong, &then, step);
    Ok(Page { title: "Case history", place: "/audit", content }.answer(StatusCode::OK))
}

/// Returns all cases on a day.
pub(crate) fn days(request: &WebRequest) -> WebResult {
    let source = Source::of_request(request)?;
    if let Some(refused) = all_cases::refused(request, (&format!("{}/days", source.address()), "/audit")) {
        return Ok(refused);
    }
    let report = source.cases_report(request)?;
    all_cases::answer(request, (&format!("{}/days", source.address()), "/audit"), &report)
}

/// Returns a table of all cases on a day as CSV.
pub(crate) fn days_file(request: &WebRequest) -> WebResult {
    let source = Source::of_request(request)?;
    all_cases::download(request, &source.cases_report(request)?)
}

/// Returns what `ibbi audit --json` prints, as a download.
pub(crate) fn report(request: &WebRequest) -> WebResult {
    let (report, _) = Source::of_request(request)?.audit(request)?;
    Ok(response::download(JSON, "audit.json", response::json_line(&report)?))
}

/// Returns what `ibbi audit --html` writes, as a download.
pub(crate) fn report_page(request: &WebRequest) -> WebResult {
    let source = Source::of_request(request)?;
    let (report, cases) = source.audit(request)?;
    let timelines = source.cases_in_full(&report, &cases)?;
    let page = AuditPage { report: &report, cases: &cases, timelines: &timelines, program: PROGRAM };
    Ok(response::download(HTML, "audit.html", page.to_html()))
}

/// Returns what `ibbi audit --case CASE --html` writes, as a download.
pub(crate) fn case_page(request: &WebRequest) -> WebResult {
    let source = Source::of_request(request)?;
    let case = request.id("case")?;
    let (report, full, known) = source.case_in_full(request, case)?;
    let page = CaseAuditPage { report: &report, case: &full, known: &known, all: &full.records, program: PROGRAM };
    Ok(response::download(HTML, "audit-case.html", page.to_html()))
}

/// Returns the events in another format.
pub(crate) fn export(request: &WebRequest) -> WebResult {
    api::exported(request, &Source::of_request(request)?.ledger())
}
