//! A case as a trace.

use crate::flatten::{self, FlatValue};
use crate::record_context::{CaseContexts, RecordContext};
use crate::subjects::Subjects;
use crate::xml::Xml;
use crate::{Corrections, Voided, append};
use ibbi_core::Case;
use ibbi_log::{Record, Uuid};
use std::io;

pub(super) fn write(
    case: Uuid,
    records: &[Record],
    corrections: &Corrections,
    voided: Voided,
    xml: &mut Xml,
) -> io::Result<()> {
    let mut scratch = Scratch::default();
    xml.open("trace", &[]);
    xml.empty("string", &[("key", "concept:name"), ("value", scratch.uuid(case))]);
    case_attributes(records, corrections, voided, xml, &mut scratch);
    let mut contexts = CaseContexts::default();
    let mut events = Vec::with_capacity(records.len());
    for record in records {
        let counts = corrections.counts(record);
        let context = contexts.add(record, counts);
        if counts || voided == Voided::Marked {
            events.push((record, context));
        }
    }
    // The contexts follow the records, and a trace the times. Events at the same time stay in ledger order.
    events.sort_by_key(|(record, _)| record.at);
    for (record, context) in events {
        event(record, &context, corrections.voided_by(record), xml, &mut scratch)?;
    }
    xml.close();
    Ok(())
}

/// Writes the attributes of the case: the result of the events that count, by the rules.
fn case_attributes(
    records: &[Record],
    corrections: &Corrections,
    voided: Voided,
    xml: &mut Xml,
    scratch: &mut Scratch,
) {
    let mut case = Case::starting_in(records.iter().rev().find_map(|record| record.event.edition()));
    let (mut refused, mut corrected) = (0, 0);
    for record in records {
        if record.event.edition().is_some() {
            continue;
        }
        if !corrections.counts(record) {
            corrected += 1;
        } else if case.offer(&record.event, record.at).is_err() {
            refused += 1;
        }
    }
    let mut string = |key, value: &str| xml.empty("string", &[("key", key), ("value", value)]);
    if let Some(file) = case.file() {
        string("district", file.opened().district.as_str());
        if let Some(county) = file.opened().county {
            string("county", county.code());
        }
        string("time_zone", file.opened().time_zone.as_str());
        if let Some(expires) = file.contract().expires {
            string("contract_expires", &expires.to_string());
        }
    }
    string("stage", case.stage().code());
    if let Some(outcome) = case.outcome() {
        string("outcome", outcome.code());
    }
    if let Some(file) = case.file() {
        let evergreen = if file.contract().evergreen { "true" } else { "false" };
        xml.empty("boolean", &[("key", "evergreen"), ("value", evergreen)]);
    }
    let left_out = if voided == Voided::LeftOut { corrected } else { 0 };
    xml.empty("int", &[("key", "left_out"), ("value", scratch.number(left_out))]);
    xml.empty("int", &[("key", "refused"), ("value", scratch.number(refused))]);
}

fn event(
    record: &Record,
    context: &RecordContext,
    voided_by: Option<u64>,
    xml: &mut Xml,
    scratch: &mut Scratch,
) -> io::Result<()> {
    let subjects = Subjects::new(&record.event);
    xml.open("event", &[]);
    let mut put = |element, key: &str, value: &str| xml.empty(element, &[("key", key), ("value", value)]);
    put("string", "concept:name", record.event.kind().code());
    put("date", "time:timestamp", scratch.instant(record.at));
    put("string", "lifecycle:transition", "complete");
    put("string", "org:resource", record.actor.as_str());
    if let Some(party) = subjects.party {
        put("string", "org:group", party.code());
    }
    put("int", "ledger_seq", scratch.number(record.seq));
    put("int", "case_rev", scratch.number(record.rev));
    put("string", "record_id", scratch.uuid(record.id));
    put("date", "logged", scratch.instant(record.logged));
    put("string", "stage_before", context.from.code());
    put("string", "stage_after", record.to.code());
    if let Some(by) = voided_by {
        put("int", "voided_by", scratch.number(by));
    }
    let (mut part, mut member) = (context.part, subjects.member);
    flatten::for_each_value(&record.event, &mut |name, value| {
        part = part.filter(|_| name != "part");
        member = member.filter(|_| name != "member");
        match value {
            FlatValue::Text(text) => put("string", name, &text),
            FlatValue::Time(text) => put("date", name, &text),
            FlatValue::Number(number) => put("int", name, scratch.number(number)),
            FlatValue::Bool(value) => put("boolean", name, if value { "true" } else { "false" }),
        }
    })?;
    if let Some(part) = part {
        put("int", "part", scratch.number(part.into()));
    }
    if let Some(member) = member {
        put("string", "member", member.as_str());
    }
    xml.close();
    Ok(())
}

/// A buffer for the texts of values.
#[derive(Debug, Default)]
struct Scratch(Vec<u8>);

impl Scratch {
    fn fill(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> &str {
        self.0.clear();
        append(&mut self.0);
        // Numbers, IDs, and instants are ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn number(&mut self, value: u64) -> &str {
        self.fill(|out| append::number(value, out))
    }

    fn uuid(&mut self, id: Uuid) -> &str {
        self.fill(|out| append::uuid(id, out))
    }

    fn instant(&mut self, at: ibbi_core::At) -> &str {
        self.fill(|out| append::instant(at, out))
    }
}
