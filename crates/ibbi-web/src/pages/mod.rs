//! The pages. The server renders them, and they work without JavaScript.

mod access;
mod all_cases;
mod answer;
mod assets;
mod audit;
mod calendars;
mod case;
mod cases;
mod confirmation;
mod form_errors;
mod goals;
mod home;
mod login;
mod operations;
mod plan;
mod planned_dates;
mod polls;
mod provider;
mod release;
mod reports;
mod retention;
mod shell;
mod webhooks;
mod when;

use crate::calendar_answer;
use crate::problem::WebError;
use crate::problem_codes::title;
use crate::request::{Handler, blocking, limited, with_parts};
use axum::http::Method;
use axum::response::Response;
use ibbi_access::View;
use ibbi_report::html::{Html, el};
use shell::Page;

/// The pages that take files, with the limits of uploads.
pub(crate) const UPLOADS: &[&str] = &["/audit", "/plan/availability"];

/// The routes of all pages and forms, and what one must be allowed to see for them. Those without a view need no role.
#[rustfmt::skip]
pub(crate) static ROUTES: &[(Method, &str, Option<View>, Handler)] = &[
    (Method::GET, "/", None, |request| blocking(request, home::page)),
    (Method::GET, "/healthz", None, |request| blocking(request, operations::health)),
    (Method::GET, "/readyz", None, |request| blocking(request, operations::ready)),
    (Method::GET, "/metrics", Some(View::Tools), |request| blocking(request, operations::metrics)),
    (Method::GET, "/login", None, |request| blocking(request, login::page)),
    (Method::POST, "/login", None, |request| blocking(request, login::send)),
    (Method::POST, "/logout", None, |request| blocking(request, login::leave)),
    (Method::GET, "/login/provider", None, |request| blocking(request, provider::leave)),
    (Method::GET, "/login/return", None, |request| blocking(request, provider::return_here)),
    (Method::GET, "/logout/done", None, |request| blocking(request, provider::left)),
    (Method::GET, "/plan", Some(View::Tools), plan::page),
    (Method::POST, "/plan", Some(View::Tools), |request| blocking(request, plan::send)),
    (Method::POST, "/plan/answer", Some(View::Tools), plan::answer),
    (Method::POST, "/plan/file", Some(View::Tools), |request| blocking(request, plan::send_file)),
    (Method::POST, "/plan/open", Some(View::Tools), |request| with_parts(request, blocking, plan::open)),
    (Method::GET, "/plan/availability", Some(View::Tools), |request| blocking(request, plan::import::page)),
    (Method::POST, "/plan/availability", Some(View::Tools), |request| with_parts(request, limited, plan::import::show)),
    (Method::POST, "/plan/availability/answers", Some(View::Tools), |request| limited(request, plan::import::send)),
    (Method::GET, "/plan/scenario.toml", Some(View::Tools), |request| blocking(request, plan::toml)),
    (Method::GET, "/plan/dates.ics", Some(View::Tools), |request| limited(request, plan::calendar)),
    (Method::GET, "/plan/report.html", Some(View::Tools), |request| limited(request, plan::report)),
    (Method::GET, "/cases", Some(View::Cases), |request| blocking(request, cases::page)),
    (Method::POST, "/cases", Some(View::Cases), |request| blocking(request, cases::open)),
    (Method::GET, "/cases/{case}", Some(View::Case), |request| blocking(request, case::page)),
    (Method::POST, "/cases/{case}", Some(View::Case), |request| blocking(request, case::record)),
    (Method::GET, "/cases/{case}/entries/{seq}", Some(View::Case), |request| blocking(request, case::correct::page)),
    (Method::POST, "/cases/{case}/entries/{seq}", Some(View::Case), |request| blocking(request, case::correct::send)),
    (Method::GET, "/cases/{case}/summary", Some(View::Case), |request| blocking(request, case::summary::page)),
    (Method::GET, "/cases/{case}/forecast", Some(View::Case), |request| limited(request, case::forecast::page)),
    (Method::POST, "/cases/{case}/forecast", Some(View::Case), |request| with_parts(request, limited, case::forecast::with_plan)),
    (Method::GET, "/cases/{case}/calendar", Some(View::Case), |request| blocking(request, calendars::of_case)),
    (Method::POST, "/cases/{case}/calendar", Some(View::Calendars), |request| blocking(request, calendars::subscribe)),
    (Method::GET, "/cases/{case}/calendar/planned", Some(View::PlannedDates), |request| limited(request, planned_dates::ask)),
    (Method::POST, "/cases/{case}/calendar/planned", Some(View::PlannedDates), |request| limited(request, planned_dates::put)),
    (Method::POST, "/cases/{case}/calendar/planned/take-back", Some(View::PlannedDates), |request| blocking(request, planned_dates::take_back)),
    (Method::GET, "/cases/{case}/dates.ics", Some(View::Case), |request| blocking(request, crate::api::calendar_of_case)),
    (Method::GET, "/audit", Some(View::Tools), |request| blocking(request, audit::page)),
    (Method::POST, "/audit", Some(View::Tools), |request| with_parts(request, limited, audit::send)),
    (Method::GET, "/audit/{upload}", Some(View::Tools), |request| limited(request, audit::results)),
    (Method::GET, "/audit/{upload}/audit.json", Some(View::Tools), |request| limited(request, audit::report)),
    (Method::GET, "/audit/{upload}/audit.html", Some(View::Tools), |request| limited(request, audit::report_page)),
    (Method::GET, "/audit/{upload}/export/{format}", Some(View::Tools), |request| limited(request, audit::export)),
    (Method::GET, "/audit/{upload}/compare", Some(View::Ledger), |request| limited(request, audit::compare)),
    (Method::GET, "/audit/{upload}/cases/{case}", Some(View::Tools), |request| limited(request, audit::case)),
    (Method::GET, "/audit/{upload}/cases/{case}/audit.html", Some(View::Tools), |request| limited(request, audit::case_page)),
    (Method::GET, "/audit/{upload}/days", Some(View::Tools), |request| limited(request, audit::days)),
    (Method::GET, "/audit/{upload}/days/{table}", Some(View::Tools), |request| limited(request, audit::days_file)),
    (Method::GET, "/reports/cases", Some(View::Ledger), |request| limited(request, all_cases::page)),
    (Method::GET, "/reports/cases/{table}", Some(View::Ledger), |request| limited(request, all_cases::file)),
    (Method::GET, "/reports/goals", Some(View::Ledger), goals::page),
    (Method::GET, "/reports/goals/{file}", Some(View::Ledger), goals::file),
    (Method::GET, "/reports/program", Some(View::Ledger), |request| limited(request, reports::page)),
    (Method::GET, "/reports/program/{file}", Some(View::Ledger), |request| limited(request, reports::file)),
    (Method::GET, "/access", Some(View::Access), |request| blocking(request, access::page)),
    (Method::POST, "/access/grant", Some(View::ManageAccess), |request| blocking(request, access::grant)),
    (Method::POST, "/access/remove", Some(View::ManageAccess), |request| blocking(request, access::remove)),
    (Method::POST, "/access/tokens", Some(View::ManageAccess), |request| blocking(request, access::new_token)),
    (Method::POST, "/access/revoke", Some(View::ManageAccess), |request| blocking(request, access::revoke)),
    (Method::GET, "/webhooks", Some(View::Webhooks), |request| blocking(request, webhooks::page)),
    (Method::POST, "/webhooks", Some(View::Webhooks), |request| blocking(request, webhooks::create)),
    (Method::POST, "/webhooks/{webhook}/remove", Some(View::Webhooks), |request| blocking(request, webhooks::remove)),
    (Method::POST, "/webhooks/{webhook}/letters/{record}/resend", Some(View::Webhooks), |request| blocking(request, webhooks::resend)),
    (Method::POST, "/webhooks/{webhook}/letters/{record}/delete", Some(View::Webhooks), |request| blocking(request, webhooks::delete_letter)),
    (Method::GET, "/retention", Some(View::Retention), |request| limited(request, retention::page)),
    (Method::POST, "/retention/holds", Some(View::Retention), |request| limited(request, retention::place)),
    (Method::POST, "/retention/holds/{hold}/lift", Some(View::Retention), |request| limited(request, retention::lift)),
    (Method::POST, "/retention/destroy", Some(View::Retention), |request| limited(request, retention::destroy)),
    (Method::GET, "/retention/release", Some(View::Retention), |request| limited(request, release::page)),
    (Method::POST, "/retention/release", Some(View::Retention), |request| limited(request, release::send)),
    (Method::GET, "/calendars", Some(View::Calendars), |request| blocking(request, calendars::page)),
    (Method::GET, "/calendars/{secret}", None, |request| blocking(request, calendar_answer::calendar)),
    (Method::POST, "/calendars/{calendar}/revoke", Some(View::Calendars), |request| blocking(request, calendars::revoke)),
    (Method::GET, "/polls", Some(View::Polls), |request| blocking(request, polls::list)),
    (Method::POST, "/polls", Some(View::Polls), |request| blocking(request, polls::create)),
    (Method::GET, "/polls/new", Some(View::Polls), |request| blocking(request, polls::form)),
    (Method::GET, "/polls/{poll}", Some(View::Polls), |request| limited(request, polls::page)),
    (Method::GET, "/polls/{poll}/delete", Some(View::Polls), |request| blocking(request, polls::ask_to_delete)),
    (Method::POST, "/polls/{poll}/delete", Some(View::Polls), |request| blocking(request, polls::delete)),
    (Method::POST, "/polls/{poll}/close", Some(View::Polls), |request| blocking(request, polls::close)),
    (Method::GET, "/polls/{poll}/letters", Some(View::Polls), |request| blocking(request, polls::mail::page)),
    (Method::POST, "/polls/{poll}/letters", Some(View::Polls), |request| blocking(request, polls::mail::send)),
    (Method::GET, "/polls/{poll}/reminders", Some(View::Polls), |request| blocking(request, polls::reminders)),
    (Method::POST, "/polls/{poll}/reminders", Some(View::Polls), |request| blocking(request, polls::make_reminders)),
    (Method::POST, "/polls/{poll}/answers", Some(View::Polls), |request| with_parts(request, blocking, polls::take_in)),
    (Method::GET, "/polls/{poll}/people/{person}", Some(View::Polls), |request| blocking(request, polls::person)),
    (Method::POST, "/polls/{poll}/people/{person}", Some(View::Polls), |request| blocking(request, polls::enter)),
    (Method::POST, "/polls/{poll}/people/{person}/link", Some(View::Polls), |request| blocking(request, polls::new_link)),
    (Method::POST, "/polls/{poll}/people/{person}/revoke", Some(View::Polls), |request| blocking(request, polls::revoke)),
    (Method::GET, "/polls/{poll}/people/{person}/poll.html", Some(View::Polls), |request| blocking(request, polls::file)),
    (Method::GET, "/answer/{poll}/{secret}", None, |request| blocking(request, answer::page)),
    (Method::POST, "/answer/{poll}/{secret}", None, |request| blocking(request, answer::send)),
    (Method::GET, "/poll.css", None, |request| blocking(request, assets::poll_style)),
    (Method::GET, "/poll.js", None, |request| blocking(request, assets::poll_script)),
    (Method::GET, "/style.css", None, |request| blocking(request, assets::style)),
    (Method::GET, "/script.js", None, |request| blocking(request, assets::script)),
    (Method::GET, "/icon.svg", None, |request| blocking(request, assets::icon)),
];

/// Returns the page for a request that failed.
pub(crate) fn failed(fail: &WebError) -> Response {
    let (heading, content) = failure(fail);
    let content = content.with(el("p").with(el("a").attr("href", "/").with("Back to the home page")));
    Page { title: heading, place: "", content }.answer(fail.status())
}

/// Returns the page for a request that failed, for people who have no account.
pub(crate) fn failed_without_account(fail: &WebError) -> Response {
    let (heading, content) = failure(fail);
    shell::answer_without_account(heading, &content, fail.status())
}

fn failure(fail: &WebError) -> (&'static str, Html) {
    let heading = title(fail.code());
    let detail = match fail {
        WebError::Denied(denial) => denial.to_string() + ".",
        other => other.detail(),
    };
    let lines = detail.lines().map(|line| el("p").with(line));
    (heading, Html::new().with(el("h1").with(heading)).with(el("div").class("warning").all(lines)))
}
