//! The first page, with links to the three parts.

use super::shell::Page;
use crate::request::{WebRequest, WebResult};
use axum::http::StatusCode;
use ibbi_app::ledger::{self, CaseQuery};
use ibbi_report::html::{Html, el};

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let cases = match request
        .state
        .look(|service| ledger::list(service, &CaseQuery { limit: 0, ..CaseQuery::default() }))
        .map_or(0, |page| page.total)
    {
        0 => "There are no cases yet.".to_owned(),
        1 => "There is 1 case.".to_owned(),
        several => format!("There are {several} cases."),
    };
    let ways = [
        (
            "/plan",
            "Plan a schedule",
            "See when you can finish, how likely that is, and whose calendar has conflicts. Start with a sample and change it \
             to fit your district."
                .to_owned(),
        ),
        (
            "/cases",
            "Manage cases",
            format!("Record what happened, and see what you can do next and what is still missing. {cases}"),
        ),
        (
            "/audit",
            "Check the records",
            "Find out whether a ledger was altered and whether the rules allowed each step. Check this ledger or upload one."
                .to_owned(),
        ),
    ];
    let ways = ways.into_iter().map(|(path, label, text)| {
        el("li").with(el("h2").with(el("a").attr("href", path).with(label))).with(el("p").with(text))
    });
    let content =
        Html::new().with(el("h1").with("IBB planner and case log")).with(el("ul").class("ways").all(ways)).with(
            el("p")
                .class("quiet")
                .with("Other programs can use the API described at ")
                .with(el("a").attr("href", "/api/v1/openapi.json").with("/api/v1/openapi.json"))
                .with("."),
        );
    Ok(Page { title: "Home", place: "/", content }.answer(StatusCode::OK))
}
