//! The list of cases, and the form that opens one.

use super::case::{Choices, Inputs, Reader};
use super::form_errors::{FormErrors, sentence, warning};
use super::shell::{Page, button, hidden, select};
use super::when::{self, Moment};
use crate::problem::WebError;
use crate::query::{self, Pairs};
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::agenda::{self, Urgency};
use ibbi_app::case_log::CaseLog;
use ibbi_app::format::count;
use ibbi_app::ledger::{AppendError, CasePage, CaseQuery, Order};
use ibbi_app::service::Offer;
use ibbi_app::times::Times;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, form, presets};
use ibbi_core::{EventKind, FieldKind, History};
use ibbi_report::html::{Element, Html, details, el, name, section};
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
    let (page, head) = (request.list(&query), request.state.look(|service| service.store().head()));
    let (page, head) = (page?, head.ok_or_else(WebError::internal)?);
    let lines = format!(
        "The ledger has {}. The SHA-256 of the last line is {}.",
        count(head.lines, "line", "lines"),
        head.hash
    );
    let open = match request.viewer.may_record(EventKind::CaseOpened, None, None) {
        Ok(()) => opening(request, given, fail),
        Err(denial) => el("p").with(format!("{denial}.")).into(),
    };
    let content = Html::new()
        .with(el("h1").with("Manage cases"))
        .with(list(request, &page, before.is_some(), wanted)?)
        .with(section("open", "Open a case", open))
        .with(request.viewer.sees_all_cases().then(|| el("p").class("quiet").with(lines)));
    let status = fail.map_or(StatusCode::OK, WebError::status);
    Ok(Page { title: "Manage cases", place: "/cases", content }.answer(status))
}

