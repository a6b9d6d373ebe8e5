//! Messages for the user of a form that was refused, with the labels of its fields and what to do.

use crate::problem::WebError;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::describe::in_words;
use ibbi_app::form::{AT_LABEL, FormError};
use ibbi_app::format::count;
use ibbi_app::ledger::AppendError;
use ibbi_report::html::{Element, Html, el};

impl From<FormError> for WebError {
    fn from(error: FormError) -> Self {
        Self::Request(StatusCode::BAD_REQUEST, "input", error.to_string())
    }
}

/// Returns why a form was not recorded, with a line for each reason.
pub(crate) fn message(fail: &WebError) -> String {
    match fail {
        WebError::App(AppError::Future { at, now, zone }) => format!(
            "{AT_LABEL}: {} is in the future. It is {} now. Record the event after it happens.",
            zone.show(*at),
            zone.show(*now)
        ),
        WebError::App(AppError::Append(AppendError::Conflict { expected, found, .. })) => format!(
            "The case has changed since you opened this page. It had {} then and has {found} now. Check the new records, \
             then send the form again if it is still right.",
            count(*expected, "record", "records"),
        ),
        WebError::App(AppError::Append(AppendError::TooLarge { .. })) => {
            "The texts are too long for one event. Shorten them, or record a part of them as a note.".to_owned()
        }
        WebError::App(_) => in_words(&fail.detail()),
        WebError::Request(.., detail) => detail.clone(),
    }
}

/// Returns a text as a paragraph, or as a list if it has several lines.
pub(crate) fn lines(text: &str) -> Html {
    match text.lines().count() {
        0 | 1 => el("p").with(text).into(),
        _ => el("ul").all(text.lines().map(|line| el("li").with(line))).into(),
    }
}

/// Returns a box with a warning.
pub(crate) fn warning(content: impl Into<Html>) -> Element {
    el("div").class("warning").attr("role", "alert").with(content)
}
