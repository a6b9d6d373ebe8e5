//! The pages: made on the server, and complete without script.

mod assets;
mod audit;
mod case;
mod cases;
mod home;
mod plan;
mod shell;
mod told;

use crate::call::{Handler, heavy, here};
use crate::problem::{Fail, title};
use axum::http::Method;
use axum::response::Response;
use ibbi_report::html::{Html, el};
use shell::Page;

/// Every page, with what is sent to it.
#[rustfmt::skip]
pub(crate) static ROUTES: &[(Method, &str, Handler)] = &[
    (Method::GET, "/", |call| here(call, home::page)),
    (Method::GET, "/plan", plan::page),
    (Method::POST, "/plan", |call| here(call, plan::send)),
    (Method::POST, "/plan/answer", plan::answer),
    (Method::POST, "/plan/open", |call| here(call, plan::open)),
    (Method::GET, "/plan/scenario.toml", |call| here(call, plan::toml)),
    (Method::GET, "/plan/dates.ics", |call| heavy(call, plan::calendar)),
    (Method::GET, "/plan/report.html", |call| heavy(call, plan::report)),
    (Method::GET, "/cases", |call| here(call, cases::page)),
    (Method::POST, "/cases", |call| here(call, cases::open)),
    (Method::GET, "/cases/{case}", |call| here(call, case::page)),
    (Method::POST, "/cases/{case}", |call| here(call, case::record)),
    (Method::GET, "/cases/{case}/dates.ics", |call| here(call, crate::api::calendar_of_case)),
    (Method::GET, "/audit", |call| here(call, audit::page)),
    (Method::POST, "/audit", |call| heavy(call, audit::send)),
    (Method::GET, "/audit/{upload}", |call| heavy(call, audit::found)),
    (Method::GET, "/audit/{upload}/audit.json", |call| heavy(call, audit::report)),
    (Method::GET, "/audit/{upload}/export/{format}", |call| heavy(call, audit::export)),
    (Method::GET, "/audit/{upload}/cases/{case}", |call| heavy(call, audit::case)),
    (Method::GET, "/style.css", |call| here(call, assets::style)),
    (Method::GET, "/script.js", |call| here(call, assets::script)),
    (Method::GET, "/icon.svg", |call| here(call, assets::icon)),
];

/// The page of a request that was not done.
pub(crate) fn failed(fail: &Fail) -> Response {
    let heading = title(fail.code());
    let detail = fail.detail();
    let lines = detail.lines().map(|line| el("p").with(line));
    let content = Html::new()
        .with(el("h1").with(heading))
        .with(el("div").class("warning").all(lines))
        .with(el("p").with(el("a").attr("href", "/").with("Back to the beginning")));
    Page { title: heading, place: "", content }.answer(fail.status())
}
