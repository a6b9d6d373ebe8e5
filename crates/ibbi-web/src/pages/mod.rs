//! The pages. The server renders them, and they work without JavaScript.

mod assets;
mod audit;
mod case;
mod cases;
mod form_errors;
mod home;
mod plan;
mod shell;
mod when;

use crate::problem::{WebError, title};
use crate::request::{Handler, blocking, limited, with_parts};
use axum::http::Method;
use axum::response::Response;
use ibbi_report::html::{Html, el};
use shell::Page;

/// The routes of all pages and forms.
#[rustfmt::skip]
pub(crate) static ROUTES: &[(Method, &str, Handler)] = &[
    (Method::GET, "/", |request| blocking(request, home::page)),
    (Method::GET, "/plan", plan::page),
    (Method::POST, "/plan", |request| blocking(request, plan::send)),
    (Method::POST, "/plan/answer", plan::answer),
    (Method::POST, "/plan/file", |request| blocking(request, plan::send_file)),
    (Method::POST, "/plan/open", |request| with_parts(request, blocking, plan::open)),
    (Method::GET, "/plan/scenario.toml", |request| blocking(request, plan::toml)),
    (Method::GET, "/plan/dates.ics", |request| limited(request, plan::calendar)),
    (Method::GET, "/plan/report.html", |request| limited(request, plan::report)),
    (Method::GET, "/cases", |request| blocking(request, cases::page)),
    (Method::POST, "/cases", |request| blocking(request, cases::open)),
    (Method::GET, "/cases/{case}", |request| blocking(request, case::page)),
    (Method::POST, "/cases/{case}", |request| blocking(request, case::record)),
    (Method::GET, "/cases/{case}/entries/{seq}", |request| blocking(request, case::correct::page)),
    (Method::POST, "/cases/{case}/entries/{seq}", |request| blocking(request, case::correct::send)),
    (Method::GET, "/cases/{case}/summary", |request| blocking(request, case::summary::page)),
    (Method::GET, "/cases/{case}/forecast", |request| limited(request, case::forecast::page)),
    (Method::POST, "/cases/{case}/forecast", |request| with_parts(request, blocking, case::forecast::with_plan)),
    (Method::GET, "/cases/{case}/dates.ics", |request| blocking(request, crate::api::calendar_of_case)),
    (Method::GET, "/audit", |request| blocking(request, audit::page)),
    (Method::POST, "/audit", |request| with_parts(request, limited, audit::send)),
    (Method::GET, "/audit/{upload}", |request| limited(request, audit::results)),
    (Method::GET, "/audit/{upload}/audit.json", |request| limited(request, audit::report)),
    (Method::GET, "/audit/{upload}/export/{format}", |request| limited(request, audit::export)),
    (Method::GET, "/audit/{upload}/cases/{case}", |request| limited(request, audit::case)),
    (Method::GET, "/style.css", |request| blocking(request, assets::style)),
    (Method::GET, "/script.js", |request| blocking(request, assets::script)),
    (Method::GET, "/icon.svg", |request| blocking(request, assets::icon)),
];

/// Returns the page for a request that failed.
pub(crate) fn failed(fail: &WebError) -> Response {
    let heading = title(fail.code());
    let detail = fail.detail();
    let lines = detail.lines().map(|line| el("p").with(line));
    let content = Html::new()
        .with(el("h1").with(heading))
        .with(el("div").class("warning").all(lines))
        .with(el("p").with(el("a").attr("href", "/").with("Back to the home page")));
    Page { title: heading, place: "", content }.answer(fail.status())
}
