//! Responses: pages, JSON, downloads, redirects, and streams.

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use futures_util::{StreamExt as _, stream};
use ibbi_app::AppError;
use ibbi_app::feed::Digest;
use serde::Serialize;
use std::convert::Infallible;
use tokio::sync::mpsc;

pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const JSON: &str = "application/json";
pub(crate) const NDJSON: &str = "application/x-ndjson";
pub(crate) const PROBLEM: &str = "application/problem+json";
pub(crate) const CALENDAR: &str = "text/calendar; charset=utf-8";
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
pub(crate) const ZIP: &str = "application/zip";
pub(crate) const TOML: &str = "application/toml; charset=utf-8";

/// Returns a response with a status and a content type.
pub(crate) fn with_type(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    (status, [(CONTENT_TYPE, kind)], body.into()).into_response()
}

/// Returns a response with a value as JSON on one line, as the program prints it.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, AppError> {
    Ok(with_type(status, JSON, json_line(value)?))
}

/// Returns a value as a line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, AppError> {
    let text = serde_json::to_string(value).map_err(|error| AppError::Usage(error.to_string()))?;
    Ok(text + "\n")
}

/// Returns a download with a file name. The name must not come from a request.
pub(crate) fn download(kind: &'static str, name: &'static str, body: impl Into<Body>) -> Response {
    let response = with_type(StatusCode::OK, kind, body);
    with_header(response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""))
}

/// Redirects to another page of this server.
pub(crate) fn see_other(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// Adds a header to a response.
pub(crate) fn with_header(response: Response, name: HeaderName, value: &str) -> Response {
    ([(name, value)], response).into_response()
}

/// Adds the ETag of a case with this number of records.
pub(crate) fn with_etag(response: Response, rev: u64) -> Response {
    with_header(response, ETAG, &format!("\"{rev}\""))
}

/// Adds a weak ETag that is made from the body.
pub(crate) fn with_content_etag(kind: &'static str, body: String) -> Response {
    let tag = Digest::sha256(body.as_bytes()).to_string();
    let tag = format!("W/\"{}\"", tag.get(..32).unwrap_or_default());
    with_header(with_type(StatusCode::OK, kind, body), ETAG, &tag)
}

/// Returns the response to a client that has the content already.
pub(crate) fn not_modified(tag: &str) -> Response {
    (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response()
}

/// Lets the client cache a response for five minutes.
pub(crate) fn cached(response: Response) -> Response {
    with_header(response, CACHE_CONTROL, "private, max-age=300")
}

/// The sending end of a streamed body. Sending fails after the client stops reading.
pub(crate) type Pieces = mpsc::Sender<Bytes>;

/// Returns a streamed body and its sending end.
pub(crate) fn streamed() -> (Pieces, Body) {
    let (pieces, mut receiver) = mpsc::channel(16);
    let received = stream::poll_fn(move |context| receiver.poll_recv(context));
    (pieces, Body::from_stream(received.map(Ok::<_, Infallible>)))
}
