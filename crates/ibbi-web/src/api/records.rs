//! The records after a position, for programs that follow the ledger: as pages, and as server-sent events.
//!
//! A subscriber gets the records of the cases that it can see, each once and in the order in which they were written. After an
//! interruption it asks again from the last number that it got. Subscribers read what is on the disk, so none holds up a writer.

use super::paging::{self, LISTED};
use crate::messages::{self, Batch, RecordMessage};
use crate::problem::WebError;
use crate::request::{WebFuture, WebRequest, WebResult};
use crate::response::{self, json, with_type};
use axum::body::Bytes;
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::{HeaderName, StatusCode};
use ibbi_app::AppError;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::value::RawValue;
use std::fmt::Write as _;
use std::time::Duration;

/// After this time without a record, a stream sends a comment, so that both ends learn of a broken connection.
const QUIET: Duration = Duration::from_secs(15);
const EVENT_STREAM: &str = "text/event-stream";

/// A page of records.
#[derive(Serialize, JsonSchema)]
pub(super) struct RecordPage {
    /// The records, in the order in which they were written.
    #[schemars(schema_with = "message_list")]
    records: Vec<Box<RawValue>>,
    /// The value of `after` for the next page; null if there are no more records now.
    next: Option<u64>,
    /// The position up to which the records were looked at: the `after` with which to ask for later ones.
    position: u64,
}

fn message_list(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "$ref": "#/components/schemas/RecordMessage" } })
}

pub(super) fn follow(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        let after = position(&request)?;
        if request.header(ACCEPT).contains(EVENT_STREAM) {
            return Ok(stream(request, after));
        }
        let limit = paging::limit(&request)?;
        let page = tokio::task::spawn_blocking(move || page(&request, after, limit)).await;
        page.unwrap_or_else(|_| Err(WebError::internal()))
    })
}

fn page(request: &WebRequest, after: u64, limit: usize) -> WebResult {
    let Batch { messages, position, more } = batch(request, after, limit)?;
    let raw = |message: RecordMessage| RawValue::from_string(message.body);
    let records = messages.into_iter().map(raw).collect::<Result<_, _>>().map_err(|_| WebError::internal())?;
    Ok(json(StatusCode::OK, &RecordPage { records, next: more.then_some(position), position })?)
}

/// Returns the position after which records are wanted: `after`, or the last that a stream has sent before it broke off.
fn position(request: &WebRequest) -> Result<u64, WebError> {
    let last = request.header(HeaderName::from_static("last-event-id")).trim();
    if !last.is_empty() {
        let wrong = || AppError::Usage("`Last-Event-ID` is a whole number, such as 12".to_owned()).into();
        return last.parse().map_err(|_| wrong());
    }
    Ok(paging::number(request, "after")?.unwrap_or(0))
}

/// Returns the records after a position that the viewer can see. Reading their texts is logged first.
fn batch(request: &WebRequest, after: u64, limit: usize) -> Result<Batch, WebError> {
    let batch = messages::batch(request.reader(), after, limit)?;
    if batch.texts() > 0 {
        request.log_read(None, Some(batch.texts()))?;
    }
    Ok(batch)
}

/// Sends records as they are written. The viewer's roles and session are looked at before each batch.
fn stream(mut request: WebRequest, mut after: u64) -> axum::response::Response {
    let (pieces, body) = response::streamed();
    let mut written = request.state.writer.written();
    let mut ending = request.state.ending.subscribe();
    // A request with a token doesn't need its session.
    let session = request.visit.session().filter(|_| request.header(AUTHORIZATION).is_empty());
    let session = session.filter(|secret| request.state.sessions.lasts(secret)).map(str::to_owned);
    tokio::spawn(async move {
        // The head is sent at once.
        let mut text = ": ibbi\n\n".to_owned();
        loop {
            if pieces.send(Bytes::from(std::mem::take(&mut text))).await.is_err() {
                return;
            }
            written.borrow_and_update();
            // The person has signed out, or the session is over.
            if session.as_deref().is_some_and(|secret| !request.state.sessions.lasts(secret)) {
                return;
            }
            let read = tokio::task::spawn_blocking(move || {
                let principal = request.viewer.principal.clone();
                let viewer = request.state.viewer(principal)?;
                request.viewer = viewer.ok_or_else(|| WebError::not_found("the token was revoked"))?;
                let batch = batch(&request, after, LISTED)?;
                Ok::<_, WebError>((request, batch))
            });
            let Ok(Ok((returned, batch))) = read.await else { return };
            request = returned;
            for RecordMessage { seq, body, .. } in &batch.messages {
                let _ = write!(text, "id: {seq}\nevent: record\ndata: {body}\n\n");
            }
            // A subscriber that can see none of these records doesn't read them again after an interruption.
            if batch.messages.is_empty() && batch.position > after {
                let _ = write!(text, "id: {}\nevent: position\ndata: {{}}\n\n", batch.position);
            }
            after = batch.position;
            if batch.more || !text.is_empty() {
                continue;
            }
            tokio::select! {
                changed = written.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(QUIET) => text.push_str(": quiet\n\n"),
                () = pieces.closed() => return,
                _ = ending.changed() => return,
            }
        }
    });
    with_type(StatusCode::OK, EVENT_STREAM, body)
}
