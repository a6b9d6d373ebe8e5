//! Events with all that they touch: OCEL 2.0 in its JSON format.
//!
//! | object type | what it is | attributes | related to |
//! |---|---|---|---|
//! | `case` | a case | `district`, `county`, `time_zone`, `contract_expires`, `evergreen`, `stage` | the case that it `follows` |
//! | `party` | a negotiating team | | its case |
//! | `member` | a member of a team | `name` | the parties whose team the member was on |
//! | `seat` | a key leader's seat | `name`, `office` | its case |
//! | `letter` | a body's letter of support | `dated`, `document` | its case |
//! | `part` | a part of the training or the facilitation | `starts`, `ends`, `place` | its case |
//! | `neutral` | who leads sessions | `name` | the case |
//! | `concern` | a party's concern | `text` | its party |
//!
//! Ids of objects bear the type and the case, so that members of two cases are two objects though their ids be the same. An
//! attribute that changes has a value for each change, with its time: the stage of a case, the slot of a part.
//!
//! An event is related to its case and to what it is about, each once and with a qualifier: `present`, `named`, `leads`, and
//! so on. Its attributes are `ledger_seq`, `case_rev`, `record_id`, `actor`, `logged`, `stage_before`, `stage_after`, and all
//! that it carries, under the names of [`xes`](super::xes). Every type declares the attributes that occur, each with its
//! type: `string`, `time`, `integer` or `boolean`. Dates are strings, for OCEL knows no day without an hour.
//!
//! Voided events and voids are left out unless [`Voided::Marked`] asks for them; then a voided event has `voided_by`. What a
//! voided event said gives no object an attribute, in either case.

mod objects;
mod relations;

use crate::context::{Context, Place};
use crate::flatten::{self, Flat};
use crate::{CHUNK, Corrections, ExportError, Voided, text};
use ibbi_core::EventKind;
use ibbi_log::Record;
use objects::Objects;
use relations::Relation;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// Writes records with the objects that they touch. See the [module](self).
///
/// Events stream. Objects are held to the end, for a later event may still change them: some 1,000 bytes an object, and
/// some seventeen objects a case with seven negotiators.
///
/// # Errors
/// [`ExportError`]; what was written until then is not a whole export.
pub fn write<E: std::error::Error + 'static>(
    records: impl IntoIterator<Item = Result<Record, E>>,
    corrections: &Corrections,
    voided: Voided,
    out: &mut impl Write,
) -> Result<(), ExportError<E>> {
    let mut log = Log::default();
    log.buffer.extend_from_slice(b"{\"events\":[");
    for record in records {
        let record = record.map_err(ExportError::Read)?;
        let counts = corrections.counts(&record);
        let place = log.context.place(&record, counts);
        if counts || voided == Voided::Marked {
            log.event(&record, &place, corrections.voided_by(&record), counts)?;
        }
        if log.buffer.len() >= CHUNK {
            out.write_all(&log.buffer)?;
            log.buffer.clear();
        }
    }
    log.end()?;
    out.write_all(&log.buffer)?;
    Ok(out.flush()?)
}

/// The log as far as it was written, and what its end needs.
#[derive(Debug, Default)]
struct Log {
    buffer: Vec<u8>,
    context: Context,
    objects: Objects,
    /// By the code of each kind of event: its attributes with their types.
    types: HashMap<EventKind, BTreeMap<String, &'static str>>,
    begun: bool,
}

