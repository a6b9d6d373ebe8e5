//! Records: the content of a line as the core's types, and the only code that turns events into bytes and back.
//!
//! The encoder is handwritten, because appending is measured against a bare write of the same bytes (docs/performance.md):
//! the parts of constant length are written once for a batch, and the JSON of events comes from serde.

use crate::Digest;
use crate::canonical::read_canonical;
use crate::custody::Custody;
use crate::instant::instant_text;
use crate::ledger_data::{
    DataFault, FORMAT, FormatData, Heads, HeadsData, NewLedger, OpeningData, chart_digest, reason, refused,
    same_spelling,
};
use crate::line::{FORMAT_TYPE, HEADS_TYPE, MAX_NUMBER, OPENING_TYPE};
use core::ops::Range;
use ibbi_core::{ActPlace, At, Event, EventKind, Name, Precision, Stage};
use ibbi_store::{Identity, NewRecord, Record};
use serde::Serialize;
use std::io::Write as _;
use uuid::Uuid;

/// A record with its place in a ledger's file.
#[derive(Debug, Clone, PartialEq)]
pub struct LineRecord {
    /// The record. Its `seq` is the line's number according to the line itself.
    pub record: Record,
    /// The start of the line in its file, in bytes from 0.
    pub offset: u64,
    /// The line's number in its file, from 1; the same as `seq` in a sound ledger.
    pub line: u64,
}

impl LineRecord {
    /// Returns the salted digest of the record's confidential text, if the line has one.
    pub fn text_digest(&self) -> Option<Digest> {
        self.record.event.note_text()?.digest().map(|digest| Digest::from_bytes(*digest))
    }
}

impl core::ops::Deref for LineRecord {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}

/// What a record's line says about its event, apart from the numbers and the link that the ledger adds.
#[derive(Clone, Copy)]
pub(crate) struct LineFields<'a> {
    pub(crate) case: Uuid,
    pub(crate) id: Uuid,
    pub(crate) actor: &'a Name,
    pub(crate) at: At,
    pub(crate) to: Stage,
    /// The event. In format 2, its confidential text is a digest.
    pub(crate) event: &'a Event,
    /// The version of the format: 1 or 2.
    version: u8,
    act: Option<ActPlace>,
    identity: Option<&'a Identity>,
    on_behalf: Option<&'a Name>,
    precision: Precision,
    replaces: Option<u64>,
}

impl<'a> From<&'a Record> for LineFields<'a> {
    fn from(record: &'a Record) -> Self {
        let Record { case, id, ref actor, at, to, ref event, ref details, .. } = *record;
        Self {
            case,
            id,
            actor,
            at,
            to,
            event,
            version: if details.in_order { 1 } else { 2 },
            act: details.act,
            identity: details.identity.as_deref(),
            on_behalf: details.on_behalf.as_ref(),
            precision: details.precision,
            replaces: details.replaces,
        }
    }
}

impl<'a> LineFields<'a> {
    /// Returns whether a record has these fields.
    pub(crate) fn are_of(&self, record: &Record) -> bool {
        let found = LineFields::from(record);
        (found.case, found.id, found.actor, found.at, found.to, found.event, found.version)
            == (self.case, self.id, self.actor, self.at, self.to, self.event, self.version)
            && (found.act, found.identity, found.on_behalf, found.precision, found.replaces)
                == (self.act, self.identity, self.on_behalf, self.precision, self.replaces)
    }

    /// Returns the fields of a new record with the event as its line has it.
    pub(crate) fn new(record: &'a NewRecord, event: &'a Event) -> Self {
        let NewRecord { accepted, actor, .. } = record;
        Self {
            case: accepted.case(),
            id: accepted.id(),
            actor,
            at: accepted.at(),
            to: accepted.to(),
            event,
            version: 2,
            act: accepted.act(),
            identity: record.identity.as_deref(),
            on_behalf: record.on_behalf.as_ref(),
            precision: accepted.precision(),
            replaces: accepted.replaces(),
        }
    }

