//! Records after a position as messages, for those who follow the ledger: without the texts that they may not read.

use crate::problem::WebError;
use crate::reader::Reader;
use ibbi_access::{CaseRef, View};
use ibbi_app::case_log::CaseLog;
use ibbi_app::{Record, feed};
use ibbi_core::{Event, NoteText};
use std::collections::HashMap;
use uuid::Uuid;

/// Records that a viewer can see.
pub(crate) struct Batch {
    pub(crate) messages: Vec<RecordMessage>,
    /// The position up to which the records were looked at.
    pub(crate) position: u64,
    /// Whether there were more records.
    pub(crate) more: bool,
}

/// A record as a message of CloudEvents 1.0.
pub(crate) struct RecordMessage {
    /// The number of the record in the ledger.
    pub(crate) seq: u64,
    pub(crate) case: Uuid,
    /// The ID of the message.
    pub(crate) id: String,
    /// The message, on one line.
    pub(crate) body: String,
    /// Whether it has a confidential text.
    pub(crate) has_text: bool,
}

impl Batch {
    /// Returns how many of the messages have a confidential text. Those who send them log that first.
    pub(crate) fn texts(&self) -> usize {
        self.messages.iter().filter(|message| message.has_text).count()
    }
}

/// Returns the records after a position that the viewer can see, without the texts that the viewer may not read.
pub(crate) fn batch(reader: Reader<'_>, after: u64, limit: usize) -> Result<Batch, WebError> {
    let Reader { state, viewer } = reader;
    let reads_all = viewer.reads_all_texts();
    let read = if reads_all { feed::records } else { feed::records_as_stored };
    // One more, to know whether there are more.
    let mut records = state.look(|service| read(service, after, limit + 1))?;
    let more = records.len() > limit;
    records.truncate(limit);
    let position = records.last().map_or(after, |record| record.seq);
    let mut cases: HashMap<Uuid, Option<CaseLog>> = HashMap::new();
    let mut messages = Vec::with_capacity(records.len());
    for mut record in records {
        if !reads_all {
            let known = match cases.get(&record.case) {
                Some(known) => known,
                None => {
                    // Without reading a case that the viewer can't see.
                    let summary = state.look(|service| feed::summary(service, record.case))?;
                    let sees = summary.is_some_and(|summary| {
                        let case = CaseRef { case: summary.case, district: summary.district.as_str() };
                        viewer.may_see(View::Case, Some(case)).is_ok()
                    });
                    let shown = if sees { reader.shown(record.case)? } else { None };
                    cases.entry(record.case).or_insert(shown)
                }
            };
            let Some(log) = known else { continue };
            let Some(shown) = log.records.iter().find(|shown| shown.seq == record.seq) else { continue };
            record.event = with_digest(&shown.event, &record);
        }
        messages.push(RecordMessage {
            seq: record.seq,
            case: record.case,
            id: feed::message_id(&record),
            body: feed::message(&state.source, &record)?,
            has_text: record.event.note_text().is_some_and(|text| text.text().is_some()),
        });
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
