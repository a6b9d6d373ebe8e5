//! The list of cases, and the form that opens one.

use super::case::fields::{self, Choices};
use super::shell::{Page, button, hidden};
use crate::call::{Answer, Call};
use crate::problem::Fail;
use crate::query::Pairs;
use crate::reply::see_other;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::desk::Offer;
use ibbi_app::journal::Entry;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, form};
use ibbi_core::EventKind;
use ibbi_report::html::{Element, Html, el, name, section};
use uuid::Uuid;

pub(crate) fn page(call: &Call) -> Answer {
    Ok(shown(call, &Pairs::default(), None))
}

fn shown(call: &Call, given: &Pairs, fail: Option<&Fail>) -> Response {
    let (cases, head) = call.shared.cases();
    let rows = cases.iter().rev().map(|case| {
        let link = el("a").attr("href", format!("/cases/{}", case.case)).with(name(case.district.as_str()));
        el("tr")
            .with(el("th").attr("scope", "row").with(link))
            .with(el("td").with(case.stage.label()))
            .with(el("td").class("n").with(case.records.to_string()))
            .with(el("td").with(Zone::default().show(case.last_event)))
    });
    let heads = ["district", "stage", "records", "last event"];
    let table = el("table")
        .with(el("caption").with("The cases of this ledger, the newest first"))
        .with(el("thead").with(el("tr").all(heads.map(|head| el("th").attr("scope", "col").with(head)))))
        .with(el("tbody").all(rows));
    let list: Html = match cases.is_empty() {
        true => el("p").with("There is no case yet. Open the first one below.").into(),
        false => el("div")
            .class("scroll")
            .attr("tabindex", 0)
            .attr("role", "group")
            .attr("aria-label", "The cases of this ledger")
            .with(table)
            .into(),
    };
    let lines = format!("The ledger has {} lines; the SHA-256 of the last is {}.", head.lines, head.hash);
    let content = Html::new()
        .with(el("h1").with("Run a case"))
        .with(list)
        .with(section("open", "Open a case", opening(given, fail)))
        .with(el("p").class("quiet").with(lines));
    let status = fail.map_or(StatusCode::OK, Fail::status);
    Page { title: "Run a case", place: "/cases", content }.answer(status)
}

fn opening(given: &Pairs, fail: Option<&Fail>) -> Html {
    let choices = Choices::default();
    let wanted = ["district", "county", "contract_expires", "evergreen", "time_zone", "follows"];
    let mut all = form::fields(EventKind::CaseOpened);
    all.retain(|field| wanted.contains(&field.name));
    all.sort_by_key(|field| wanted.iter().position(|name| *name == field.name));
    let inputs = all.iter().map(|field| {
        let value = match (given.get(field.name), field.name) {
            (None, "time_zone") => ibbi_app::zone::MASSACHUSETTS,
            (value, _) => value.unwrap_or_default(),
        };
        fields::input(field, "open", value, &choices)
    });
    let told = fail.map(|fail| el("div").class("warning").attr("role", "alert").with(el("p").with(fail.detail())));
    let form: Element = el("form")
        .attr("method", "post")
        .attr("action", "/cases")
        .attr("data-once", "1")
        .with(hidden("id", &Uuid::now_v7().to_string()))
        .with(el("div").class("basics").all(inputs))
        .with(fields::when("open", given))
        .with(el("p").class("send").with(button("Open the case")));
    Html::new().with(told).with(form)
}

pub(crate) fn open(call: &Call) -> Answer {
    let given = call.form();
    match opened(call, &given) {
        Ok(case) => Ok(see_other(&format!("/cases/{case}"))),
        Err(fail) => Ok(shown(call, &given, Some(&fail))),
    }
}

fn opened(call: &Call, given: &Pairs) -> Result<Uuid, Fail> {
    let kind = EventKind::CaseOpened;
    let pairs = fields::pairs(kind, given, &[]);
    let event = form::event(kind, &pairs, Zone::default()).map_err(AppError::from)?;
    let zone = match &event {
        ibbi_core::Event::CaseOpened(opened) => Zone::new(&opened.time_zone).map_err(AppError::from)?,
        _ => Zone::default(),
    };
    let (at, actor, id) = fields::circumstances(call, given, zone)?;
    let entry = Entry { event, at, id, dry_run: false };
    let recorded = call.shared.writer.offer_here(Offer {
        case: None,
        entry,
        actor,
        at_is_now: given.get("at").is_none(),
        expected_rev: None,
    })?;
    Ok(recorded.case)
}