    /// Returns whether `logged` is next to the ID, and `prev` next to `logged`.
    fn is_plain(&self) -> bool {
        self.identity.is_none() && self.on_behalf.is_none() && self.precision == Precision::Instant
    }
}

/// Returns a record's line, linked to the line before it, without an LF.
///
/// This writes bytes and no ledger: a store of another kind uses it to keep and export the same lines, and a test to make a
/// ledger that the rules don't allow. [`Ledger::append`](crate::Ledger::append) takes only what the core accepted.
///
/// # Errors
/// Returns an error for what no line can hold: the stage `unopened`, a number above [`MAX_NUMBER`], a confidential text in
/// format 2, or its digest in format 1.
pub fn encode_line(record: &Record, prev: &Digest) -> std::io::Result<Vec<u8>> {
    let Record { seq, rev, logged, .. } = *record;
    let fields = LineFields::from(record);
    if !is_writable(&fields) || seq.max(rev) > MAX_NUMBER {
        return Err(std::io::Error::other("the record has a value that no line of a ledger can hold"));
    }
    let mut line = Vec::new();
    let from = write_record(&fields, (rev, seq), &Middle::new(logged), &mut line)?;
    line[from..from + 64].copy_from_slice(&prev.to_hex());
    Ok(line)
}

/// Reads an event's data as [`read_event`] does, but fast if they are as the encoder writes them.
#[inline]
pub(crate) fn read_event_fast(
    kind: EventKind,
    version: u8,
    data: &str,
    scratch: &mut Vec<u8>,
) -> Result<Event, DataFault> {
    if let Some((event, is_certain)) = read_canonical(kind, data)
        && is_in_bounds(&event)
        && has_text_as_in(&event, version)
    {
        if is_certain && !cfg!(debug_assertions) {
            return Ok(event);
        }
        scratch.clear();
        let is_same = write_data(&event, scratch).is_ok() && data.as_bytes() == scratch;
        debug_assert!(is_same || !is_certain, "the data have another spelling: {data}");
        if is_same {
            return Ok(event);
        }
    }
    read_event(kind, version, data, scratch)
}

/// Reads an event's data, in canonical form only. It writes them to `scratch` again to compare.
///
/// In format 1 a confidential text is a text, and in format 2 a digest.
pub(crate) fn read_event(kind: EventKind, version: u8, data: &str, scratch: &mut Vec<u8>) -> Result<Event, DataFault> {
    let mut json = serde_json::Deserializer::from_str(data);
    let event = Event::deserialize_data(kind, &mut json)
        .and_then(|event| json.end().map(|()| event))
        .map_err(|error| refused(&error))?;
    if !is_in_bounds(&event) {
        return Err(reason(format!("`seq` is larger than {MAX_NUMBER}")));
    }
    if !has_text_as_in(&event, version) {
        let form = if version == 1 { "the text itself" } else { "the digest of the text" };
        return Err(reason(format!("a line of format {version} must have {form}")));
    }
    scratch.clear();
    write_data(&event, scratch).map_err(|error| refused(&error))?;
    same_spelling(data, scratch)?;
    Ok(event)
}

/// Returns whether every JSON reader keeps the event's numbers exact. The core limits all of them except this one.
fn is_in_bounds(event: &Event) -> bool {
    !matches!(event, Event::EventVoided(voided) if voided.seq > MAX_NUMBER)
}

/// Returns whether an event has its confidential text in the form of a version, if it has one.
fn has_text_as_in(event: &Event, version: u8) -> bool {
    event.note_text().is_none_or(|text| text.digest().is_some() == (version > 1))
}

fn write_data(event: &Event, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    event.serialize_data(&mut serde_json::Serializer::new(out))
}

/// The text of every line from its `id` to its `prev`; see [`Middle`].
const MIDDLE: &[u8; 154] = b",\"id\":\"00000000-0000-0000-0000-000000000000\",\"logged\":\"0000-00-00T00:00:00.000Z\",\
    \"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\"";

/// The place of the ID in it.
const ID: Range<usize> = 7..43;

/// The place of `logged` in it.
const LOGGED: Range<usize> = 55..79;

/// The start of the digits of `prev` in it.
const PREV: usize = 89;

