//! Events with their objects: OCEL 2.0 in its JSON format.
//!
//! | object type | content | attributes | related to |
//! |---|---|---|---|
//! | `case` | a case | `district`, `county`, `time_zone`, `contract_expires`, `evergreen`, `stage` | the case that it `follows` |
//! | `party` | a negotiating team | | its case |
//! | `member` | a member of a team | `name` | the parties on whose team the member was |
//! | `seat` | a key leader's seat | `name`, `office` | its case |
//! | `letter` | a body's letter of support | `dated`, `document` | its case |
//! | `part` | a part of the training or the facilitation | `starts`, `ends`, `place` | its case |
//! | `neutral` | a person who leads sessions | `name` | the case |
//! | `concern` | a party's concern | `text` | its party |
//!
//! The ID of an object contains its type and its case, so members of two cases are two objects even if they have the same ID.
//! An attribute that changes has a value for each change, with its time: the stage of a case, the slot of a part.
//!
//! An event is related to its case and to its other objects, each once and with a qualifier: `present`, `named`, `leads`, and
//! so on. Its attributes are `ledger_seq`, `case_rev`, `record_id`, `actor`, `logged`, `stage_before`, `stage_after`, and its
//! fields, under the names of [`xes`](super::xes). Every type declares the attributes that occur, each with its type:
//! `string`, `time`, `integer`, or `boolean`. Dates are strings, because OCEL has no dates without a time.
//!
//! Voided events and voids are left out by default. With [`Voided::Marked`] they are included, and a voided event has
//! `voided_by`. In both cases, the fields of a voided event don't become attributes of objects.

mod objects;
mod relations;

use crate::flatten::{self, FlatValue};
use crate::record_context::{CaseContexts, RecordContext};
use crate::{CHUNK, Corrections, ExportError, Voided, append};
use ibbi_core::EventKind;
use ibbi_log::Record;
use objects::Objects;
use relations::Relation;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// Writes records with their objects. See the [module](self).
///
/// Memory: events are streamed. Objects are held until the end, because a later event can change them. An object takes about
/// 1,000 bytes, and a case with seven negotiators has about 17 objects.
///
/// # Errors
/// Returns an [`ExportError`]; the output written so far is incomplete.
pub fn write<E: std::error::Error + 'static>(
    records: impl IntoIterator<Item = Result<Record, E>>,
    corrections: &Corrections,
    voided: Voided,
    out: &mut impl Write,
) -> Result<(), ExportError<E>> {
    let mut writer = OcelWriter::default();
    writer.buffer.extend_from_slice(b"{\"events\":[");
    for record in records {
        let record = record.map_err(ExportError::Read)?;
        let counts = corrections.counts(&record);
        let context = writer.contexts.add(&record, counts);
        if counts || voided == Voided::Marked {
            writer.event(&record, &context, corrections.voided_by(&record), counts)?;
        }
        if writer.buffer.len() >= CHUNK {
            out.write_all(&writer.buffer)?;
            writer.buffer.clear();
        }
    }
    writer.finish()?;
    out.write_all(&writer.buffer)?;
    Ok(out.flush()?)
}

/// The log written so far, with the state that its end needs.
#[derive(Debug, Default)]
struct OcelWriter {
    buffer: Vec<u8>,
    contexts: CaseContexts,
    objects: Objects,
    /// The attributes of each kind of event, with their types.
    types: HashMap<EventKind, BTreeMap<String, &'static str>>,
    has_events: bool,
}