impl Log {
    fn event(&mut self, record: &Record, place: &Place, voided_by: Option<u64>, counts: bool) -> io::Result<()> {
        let related = relations::of(record, place);
        self.objects.take_in(record, place, &related, counts);
        let out = &mut self.buffer;
        out.extend_from_slice(if self.begun { b",\n" } else { b"\n" });
        self.begun = true;
        out.extend_from_slice(b"{\"id\":\"event:");
        text::number(record.seq, out);
        out.extend_from_slice(b"\",\"type\":\"");
        out.extend_from_slice(record.event.kind().code().as_bytes());
        out.extend_from_slice(b"\",\"time\":\"");
        text::instant(record.at, out);
        out.extend_from_slice(b"\",\"attributes\":[");
        let types = self.types.entry(record.event.kind()).or_default();
        attributes(record, place, voided_by, types, out)?;
        out.extend_from_slice(b"],\"relationships\":[");
        for (index, Relation { object, qualifier }) in related.iter().enumerate() {
            relationship(index, &object.id(record.case), qualifier, out)?;
        }
        out.extend_from_slice(b"]}");
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let out = &mut self.buffer;
        out.extend_from_slice(b"\n],\"objects\":[");
        self.objects.write(out)?;
        out.extend_from_slice(b"\n],\"eventTypes\":[");
        let mut first = true;
        for kind in EventKind::ALL.iter().filter(|kind| self.types.contains_key(kind)) {
            let attributes = self.types[kind].iter().map(|(name, kind)| (name.as_str(), *kind));
            declaration(&mut first, kind.code(), attributes, out)?;
        }
        out.extend_from_slice(b"\n],\"objectTypes\":[");
        let mut first = true;
        for (name, attributes) in objects::TYPES {
            declaration(&mut first, name, attributes.iter().copied(), out)?;
        }
        out.extend_from_slice(b"\n]}\n");
        Ok(())
    }
}

fn declaration<'a>(
    first: &mut bool,
    name: &str,
    attributes: impl Iterator<Item = (&'a str, &'static str)>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    out.extend_from_slice(if *first { b"\n{\"name\":" } else { b",\n{\"name\":" });
    *first = false;
    text::json_string(name, out)?;
    out.extend_from_slice(b",\"attributes\":[");
    for (index, (name, kind)) in attributes.enumerate() {
        out.extend_from_slice(if index == 0 { b"{\"name\":" } else { b",{\"name\":" });
        text::json_string(name, out)?;
        out.extend_from_slice(b",\"type\":");
        text::json_string(kind, out)?;
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    Ok(())
}

fn relationship(index: usize, object: &str, qualifier: &str, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(if index == 0 { b"{\"objectId\":" } else { b",{\"objectId\":" });
    text::json_string(object, out)?;
    out.extend_from_slice(b",\"qualifier\":");
    text::json_string(qualifier, out)?;
    out.push(b'}');
    Ok(())
}

fn attributes(
    record: &Record,
    place: &Place,
    voided_by: Option<u64>,
    types: &mut BTreeMap<String, &'static str>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let mut first = true;
    let mut failed = Ok(());
    let mut put = |name: &str, value: Flat| {
        if !types.contains_key(name) {
            types.insert(name.to_owned(), value.type_name());
        }
        if !first {
            out.push(b',');
        }
        first = false;
        let written = pair(name, &value, out);
        if written.is_err() {
            failed = written;
        }
    };
    put("ledger_seq", Flat::Number(record.seq));
    put("case_rev", Flat::Number(record.rev));
    put("record_id", Flat::Text(record.id.to_string()));
    put("actor", Flat::Text(record.actor.as_str().to_owned()));
    put("logged", Flat::Time(record.logged.to_string()));
    put("stage_before", Flat::Text(place.from.code().to_owned()));
    put("stage_after", Flat::Text(record.to.code().to_owned()));
    if let Some(by) = voided_by {
        put("voided_by", Flat::Number(by));
    }
    flatten::each(&record.event, &mut put)?;
    failed
}

/// An attribute of an event: `{"name":…,"value":…}`.
fn pair(name: &str, value: &Flat, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(b"{\"name\":");
    text::json_string(name, out)?;
    out.extend_from_slice(b",\"value\":");
    value.write_json(out)?;
    out.push(b'}');
    Ok(())
}

impl Flat {
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Time(_) => "time",
            Self::Number(_) => "integer",
            Self::Truth(_) => "boolean",
        }
    }

    fn write_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Text(text) | Self::Time(text) => text::json_string(text, out)?,
            Self::Number(number) => text::number(*number, out),
            Self::Truth(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
        }
        Ok(())
    }
}