/// The part that has the same length in every line, made once for all lines of a batch. Only the line's ID is added; its
/// `prev` is zeros.
pub(crate) struct Middle([u8; MIDDLE.len()]);

impl Middle {
    pub(crate) fn new(logged: At) -> Self {
        let mut text = *MIDDLE;
        text[LOGGED].copy_from_slice(&instant_text(logged));
        Self(text)
    }

    /// Writes it to `out`, and returns where its `prev` begins.
    fn write(&self, id: Uuid, out: &mut Vec<u8>) -> usize {
        let text = append(&self.0, out);
        id.hyphenated().encode_lower(&mut text[ID]);
        out.len() - MIDDLE.len() + PREV
    }

    /// Writes it to `out` with the fields that only some records have, and returns where its `prev` begins.
    fn write_with(&self, record: &LineFields<'_>, out: &mut Vec<u8>) -> std::io::Result<usize> {
        let id = append(&self.0[..ID.end + 1], out);
        record.id.hyphenated().encode_lower(&mut id[ID]);
        if let Some(Identity { issuer, subject }) = record.identity {
            out.extend_from_slice(b",\"identity\":{\"issuer\":");
            serde_json::to_writer(&mut *out, issuer)?;
            out.extend_from_slice(b",\"subject\":");
            serde_json::to_writer(&mut *out, subject)?;
            out.push(b'}');
        }
        out.extend_from_slice(&self.0[ID.end + 1..LOGGED.end + 1]);
        if let Some(on_behalf) = record.on_behalf {
            out.extend_from_slice(b",\"on_behalf\":");
            serde_json::to_writer(&mut *out, on_behalf)?;
        }
        if record.precision == Precision::Day {
            out.extend_from_slice(b",\"precision\":\"day\"");
        }
        out.extend_from_slice(&self.0[LOGGED.end + 1..]);
        Ok(out.len() - MIDDLE.len() + PREV)
    }
}

/// Writes a text to `out`, and returns the written part to change it.
fn append<'a>(text: &[u8], out: &'a mut Vec<u8>) -> &'a mut [u8] {
    let from = out.len();
    out.extend_from_slice(text);
    &mut out[from..]
}

/// The text of a line between its `actor` and its `data`.
const HEAD: &[u8; 86] =
    b",\"at\":\"0000-00-00T00:00:00.000Z\",\"case\":\"00000000-0000-0000-0000-000000000000\",\"data\":";

/// Writes a record's line to `out`, without an LF: the inverse of reading it. The numbers are its `rev` and its `seq`. Its
/// `prev` is zeros; the function returns where they begin.
///
/// # Errors
/// Returns the core's serializer's error, which doesn't occur.
pub(crate) fn write_record(
    record: &LineFields<'_>,
    (rev, seq): (u64, u64),
    middle: &Middle,
    out: &mut Vec<u8>,
) -> std::io::Result<usize> {
    match record.act {
        Some(ActPlace { index, count }) => write!(out, "{{\"act\":[{index},{count}],\"actor\":")?,
        None => out.extend_from_slice(b"{\"actor\":"),
    }
    serde_json::to_writer(&mut *out, record.actor)?;
    let head = append(HEAD, out);
    head[7..31].copy_from_slice(&instant_text(record.at));
    record.case.hyphenated().encode_lower(&mut head[41..77]);
    write_data(record.event, out)?;
    let prev = if record.is_plain() { middle.write(record.id, out) } else { middle.write_with(record, out)? };
    if let Some(replaces) = record.replaces {
        out.extend_from_slice(b",\"replaces\":");
        serde_json::to_writer(&mut *out, &replaces)?;
    }
    out.extend_from_slice(b",\"rev\":");
    serde_json::to_writer(&mut *out, &rev)?;
    write_seq(seq, out)?;
    out.extend_from_slice(b",\"to\":\"");
    out.extend_from_slice(record.to.code().as_bytes());
    out.extend_from_slice(b"\"");
    write_type(record.event.kind().code(), record.version, out)?;
    Ok(prev)
}

