//! The list of cases, and the form that opens one.

use super::case::fields::{self, Choices, Content};
use super::form_errors::{lines, message, warning};
use super::shell::{Page, button, hidden};
use crate::problem::WebError;
use crate::query::{self, Pairs};
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::format::count;
use ibbi_app::ledger::{self, AppendError, CasePage, CaseQuery, Order};
use ibbi_app::service::Offer;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, form};
use ibbi_core::EventKind;
use ibbi_report::html::{Element, Html, el, name, section};
use uuid::Uuid;

/// The most cases on a page.
const LISTED: usize = 100;

pub(crate) fn page(request: &WebRequest) -> WebResult {
    list_page(request, &Pairs::default(), None)
}

fn list_page(request: &WebRequest, given: &Pairs, fail: Option<&WebError>) -> Result<Response, WebError> {
    let before = request.query.get("before").and_then(|text| Uuid::parse_str(text).ok());
    let wanted = request.query.get("of").unwrap_or_default();
    let query = CaseQuery { after: before, order: Order::Newest, district: wanted.to_owned(), limit: LISTED };
    let (page, head) = request.state.look(|service| (ledger::list(service, &query), service.store().head()));
    let (page, head) = (page?, head.ok_or_else(WebError::internal)?);
    let lines = format!(
        "The ledger has {}. The SHA-256 of the last line is {}.",
        count(head.lines, "line", "lines"),
        head.hash
    );
    let content = Html::new()
        .with(el("h1").with("Manage cases"))
        .with(list(&page, before.is_some(), wanted))
        .with(section("open", "Open a case", opening(given, fail)))
        .with(el("p").class("quiet").with(lines));
    let status = fail.map_or(StatusCode::OK, WebError::status);
    Ok(Page { title: "Manage cases", place: "/cases", content }.answer(status))
}

/// Returns a page of the list, with links to the other pages.
fn list(listed: &CasePage, later: bool, wanted: &str) -> Html {
    if listed.total == 0 {
        return el("p").with("There are no cases yet. Open the first one below.").into();
    }
    let rows = listed.cases.iter().map(|case| {
        let link = el("a").attr("href", format!("/cases/{}", case.case)).with(name(case.district.as_str()));
        el("tr")
            .with(el("th").attr("scope", "row").with(link))
            .with(el("td").with(case.stage.label()))
            .with(el("td").class("n").with(case.records.to_string()))
            .with(el("td").with(Zone::default().show(case.last_event)))
    });
    let heads = ["district", "stage", "records", "last event"].map(|head| {
        let cell = el("th").attr("scope", "col").with(head);
        if head == "records" { cell.class("n") } else { cell }
    });
    let table = el("table")
        .with(el("caption").with("Cases in this ledger, newest first"))
        .with(el("thead").with(el("tr").all(heads)))
        .with(el("tbody").all(rows));
    let table = el("div")
        .class("scroll")
        .attr("tabindex", 0)
        .attr("role", "group")
        .attr("aria-label", "Cases in this ledger")
        .with(table);
    let none = el("p").attr("role", "status").with("No district's name contains this.");
    let found: Element = if listed.cases.is_empty() { none } else { table };
    let is_part = later || listed.next.is_some();
    let search = (is_part || !wanted.is_empty()).then(|| search(wanted));
    let link = |label: &str, before: Option<Uuid>| {
        let of = (!wanted.is_empty()).then(|| ("of", wanted.into()));
        let pairs = before.map(|case| ("before", case.to_string().into())).into_iter().chain(of);
        let pairs = query::write(pairs);
        let address = if pairs.is_empty() { "/cases".to_owned() } else { format!("/cases?{pairs}") };
        el("a").attr("href", address).with(label)
    };
    let ways = el("p")
        .class("take")
        .with(later.then(|| link("Back to the newest", None)))
        .with(listed.next.map(|last| link("Older cases", Some(last))));
    Html::new().with(search).with(found).with(is_part.then_some(ways))
}

/// Returns the form that finds a district.
fn search(wanted: &str) -> Element {
    el("form")
        .class("slider")
        .attr("method", "get")
        .attr("action", "/cases")
        .attr("role", "search")
        .with(el("label").attr("for", "of").with("Find a district"))
        .with(el("input").attr("type", "search").attr("name", "of").attr("id", "of").attr("value", wanted))
        .with(button("Find").class("less"))
}

fn opening(given: &Pairs, fail: Option<&WebError>) -> Html {
    let choices = Choices::default();
    let wanted = ["district", "county", "contract_expires", "evergreen", "time_zone", "follows"];
    let mut all = form::fields(EventKind::CaseOpened);
    all.retain(|field| wanted.contains(&field.name));
    all.sort_by_key(|field| wanted.iter().position(|name| *name == field.name));
    let inputs = all.iter().map(|field| {
        let content = match (fail, field.name) {
            (Some(_), _) => Content::Sent(given),
            (None, "time_zone") => Content::Suggested(ibbi_app::zone::MASSACHUSETTS),
            (None, _) => Content::Suggested(""),
        };
        fields::input(field, "open", content, &choices)
    });
    let errors = fail.map(|fail| warning(opened_already(fail).unwrap_or_else(|| lines(&message(fail)))));
    let form: Element = el("form")
        .attr("method", "post")
        .attr("action", "/cases")
        .attr("data-once", "1")
        .with(hidden("id", &Uuid::now_v7().to_string()))
        .with(el("div").class("basics").all(inputs))
        .with(fields::when("open", given))
        .with(el("p").class("send").with(button("Open the case")));
    Html::new().with(errors).with(form)
}

/// Returns a link to the case that this form opened, if the form was sent before with other content.
fn opened_already(fail: &WebError) -> Option<Html> {
    let WebError::App(AppError::Append(AppendError::IdTaken { case, .. })) = fail else { return None };
    let link = el("a").attr("href", format!("/cases/{case}")).with("Go to the case that it opened");
    let text = "This form was sent before, and has opened a case already. The new content was not \
                recorded. ";
    let then = ". To open another case, send the form below. It still has your entries.";
    Some(el("p").with(text).with(link).with(then).into())
}

pub(crate) fn open(request: &WebRequest) -> WebResult {
    let given = request.form();
    match opened(request, &given) {
        Ok(case) => Ok(see_other(&format!("/cases/{case}"))),
        Err(fail) => list_page(request, &given, Some(&fail)),
    }
}

fn opened(request: &WebRequest, given: &Pairs) -> Result<Uuid, WebError> {
    let kind = EventKind::CaseOpened;
    let pairs = fields::pairs(kind, given, &[]);
    let event = form::event(kind, &pairs, Zone::default())?;
    let zone = match &event {
        ibbi_core::Event::CaseOpened(opened) => Zone::new(&opened.time_zone).map_err(AppError::from)?,
        _ => Zone::default(),
    };
    let (at, actor, id) = fields::circumstances(request, given, zone)?;
    let recorded = request.state.writer.offer_here(Offer { at, id, ..Offer::new(event, actor) })?;
    Ok(recorded.case)
}
