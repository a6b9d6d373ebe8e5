//! A request that has been read, and the ways to answer it.

use crate::problem::WebError;
use crate::query::Pairs;
use crate::state::AppState;
use axum::body::Bytes;
use axum::http::header::{ACCEPT, CONTENT_TYPE, IF_MATCH};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use ibbi_app::{AppError, input};
use serde::Deserialize;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use uuid::Uuid;

/// A request: everything of it, within the limits.
pub(crate) struct WebRequest {
    pub(crate) state: Arc<AppState>,
    pub(crate) path: HashMap<String, String>,
    pub(crate) query: Pairs,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What a handler gives.
pub(crate) type WebResult = Result<Response, WebError>;
/// An answer that is being worked out.
pub(crate) type WebFuture = Pin<Box<dyn Future<Output = WebResult> + Send>>;
/// Something that answers.
pub(crate) type Handler = fn(WebRequest) -> WebFuture;

impl WebRequest {
    pub(crate) fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The id in the path.
    pub(crate) fn id(&self, name: &str) -> Result<Uuid, WebError> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        Uuid::parse_str(text).map_err(|_| WebError::not_found("there is no such ID"))
    }

    /// A form that was sent.
    pub(crate) fn form(&self) -> Pairs {
        Pairs::read(&self.body)
    }

    /// A body of JSON. A list of the right values is no object, and what is wrong is told with where, and what would be
    /// right: `what` it is not, and what to `send`.
    pub(crate) fn object<'a, T: Deserialize<'a>>(&'a self, what: &str, send: &str) -> Result<T, WebError> {
        let wrong = |told: &str| usage(&format!("the body is not {what}: {told}; send an object such as {send}"));
        match self.body.trim_ascii_start().first() {
            None => Err(wrong("it is empty")),
            Some(b'{') => serde_json::from_slice(&self.body).map_err(|error| wrong(&input::json_error_text(&error))),
            Some(_) => Err(wrong("it is not an object")),
        }
    }

    pub(crate) fn content_type(&self) -> &str {
        self.header(CONTENT_TYPE)
    }

    /// Whether progress is wanted, line by line.
    pub(crate) fn wants_progress(&self) -> bool {
        self.header(ACCEPT).contains(crate::response::NDJSON)
    }

    /// How many records the caller believes the case to have, by `If-Match`. Whoever sends the header wants to be guarded:
    /// what is not understood is refused, not taken for nothing.
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

    /// Refuses `If-Match` where there is nothing yet that it could match.
    pub(crate) fn no_match(&self) -> Result<(), WebError> {
        let wrong = "a case that is being opened has no ETag yet; leave out If-Match, and send the event's `id` to have it \
                     recorded once";
        if self.headers.contains_key(IF_MATCH) { Err(usage(wrong)) } else { Ok(()) }
    }
}

/// A number of records as it is written: digits alone, without zeros before them.
pub(crate) fn rev(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

fn usage(message: &str) -> WebError {
    AppError::Usage(message.to_owned()).into()
}

/// Answers on a thread that may wait for a disk.
pub(crate) fn blocking(request: WebRequest, answer: fn(&WebRequest) -> WebResult) -> WebFuture {
    Box::pin(async move { run(move || answer(&request)).await })
}

/// Answers with a long computation, of which only so many go on at a time.
pub(crate) fn limited(request: WebRequest, answer: fn(&WebRequest) -> WebResult) -> WebFuture {
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

async fn run(work: impl FnOnce() -> WebResult + Send + 'static) -> WebResult {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(WebError::internal()))
}
