//! What speaks against a form, as the person who filled it in is told: by the labels of its fields, with what to do.

use crate::problem::WebError;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::describe::in_words;
use ibbi_app::form::{AT_LABEL, FormError};
use ibbi_app::ledger::AppendError;
use ibbi_report::html::{Element, Html, el};

impl From<FormError> for WebError {
    fn from(error: FormError) -> Self {
        Self::Request(StatusCode::BAD_REQUEST, "input", error.to_string())
    }
}

/// Why a form was not recorded: a line for each reason. What only a page of its own can say is not told here.
pub(crate) fn told(fail: &WebError) -> String {
    match fail {
        WebError::App(AppError::Future { at, now, zone }) => format!(
            "{AT_LABEL}: {} is still to come, for it is {} now; record it when it has happened.",
            zone.show(*at),
            zone.show(*now)
        ),
        WebError::App(AppError::Append(AppendError::Conflict { expected, found, .. })) => format!(
            "The case has changed since you opened this page. It had {expected} records then and has {found} now. Check the \
             new records, then send the form again if it is still right.",
        ),
        WebError::App(AppError::Append(AppendError::TooLarge { .. })) => {
            "The texts are too long for one event. Shorten them, or record a part of them as a note.".to_owned()
        }
        WebError::App(_) => in_words(&fail.detail()),
        WebError::Request(.., detail) => detail.clone(),
    }
}

/// The lines of a text, each a paragraph; several make a list.
pub(crate) fn lines(text: &str) -> Html {
    match text.lines().count() {
        0 | 1 => el("p").with(text).into(),
        _ => el("ul").all(text.lines().map(|line| el("li").with(line))).into(),
    }
}

/// A box that says what is wrong.
pub(crate) fn warning(content: impl Into<Html>) -> Element {
    el("div").class("warning").attr("role", "alert").with(content)
}