impl OcelWriter {
    fn event(
        &mut self,
        record: &Record,
        context: &RecordContext,
        voided_by: Option<u64>,
        counts: bool,
    ) -> io::Result<()> {
        let related = relations::relations(record, context);
        self.objects.add(record, context, &related, counts);
        let out = &mut self.buffer;
        out.extend_from_slice(if self.has_events { b",\n" } else { b"\n" });
        self.has_events = true;
        out.extend_from_slice(b"{\"id\":\"event:");
        append::number(record.seq, out);
        out.extend_from_slice(b"\",\"type\":\"");
        out.extend_from_slice(record.event.kind().code().as_bytes());
        out.extend_from_slice(b"\",\"time\":\"");
        append::instant(record.at, out);
        out.extend_from_slice(b"\",\"attributes\":[");
        let types = self.types.entry(record.event.kind()).or_default();
        attributes(record, context, voided_by, types, out)?;
        out.extend_from_slice(b"],\"relationships\":[");
        for (index, Relation { object, qualifier }) in related.iter().enumerate() {
            relationship(index, &object.id(record.case), qualifier, out)?;
        }
        out.extend_from_slice(b"]}");
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let out = &mut self.buffer;
        out.extend_from_slice(b"\n],\"objects\":[");
        self.objects.write(out)?;
        out.extend_from_slice(b"\n],\"eventTypes\":[");
        let mut first = true;
        for kind in EventKind::ALL.iter().filter(|kind| self.types.contains_key(kind)) {
            let attributes = self.types[kind].iter().map(|(name, kind)| (name.as_str(), *kind));
            declare_type(&mut first, kind.code(), attributes, out)?;
        }
        out.extend_from_slice(b"\n],\"objectTypes\":[");
        let mut first = true;
        for (name, attributes) in objects::TYPES {
            declare_type(&mut first, name, attributes.iter().copied(), out)?;
        }
        out.extend_from_slice(b"\n]}\n");
        Ok(())
    }
}

fn declare_type<'a>(
    first: &mut bool,
    name: &str,
    attributes: impl Iterator<Item = (&'a str, &'static str)>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    out.extend_from_slice(if *first { b"\n{\"name\":" } else { b",\n{\"name\":" });
    *first = false;
    append::json_string(name, out)?;
    out.extend_from_slice(b",\"attributes\":[");
    for (index, (name, kind)) in attributes.enumerate() {
        out.extend_from_slice(if index == 0 { b"{\"name\":" } else { b",{\"name\":" });
        append::json_string(name, out)?;
        out.extend_from_slice(b",\"type\":");
        append::json_string(kind, out)?;
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    Ok(())
}

fn relationship(index: usize, object: &str, qualifier: &str, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(if index == 0 { b"{\"objectId\":" } else { b",{\"objectId\":" });
    append::json_string(object, out)?;
    out.extend_from_slice(b",\"qualifier\":");
    append::json_string(qualifier, out)?;
    out.push(b'}');
    Ok(())
}

fn attributes(
    record: &Record,
    context: &RecordContext,
    voided_by: Option<u64>,
    types: &mut BTreeMap<String, &'static str>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let mut first = true;
    let mut failed = Ok(());
    let mut put = |name: &str, value: FlatValue| {
        if !types.contains_key(name) {
            types.insert(name.to_owned(), value.type_name());
        }
        if !first {
            out.push(b',');
        }
        first = false;
        let written = attribute(name, &value, out);
        if written.is_err() {
            failed = written;
        }
    };
    put("ledger_seq", FlatValue::Number(record.seq));
    put("case_rev", FlatValue::Number(record.rev));
    put("record_id", FlatValue::Text(record.id.to_string()));
    put("actor", FlatValue::Text(record.actor.as_str().to_owned()));
    put("logged", FlatValue::Time(record.logged.to_string()));
    put("stage_before", FlatValue::Text(context.from.code().to_owned()));
    put("stage_after", FlatValue::Text(record.to.code().to_owned()));
    if let Some(by) = voided_by {
        put("voided_by", FlatValue::Number(by));
    }
    flatten::for_each_value(&record.event, &mut put)?;
    failed
}

/// Appends an attribute of an event: `{"name":…,"value":…}`.
fn attribute(name: &str, value: &FlatValue, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(b"{\"name\":");
    append::json_string(name, out)?;
    out.extend_from_slice(b",\"value\":");
    value.write_json(out)?;
    out.push(b'}');
    Ok(())
}

impl FlatValue {
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Time(_) => "time",
            Self::Number(_) => "integer",
            Self::Bool(_) => "boolean",
        }
    }

    fn write_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Text(text) | Self::Time(text) => append::json_string(text, out)?,
            Self::Number(number) => append::number(*number, out),
            Self::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        }
        Ok(())
    }
}