/// Returns a page of the list, with links to the other pages.
fn list(request: &WebRequest, listed: &CasePage, later: bool, wanted: &str) -> Result<Html, WebError> {
    if listed.total == 0 {
        return Ok(el("p").with("There are no cases that you can see yet.").into());
    }
    let now = request.state.now()?;
    let mut rows = Vec::new();
    for case in &listed.cases {
        let link = el("a").attr("href", format!("/cases/{}", case.case)).with(name(case.district.as_str()));
        let look = |log: &CaseLog| {
            (
                agenda::item(log, &request.state.live().settings.standards, now),
                Times::of_case(log).show(case.last_event, &[]),
            )
        };
        let (item, last_event) = request.facts(case.case, look)?;
        let late = item.as_ref().is_some_and(|item| item.urgency == Urgency::Overdue);
        let next = el("td").with(item.map(|item| sentence(&item.text)).unwrap_or_default());
        rows.push(
            el("tr")
                .with(el("th").attr("scope", "row").with(link))
                .with(el("td").with(case.stage.label()))
                .with(if late { next.class("late") } else { next })
                .with(el("td").class("n extra").with(case.records.to_string()))
                .with(el("td").class("extra").with(last_event)),
        );
    }
    let heads = ["district", "stage", "this week", "records", "last event"].map(|head| {
        let cell = el("th").attr("scope", "col").with(head);
        match head {
            "records" => cell.class("n extra"),
            "last event" => cell.class("extra"),
            _ => cell,
        }
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
    Ok(Html::new().with(search).with(found).with(is_part.then_some(ways)))
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

fn opening(request: &WebRequest, given: &Pairs, fail: Option<&WebError>) -> Html {
    let newest = CaseQuery { after: None, order: Order::Newest, district: String::new(), limit: LISTED };
    let known = request.list(&newest).map(|page| page.cases).unwrap_or_default();
    let cases = known.iter().map(|case| (case.case.to_string(), format!("{} ({})", case.district, case.stage.label())));
    let mut choices = Choices::default();
    choices.cases = cases.collect();
    let wanted = ["district", "county", "contract_expires", "program", "evergreen", "time_zone", "follows"];
    let mut all = form::fields(EventKind::CaseOpened);
    all.retain(|field| {
        wanted.contains(&field.name)
            && (field.name != "follows" || !choices.cases.is_empty() || given.get("follows").is_some())
    });
    all.sort_by_key(|field| wanted.iter().position(|name| *name == field.name));
    let errors = fail.map(FormErrors::from_error).unwrap_or_default();
    let suggested = [format!("time_zone={}", ibbi_app::zone::MASSACHUSETTS), "evergreen=false".to_owned()];
    // A plan links to this form with its district and its people.
    let planned = request.query.get(when::PEOPLE).map(|_| &request.query);
    let sent = fail.map(|_| given).or(planned);
    let given = sent.unwrap_or(given);
    let inputs = Inputs { form: "open", sent, suggested: &suggested, choices: &choices, errors: &errors };
    let usual = ["district", "county", "contract_expires", "program"];
    let (usual, rare): (Vec<_>, Vec<_>) = all.iter().partition(|field| usual.contains(&field.name));
    let usual = usual.into_iter().map(|field| match field.takes {
        FieldKind::Program => el("div").class("whole").with(program(&inputs)),
        _ => inputs.input(field),
    });
    let rare = details("More details", Html::from_iter(rare.into_iter().map(|field| inputs.input(field))));
    let rare = if fail.is_some() { rare.attr("open", "open") } else { rare };
    let summary = fail.map(|fail| match opened_already(fail) {
        Some(text) => warning(text),
        None => errors.summary("The case was not opened.", "open"),
    });
    let moment = Moment::read(given);
    let new_case = given.get(when::NEW_CASE).filter(|id| Uuid::parse_str(id).is_ok());
    let times = when::fields(&moment, request.name(), &errors);
    let form: Element = el("form")
        .attr("method", "post")
        .attr("action", "/cases")
        .attr("data-once", "1")
        .with(hidden("id", &Uuid::now_v7().to_string()))
        .with(moment.hidden_people())
        .with(new_case.filter(|_| fail.is_none_or(|fail| !is_open_already(fail))).map(|id| hidden(when::NEW_CASE, id)))
        .with(el("fieldset").class("basics").with(el("legend").with("When did it happen?")).with(times))
        .with(el("div").class("basics").all(usual))
        .with(rare)
        .with(el("p").class("send").with(button("Open the case")));
    Html::new().with(summary).with(form)
}

/// Returns the choice of a program by its plain name. The usual one is chosen.
fn program(inputs: &Inputs<'_>) -> Element {
    let mut presets: Vec<_> = presets::presets().unwrap_or_default().into_iter().collect();
    presets.sort_by_key(|(name, _)| name != presets::DEFAULT);
    let options = presets.iter().map(|(name, preset)| (name.as_str(), preset.about.as_str()));
    let input = select("program", &inputs.text_or("program", presets::DEFAULT), options);
    inputs.labeled("Program", "program", input, None)
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

/// Returns whether the plan from which the form was filled in has a case already.
const fn is_open_already(fail: &WebError) -> bool {
    matches!(fail, WebError::App(AppError::CaseTaken(_)))
}

pub(crate) fn open(request: &WebRequest) -> WebResult {
    let given = request.form();
    let moment = Moment::read(&given);
    let response = match opened(request, &given) {
        Ok(case) => see_other(&moment.address(&format!("/cases/{case}"), &[])),
        Err(fail) => list_page(request, &given, Some(&fail))?,
    };
    Ok(response)
}

fn opened(request: &WebRequest, given: &Pairs) -> Result<Uuid, WebError> {
    let now = request.state.now()?;
    let today = Zone::default().date(now);
    let reader = Reader { given, choices: &Choices::default(), near: today };
    let event = form::event(EventKind::CaseOpened, &reader.pairs(EventKind::CaseOpened), Zone::default());
    let zone = match &event {
        Ok(ibbi_core::Event::CaseOpened(opened)) => Zone::new(&opened.time_zone).map_err(AppError::from)?,
        _ => Zone::default(),
    };
    let ((when, on_behalf), event) =
        when::both(when::circumstances(request, given, zone), event.map_err(WebError::from))?;
    let refused = |refusal| AppError::Refused { refusal, zone, day_only: None };
    let at = when.instant(std::slice::from_ref(&event), &History::new(), zone, now).map_err(refused)?;
    let id = given.get("id").and_then(|id| Uuid::parse_str(id).ok());
    let new_case = given.get(when::NEW_CASE).and_then(|id| Uuid::parse_str(id).ok());
    let offer = Offer { at: at.map(|at| when.event_time(at)), id, on_behalf, new_case, ..request.offer(event) };
    let recorded = request.state.writer.offer_here(request.checked(offer)?)?;
    Ok(recorded.case)
}
