//! The question before something that can't be undone, or only with trouble. It works without JavaScript: the form of a button is sent,
//! its answer is the question, and the form of the question is the same with a mark.

use super::shell::{Page, button, hidden};
use crate::request::WebRequest;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_report::html::{Html, el, name};

/// The field that the form of a question has, and the forms of buttons don't.
const SURE: &str = "sure";

/// A question before something is done.
pub(crate) struct Question<'a> {
    /// What is done, up to a name: `Revoke the token of`.
    pub(crate) does: String,
    /// The name.
    pub(crate) whom: String,
    /// What follows from it, and whether it can be undone.
    pub(crate) about: Html,
    /// The label of the button that does it.
    pub(crate) yes: &'a str,
    /// The label of the link that leaves everything as it is.
    pub(crate) no: &'a str,
    /// Where that link leads.
    pub(crate) back: &'a str,
    /// The entry of the page in the navigation.
    pub(crate) place: &'static str,
}

/// Returns the page with a question, unless the request answers it already.
///
/// The form of the page has all fields of the request. Whether the viewer may do it must have been checked before.
pub(crate) fn asked(request: &WebRequest, question: &Question<'_>) -> Option<Response> {
    let sent = request.form();
    (sent.get(SURE).is_none()).then(|| {
        let fields = sent.iter().filter(|(key, _)| *key != SURE).map(|(key, value)| hidden(key, value));
        page(question, &request.address, fields.collect())
    })
}

/// Returns the page with a question. Its form is sent to an address, with these fields.
pub(crate) fn page(question: &Question<'_>, address: &str, fields: Html) -> Response {
    let Question { does, whom, about, yes, no, back, place } = question;
    let title = format!("{does} {whom}?");
    let form = el("form")
        .attr("method", "post")
        .attr("action", address)
        .attr("data-once", "1")
        .with(fields)
        .with(hidden(SURE, "yes"))
        .with(el("p").class("send").with(button(yes)));
    let content = Html::new()
        .with(el("h1").with(format!("{does} ")).with(name(whom)).with("?"))
        .with(about.clone())
        .with(form)
        .with(el("p").with(el("a").attr("href", *back).with(*no)));
    Page { title: &title, place, content }.answer(StatusCode::OK)
}