/// Writes a first line to `out`, without an LF.
///
/// # Errors
/// Returns the serializer's error, which doesn't occur.
pub(crate) fn write_opening(new: &NewLedger, out: &mut Vec<u8>) -> std::io::Result<()> {
    let (chart, origin, program) = (chart_digest().to_string(), new.origin.clone(), new.program.clone());
    let data = OpeningData { chart, format: FORMAT, origin, program };
    write_ledger_line(&new.actor, new.at, &data, out)?;
    Middle::new(new.at).write(new.id, out);
    write_seq(1, out)?;
    write_type(OPENING_TYPE, 2, out)
}

/// Writes the line after which a ledger has format 2 to `out`, without an LF. Its `prev` is zeros; the function returns
/// where they begin. The digest of the line before gives the line its ID.
///
/// # Errors
/// Returns the serializer's error, which doesn't occur.
pub(crate) fn write_format_change(
    actor: &Name,
    logged: At,
    (before, seq): (&Digest, u64),
    out: &mut Vec<u8>,
) -> std::io::Result<usize> {
    let data = FormatData { chart: chart_digest().to_string(), format: FORMAT };
    write_ledger_line(actor, logged, &data, out)?;
    let prev = Middle::new(logged).write(id_after(before), out);
    write_seq(seq, out)?;
    write_type(FORMAT_TYPE, 2, out)?;
    Ok(prev)
}

/// Writes a line with the state of all cases as [`write_format_change`] writes its own.
///
/// # Errors
/// Returns the serializer's error, which doesn't occur.
pub(crate) fn write_heads(
    heads: &Heads,
    (actor, logged): (&Name, At),
    (before, seq): (&Digest, u64),
    out: &mut Vec<u8>,
) -> std::io::Result<usize> {
    let data = HeadsData { cases: heads.cases, root: heads.root.to_string() };
    write_ledger_line(actor, logged, &data, out)?;
    let prev = Middle::new(logged).write(id_after(before), out);
    write_seq(seq, out)?;
    write_type(HEADS_TYPE, 2, out)?;
    Ok(prev)
}

/// Writes a line about the custody of texts as [`write_format_change`] writes its own.
///
/// # Errors
/// Returns an error if a line can't hold the values.
pub(crate) fn write_custody(
    done: &Custody,
    (actor, logged): (&Name, At),
    (before, seq): (&Digest, u64),
    out: &mut Vec<u8>,
) -> std::io::Result<usize> {
    out.extend_from_slice(b"{\"actor\":");
    serde_json::to_writer(&mut *out, actor)?;
    write!(out, ",\"at\":\"{logged}\",\"data\":")?;
    done.write(out)?;
    let prev = Middle::new(logged).write(id_after(before), out);
    write_seq(seq, out)?;
    write_type(done.kind(), 2, out)?;
    Ok(prev)
}

/// Returns the ID of a line that the ledger adds by itself, from the digest of the line before it.
fn id_after(before: &Digest) -> Uuid {
    let mut id = [0; 16];
    id.copy_from_slice(&before.as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

fn write_ledger_line(actor: &Name, at: At, data: &impl Serialize, out: &mut Vec<u8>) -> std::io::Result<()> {
    out.extend_from_slice(b"{\"actor\":");
    serde_json::to_writer(&mut *out, actor)?;
    write!(out, ",\"at\":\"{at}\",\"data\":")?;
    Ok(serde_json::to_writer(out, data)?)
}

fn write_seq(seq: u64, out: &mut Vec<u8>) -> std::io::Result<()> {
    out.extend_from_slice(b",\"seq\":");
    Ok(serde_json::to_writer(out, &seq)?)
}

fn write_type(kind: &str, version: u8, out: &mut Vec<u8>) -> std::io::Result<()> {
    out.extend_from_slice(b",\"type\":\"");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(if version == 1 { b"\",\"v\":1}" } else { b"\",\"v\":2}" });
    Ok(())
}

/// Returns whether a line can hold a record. The core's types don't ensure these conditions.
pub(crate) fn is_writable(record: &LineFields<'_>) -> bool {
    record.to != Stage::Unopened && is_in_bounds(record.event) && has_text_as_in(record.event, record.version)
}
