//! The lines of the ledger for programs that mirror it, and proofs about them.
//!
//! Every line has its SHA-256, so that a mirror can compute the root of each checkpoint. It has its bytes too if the viewer may
//! read all that is in them.

use super::paging::{limit, number};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::{self, json, json_line};
use axum::http::StatusCode;
use ibbi_access::{CaseRef, View};
use ibbi_app::case_log::CaseLog;
use ibbi_app::feed::{self, StoredLine};
use ibbi_app::{AppError, Record, proof};
use ibbi_core::NoteText;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// How many bytes the lines of a page have before it ends, so that a client that reads slowly takes little memory.
const MOST_BYTES: usize = 1 << 20;

/// A page of lines.
#[derive(Serialize, JsonSchema)]
pub(super) struct LinePage {
    /// The name of the ledger.
    origin: String,
    /// The number of lines of the ledger.
    size: u64,
    /// The lines, in their order and without a gap.
    lines: Vec<MirroredLine>,
    /// The number of the last of them: the `after` with which to ask for later ones.
    position: u64,
    /// The value of `after` for the next page; null if there are no more lines now.
    next: Option<u64>,
}

/// A line of the ledger.
#[derive(Serialize, JsonSchema)]
struct MirroredLine {
    /// Its number, from 1.
    number: u64,
    /// The SHA-256 of its bytes without the line feed.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    sha256: String,
    /// The line, if you may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
}

pub(super) fn lines(request: &WebRequest) -> WebResult {
    let after = number(request, "after")?.unwrap_or(0);
    let limit = limit(request)?;
    let (size, found) = request.state.look(|service| {
        // The number is read first: there can't be fewer lines afterward.
        let size = feed::size(service);
        feed::lines(service, after, limit, MOST_BYTES).map(|lines| (size, lines))
    })?;
    let position = found.last().map_or(after, |line| line.number);
    let mut reader = LineReader { request, cases: HashMap::new(), texts: 0 };
    let mut lines = Vec::with_capacity(found.len());
    for line in found {
        let (number, sha256) = (line.number, line.digest.to_string());
        let line = if reader.may_read(&line)? { String::from_utf8(line.bytes).ok() } else { None };
        lines.push(MirroredLine { number, sha256, line });
    }
    if reader.texts > 0 {
        request.log_read(None, Some(reader.texts))?;
    }
    let page = LinePage {
        origin: request.state.source.clone(),
        size,
        lines,
        position,
        next: (position < size).then_some(position),
    };
    Ok(response::with_content_etag(response::JSON, json_line(&page)?))
}

/// Decides which lines a viewer may read.
struct LineReader<'a> {
    request: &'a WebRequest,
    /// The cases of the page as the viewer sees them; none for a case that the viewer can't see.
    cases: HashMap<Uuid, Option<CaseLog>>,
    /// How many confidential texts are in the lines that may be read.
    texts: usize,
}

impl LineReader<'_> {
    fn may_read(&mut self, line: &StoredLine) -> Result<bool, WebError> {
        let request = self.request;
        let Some(stored) = feed::record_of(line) else {
            // An extract has the first line too.
            return Ok(line.number == 1 || request.viewer.may_see(View::Ledger, None).is_ok());
        };
        let reads = request.viewer.reads_all_texts() || self.shows(&stored)?;
        // A line of format 1 has the text itself.
        self.texts += usize::from(reads && stored.event.note_text().is_some_and(|text| text.text().is_some()));
        Ok(reads)
    }

    /// Returns whether a record is shown to the viewer as the ledger has it.
    fn shows(&mut self, stored: &Record) -> Result<bool, WebError> {
        let request = self.request;
        let seen = match self.cases.entry(stored.case) {
            Entry::Occupied(seen) => seen.into_mut(),
            Entry::Vacant(place) => {
                // Without reading a case that the viewer can't see.
                let summary = request.state.look(|service| feed::summary(service, stored.case))?;
                let sees = summary.is_some_and(|summary| {
                    let case = CaseRef { case: summary.case, district: summary.district.as_str() };
                    request.viewer.may_see(View::Mirror, Some(case)).is_ok()
                });
                place.insert(if sees { request.reader().shown(stored.case)? } else { None })
            }
        };
        let Some(log) = seen else { return Ok(false) };
        let Ok(place) = log.records.binary_search_by_key(&stored.seq, |record| record.seq) else { return Ok(false) };
        let Some(shown) = log.records.get(place) else { return Ok(false) };
        // In format 2 the line has a digest in place of the text, which says nothing about it. What is hidden in format 1 stays
        // different, and so does the short ID of a concern that the viewer may not read.
        let mut event = shown.event.clone();
        if let (Some(text), Some(digest)) = (event.note_text_mut(), stored.event.note_text().and_then(NoteText::digest))
        {
            *text = NoteText::from_digest(*digest);
        }
        Ok(event == stored.event)
    }
}

pub(super) fn inclusion(request: &WebRequest) -> WebResult {
    let line = number(request, "line")?.ok_or_else(|| missing("line", "the number of a line"))?;
    let size = number(request, "size")?;
    let made = request.state.look(|service| proof::inclusion(service, line, size))?;
    Ok(json(StatusCode::OK, &made)?)
}

pub(super) fn consistency(request: &WebRequest) -> WebResult {
    let from = number(request, "from")?.ok_or_else(|| missing("from", "the smaller number of lines"))?;
    let to = number(request, "to")?;
    let made = request.state.look(|service| proof::consistency(service, from, to))?;
    Ok(json(StatusCode::OK, &made)?)
}

fn missing(name: &str, what: &str) -> WebError {
    AppError::Usage(format!("give `{name}`, {what}, as in ?{name}=12")).into()
}
