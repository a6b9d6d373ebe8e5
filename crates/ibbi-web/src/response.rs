//! Responses: pages, JSON, downloads, redirects, and streams.

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::{Body as HttpBody, Frame};
use ibbi_app::AppError;
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const JSON: &str = "application/json";
pub(crate) const NDJSON: &str = "application/x-ndjson";
pub(crate) const PROBLEM: &str = "application/problem+json";
pub(crate) const CALENDAR: &str = "text/calendar; charset=utf-8";
pub(crate) const TOML: &str = "application/toml; charset=utf-8";

/// Returns a response with a status and a content type.
pub(crate) fn with_type(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
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
    let mut response = with_type(StatusCode::OK, kind, body);
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// Redirects to another page of this server.
pub(crate) fn see_other(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = HeaderValue::from_str(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, to);
    response
}

/// Adds a header to a response.
pub(crate) fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Adds the ETag of a case with this number of records.
pub(crate) fn with_etag(response: Response, rev: u64) -> Response {
    with_header(response, ETAG, &format!("\"{rev}\""))
}

/// Lets the client cache a response for five minutes.
pub(crate) fn cached(response: Response) -> Response {
    with_header(response, CACHE_CONTROL, "private, max-age=300")
}

/// The sending end of a streamed body. Sending fails after the client stops reading.
pub(crate) type Pieces = mpsc::Sender<Bytes>;

/// A streamed body.
pub(crate) struct Streamed(mpsc::Receiver<Bytes>);

/// Returns a streamed body and its sending end.
pub(crate) fn streamed() -> (Pieces, Body) {
    let (pieces, receiver) = mpsc::channel(16);
    (pieces, Body::new(Streamed(receiver)))
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
