//! The records after a position, for programs that follow the ledger: as pages, and as server-sent events.
//!
//! A subscriber gets the records of the cases that it can see, each once and in the order in which they were written. After an
//! interruption it asks again from the last number that it got. Subscribers read what is on the disk, so none holds up a writer.

use crate::problem::WebError;
use crate::request::{WebFuture, WebRequest, WebResult};
use crate::response::{self, json, with_type};
use axum::body::Bytes;
use axum::http::header::ACCEPT;
use axum::http::{HeaderName, StatusCode};
use ibbi_app::case_log::CaseLog;
use ibbi_app::{AppError, Record, feed};
use ibbi_core::{Event, NoteText};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;
use uuid::Uuid;

/// The most records of a page.
pub(super) const MOST: usize = 1000;
/// How many a page has if no number is given, and how many a stream reads at a time.
const USUAL: usize = 100;
/// After this time without a record, a stream sends a comment, so that both ends learn of a broken connection.
const QUIET: Duration = Duration::from_secs(15);
const EVENT_STREAM: &str = "text/event-stream";

/// A page of records.
#[derive(Serialize, JsonSchema)]
pub(super) struct RecordPage {
    /// The records, as messages of CloudEvents 1.0 (docs/interchange.md). `sequence` is the number of a record in the ledger.
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    records: Vec<Box<RawValue>>,
    /// The position up to which the records were looked at: the `after` of the next page.
    position: u64,
    /// Whether there were more records than the page has.
    more: bool,
}

/// Records that a viewer can see, with their numbers.
struct Batch {
    messages: Vec<(u64, String)>,
    position: u64,
    more: bool,
}

pub(super) fn follow(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        let after = position(&request)?;
        if request.header(ACCEPT).contains(EVENT_STREAM) {
            return Ok(stream(request, after));
        }
        let limit = limit(&request)?;
        let page = tokio::task::spawn_blocking(move || page(&request, after, limit)).await;
        page.unwrap_or_else(|_| Err(WebError::internal()))
    })
}

fn page(request: &WebRequest, after: u64, limit: usize) -> WebResult {
    let Batch { messages, position, more } = batch(request, after, limit)?;
    let raw = |(_, message)| RawValue::from_string(message);
    let records = messages.into_iter().map(raw).collect::<Result<_, _>>().map_err(|_| WebError::internal())?;
    Ok(json(StatusCode::OK, &RecordPage { records, position, more })?)
}

/// Returns the position after which records are wanted: `after`, or the last that a stream has sent before it broke off.
fn position(request: &WebRequest) -> Result<u64, WebError> {
    let last = request.header(HeaderName::from_static("last-event-id")).trim();
    if !last.is_empty() {
        return last.parse().map_err(|_| not_a_number("Last-Event-ID"));
    }
    Ok(number(request, "after")?.unwrap_or(0))
}

/// Returns a number of the query, if it is there.
pub(super) fn number(request: &WebRequest, name: &str) -> Result<Option<u64>, WebError> {
    request.query.get(name).map(|text| text.parse().map_err(|_| not_a_number(name))).transpose()
}

fn not_a_number(name: &str) -> WebError {
    AppError::Usage(format!("`{name}` is a whole number, such as 12")).into()
}

/// Returns how much of the ledger a page has at most.
pub(super) fn limit(request: &WebRequest) -> Result<usize, WebError> {
    limit_or(request, USUAL)
}

/// Returns how much of a list is wanted; `usual` if the query doesn't say it.
pub(super) fn limit_or(request: &WebRequest, usual: usize) -> Result<usize, WebError> {
    let Some(text) = request.query.get("limit") else { return Ok(usual) };
    let limit = text.parse().ok();
    let usage = || AppError::Usage(format!("`limit` is a number from 1 to {MOST}")).into();
    limit.filter(|limit| (1..=MOST).contains(limit)).ok_or_else(usage)
}

/// Returns the records after a position that the viewer can see, without the texts that the viewer may not read.
fn batch(request: &WebRequest, after: u64, limit: usize) -> Result<Batch, WebError> {
    let reads_all = request.viewer.reads_all_texts();
    let read = if reads_all { feed::records } else { feed::records_as_stored };
    // One more, to know whether there are more.
    let mut records = request.state.look(|service| read(service, after, limit + 1))?;
    let more = records.len() > limit;
    records.truncate(limit);
    let position = records.last().map_or(after, |record| record.seq);
    let mut cases: HashMap<Uuid, Option<CaseLog>> = HashMap::new();
    let (mut messages, mut texts) = (Vec::with_capacity(records.len()), 0);
    for mut record in records {
        if !reads_all {
            let known = match cases.get(&record.case) {
                Some(known) => known,
                None => {
                    let shown = request.shown(record.case)?;
                    cases.entry(record.case).or_insert(shown)
                }
            };
            let Some(log) = known else { continue };
            let Some(shown) = log.records.iter().find(|shown| shown.seq == record.seq) else { continue };
            record.event = with_digest(&shown.event, &record);
        }
        texts += usize::from(record.event.note_text().is_some_and(|text| text.text().is_some()));
        messages.push((record.seq, feed::message(&request.state.source, &record)?));
    }
    if texts > 0 {
        request.log_read(None, Some(texts))?;
    }
    Ok(Batch { messages, position, more })
}

/// Returns an event as a viewer reads it. A text that the viewer may not read is the digest that the ledger has, if it has one.
fn with_digest(shown: &Event, stored: &Record) -> Event {
    let mut event = shown.clone();
    let digest = stored.event.note_text().and_then(NoteText::digest).copied();
    if let (Some(text), Some(digest)) = (event.note_text_mut(), digest)
        && text.text().is_none()
    {
        *text = NoteText::from_digest(digest);
    }
    event
}

/// Sends records as they are written. The viewer's roles are looked at before each batch.
fn stream(mut request: WebRequest, mut after: u64) -> axum::response::Response {
    let (pieces, body) = response::streamed();
    let mut written = request.state.writer.written();
    let mut ending = request.state.ending.subscribe();
    tokio::spawn(async move {
        // The head is sent at once.
        let mut text = ": ibbi\n\n".to_owned();
        loop {
            if pieces.send(Bytes::from(std::mem::take(&mut text))).await.is_err() {
                return;
            }
            written.borrow_and_update();
            let read = tokio::task::spawn_blocking(move || {
                let principal = request.viewer.principal.clone();
                let viewer = request.state.viewer(principal)?;
                request.viewer = viewer.ok_or_else(|| WebError::not_found("the token was revoked"))?;
                let batch = batch(&request, after, USUAL)?;
                Ok::<_, WebError>((request, batch))
            });
            let Ok(Ok((returned, batch))) = read.await else { return };
            request = returned;
            for (seq, message) in &batch.messages {
                let _ = write!(text, "id: {seq}\nevent: record\ndata: {message}\n\n");
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
