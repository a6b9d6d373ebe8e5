//! Requests that were read, and the ways to run their handlers.
//!
//! `Json` of axum refuses a body without a content type and can't give an example. `IfMatch` of the crate headers
//! accepts a text that is not an ETag.

use crate::multipart::{self, Part};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::state::AppState;
use axum::body::Bytes;
use axum::http::header::{ACCEPT, IF_MATCH};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use ibbi_app::{AppError, input};
use serde::Deserialize;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use uuid::Uuid;

/// A request that was read within the limits.
pub(crate) struct WebRequest {
    pub(crate) state: Arc<AppState>,
    pub(crate) path: HashMap<String, String>,
    pub(crate) query: Pairs,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The parts of a form with files, for the handlers that use [`with_parts`]. The body is then empty.
    pub(crate) parts: Option<Vec<Part>>,
}

/// The result of a handler.
pub(crate) type WebResult = Result<Response, WebError>;
/// The pending result of a handler.
pub(crate) type WebFuture = Pin<Box<dyn Future<Output = WebResult> + Send>>;
/// A handler.
pub(crate) type Handler = fn(WebRequest) -> WebFuture;
/// A handler that can wait for the disk.
pub(crate) type BlockingHandler = fn(&WebRequest) -> WebResult;

impl WebRequest {
    pub(crate) fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the ID in the path.
    pub(crate) fn id(&self, name: &str) -> Result<Uuid, WebError> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        Uuid::parse_str(text).map_err(|_| WebError::not_found("there is no such ID"))
    }

    /// Returns the form that was sent.
    pub(crate) fn form(&self) -> Pairs {
        Pairs::read(&self.body)
    }

    /// Reads a body of JSON, which must be an object. The error says what the body must be (`what`), the place of the
    /// error, and an example (`send`).
    pub(crate) fn object<'a, T: Deserialize<'a>>(&'a self, what: &str, send: &str) -> Result<T, WebError> {
        let wrong = |reason: &str| usage(&format!("the body is not {what}: {reason}; send an object such as {send}"));
        match self.body.trim_ascii_start().first() {
            None => Err(wrong("it is empty")),
            Some(b'{') => serde_json::from_slice(&self.body).map_err(|error| wrong(&input::json_error_text(&error))),
            Some(_) => Err(wrong("it is not an object")),
        }
    }

    /// Returns whether the client asks for progress, line by line.
    pub(crate) fn wants_progress(&self) -> bool {
        self.header(ACCEPT).contains(crate::response::NDJSON)
    }

    /// Returns the number of records that the client expects, by `If-Match`. A header that can't be read is refused,
    /// because the client relies on it.
    pub(crate) fn expected_rev(&self) -> Result<Option<u64>, WebError> {
        let mut all = self.headers.get_all(IF_MATCH).iter();
        let (Some(first), None) = (all.next(), all.next()) else {
            let several = self.headers.contains_key(IF_MATCH);
            return if several { Err(usage("If-Match is given more than once; give it once")) } else { Ok(None) };
        };
        let text = first.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(None);
        }
        let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let wrong = "If-Match must be the ETag of the case with its quotes, such as \"12\", or *";
        inside.and_then(rev).map(Some).ok_or_else(|| usage(wrong))
    }

    /// Refuses `If-Match` for a case that doesn't exist yet.
    pub(crate) fn no_match(&self) -> Result<(), WebError> {
        let wrong = "a case that is being opened has no ETag yet; leave out If-Match, and send the event's `id` to have it \
                     recorded once";
        if self.headers.contains_key(IF_MATCH) { Err(usage(wrong)) } else { Ok(()) }
    }
}

/// Reads a number of records: digits only, without leading zeros.
pub(crate) fn rev(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

fn usage(message: &str) -> WebError {
    AppError::Usage(message.to_owned()).into()
}

/// Runs a handler on a thread that can wait for the disk.
pub(crate) fn blocking(request: WebRequest, answer: BlockingHandler) -> WebFuture {
    Box::pin(async move { run(move || answer(&request)).await })
}

/// Runs a handler with a long computation. A limited number of them run at the same time.
pub(crate) fn limited(request: WebRequest, answer: BlockingHandler) -> WebFuture {
    Box::pin(async move {
        let permit = Arc::clone(&request.state.heavy).acquire_owned().await;
        run(move || {
            let answer = answer(&request);
            drop(permit);
            answer
        })
        .await
    })
}

/// Runs a handler of a form with files.
pub(crate) fn with_parts(
    mut request: WebRequest,
    run: fn(WebRequest, BlockingHandler) -> WebFuture,
    answer: BlockingHandler,
) -> WebFuture {
    Box::pin(async move {
        request.parts = multipart::read(&request.headers, std::mem::take(&mut request.body)).await;
        run(request, answer).await
    })
}

async fn run(work: impl FnOnce() -> WebResult + Send + 'static) -> WebResult {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(WebError::internal()))
}
