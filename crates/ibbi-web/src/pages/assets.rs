//! The style sheet, the script and the icon: in the program, under addresses of their own, so that a page needs none inside.

use crate::call::{Answer, Call};
use crate::reply::{kept, reply};
use axum::http::StatusCode;

/// The style sheet of all pages of ibbi, and what only these pages need.
pub(crate) fn style(_: &Call) -> Answer {
    let text = format!("{}{}", ibbi_report::html::STYLE, include_str!("../assets/style.css"));
    Ok(kept(reply(StatusCode::OK, "text/css; charset=utf-8", text)))
}

pub(crate) fn script(_: &Call) -> Answer {
    Ok(kept(reply(StatusCode::OK, "text/javascript; charset=utf-8", include_str!("../assets/script.js"))))
}

pub(crate) fn icon(_: &Call) -> Answer {
    Ok(kept(reply(StatusCode::OK, "image/svg+xml", include_str!("../assets/icon.svg"))))
}
