//! The objects of a log, held until its end.

use super::relations::{ObjectKey, Relation};
use super::{FlatValue, relationship};
use crate::append;
use crate::record_context::RecordContext;
use ibbi_core::{At, Event};
use ibbi_log::{Record, Uuid};
use std::collections::HashMap;
use std::io;

/// The types of object, with their attributes and the attributes' types.
pub(super) const TYPES: &[(&str, &[(&str, &str)])] = &[
    (
        "case",
        &[
            ("contract_expires", "string"),
            ("county", "string"),
            ("district", "string"),
            ("evergreen", "boolean"),
            ("stage", "string"),
            ("time_zone", "string"),
        ],
    ),
    ("party", &[]),
    ("member", &[("name", "string")]),
    ("seat", &[("name", "string"), ("office", "string")]),
    ("letter", &[("dated", "string"), ("document", "string")]),
    ("part", &[("ends", "time"), ("place", "string"), ("starts", "time")]),
    ("neutral", &[("name", "string")]),
    ("concern", &[("text", "string")]),
];

/// The objects, in the order of their first events.
#[derive(Debug, Default)]
pub(super) struct Objects {
    indexes: HashMap<(Uuid, ObjectKey), usize>,
    all: Vec<Object>,
}

#[derive(Debug)]
struct Object {
    case: Uuid,
    key: ObjectKey,
    /// Every value of an attribute, with the instant from which it applies.
    values: Vec<(&'static str, At, FlatValue)>,
    related: Vec<(Uuid, ObjectKey, &'static str)>,
}

impl Objects {
    /// Adds the objects of an event and, if the event counts, their attributes.
    pub(super) fn add(&mut self, record: &Record, context: &RecordContext, related: &[Relation], counts: bool) {
        for relation in related {
            self.object(record.case, relation.object);
        }
        if counts {
            self.set_attributes(record, context);
            let stage = FlatValue::Text(record.to.code().to_owned());
            self.object(record.case, ObjectKey::Case).set("stage", record.at, stage);
        }
    }

    fn set_attributes(&mut self, record: &Record, context: &RecordContext) {
        let (case, at) = (record.case, record.at);
        let text = |value: &dyn core::fmt::Display| FlatValue::Text(value.to_string());
        match &record.event {
            Event::CaseOpened(event) => {
                let object = self.object(case, ObjectKey::Case);
                object.set("district", at, text(&event.district));
                object.set("time_zone", at, text(&event.time_zone));
                object.set("evergreen", at, FlatValue::Bool(event.evergreen));
                if let Some(county) = &event.county {
                    object.set("county", at, text(county));
                }
                if let Some(expires) = &event.contract_expires {
                    object.set("contract_expires", at, text(expires));
                }
                if let Some(earlier) = event.follows {
                    object.relate(earlier, ObjectKey::Case, "follows");
                }
            }
            Event::ContractDatesChanged(event) => {
                let object = self.object(case, ObjectKey::Case);
                object.set("contract_expires", at, text(&event.contract_expires));
                object.set("evergreen", at, FlatValue::Bool(event.evergreen));
            }
            Event::LeaderAgreed(event) => {
                let object = self.object(case, ObjectKey::Seat(event.seat));
                object.set("name", at, text(&event.name));
                if let Some(office) = &event.office {
                    object.set("office", at, text(office));
                }
            }
            Event::SupportConfirmed(event) => {
                let object = self.object(case, ObjectKey::Letter(event.body));
                object.set("dated", at, text(&event.dated));
                if let Some(document) = &event.document {
                    object.set("document", at, text(document));
                }
            }
            Event::MemberNamed(event) => {
                let object = self.object(case, ObjectKey::Member(event.member.id));
                object.set("name", at, text(&event.member.name));
                object.relate(case, ObjectKey::Party(event.party), "on the team of");
            }
            Event::SessionScheduled(event) => {
                let neutral = self.object(case, ObjectKey::Neutral(event.neutral.id));
                neutral.set("name", at, text(&event.neutral.name));
                let object = self.object(case, ObjectKey::Part(context.from, event.part));
                object.set("starts", at, FlatValue::Time(event.slot.starts().to_string()));
                object.set("ends", at, FlatValue::Time(event.slot.ends().to_string()));
                if let Some(place) = &event.place {
                    object.set("place", at, text(place));
                }
            }
            Event::SessionOpened(event) => {
                let neutral = self.object(case, ObjectKey::Neutral(event.neutral.id));
                neutral.set("name", at, text(&event.neutral.name));
            }
            Event::ConcernRaised(event) => {
                let object = self.object(case, ObjectKey::Concern(event.concern));
                object.set("text", at, text(&event.text));
                object.relate(case, ObjectKey::Party(event.party), "raised by");
            }
            _ => {}
        }
    }

    fn object(&mut self, case: Uuid, key: ObjectKey) -> &mut Object {
        let index = *self.indexes.entry((case, key)).or_insert_with(|| {
            let parents: &[(Uuid, ObjectKey, &'static str)] = match key {
                ObjectKey::Party(_) => &[(case, ObjectKey::Case, "side in")],
                ObjectKey::Seat(_) => &[(case, ObjectKey::Case, "key leader in")],
                ObjectKey::Letter(_) => &[(case, ObjectKey::Case, "in support of")],
                ObjectKey::Part(..) => &[(case, ObjectKey::Case, "part of")],
                ObjectKey::Neutral(_) => &[(case, ObjectKey::Case, "neutral in")],
                ObjectKey::Case | ObjectKey::Member(_) | ObjectKey::Concern(_) => &[],
            };
            self.all.push(Object { case, key, values: Vec::new(), related: parents.to_vec() });
            self.all.len() - 1
        });
        &mut self.all[index]
    }

    /// Writes all objects, one on each line.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        for (index, object) in self.all.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"\n{\"id\":" } else { b",\n{\"id\":" });
            append::json_string(&object.key.id(object.case), out)?;
            out.extend_from_slice(b",\"type\":");
            append::json_string(object.key.type_name(), out)?;
            out.extend_from_slice(b",\"attributes\":[");
            for (index, (name, at, value)) in object.values.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"{\"name\":" } else { b",{\"name\":" });
                append::json_string(name, out)?;
                out.extend_from_slice(b",\"time\":\"");
                append::instant(*at, out);
                out.extend_from_slice(b"\",\"value\":");
                value.write_json(out)?;
                out.push(b'}');
            }
            out.extend_from_slice(b"],\"relationships\":[");
            // A case can follow one in another ledger, but a log can only relate to its own objects.
            let known = |(case, key, _): &&(Uuid, ObjectKey, _)| self.indexes.contains_key(&(*case, *key));
            for (index, (case, key, qualifier)) in object.related.iter().filter(known).enumerate() {
                relationship(index, &key.id(*case), qualifier, out)?;
            }
            out.extend_from_slice(b"]}");
        }
        Ok(())
    }
}

impl Object {
    /// Sets an attribute from an instant on, unless it already has the value.
    fn set(&mut self, name: &'static str, at: At, value: FlatValue) {
        let last = self.values.iter().rev().find(|(known, ..)| *known == name);
        if last.is_none_or(|(.., known)| *known != value) {
            self.values.push((name, at, value));
        }
    }

    fn relate(&mut self, case: Uuid, key: ObjectKey, qualifier: &'static str) {
        if !self.related.contains(&(case, key, qualifier)) {
            self.related.push((case, key, qualifier));
        }
    }
}
