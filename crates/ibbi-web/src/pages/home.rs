//! The first page: three ways on.

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
        0 => "There is no case yet.".to_owned(),
        1 => "There is one case.".to_owned(),
        several => format!("There are {several} cases."),
    };
    let ways = [
        (
            "/plan",
            "Plan a schedule",
            "When can a district be done, how sure is that, and whose calendar stands in the way? Begin with a sample and \
             change what differs."
                .to_owned(),
        ),
        (
            "/cases",
            "Run a case",
            format!("Where does a case stand, what can be done now, and what is still missing? {cases}"),
        ),
        (
            "/audit",
            "Look into a ledger",
            "Was anything altered, and was every step allowed? Look at this ledger, or at one that somebody sent."
                .to_owned(),
        ),
    ];
    let ways = ways.into_iter().map(|(path, label, text)| {
        el("li").with(el("h2").with(el("a").attr("href", path).with(label))).with(el("p").with(text))
    });
    let content = Html::new()
        .with(el("h1").with("The road through the Interest-Based Bargaining Institute"))
        .with(el("ul").class("ways").all(ways))
        .with(
            el("p")
                .class("quiet")
                .with("For other programs there is an API, described at ")
                .with(el("a").attr("href", "/api/v1/openapi.json").with("/api/v1/openapi.json"))
                .with("."),
        );
    Ok(Page { title: "The beginning", place: "/", content }.answer(StatusCode::OK))
}
