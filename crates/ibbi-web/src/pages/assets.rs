//! The style sheet, the script, and the icon, which are part of the program.

use crate::request::{WebRequest, WebResult};
use crate::response::{cached, with_type};
use axum::http::StatusCode;

/// Returns the style sheet of the pages.
pub(crate) fn style(_: &WebRequest) -> WebResult {
    let text = [ibbi_report::html::STYLE, include_str!("../assets/style.css")].concat();
    Ok(cached(with_type(StatusCode::OK, "text/css; charset=utf-8", sent(&text))))
}

pub(crate) fn script(_: &WebRequest) -> WebResult {
    let text = sent(include_str!("../assets/script.js"));
    Ok(cached(with_type(StatusCode::OK, "text/javascript; charset=utf-8", text)))
}

/// Returns a text without indents and without lines that are a comment, which are for those who read the source.
fn sent(text: &str) -> String {
    let is_comment = |line: &str| line.starts_with("//") || line.starts_with("/*");
    let lines = text.lines().map(str::trim_start).filter(|line| !is_comment(line));
    lines.fold(String::with_capacity(text.len()), |all, line| all + line + "\n")
}

/// Returns the style sheet of the page on which a person answers a poll.
pub(crate) fn poll_style(_: &WebRequest) -> WebResult {
    Ok(cached(with_type(StatusCode::OK, "text/css; charset=utf-8", ibbi_report::poll_style())))
}

/// Returns the script of the page on which a person answers a poll.
pub(crate) fn poll_script(_: &WebRequest) -> WebResult {
    Ok(cached(with_type(StatusCode::OK, "text/javascript; charset=utf-8", ibbi_report::poll_script())))
}

pub(crate) fn icon(_: &WebRequest) -> WebResult {
    Ok(cached(with_type(StatusCode::OK, "image/svg+xml", include_str!("../assets/icon.svg"))))
}
